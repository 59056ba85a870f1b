/* SPDX-License-Identifier: Apache-2.0 */
#include "weakgen/bn.h"

/* The original gives up after this many draws; with a range of any size in use it never comes to that. */
#define MAX_TRIES 100

void
ka_weakgen_bn_shape(uint8_t *bytes, uint32_t bits, enum ka_weakgen_top top, bool odd)
{
	uint32_t len = (bits + 7) / 8;
	uint32_t high = (bits - 1) % 8; /* position of the highest bit in bytes[0] */

	bytes[0] = (uint8_t)(bytes[0] & ((2u << high) - 1));
	if (top != KA_WEAKGEN_TOP_ANY) {
		bytes[0] = (uint8_t)(bytes[0] | (1u << high));
	}
	if (top == KA_WEAKGEN_TOP_TWO && high > 0) {
		bytes[0] = (uint8_t)(bytes[0] | (1u << (high - 1)));
	}
	if (top == KA_WEAKGEN_TOP_TWO && high == 0 && len > 1) {
		bytes[1] |= 0x80;
	}
	if (odd) {
		bytes[len - 1] |= 1;
	}
}

void
ka_weakgen_bn_draw(uint8_t *out, struct ka_weakgen_prng *prng, uint32_t bits, enum ka_weakgen_top top, bool odd)
{
	/* The original mixes in the time before each number, even pseudo-random ones. */
	ka_weakgen_prng_add(prng, prng->machine.time_len);
	ka_weakgen_prng_bytes(prng, out, (bits + 7) / 8);
	ka_weakgen_bn_shape(out, bits, top, odd);
}

void
ka_weakgen_bn_rand(mpz_t out, struct ka_weakgen_prng *prng, uint32_t bits, enum ka_weakgen_top top, bool odd)
{
	uint8_t buf[KA_WEAKGEN_MAX_DRAW_LEN];

	ka_weakgen_bn_draw(buf, prng, bits, top, odd);
	mpz_import(out, (bits + 7) / 8, 1, 1, 0, 0, buf);
}

enum ka_err
ka_weakgen_bn_rand_range(mpz_t out, struct ka_weakgen_prng *prng, const mpz_t range)
{
	uint32_t bits = (uint32_t)mpz_sizeinbase(range, 2);
	/* A range like 100...b wastes half the draws: the original draws one bit more and subtracts up to twice. */
	bool wide = bits >= 3 && !mpz_tstbit(range, bits - 2) && !mpz_tstbit(range, bits - 3);

	for (unsigned tries = 0; tries < MAX_TRIES; tries++) {
		ka_weakgen_bn_rand(out, prng, wide ? bits + 1 : bits, KA_WEAKGEN_TOP_ANY, false);
		for (unsigned i = 0; wide && i < 2 && mpz_cmp(out, range) >= 0; i++) {
			mpz_sub(out, out, range);
		}
		if (mpz_cmp(out, range) < 0) {
			return KA_OK;
		}
	}
	return KA_ERR_INTERNAL;
}
