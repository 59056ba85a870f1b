/* SPDX-License-Identifier: Apache-2.0 */
/* sieve.h - the trial division of OpenSSL 0.9.8's probable_prime (bn_prime.c). */
#ifndef KA_WEAKGEN_SIEVE_H
#define KA_WEAKGEN_SIEVE_H

#include "weakgen/packs.h"

#include <stdint.h>

#define KA_WEAKGEN_NUM_PRIMES 2047u    /* the odd primes up to 17863 */
#define KA_WEAKGEN_PADDED_PRIMES 2048u /* the last one is a filler, to fill vectors */
#define KA_WEAKGEN_LARGEST_PRIME 17863u

struct ka_weakgen_sieve {
	uint32_t num_digits; /* digits of 32 bits of the numbers */
	uint16_t primes[KA_WEAKGEN_PADDED_PRIMES];
	/* powers[(block * num_digits + digit) * 16 + lane] = 2^(32 digit) modulo primes[16 block + lane] */
	uint16_t *powers;
	struct ka_weakgen_packs packs; /* of the primes, an even number of vectors */
};

/* ka_weakgen_residues_fn computes the residues of a number of sieve->num_digits digits, least significant digit
 * first, modulo each of the primes. */
typedef void (*ka_weakgen_residues_fn)(
    uint16_t residues[KA_WEAKGEN_PADDED_PRIMES], const struct ka_weakgen_sieve *sieve, const uint32_t *digits);

/* ka_weakgen_residues_scalar is the specification. */
void ka_weakgen_residues_scalar(
    uint16_t residues[KA_WEAKGEN_PADDED_PRIMES], const struct ka_weakgen_sieve *sieve, const uint32_t *digits);

/* ka_weakgen_sieve_init prepares for numbers of up to that many bits; KA_ERR_NO_MEMORY. */
KA_MUST_CHECK enum ka_err ka_weakgen_sieve_init(struct ka_weakgen_sieve *sieve, uint32_t bits);

/* ka_weakgen_sieve_clear frees what init allocated; a zeroed sieve is fine. */
void ka_weakgen_sieve_clear(struct ka_weakgen_sieve *sieve);

/* ka_weakgen_delta_fn returns the smallest even delta for which no (residue + delta) modulo its prime is 0 or 1. The
 * residues are changed. */
typedef uint32_t (*ka_weakgen_delta_fn)(
    const struct ka_weakgen_sieve *sieve, uint16_t residues[KA_WEAKGEN_PADDED_PRIMES]);

/* ka_weakgen_delta_scalar is the specification. */
uint32_t ka_weakgen_delta_scalar(const struct ka_weakgen_sieve *sieve, uint16_t residues[KA_WEAKGEN_PADDED_PRIMES]);

#endif
