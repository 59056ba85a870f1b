/* SPDX-License-Identifier: Apache-2.0 */
/* ec.h - EC keys: a private number from the generator, and its public point. */
#ifndef KA_WEAKGEN_EC_H
#define KA_WEAKGEN_EC_H

#include "weakgen/bn.h"
#include "weakgen/weakgen.h"

/* Domain parameters (SEC 2) of y^2 = x^3 + ax + b modulo p, in hexadecimal; the base point has prime order n. */
struct ka_weakgen_curve {
	enum ka_curve curve;
	uint32_t bits; /* of p */
	const char *name;
	const char *p, *a, *b, *gx, *gy, *n;
	uint8_t oid[10]; /* contents of the OBJECT IDENTIFIER */
	uint8_t oid_len;
};

/* ka_weakgen_curve_find returns the curve, NULL when weakgen does not know it. */
const struct ka_weakgen_curve *ka_weakgen_curve_find(enum ka_curve curve);

/* ka_weakgen_curve_find_name finds it by the name of SEC 2. */
const struct ka_weakgen_curve *ka_weakgen_curve_find_name(const char *name);

/* KA_WEAKGEN_EC_MANY spends a few hundred milliseconds on a table of multiples of the base point. */
enum ka_weakgen_ec_use { KA_WEAKGEN_EC_ONE, KA_WEAKGEN_EC_MANY };

struct ka_weakgen_ec;

/* ka_weakgen_ec_new prepares for keys on a curve: KA_ERR_ARGUMENT when it is not known, KA_ERR_NO_MEMORY. */
KA_MUST_CHECK enum ka_err ka_weakgen_ec_new(
    struct ka_weakgen_ec **out, enum ka_curve curve, enum ka_weakgen_ec_use use);
void ka_weakgen_ec_free(struct ka_weakgen_ec *ec);

/* ka_weakgen_ec_make draws a private number and computes its point. */
KA_MUST_CHECK enum ka_err ka_weakgen_ec_make(struct ka_weakgen_ec *ec, struct ka_weakgen_prng *prng);

/* ka_weakgen_ec_point computes the point of a given private number, 1 to n - 1. */
void ka_weakgen_ec_point(struct ka_weakgen_ec *ec, const mpz_t secret);

/* Of the last key made: the low 64 bits of x; its parts in a ka_weakgen_key. */
uint64_t ka_weakgen_ec_fingerprint(const struct ka_weakgen_ec *ec);
void ka_weakgen_ec_export(struct ka_weakgen_key *out_key, const struct ka_weakgen_ec *ec);

#endif
