/* SPDX-License-Identifier: Apache-2.0 */
/* near_sieve.h - the few deltas that a number drawn can have.
 *
 * The original adds the first even delta for which x + delta is neither 0 nor 1 modulo any odd prime up to 17863. Of the
 * deltas that the primes up to 307 let pass each also passes the others with a chance of 0.34: the first 64 do not
 * contain the right one with a chance of 2^-39. */
#ifndef KA_WEAKGEN_NEAR_SIEVE_H
#define KA_WEAKGEN_NEAR_SIEVE_H

#include <keyassay/err.h>

#include <stddef.h>
#include <stdint.h>

#define KA_WEAKGEN_NEAR_PRIMES 62u /* the odd primes up to 307 */
#define KA_WEAKGEN_NEAR_DELTAS 64u
#define KA_WEAKGEN_NEAR_WINDOW 3072u /* halves of deltas: one bit each; 78 of them pass, in the mean */
#define KA_WEAKGEN_NEAR_PACK 8u
#define KA_WEAKGEN_NEAR_MAX_PACKS 12u

/* Primes in packs of up to eight whose product is below 2^50; places left over are 1. */
struct ka_weakgen_near_pack {
	uint64_t modulus;
	double primes[KA_WEAKGEN_NEAR_PACK], inverses[KA_WEAKGEN_NEAR_PACK];
	uint64_t whole[KA_WEAKGEN_NEAR_PACK]; /* the primes again */
	uint32_t num;
	/* Of each prime: bit h is set when 2 h is neither 0 nor 1 modulo it. Long enough to begin at any of the prime's
	 * first 8 primes bits that starts a byte. */
	const uint8_t *patterns[KA_WEAKGEN_NEAR_PACK];
};

struct ka_weakgen_near_sieve {
	uint32_t num_limbs;
	uint32_t num_packs;
	struct ka_weakgen_near_pack packs[KA_WEAKGEN_NEAR_MAX_PACKS];
	/* powers[pack * (num_limbs + 1) + i] = 2^(52 i - shift) modulo the pack */
	uint64_t *powers;
	uint8_t *patterns;
};

/* ka_weakgen_near_sieve_new prepares for numbers of num_limbs limbs of 52 bits that were shifted left; KA_ERR_NO_MEMORY. */
KA_MUST_CHECK enum ka_err ka_weakgen_near_sieve_new(
    struct ka_weakgen_near_sieve **out, uint32_t num_limbs, uint32_t shift);
void ka_weakgen_near_sieve_free(struct ka_weakgen_near_sieve *sieve);

/* ka_weakgen_near_deltas writes the first deltas of a big-endian number that pass, at most KA_WEAKGEN_NEAR_DELTAS below
 * twice the window, and returns how many: the specification of what the kernels do. */
unsigned ka_weakgen_near_deltas(uint16_t out[KA_WEAKGEN_NEAR_DELTAS], const uint8_t *x, size_t len);

#endif
