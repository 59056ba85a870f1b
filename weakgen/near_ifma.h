/* SPDX-License-Identifier: Apache-2.0 */
/* near_ifma.h - what the two ways of near_ifma.c and near_many_ifma.c share. */
#ifndef KA_WEAKGEN_NEAR_IFMA_H
#define KA_WEAKGEN_NEAR_IFMA_H

#include "weakgen/near.h"

#if KA_WEAKGEN_HAVE_NEAR_IFMA

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512ifma")))
#define INLINE TARGET __attribute__((always_inline)) static inline
#define LANES KA_WEAKGEN_NEAR_LANES
#define LIMB_BITS 52u
#define LIMB_MASK ((UINT64_C(1) << LIMB_BITS) - 1)

/* In units of 2^-32, t is too small by less than 2 and delta rho by less than delta, as rho is rounded down. */
#define SLACK 2u
#define WINDOW (KA_WEAKGEN_NEAR_MAX_DELTA + 16u)

/* With both as fractions, N / x is from 3/4 to 1 for a cofactor with its two highest bits set; here times the 2^52 that x
 * is too large by, with room for errors. */
#define KA_WEAKGEN_NEAR_LEAST (0.75 * (1 - 1e-9) * 0x1p-52)
#define KA_WEAKGEN_NEAR_MOST ((1 + 1e-9) * 0x1p-52)

struct ka_weakgen_near_scratch {
	__m512i *negated;  /* num_limbs: B^w - x */
	__m512i *rest;     /* num_limbs + 4, from position w - 2 on */
	__m512i *v;        /* num_limbs + 2 */
	uint64_t *words;   /* of one number, 64 bits each, lowest first */
	__m512i top, next; /* limbs of x */
	__m512d inverse;   /* of x with one limb before the point */
	const uint32_t *spokes[LANES];
};

/* ka_weakgen_near_many_ifma goes on from the reciprocals, for moduli in groups. */
void ka_weakgen_near_many_ifma(const struct ka_weakgen_near_scratch *scratch, const struct ka_weakgen_moduli *moduli,
    void (*maybe)(void *arg, unsigned x, size_t modulus), void *arg);

#endif

#endif
