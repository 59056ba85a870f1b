/* SPDX-License-Identifier: Apache-2.0 */
/* names.c - what a Name says: its common name, and whether a NUL hides in it. */
#include <openssl/err.h>
#include <openssl/x509.h>

#include "server/pki/internal.h"

static X509_NAME *
name_read(struct ka_slice name)
{
	const unsigned char *at = name.data;

	return d2i_X509_NAME(NULL, &at, (long)name.len);
}

static bool
value_has_nul(const ASN1_STRING *value)
{
	unsigned char *text = NULL;
	int len = ASN1_STRING_to_UTF8(&text, value);

	/* What is no string type has no characters. */
	bool has = len > 0 && memchr(text, 0, (size_t)len) != NULL;
	OPENSSL_free(text);
	return has;
}

bool
ka_pki_name_has_nul(struct ka_slice name)
{
	if (name.len == 0 || memchr(name.data, 0, name.len) == NULL)
		return false;
	/* A zero byte may also be half a character of a BMPString, or a part of a length. */
	X509_NAME *read = name_read(name);
	bool has = false;
	for (int i = 0; read != NULL && i < X509_NAME_entry_count(read) && !has; i++)
		has = value_has_nul(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(read, i)));
	/* What libcrypto cannot read as characters could be read by others up to the zero byte. */
	has = has || read == NULL;
	X509_NAME_free(read);
	ERR_clear_error();
	return has;
}

const char *
ka_pki_common_name(struct ka_arena *arena, struct ka_slice name)
{
	X509_NAME *read = name_read(name);
	const char *found = NULL;

	int at = read == NULL ? -1 : X509_NAME_get_index_by_NID(read, NID_commonName, -1);
	if (at >= 0 && X509_NAME_get_index_by_NID(read, NID_commonName, at) < 0) {
		unsigned char *text = NULL;
		int len = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(read, at)));
		if (len >= 0 && memchr(text, 0, (size_t)len) == NULL)
			found = ka_arena_text(arena, text, (size_t)len);
		OPENSSL_free(text);
	}
	X509_NAME_free(read);
	ERR_clear_error();
	return found;
}

const char *
ka_pki_name_text(char out[KA_PKI_NAME_LEN], struct ka_slice name)
{
	size_t len = ka_name_text(out, KA_PKI_NAME_LEN - 4, name);

	if (len == 0)
		return memcpy(out, "(empty)", sizeof("(empty)"));
	/* Characters that do not fit are left out whole, so a name that was cut may end a few bytes early. */
	if (len > KA_PKI_NAME_LEN - 4 - 13)
		memcpy(out + len, "...", sizeof("..."));
	return out;
}
