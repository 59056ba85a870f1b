/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The generator draws an odd number x and takes the first x + delta, delta even, that is neither 0 nor 1 modulo any
 * odd prime up to 17863: not divisible, and fit for exponents that divide no x + delta - 1. (That is why 3, 5, 17 and
 * 257 give the same keys.) On average delta is about 230.
 *
 * Residues: x = sum of d_i 2^(32 i). With the powers of 2^32 modulo p at hand, sum of d_i * power_i stays far below
 * 2^64 and one division is left. The loop over 16 primes at a time is laid out for vector units.
 *
 * Delta: the original tries one delta after the other. Here the deltas in a window of 2048 are struck out prime by
 * prime, which finds the same smallest survivor.
 */
#include "weakgen/sieve.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LANES 16u
#define WINDOW 1024u /* even deltas per window */

static void
list_primes(uint16_t primes[KA_WEAKGEN_PADDED_PRIMES])
{
	bool composite[KA_WEAKGEN_LARGEST_PRIME + 1] = { false };
	uint32_t found = 0;

	for (uint32_t n = 3; n <= KA_WEAKGEN_LARGEST_PRIME; n += 2) {
		if (composite[n]) {
			continue;
		}
		primes[found++] = (uint16_t)n;
		for (uint32_t m = n * n; n < 134 && m <= KA_WEAKGEN_LARGEST_PRIME; m += n) {
			composite[m] = true;
		}
	}
	/* The filler repeats the last prime, so it changes no result. */
	primes[found] = primes[found - 1];
}

static void
fill_powers(struct ka_weakgen_sieve *sieve)
{
	for (uint32_t i = 0; i < KA_WEAKGEN_PADDED_PRIMES; i++) {
		uint32_t p = sieve->primes[i];
		uint32_t radix = (uint32_t)((UINT64_C(1) << 32) % p);
		uint32_t power = 1;

		for (uint32_t d = 0; d < sieve->num_digits; d++) {
			sieve->powers[(i / LANES * sieve->num_digits + d) * LANES + i % LANES] = (uint16_t)power;
			power = power * radix % p;
		}
	}
}

enum ka_err
ka_weakgen_sieve_init(struct ka_weakgen_sieve *sieve, uint32_t bits)
{
	struct ka_weakgen_sieve made = { .num_digits = (bits + 31) / 32 };
	uint32_t primes[KA_WEAKGEN_PADDED_PRIMES];
	enum ka_err err;

	made.powers = malloc((size_t)KA_WEAKGEN_PADDED_PRIMES * made.num_digits * sizeof(*made.powers));
	if (made.powers == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	list_primes(made.primes);
	fill_powers(&made);
	for (uint32_t i = 0; i < KA_WEAKGEN_PADDED_PRIMES; i++) {
		primes[i] = made.primes[i];
	}
	err = ka_weakgen_packs_init(&made.packs, primes, KA_WEAKGEN_PADDED_PRIMES, 32 * made.num_digits);
	if (err != KA_OK) {
		free(made.powers);
		return err;
	}
	*sieve = made;
	return KA_OK;
}

void
ka_weakgen_sieve_clear(struct ka_weakgen_sieve *sieve)
{
	ka_weakgen_packs_clear(&sieve->packs);
	free(sieve->powers);
	sieve->powers = NULL;
}

void
ka_weakgen_residues_scalar(
    uint16_t residues[KA_WEAKGEN_PADDED_PRIMES], const struct ka_weakgen_sieve *sieve, const uint32_t *digits)
{
	const uint16_t *powers = sieve->powers;

	for (uint32_t block = 0; block < KA_WEAKGEN_PADDED_PRIMES; block += LANES) {
		uint64_t sum[LANES] = { 0 };

		for (uint32_t d = 0; d < sieve->num_digits; d++, powers += LANES) {
			for (uint32_t i = 0; i < LANES; i++) {
				sum[i] += (uint64_t)digits[d] * powers[i];
			}
		}
		for (uint32_t i = 0; i < LANES; i++) {
			residues[block + i] = (uint16_t)(sum[i] % sieve->primes[block + i]);
		}
	}
}

/* Strikes out the half-deltas h with r + 2h = target modulo p. */
static void
strike(uint8_t struck[WINDOW], uint32_t p, uint32_t r, uint32_t target)
{
	uint32_t gap = r <= target ? target - r : target + p - r;

	/* Halve modulo p. */
	for (uint32_t h = (gap % 2 == 0 ? gap : gap + p) / 2; h < WINDOW; h += p) {
		struck[h] = 1;
	}
}

uint32_t
ka_weakgen_delta_scalar(const struct ka_weakgen_sieve *sieve, uint16_t residues[KA_WEAKGEN_PADDED_PRIMES])
{
	for (uint32_t base = 0;; base += 2 * WINDOW) {
		uint8_t struck[WINDOW] = { 0 };

		for (uint32_t i = 0; i < KA_WEAKGEN_NUM_PRIMES; i++) {
			uint32_t p = sieve->primes[i];

			strike(struck, p, residues[i], 0);
			strike(struck, p, residues[i], 1);
			residues[i] = (uint16_t)((residues[i] + 2 * WINDOW) % p);
		}
		uint32_t h = 0;

		while (h < WINDOW && struck[h] != 0) {
			h++;
		}
		if (h < WINDOW) {
			return base + 2 * h;
		}
	}
}
