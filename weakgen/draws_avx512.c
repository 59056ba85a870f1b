/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sixteen generators side by side: one lane of 32 bits each. All messages of the generator consist of whole words of
 * 32 bits, save the ten pool bytes at the end, so words are put together in registers; only the pools, each at its
 * own position, are read and written lane by lane. That work does not depend on the hash that is being computed and
 * runs in its shadow.
 */
#include "weakgen/draws.h"

#if KA_WEAKGEN_HAVE_DRAWS_AVX512

#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl")))
#define INLINE TARGET __attribute__((always_inline)) static inline
#define LANES KA_WEAKGEN_DRAW_LANES
#define POOL KA_WEAKGEN_POOL_LEN
#define GROUP 10u /* pool bytes hashed, and bytes put out, by one step */
#define BLOCK_WORDS 16u
#define DIGEST_WORDS 5u

/* Words that are read from or written to the pools: of lane l, words[i][l], big-endian. */
struct stage {
	_Alignas(64) uint32_t words[3][LANES];
};

static uint64_t
load_be64(const uint8_t *from)
{
	uint64_t value;

	memcpy(&value, from, sizeof(value));
	return __builtin_bswap64(value);
}

static void
store_be64(uint8_t *to, uint64_t value)
{
	value = __builtin_bswap64(value);
	memcpy(to, &value, sizeof(value));
}

static uint32_t
load_be16(const uint8_t *from)
{
	return (uint32_t)from[0] << 8 | from[1];
}

static void
store_be16(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

/* The position ten bytes on. It is never 1023, where the quirk of ka_weakgen_pool_xor begins: the time was just mixed in. */
static uint32_t
next_position(uint32_t pos)
{
	return pos + GROUP >= POOL ? pos + GROUP - POOL : pos + GROUP;
}

/* Ten pool bytes of each lane, with the byte 0x80 that ends a message behind them. */
static void
read_groups(struct stage *stage, struct ka_weakgen_prng *const prngs[LANES], const uint32_t pos[LANES])
{
	for (unsigned l = 0; l < LANES; l++) {
		uint8_t wrapped[GROUP];
		const uint8_t *from = prngs[l]->pool + pos[l];
		uint64_t head;

		if (pos[l] + GROUP > POOL) {
			ka_weakgen_pool_read(prngs[l], wrapped, pos[l], GROUP, POOL);
			from = wrapped;
		}
		head = load_be64(from);
		stage->words[0][l] = (uint32_t)(head >> 32);
		stage->words[1][l] = (uint32_t)head;
		stage->words[2][l] = load_be16(from + 8) << 16 | 0x8000;
	}
}

static void
xor_groups(struct ka_weakgen_prng *const prngs[LANES], uint32_t pos[LANES], const struct stage *stage)
{
	for (unsigned l = 0; l < LANES; l++) {
		uint64_t head = (uint64_t)stage->words[0][l] << 32 | stage->words[1][l];
		uint32_t tail = stage->words[2][l] >> 16;
		uint8_t *at = prngs[l]->pool + pos[l];

		if (pos[l] + GROUP > POOL) {
			uint8_t bytes[GROUP];

			store_be64(bytes, head);
			store_be16(bytes + 8, tail);
			(void)ka_weakgen_pool_xor(prngs[l], bytes, pos[l], GROUP, POOL);
		} else {
			store_be64(at, load_be64(at) ^ head);
			store_be16(at + 8, load_be16(at + 8) ^ tail);
		}
		pos[l] = next_position(pos[l]);
	}
}

INLINE __m512i
load(const uint32_t words[LANES])
{
	return _mm512_load_si512(words);
}

INLINE void
store(uint32_t words[LANES], __m512i value)
{
	_mm512_store_si512(words, value);
}

/* One step; the five variables rotate their roles. function: truth table of the step's function of b, c, d. */
#define STEP(a, b, c, d, e, function, k, word) \
	do { \
		(e) = _mm512_add_epi32( \
		    _mm512_add_epi32(e, _mm512_add_epi32(word, k)), \
		    _mm512_add_epi32(_mm512_rol_epi32(a, 5), _mm512_ternarylogic_epi32(b, c, d, function))); \
		(b) = _mm512_rol_epi32(b, 30); \
	} while (0)

#define CHOOSE 0xca
#define PARITY 0x96
#define MAJORITY 0xe8

#define LOADED(t) (w[(t)&15])
#define SCHEDULED(t) \
	(w[(t)&15] = _mm512_rol_epi32( \
	     _mm512_xor_si512(w[((t) + 13) & 15], \
		 _mm512_ternarylogic_epi32(w[((t) + 8) & 15], w[((t) + 2) & 15], w[(t)&15], PARITY)), \
	     1))

#define FIVE(function, k, W, t) \
	do { \
		STEP(a, b, c, d, e, function, k, W(t)); \
		STEP(e, a, b, c, d, function, k, W((t) + 1)); \
		STEP(d, e, a, b, c, function, k, W((t) + 2)); \
		STEP(c, d, e, a, b, function, k, W((t) + 3)); \
		STEP(b, c, d, e, a, function, k, W((t) + 4)); \
	} while (0)

/* The compression function (FIPS 180-4, 6.1.2) in each lane; w is used up. */
TARGET __attribute__((noinline)) static void
compress(__m512i state[DIGEST_WORDS], __m512i w[BLOCK_WORDS])
{
	const __m512i k0 = _mm512_set1_epi32(0x5a827999), k1 = _mm512_set1_epi32(0x6ed9eba1);
	const __m512i k2 = _mm512_set1_epi32((int)0x8f1bbcdcu), k3 = _mm512_set1_epi32((int)0xca62c1d6u);
	__m512i a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];

	FIVE(CHOOSE, k0, LOADED, 0);
	FIVE(CHOOSE, k0, LOADED, 5);
	FIVE(CHOOSE, k0, LOADED, 10);
	STEP(a, b, c, d, e, CHOOSE, k0, LOADED(15));
	STEP(e, a, b, c, d, CHOOSE, k0, SCHEDULED(16));
	STEP(d, e, a, b, c, CHOOSE, k0, SCHEDULED(17));
	STEP(c, d, e, a, b, CHOOSE, k0, SCHEDULED(18));
	STEP(b, c, d, e, a, CHOOSE, k0, SCHEDULED(19));
	FIVE(PARITY, k1, SCHEDULED, 20);
	FIVE(PARITY, k1, SCHEDULED, 25);
	FIVE(PARITY, k1, SCHEDULED, 30);
	FIVE(PARITY, k1, SCHEDULED, 35);
	FIVE(MAJORITY, k2, SCHEDULED, 40);
	FIVE(MAJORITY, k2, SCHEDULED, 45);
	FIVE(MAJORITY, k2, SCHEDULED, 50);
	FIVE(MAJORITY, k2, SCHEDULED, 55);
	FIVE(PARITY, k3, SCHEDULED, 60);
	FIVE(PARITY, k3, SCHEDULED, 65);
	FIVE(PARITY, k3, SCHEDULED, 70);
	FIVE(PARITY, k3, SCHEDULED, 75);
	state[0] = _mm512_add_epi32(state[0], a);
	state[1] = _mm512_add_epi32(state[1], b);
	state[2] = _mm512_add_epi32(state[2], c);
	state[3] = _mm512_add_epi32(state[3], d);
	state[4] = _mm512_add_epi32(state[4], e);
}

INLINE void
start(__m512i state[DIGEST_WORDS])
{
	state[0] = _mm512_set1_epi32(0x67452301);
	state[1] = _mm512_set1_epi32((int)0xefcdab89u);
	state[2] = _mm512_set1_epi32((int)0x98badcfeu);
	state[3] = _mm512_set1_epi32(0x10325476);
	state[4] = _mm512_set1_epi32((int)0xc3d2e1f0u);
}

/* Appends a digest to the message of num words. */
INLINE unsigned
put_digest(__m512i w[BLOCK_WORDS], unsigned num, const __m512i digest[DIGEST_WORDS])
{
	for (unsigned i = 0; i < DIGEST_WORDS; i++) {
		w[num + i] = digest[i];
	}
	return num + DIGEST_WORDS;
}

/* Zeros up to the last word, which is the length of the message in bits. */
INLINE void
put_length(__m512i w[BLOCK_WORDS], unsigned num, uint32_t len)
{
	for (; num < BLOCK_WORDS - 1; num++) {
		w[num] = _mm512_setzero_si512();
	}
	w[BLOCK_WORDS - 1] = _mm512_set1_epi32((int)(8 * len));
}

/* Both counters of all lanes, as the machine keeps them in memory. */
struct counters {
	__m512i words[4];
	unsigned num;
};

TARGET static void
load_counters(struct counters *out, struct ka_weakgen_prng *const prngs[LANES])
{
	const struct ka_weakgen_machine *machine = &prngs[0]->machine;
	struct {
		_Alignas(64) uint32_t words[4][LANES];
	} kept;
	unsigned num = machine->long_len / 4;

	for (unsigned l = 0; l < LANES; l++) {
		for (unsigned c = 0; c < 2; c++) {
			uint64_t value = prngs[l]->count[c];

			for (unsigned i = 0; i < num; i++) {
				unsigned half = machine->big_endian ? num - 1 - i : i;
				uint32_t word = (uint32_t)(value >> (32 * half));

				kept.words[c * num + i][l] = machine->big_endian ? word : __builtin_bswap32(word);
			}
		}
	}
	out->num = 2 * num;
	for (unsigned i = 0; i < out->num; i++) {
		out->words[i] = load(kept.words[i]);
	}
}

INLINE unsigned
put_counters(__m512i w[BLOCK_WORDS], unsigned num, const struct counters *counters)
{
	for (unsigned i = 0; i < counters->num; i++) {
		w[num + i] = counters->words[i];
	}
	return num + counters->num;
}

/* ka_weakgen_prng_add of the time in every lane. */
TARGET static void
add_time(struct ka_weakgen_prng *const prngs[LANES], __m512i md[DIGEST_WORDS])
{
	uint32_t len = prngs[0]->machine.time_len;
	__m512i w[BLOCK_WORDS], local[DIGEST_WORDS];
	struct counters counters;
	struct stage stage;
	unsigned num = put_digest(w, 0, md);

	for (unsigned l = 0; l < LANES; l++) {
		uint8_t bytes[8] = { 0 };
		uint64_t head;

		ka_weakgen_pool_read(prngs[l], bytes, prngs[l]->index, len, POOL);
		head = load_be64(bytes);
		stage.words[0][l] = (uint32_t)(head >> 32);
		stage.words[1][l] = (uint32_t)head;
	}
	for (unsigned i = 0; i < len / 4; i++) {
		w[num++] = load(stage.words[i]);
	}
	load_counters(&counters, prngs);
	num = put_counters(w, num, &counters);
	w[num] = _mm512_set1_epi32((int)0x80000000u);
	put_length(w, num + 1, 4 * num);
	start(local);
	compress(local, w);
	store(stage.words[0], local[0]);
	store(stage.words[1], local[1]);
	for (unsigned i = 0; i < DIGEST_WORDS; i++) {
		md[i] = _mm512_xor_si512(md[i], local[i]);
	}
	for (unsigned l = 0; l < LANES; l++) {
		uint8_t bytes[8];
		uint32_t index = prngs[l]->index + len;

		store_be64(bytes, (uint64_t)stage.words[0][l] << 32 | stage.words[1][l]);
		(void)ka_weakgen_pool_xor(prngs[l], bytes, prngs[l]->index, len, POOL);
		prngs[l]->index = index >= POOL ? index - POOL : index;
		prngs[l]->count[1]++;
	}
}

/* The first step of a lane without process id, which has one word less than the others'. */
static void
first_without_pid(uint32_t digest[DIGEST_WORDS], const uint32_t *words, unsigned num, ka_weakgen_sha1_fn compress_one)
{
	uint8_t block[KA_WEAKGEN_SHA1_BLOCK] = { 0 };
	static const uint32_t initial[DIGEST_WORDS] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };

	for (unsigned i = 0; i < num; i++) {
		store_be16(block + 4 * i, words[i] >> 16);
		store_be16(block + 4 * i + 2, words[i]);
	}
	store_be16(block + KA_WEAKGEN_SHA1_BLOCK - 2, 8 * (4 * num - 2));
	memcpy(digest, initial, sizeof(initial));
	compress_one(digest, block);
}

/* Does that step for the lanes that need it; w is the message of all lanes, pid first, of num words. */
TARGET static void
repair_lanes_without_pid(
    __m512i local[DIGEST_WORDS], const __m512i w[BLOCK_WORDS], unsigned num, struct ka_weakgen_prng *const prngs[LANES])
{
	struct {
		_Alignas(64) uint32_t words[BLOCK_WORDS][LANES];
	} message, digest;

	for (unsigned i = 0; i < num; i++) {
		store(message.words[i], w[i]);
	}
	for (unsigned i = 0; i < DIGEST_WORDS; i++) {
		store(digest.words[i], local[i]);
	}
	for (unsigned l = 0; l < LANES; l++) {
		uint32_t words[BLOCK_WORDS], one[DIGEST_WORDS];

		if (prngs[l]->pid != 0) {
			continue;
		}
		for (unsigned i = 1; i < num; i++) {
			words[i - 1] = message.words[i][l];
		}
		first_without_pid(one, words, num - 1, prngs[l]->compress);
		for (unsigned i = 0; i < DIGEST_WORDS; i++) {
			digest.words[i][l] = one[i];
		}
	}
	for (unsigned i = 0; i < DIGEST_WORDS; i++) {
		local[i] = load(digest.words[i]);
	}
}

/* The words of the process ids; returns whether every lane has one. */
TARGET static bool
load_pids(__m512i *out, struct ka_weakgen_prng *const prngs[LANES])
{
	struct stage stage;
	bool all = true;

	for (unsigned l = 0; l < LANES; l++) {
		uint32_t pid = prngs[l]->pid;

		stage.words[0][l] = prngs[l]->machine.big_endian ? pid : __builtin_bswap32(pid);
		all = all && pid != 0;
	}
	*out = load(stage.words[0]);
	return all;
}

/* Bytes 10 to 19 of the digests. */
TARGET static void
put_out(uint8_t *const outs[LANES], size_t done, size_t take, const __m512i local[DIGEST_WORDS])
{
	struct stage stage;

	store(stage.words[0], local[2]);
	store(stage.words[1], local[3]);
	store(stage.words[2], local[4]);
	for (unsigned l = 0; l < LANES; l++) {
		uint64_t tail = (uint64_t)stage.words[1][l] << 32 | stage.words[2][l];

		if (take == GROUP) {
			store_be16(outs[l] + done, stage.words[0][l]);
			store_be64(outs[l] + done + 2, tail);
		} else {
			uint8_t bytes[GROUP];

			store_be16(bytes, stage.words[0][l]);
			store_be64(bytes + 2, tail);
			memcpy(outs[l] + done, bytes, take);
		}
	}
}

/* ka_weakgen_prng_bytes in every lane. */
TARGET static void
draw_bytes(struct ka_weakgen_prng *const prngs[LANES], uint8_t *const outs[LANES], size_t len, __m512i md[DIGEST_WORDS])
{
	__m512i w[BLOCK_WORDS], local[DIGEST_WORDS], pids;
	struct counters counters;
	struct stage read, written;
	uint32_t pos[LANES];
	bool all_pids = load_pids(&pids, prngs);
	unsigned num;

	load_counters(&counters, prngs);
	for (unsigned l = 0; l < LANES; l++) {
		size_t index = prngs[l]->index + (len + GROUP - 1) / GROUP * GROUP;

		pos[l] = prngs[l]->index;
		prngs[l]->index = (uint32_t)(index > POOL ? index % POOL : index);
		prngs[l]->count[0]++;
	}
	memcpy(local, md, sizeof(local));
	read_groups(&read, prngs, pos);
	for (size_t done = 0; done < len; done += GROUP) {
		num = 0;
		if (done == 0) {
			w[num++] = pids;
		}
		num = put_digest(w, num, local);
		num = put_counters(w, num, &counters);
		for (unsigned i = 0; i < 3; i++) {
			w[num++] = load(read.words[i]);
		}
		put_length(w, num, 4 * num - 2);
		start(local);
		if (done == 0 && !all_pids) {
			__m512i kept[BLOCK_WORDS];

			memcpy(kept, w, sizeof(kept));
			compress(local, w);
			repair_lanes_without_pid(local, kept, num, prngs);
		} else {
			compress(local, w);
		}
		store(written.words[0], local[0]);
		store(written.words[1], local[1]);
		store(written.words[2], local[2]);
		xor_groups(prngs, pos, &written);
		read_groups(&read, prngs, pos);
		put_out(outs, done, len - done < GROUP ? len - done : GROUP, local);
	}
	num = put_counters(w, 0, &counters);
	num = put_digest(w, num, local);
	num = put_digest(w, num, md);
	w[num] = _mm512_set1_epi32((int)0x80000000u);
	start(md);
	if (num < BLOCK_WORDS - 2) {
		put_length(w, num + 1, 4 * num);
	} else {
		/* No room for the length in this block. */
		for (unsigned i = num + 1; i < BLOCK_WORDS; i++) {
			w[i] = _mm512_setzero_si512();
		}
		compress(md, w);
		put_length(w, 0, 4 * num);
	}
	compress(md, w);
}

TARGET void
ka_weakgen_draws_avx512(struct ka_weakgen_prng *const prngs[LANES], uint8_t *const outs[LANES], size_t len)
{
	const struct ka_weakgen_machine *machine = &prngs[0]->machine;
	struct {
		_Alignas(64) uint32_t words[DIGEST_WORDS][LANES];
	} kept;
	__m512i md[DIGEST_WORDS];

	if (machine->time_len % 4 != 0 || machine->time_len > 8) {
		ka_weakgen_draws_scalar(prngs, outs, len);
		return;
	}
	for (unsigned l = 0; l < LANES; l++) {
		for (unsigned i = 0; i < DIGEST_WORDS; i++) {
			uint32_t word;

			memcpy(&word, prngs[l]->md + 4 * i, sizeof(word));
			kept.words[i][l] = __builtin_bswap32(word);
		}
	}
	for (unsigned i = 0; i < DIGEST_WORDS; i++) {
		md[i] = load(kept.words[i]);
	}
	add_time(prngs, md);
	draw_bytes(prngs, outs, len, md);
	for (unsigned i = 0; i < DIGEST_WORDS; i++) {
		store(kept.words[i], md[i]);
	}
	for (unsigned l = 0; l < LANES; l++) {
		for (unsigned i = 0; i < DIGEST_WORDS; i++) {
			uint32_t word = __builtin_bswap32(kept.words[i][l]);

			memcpy(prngs[l]->md + 4 * i, &word, sizeof(word));
		}
	}
}

#endif
