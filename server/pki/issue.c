/* SPDX-License-Identifier: Apache-2.0 */
/* issue.c - certificates that the internal CA signs. */
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "server/pki/ca.h"

#define SERIAL_BITS 127
#define CLOCK_SLACK 120 /* seconds */
#define NOT_AFTER "20491231235959Z"

const char *
ka_pki_id(const struct ka_pki *pki)
{
	return pki->id;
}

static bool
set_serial(X509 *cert)
{
	BIGNUM *number = BN_new();

	/* The top bit is set, so all serial numbers have the same length; 126 bits are random (RFC 5280 wants
	 * uniqueness, BR 7.1 64 bits). */
	bool ok = number != NULL && BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
	    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert)) != NULL;
	BN_free(number);
	return ok;
}

bool
ka_pki_fill(X509 *cert, X509 *issuer, int64_t now)
{
	return X509_set_version(cert, X509_VERSION_3) == 1 && set_serial(cert) &&
	    X509_set_issuer_name(cert, X509_get_subject_name(issuer)) == 1 &&
	    ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)(now / 1000 - CLOCK_SLACK)) != NULL &&
	    ASN1_TIME_set_string_X509(X509_getm_notAfter(cert), NOT_AFTER) == 1;
}

bool
ka_pki_extend(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	bool ok = extension != NULL && X509_add_ext(cert, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return ok;
}

/* Signs a certificate for a key; der is in the arena. */
static bool
sign(struct ka_slice *out_der, struct ka_arena *arena, struct ka_pki *pki, EVP_PKEY *key, int64_t now)
{
	static const unsigned char common_name[] = "AWS IoT Certificate";
	X509 *cert = X509_new();
	X509_NAME *subject = cert == NULL ? NULL : X509_get_subject_name(cert);
	unsigned char *der = NULL;
	int len = -1;

	if (subject != NULL &&
	    X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8, common_name, -1, -1, 0) == 1 &&
	    ka_pki_fill(cert, pki->cert, now) && X509_set_pubkey(cert, key) == 1 &&
	    ka_pki_extend(cert, pki->cert, NID_authority_key_identifier, "keyid") &&
	    ka_pki_extend(cert, pki->cert, NID_subject_key_identifier, "hash") &&
	    ka_pki_extend(cert, pki->cert, NID_basic_constraints, "critical,CA:FALSE") &&
	    ka_pki_extend(cert, pki->cert, NID_key_usage, "critical,digitalSignature") &&
	    X509_sign(cert, pki->key, EVP_sha256()) > 0)
		len = i2d_X509(cert, &der);
	if (len > 0)
		*out_der = ka_arena_slice(arena, (struct ka_slice){ der, (size_t)len });
	OPENSSL_free(der);
	X509_free(cert);
	return len > 0;
}

static enum ka_pki_fault
issue(
    struct ka_pki_cert *out, char *out_message, struct ka_arena *arena, struct ka_pki *pki, EVP_PKEY *key, int64_t now)
{
	struct ka_slice der;
	bool ok = sign(&der, arena, pki, key, now);

	ERR_clear_error();
	if (!ok)
		return ka_pki_say(out_message, KA_PKI_FAILED, "the internal CA could not sign a certificate");
	return ka_pki_read_der(out, out_message, arena, der);
}

/* Narrower than for certificates that others made: RSA and NIST's curves only, as the model says of the request. */
static enum ka_pki_fault
check_request_key(char *out_message, const struct ka_object *request)
{
	const struct ka_key *key = &request->key;

	if (key->algorithm != KA_KEY_RSA && key->curve != KA_CURVE_SECP256R1 && key->curve != KA_CURVE_SECP384R1 &&
	    key->curve != KA_CURVE_SECP521R1)
		return ka_pki_say(out_message, KA_PKI_REQUEST,
		    "the request's key is %s %s; accepted are RSA of at least 2048 bits and the curves P-256, P-384 "
		    "and P-521",
		    ka_key_algorithm_name(key->algorithm), ka_curve_name(key->curve));
	return ka_pki_check_key(out_message, request, KA_PKI_REQUEST);
}

enum ka_pki_fault
ka_pki_issue(struct ka_pki_cert *out, char out_message[KA_PKI_MESSAGE_LEN], struct ka_arena *arena, struct ka_pki *pki,
    const char *csr_pem, size_t csr_len, int64_t now, const struct ka_ctx *ctx)
{
	struct ka_object request;
	struct ka_pki_algorithm algorithm;
	enum ka_pki_fault fault;

	if (ka_pki_read_one(&request, out_message, arena, csr_pem, csr_len, KA_OBJECT_CERTIFICATE_REQUEST,
		"certificate request") != KA_PKI_OK ||
	    ka_pki_algorithm_read(&algorithm, out_message, &request) != KA_PKI_OK)
		return KA_PKI_REQUEST;
	if ((fault = check_request_key(out_message, &request)) != KA_PKI_OK ||
	    (fault = ka_pki_check_weak(out_message, &request, ctx)) != KA_PKI_OK)
		return fault;
	if (!ka_pki_verify(&request, &request.key))
		return ka_pki_say(out_message, KA_PKI_REQUEST, "the request is not signed by its own key");
	const unsigned char *at = request.key.spki.data;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)request.key.spki.len);
	if (key == NULL) {
		ERR_clear_error();
		return ka_pki_say(out_message, KA_PKI_REQUEST, "the request's key cannot be read");
	}
	fault = issue(out, out_message, arena, pki, key, now);
	EVP_PKEY_free(key);
	return fault;
}

static const char *
pem_text(struct ka_arena *arena, EVP_PKEY *key, bool private_half)
{
	BIO *bio = BIO_new(BIO_s_mem());
	const char *text = NULL;
	char *data;

	/* AWS gives the private key as PKCS #1 ("BEGIN RSA PRIVATE KEY"). */
	if (bio != NULL &&
	    (private_half ? PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0, NULL, NULL)
			  : PEM_write_bio_PUBKEY(bio, key)) == 1) {
		long len = BIO_get_mem_data(bio, &data);
		text = ka_arena_text(arena, data, (size_t)len);
		OPENSSL_cleanse(data, (size_t)len);
	}
	BIO_free(bio);
	return text;
}

enum ka_pki_fault
ka_pki_make_pair(struct ka_pki_cert *out, const char **out_public_pem, const char **out_private_pem,
    char out_message[KA_PKI_MESSAGE_LEN], struct ka_arena *arena, struct ka_pki *pki, int64_t now)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);
	const char *public_pem = key == NULL ? NULL : pem_text(arena, key, false);
	const char *private_pem = key == NULL ? NULL : pem_text(arena, key, true);
	enum ka_pki_fault fault = public_pem == NULL || private_pem == NULL
	    ? ka_pki_say(out_message, KA_PKI_FAILED, "no key pair could be made")
	    : issue(out, out_message, arena, pki, key, now);

	EVP_PKEY_free(key);
	ERR_clear_error();
	if (fault == KA_PKI_OK) {
		*out_public_pem = public_pem;
		*out_private_pem = private_pem;
	}
	return fault;
}
