/* SPDX-License-Identifier: Apache-2.0 */
/* rsa.h - the search for an RSA key as a machine that is driven one candidate at a time, so that its exponentiations
 * can be done one by one or gathered from several streams. */
#ifndef KA_WEAKGEN_RSA_H
#define KA_WEAKGEN_RSA_H

#include "weakgen/bn.h"
#include "weakgen/kernels.h"

enum ka_weakgen_rsa_state {
	KA_WEAKGEN_RSA_DRAW, /* call ka_weakgen_rsa_draw */
	KA_WEAKGEN_RSA_TEST, /* a candidate stands in candidate: call ka_weakgen_rsa_test or ka_weakgen_rsa_reject */
	KA_WEAKGEN_RSA_DONE, /* p and q are the key's primes, p > q */
};

struct ka_weakgen_rsa {
	struct ka_weakgen_prng prng;
	enum ka_weakgen_rsa_state state;
	uint32_t bits;
	bool has_p;
	bool exponent_mattered;
	mpz_t candidate, p, q;
	mpz_t exponent;
	mpz_t base, less_one, odd_part, power; /* scratch */
};

/* ka_weakgen_rsa_init allocates the numbers; start sets out for a key. A machine may be started again and again. */
void ka_weakgen_rsa_init(struct ka_weakgen_rsa *rsa);
void ka_weakgen_rsa_clear(struct ka_weakgen_rsa *rsa);
void ka_weakgen_rsa_start(
    struct ka_weakgen_rsa *rsa, const struct ka_weakgen_prng *prng, uint32_t bits, const mpz_t exponent);

/* ka_weakgen_rsa_draw draws the next candidate that survives the trial division. */
void ka_weakgen_rsa_draw(
    struct ka_weakgen_rsa *rsa, const struct ka_weakgen_sieve *sieve, const struct ka_weakgen_kernels *kernels);

/* ka_weakgen_rsa_test decides the candidate with the original's rounds of Miller and Rabin: the stream moves on to
 * the next candidate, the next prime or the end. */
KA_MUST_CHECK enum ka_err ka_weakgen_rsa_test(struct ka_weakgen_rsa *rsa);

/* ka_weakgen_rsa_claim moves on as if the candidate were prime, and hands the rounds that it did not do to add. */
KA_MUST_CHECK enum ka_err ka_weakgen_rsa_claim(
    struct ka_weakgen_rsa *rsa, enum ka_err (*add)(void *arg, mpz_srcptr number, mpz_srcptr base), void *arg);

/* ka_weakgen_rsa_reject moves on from a candidate that is known to be composite: the original's first round finds
 * that too (rsa.c says how sure that is), and all that it leaves is one number drawn. */
KA_MUST_CHECK enum ka_err ka_weakgen_rsa_reject(struct ka_weakgen_rsa *rsa);

/* ka_weakgen_rsa_rounds returns how many rounds of Miller and Rabin the original does for primes of that many bits. */
unsigned ka_weakgen_rsa_rounds(uint32_t bits);

/* ka_weakgen_rsa_sift makes the candidate that a number drawn for a prime of that many bits leads to. */
void ka_weakgen_rsa_sift(mpz_t out_candidate, const uint8_t *drawn, uint32_t bits,
    const struct ka_weakgen_sieve *sieve, const struct ka_weakgen_kernels *kernels);

/* ka_weakgen_rsa_is_possible says whether a modulus can be a key's at all. Most cannot: the trial division forbids primes
 * that are 0 or 1 modulo 3, so a modulus is 1 modulo 3, and has no prime factor up to 17863; and both primes have their
 * two highest bits set, so a modulus is at least 9/16 of the power of two above it. */
bool ka_weakgen_rsa_is_possible(mpz_srcptr modulus);

/* ka_weakgen_rsa_fingerprint returns bits 64 to 127 of the modulus of a key that is done. */
uint64_t ka_weakgen_rsa_fingerprint(struct ka_weakgen_rsa *rsa);

#endif
