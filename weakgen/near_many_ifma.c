/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many moduli beside each number drawn. Sixteen moduli fill the lanes. Of the number the first 64 deltas are sieved out
 * before (near_sieve.h): for each prime the pattern of deltas that it lets pass, from where its residue says, in one
 * bit map of 3072. So a pair costs 64 products instead of 585
 * differences.
 */
#include "weakgen/near_ifma.h"

#if KA_WEAKGEN_HAVE_NEAR_IFMA

#include <string.h>

#define GROUP KA_WEAKGEN_NEAR_GROUP
#define PACK KA_WEAKGEN_NEAR_PACK
#define MAX_PACKS KA_WEAKGEN_NEAR_MAX_PACKS
#define MAP_WORDS (KA_WEAKGEN_NEAR_WINDOW / 64)
#define MAP_VECTORS (KA_WEAKGEN_NEAR_WINDOW / 512)

/* The deltas of a number; what is left over repeats the last. */
struct deltas {
	uint32_t all[KA_WEAKGEN_NEAR_DELTAS];
};

/* What is left of the numbers modulo each pack. */
struct residues {
	uint64_t of[MAX_PACKS][LANES];
};

TARGET static void
divide_by_packs(struct residues *out, const struct ka_weakgen_near_scratch *s, const struct ka_weakgen_near_sieve *sieve)
{
	uint32_t w = sieve->num_limbs;

	for (uint32_t k = 0; k < sieve->num_packs; k++) {
		const uint64_t *powers = sieve->powers + (size_t)k * (w + 1);
		const uint64_t modulus = sieve->packs[k].modulus;
		__m512i low = _mm512_setzero_si512(), high = low;
		_Alignas(64) uint64_t lows[LANES], highs[LANES];

		for (uint32_t i = 0; i < w; i++) {
			__m512i power = _mm512_set1_epi64((long long)powers[i]);

			low = _mm512_madd52lo_epu64(low, s->negated[i], power);
			high = _mm512_madd52hi_epu64(high, s->negated[i], power);
		}
		_mm512_store_si512(lows, low);
		_mm512_store_si512(highs, high);
		for (unsigned l = 0; l < LANES; l++) {
			/* Of B^w - x: x is the rest to B^w. */
			__extension__ unsigned __int128 sum = (unsigned __int128)highs[l] << LIMB_BITS;
			uint64_t rest = (uint64_t)((sum + lows[l]) % modulus);

			out->of[k][l] = powers[w] >= rest ? powers[w] - rest : powers[w] + modulus - rest;
		}
	}
}

/* Where in each prime's pattern the byte is that begins with delta 0. */
INLINE void
find_starts(uint64_t starts[PACK], const struct ka_weakgen_near_pack *pack, uint64_t residue)
{
	const __m512d primes = _mm512_loadu_pd(pack->primes), inverses = _mm512_loadu_pd(pack->inverses);
	const __m512i whole = _mm512_loadu_si512(pack->whole), one = _mm512_set1_epi64(1);
	__m512d r = _mm512_set1_pd((double)residue);
	__m512i rest, half, turns;

	r = _mm512_fnmadd_pd(
	    _mm512_roundscale_pd(_mm512_mul_pd(r, inverses), _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC), primes, r);
	rest = _mm512_cvtpd_epi64(r);
	rest = _mm512_mask_add_epi64(rest, _mm512_cmplt_epi64_mask(rest, _mm512_setzero_si512()), rest, whole);
	rest = _mm512_mask_sub_epi64(rest, _mm512_cmpge_epi64_mask(rest, whole), rest, whole);
	/* x + 2 h = 2 (h + x / 2) modulo the prime; then as many times the prime further on as make whole bytes. */
	half = _mm512_mask_add_epi64(rest, _mm512_test_epi64_mask(rest, one), rest, whole);
	half = _mm512_srli_epi64(half, 1);
	turns = _mm512_and_si512(_mm512_mullo_epi32(_mm512_sub_epi64(_mm512_setzero_si512(), half), whole), _mm512_set1_epi64(7));
	_mm512_storeu_si512(starts, _mm512_srli_epi64(_mm512_add_epi64(half, _mm512_mullo_epi32(turns, whole)), 3));
}

TARGET static void
sieve_deltas(struct deltas *out, const struct ka_weakgen_near_sieve *sieve, const struct residues *residues, unsigned lane)
{
	__m512i map[MAP_VECTORS];
	_Alignas(64) uint64_t words[MAP_WORDS];
	unsigned num = 0;

	memset(map, 0xff, sizeof(map));
	for (uint32_t k = 0; k < sieve->num_packs; k++) {
		const struct ka_weakgen_near_pack *pack = &sieve->packs[k];
		uint64_t starts[PACK];

		find_starts(starts, pack, residues->of[k][lane]);
		for (uint32_t i = 0; i < pack->num; i++) {
			const uint8_t *from = pack->patterns[i] + starts[i];

			for (unsigned v = 0; v < MAP_VECTORS; v++) {
				map[v] = _mm512_and_si512(map[v], _mm512_loadu_si512(from + v * sizeof(map[v])));
			}
		}
	}
	for (unsigned v = 0; v < MAP_VECTORS; v++) {
		_mm512_store_si512(words + 8 * v, map[v]);
	}
	for (unsigned i = 0; i < MAP_WORDS; i++) {
		for (uint64_t word = words[i]; word != 0 && num < KA_WEAKGEN_NEAR_DELTAS; word &= word - 1) {
			out->all[num++] = 2 * (64 * i + (unsigned)__builtin_ctzll(word));
		}
	}
	for (; num < KA_WEAKGEN_NEAR_DELTAS; num++) {
		out->all[num] = num > 0 ? out->all[num - 1] : 0;
	}
}

/* Of the moduli of a group: fractions of N / x, in units of 2^-32. */
INLINE __m512i
fractions(const uint64_t *limbs, const uint64_t *v, uint32_t w)
{
	__m512i low0 = _mm512_setzero_si512(), low1 = low0, high0 = low0, high1 = low0;
	__m512i last0 = low0, last1 = low0;

	for (uint32_t j = 0; j < w + 2; j++) {
		__m512i digit = _mm512_set1_epi64((long long)v[(size_t)j * LANES]);

		low0 = _mm512_madd52lo_epu64(low0, last0, digit);
		low1 = _mm512_madd52lo_epu64(low1, last1, digit);
		last0 = _mm512_load_si512(limbs + (size_t)j * GROUP);
		last1 = _mm512_load_si512(limbs + (size_t)j * GROUP + 8);
		high0 = _mm512_madd52hi_epu64(high0, last0, digit);
		high1 = _mm512_madd52hi_epu64(high1, last1, digit);
	}
	low0 = _mm512_srli_epi64(_mm512_slli_epi64(_mm512_add_epi64(low0, high0), 64 - LIMB_BITS), 32);
	low1 = _mm512_srli_epi64(_mm512_slli_epi64(_mm512_add_epi64(low1, high1), 64 - LIMB_BITS), 32);
	return _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi64_epi32(low0)), _mm512_cvtepi64_epi32(low1), 1);
}

/* Eight rhos in units of 2^-32, rounded down whatever the error of the doubles. */
INLINE __m256i
eight_rhos(const double *ratios, __m512d inverse_square)
{
	__m512d rho = _mm512_mul_pd(_mm512_loadu_pd(ratios), inverse_square);

	rho = _mm512_sub_pd(rho, _mm512_roundscale_pd(rho, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC));
	rho = _mm512_fmsub_pd(rho, _mm512_set1_pd(0x1p32), _mm512_set1_pd(0x1p-10));
	return _mm512_cvttpd_epu32(_mm512_max_pd(rho, _mm512_setzero_pd()));
}

/* Which moduli of a group have a t near delta rho for one of the deltas? */
INLINE unsigned
search(const struct deltas *deltas, __m512i t, __m512i rho)
{
	__m512i start = _mm512_add_epi32(t, _mm512_set1_epi32(SLACK));
	__m512i least = _mm512_set1_epi32(-1), other = least;

	for (unsigned i = 0; i < KA_WEAKGEN_NEAR_DELTAS; i += 2) {
		__m512i a = _mm512_mullo_epi32(rho, _mm512_set1_epi32((int)deltas->all[i]));
		__m512i b = _mm512_mullo_epi32(rho, _mm512_set1_epi32((int)deltas->all[i + 1]));

		least = _mm512_min_epu32(least, _mm512_sub_epi32(start, a));
		other = _mm512_min_epu32(other, _mm512_sub_epi32(start, b));
	}
	return _mm512_cmplt_epu32_mask(_mm512_min_epu32(least, other), _mm512_set1_epi32(WINDOW));
}

INLINE void
look_at_group(const struct deltas *deltas, const struct ka_weakgen_moduli *moduli, size_t first, const uint64_t *v,
    double inverse, unsigned lane, void (*maybe)(void *arg, unsigned x, size_t modulus), void *arg)
{
	uint32_t w = moduli->num_limbs;
	size_t num = moduli->num - first < GROUP ? moduli->num - first : GROUP;
	const __m512d square = _mm512_set1_pd(inverse * inverse);
	unsigned found;

	/* The group ascends: is all of it too small or too large for the number? */
	if (moduli->tops[first + num - 1] * inverse < KA_WEAKGEN_NEAR_LEAST ||
	    moduli->tops[first] * inverse > KA_WEAKGEN_NEAR_MOST) {
		return;
	}
	found = search(deltas, fractions(moduli->grouped + first * (w + 2), v, w),
	    _mm512_inserti64x4(_mm512_castsi256_si512(eight_rhos(moduli->ratios + first, square)),
		eight_rhos(moduli->ratios + first + 8, square), 1));
	for (found &= (1u << num) - 1; found != 0; found &= found - 1) {
		maybe(arg, lane, first + (unsigned)__builtin_ctz(found));
	}
}

TARGET void
ka_weakgen_near_many_ifma(const struct ka_weakgen_near_scratch *scratch, const struct ka_weakgen_moduli *moduli,
    void (*maybe)(void *arg, unsigned x, size_t modulus), void *arg)
{
	struct residues residues;
	struct deltas deltas[LANES];
	_Alignas(64) double inverses[LANES];

	divide_by_packs(&residues, scratch, moduli->sieve);
	_mm512_store_pd(inverses, scratch->inverse);
	for (unsigned l = 0; l < LANES; l++) {
		sieve_deltas(&deltas[l], moduli->sieve, &residues, l);
	}
	/* A group's limbs stay in the first-level cache for all numbers. */
	for (size_t first = 0; first < moduli->num; first += GROUP) {
		for (unsigned l = 0; l < LANES; l++) {
			look_at_group(&deltas[l], moduli, first, (const uint64_t *)(const void *)scratch->v + l, inverses[l], l,
			    maybe, arg);
		}
	}
}

#endif
