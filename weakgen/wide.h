/* SPDX-License-Identifier: Apache-2.0 */
/* wide.h - a wider sieve: which candidates have a prime factor above those of the generator's own trial division.
 *
 * The generator does not look for such factors, but a candidate with one is composite, and so the exponentiation that
 * would find that out can be saved: 12 % of them with the primes up to 2^16, 17 % up to 2^17. */
#ifndef KA_WEAKGEN_WIDE_H
#define KA_WEAKGEN_WIDE_H

#include "weakgen/packs.h"
#include "weakgen/sieve.h"

#include <gmp.h>

#define KA_WEAKGEN_WIDE_LANES 4u

/* Factors are primes above KA_WEAKGEN_LARGEST_PRIME, below or equal to limit. */
struct ka_weakgen_wide {
	uint32_t limit;
	mpz_t primorial; /* the product of the primes */
	struct ka_weakgen_packs packs;
};

/* ka_weakgen_wide_fn returns a mask with bit i set when numbers[i] has a factor. num is at most
 * KA_WEAKGEN_WIDE_LANES; the numbers are larger than the limit. */
typedef unsigned (*ka_weakgen_wide_fn)(const struct ka_weakgen_wide *wide, const mpz_srcptr *numbers, unsigned num);

/* ka_weakgen_wide_scalar is the specification: the greatest common divisor with the primorial is not 1. */
unsigned ka_weakgen_wide_scalar(const struct ka_weakgen_wide *wide, const mpz_srcptr *numbers, unsigned num);

/* ka_weakgen_wide_init prepares for numbers of up to bits bits and primes up to limit, at most
 * KA_WEAKGEN_WIDE_MAX_LIMIT; KA_ERR_NO_MEMORY. */
#define KA_WEAKGEN_WIDE_MAX_LIMIT (UINT32_C(1) << 25)
KA_MUST_CHECK enum ka_err ka_weakgen_wide_init(struct ka_weakgen_wide *wide, uint32_t bits, uint32_t limit);

/* ka_weakgen_wide_clear frees what init allocated. */
void ka_weakgen_wide_clear(struct ka_weakgen_wide *wide);

#endif
