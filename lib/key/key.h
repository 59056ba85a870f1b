/* SPDX-License-Identifier: Apache-2.0 */
/* key.h - from numbers and algorithm identifiers to struct ka_key: the rules of a key that can exist at all. */
#ifndef KA_LIB_KEY_KEY_H
#define KA_LIB_KEY_KEY_H

#include "lib/der/der.h"

#include <keyassay/key.h>

/* The constructors make a key from values that any format holds (DER, SSH, JWK, OpenPGP). Numbers are unsigned, big-endian;
 * leading zero bytes are dropped. Slices are kept, not copied. On failure *out_key is untouched. */

/* ka_key_set_rsa: RFC 8017 3.1. An empty exponent means that it is not known; otherwise it is refused when it is 0 or 1. */
KA_MUST_CHECK enum ka_err ka_key_set_rsa(struct ka_key *out_key, struct ka_slice modulus, struct ka_slice exponent);

/* ka_key_fill_rsa: the same into a key that is zeroed already. */
KA_MUST_CHECK enum ka_err ka_key_fill_rsa(struct ka_key *key, struct ka_slice modulus, struct ka_slice exponent);

/* ka_key_set_ec: point as in SEC 1 2.3.3, its length as the curve's (not checked for KA_CURVE_OTHER and KA_CURVE_EXPLICIT). */
KA_MUST_CHECK enum ka_err ka_key_set_ec(struct ka_key *out_key, enum ka_curve curve, struct ka_slice point);

/* ka_key_set_dsa: FIPS 186-4 4. p, q and g may all be empty (inherited parameters, RFC 3279 2.3.2). */
KA_MUST_CHECK enum ka_err ka_key_set_dsa(
    struct ka_key *out_key, struct ka_slice p, struct ka_slice q, struct ka_slice g, struct ka_slice y);

/* ka_key_set_raw: Ed25519, Ed448 (RFC 8032), X25519, X448 (RFC 7748): a string of fixed length. */
KA_MUST_CHECK enum ka_err ka_key_set_raw(
    struct ka_key *out_key, enum ka_key_algorithm algorithm, struct ka_slice bytes);

/* ka_number_trim drops leading zero bytes; ka_number_bits returns the bit length of a trimmed number. */
struct ka_slice ka_number_trim(struct ka_slice number);
uint32_t ka_number_bits(struct ka_slice number);

/* An AlgorithmIdentifier of a key: RFC 5280 4.1.1.2. */
struct ka_algorithm {
	enum ka_key_algorithm algorithm;
	enum ka_curve curve;
	struct ka_slice oid;
	struct ka_slice curve_oid;
	struct ka_slice dsa_p, dsa_q, dsa_g;
	uint32_t explicit_bits; /* KA_CURVE_EXPLICIT: of the field prime, 0 unknown */
};

/* The readers below write into what the caller has zeroed, and may have written part of it when they fail: keys and objects are read
 * into a struct that is dropped then (ka_object_run), since clearing and copying these structs is a good part of reading one. */

/* ka_algorithm_read reads an AlgorithmIdentifier whose parameters must suit the algorithm. */
bool ka_algorithm_read(struct ka_algorithm *out, struct ka_der *in);

/* ka_ec_parameters_read reads ECParameters: RFC 5480 2.1.1 and X9.62's explicit form. */
bool ka_ec_parameters_read(struct ka_algorithm *out, struct ka_der *in);

/* ka_rsa_numbers_read reads the contents of an RSAPublicKey: modulus and exponent, which come first in an RSAPrivateKey too. */
bool ka_rsa_numbers_read(struct ka_key *out_key, struct ka_der *in);

/* ka_algorithm_key makes the key of an algorithm from the contents of subjectPublicKey. */
bool ka_algorithm_key(struct ka_key *out_key, const struct ka_algorithm *algorithm, struct ka_der *value);

/* ka_spki_read takes a SubjectPublicKeyInfo: RFC 5280 4.1. */
bool ka_spki_read(struct ka_key *out_key, struct ka_der *in);

/* ka_algorithm_oid_of returns the contents of the OBJECT IDENTIFIER of a known algorithm, ka_curve_oid_of of a known curve; empty
 * otherwise. */
struct ka_slice ka_algorithm_oid_of(enum ka_key_algorithm algorithm);
struct ka_slice ka_curve_oid_of(enum ka_curve curve);

/* ka_algorithm_of_oid returns KA_KEY_OTHER, ka_curve_of_oid KA_CURVE_OTHER for an OID that is unknown here. */
enum ka_key_algorithm ka_algorithm_of_oid(struct ka_slice oid);
enum ka_curve ka_curve_of_oid(struct ka_slice oid);

#endif
