/* SPDX-License-Identifier: Apache-2.0 */
/* packs_ifma.h - the rest of a sum of products modulo packs, for the kernels that divide by them. */
#ifndef KA_WEAKGEN_PACKS_IFMA_H
#define KA_WEAKGEN_PACKS_IFMA_H

#include "weakgen/packs.h"

#include <immintrin.h>

/* ka_weakgen_packs_rest: with lo + 2^52 hi = 2^104 x modulo the packs, lo and hi below 2^61, returns numbers below 2^52
 * that are x modulo the packs: two steps of Montgomery's reduction. */
__attribute__((target("avx512f,avx512ifma"))) static inline __m512i
ka_weakgen_packs_rest(__m512i lo, __m512i hi, const __m512i *rows)
{
	const __m512i zero = _mm512_setzero_si512();
	const __m512i modulus = rows[KA_WEAKGEN_PACK_MODULUS], inverse = rows[KA_WEAKGEN_PACK_INVERSE];
	/* q m agrees with the low limb: what is above it is left, and m more than that is not negative. */
	__m512i q = _mm512_madd52lo_epu64(zero, lo, inverse);
	__m512i up = _mm512_add_epi64(_mm512_add_epi64(hi, modulus), _mm512_srli_epi64(lo, KA_WEAKGEN_PACK_LIMB_BITS));

	lo = _mm512_sub_epi64(up, _mm512_madd52hi_epu64(zero, q, modulus));
	q = _mm512_madd52lo_epu64(zero, lo, inverse);
	up = _mm512_add_epi64(modulus, _mm512_srli_epi64(lo, KA_WEAKGEN_PACK_LIMB_BITS));
	return _mm512_sub_epi64(up, _mm512_madd52hi_epu64(zero, q, modulus));
}

#endif
