/* SPDX-License-Identifier: Apache-2.0 */
#include "weakgen/draws.h"

void
ka_weakgen_draws_scalar(struct ka_weakgen_prng *const prngs[KA_WEAKGEN_DRAW_LANES],
    uint8_t *const outs[KA_WEAKGEN_DRAW_LANES], size_t len)
{
	for (unsigned i = 0; i < KA_WEAKGEN_DRAW_LANES; i++) {
		ka_weakgen_prng_add(prngs[i], prngs[i]->machine.time_len);
		ka_weakgen_prng_bytes(prngs[i], outs[i], len);
	}
}
