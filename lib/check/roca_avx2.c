/* SPDX-License-Identifier: Apache-2.0 */
/* roca_avx2.c - the fold, 8 words of 32 bits at a time. A multiplication takes the even lanes only, so the odd ones are
 * shifted down for a second one. The order of additions does not matter: the sum never overflows, see roca_scalar.c. */
#include "lib/check/roca.h"

#if defined(__x86_64__)

#include "lib/kernel/kernel.h"

#include <immintrin.h>

#define TARGET KA_TARGET("avx2")
#define BLOCK_LEN 32u

TARGET static uint64_t
ka_roca_fold_avx2(const uint32_t *weights_end, const uint8_t *n, size_t n_len)
{
	const __m256i swap = _mm256_setr_epi8(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10,
		9, 8, 15, 14, 13, 12);
	const size_t head_len = n_len % BLOCK_LEN;
	const uint32_t *weights = weights_end - (n_len - head_len) / 4;
	uint64_t head = head_len > 0 ? ka_roca_scalar.fold(weights, n, head_len) : 0;
	__m256i even = _mm256_setzero_si256();
	__m256i odd = _mm256_setzero_si256();

	for (size_t at = head_len; at < n_len; at += BLOCK_LEN, weights += BLOCK_LEN / 4) {
		__m256i words = _mm256_shuffle_epi8(_mm256_loadu_si256((const void *)(n + at)), swap);
		__m256i factors = _mm256_loadu_si256((const void *)weights);
		even = _mm256_add_epi64(even, _mm256_mul_epu32(words, factors));
		odd = _mm256_add_epi64(odd, _mm256_mul_epu32(_mm256_srli_epi64(words, 32), _mm256_srli_epi64(factors, 32)));
	}
	__m256i four = _mm256_add_epi64(even, odd);
	__m128i two = _mm_add_epi64(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
	return head + (uint64_t)_mm_cvtsi128_si64(two) + (uint64_t)_mm_extract_epi64(two, 1);
}

const struct ka_roca_kernel ka_roca_avx2 = { .fold = ka_roca_fold_avx2 };

#endif
