/* SPDX-License-Identifier: Apache-2.0 */
/* Objects made by OpenSSL: every kind of key in every kind of object, its parts as OpenSSL gives them, and cut at every byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <openssl/x509v3.h>

#include "lib/x509/read_test.h"

struct kind {
	const char *name;
	const char *type, *group; /* OpenSSL's */
	unsigned bits;
	enum ka_key_algorithm algorithm;
	enum ka_curve curve;
	bool has_private; /* the private key file holds the public key */
};

static const struct kind kinds[] = {
	{ "RSA-2048", "RSA", NULL, 2048, KA_KEY_RSA, KA_CURVE_NONE, true },
	{ "RSA-1025", "RSA", NULL, 1025, KA_KEY_RSA, KA_CURVE_NONE, true },
	{ "RSA-PSS-1024", "RSA-PSS", NULL, 1024, KA_KEY_RSA_PSS, KA_CURVE_NONE, true },
	{ "P-256", "EC", "prime256v1", 256, KA_KEY_EC, KA_CURVE_SECP256R1, true },
	{ "P-384", "EC", "secp384r1", 384, KA_KEY_EC, KA_CURVE_SECP384R1, true },
	{ "P-521", "EC", "secp521r1", 521, KA_KEY_EC, KA_CURVE_SECP521R1, true },
	{ "secp256k1", "EC", "secp256k1", 256, KA_KEY_EC, KA_CURVE_SECP256K1, true },
	{ "brainpoolP256r1", "EC", "brainpoolP256r1", 256, KA_KEY_EC, KA_CURVE_BRAINPOOLP256R1, true },
	{ "sect283k1: a curve unknown here", "EC", "sect283k1", 0, KA_KEY_EC, KA_CURVE_OTHER, true },
	{ "Ed25519", "ED25519", NULL, 256, KA_KEY_ED25519, KA_CURVE_NONE, false },
	{ "Ed448", "ED448", NULL, 456, KA_KEY_ED448, KA_CURVE_NONE, false },
};

static EVP_PKEY *
key_make(const struct kind *kind)
{
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, kind->type, NULL);

	assert_non_null(ctx);
	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	if (kind->group != NULL)
		assert_int_equal(EVP_PKEY_CTX_set_group_name(ctx, kind->group), 1);
	else if (strncmp(kind->type, "RSA", 3) == 0)
		assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)kind->bits), 1);
	assert_int_equal(EVP_PKEY_generate(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static X509_NAME *
name_make(const char *common_name)
{
	X509_NAME *name = X509_NAME_new();

	assert_non_null(name);
	assert_int_equal(X509_NAME_add_entry_by_txt(name, "C", MBSTRING_ASC, (const unsigned char *)"DE", -1, -1, 0), 1);
	assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0), 1);
	return name;
}

static const EVP_MD *
digest_of(EVP_PKEY *key)
{
	return EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448") ? NULL : EVP_sha256();
}

static X509 *
certificate_make(EVP_PKEY *key)
{
	X509 *certificate = X509_new();
	X509_NAME *issuer = name_make("issuer"), *subject = name_make("subject");
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "critical,CA:TRUE");

	assert_non_null(certificate);
	assert_int_equal(X509_set_version(certificate, X509_VERSION_3), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(certificate), 0x1234), 1);
	assert_int_equal(X509_set_issuer_name(certificate, issuer), 1);
	assert_int_equal(X509_set_subject_name(certificate, subject), 1);
	assert_non_null(ASN1_TIME_set(X509_getm_notBefore(certificate), 1700000000));
	assert_non_null(ASN1_TIME_set(X509_getm_notAfter(certificate), 2600000000)); /* after 2049: GeneralizedTime */
	assert_int_equal(X509_set_pubkey(certificate, key), 1);
	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	assert_true(X509_sign(certificate, key, digest_of(key)) > 0);
	X509_NAME_free(issuer);
	X509_NAME_free(subject);
	X509_EXTENSION_free(extension);
	return certificate;
}

static X509_REQ *
request_make(EVP_PKEY *key)
{
	X509_REQ *request = X509_REQ_new();
	X509_NAME *subject = name_make("subject");

	assert_non_null(request);
	assert_int_equal(X509_REQ_set_subject_name(request, subject), 1);
	assert_int_equal(X509_REQ_set_pubkey(request, key), 1);
	assert_int_equal(X509_REQ_add1_attr_by_txt(request, "challengePassword", MBSTRING_ASC, (const unsigned char *)"x", -1), 1);
	assert_true(X509_REQ_sign(request, key, digest_of(key)) > 0);
	X509_NAME_free(subject);
	return request;
}

/* Takes over what an i2d function wrote. */
static struct asm_bytes
taken(unsigned char *der, int len)
{
	assert_true(len > 0);
	struct asm_bytes bytes = asm_copy(der, (size_t)len);
	OPENSSL_free(der);
	return bytes;
}

static void
same_key(const struct kind *kind, const struct ka_key *key, EVP_PKEY *expected)
{
	unsigned char buffer[1024];
	size_t len = 0;

	assert_int_equal(key->algorithm, kind->algorithm);
	assert_int_equal(key->curve, kind->curve);
	assert_int_equal(key->bits, kind->bits);
	if (kind->algorithm == KA_KEY_RSA || kind->algorithm == KA_KEY_RSA_PSS) {
		BIGNUM *n = NULL, *e = NULL;
		assert_int_equal(EVP_PKEY_get_bn_param(expected, OSSL_PKEY_PARAM_RSA_N, &n), 1);
		assert_int_equal(EVP_PKEY_get_bn_param(expected, OSSL_PKEY_PARAM_RSA_E, &e), 1);
		assert_int_equal(key->modulus.len, BN_num_bytes(n));
		assert_int_equal(BN_bn2bin(n, buffer), key->modulus.len);
		assert_memory_equal(buffer, key->modulus.data, key->modulus.len);
		assert_int_equal(key->exponent.len, BN_num_bytes(e));
		assert_int_equal(BN_bn2bin(e, buffer), key->exponent.len);
		assert_memory_equal(buffer, key->exponent.data, key->exponent.len);
		BN_free(n);
		BN_free(e);
	} else {
		assert_int_equal(EVP_PKEY_get_octet_string_param(expected, OSSL_PKEY_PARAM_PUB_KEY, buffer, sizeof(buffer), &len), 1);
		assert_int_equal(key->point.len, len);
		assert_memory_equal(buffer, key->point.data, len);
	}
}

static void
same_spki(const struct kind *kind, const struct ka_key *key, EVP_PKEY *expected)
{
	unsigned char *der = NULL;
	int der_len = i2d_PUBKEY(expected, &der);
	struct asm_bytes spki = taken(der, der_len);
	uint8_t written[1024];
	size_t len;

	if (key->spki.len > 0)
		assert_true(key->spki.len == spki.len && memcmp(key->spki.data, spki.data, spki.len) == 0);
	if (kind->curve != KA_CURVE_OTHER) {
		assert_int_equal(ka_key_spki(written, &len, sizeof(written), key), KA_OK);
		assert_int_equal(len, spki.len);
		assert_memory_equal(written, spki.data, len);
	}
	asm_free(&spki);
}

static void
read_and_compare(const struct kind *kind, struct asm_bytes *bytes, read_fn read, enum ka_object_kind object_kind, EVP_PKEY *key)
{
	struct ka_object object, again;

	enum ka_err err = read(&object, NULL, asm_slice(bytes));
	if (err != KA_OK)
		fail_msg("%s: %s", kind->name, ka_err_name(err));
	assert_int_equal(object.kind, object_kind);
	same_key(kind, &object.key, key);
	same_spki(kind, &object.key, key);
	slices_inside(&object, asm_slice(bytes));
	assert_int_equal(ka_object_read(&again, NULL, asm_slice(bytes)), KA_OK);
	assert_int_equal(again.kind, object_kind);
	read_cuts(asm_slice(bytes), read);
	read_cuts(asm_slice(bytes), ka_object_read);
	asm_free(bytes);
}

static void
certificate_parts(struct ka_slice der)
{
	struct ka_object object;
	char text[64];

	assert_int_equal(ka_certificate_read(&object, NULL, der), KA_OK);
	assert_int_equal(object.version, 3);
	assert_int_equal(object.not_before, 1700000000);
	assert_int_equal(object.not_after, 2600000000);
	assert_int_equal(object.serial.len, 2);
	assert_memory_equal(object.serial.data, "\x12\x34", 2);
	(void)ka_name_text(text, sizeof(text), object.issuer);
	assert_string_equal(text, "C=DE, CN=issuer");
	(void)ka_name_text(text, sizeof(text), object.subject);
	assert_string_equal(text, "C=DE, CN=subject");
	assert_true(object.extensions.len > 0);
}

static void
objects_of_openssl_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct kind *kind = &kinds[i];
		EVP_PKEY *key = key_make(kind);
		unsigned char *der = NULL;
		int len;

		X509 *certificate = certificate_make(key);
		len = i2d_X509(certificate, &der);
		struct asm_bytes bytes = taken(der, len);
		certificate_parts(asm_slice(&bytes));
		read_and_compare(kind, &bytes, ka_certificate_read, KA_OBJECT_CERTIFICATE, key);
		X509_free(certificate);

		X509_REQ *request = request_make(key);
		len = i2d_X509_REQ(request, (der = NULL, &der));
		bytes = taken(der, len);
		read_and_compare(kind, &bytes, ka_certificate_request_read, KA_OBJECT_CERTIFICATE_REQUEST, key);
		X509_REQ_free(request);

		len = i2d_PUBKEY(key, (der = NULL, &der));
		bytes = taken(der, len);
		read_and_compare(kind, &bytes, ka_public_key_read, KA_OBJECT_PUBLIC_KEY, key);

		PKCS8_PRIV_KEY_INFO *pkcs8 = EVP_PKEY2PKCS8(key);
		assert_non_null(pkcs8);
		len = i2d_PKCS8_PRIV_KEY_INFO(pkcs8, (der = NULL, &der));
		bytes = taken(der, len);
		PKCS8_PRIV_KEY_INFO_free(pkcs8);
		if (kind->has_private) {
			read_and_compare(kind, &bytes, ka_private_key_read, KA_OBJECT_PRIVATE_KEY, key);
			len = i2d_PrivateKey(key, (der = NULL, &der));
			bytes = taken(der, len);
			read_and_compare(kind, &bytes, ka_private_key_read, KA_OBJECT_PRIVATE_KEY, key);
		} else {
			struct ka_object object;
			assert_int_equal(ka_private_key_read(&object, NULL, asm_slice(&bytes)), KA_ERR_KEY_NO_PUBLIC);
			asm_free(&bytes);
		}
		EVP_PKEY_free(key);
	}
}

static void
bundles_of_openssl_are_read(void **state)
{
	EVP_PKEY *key = key_make(&kinds[3]);
	X509 *certificates[2] = { certificate_make(key), certificate_make(key) };
	PKCS7 *pkcs7 = PKCS7_new();
	unsigned char *der = NULL;
	struct ka_bundle bundle;
	struct ka_slice got;
	unsigned num = 0;

	(void)state;
	assert_int_equal(PKCS7_set_type(pkcs7, NID_pkcs7_signed), 1);
	assert_int_equal(PKCS7_content_new(pkcs7, NID_pkcs7_data), 1);
	for (int i = 0; i < 2; i++)
		assert_int_equal(PKCS7_add_certificate(pkcs7, certificates[i]), 1);
	int len = i2d_PKCS7(pkcs7, &der);
	struct asm_bytes bytes = taken(der, len);
	assert_int_equal(ka_bundle_open(&bundle, NULL, asm_slice(&bytes)), KA_OK);
	while (ka_bundle_next(&got, &bundle)) {
		der = NULL;
		len = i2d_X509(certificates[num], &der);
		struct asm_bytes expected = taken(der, len);
		assert_true(ka_slice_equal(got, asm_slice(&expected)));
		certificate_parts(got);
		asm_free(&expected);
		num++;
	}
	assert_int_equal(num, 2);
	asm_free(&bytes);
	PKCS7_free(pkcs7);
	X509_free(certificates[0]);
	X509_free(certificates[1]);
	EVP_PKEY_free(key);
}

static void
trust_settings_are_passed_over(void **state)
{
	EVP_PKEY *key = key_make(&kinds[3]);
	X509 *certificate = certificate_make(key);
	ASN1_OBJECT *purpose = OBJ_nid2obj(NID_server_auth);
	unsigned char *der = NULL;
	struct ka_object object;

	(void)state;
	int len = i2d_X509(certificate, &der);
	struct asm_bytes plain = taken(der, len);
	assert_int_equal(X509_add1_trust_object(certificate, purpose), 1);
	assert_int_equal(X509_alias_set1(certificate, (const unsigned char *)"alias", -1), 1);
	len = i2d_X509_AUX(certificate, (der = NULL, &der));
	struct asm_bytes trusted = taken(der, len);
	assert_true(trusted.len > plain.len);
	assert_int_equal(ka_certificate_read(&object, NULL, asm_slice(&trusted)), KA_ERR_DER_TRAILING);
	assert_int_equal(ka_trusted_certificate_read(&object, NULL, asm_slice(&trusted)), KA_OK);
	assert_true(ka_slice_equal(object.der, asm_slice(&plain)));
	assert_int_equal(ka_trusted_certificate_read(&object, NULL, asm_slice(&plain)), KA_OK);
	/* Cut between the two it is a plain certificate, elsewhere it is nothing. */
	for (size_t cut = 0; cut < trusted.len; cut++) {
		struct asm_bytes bytes = asm_copy(trusted.data, cut);
		enum ka_err err = ka_trusted_certificate_read(&object, NULL, asm_slice(&bytes));
		assert_int_equal(err, cut == plain.len ? KA_OK : KA_ERR_DER_TRUNCATED);
		asm_free(&bytes);
	}
	asm_free(&trusted);
	asm_free(&plain);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_of_openssl_are_read),
		cmocka_unit_test(bundles_of_openssl_are_read),
		cmocka_unit_test(trust_settings_are_passed_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
