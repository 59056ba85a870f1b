/* SPDX-License-Identifier: Apache-2.0 */
/* The public half of private key files. Private numbers are passed over; they are never copied. */
#include "lib/key/key.h"
#include "lib/x509/object.h"

/* pkcs-5 and pkcs-12 password-based encryption: 1.2.840.113549.1.5.*, 1.2.840.113549.1.12.1.* */
static const uint8_t pkcs5_oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05 };
static const uint8_t pkcs12_oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c };

/* All versions defined are 0 and 1; a later one may mean another structure. */
static bool
version_take(struct ka_der *in)
{
	const uint8_t *start = in->at;
	unsigned version;

	return ka_der_small(in, &version, KA_ERR_X509_VERSION) &&
	    (version <= 1 || ka_der_fail_at(in, start, KA_ERR_X509_VERSION));
}

/*
 * RSAPrivateKey ::= SEQUENCE { version INTEGER, modulus INTEGER, publicExponent INTEGER, privateExponent INTEGER, prime1 INTEGER,
 *     prime2 INTEGER, exponent1 INTEGER, exponent2 INTEGER, coefficient INTEGER, otherPrimeInfos OPTIONAL }
 */
static bool
rsa_private_take(struct ka_key *out_key, struct ka_der *in)
{
	struct ka_der body, other_primes;
	struct ka_slice private_number;

	if (!(ka_der_take(in, KA_DER_SEQUENCE, &body) &&
	    version_take(&body) &&
	    ka_rsa_numbers_read(out_key, &body)))
		return false;
	for (int i = 0; i < 6; i++) {
		if (!ka_der_integer(&body, &private_number))
			return false;
	}
	return ka_der_at_end(&body) || (ka_der_take(&body, KA_DER_SEQUENCE, &other_primes) && ka_der_finish(&body));
}

static bool
same_curve(const struct ka_algorithm *a, const struct ka_algorithm *b)
{
	return a->curve == b->curve && ka_slice_equal(a->curve_oid, b->curve_oid) && a->explicit_bits == b->explicit_bits;
}

/*
 * ECPrivateKey ::= SEQUENCE { version INTEGER { 1 }, privateKey OCTET STRING, parameters [0] EXPLICIT ECParameters OPTIONAL,
 *     publicKey [1] EXPLICIT BIT STRING OPTIONAL }
 *
 * In PKCS #8 the parameters stand outside: outer is then their algorithm, else NULL. *out_found says whether there is a public key.
 */
static bool
ec_private_take(struct ka_key *out_key, bool *out_found, struct ka_der *in, const struct ka_algorithm *outer)
{
	struct ka_algorithm algorithm = { .algorithm = KA_KEY_EC, .curve = KA_CURVE_NONE };
	struct ka_der body, secret, tagged, point;

	if (!(ka_der_take(in, KA_DER_SEQUENCE, &body) &&
	    version_take(&body) &&
	    ka_der_take(&body, KA_DER_OCTET_STRING, &secret)))
		return false;
	const uint8_t *parameters_at = body.at;
	if (ka_der_next_is(&body, KA_DER_CONTEXT_CONSTRUCTED(0)) &&
	    !(ka_der_take(&body, KA_DER_CONTEXT_CONSTRUCTED(0), &tagged) &&
		ka_ec_parameters_read(&algorithm, &tagged) &&
		ka_der_finish(&tagged)))
		return false;
	/* A key that names two curves is not on both. */
	if (outer != NULL && algorithm.curve != KA_CURVE_NONE && !same_curve(&algorithm, outer))
		return ka_der_fail_at(in, parameters_at, KA_ERR_KEY_CURVE);
	if (outer != NULL)
		algorithm = *outer;
	if (algorithm.curve == KA_CURVE_NONE)
		return ka_der_fail(&body, KA_ERR_KEY_CURVE);
	*out_found = ka_der_next_is(&body, KA_DER_CONTEXT_CONSTRUCTED(1));
	if (!*out_found)
		return ka_der_finish(&body);
	return ka_der_take(&body, KA_DER_CONTEXT_CONSTRUCTED(1), &tagged) &&
	    ka_der_finish(&body) &&
	    ka_der_bit_string(&tagged, KA_DER_BIT_STRING, true, &point) &&
	    ka_der_finish(&tagged) &&
	    ka_algorithm_key(out_key, &algorithm, &point);
}

/*
 * DSAPrivateKey ::= SEQUENCE { version INTEGER, p INTEGER, q INTEGER, g INTEGER, y INTEGER, x INTEGER }      -- OpenSSL's own
 */
static bool
dsa_private_take(struct ka_key *out_key, struct ka_der *in)
{
	const uint8_t *start = in->at;
	struct ka_slice p, q, g, y, x;
	struct ka_der body;

	if (!(ka_der_take(in, KA_DER_SEQUENCE, &body) &&
	    version_take(&body) &&
	    ka_der_unsigned(&body, &p, KA_ERR_KEY_DSA) &&
	    ka_der_unsigned(&body, &q, KA_ERR_KEY_DSA) &&
	    ka_der_unsigned(&body, &g, KA_ERR_KEY_DSA) &&
	    ka_der_unsigned(&body, &y, KA_ERR_KEY_DSA) &&
	    ka_der_integer(&body, &x) &&
	    ka_der_finish(&body)))
		return false;
	enum ka_err err = p.len == 0 ? KA_ERR_KEY_DSA : ka_key_set_dsa(out_key, p, q, g, y);
	return err == KA_OK || ka_der_fail_at(in, start, err);
}

/* The key inside a PKCS #8 file, for the algorithms whose private key's form holds the public one too. */
static bool
pkcs8_secret_take(struct ka_key *out_key, bool *out_found, struct ka_der *in, const struct ka_algorithm *algorithm)
{
	*out_found = false;
	switch (algorithm->algorithm) {
	case KA_KEY_RSA:
	case KA_KEY_RSA_PSS:
		if (!(rsa_private_take(out_key, in) && ka_der_finish(in)))
			return false;
		out_key->algorithm = algorithm->algorithm;
		out_key->algorithm_oid = algorithm->oid;
		*out_found = true;
		return true;
	case KA_KEY_EC:
		return ec_private_take(out_key, out_found, in, algorithm) && ka_der_finish(in);
	case KA_KEY_DSA: /* only x is inside; y = g^x mod p would have to be computed */
	case KA_KEY_ED25519:
	case KA_KEY_ED448:
	case KA_KEY_X25519:
	case KA_KEY_X448:
	case KA_KEY_OTHER:
		break;
	}
	return true;
}

/*
 * OneAsymmetricKey ::= SEQUENCE { version INTEGER { v1(0), v2(1) }, privateKeyAlgorithm AlgorithmIdentifier,
 *     privateKey OCTET STRING, attributes [0] IMPLICIT SET OF Attribute OPTIONAL, publicKey [1] IMPLICIT BIT STRING OPTIONAL }
 */
static bool
pkcs8_take(struct ka_key *out_key, struct ka_der *in)
{
	struct ka_algorithm algorithm = { .curve = KA_CURVE_NONE };
	struct ka_der body, secret, attributes, value;
	bool found;

	if (!(ka_der_take(in, KA_DER_SEQUENCE, &body) &&
	    version_take(&body) &&
	    ka_algorithm_read(&algorithm, &body) &&
	    ka_der_take(&body, KA_DER_OCTET_STRING, &secret) &&
	    pkcs8_secret_take(out_key, &found, &secret, &algorithm)))
		return false;
	if (ka_der_next_is(&body, KA_DER_CONTEXT_CONSTRUCTED(0)) &&
	    !ka_der_take(&body, KA_DER_CONTEXT_CONSTRUCTED(0), &attributes))
		return false;
	if (!ka_der_next_is(&body, KA_DER_CONTEXT(1)))
		return ka_der_finish(&body) && (found || ka_der_fail(&body, KA_ERR_KEY_NO_PUBLIC));
	return ka_der_bit_string(&body, KA_DER_CONTEXT(1), algorithm.algorithm != KA_KEY_OTHER, &value) &&
	    ka_der_finish(&body) &&
	    (found || ka_algorithm_key(out_key, &algorithm, &value));
}

/*
 * EncryptedPrivateKeyInfo ::= SEQUENCE { encryptionAlgorithm AlgorithmIdentifier, encryptedData OCTET STRING }
 */
static bool
is_encrypted(struct ka_der in)
{
	struct ka_der_fault fault = { .start = in.at };
	struct ka_der body, algorithm;
	struct ka_slice oid;

	in.fault = &fault;
	if (!(ka_der_take(&in, KA_DER_SEQUENCE, &body) &&
	    ka_der_take(&body, KA_DER_SEQUENCE, &algorithm) &&
	    ka_der_oid(&algorithm, &oid)))
		return false;
	return (oid.len > sizeof(pkcs5_oid) && memcmp(oid.data, pkcs5_oid, sizeof(pkcs5_oid)) == 0) ||
	    (oid.len > sizeof(pkcs12_oid) && memcmp(oid.data, pkcs12_oid, sizeof(pkcs12_oid)) == 0);
}

static bool
sec1_take(struct ka_key *out_key, struct ka_der *in)
{
	bool found;

	return ec_private_take(out_key, &found, in, NULL) && (found || ka_der_fail(in, KA_ERR_KEY_NO_PUBLIC));
}

/* Tells the four kinds apart by what follows the version: AlgorithmIdentifier, OCTET STRING, or five or more INTEGERs. */
static bool
key_take(struct ka_key *out_key, struct ka_der *in)
{
	struct ka_der_fault fault = { .start = in->at };
	struct ka_der probe = { in->at, in->end, &fault };
	struct ka_der body;
	unsigned num_integers = 0;
	struct ka_slice number;

	if (is_encrypted(*in))
		return ka_der_fail(in, KA_ERR_PEM_ENCRYPTED);
	if (!(ka_der_take(&probe, KA_DER_SEQUENCE, &body) && ka_der_integer(&body, &number)))
		return ka_der_fail_at(in, in->at + fault.offset, fault.err);
	if (ka_der_next_is(&body, KA_DER_SEQUENCE))
		return pkcs8_take(out_key, in);
	if (ka_der_next_is(&body, KA_DER_OCTET_STRING))
		return sec1_take(out_key, in);
	while (ka_der_next_is(&body, KA_DER_INTEGER) && ka_der_integer(&body, &number))
		num_integers++;
	return num_integers == 5 && ka_der_at_end(&body) ? dsa_private_take(out_key, in) : rsa_private_take(out_key, in);
}

static bool
private_key_take(struct ka_object *out, struct ka_der *in)
{
	const uint8_t *start = in->at;

	if (!key_take(&out->key, in))
		return false;
	out->kind = KA_OBJECT_PRIVATE_KEY;
	out->der = ka_der_since(in, start);
	return true;
}

enum ka_err
ka_private_key_read(struct ka_object *out, size_t *out_offset, struct ka_slice der)
{
	return ka_object_run(out, out_offset, der, private_key_take);
}
