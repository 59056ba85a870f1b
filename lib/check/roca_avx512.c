/* SPDX-License-Identifier: Apache-2.0 */
/* roca_avx512.c - the fold, 16 words of 32 bits at a time; otherwise as in roca_avx2.c. */
#include "lib/check/roca.h"

#if defined(__x86_64__)

#include "lib/kernel/kernel.h"

#include <immintrin.h>

#define TARGET KA_TARGET("avx512f,avx512bw")
#define BLOCK_LEN 64u

TARGET static uint64_t
ka_roca_fold_avx512(const uint32_t *weights_end, const uint8_t *n, size_t n_len)
{
	const __m512i swap = _mm512_broadcast_i32x4(_mm_setr_epi8(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
	const size_t head_len = n_len % BLOCK_LEN;
	const uint32_t *weights = weights_end - (n_len - head_len) / 4;
	uint64_t head = head_len > 0 ? ka_roca_scalar.fold(weights, n, head_len) : 0;
	__m512i even = _mm512_setzero_si512();
	__m512i odd = _mm512_setzero_si512();

	for (size_t at = head_len; at < n_len; at += BLOCK_LEN, weights += BLOCK_LEN / 4) {
		__m512i words = _mm512_shuffle_epi8(_mm512_loadu_si512(n + at), swap);
		__m512i factors = _mm512_loadu_si512(weights);
		even = _mm512_add_epi64(even, _mm512_mul_epu32(words, factors));
		odd = _mm512_add_epi64(odd, _mm512_mul_epu32(_mm512_srli_epi64(words, 32), _mm512_srli_epi64(factors, 32)));
	}
	/* By hand: the compiler's _mm512_reduce_add_epi64 ends in a signed addition, which may not wrap. */
	__m512i lanes = _mm512_add_epi64(even, odd);
	__m256i halves = _mm256_add_epi64(_mm512_castsi512_si256(lanes), _mm512_extracti64x4_epi64(lanes, 1));
	__m128i pair = _mm_add_epi64(_mm256_castsi256_si128(halves), _mm256_extracti128_si256(halves, 1));
	return head + (uint64_t)_mm_cvtsi128_si64(pair) + (uint64_t)_mm_extract_epi64(pair, 1);
}

const struct ka_roca_kernel ka_roca_avx512 = { .fold = ka_roca_fold_avx512 };

#endif
