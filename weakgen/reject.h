/* SPDX-License-Identifier: Apache-2.0 */
/* reject.h - which numbers drawn lead to a prime that a public exponent rejects?
 *
 * A stream's candidates follow each other without any test for primality up to its first prime. Where that is
 * rejected, p - 1 having a factor in common with the exponent, the stream goes on, but with the rounds of Miller and
 * Rabin of a prime behind it. With 65537 that is one key in 65537: too many to be missed. */
#ifndef KA_WEAKGEN_REJECT_H
#define KA_WEAKGEN_REJECT_H

#include "weakgen/kernels.h"

#define KA_WEAKGEN_REJECT_MAX_FACTORS 16u

struct ka_weakgen_reject {
	const struct ka_weakgen_kernels *kernels;
	uint32_t bits; /* of the primes */
	struct ka_weakgen_sieve sieve;
	/* Prime factors of the exponents above those that the trial division rules out. */
	unsigned long factors[KA_WEAKGEN_REJECT_MAX_FACTORS];
	unsigned num_factors;
	bool has_others; /* and some that are not known */
	mpz_t exponents;
	mpz_t candidate, common; /* scratch */
};

/* ka_weakgen_reject_init prepares for primes of that many bits and a product of odd exponents; KA_ERR_NO_MEMORY. */
KA_MUST_CHECK enum ka_err ka_weakgen_reject_init(struct ka_weakgen_reject *reject,
    const struct ka_weakgen_kernels *kernels, uint32_t bits, mpz_srcptr exponents);
void ka_weakgen_reject_clear(struct ka_weakgen_reject *reject);

/* ka_weakgen_reject_test says whether x, big-endian as it was drawn, leads to a prime that is rejected. */
bool ka_weakgen_reject_test(struct ka_weakgen_reject *reject, const uint8_t *x);

#endif
