/* SPDX-License-Identifier: Apache-2.0 */
/* key.h - a public key as slices into the bytes it was read from. */
#ifndef KEYASSAY_KEY_H
#define KEYASSAY_KEY_H

#include <keyassay/base.h>
#include <keyassay/err.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Limits. 16384: OpenSSL's OPENSSL_RSA_MAX_MODULUS_BITS, so no TLS peer accepts more. */
#define KA_RSA_MAX_BITS 16384u
#define KA_RSA_MIN_BITS 16u
#define KA_KEY_MAX_BYTES (KA_RSA_MAX_BITS / 8)

enum ka_key_algorithm {
	KA_KEY_OTHER = 0, /* an algorithm keyassay does not know: see algorithm_oid */
	KA_KEY_RSA, /* rsaEncryption, RFC 3279 2.3.1 */
	KA_KEY_RSA_PSS, /* id-RSASSA-PSS, RFC 4055 */
	KA_KEY_EC, /* id-ecPublicKey, RFC 5480 */
	KA_KEY_DSA, /* id-dsa, RFC 3279 2.3.2 */
	KA_KEY_ED25519, /* RFC 8410 */
	KA_KEY_ED448,
	KA_KEY_X25519,
	KA_KEY_X448
};

/* Named curves. KA_CURVE_OTHER: named, but unknown here (see curve_oid); KA_CURVE_EXPLICIT: parameters in the key. */
enum ka_curve {
	KA_CURVE_NONE = 0,
	KA_CURVE_OTHER,
	KA_CURVE_EXPLICIT,
	KA_CURVE_SECP224R1,
	KA_CURVE_SECP256R1,
	KA_CURVE_SECP384R1,
	KA_CURVE_SECP521R1,
	KA_CURVE_SECP256K1,
	KA_CURVE_SECP192R1,
	KA_CURVE_BRAINPOOLP256R1,
	KA_CURVE_BRAINPOOLP384R1,
	KA_CURVE_BRAINPOOLP512R1,
	/* The other curves over prime fields that OpenSSL 0.9.8 knew. */
	KA_CURVE_SECP112R1,
	KA_CURVE_SECP112R2,
	KA_CURVE_SECP128R1,
	KA_CURVE_SECP128R2,
	KA_CURVE_SECP160K1,
	KA_CURVE_SECP160R1,
	KA_CURVE_SECP160R2,
	KA_CURVE_SECP192K1,
	KA_CURVE_PRIME192V2,
	KA_CURVE_PRIME192V3,
	KA_CURVE_SECP224K1,
	KA_CURVE_PRIME239V1,
	KA_CURVE_PRIME239V2,
	KA_CURVE_PRIME239V3,
	KA_CURVE_WTLS8,
	KA_CURVE_WTLS9,
	KA_NUM_CURVES
};

/* A public key. All slices point into the bytes that were parsed (or into the reader's arena) and live as long as they.
 * Integers are big-endian without leading zero bytes. */
struct ka_key {
	enum ka_key_algorithm algorithm;
	enum ka_curve curve; /* EC only, else KA_CURVE_NONE */
	uint32_t bits; /* RSA: bit length of the modulus; EC: of the field prime; DSA: of p; Edwards: 256, 456; 0 unknown */
	struct ka_slice spki; /* the SubjectPublicKeyInfo, tag included; empty where the input has none */
	struct ka_slice algorithm_oid; /* contents of the OBJECT IDENTIFIER; empty where the input has none */
	struct ka_slice curve_oid;
	struct ka_slice modulus; /* RSA n */
	struct ka_slice exponent; /* RSA e; empty for a bare modulus */
	struct ka_slice point; /* EC: point as in SEC 1 2.3.3 (02/03 compressed, 04 uncompressed); Edwards, X25519, X448: key */
	struct ka_slice dsa_p, dsa_q, dsa_g, dsa_y; /* DSA; p, q and g are empty when the parameters are inherited */
};

/* ka_key_algorithm_name returns "RSA", "RSASSA-PSS", "EC", "DSA", "Ed25519", "Ed448", "X25519", "X448" or "other". */
KA_API const char *ka_key_algorithm_name(enum ka_key_algorithm algorithm);

/* ka_curve_name returns the SEC 2, RFC 5639, X9.62 or WTLS name ("secp256r1", "prime239v1"), "" for KA_CURVE_NONE, "other", "explicit". */
KA_API const char *ka_curve_name(enum ka_curve curve);

/* ka_curve_bits returns the bit length of the curve's field prime, 0 where unknown. */
KA_API uint32_t ka_curve_bits(enum ka_curve curve);

/* ka_curve_by_name sets *out_curve for such a name or NIST's ("P-256"); false when unknown. */
KA_API bool ka_curve_by_name(enum ka_curve *out_curve, const char *name);

/* ka_key_from_modulus makes an RSA key from a big-endian modulus (leading zero bytes allowed), exponent unknown.
 * KA_ERR_KEY_* when it is zero, even, too small or too large. */
KA_API KA_MUST_CHECK enum ka_err ka_key_from_modulus(struct ka_key *out_key, struct ka_slice modulus);

/* ka_key_spki writes the SubjectPublicKeyInfo of an RSA, named-curve EC, DSA, Edwards or Montgomery key as DER, so that
 * keys that came without one (SSH, JWK, OpenPGP) have the same fingerprint as in a certificate. RSA without an exponent
 * has none: KA_ERR_ARGUMENT. KA_ERR_SPACE when it does not fit. */
KA_API KA_MUST_CHECK enum ka_err ka_key_spki(uint8_t *out, size_t *out_len, size_t max_len, const struct ka_key *key);

#ifdef __cplusplus
}
#endif

#endif
