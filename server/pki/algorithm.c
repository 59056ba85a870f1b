/* SPDX-License-Identifier: Apache-2.0 */
/* algorithm.c - the signature algorithms that are accepted: SHA-256, SHA-384, SHA-512 with RSA, RSASSA-PSS or ECDSA,
 * and SHA-256 with DSA (reference 3.10). MD5 and SHA-1 are not: with their collisions a signature proves nothing of a
 * certificate. */
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "server/pki/internal.h"

static const struct {
	int nid;
	enum ka_key_algorithm key;
	const EVP_MD *(*digest)(void);
} accepted[] = {
	{ NID_sha256WithRSAEncryption, KA_KEY_RSA, EVP_sha256 },
	{ NID_sha384WithRSAEncryption, KA_KEY_RSA, EVP_sha384 },
	{ NID_sha512WithRSAEncryption, KA_KEY_RSA, EVP_sha512 },
	{ NID_ecdsa_with_SHA256, KA_KEY_EC, EVP_sha256 },
	{ NID_ecdsa_with_SHA384, KA_KEY_EC, EVP_sha384 },
	{ NID_ecdsa_with_SHA512, KA_KEY_EC, EVP_sha512 },
	{ NID_dsa_with_SHA256, KA_KEY_DSA, EVP_sha256 },
};
#define NUM_ACCEPTED (sizeof(accepted) / sizeof(accepted[0]))

static const EVP_MD *
accepted_digest(const ASN1_OBJECT *oid)
{
	switch (OBJ_obj2nid(oid)) {
	case NID_sha256:
		return EVP_sha256();
	case NID_sha384:
		return EVP_sha384();
	case NID_sha512:
		return EVP_sha512();
	default:
		return NULL;
	}
}

/* MaskGenAlgorithm: mgf1 with the hash that the message has, as RFC 4055 recommends and every maker does. */
static const char *
mask_read(const X509_ALGOR *mask, const EVP_MD *digest)
{
	const ASN1_OBJECT *oid;
	const void *value;
	int type;

	if (mask == NULL)
		return "masked with SHA-1";
	X509_ALGOR_get0(&oid, &type, &value, mask);
	if (OBJ_obj2nid(oid) != NID_mgf1)
		return "with an unknown mask generation";
	if (type != V_ASN1_SEQUENCE)
		return "with a malformed mask generation";
	const unsigned char *at = ASN1_STRING_get0_data(value);
	X509_ALGOR *hash = d2i_X509_ALGOR(NULL, &at, ASN1_STRING_length(value));
	if (hash == NULL)
		return "with a malformed mask generation";
	X509_ALGOR_get0(&oid, NULL, NULL, hash);
	bool is_same = accepted_digest(oid) == digest;
	X509_ALGOR_free(hash);
	return is_same ? NULL : "with one hash for the message and another for the mask";
}

/*
 * RSASSA-PSS-params ::= SEQUENCE {                                      -- RFC 4055 3.1
 *     hashAlgorithm [0] HashAlgorithm DEFAULT sha1, maskGenAlgorithm [1] MaskGenAlgorithm DEFAULT mgf1SHA1,
 *     saltLength [2] INTEGER DEFAULT 20, trailerField [3] INTEGER DEFAULT 1 }
 */
static const char *
pss_read(struct ka_pki_algorithm *out, const RSA_PSS_PARAMS *params)
{
	const ASN1_OBJECT *oid;
	const char *fault;
	long salt_len = 20;

	if (params->hashAlgorithm == NULL)
		return "with SHA-1";
	X509_ALGOR_get0(&oid, NULL, NULL, params->hashAlgorithm);
	out->digest = accepted_digest(oid);
	if (out->digest == NULL)
		return "with a hash other than SHA-256, SHA-384 and SHA-512";
	fault = mask_read(params->maskGenAlgorithm, out->digest);
	if (fault != NULL)
		return fault;
	/* A number that does not fit a long is -1. */
	if (params->trailerField != NULL && ASN1_INTEGER_get(params->trailerField) != 1)
		return "with an unknown trailer";
	if (params->saltLength != NULL)
		salt_len = ASN1_INTEGER_get(params->saltLength);
	if (salt_len < 0 || salt_len > (long)KA_KEY_MAX_BYTES)
		return "with an impossible salt length";
	out->salt_len = (int)salt_len;
	return NULL;
}

/* Returns NULL, or what is wrong with the parameters. */
static const char *
pss_parameters_read(struct ka_pki_algorithm *out, int type, const void *value)
{
	if (type != V_ASN1_SEQUENCE)
		return "without parameters";
	const ASN1_STRING *text = value;
	const unsigned char *at = ASN1_STRING_get0_data(text);
	const unsigned char *end = at + ASN1_STRING_length(text);
	RSA_PSS_PARAMS *params = d2i_RSA_PSS_PARAMS(NULL, &at, ASN1_STRING_length(text));
	const char *fault = params == NULL || at != end ? "with malformed parameters" : pss_read(out, params);

	RSA_PSS_PARAMS_free(params);
	return fault;
}

static enum ka_pki_fault
refuse(char *out_message, const ASN1_OBJECT *oid, const char *why)
{
	char name[80];

	if (OBJ_obj2txt(name, sizeof(name), oid, 0) <= 0)
		(void)snprintf(name, sizeof(name), "an unknown algorithm");
	return ka_pki_say(out_message, KA_PKI_SIGNATURE_ALGORITHM,
	    "the signature algorithm is %s%s%s; accepted are SHA256, SHA384 and SHA512 with RSA (PKCS #1 v1.5 or PSS) "
	    "or ECDSA, and "
	    "SHA256 with DSA",
	    name, why[0] == '\0' ? "" : " ", why);
}

static enum ka_pki_fault
look_up(struct ka_pki_algorithm *out, char *out_message, const X509_ALGOR *algorithm)
{
	const ASN1_OBJECT *oid;
	const void *value;
	int type;

	X509_ALGOR_get0(&oid, &type, &value, algorithm);
	int nid = OBJ_obj2nid(oid);
	if (nid == NID_rsassaPss) {
		out->key = KA_KEY_RSA_PSS;
		const char *fault = pss_parameters_read(out, type, value);
		return fault == NULL ? KA_PKI_OK : refuse(out_message, oid, fault);
	}
	for (size_t i = 0; i < NUM_ACCEPTED; i++) {
		if (accepted[i].nid != nid)
			continue;
		/* RFC 4055 2.1: NULL; RFC 5758 3: absent. Makers have mixed it up, and neither says anything. */
		if (type != V_ASN1_UNDEF && type != V_ASN1_NULL)
			return refuse(out_message, oid, "with parameters, where there are none");
		*out = (struct ka_pki_algorithm){ accepted[i].key, accepted[i].digest(), 0 };
		return KA_PKI_OK;
	}
	return refuse(out_message, oid, "");
}

/* The signature inside tbs: behind the serial number, in front of the issuer. */
static bool
inner_is_outer(const struct ka_object *object)
{
	if (object->kind != KA_OBJECT_CERTIFICATE)
		return true;
	const uint8_t *start = object->serial.data + object->serial.len;
	return ka_pki_same(
	    object->signature_algorithm, (struct ka_slice){ start, (size_t)(object->issuer.data - start) });
}

enum ka_pki_fault
ka_pki_algorithm_read(
    struct ka_pki_algorithm *out, char out_message[KA_PKI_MESSAGE_LEN], const struct ka_object *object)
{
	const unsigned char *at = object->signature_algorithm.data;
	struct ka_pki_algorithm read = { 0 };

	if (!inner_is_outer(object))
		return ka_pki_say(out_message, KA_PKI_SIGNATURE_ALGORITHM,
		    "the certificate names one signature algorithm inside of what is signed and another outside (RFC "
		    "5280 4.1.1.2)");
	X509_ALGOR *algorithm = d2i_X509_ALGOR(NULL, &at, (long)object->signature_algorithm.len);
	if (algorithm == NULL) {
		ERR_clear_error();
		return ka_pki_say(
		    out_message, KA_PKI_SIGNATURE_ALGORITHM, "the parameters of the signature algorithm are malformed");
	}
	enum ka_pki_fault fault = look_up(&read, out_message, algorithm);
	X509_ALGOR_free(algorithm);
	ERR_clear_error();
	if (fault == KA_PKI_OK)
		*out = read;
	return fault;
}
