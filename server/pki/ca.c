/* SPDX-License-Identifier: Apache-2.0 */
/* ca.c - the internal CA: made once by init, kept in two files. The key is written first and the certificate last:
 * without the certificate nothing can have been issued, so init may begin anew after a crash in between. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "server/clock.h"
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

static bool
write_whole(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len > 0) {
		ssize_t written = write(fd, at, len);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		at += written;
		len -= (size_t)written;
	}
	return true;
}

/* Makes the file appear whole, or not at all. */
static bool
put_file(char *out_message, int dir, const char *name, const char *new_name, mode_t mode, const void *data, size_t len)
{
	(void)unlinkat(dir, new_name, 0);
	int fd = openat(dir, new_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	bool ok = fd >= 0 && write_whole(fd, data, len) && fsync(fd) == 0;
	int error = errno;

	if (fd >= 0)
		ok = close(fd) == 0 && ok;
	if (ok) {
		ok = renameat(dir, new_name, dir, name) == 0 && fsync(dir) == 0;
		error = errno;
	}
	if (!ok)
		(void)ka_pki_say(out_message, KA_PKI_OK, "cannot write %s: %s", name, strerror(error));
	return ok;
}

static bool
get_file(struct ka_slice *out, char *out_message, struct ka_arena *arena, int dir, const char *name)
{
	uint8_t *data = ka_arena_take(arena, FILE_MAX_LEN);
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t got = fd < 0 ? -1 : 1;

	while (fd >= 0 && len < FILE_MAX_LEN && got > 0) {
		got = read(fd, data + len, FILE_MAX_LEN - len);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			len += (size_t)got;
	}
	int error = errno;
	if (fd >= 0)
		(void)close(fd);
	if (got < 0 || len == FILE_MAX_LEN) {
		(void)ka_pki_say(
		    out_message, KA_PKI_OK, "cannot read %s: %s", name, got < 0 ? strerror(error) : "it is too large");
		return false;
	}
	*out = (struct ka_slice){ data, len };
	return true;
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

static bool
create_in(char *out_message, struct ka_auth *auth, int dir)
{
	struct ka_arena arena = { 0 };
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = key == NULL ? NULL : make_certificate(key, ka_clock_now());
	BIO *pem = BIO_new(BIO_s_mem());
	unsigned char *der = NULL;
	char *text;
	int der_len = key == NULL ? -1 : i2d_PrivateKey(key, &der);
	bool ok = cert != NULL && pem != NULL && der_len > 0 && PEM_write_bio_X509(pem, cert) == 1;

	if (!ok) {
		(void)ka_pki_say(out_message, KA_PKI_OK, "cannot make the internal CA: %s", libcrypto_error());
	} else {
		struct ka_slice sealed =
		    ka_auth_seal(&arena, auth, (struct ka_slice){ der, (size_t)der_len }, SEAL_CONTEXT);
		long text_len = BIO_get_mem_data(pem, &text);
		ok = put_file(out_message, dir, KEY_FILE, KEY_FILE ".new", 0600, sealed.data, sealed.len) &&
		    put_file(out_message, dir, CERT_FILE, CERT_FILE ".new", 0644, text, (size_t)text_len);
	}
	if (der_len > 0)
		OPENSSL_clear_free(der, (size_t)der_len);
	BIO_free(pem);
	X509_free(cert);
	EVP_PKEY_free(key);
	ka_arena_clear(&arena);
	ERR_clear_error();
	return ok;
}

static int
open_dir(char *out_message, const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		(void)ka_pki_say(out_message, KA_PKI_OK, "cannot open the data directory %s: %s", dir, strerror(errno));
	return fd;
}

bool
ka_pki_create(char out_message[KA_PKI_MESSAGE_LEN], struct ka_auth *auth, const char *dir)
{
	int fd = open_dir(out_message, dir);
	bool ok = false;

	if (fd < 0)
		return false;
	if (faccessat(fd, CERT_FILE, F_OK, 0) == 0)
		(void)ka_pki_say(out_message, KA_PKI_OK,
		    "%s/" CERT_FILE " is there already: this directory has its internal CA", dir);
	else
		ok = create_in(out_message, auth, fd);
	(void)close(fd);
	return ok;
}

static bool
load_into(struct ka_pki *pki, char *out_message, struct ka_arena *arena, struct ka_auth *auth, int dir)
{
	struct ka_slice pem, sealed, plain;

	if (!get_file(&pem, out_message, arena, dir, CERT_FILE) ||
	    !get_file(&sealed, out_message, arena, dir, KEY_FILE))
		return false;
	BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len);
	pki->cert = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	if (pki->cert == NULL) {
		(void)ka_pki_say(out_message, KA_PKI_OK, CERT_FILE " holds no certificate: %s", libcrypto_error());
		return false;
	}
	if (!ka_auth_open(&plain, arena, auth, sealed, SEAL_CONTEXT)) {
		(void)ka_pki_say(out_message, KA_PKI_OK,
		    KEY_FILE " does not open: it is damaged, or secret.key is not the one that sealed it");
		return false;
	}
	const unsigned char *at = plain.data;
	pki->key = d2i_AutoPrivateKey(NULL, &at, (long)plain.len);
	OPENSSL_cleanse((void *)(uintptr_t)plain.data, plain.len);
	if (pki->key == NULL || X509_check_private_key(pki->cert, pki->key) != 1) {
		(void)ka_pki_say(out_message, KA_PKI_OK, KEY_FILE " is not the key of " CERT_FILE);
		return false;
	}
	struct ka_pki_cert cert;
	if (ka_pki_read(&cert, out_message, arena, (const char *)pem.data, pem.len) != KA_PKI_OK)
		return false;
	memcpy(pki->id, cert.id, sizeof(pki->id));
	return true;
}

struct ka_pki *
ka_pki_load(char out_message[KA_PKI_MESSAGE_LEN], struct ka_auth *auth, const char *dir)
{
	struct ka_arena arena = { 0 };
	struct ka_pki *pki = calloc(1, sizeof(*pki));
	int fd = open_dir(out_message, dir);

	if (pki == NULL)
		ka_out_of_memory();
	if (fd < 0 || !load_into(pki, out_message, &arena, auth, fd)) {
		ka_pki_free(pki);
		pki = NULL;
	}
	if (fd >= 0)
		(void)close(fd);
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
