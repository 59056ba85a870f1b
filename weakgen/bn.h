/* SPDX-License-Identifier: Apache-2.0 */
/* bn.h - random numbers as OpenSSL 0.9.8 drew them (bn_rand.c). */
#ifndef KA_WEAKGEN_BN_H
#define KA_WEAKGEN_BN_H

#include "weakgen/prng.h"

#include <gmp.h>

/* Longest number drawn: a prime of KA_RSA_MAX_BITS / 2 bits, and one bit more in rand_range. */
#define KA_WEAKGEN_MAX_DRAW_LEN (KA_RSA_MAX_BITS / 16 + 1)

enum ka_weakgen_top {
	KA_WEAKGEN_TOP_ANY = -1, /* no bit is forced */
	KA_WEAKGEN_TOP_ONE = 0,  /* the highest bit is set */
	KA_WEAKGEN_TOP_TWO = 1,  /* the two highest bits are set */
};

/* ka_weakgen_bn_draw writes a number of that many bits as (bits + 7) / 8 big-endian bytes. */
void ka_weakgen_bn_draw(uint8_t *out, struct ka_weakgen_prng *prng, uint32_t bits, enum ka_weakgen_top top, bool odd);

/* ka_weakgen_bn_shape makes such a number of bytes that were drawn already. */
void ka_weakgen_bn_shape(uint8_t *bytes, uint32_t bits, enum ka_weakgen_top top, bool odd);

/* ka_weakgen_bn_rand draws a number into an mpz_t. */
void ka_weakgen_bn_rand(mpz_t out, struct ka_weakgen_prng *prng, uint32_t bits, enum ka_weakgen_top top, bool odd);

/* ka_weakgen_bn_rand_range draws a number from 0 to range - 1. KA_ERR_INTERNAL where the original gives up. */
KA_MUST_CHECK enum ka_err ka_weakgen_bn_rand_range(mpz_t out, struct ka_weakgen_prng *prng, const mpz_t range);

#endif
