/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Four numbers at a time, so that each power that is loaded serves eight multiply-adds. Whether a prime p divides a
 * rest r below 2^52 is told by r / p modulo 2^52: a true quotient is at most 2^52 / p, and no other r has so small a
 * one (Granlund, Montgomery: "Division by invariant integers using multiplication", PLDI 1994, section 9).
 */
#include "weakgen/wide_ifma.h"

#if KA_WEAKGEN_HAVE_WIDE_IFMA

#include "weakgen/packs_ifma.h"

#define TARGET __attribute__((target("avx512f,avx512ifma")))
#define NUMBERS KA_WEAKGEN_WIDE_LANES
#define LIMB_BITS KA_WEAKGEN_PACK_LIMB_BITS
#define MAX_LIMBS (8200 / LIMB_BITS + 1) /* of the candidates for a prime of the largest keys */

/* Limb i of a number, least significant first. */
static uint64_t
limb(mpz_srcptr number, uint32_t i)
{
	uint32_t bit = i * LIMB_BITS, word = bit / 64, shift = bit % 64;
	uint64_t value = mpz_getlimbn(number, (mp_size_t)word) >> shift;

	if (shift > 64 - LIMB_BITS) {
		value |= (uint64_t)mpz_getlimbn(number, (mp_size_t)word + 1) << (64 - shift);
	}
	return value & ((UINT64_C(1) << LIMB_BITS) - 1);
}

/* The packs of which a prime divides. */
TARGET static inline __mmask8
divides(__m512i lo, __m512i hi, const __m512i *rows)
{
	const __m512i zero = _mm512_setzero_si512();
	__m512i rest = ka_weakgen_packs_rest(lo, hi, rows);
	__mmask8 mask = 0;

	for (unsigned slot = 0; slot < KA_WEAKGEN_PACK_SLOTS; slot++) {
		__m512i quotient = _mm512_madd52lo_epu64(zero, rest, rows[KA_WEAKGEN_PACK_PRIME_INVERSES + slot]);

		mask |= _mm512_cmple_epu64_mask(quotient, rows[KA_WEAKGEN_PACK_RECIPROCALS + slot]);
	}
	return mask;
}

TARGET unsigned
ka_weakgen_wide_ifma(const struct ka_weakgen_wide *wide, const mpz_srcptr *numbers, unsigned num)
{
	const __m512i zero = _mm512_setzero_si512();
	uint32_t num_limbs = wide->packs.num_limbs;
	uint64_t limbs[MAX_LIMBS][NUMBERS];
	__mmask8 found[NUMBERS] = { 0 };
	unsigned mask = 0;

	for (uint32_t i = 0; i < num_limbs; i++) {
		for (unsigned k = 0; k < NUMBERS; k++) {
			limbs[i][k] = limb(numbers[k < num ? k : 0], i);
		}
	}
	for (uint32_t vector = 0; vector < wide->packs.num_vectors; vector++) {
		const __m512i *rows = (const __m512i *)(const void *)ka_weakgen_packs_vector(&wide->packs, vector);
		const __m512i *powers = rows + KA_WEAKGEN_PACK_POWERS;
		__m512i lo0 = zero, lo1 = zero, lo2 = zero, lo3 = zero;
		__m512i hi0 = zero, hi1 = zero, hi2 = zero, hi3 = zero;

		for (uint32_t i = 0; i < num_limbs; i++) {
			const __m512i power = powers[i];
			const __m512i a = _mm512_set1_epi64((long long)limbs[i][0]);
			const __m512i b = _mm512_set1_epi64((long long)limbs[i][1]);
			const __m512i c = _mm512_set1_epi64((long long)limbs[i][2]);
			const __m512i d = _mm512_set1_epi64((long long)limbs[i][3]);

			lo0 = _mm512_madd52lo_epu64(lo0, power, a);
			lo1 = _mm512_madd52lo_epu64(lo1, power, b);
			lo2 = _mm512_madd52lo_epu64(lo2, power, c);
			lo3 = _mm512_madd52lo_epu64(lo3, power, d);
			hi0 = _mm512_madd52hi_epu64(hi0, power, a);
			hi1 = _mm512_madd52hi_epu64(hi1, power, b);
			hi2 = _mm512_madd52hi_epu64(hi2, power, c);
			hi3 = _mm512_madd52hi_epu64(hi3, power, d);
		}
		found[0] |= divides(lo0, hi0, rows);
		found[1] |= divides(lo1, hi1, rows);
		found[2] |= divides(lo2, hi2, rows);
		found[3] |= divides(lo3, hi3, rows);
	}
	for (unsigned i = 0; i < num; i++) {
		mask |= (unsigned)(found[i] != 0) << i;
	}
	return mask;
}

#endif
