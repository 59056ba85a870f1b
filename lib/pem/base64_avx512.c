/* SPDX-License-Identifier: Apache-2.0 */
/* base64 with AVX-512 VBMI: 64 characters, which is a line of PEM, to 48 bytes.
 *
 * One two-register byte permutation is a table of 128 entries, so it maps a character to its 6 bits or, with bit 7, to "not
 * base64". Bit 7 of the character itself marks bytes beyond ASCII. Then 4 x 6 bits are put together by multiply-and-add in
 * pairs (a * 64 + b, then * 4096) and the three useful bytes of each 32-bit lane are gathered by a byte permutation.
 *
 * The first byte that is not base64 is found from the mask; whole quanta in front of it are taken, and the scalar decoder
 * goes on from there to the next line. Algorithm: W. Mula, D. Lemire, "Base64 encoding and decoding at almost the speed of
 * a memory copy", 2019. */
#include "lib/pem/base64_state.h"

#if defined(__x86_64__)

#include "lib/kernel/kernel.h"

#include <immintrin.h>

#define TARGET KA_TARGET("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,bmi,bmi2")

#define X 0x80
static const uint8_t values[128] = {
	X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, /* 00 */
	X, X, X, X, X, X, X, X, X, X, X, 62, X, X, X, 63, /* 20 */
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, X, X, X, X, X, X, /* 30 */
	X, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, /* 40 */
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, X, X, X, X, X, /* 50 */
	X, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, /* 60 */
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, X, X, X, X, X, /* 70 */
};
#undef X

/* Bytes 2, 1, 0 of each 32-bit lane, one lane behind the other. */
static const uint8_t gather[64] = {
	2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 18, 17, 16, 22, 21, 20, 26, 25, 24, 30, 29, 28, /* first 32 characters */
	34, 33, 32, 38, 37, 36, 42, 41, 40, 46, 45, 44, 50, 49, 48, 54, 53, 52, 58, 57, 56, 62, 61, 60,
};

TARGET static inline __m512i
pack(__m512i sextets)
{
	__m512i pairs = _mm512_maddubs_epi16(sextets, _mm512_set1_epi32(0x01400140));
	__m512i quads = _mm512_madd_epi16(pairs, _mm512_set1_epi32(0x00011000));

	return _mm512_permutexvar_epi8(_mm512_loadu_si512(gather), quads);
}

/* Takes all whole quanta in front of the first byte that is not base64. Stands at a quantum's start before and after. */
TARGET static inline void
run_vectors(struct ka_base64_state *state)
{
	const __m512i low = _mm512_loadu_si512(values), high = _mm512_loadu_si512(values + 64);
	const uint8_t *in = state->in.data + state->at;
	const uint8_t *end = state->in.data + state->in.len;
	uint8_t *out = state->out + state->out_len;

	while (end - in >= 64) {
		__m512i chars = _mm512_loadu_si512(in);
		__m512i sextets = _mm512_permutex2var_epi8(low, chars, high);
		uint64_t bad = _mm512_movepi8_mask(_mm512_or_si512(chars, sextets));
		/* 64 bytes fit: out is never further into its buffer than in, see ka_base64_kernel. */
		_mm512_storeu_si512(out, pack(sextets));
		if (bad != 0) {
			size_t num_quanta = (size_t)_tzcnt_u64(bad) / 4;
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
	if (end - in < 64 && end != in) {
		uint64_t there = _bzhi_u64(~(uint64_t)0, (unsigned)(end - in));
		__m512i chars = _mm512_maskz_loadu_epi8(there, in);
		__m512i sextets = _mm512_permutex2var_epi8(low, chars, high);
		uint64_t bad = _mm512_movepi8_mask(_mm512_or_si512(chars, sextets)); /* absent bytes are NUL: bad */
		size_t num_quanta = (size_t)_tzcnt_u64(bad) / 4;
		_mm512_mask_storeu_epi8(out, _bzhi_u64(~(uint64_t)0, (unsigned)num_quanta * 3), pack(sextets));
		in += num_quanta * 4;
		out += num_quanta * 3;
	}
	state->at = (size_t)(in - state->in.data);
	state->out_len = (size_t)(out - state->out);
}

TARGET static struct ka_base64_end
decode_avx512(uint8_t *out, struct ka_slice in)
{
	struct ka_base64_state state = { .in = in, .out = out };

	do
		run_vectors(&state);
	while (ka_base64_run(&state, true));
	return ka_base64_finish(&state);
}

const struct ka_base64_kernel ka_base64_avx512 = { .decode = decode_avx512 };

#endif
