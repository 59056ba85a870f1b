/* SPDX-License-Identifier: Apache-2.0 */
/* draws.h - numbers drawn from several generators at once. */
#ifndef KA_WEAKGEN_DRAWS_H
#define KA_WEAKGEN_DRAWS_H

#include "weakgen/prng.h"

#define KA_WEAKGEN_DRAW_LANES 16u

/* ka_weakgen_draws_fn draws len bytes from each of the generators as ka_weakgen_bn_draw does, the time mixed in
 * before; bits are neither cleared nor set. The generators are of the same machine, and each has drawn before. outs
 * do not overlap. */
typedef void (*ka_weakgen_draws_fn)(struct ka_weakgen_prng *const prngs[KA_WEAKGEN_DRAW_LANES],
    uint8_t *const outs[KA_WEAKGEN_DRAW_LANES], size_t len);

/* ka_weakgen_draws_scalar is the specification: one generator after the other. */
void ka_weakgen_draws_scalar(struct ka_weakgen_prng *const prngs[KA_WEAKGEN_DRAW_LANES],
    uint8_t *const outs[KA_WEAKGEN_DRAW_LANES], size_t len);

#if defined(__x86_64__) && defined(__GNUC__)
#define KA_WEAKGEN_HAVE_DRAWS_AVX512 1
void ka_weakgen_draws_avx512(struct ka_weakgen_prng *const prngs[KA_WEAKGEN_DRAW_LANES],
    uint8_t *const outs[KA_WEAKGEN_DRAW_LANES], size_t len);
#else
#define KA_WEAKGEN_HAVE_DRAWS_AVX512 0
#endif

#endif
