/* SPDX-License-Identifier: Apache-2.0 */
#include "server/pki/make_cert_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/dsa.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#define MUST(condition) \
	do { \
		if (!(condition)) { \
			(void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			ERR_print_errors_fp(stderr); \
			abort(); \
		} \
	} while (0)

static EVP_PKEY *
make_dsa(unsigned bits)
{
	EVP_PKEY *params = NULL, *key = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL);

	MUST(EVP_PKEY_paramgen_init(ctx) == 1 && EVP_PKEY_CTX_set_dsa_paramgen_bits(ctx, (int)bits) == 1 &&
	    EVP_PKEY_paramgen(ctx, &params) == 1);
	EVP_PKEY_CTX_free(ctx);
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, params, NULL);
	MUST(EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_keygen(ctx, &key) == 1);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(params);
	return key;
}

static EVP_PKEY *
make_other(const char *type, const char *group, unsigned bits, bool explicit_curve)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	MUST(ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1);
	if (group != NULL)
		MUST(EVP_PKEY_CTX_set_group_name(ctx, group) == 1);
	if (bits != 0)
		MUST(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)bits) == 1);
	MUST(EVP_PKEY_generate(ctx, &key) == 1);
	if (explicit_curve)
		MUST(EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING, OSSL_PKEY_EC_ENCODING_EXPLICIT) ==
		    1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* RSASSA-PSS with SHA-256 and a salt of at least 32 bytes only. */
static EVP_PKEY *
make_restricted(unsigned bits)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
	EVP_PKEY *key = NULL;

	MUST(ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)bits) == 1);
	MUST(EVP_PKEY_CTX_set_rsa_pss_keygen_md(ctx, EVP_sha256()) == 1 &&
	    EVP_PKEY_CTX_set_rsa_pss_keygen_mgf1_md(ctx, EVP_sha256()) == 1 &&
	    EVP_PKEY_CTX_set_rsa_pss_keygen_saltlen(ctx, 32) == 1 && EVP_PKEY_generate(ctx, &key) == 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *
make_key(const char *name)
{
	char type[64];
	(void)snprintf(type, sizeof(type), "%.*s", (int)strcspn(name, "#"), name);
	char *detail = strchr(type, ':');
	unsigned bits = 0;

	if (detail != NULL) {
		*detail++ = '\0';
		bits = (unsigned)strtoul(detail, NULL, 10);
	}
	if (strcmp(type, "dsa") == 0)
		return make_dsa(bits);
	if (strcmp(type, "rsa-pss-sha256-32") == 0)
		return make_restricted(bits);
	if (strcmp(type, "rsa") == 0 || strcmp(type, "rsa-pss") == 0)
		return make_other(type, NULL, bits, false);
	if (strcmp(type, "ec") == 0 || strcmp(type, "ec-explicit") == 0)
		return make_other("EC", detail, 0, strcmp(type, "ec-explicit") == 0);
	return make_other(type, NULL, 0, false);
}

static EVP_PKEY *
key_named(const char *name)
{
	static struct {
		char name[64];
		EVP_PKEY *key;
	} keys[256];

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (keys[i].key == NULL) {
			(void)snprintf(keys[i].name, sizeof(keys[i].name), "%s", name);
			keys[i].key = make_key(name);
		}
		if (strcmp(keys[i].name, name) == 0)
			return keys[i].key;
	}
	(void)fprintf(stderr, "more keys than the table has room for\n");
	abort();
}

static X509_NAME *
make_name(const char *text, size_t len, int type, const char *also)
{
	X509_NAME *name = X509_NAME_new();

	if (len > 0)
		MUST(X509_NAME_add_entry_by_NID(
			 name, NID_commonName, type, (const unsigned char *)text, (int)len, -1, 0) == 1);
	if (also != NULL)
		MUST(X509_NAME_add_entry_by_NID(
			 name, NID_commonName, V_ASN1_UTF8STRING, (const unsigned char *)also, -1, -1, 0) == 1);
	return name;
}

static X509_NAME *
subject_name(const struct make_cert *cert)
{
	const char *subject = cert->subject == NULL ? "Test CA" : cert->subject;

	return make_name(subject, cert->subject_len == 0 ? strlen(subject) : cert->subject_len,
	    cert->subject_type == 0 ? V_ASN1_UTF8STRING : cert->subject_type, cert->also);
}

static void
extend(X509 *x509, const char *value)
{
	if (value == NULL)
		return;
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, value);
	MUST(extension != NULL && X509_add_ext(x509, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

static EVP_MD_CTX *
signer_of(const struct make_cert *cert)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	EVP_PKEY_CTX *ctx;
	const char *name = cert->digest == NULL ? "SHA256" : cert->digest;
	const EVP_MD *digest = name[0] == '\0' ? NULL : EVP_get_digestbyname(name);
	EVP_PKEY *key = key_named(cert->signer == NULL ? cert->key : cert->signer);

	MUST(EVP_DigestSignInit(md, &ctx, digest, NULL, key) == 1);
	if (cert->pss) {
		MUST(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1);
		MUST(EVP_PKEY_CTX_set_rsa_pss_saltlen(
			 ctx, cert->salt_len == 0 ? RSA_PSS_SALTLEN_DIGEST : cert->salt_len) == 1);
		if (cert->mask_digest != NULL)
			MUST(EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_get_digestbyname(cert->mask_digest)) == 1);
	}
	return md;
}

struct ka_slice
make_cert_der(struct ka_arena *arena, const struct make_cert *cert)
{
	static long serial = 1000;
	X509 *x509 = X509_new();
	X509_NAME *subject = subject_name(cert);
	X509_NAME *issuer = cert->issuer == NULL
	    ? X509_NAME_dup(subject)
	    : make_name(cert->issuer, strlen(cert->issuer), V_ASN1_UTF8STRING, NULL);
	EVP_MD_CTX *md = signer_of(cert);
	unsigned char *der = NULL;

	MUST(X509_set_version(x509, cert->version == 1 ? X509_VERSION_1 : X509_VERSION_3) == 1);
	MUST(ASN1_INTEGER_set(X509_get_serialNumber(x509), serial++) == 1);
	MUST(X509_set_subject_name(x509, subject) == 1 && X509_set_issuer_name(x509, issuer) == 1);
	MUST(ASN1_TIME_adj(X509_getm_notBefore(x509), cert->not_before == 0 ? 1577836800 : cert->not_before, 0, 0) !=
	    NULL);
	MUST(
	    ASN1_TIME_adj(X509_getm_notAfter(x509), cert->not_after == 0 ? 2208988800 : cert->not_after, 0, 0) != NULL);
	MUST(X509_set_pubkey(x509, key_named(cert->key)) == 1);
	extend(x509, cert->constraints);
	extend(x509, cert->constraints_again);
	MUST(X509_sign_ctx(x509, md) > 0);
	int len = i2d_X509(x509, &der);
	MUST(len > 0);
	struct ka_slice copy = ka_arena_slice(arena, (struct ka_slice){ der, (size_t)len });
	OPENSSL_free(der);
	EVP_MD_CTX_free(md);
	X509_NAME_free(subject);
	X509_NAME_free(issuer);
	X509_free(x509);
	return copy;
}

const char *
make_der_pem(struct ka_arena *arena, const char *label, struct ka_slice der)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data;

	MUST(PEM_write_bio(bio, label, "", der.data, (long)der.len) > 0);
	long len = BIO_get_mem_data(bio, &data);
	const char *text = ka_arena_text(arena, data, (size_t)len);
	BIO_free(bio);
	return text;
}

const char *
make_cert_pem(struct ka_arena *arena, const struct make_cert *cert)
{
	return make_der_pem(arena, "CERTIFICATE", make_cert_der(arena, cert));
}

const char *
make_request_pem(struct ka_arena *arena, const struct make_cert *cert)
{
	X509_REQ *request = X509_REQ_new();
	X509_NAME *subject = subject_name(cert);
	EVP_MD_CTX *md = signer_of(cert);
	unsigned char *der = NULL;

	MUST(
	    X509_REQ_set_version(request, X509_REQ_VERSION_1) == 1 && X509_REQ_set_subject_name(request, subject) == 1);
	MUST(X509_REQ_set_pubkey(request, key_named(cert->key)) == 1 && X509_REQ_sign_ctx(request, md) > 0);
	int len = i2d_X509_REQ(request, &der);
	MUST(len > 0);
	const char *text = make_der_pem(arena, "CERTIFICATE REQUEST", (struct ka_slice){ der, (size_t)len });
	OPENSSL_free(der);
	EVP_MD_CTX_free(md);
	X509_NAME_free(subject);
	X509_REQ_free(request);
	return text;
}

const char *
make_key_pem(struct ka_arena *arena, const char *name)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data;

	MUST(PEM_write_bio_PrivateKey(bio, key_named(name), NULL, NULL, 0, NULL, NULL) == 1);
	long len = BIO_get_mem_data(bio, &data);
	const char *text = ka_arena_text(arena, data, (size_t)len);
	BIO_free(bio);
	return text;
}
