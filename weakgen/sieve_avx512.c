/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Residues: a digit of 32 bits times a power below 2^15 is below 2^52, so one VPMADD52LUQ multiplies and adds. The
 * sums are folded once at bit 32 and then divided in double precision, where they are exact; the quotient may be off
 * by one either way.
 *
 * Delta: of the 2047 primes only 96 are below the window of 512 half-deltas. All others strike at most once for each
 * of the two forbidden residues, mostly beyond the window: 32 primes at a time compute where they strike, and the few
 * that strike inside are compressed into a list. When the window has no survivor (one time in a hundred) the scalar
 * function starts over.
 */
#include "weakgen/sieve_avx512.h"

#if KA_WEAKGEN_HAVE_SIEVE_AVX512

#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512ifma,avx512vbmi2")))
#define LANES 16u
#define WINDOW 512u
#define NUM_SMALL 96u /* primes below the window, and a multiple of 32 */

TARGET static inline __m512i
widen(const uint16_t *eight)
{
	return _mm512_cvtepu16_epi64(_mm_loadu_si128((const __m128i *)(const void *)eight));
}

/* sum modulo p as eight numbers of 16 bits; radix is 2^32 modulo p. sum is below 2^56. */
TARGET static inline __m128i
rest(__m512i sum, __m512i p, __m512i radix)
{
	const __m512i low_half = _mm512_set1_epi64(0xffffffff);
	const __m512i low_52 = _mm512_set1_epi64(0xfffffffffffff);
	__m512i folded = _mm512_madd52lo_epu64(_mm512_and_si512(sum, low_half), _mm512_srli_epi64(sum, 32), radix);
	__m512d quotient = _mm512_div_pd(_mm512_cvtepu64_pd(folded), _mm512_cvtepu64_pd(p));
	__m512i product = _mm512_madd52lo_epu64(_mm512_setzero_si512(), _mm512_cvttpd_epu64(quotient), p);
	__m512i r = _mm512_and_si512(_mm512_sub_epi64(folded, product), low_52);

	/* One too many taken away shows as a huge number. */
	r = _mm512_mask_add_epi64(r, _mm512_cmpgt_epu64_mask(r, low_half), r, p);
	r = _mm512_and_si512(r, low_52);
	r = _mm512_mask_sub_epi64(r, _mm512_cmpge_epu64_mask(r, p), r, p);
	return _mm512_cvtepi64_epi16(r);
}

TARGET void
ka_weakgen_residues_avx512(
    uint16_t residues[KA_WEAKGEN_PADDED_PRIMES], const struct ka_weakgen_sieve *sieve, const uint32_t *digits)
{
	const size_t stride = (size_t)sieve->num_digits * LANES;

	/* Four independent sums at a time hide the latency of the multiplier. */
	for (uint32_t block = 0; block < KA_WEAKGEN_PADDED_PRIMES; block += 2 * LANES) {
		const uint16_t *a = sieve->powers + block / LANES * stride;
		const uint16_t *b = a + stride;
		__m512i s0 = _mm512_setzero_si512(), s1 = s0, s2 = s0, s3 = s0;

		for (uint32_t d = 0; d < sieve->num_digits; d++) {
			const __m512i digit = _mm512_set1_epi64(digits[d]);

			s0 = _mm512_madd52lo_epu64(s0, digit, widen(a + d * LANES));
			s1 = _mm512_madd52lo_epu64(s1, digit, widen(a + d * LANES + 8));
			s2 = _mm512_madd52lo_epu64(s2, digit, widen(b + d * LANES));
			s3 = _mm512_madd52lo_epu64(s3, digit, widen(b + d * LANES + 8));
		}
		const uint16_t *primes = sieve->primes + block;
		__m128i *out = (__m128i *)(void *)(residues + block);

		/* Numbers of a single digit have no second power, and need none. */
		const size_t second = sieve->num_digits > 1 ? LANES : 0;
		_mm_storeu_si128(out, rest(s0, widen(primes), widen(a + second)));
		_mm_storeu_si128(out + 1, rest(s1, widen(primes + 8), widen(a + second + 8)));
		_mm_storeu_si128(out + 2, rest(s2, widen(primes + 16), widen(b + second)));
		_mm_storeu_si128(out + 3, rest(s3, widen(primes + 24), widen(b + second + 8)));
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
