/* SPDX-License-Identifier: Apache-2.0 */
/* base64 with AVX2: 32 characters to 24 bytes, twice for a line of PEM.
 *
 * AVX2 has tables of 16 entries only, so a character is looked at by its nibbles. Its high nibble gives a class, its low
 * nibble the set of classes in which it is not base64; they meet exactly when the character is not base64:
 *
 *   class  high nibble  base64 with low nibble
 *     01        2       b f         + /
 *     02        3       0 to 9      0-9
 *     04       4 6      1 to f      A-O a-o
 *     08       5 7      0 to a      P-Z p-z
 *     10      others    none
 *
 * What must be added to a character to get its 6 bits depends on the high nibble alone, save '/', which takes entry 1.
 * Packing as in base64_avx512.c. Algorithm: W. Mula, D. Lemire, "Faster Base64 Encoding and Decoding Using AVX2
 * Instructions", 2018. */
#include "lib/pem/base64_state.h"

#if defined(__x86_64__)

#include "lib/kernel/kernel.h"

#include <immintrin.h>

#define TARGET KA_TARGET("avx2,bmi,bmi2")

#define TWICE(...) _mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__)

/* Sets *out_sextets; returns a mask of the bytes that are base64. */
TARGET static inline uint32_t
classify(__m256i *out_sextets, __m256i chars)
{
	const __m256i low_classes = TWICE(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b,
		0x1b, 0x1a);
	const __m256i high_classes = TWICE(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10,
		0x10, 0x10);
	const __m256i shifts = TWICE(0, 63 - '/', 62 - '+', 52 - '0', -'A', -'A', 26 - 'a', 26 - 'a', 0, 0, 0, 0, 0, 0, 0, 0);
	const __m256i nibble = _mm256_set1_epi8(0x0f);

	__m256i high = _mm256_and_si256(_mm256_srli_epi16(chars, 4), nibble);
	__m256i low = _mm256_and_si256(chars, nibble);
	__m256i clash = _mm256_and_si256(_mm256_shuffle_epi8(low_classes, low), _mm256_shuffle_epi8(high_classes, high));
	__m256i slash = _mm256_cmpeq_epi8(chars, _mm256_set1_epi8('/')); /* -1 where so */
	*out_sextets = _mm256_add_epi8(chars, _mm256_shuffle_epi8(shifts, _mm256_add_epi8(high, slash)));
	return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(clash, _mm256_setzero_si256()));
}

/* 24 bytes and 8 of no meaning. */
TARGET static inline __m256i
pack(__m256i sextets)
{
	const __m256i gather = TWICE(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
	__m256i pairs = _mm256_maddubs_epi16(sextets, _mm256_set1_epi32(0x01400140));
	__m256i quads = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));

	return _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(quads, gather), _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7));
}

TARGET static inline __m256i
load(const uint8_t *in)
{
	return _mm256_loadu_si256((const __m256i *)(const void *)in);
}

TARGET static inline void
store(uint8_t *out, __m256i bytes)
{
	_mm256_storeu_si256((__m256i *)(void *)out, bytes);
}

/* Takes whole quanta in front of the first byte that is not base64. Stands at a quantum's start before and after. */
TARGET static inline void
run_vectors(struct ka_base64_state *state)
{
	const uint8_t *in = state->in.data + state->at;
	const uint8_t *end = state->in.data + state->in.len;
	uint8_t *out = state->out + state->out_len;

	while (end - in >= 64) {
		__m256i first, second;
		uint64_t good = classify(&first, load(in)) | (uint64_t)classify(&second, load(in + 32)) << 32;
		/* 56 bytes fit: out is never further into its buffer than in, see ka_base64_kernel. */
		store(out, pack(first));
		store(out + 24, pack(second));
		if (~good != 0) {
			size_t num_quanta = (size_t)_tzcnt_u64(~good) / 4;
			in += num_quanta * 4;
			out += num_quanta * 3;
			break;
		}
		in += 64;
		out += 48;
		if (in < end && *in == '\n')
			in++;
		else if (end - in >= 2 && in[0] == '\r' && in[1] == '\n')
			in += 2;
	}
	state->at = (size_t)(in - state->in.data);
	state->out_len = (size_t)(out - state->out);
}

TARGET static struct ka_base64_end
decode_avx2(uint8_t *out, struct ka_slice in)
{
	struct ka_base64_state state = { .in = in, .out = out };

	do
		run_vectors(&state);
	while (ka_base64_run(&state, true));
	return ka_base64_finish(&state);
}

const struct ka_base64_kernel ka_base64_avx2 = { .decode = decode_avx2 };

#endif
