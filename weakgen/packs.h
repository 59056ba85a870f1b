/* SPDX-License-Identifier: Apache-2.0 */
/* packs.h - trial division by many primes with 52-bit multiply-adds (AVX-512 IFMA).
 *
 * Two or three primes are packed into a modulus m below 2^52, eight packs into a vector. With the powers of 2^52
 * modulo m at hand a number of n limbs (radix 2^52) takes 2n multiply-adds per vector, two thirds of a multiply-add per
 * limb and prime; what is left of it, below 2^52, is looked at prime by prime. */
#ifndef KA_WEAKGEN_PACKS_H
#define KA_WEAKGEN_PACKS_H

#include <keyassay/err.h>

#include <stddef.h>
#include <stdint.h>

#define KA_WEAKGEN_PACK_LANES 8u
#define KA_WEAKGEN_PACK_SLOTS 3u /* primes of a pack */
#define KA_WEAKGEN_PACK_LIMB_BITS 52u

/* Rows of eight words of a vector: the moduli and their inverses modulo 2^52, then of each slot the primes, their
 * inverses modulo 2^52 and floor(2^52 / prime), then for each limb i of a number 2^(52 (i + 2)) modulo the moduli. */
enum ka_weakgen_pack_row {
	KA_WEAKGEN_PACK_MODULUS,
	KA_WEAKGEN_PACK_INVERSE,
	KA_WEAKGEN_PACK_PRIMES,
	KA_WEAKGEN_PACK_PRIME_INVERSES = KA_WEAKGEN_PACK_PRIMES + KA_WEAKGEN_PACK_SLOTS,
	KA_WEAKGEN_PACK_RECIPROCALS = KA_WEAKGEN_PACK_PRIME_INVERSES + KA_WEAKGEN_PACK_SLOTS,
	KA_WEAKGEN_PACK_POWERS = KA_WEAKGEN_PACK_RECIPROCALS + KA_WEAKGEN_PACK_SLOTS,
};

struct ka_weakgen_packs {
	uint32_t num_limbs;
	uint32_t num_vectors;
	uint64_t *words; /* aligned to 64 bytes */
};

/* ka_weakgen_packs_init packs odd primes, ascending, above 2 and below 2^25, for numbers of up to bits bits. The
 * primes of a vector stand slot by slot in their order: slot s of lane l of a vector that begins with primes[i] holds
 * primes[i + 8 s + l]. Vectors take 24 primes as long as three fit a pack, 16 then (the last slot repeats the one
 * before); the last prime fills up. KA_ERR_NO_MEMORY. */
KA_MUST_CHECK enum ka_err ka_weakgen_packs_init(
    struct ka_weakgen_packs *packs, const uint32_t *primes, size_t num_primes, uint32_t bits);

/* ka_weakgen_packs_clear frees what init allocated; zeroed packs are fine. */
void ka_weakgen_packs_clear(struct ka_weakgen_packs *packs);

/* ka_weakgen_packs_vector returns the rows of a vector. */
static inline const uint64_t *
ka_weakgen_packs_vector(const struct ka_weakgen_packs *packs, uint32_t vector)
{
	return packs->words + (size_t)vector * (KA_WEAKGEN_PACK_POWERS + packs->num_limbs) * KA_WEAKGEN_PACK_LANES;
}

#endif
