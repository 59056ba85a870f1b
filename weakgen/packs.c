/* SPDX-License-Identifier: Apache-2.0 */
#include "weakgen/packs.h"

#include <stdlib.h>

#define LANES KA_WEAKGEN_PACK_LANES
#define SLOTS KA_WEAKGEN_PACK_SLOTS
#define LIMB_BITS KA_WEAKGEN_PACK_LIMB_BITS

/* A rest is taken down to less than the modulus and a few carries: the room for them. */
#define MAX_MODULUS ((UINT64_C(1) << LIMB_BITS) - (UINT64_C(1) << 10))

/* Inverse of an odd number modulo 2^52. */
static uint64_t
inverse(uint64_t odd)
{
	uint64_t inverse = odd; /* right modulo 8; each step doubles the bits */

	for (unsigned i = 0; i < 5; i++) {
		inverse *= 2 - odd * inverse;
	}
	return inverse & ((UINT64_C(1) << LIMB_BITS) - 1);
}

/* x 2^52 modulo m, x below m below 2^52: ten bits at a time stay below 2^62. */
static uint64_t
shift_limb(uint64_t x, uint64_t m)
{
	for (unsigned done = 0; done < LIMB_BITS;) {
		unsigned step = LIMB_BITS - done < 10 ? LIMB_BITS - done : 10;

		x = (x << step) % m;
		done += step;
	}
	return x;
}

/* The last prime fills up what is left of the last vector. */
static uint64_t
prime_at(const uint32_t *primes, size_t num, size_t i)
{
	return primes[i < num ? i : num - 1];
}

/* How many slots a vector that begins with primes[first] fills: all if so many of its largest make a modulus. */
static uint32_t
num_slots(const uint32_t *primes, size_t num, size_t first)
{
	uint64_t largest = prime_at(primes, num, first + (size_t)SLOTS * LANES - 1);

	return largest * largest <= MAX_MODULUS / largest ? SLOTS : SLOTS - 1;
}

static void
fill_lane(uint64_t *words, const uint32_t *primes, size_t num, size_t first, uint32_t slots, uint32_t num_limbs)
{
	uint64_t modulus = 1, power;

	for (uint32_t slot = 0; slot < SLOTS; slot++) {
		/* A slot without primes of its own looks at those of the slot before. */
		uint64_t prime = prime_at(primes, num, first + (size_t)(slot < slots ? slot : slots - 1) * LANES);

		modulus *= slot < slots ? prime : 1;
		words[(KA_WEAKGEN_PACK_PRIMES + slot) * LANES] = prime;
		words[(KA_WEAKGEN_PACK_PRIME_INVERSES + slot) * LANES] = inverse(prime);
		words[(KA_WEAKGEN_PACK_RECIPROCALS + slot) * LANES] = (UINT64_C(1) << LIMB_BITS) / prime;
	}
	words[KA_WEAKGEN_PACK_MODULUS * LANES] = modulus;
	words[KA_WEAKGEN_PACK_INVERSE * LANES] = inverse(modulus);
	power = shift_limb(shift_limb(1, modulus), modulus);
	for (uint32_t i = 0; i < num_limbs; i++) {
		words[(KA_WEAKGEN_PACK_POWERS + (size_t)i) * LANES] = power;
		power = shift_limb(power, modulus);
	}
}

enum ka_err
ka_weakgen_packs_init(struct ka_weakgen_packs *packs, const uint32_t *primes, size_t num_primes, uint32_t bits)
{
	struct ka_weakgen_packs made = { .num_limbs = (bits + LIMB_BITS - 1) / LIMB_BITS };
	size_t len = (KA_WEAKGEN_PACK_POWERS + (size_t)made.num_limbs) * LANES * sizeof(*made.words);
	uint32_t vector = 0;

	for (size_t first = 0; first < num_primes; first += num_slots(primes, num_primes, first) * LANES) {
		made.num_vectors++;
	}
	made.words = aligned_alloc(LANES * sizeof(*made.words), made.num_vectors > 0 ? made.num_vectors * len : len);
	if (made.words == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	for (size_t first = 0; first < num_primes; vector++) {
		uint32_t slots = num_slots(primes, num_primes, first);

		for (uint32_t lane = 0; lane < LANES; lane++) {
			fill_lane(made.words + vector * len / sizeof(*made.words) + lane, primes, num_primes,
			    first + lane, slots, made.num_limbs);
		}
		first += slots * LANES;
	}
	*packs = made;
	return KA_OK;
}

void
ka_weakgen_packs_clear(struct ka_weakgen_packs *packs)
{
	free(packs->words);
	packs->words = NULL;
}
