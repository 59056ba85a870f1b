/* SPDX-License-Identifier: Apache-2.0 */
/* crl.c - the internal CA's list of revoked certificates (RFC 5280, section 5), for any number of them in the same memory.
 *
 * libcrypto would keep all entries in memory, some hundred megabytes for a million. So it makes the list without entries and each entry
 * by itself; the entries go to a file, and are put between the two halves of the list when their length is known. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "common/buf.h"
#include "server/pki/ca.h"

#define COPY_LEN 8192u
#define HEADER_LEN 16u /* of a DER value */

struct ka_pki_crl {
	const struct ka_pki *pki;
	FILE *entries; /* X509_REVOKED, one behind the other; without a name */
	size_t entries_len;
	uint64_t num;
};

static bool
fail(char *out_message, const char *what)
{
	(void)ka_pki_say(out_message, KA_PKI_FAILED, "the list of revoked certificates cannot be made: %s", what);
	ERR_clear_error();
	return false;
}

struct ka_pki_crl *
ka_pki_crl_new(char out_message[KA_PKI_MESSAGE_LEN], const struct ka_pki *pki)
{
	struct ka_pki_crl *crl = calloc(1, sizeof(*crl));

	if (crl == NULL)
		ka_out_of_memory();
	crl->pki = pki;
	crl->entries = tmpfile();
	if (crl->entries != NULL)
		return crl;
	(void)fail(out_message, strerror(errno));
	free(crl);
	return NULL;
}

void
ka_pki_crl_free(struct ka_pki_crl *crl)
{
	if (crl == NULL)
		return;
	(void)fclose(crl->entries);
	free(crl);
}

uint64_t
ka_pki_crl_num(const struct ka_pki_crl *crl)
{
	return crl->num;
}

/* RFC 5280, 5.3.1: a revocation without a known reason has no reason code. */
static bool
set_hold(X509_REVOKED *entry)
{
	ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();
	bool ok = reason != NULL && ASN1_ENUMERATED_set(reason, CRL_REASON_CERTIFICATE_HOLD) == 1 &&
	    X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 0, 0) == 1;

	ASN1_ENUMERATED_free(reason);
	return ok;
}

#define SERIAL_MAX_LEN 64u /* RFC 5280, 4.1.2.2: at most 20 */

/* A certificate's serial number; NULL, or the caller's. */
static ASN1_INTEGER *
read_serial(struct ka_slice der)
{
	unsigned char bytes[SERIAL_MAX_LEN + 4], *at = bytes;
	const unsigned char *from = bytes;
	struct ka_object cert;
	size_t offset;

	if (ka_certificate_read(&cert, &offset, der) != KA_OK || cert.serial.len > SERIAL_MAX_LEN)
		return NULL;
	ASN1_put_object(&at, 0, (int)cert.serial.len, V_ASN1_INTEGER, V_ASN1_UNIVERSAL);
	memcpy(at, cert.serial.data, cert.serial.len);
	return d2i_ASN1_INTEGER(NULL, &from, (long)(at - bytes) + (long)cert.serial.len);
}

/* The entry's DER, the caller's (OPENSSL_free); 0 when it cannot be made. */
static int
make_entry(unsigned char **out, struct ka_slice der, int64_t since, bool hold)
{
	ASN1_INTEGER *serial = read_serial(der);
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_TIME *date = ASN1_TIME_set(NULL, (time_t)(since / 1000));
	int len = 0;

	*out = NULL;
	if (serial != NULL && entry != NULL && date != NULL && X509_REVOKED_set_serialNumber(entry, serial) == 1 &&
	    X509_REVOKED_set_revocationDate(entry, date) == 1 && (!hold || set_hold(entry)))
		len = i2d_X509_REVOKED(entry, out);
	ASN1_TIME_free(date);
	X509_REVOKED_free(entry);
	ASN1_INTEGER_free(serial);
	return len;
}

bool
ka_pki_crl_add(
    struct ka_pki_crl *crl, char out_message[KA_PKI_MESSAGE_LEN], struct ka_slice der, int64_t since, bool hold)
{
	unsigned char *bytes;
	int len = make_entry(&bytes, der, since, hold);
	bool ok = len > 0 && fwrite(bytes, 1, (size_t)len, crl->entries) == (size_t)len;

	OPENSSL_free(bytes);
	if (!ok)
		return fail(out_message, len > 0 ? strerror(errno) : "a certificate of the database does not parse");
	crl->entries_len += (size_t)len;
	crl->num++;
	return true;
}

/* --- the list around the entries --- */

static bool
set_number(X509_CRL *list, int64_t number)
{
	ASN1_INTEGER *value = ASN1_INTEGER_new();
	bool ok = value != NULL && ASN1_INTEGER_set_int64(value, number) == 1 &&
	    X509_CRL_add1_ext_i2d(list, NID_crl_number, value, 0, 0) == 1;

	ASN1_INTEGER_free(value);
	return ok;
}

static bool
set_key_identifier(X509_CRL *list, X509 *issuer)
{
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer, NULL, NULL, list, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, NID_authority_key_identifier, "keyid:always");
	bool ok = extension != NULL && X509_CRL_add_ext(list, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return ok;
}

/* What is signed, as libcrypto has it without entries. NULL, or the caller's (OPENSSL_free). */
static unsigned char *
make_tbs(int *out_len, const struct ka_pki *pki, int64_t this_update, int64_t next_update, int64_t number)
{
	X509_CRL *list = X509_CRL_new();
	ASN1_TIME *from = ASN1_TIME_set(NULL, (time_t)(this_update / 1000)),
		  *until = ASN1_TIME_set(NULL, (time_t)(next_update / 1000));
	unsigned char *der = NULL;

	/* Signing it sets the algorithm inside. */
	if (list != NULL && from != NULL && until != NULL && X509_CRL_set_version(list, X509_CRL_VERSION_2) == 1 &&
	    X509_CRL_set_issuer_name(list, X509_get_subject_name(pki->cert)) == 1 &&
	    X509_CRL_set1_lastUpdate(list, from) == 1 && X509_CRL_set1_nextUpdate(list, until) == 1 &&
	    set_key_identifier(list, pki->cert) && set_number(list, number) &&
	    X509_CRL_sign(list, pki->key, EVP_sha256()) > 0)
		*out_len = i2d_re_X509_CRL_tbs(list, &der);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	X509_CRL_free(list);
	return der;
}

/* Where the contents begin, and where the extensions ([0], the last member), in front of which the entries stand. */
static bool
find_parts(struct ka_slice *out_front, struct ka_slice *out_back, const unsigned char *tbs, int tbs_len)
{
	const unsigned char *at = tbs, *end = tbs + tbs_len;
	long len;
	int tag, class;

	if ((ASN1_get_object(&at, &len, &tag, &class, tbs_len) & 0x80) != 0 || tag != V_ASN1_SEQUENCE)
		return false;
	for (const unsigned char *front = at; at < end; at += len) {
		const unsigned char *member = at;

		if ((ASN1_get_object(&at, &len, &tag, &class, end - at) & 0x80) != 0)
			return false;
		if (class != V_ASN1_CONTEXT_SPECIFIC)
			continue;
		*out_front = (struct ka_slice){ front, (size_t)(member - front) };
		*out_back = (struct ka_slice){ member, (size_t)(end - member) };
		return true;
	}
	return false;
}

static struct ka_slice
header(uint8_t out[HEADER_LEN], size_t len)
{
	unsigned char *at = out;

	ASN1_put_object(&at, 1, (int)len, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
	return (struct ka_slice){ out, (size_t)(at - out) };
}

/* Takes bytes: the digest, or the text. */
typedef bool (*sink_fn)(void *arg, struct ka_slice bytes);

/* tbs with the entries in it. */
static bool
pour_tbs(const struct ka_pki_crl *crl, struct ka_slice front, struct ka_slice back, sink_fn sink, void *arg)
{
	uint8_t outer[HEADER_LEN], inner[HEADER_LEN], bytes[COPY_LEN];
	/* RFC 5280, 5.1.2.6: without revoked certificates the list of them is absent. */
	struct ka_slice list = crl->num > 0 ? header(inner, crl->entries_len) : (struct ka_slice){ NULL, 0 };
	size_t num;

	if (!sink(arg, header(outer, front.len + list.len + crl->entries_len + back.len)) || !sink(arg, front) ||
	    !sink(arg, list) || fflush(crl->entries) != 0)
		return false;
	rewind(crl->entries);
	while ((num = fread(bytes, 1, sizeof(bytes), crl->entries)) > 0)
		if (!sink(arg, (struct ka_slice){ bytes, num }))
			return false;
	return ferror(crl->entries) == 0 && sink(arg, back);
}

static bool
digest(void *arg, struct ka_slice bytes)
{
	return bytes.len == 0 || EVP_DigestSignUpdate(arg, bytes.data, bytes.len) == 1;
}

struct text {
	EVP_ENCODE_CTX *base64;
	ka_pki_put_fn put;
	void *arg;
};

static bool
encode(void *arg, struct ka_slice bytes)
{
	struct text *text = arg;
	unsigned char out[COPY_LEN * 2]; /* 65 characters for 48 bytes */

	while (bytes.len > 0) {
		size_t num = bytes.len < COPY_LEN ? bytes.len : COPY_LEN;
		int len;

		if (EVP_EncodeUpdate(text->base64, out, &len, bytes.data, (int)num) != 1 ||
		    !text->put(text->arg, out, (size_t)len))
			return false;
		bytes = (struct ka_slice){ bytes.data + num, bytes.len - num };
	}
	return true;
}

/* The signature as DER's BIT STRING has it, behind its algorithm; NULL, or the caller's (free). */
static uint8_t *
sign(size_t *out_len, const struct ka_pki_crl *crl, struct ka_slice front, struct ka_slice back)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = 0;
	uint8_t *signature = NULL;

	if (ctx != NULL && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, crl->pki->key) == 1 &&
	    pour_tbs(crl, front, back, digest, ctx) && EVP_DigestSignFinal(ctx, NULL, &len) == 1 &&
	    (signature = malloc(len)) != NULL && EVP_DigestSignFinal(ctx, signature, &len) != 1) {
		free(signature);
		signature = NULL;
	}
	EVP_MD_CTX_free(ctx);
	*out_len = len;
	return signature;
}

/* The AlgorithmIdentifier stands in tbs behind the version: the same bytes stand in front of the signature. */
static struct ka_slice
algorithm(struct ka_slice front)
{
	const unsigned char *at = front.data, *start;
	long len;
	int tag, class;

	(void)ASN1_get_object(&at, &len, &tag, &class, (long)front.len); /* INTEGER 1 */
	start = at += len;
	(void)ASN1_get_object(&at, &len, &tag, &class, (long)(front.len - (size_t)(at - front.data)));
	return (struct ka_slice){ start, (size_t)(at + len - start) };
}

static bool
write_text(const struct ka_pki_crl *crl, struct ka_slice front, struct ka_slice back, struct ka_slice signature,
    struct text *text)
{
	static const char begin[] = "-----BEGIN X509 CRL-----\n", end[] = "-----END X509 CRL-----\n";
	uint8_t outer[HEADER_LEN], inner[HEADER_LEN], bits[HEADER_LEN];
	unsigned char *at = bits, last[80];
	struct ka_slice name = algorithm(front);
	struct ka_slice list = crl->num > 0 ? header(inner, crl->entries_len) : (struct ka_slice){ NULL, 0 };
	size_t tbs_len = front.len + list.len + crl->entries_len + back.len;
	int len;

	ASN1_put_object(&at, 0, (int)signature.len + 1, V_ASN1_BIT_STRING, V_ASN1_UNIVERSAL);
	*at++ = 0; /* no unused bits */
	struct ka_slice bit_string = { bits, (size_t)(at - bits) };
	tbs_len += header(inner, tbs_len).len;
	struct ka_slice all = header(outer, tbs_len + name.len + bit_string.len + signature.len);
	EVP_EncodeInit(text->base64);
	if (!text->put(text->arg, begin, sizeof(begin) - 1) || !encode(text, all) ||
	    !pour_tbs(crl, front, back, encode, text) || !encode(text, name) || !encode(text, bit_string) ||
	    !encode(text, signature))
		return false;
	EVP_EncodeFinal(text->base64, last, &len);
	return text->put(text->arg, last, (size_t)len) && text->put(text->arg, end, sizeof(end) - 1);
}

bool
ka_pki_crl_write(struct ka_pki_crl *crl, char out_message[KA_PKI_MESSAGE_LEN], int64_t this_update, int64_t next_update,
    ka_pki_put_fn put, void *arg)
{
	struct text text = { EVP_ENCODE_CTX_new(), put, arg };
	int tbs_len = 0;
	/* RFC 5280, 5.2.3: numbers grow. Milliseconds do, over all nodes. */
	unsigned char *tbs = make_tbs(&tbs_len, crl->pki, this_update, next_update, this_update);
	struct ka_slice front, back;
	uint8_t *signature = NULL;
	size_t len = 0;

	if (text.base64 != NULL && tbs != NULL && crl->entries_len < (size_t)1 << 30 &&
	    find_parts(&front, &back, tbs, tbs_len))
		signature = sign(&len, crl, front, back);
	bool ok = signature != NULL && write_text(crl, front, back, (struct ka_slice){ signature, len }, &text);
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());
	if (!ok)
		(void)fail(out_message, reason == NULL ? "it could not be signed or written" : reason);
	free(signature);
	OPENSSL_free(tbs);
	EVP_ENCODE_CTX_free(text.base64);
	return ok;
}
