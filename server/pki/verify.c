/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c - signatures. The key is made from the numbers that libkeyassay read, which also takes a tenth of the time
 * that libcrypto takes to read a certificate. */
#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "server/pki/internal.h"

static const char *const groups[] = {
	[KA_CURVE_SECP224R1] = "P-224",
	[KA_CURVE_SECP256R1] = "P-256",
	[KA_CURVE_SECP384R1] = "P-384",
	[KA_CURVE_SECP521R1] = "P-521",
	[KA_CURVE_SECP256K1] = "secp256k1",
	[KA_CURVE_SECP192R1] = "P-192",
	[KA_CURVE_BRAINPOOLP256R1] = "brainpoolP256r1",
	[KA_CURVE_BRAINPOOLP384R1] = "brainpoolP384r1",
	[KA_CURVE_BRAINPOOLP512R1] = "brainpoolP512r1",
};
#define NUM_GROUPS (sizeof(groups) / sizeof(groups[0]))

/* The numbers of one key; OSSL_PARAM_BLD borrows them. */
struct numbers {
	OSSL_PARAM_BLD *build;
	BIGNUM *made[4];
	size_t num;
	bool ok;
};

static void
put_number(struct numbers *numbers, const char *name, struct ka_slice bytes)
{
	BIGNUM *number = BN_bin2bn(bytes.data, (int)bytes.len, NULL);

	numbers->ok = numbers->ok && number != NULL && OSSL_PARAM_BLD_push_BN(numbers->build, name, number) == 1;
	numbers->made[numbers->num++] = number;
}

/* Returns the name of the key's type for libcrypto, or NULL. */
static const char *
put_key(struct numbers *numbers, const struct ka_key *key)
{
	switch (key->algorithm) {
	case KA_KEY_RSA:
		put_number(numbers, OSSL_PKEY_PARAM_RSA_N, key->modulus);
		put_number(numbers, OSSL_PKEY_PARAM_RSA_E, key->exponent);
		return "RSA";
	case KA_KEY_EC:
		if ((size_t)key->curve >= NUM_GROUPS || groups[key->curve] == NULL)
			return NULL;
		numbers->ok = OSSL_PARAM_BLD_push_utf8_string(
				  numbers->build, OSSL_PKEY_PARAM_GROUP_NAME, groups[key->curve], 0) == 1 &&
		    OSSL_PARAM_BLD_push_octet_string(
			numbers->build, OSSL_PKEY_PARAM_PUB_KEY, key->point.data, key->point.len) == 1;
		return "EC";
	case KA_KEY_DSA:
		put_number(numbers, OSSL_PKEY_PARAM_FFC_P, key->dsa_p);
		put_number(numbers, OSSL_PKEY_PARAM_FFC_Q, key->dsa_q);
		put_number(numbers, OSSL_PKEY_PARAM_FFC_G, key->dsa_g);
		put_number(numbers, OSSL_PKEY_PARAM_PUB_KEY, key->dsa_y);
		return "DSA";
	case KA_KEY_RSA_PSS:
	case KA_KEY_ED25519:
	case KA_KEY_ED448:
	case KA_KEY_X25519:
	case KA_KEY_X448:
	case KA_KEY_OTHER:
		break;
	}
	return NULL;
}

static EVP_PKEY *
key_from_numbers(const struct ka_key *key)
{
	struct numbers numbers = { .build = OSSL_PARAM_BLD_new(), .ok = true };
	OSSL_PARAM *params = NULL;
	EVP_PKEY_CTX *ctx = NULL;
	EVP_PKEY *made = NULL;
	const char *type;

	if (numbers.build != NULL && (type = put_key(&numbers, key)) != NULL && numbers.ok &&
	    (params = OSSL_PARAM_BLD_to_param(numbers.build)) != NULL &&
	    (ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL)) != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &made, EVP_PKEY_PUBLIC_KEY, params) != 1)
		made = NULL;
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	for (size_t i = 0; i < numbers.num; i++)
		BN_free(numbers.made[i]);
	OSSL_PARAM_BLD_free(numbers.build);
	return made;
}

static EVP_PKEY *
key_of(const struct ka_key *key)
{
	/* An RSASSA-PSS key may say what it is for (RFC 4055 1.2): libcrypto reads that, and holds signatures to it. */
	if (key->algorithm == KA_KEY_RSA_PSS) {
		const unsigned char *at = key->spki.data;
		return d2i_PUBKEY(NULL, &at, (long)key->spki.len);
	}
	return key_from_numbers(key);
}

/* signatureValue BIT STRING, the last element of a certificate or request; libkeyassay saw to it that it is one. */
static struct ka_slice
signature_of(const struct ka_object *object)
{
	const unsigned char *at = object->signature_algorithm.data + object->signature_algorithm.len;
	const unsigned char *end = object->der.data + object->der.len;
	long len = 0;
	int tag = 0, class = 0;
	const struct ka_slice none = { NULL, 0 };

	if ((ASN1_get_object(&at, &len, &tag, &class, end - at) & 0x80) != 0 || tag != V_ASN1_BIT_STRING || len < 2 ||
	    at[0] != 0)
		return none;
	return (struct ka_slice){ at + 1, (size_t)len - 1 };
}

static bool
algorithm_is_for(const struct ka_pki_algorithm *algorithm, const struct ka_key *key)
{
	if (algorithm->key == KA_KEY_RSA_PSS)
		return key->algorithm == KA_KEY_RSA || key->algorithm == KA_KEY_RSA_PSS;
	return algorithm->key == key->algorithm;
}

static bool
verifies(const struct ka_pki_algorithm *algorithm, EVP_PKEY *key, struct ka_slice signature, struct ka_slice bytes)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	EVP_PKEY_CTX *ctx = NULL;

	bool ok = md != NULL && EVP_DigestVerifyInit(md, &ctx, algorithm->digest, NULL, key) == 1 &&
	    (algorithm->key != KA_KEY_RSA_PSS ||
		(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, algorithm->digest) == 1 &&
		    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, algorithm->salt_len) == 1)) &&
	    EVP_DigestVerify(md, signature.data, signature.len, bytes.data, bytes.len) == 1;
	EVP_MD_CTX_free(md);
	return ok;
}

bool
ka_pki_verify(const struct ka_object *object, const struct ka_key *by)
{
	char message[KA_PKI_MESSAGE_LEN];
	struct ka_pki_algorithm algorithm;
	struct ka_slice signature = signature_of(object);

	if (signature.len == 0 || ka_pki_algorithm_read(&algorithm, message, object) != KA_PKI_OK ||
	    !algorithm_is_for(&algorithm, by))
		return false;
	EVP_PKEY *key = key_of(by);
	bool ok = key != NULL && verifies(&algorithm, key, signature, object->tbs);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return ok;
}
