/* SPDX-License-Identifier: Apache-2.0 */
/* Algorithm identifiers and SubjectPublicKeyInfo: RFC 5280 4.1, with RFC 3279 (RSA, DSA), RFC 4055 (PSS), RFC 5480 (EC) and
 * RFC 8410 (Edwards and Montgomery curves). An unknown algorithm is no error: its key is KA_KEY_OTHER. */
#include "lib/key/key.h"

/* prime-field, 1.2.840.10045.1.1 */
static const uint8_t prime_field_oid[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x01, 0x01 };

/*
 * SpecifiedECDomain ::= SEQUENCE {           -- X9.62; RFC 5480 forbids it, old certificates have it
 *     version INTEGER, fieldID SEQUENCE { fieldType OID, parameters ANY }, curve SEQUENCE, base OCTET STRING, order INTEGER,
 *     cofactor INTEGER OPTIONAL }
 */
static bool
specified_domain_read(struct ka_algorithm *out, struct ka_der *in)
{
	struct ka_der body, field, ignored;
	struct ka_slice oid, prime, order;
	unsigned version;
	uint32_t bits = 0;

	if (!(ka_der_take(in, KA_DER_SEQUENCE, &body) &&
	    ka_der_small(&body, &version, KA_ERR_KEY_CURVE) &&
	    ka_der_take(&body, KA_DER_SEQUENCE, &field) &&
	    ka_der_oid(&field, &oid)))
		return false;
	if (ka_slice_equal(oid, (struct ka_slice){ prime_field_oid, sizeof(prime_field_oid) })) {
		if (!ka_der_unsigned(&field, &prime, KA_ERR_KEY_CURVE))
			return false;
		if (prime.len == 0 || prime.len > KA_KEY_MAX_BYTES)
			return ka_der_fail(&field, KA_ERR_KEY_CURVE);
		bits = ka_number_bits(prime);
	} else if (!ka_der_skip(&field)) {
		return false;
	}
	if (!(ka_der_finish(&field) &&
	    ka_der_take(&body, KA_DER_SEQUENCE, &ignored) &&
	    ka_der_take(&body, KA_DER_OCTET_STRING, &ignored) &&
	    ka_der_unsigned(&body, &order, KA_ERR_KEY_CURVE)))
		return false;
	if (ka_der_next_is(&body, KA_DER_INTEGER) && !ka_der_integer(&body, &order))
		return false;
	if (!ka_der_finish(&body))
		return false;
	out->curve = KA_CURVE_EXPLICIT;
	out->explicit_bits = bits;
	return true;
}

/*
 * ECParameters ::= CHOICE { namedCurve OBJECT IDENTIFIER, implicitCurve NULL, specifiedCurve SpecifiedECDomain }
 */
bool
ka_ec_parameters_read(struct ka_algorithm *out, struct ka_der *in)
{
	if (ka_der_next_is(in, KA_DER_SEQUENCE))
		return specified_domain_read(out, in);
	if (!ka_der_next_is(in, KA_DER_OID))
		return ka_der_fail(in, KA_ERR_KEY_CURVE);
	if (!ka_der_oid(in, &out->curve_oid))
		return false;
	out->curve = ka_curve_of_oid(out->curve_oid);
	return true;
}

/*
 * Dss-Parms ::= SEQUENCE { p INTEGER, q INTEGER, g INTEGER }     -- may be absent: inherited from the issuer
 */
static bool
dsa_parameters_read(struct ka_algorithm *out, struct ka_der *in)
{
	struct ka_der body;

	if (ka_der_at_end(in))
		return true;
	if (ka_der_next_is(in, KA_DER_NULL))
		return ka_der_null(in);
	if (!ka_der_next_is(in, KA_DER_SEQUENCE))
		return ka_der_fail(in, KA_ERR_KEY_ALGORITHM);
	const uint8_t *start = in->at;
	return ka_der_take(in, KA_DER_SEQUENCE, &body) &&
	    ka_der_unsigned(&body, &out->dsa_p, KA_ERR_KEY_DSA) &&
	    ka_der_unsigned(&body, &out->dsa_q, KA_ERR_KEY_DSA) &&
	    ka_der_unsigned(&body, &out->dsa_g, KA_ERR_KEY_DSA) &&
	    ka_der_finish(&body) &&
	    ((out->dsa_p.len > 0 && out->dsa_q.len > 0 && out->dsa_g.len > 0) ||
		ka_der_fail_at(in, start, KA_ERR_KEY_DSA));
}

static bool
parameters_read(struct ka_algorithm *out, struct ka_der *in)
{
	switch (out->algorithm) {
	case KA_KEY_RSA: /* NULL; absent in old certificates, which OpenSSL reads; X.509's rsa has the key's size */
		if (!ka_slice_equal(out->oid, ka_algorithm_oid_of(KA_KEY_RSA)))
			return ka_der_at_end(in) || ka_der_skip(in);
		if (!ka_der_at_end(in) && !ka_der_next_is(in, KA_DER_NULL))
			return ka_der_fail(in, KA_ERR_KEY_ALGORITHM);
		return ka_der_at_end(in) || ka_der_null(in);
	case KA_KEY_RSA_PSS: /* absent, or RSASSA-PSS-params, a SEQUENCE, which say nothing of the key */
		if (!ka_der_at_end(in) && !ka_der_next_is(in, KA_DER_SEQUENCE))
			return ka_der_fail(in, KA_ERR_KEY_ALGORITHM);
		return ka_der_at_end(in) || ka_der_skip(in);
	case KA_KEY_EC:
		return ka_ec_parameters_read(out, in);
	case KA_KEY_DSA:
		return dsa_parameters_read(out, in);
	case KA_KEY_ED25519:
	case KA_KEY_ED448:
	case KA_KEY_X25519:
	case KA_KEY_X448: /* RFC 8410 3: absent */
		return ka_der_at_end(in) || ka_der_fail(in, KA_ERR_KEY_ALGORITHM);
	case KA_KEY_OTHER:
		break;
	}
	return ka_der_at_end(in) || ka_der_skip(in);
}

/*
 * AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY DEFINED BY algorithm OPTIONAL }
 */
bool
ka_algorithm_read(struct ka_algorithm *out, struct ka_der *in)
{
	struct ka_der body;

	if (!(ka_der_take(in, KA_DER_SEQUENCE, &body) && ka_der_oid(&body, &out->oid)))
		return false;
	out->algorithm = ka_algorithm_of_oid(out->oid);
	return parameters_read(out, &body) && ka_der_finish(&body);
}

/* Notes an error of a constructor at the value it was made from. */
static bool
made(const struct ka_der *in, const uint8_t *at, enum ka_err err)
{
	return err == KA_OK || ka_der_fail_at(in, at, err);
}

bool
ka_rsa_numbers_read(struct ka_key *out_key, struct ka_der *in)
{
	static const uint8_t zero = 0;
	const uint8_t *modulus_at = in->at;
	struct ka_slice modulus, exponent;

	if (!ka_der_unsigned(in, &modulus, KA_ERR_KEY_MODULUS_NEGATIVE))
		return false;
	const uint8_t *exponent_at = in->at;
	if (!ka_der_unsigned(in, &exponent, KA_ERR_KEY_EXPONENT_NEGATIVE))
		return false;
	if (exponent.len == 0) /* 0 is not the same as unknown */
		exponent = (struct ka_slice){ &zero, 1 };
	enum ka_err err = ka_key_fill_rsa(out_key, modulus, exponent);
	return made(in, err == KA_ERR_KEY_EXPONENT ? exponent_at : modulus_at, err);
}

/*
 * RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }     -- RFC 8017 A.1.1
 */
static bool
rsa_value_read(struct ka_key *out_key, struct ka_der *value)
{
	struct ka_der body;

	return ka_der_take(value, KA_DER_SEQUENCE, &body) &&
	    ka_rsa_numbers_read(out_key, &body) &&
	    ka_der_finish(&body) &&
	    ka_der_finish(value);
}

static bool
dsa_value_read(struct ka_key *out_key, const struct ka_algorithm *algorithm, struct ka_der *value)
{
	const uint8_t *at = value->at;
	struct ka_slice y;

	return ka_der_unsigned(value, &y, KA_ERR_KEY_DSA) &&
	    ka_der_finish(value) &&
	    made(value, at, ka_key_set_dsa(out_key, algorithm->dsa_p, algorithm->dsa_q, algorithm->dsa_g, y));
}

bool
ka_algorithm_key(struct ka_key *out_key, const struct ka_algorithm *algorithm, struct ka_der *value)
{
	const uint8_t *at = value->at;

	switch (algorithm->algorithm) {
	case KA_KEY_RSA:
	case KA_KEY_RSA_PSS:
		if (!rsa_value_read(out_key, value))
			return false;
		break;
	case KA_KEY_EC:
		if (!made(value, at, ka_key_set_ec(out_key, algorithm->curve, ka_der_rest(value))))
			return false;
		if (algorithm->curve == KA_CURVE_EXPLICIT)
			out_key->bits = algorithm->explicit_bits;
		break;
	case KA_KEY_DSA:
		if (!dsa_value_read(out_key, algorithm, value))
			return false;
		break;
	case KA_KEY_ED25519:
	case KA_KEY_ED448:
	case KA_KEY_X25519:
	case KA_KEY_X448:
		if (!made(value, at, ka_key_set_raw(out_key, algorithm->algorithm, ka_der_rest(value))))
			return false;
		break;
	case KA_KEY_OTHER:
		break;
	}
	out_key->algorithm = algorithm->algorithm;
	out_key->algorithm_oid = algorithm->oid;
	out_key->curve_oid = algorithm->curve_oid;
	return true;
}

/*
 * SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING }
 */
bool
ka_spki_read(struct ka_key *out_key, struct ka_der *in)
{
	const uint8_t *start = in->at;
	struct ka_der body, value;
	struct ka_algorithm algorithm = { .curve = KA_CURVE_NONE };

	if (!(ka_der_take(in, KA_DER_SEQUENCE, &body) &&
	    ka_algorithm_read(&algorithm, &body) &&
	    ka_der_bit_string(&body, KA_DER_BIT_STRING, algorithm.algorithm != KA_KEY_OTHER, &value) &&
	    ka_der_finish(&body) &&
	    ka_algorithm_key(out_key, &algorithm, &value)))
		return false;
	out_key->spki = ka_der_since(in, start);
	return true;
}
