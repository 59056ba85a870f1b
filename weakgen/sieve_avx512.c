/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Residues: the primes are packed by threes (packs.h), so that a limb of 52 bits times a power serves three of them;
 * what is left modulo a pack is divided by each with its reciprocal, which may be one too small.
 *
 * Delta: of the 2047 primes only 96 are below the window of 512 half-deltas. All others strike at most once for each
 * of the two forbidden residues, mostly beyond the window: 32 primes at a time compute where they strike, and the few
 * that strike inside are compressed into a list. When the window has no survivor (one time in a hundred) the scalar
 * function starts over.
 */
#include "weakgen/sieve_avx512.h"

#if KA_WEAKGEN_HAVE_SIEVE_AVX512

#include "weakgen/packs_ifma.h"

#include <string.h>

#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512ifma,avx512vbmi2")))
#define PACKED (KA_WEAKGEN_PACK_SLOTS * KA_WEAKGEN_PACK_LANES)
#define MAX_LIMBS (8192 / KA_WEAKGEN_PACK_LIMB_BITS + 1) /* of a prime of the largest keys */
#define WINDOW 512u
#define NUM_SMALL 96u /* primes below the window, and a multiple of 32 */

/* r modulo the primes; r is below 2^52. */
TARGET static inline __m128i
rest(__m512i r, __m512i primes, __m512i reciprocals)
{
	const __m512i zero = _mm512_setzero_si512();
	__m512i quotient = _mm512_madd52hi_epu64(zero, r, reciprocals);

	r = _mm512_sub_epi64(r, _mm512_madd52lo_epu64(zero, quotient, primes));
	/* Where r is less than its prime the difference is huge. */
	return _mm512_cvtepi64_epi16(_mm512_min_epu64(r, _mm512_sub_epi64(r, primes)));
}

/* The residues modulo the packs of a vector, which begins with prime number first. */
TARGET static inline void
put_rests(uint16_t *residues, uint32_t first, __m512i lo, __m512i hi, const __m512i *rows)
{
	__m512i r = ka_weakgen_packs_rest(lo, hi, rows);

	/* The last vector is not full. */
	for (uint32_t slot = 0; slot < KA_WEAKGEN_PACK_SLOTS && first < KA_WEAKGEN_PADDED_PRIMES; slot++) {
		__m128i eight = rest(r, rows[KA_WEAKGEN_PACK_PRIMES + slot], rows[KA_WEAKGEN_PACK_RECIPROCALS + slot]);

		_mm_storeu_si128((__m128i *)(void *)(residues + first), eight);
		first += KA_WEAKGEN_PACK_LANES;
	}
}

/* Limb i of the digits, which a zero follows. */
static inline uint64_t
limb(const uint32_t *digits, uint32_t num_digits, uint32_t i)
{
	uint32_t bit = i * KA_WEAKGEN_PACK_LIMB_BITS, first = bit / 32, shift = bit % 32;
	uint64_t low = digits[first];
	uint64_t middle = first + 1 < num_digits ? digits[first + 1] : 0;
	uint64_t high = first + 2 < num_digits ? digits[first + 2] : 0;
	uint64_t value = (middle << 32 | low) >> shift;

	if (shift > 64 - KA_WEAKGEN_PACK_LIMB_BITS) {
		value |= high << (64 - shift);
	}
	return value & ((UINT64_C(1) << KA_WEAKGEN_PACK_LIMB_BITS) - 1);
}

TARGET void
ka_weakgen_residues_avx512(
    uint16_t residues[KA_WEAKGEN_PADDED_PRIMES], const struct ka_weakgen_sieve *sieve, const uint32_t *digits)
{
	const struct ka_weakgen_packs *packs = &sieve->packs;
	uint64_t limbs[MAX_LIMBS];

	for (uint32_t i = 0; i < packs->num_limbs; i++) {
		limbs[i] = limb(digits, sieve->num_digits, i);
	}
	/* Two vectors, four independent sums, hide the latency of the multiplier. */
	for (uint32_t vector = 0; vector < packs->num_vectors; vector += 2) {
		const __m512i *a = (const __m512i *)(const void *)ka_weakgen_packs_vector(packs, vector);
		const __m512i *b = (const __m512i *)(const void *)ka_weakgen_packs_vector(packs, vector + 1);
		__m512i lo_a = _mm512_setzero_si512(), hi_a = lo_a, lo_b = lo_a, hi_b = lo_a;

		for (uint32_t i = 0; i < packs->num_limbs; i++) {
			const __m512i digit = _mm512_set1_epi64((long long)limbs[i]);

			lo_a = _mm512_madd52lo_epu64(lo_a, digit, a[KA_WEAKGEN_PACK_POWERS + i]);
			hi_a = _mm512_madd52hi_epu64(hi_a, digit, a[KA_WEAKGEN_PACK_POWERS + i]);
			lo_b = _mm512_madd52lo_epu64(lo_b, digit, b[KA_WEAKGEN_PACK_POWERS + i]);
			hi_b = _mm512_madd52hi_epu64(hi_b, digit, b[KA_WEAKGEN_PACK_POWERS + i]);
		}
		put_rests(residues, vector * PACKED, lo_a, hi_a, a);
		put_rests(residues, (vector + 1) * PACKED, lo_b, hi_b, b);
	}
}

/* The smallest h with r + 2h = target modulo p, for each of 32 primes. target is 0 or 1. */
TARGET static inline __m512i
first_strike(__m512i r, __m512i p, __m512i target)
{
	__m512i gap = _mm512_sub_epi16(target, r);

	gap = _mm512_mask_add_epi16(gap, _mm512_cmpgt_epu16_mask(r, target), gap, p);
	/* Halve modulo p: 2 * 17863 fits into 16 bits. */
	gap = _mm512_mask_add_epi16(gap, _mm512_test_epi16_mask(gap, _mm512_set1_epi16(1)), gap, p);
	return _mm512_srli_epi16(gap, 1);
}

/* Appends those of the 32 places that lie in the window. */
TARGET static inline uint32_t
append(uint16_t *list, uint32_t num, __m512i places)
{
	__mmask32 inside = _mm512_cmplt_epu16_mask(places, _mm512_set1_epi16((short)WINDOW));

	_mm512_storeu_si512(list + num, _mm512_maskz_compress_epi16(inside, places));
	return num + (uint32_t)__builtin_popcount(inside);
}

/* The first zero byte of the window, WINDOW when there is none. */
TARGET static uint32_t
first_survivor(const uint8_t struck[WINDOW])
{
	for (uint32_t i = 0; i < WINDOW; i += 64) {
		__m512i bytes = _mm512_loadu_si512(struck + i);
		uint64_t free_bytes = ~_mm512_test_epi8_mask(bytes, bytes);

		if (free_bytes != 0) {
			return i + (uint32_t)__builtin_ctzll(free_bytes);
		}
	}
	return WINDOW;
}

TARGET uint32_t
ka_weakgen_delta_avx512(const struct ka_weakgen_sieve *sieve, uint16_t residues[KA_WEAKGEN_PADDED_PRIMES])
{
	const __m512i zero = _mm512_setzero_si512(), one = _mm512_set1_epi16(1);
	/* A prime above the window strikes at most twice; a store may run 31 places over. */
	uint16_t list[2 * KA_WEAKGEN_PADDED_PRIMES + 32];
	uint16_t start[2 * NUM_SMALL];
	uint8_t struck[WINDOW];
	uint32_t num = 0, survivor;

	for (uint32_t i = 0; i < KA_WEAKGEN_PADDED_PRIMES; i += 32) {
		__m512i r = _mm512_loadu_si512(residues + i);
		__m512i p = _mm512_loadu_si512(sieve->primes + i);
		__m512i a = first_strike(r, p, zero), b = first_strike(r, p, one);

		if (i < NUM_SMALL) {
			_mm512_storeu_si512(start + i, a);
			_mm512_storeu_si512(start + NUM_SMALL + i, b);
			continue;
		}
		num = append(list, num, a);
		num = append(list, num, b);
	}
	memset(struck, 0, sizeof(struck));
	for (uint32_t i = 0; i < NUM_SMALL; i++) {
		uint32_t p = sieve->primes[i];

		for (uint32_t h = start[i]; h < WINDOW; h += p) {
			struck[h] = 1;
		}
		for (uint32_t h = start[NUM_SMALL + i]; h < WINDOW; h += p) {
			struck[h] = 1;
		}
	}
	for (uint32_t i = 0; i < num; i++) {
		struck[list[i]] = 1;
	}
	survivor = first_survivor(struck);
	return survivor < WINDOW ? 2 * survivor : ka_weakgen_delta_scalar(sieve, residues);
}

#endif
