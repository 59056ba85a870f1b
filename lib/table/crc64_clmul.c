/* SPDX-License-Identifier: Apache-2.0 */
/* crc64_clmul.c - CRC-64/XZ by carry-less multiplication (Gopal et al., "Fast CRC Computation for Generic Polynomials Using
 * PCLMULQDQ Instruction", Intel 2009), for tables of megabytes.
 *
 * A message's remainder does not change when its first 128 bits, a x^64 + b, are replaced by a (x^(D+64) mod P) + b (x^D mod P)
 * added D bits further on. Four such pairs run side by side, 512 bits apart, then are folded into one; that one, 16 bytes
 * which have the remainder of all before, goes through the scalar code with what is left.
 *
 * Bits are reversed: bit i of a word is the coefficient of x^(63 - i). The product of two such words is then short of one
 * factor x, so the factors are x^(D+63) and x^(D-1). */
#include "lib/table/crc64.h"

#if defined(__x86_64__)

#include "lib/kernel/kernel.h"
#include "lib/table/crc64_const.h"

#include <immintrin.h>

#define TARGET KA_TARGET("pclmul,sse4.1")
#define LANE_LEN 16u
#define NUM_LANES 4u
#define BLOCK_LEN (LANE_LEN * NUM_LANES)

TARGET static inline __m128i
load(const uint8_t *p)
{
	return _mm_loadu_si128((const void *)p);
}

TARGET static inline __m128i
fold(__m128i lane, __m128i factors, __m128i next)
{
	__m128i first = _mm_clmulepi64_si128(lane, factors, 0x00);
	__m128i second = _mm_clmulepi64_si128(lane, factors, 0x11);
	return _mm_xor_si128(_mm_xor_si128(first, second), next);
}

TARGET static uint64_t
ka_crc64_update_clmul(uint64_t reg, struct ka_slice bytes)
{
	const __m128i by_512 = _mm_set_epi64x((int64_t)KA_CRC64_FOLD_512_SECOND, (int64_t)KA_CRC64_FOLD_512_FIRST);
	const __m128i by_128 = _mm_set_epi64x((int64_t)KA_CRC64_FOLD_128_SECOND, (int64_t)KA_CRC64_FOLD_128_FIRST);
	__m128i lanes[NUM_LANES];
	uint8_t rest[LANE_LEN];

	if (bytes.len < 2 * BLOCK_LEN)
		return ka_crc64_scalar.update(reg, bytes);
	for (size_t i = 0; i < NUM_LANES; i++)
		lanes[i] = load(bytes.data + LANE_LEN * i);
	lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi64_si128((int64_t)reg));

	size_t at = BLOCK_LEN;
	for (; bytes.len - at >= BLOCK_LEN; at += BLOCK_LEN) {
		for (size_t i = 0; i < NUM_LANES; i++)
			lanes[i] = fold(lanes[i], by_512, load(bytes.data + at + LANE_LEN * i));
	}
	for (size_t i = 1; i < NUM_LANES; i++)
		lanes[i] = fold(lanes[i - 1], by_128, lanes[i]);
	_mm_storeu_si128((void *)rest, lanes[NUM_LANES - 1]);

	reg = ka_crc64_scalar.update(0, (struct ka_slice){ rest, sizeof(rest) });
	return ka_crc64_scalar.update(reg, (struct ka_slice){ bytes.data + at, bytes.len - at });
}

const struct ka_crc64_kernel ka_crc64_clmul = { .update = ka_crc64_update_clmul };

#endif
