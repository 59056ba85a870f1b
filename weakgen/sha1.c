/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-1 as the generator needs it: the compression function and messages of at most two blocks. SHA-1 is
 * here because a generator of 2006 is reproduced, not because anything is secured by it.
 */
#include "weakgen/sha1.h"

#include <string.h>

static uint32_t
rol(uint32_t x, unsigned n)
{
	return (x << n) | (x >> (32 - n));
}

static uint32_t
load_be32(const uint8_t *p)
{
	return ((uint32_t)p[0] << 24) | ((uint32_t)p[1] << 16) | ((uint32_t)p[2] << 8) | (uint32_t)p[3];
}

static void
store_be32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

/* The message schedule lives in a ring of 16 words: word t replaces word t - 16. */
#define SCHEDULE(t) (w[(t)&15] = rol(w[((t) + 13) & 15] ^ w[((t) + 8) & 15] ^ w[((t) + 2) & 15] ^ w[(t)&15], 1))

/* One step; the five variables rotate their roles from call to call instead of being copied. */
#define STEP(a, b, c, d, e, f, k, word) \
	do { \
		(e) += rol((a), 5) + (f) + (k) + (word); \
		(b) = rol((b), 30); \
	} while (0)

#define CHOOSE(b, c, d) ((d) ^ ((b) & ((c) ^ (d))))
#define PARITY(b, c, d) ((b) ^ (c) ^ (d))
#define MAJORITY(b, c, d) (((b) & (c)) | ((d) & ((b) | (c))))

#define FIVE(F, k, W, t) \
	do { \
		STEP(a, b, c, d, e, F(b, c, d), k, W(t)); \
		STEP(e, a, b, c, d, F(a, b, c), k, W((t) + 1)); \
		STEP(d, e, a, b, c, F(e, a, b), k, W((t) + 2)); \
		STEP(c, d, e, a, b, F(d, e, a), k, W((t) + 3)); \
		STEP(b, c, d, e, a, F(c, d, e), k, W((t) + 4)); \
	} while (0)

#define LOADED(t) (w[t])
#define LOADED_OR_SCHEDULED(t) ((t) < 16 ? w[(t)&15] : SCHEDULE(t))

void
ka_weakgen_sha1_scalar(uint32_t state[5], const uint8_t block[KA_WEAKGEN_SHA1_BLOCK])
{
	uint32_t w[16];
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];

	for (unsigned i = 0; i < 16; i++) {
		w[i] = load_be32(block + 4 * i);
	}
	FIVE(CHOOSE, 0x5a827999u, LOADED, 0);
	FIVE(CHOOSE, 0x5a827999u, LOADED, 5);
	FIVE(CHOOSE, 0x5a827999u, LOADED, 10);
	FIVE(CHOOSE, 0x5a827999u, LOADED_OR_SCHEDULED, 15);
	for (unsigned t = 20; t < 40; t += 5) {
		FIVE(PARITY, 0x6ed9eba1u, SCHEDULE, t);
	}
	for (unsigned t = 40; t < 60; t += 5) {
		FIVE(MAJORITY, 0x8f1bbcdcu, SCHEDULE, t);
	}
	for (unsigned t = 60; t < 80; t += 5) {
		FIVE(PARITY, 0xca62c1d6u, SCHEDULE, t);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
}

void
ka_weakgen_sha1_short(ka_weakgen_sha1_fn compress, uint8_t digest[KA_WEAKGEN_SHA1_LEN],
    uint8_t buf[2 * KA_WEAKGEN_SHA1_BLOCK], size_t len)
{
	uint32_t state[5] = { 0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u, 0xc3d2e1f0u };
	/* One 0x80 byte and eight bytes of length follow the message. */
	size_t padded = len + 9 <= KA_WEAKGEN_SHA1_BLOCK ? KA_WEAKGEN_SHA1_BLOCK : 2 * KA_WEAKGEN_SHA1_BLOCK;

	buf[len] = 0x80;
	memset(buf + len + 1, 0, padded - len - 1);
	store_be32(buf + padded - 4, (uint32_t)len * 8);
	compress(state, buf);
	if (padded > KA_WEAKGEN_SHA1_BLOCK) {
		compress(state, buf + KA_WEAKGEN_SHA1_BLOCK);
	}
	for (unsigned i = 0; i < 5; i++) {
		store_be32(digest + 4 * i, state[i]);
	}
}
