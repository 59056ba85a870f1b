/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eight drawn numbers at a time, in limbs of B = 2^52, each shifted so that its highest bit is set.
 *
 * First the reciprocals: V = B^(2 w + 1) / x, digit by digit from the top, w + 2 of them. The rest of the division is
 * kept in lanes of 64 bits that are never carried (each digit adds less than 2^53 to a lane), and without the part
 * that cannot matter any more: so half of a long division. A quotient digit is estimated in double precision and put
 * right from the exact top of the rest. It is wrong only where the exact quotient is within 2^-45 of an integer; then
 * this one number is lost, which counts for nothing beside the stated chance to miss.
 *
 * With V the fraction t of N / x costs next to nothing for each modulus N: of the product of N and V only the limb
 * behind the point is needed, and what is below that limb can only change the last ten of its 52 bits.
 *
 * Then, of few moduli, all deltas in question (of many see near_many_ifma.c): t - delta rho modulo 1, as fractions of 32 bits, in sixteen lanes the spokes of the
 * wheel, 210 further on in each step.
 */
#include "weakgen/near_ifma.h"

#if KA_WEAKGEN_HAVE_NEAR_IFMA

#include <string.h>

#define PERIOD (2 * KA_WEAKGEN_NEAR_WHEEL)
#define SIXTEEN (KA_WEAKGEN_NEAR_SPOKES + 1)
#define MODULI 4u /* whose fractions are computed side by side */

size_t
ka_weakgen_near_ifma_scratch_len(uint32_t num_limbs)
{
	/* Words: as many as limbs, and what reading one further needs. */
	return (3 * (size_t)num_limbs + 6) * sizeof(__m512i) + ((size_t)num_limbs + 8) / 8 * sizeof(__m512i) +
	    sizeof(__m512i);
}

static void
lay_out(struct ka_weakgen_near_scratch *out, void *memory, uint32_t num_limbs)
{
	out->negated = memory;
	out->rest = out->negated + num_limbs;
	out->v = out->rest + num_limbs + 4;
	out->words = (uint64_t *)(void *)(out->v + num_limbs + 2);
}

/* A big-endian number as words of 64 bits, with zero words behind. */
static void
load_words(uint64_t *words, uint32_t num_words, const uint8_t *bytes, size_t len)
{
	uint32_t i = 0;

	for (; len >= 8; len -= 8) {
		uint64_t value;

		memcpy(&value, bytes + len - 8, sizeof(value));
		words[i++] = __builtin_bswap64(value);
	}
	words[i] = 0;
	for (size_t k = 0; k < len; k++) {
		words[i] = words[i] << 8 | bytes[k];
	}
	while (++i < num_words) {
		words[i] = 0;
	}
}

/* Limbs of one number, shifted left, into its lane of out: all bits inverted. Returns what it is modulo 105. */
static uint32_t
put_lane(uint64_t *out, const struct ka_weakgen_moduli *moduli, uint64_t *words, const uint8_t *x)
{
	/* 2^52 is 16 modulo 105, and 16^3 is 1. */
	static const uint32_t weights[3] = { 1, 16, 46 };
	uint64_t sums[3] = { 0 };
	uint32_t shift = moduli->shift, num_limbs = moduli->num_limbs;
	uint64_t total;

	load_words(words, num_limbs + 1, x, (moduli->bits + 7) / 8);
	for (uint32_t i = 0; i < num_limbs; i++) {
		uint64_t limb;

		if (i == 0) {
			limb = words[0] << shift;
		} else {
			uint32_t bit = LIMB_BITS * i - shift, at = bit / 64, off = bit % 64;

			limb = words[at] >> off;
			if (off > 64 - LIMB_BITS) {
				limb |= words[at + 1] << (64 - off);
			}
		}
		limb &= LIMB_MASK;
		sums[i % 3] += limb;
		out[(size_t)i * LANES] = limb ^ LIMB_MASK;
	}
	total = sums[0] % KA_WEAKGEN_NEAR_WHEEL * weights[0] + sums[1] % KA_WEAKGEN_NEAR_WHEEL * weights[1] +
	    sums[2] % KA_WEAKGEN_NEAR_WHEEL * weights[2];
	/* Undo the shift: 2^12 is 1 modulo 105. */
	return (uint32_t)((total << (12 - shift % 12)) % KA_WEAKGEN_NEAR_WHEEL);
}

INLINE __m512d
to_double(__m512i limb)
{
	return _mm512_cvtepu64_pd(limb);
}

TARGET static void
load_numbers(struct ka_weakgen_near_scratch *s, const struct ka_weakgen_moduli *moduli, const uint8_t *const xs[LANES])
{
	const __m512i mask = _mm512_set1_epi64((long long)LIMB_MASK);
	uint32_t w = moduli->num_limbs;
	__m512d y;

	for (unsigned l = 0; l < LANES; l++) {
		uint32_t c = put_lane((uint64_t *)(void *)s->negated + l, moduli, s->words, xs[l]);

		s->spokes[l] = moduli->wheel.deltas[c];
	}
	s->top = _mm512_xor_si512(s->negated[w - 1], mask);
	s->next = _mm512_xor_si512(s->negated[w - 2], mask);
	/* x is odd, so the lowest limb of the complement takes the one without a carry. */
	s->negated[0] = _mm512_add_epi64(s->negated[0], _mm512_set1_epi64(1));
	y = _mm512_fmadd_pd(to_double(s->next), _mm512_set1_pd(0x1p-52), to_double(s->top));
	s->inverse = _mm512_div_pd(_mm512_set1_pd(1), y);
}

/* The next digit: the rest divided by x B^j, rounded down. at points to the rest's position j + w. */
INLINE __m512i
next_digit(const struct ka_weakgen_near_scratch *s, const __m512i *at)
{
	const __m512i mask = _mm512_set1_epi64((long long)LIMB_MASK), zero = _mm512_setzero_si512();
	/* Lanes above are spent: what counts is the sum modulo 2^64, which is small. */
	__m512i low = _mm512_add_epi64(at[-1], _mm512_srli_epi64(at[-2], LIMB_BITS));
	__m512i high = _mm512_add_epi64(
	    _mm512_add_epi64(at[0], _mm512_slli_epi64(at[1], LIMB_BITS)), _mm512_srli_epi64(low, LIMB_BITS));
	__m512i digit, error;
	__m512d value;

	low = _mm512_and_si512(low, mask);
	value = _mm512_fmadd_pd(_mm512_cvtepi64_pd(high), _mm512_set1_pd(0x1p52), to_double(low));
	value = _mm512_mul_pd(value, s->inverse);
	value = _mm512_min_pd(_mm512_max_pd(value, _mm512_setzero_pd()), _mm512_set1_pd(0x1p52 - 1));
	digit = _mm512_cvttpd_epi64(value);
	/* How much is left of the top two limbs with this digit. */
	error = _mm512_add_epi64(_mm512_slli_epi64(high, LIMB_BITS), low);
	error = _mm512_sub_epi64(error, _mm512_mullo_epi64(digit, s->top));
	error = _mm512_sub_epi64(error, _mm512_madd52hi_epu64(zero, digit, s->next));
	value = _mm512_mul_pd(_mm512_cvtepi64_pd(error), s->inverse);
	digit = _mm512_add_epi64(digit, _mm512_cvt_roundpd_epi64(value, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC));
	digit = _mm512_max_epi64(digit, zero);
	return _mm512_min_epi64(digit, mask);
}

/* v = B^(2 w + 1) / x. */
TARGET static void
invert(struct ka_weakgen_near_scratch *s, uint32_t w)
{
	const __m512i *negated = s->negated;
	__m512i *rest = s->rest;

	/* The highest digit is 1, as x is above 2/3 of B^w; the rest is B^(2 w + 1) - x B^(w + 1). rest[k] is position
	 * w - 2 + k. */
	for (uint32_t k = 0; k < w + 4; k++) {
		rest[k] = _mm512_setzero_si512();
	}
	memcpy(rest + 3, negated, w * sizeof(*rest));
	s->v[w + 1] = _mm512_set1_epi64(1);
	for (uint32_t j = w + 1; j-- > 0;) {
		__m512i *at = rest + j + 2;
		__m512i digit = next_digit(s, at), limb = negated[w - 1];
		uint32_t last = j + 2 < w ? w - 2 - j : 0;

		/* Minus digit times x is plus digit times (B^w - x), minus digit times B^w. */
		*at = _mm512_madd52hi_epu64(_mm512_sub_epi64(*at, digit), digit, limb);
		for (uint32_t i = w - 1; i > last; i--) {
			__m512i below = negated[i - 1];

			at--;
			*at = _mm512_madd52hi_epu64(_mm512_madd52lo_epu64(*at, digit, limb), digit, below);
			limb = below;
		}
		at--;
		*at = _mm512_madd52lo_epu64(*at, digit, limb);
		s->v[j] = digit;
	}
}

/* Fractions of num moduli divided by the numbers, in units of 2^-32. */
INLINE void
fractions(__m512i out[MODULI], const struct ka_weakgen_near_scratch *s, uint32_t w, const uint64_t *limbs, unsigned num)
{
	__m512i low[MODULI], high[MODULI], last[MODULI];

	for (unsigned m = 0; m < num; m++) {
		low[m] = _mm512_setzero_si512();
		last[m] = _mm512_set1_epi64((long long)limbs[(size_t)m * (w + 2)]);
		high[m] = _mm512_madd52hi_epu64(low[m], last[m], s->v[0]);
	}
	for (uint32_t j = 1; j < w + 2; j++) {
		__m512i v = s->v[j];

		for (unsigned m = 0; m < num; m++) {
			low[m] = _mm512_madd52lo_epu64(low[m], last[m], v);
			last[m] = _mm512_set1_epi64((long long)limbs[(size_t)m * (w + 2) + j]);
			high[m] = _mm512_madd52hi_epu64(high[m], last[m], v);
		}
	}
	for (unsigned m = 0; m < num; m++) {
		out[m] = _mm512_srli_epi64(_mm512_slli_epi64(_mm512_add_epi64(low[m], high[m]), 64 - LIMB_BITS), 32);
	}
}

/* Is t near delta rho for any delta? */
INLINE bool
search(const uint32_t *spokes, uint32_t t, uint32_t rho)
{
	const __m512i step = _mm512_set1_epi32((int)(PERIOD * rho));
	__m512i value = _mm512_sub_epi32(_mm512_set1_epi32((int)(t + SLACK)),
	    _mm512_mullo_epi32(_mm512_loadu_si512(spokes), _mm512_set1_epi32((int)rho)));
	__m512i least = value;

	for (uint32_t base = PERIOD; base < KA_WEAKGEN_NEAR_MAX_DELTA; base += PERIOD) {
		value = _mm512_sub_epi32(value, step);
		least = _mm512_min_epu32(least, value);
	}
	return _mm512_cmplt_epu32_mask(least, _mm512_set1_epi32(WINDOW)) != 0;
}

/* rho in units of 2^-32, rounded down whatever the error of the doubles. */
INLINE __m512i
rho_of(const struct ka_weakgen_near_scratch *s, double ratio)
{
	__m512d rho = _mm512_mul_pd(_mm512_mul_pd(_mm512_set1_pd(ratio), s->inverse), s->inverse);

	rho = _mm512_sub_pd(rho, _mm512_roundscale_pd(rho, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC));
	rho = _mm512_fmsub_pd(rho, _mm512_set1_pd(0x1p32), _mm512_set1_pd(0x1p-10));
	return _mm512_cvttpd_epi64(_mm512_max_pd(rho, _mm512_setzero_pd()));
}

/* Which lanes' numbers the modulus can belong to. */
INLINE unsigned
in_range(const struct ka_weakgen_near_scratch *s, double top)
{
	__m512d ratio = _mm512_mul_pd(_mm512_set1_pd(top), s->inverse);

	return _mm512_cmp_pd_mask(ratio, _mm512_set1_pd(KA_WEAKGEN_NEAR_LEAST), _CMP_GE_OQ) &
	    _mm512_cmp_pd_mask(ratio, _mm512_set1_pd(KA_WEAKGEN_NEAR_MOST), _CMP_LE_OQ);
}

INLINE void
look_at(const struct ka_weakgen_near_scratch *s, __m512i t, const struct ka_weakgen_moduli *moduli, size_t modulus,
    void (*maybe)(void *arg, unsigned x, size_t modulus), void *arg)
{
	_Alignas(64) uint64_t ts[LANES], rhos[LANES];
	unsigned lanes = in_range(s, moduli->tops[modulus]);

	_mm512_store_si512(ts, t);
	_mm512_store_si512(rhos, rho_of(s, moduli->ratios[modulus]));
	for (unsigned l = 0; l < LANES; l++) {
		if ((lanes >> l & 1) != 0 && search(s->spokes[l], (uint32_t)ts[l], (uint32_t)rhos[l])) {
			maybe(arg, l, modulus);
		}
	}
}

TARGET void
ka_weakgen_near_ifma(void *memory, const struct ka_weakgen_moduli *moduli, const uint8_t *const xs[LANES],
    void (*maybe)(void *arg, unsigned x, size_t modulus), void *arg)
{
	uint32_t w = moduli->num_limbs;
	struct ka_weakgen_near_scratch s;
	size_t i = 0;

	lay_out(&s, memory, w);
	load_numbers(&s, moduli, xs);
	invert(&s, w);
	if (moduli->grouped != NULL) {
		ka_weakgen_near_many_ifma(&s, moduli, maybe, arg);
		return;
	}
	while (i < moduli->num) {
		const uint64_t *limbs = moduli->limbs + i * (w + 2);
		unsigned num = moduli->num - i < MODULI ? 1 : MODULI;
		__m512i t[MODULI];

		if (num == 1) {
			fractions(t, &s, w, limbs, 1);
		} else {
			fractions(t, &s, w, limbs, MODULI);
		}
		for (unsigned m = 0; m < num; m++) {
			look_at(&s, t[m], moduli, i + m, maybe, arg);
		}
		i += num;
	}
}

#endif
