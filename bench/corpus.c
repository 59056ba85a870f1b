/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/corpus.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/* xorshift64*, so that a corpus is the same on every machine and costs nothing. */
static uint64_t
next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1du;
}

static void
patch_modulus(uint8_t *modulus, uint64_t *state)
{
	for (size_t i = 0; i < KA_BENCH_MODULUS_LEN; i += 8) {
		uint64_t word = next_random(state);
		memcpy(modulus + i, &word, sizeof(word));
	}
	modulus[0] |= 0x80;
	modulus[KA_BENCH_MODULUS_LEN - 1] |= 1;
}

static bool
add_extension(X509 *certificate, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509V3_set_ctx(&ctx, certificate, certificate, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	bool added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return added;
}

static bool
add_name(X509_NAME *name, const char *type, const char *value)
{
	return X509_NAME_add_entry_by_txt(name, type, MBSTRING_ASC, (const unsigned char *)value, -1, -1, 0) == 1;
}

/* What a device certificate of a fleet looks like: two names, key, four extensions, sha256WithRSAEncryption. */
static bool
fill_certificate(X509 *certificate, EVP_PKEY *key)
{
	X509_NAME *subject = X509_get_subject_name(certificate), *issuer = X509_get_issuer_name(certificate);
	return X509_set_version(certificate, 2) == 1 &&
	    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), 0x123456789abcdef0u) == 1 &&
	    X509_gmtime_adj(X509_getm_notBefore(certificate), -86400) != NULL &&
	    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400L * 3650) != NULL && add_name(issuer, "C", "DE") &&
	    add_name(issuer, "O", "Example Fleet") && add_name(issuer, "CN", "Example Fleet Device CA 1") &&
	    add_name(subject, "O", "Example Fleet") && add_name(subject, "CN", "device-0123456789abcdef") &&
	    X509_set_pubkey(certificate, key) == 1 && add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
	    add_extension(certificate, NID_key_usage, "critical,digitalSignature") &&
	    add_extension(certificate, NID_subject_key_identifier, "hash") &&
	    add_extension(certificate, NID_ext_key_usage, "clientAuth") && X509_sign(certificate, key, EVP_sha256()) > 0;
}

static bool
find_modulus(size_t *out_at, const uint8_t *der, size_t len, EVP_PKEY *key)
{
	BIGNUM *n = NULL;
	uint8_t modulus[KA_BENCH_MODULUS_LEN];
	bool found = EVP_PKEY_get_bn_param(key, "n", &n) == 1 && BN_bn2binpad(n, modulus, sizeof(modulus)) == sizeof(modulus);
	const uint8_t *at = found ? memmem(der, len, modulus, sizeof(modulus)) : NULL;
	BN_free(n);
	if (at == NULL)
		return false;
	*out_at = (size_t)(at - der);
	return true;
}

static void
fill_corpus(struct ka_bench_corpus *corpus, const uint8_t *der)
{
	uint64_t state = 0x6b65796173736179u;
	for (size_t i = 0; i < corpus->num; i++) {
		uint8_t *copy = corpus->certificates + i * corpus->len;
		memcpy(copy, der, corpus->len);
		patch_modulus(copy + corpus->modulus_at, &state);
	}
}

bool
ka_bench_corpus_make(struct ka_bench_corpus *out, size_t num)
{
	bool made = false;
	uint8_t *der = NULL;
	EVP_PKEY *key = EVP_RSA_gen(2048);
	X509 *certificate = X509_new();
	if (key == NULL || certificate == NULL || !fill_certificate(certificate, key))
		goto out;
	int len = i2d_X509(certificate, &der);
	struct ka_bench_corpus corpus = { .num = num };
	if (len <= 0 || !find_modulus(&corpus.modulus_at, der, (size_t)len, key))
		goto out;
	corpus.len = (size_t)len;
	corpus.certificates = malloc(num * corpus.len);
	if (corpus.certificates == NULL)
		goto out;
	fill_corpus(&corpus, der);
	*out = corpus;
	made = true;
out:
	OPENSSL_free(der);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return made;
}

void
ka_bench_corpus_clear(struct ka_bench_corpus *corpus)
{
	free(corpus->certificates);
	*corpus = (struct ka_bench_corpus){ 0 };
}

/* PEM of one certificate: base64 in lines of 64; out has room. Returns the length. */
static size_t
put_pem(char *out, const uint8_t *der, size_t len)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----\n", end[] = "-----END CERTIFICATE-----\n";
	char *start = out;
	memcpy(out, begin, sizeof(begin) - 1);
	out += sizeof(begin) - 1;
	for (size_t at = 0; at < len; at += 48) {
		size_t part = len - at < 48 ? len - at : 48;
		out += EVP_EncodeBlock((unsigned char *)out, der + at, (int)part);
		*out++ = '\n';
	}
	memcpy(out, end, sizeof(end) - 1);
	return (size_t)(out - start) + sizeof(end) - 1;
}

static bool
write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t written = write(fd, data, len);
		if (written <= 0)
			return false;
		data += written;
		len -= (size_t)written;
	}
	return true;
}

bool
ka_bench_corpus_write(const struct ka_bench_corpus *corpus, int fd, size_t num)
{
	const size_t room = (size_t)1 << 20;
	size_t pem_max = corpus->len * 3 / 2 + 256, used = 0;
	uint64_t state = 0x616e6f7468657221u;
	char *out = malloc(room);
	uint8_t *der = malloc(corpus->len);
	bool written = out != NULL && der != NULL && pem_max <= room;
	if (written)
		memcpy(der, corpus->certificates, corpus->len);
	for (size_t i = 0; i < num && written; i++) {
		patch_modulus(der + corpus->modulus_at, &state);
		used += put_pem(out + used, der, corpus->len);
		if (room - used < pem_max || i + 1 == num) {
			written = write_all(fd, out, used);
			used = 0;
		}
	}
	free(out);
	free(der);
	return written;
}
