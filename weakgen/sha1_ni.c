/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA1RNDS4 does four steps on a, b, c, d; the e of the four steps goes in with the first word of the schedule, and
 * SHA1NEXTE gets it from the a of the steps before. SHA1MSG1, a xor and SHA1MSG2 make four new words of the schedule
 * from the sixteen before: m[i + 4] = MSG2(MSG1(m[i], m[i + 1]) ^ m[i + 2], m[i + 3]).
 */
#include "weakgen/sha1_ni.h"

#if KA_WEAKGEN_HAVE_SHA_NI

#include <immintrin.h>

/* Steps 4 i to 4 i + 3. e_in holds the a of four steps ago, in the first group e; m is ready up to group i. */
#define GROUP(i, function) \
	do { \
		__m128i e = (i) == 0 ? _mm_add_epi32(e_in, m[0]) : _mm_sha1nexte_epu32(e_in, m[(i) % 4]); \
		if ((i) >= 3 && (i) < 19) { \
			__m128i w = \
			    _mm_xor_si128(_mm_sha1msg1_epu32(m[((i) + 1) % 4], m[((i) + 2) % 4]), m[((i) + 3) % 4]); \
			m[((i) + 1) % 4] = _mm_sha1msg2_epu32(w, m[(i) % 4]); \
		} \
		e_in = abcd; \
		abcd = _mm_sha1rnds4_epu32(abcd, e, function); \
	} while (0)

#define FIVE_GROUPS(i, function) \
	do { \
		GROUP((i), function); \
		GROUP((i) + 1, function); \
		GROUP((i) + 2, function); \
		GROUP((i) + 3, function); \
		GROUP((i) + 4, function); \
	} while (0)

__attribute__((target("sha,sse4.1,ssse3"))) void
ka_weakgen_sha1_ni(uint32_t state[5], const uint8_t block[KA_WEAKGEN_SHA1_BLOCK])
{
	/* Big-endian words, the first one in the highest lane. */
	const __m128i swap = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
	const __m128i abcd_start = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0x1b);
	const __m128i e_start = _mm_set_epi32((int)state[4], 0, 0, 0);
	__m128i abcd = abcd_start, e_in = e_start;
	__m128i m[4];

	for (unsigned i = 0; i < 4; i++) {
		m[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)(block + 16 * i)), swap);
	}
	FIVE_GROUPS(0, 0);
	FIVE_GROUPS(5, 1);
	FIVE_GROUPS(10, 2);
	FIVE_GROUPS(15, 3);
	e_in = _mm_sha1nexte_epu32(e_in, e_start);
	abcd = _mm_add_epi32(abcd, abcd_start);
	_mm_storeu_si128((__m128i *)state, _mm_shuffle_epi32(abcd, 0x1b));
	state[4] = (uint32_t)_mm_extract_epi32(e_in, 3);
}

#endif
