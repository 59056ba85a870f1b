/* SPDX-License-Identifier: Apache-2.0 */
/* ca.c - the internal CA: made once by init, kept in two files. The key is written first and the certificate last:
 * without the certificate nothing can have been issued, so init may begin anew after a crash in between. */
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "server/clock.h"
#include "server/datadir.h"
#include "server/pki/ca.h"
#include "server/sigv4/auth.h"

#define CERT_FILE "ca.pem"
#define KEY_FILE "ca.key.sealed"
#define SEAL_CONTEXT "keyassay internal CA"
#define FILE_MAX_LEN 65536u

/* What libcrypto says, for messages about the machine, not about a certificate. */
static const char *
libcrypto_error(void)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	return reason == NULL ? "libcrypto failed" : reason;
}

/* ka_file_read and ka_file_replace (datadir.h) with a message of this room's length. */
static bool
get_file(struct ka_slice *out, char *out_message, struct ka_arena *arena, const char *path)
{
	char message[KA_DATADIR_MESSAGE_LEN];

	if (ka_file_read(out, message, arena, path, FILE_MAX_LEN))
		return true;
	(void)ka_pki_say(out_message, KA_PKI_FAILED, "%s", message);
	return false;
}

static bool
put_file(char *out_message, const char *path, unsigned mode, struct ka_slice bytes)
{
	char message[KA_DATADIR_MESSAGE_LEN];

	if (ka_file_replace(message, path, (const char *)bytes.data, bytes.len, mode))
		return true;
	(void)ka_pki_say(out_message, KA_PKI_FAILED, "%s", message);
	return false;
}

static X509 *
make_certificate(EVP_PKEY *key, int64_t now)
{
	static const unsigned char name[] = "keyassayd internal CA";
	X509 *cert = X509_new();
	X509_NAME *subject = cert == NULL ? NULL : X509_get_subject_name(cert);

	if (subject != NULL &&
	    X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8, name, -1, -1, 0) == 1 &&
	    ka_pki_fill(cert, cert, now) && X509_set_pubkey(cert, key) == 1 &&
	    ka_pki_extend(cert, cert, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
	    ka_pki_extend(cert, cert, NID_key_usage, "critical,keyCertSign,cRLSign") &&
	    ka_pki_extend(cert, cert, NID_subject_key_identifier, "hash") && X509_sign(cert, key, EVP_sha256()) > 0)
		return cert;
	X509_free(cert);
	return NULL;
}

static const char *
in_dir(struct ka_arena *arena, const char *dir, const char *name)
{
	return ka_arena_format(arena, "%s/%s", dir, name);
}

/* Seals the key and writes both files. */
static bool
put_files(char *out_message, struct ka_arena *arena, struct ka_auth *auth, const char *dir, struct ka_slice key,
    struct ka_slice pem)
{
	struct ka_slice sealed = ka_auth_seal(arena, auth, key, SEAL_CONTEXT);

	return put_file(out_message, in_dir(arena, dir, KEY_FILE), 0600, sealed) &&
	    put_file(out_message, in_dir(arena, dir, CERT_FILE), 0644, pem);
}

static bool
create(char *out_message, struct ka_arena *arena, struct ka_auth *auth, const char *dir)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = key == NULL ? NULL : make_certificate(key, ka_clock_now());
	BIO *pem = BIO_new(BIO_s_mem());
	unsigned char *der = NULL;
	char *text;
	int der_len = key == NULL ? -1 : i2d_PrivateKey(key, &der);
	bool ok = cert != NULL && pem != NULL && der_len > 0 && PEM_write_bio_X509(pem, cert) == 1;

	if (ok) {
		long text_len = BIO_get_mem_data(pem, &text);
		ok = put_files(out_message, arena, auth, dir, (struct ka_slice){ der, (size_t)der_len },
		    (struct ka_slice){ (const uint8_t *)text, (size_t)text_len });
	} else {
		(void)ka_pki_say(out_message, KA_PKI_FAILED, "cannot make the internal CA: %s", libcrypto_error());
	}
	if (der_len > 0)
		OPENSSL_clear_free(der, (size_t)der_len);
	BIO_free(pem);
	X509_free(cert);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return ok;
}

bool
ka_pki_create(char out_message[KA_PKI_MESSAGE_LEN], struct ka_auth *auth, const char *dir)
{
	struct ka_arena arena = { 0 };
	const char *cert_path = in_dir(&arena, dir, CERT_FILE);
	bool ok = false;

	if (ka_file_exists(cert_path))
		(void)ka_pki_say(
		    out_message, KA_PKI_FAILED, "%s is there already: this directory has its internal CA", cert_path);
	else
		ok = create(out_message, &arena, auth, dir);
	ka_arena_clear(&arena);
	return ok;
}

static bool
load_key(struct ka_pki *pki, char *out_message, struct ka_arena *arena, struct ka_auth *auth, const char *path)
{
	struct ka_slice sealed, plain;

	if (!get_file(&sealed, out_message, arena, path))
		return false;
	if (!ka_auth_open(&plain, arena, auth, sealed, SEAL_CONTEXT)) {
		(void)ka_pki_say(out_message, KA_PKI_FAILED,
		    "%s does not open: it is damaged, or secret.key is not the one that sealed it", path);
		return false;
	}
	const unsigned char *at = plain.data;
	pki->key = d2i_AutoPrivateKey(NULL, &at, (long)plain.len);
	OPENSSL_cleanse((void *)(uintptr_t)plain.data, plain.len);
	if (pki->key != NULL && X509_check_private_key(pki->cert, pki->key) == 1)
		return true;
	(void)ka_pki_say(out_message, KA_PKI_FAILED, "%s is not the key of " CERT_FILE, path);
	return false;
}

static bool
load(struct ka_pki *pki, char *out_message, struct ka_arena *arena, struct ka_auth *auth, const char *dir)
{
	const char *path = in_dir(arena, dir, CERT_FILE);
	char message[KA_PKI_MESSAGE_LEN];
	struct ka_pki_cert cert;
	struct ka_slice pem;

	if (!get_file(&pem, out_message, arena, path))
		return false;
	if (ka_pki_read(&cert, message, arena, (const char *)pem.data, pem.len) != KA_PKI_OK) {
		(void)ka_pki_say(out_message, KA_PKI_FAILED, "%s: %s", path, message);
		return false;
	}
	memcpy(pki->id, cert.id, sizeof(pki->id));
	const unsigned char *at = cert.der.data;
	pki->cert = d2i_X509(NULL, &at, (long)cert.der.len);
	if (pki->cert == NULL) {
		(void)ka_pki_say(out_message, KA_PKI_FAILED, "%s: %s", path, libcrypto_error());
		return false;
	}
	return load_key(pki, out_message, arena, auth, in_dir(arena, dir, KEY_FILE));
}

struct ka_pki *
ka_pki_load(char out_message[KA_PKI_MESSAGE_LEN], struct ka_auth *auth, const char *dir)
{
	struct ka_arena arena = { 0 };
	struct ka_pki *pki = calloc(1, sizeof(*pki));

	if (pki == NULL)
		ka_out_of_memory();
	if (!load(pki, out_message, &arena, auth, dir)) {
		ka_pki_free(pki);
		pki = NULL;
	}
	ka_arena_clear(&arena);
	ERR_clear_error();
	return pki;
}

void
ka_pki_free(struct ka_pki *pki)
{
	if (pki == NULL)
		return;
	X509_free(pki->cert);
	EVP_PKEY_free(pki->key);
	free(pki);
}
