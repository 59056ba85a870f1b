/* SPDX-License-Identifier: Apache-2.0 */
/* ahead.h - makes a single RSA key with kernels that test several candidates at once. */
#ifndef KA_WEAKGEN_AHEAD_H
#define KA_WEAKGEN_AHEAD_H

#include "weakgen/rsa.h"

struct ka_weakgen_ahead;

/* ka_weakgen_ahead_new prepares for primes of up to that many bits; sets NULL where the kernels have no use for it.
 * KA_ERR_NO_MEMORY. */
KA_MUST_CHECK enum ka_err ka_weakgen_ahead_new(
    struct ka_weakgen_ahead **out, const struct ka_weakgen_kernels *kernels, uint32_t bits);
void ka_weakgen_ahead_free(struct ka_weakgen_ahead *ahead);

/* ka_weakgen_ahead_finish drives a key that was started until it is done. ahead may be NULL: one candidate after the
 * other. */
KA_MUST_CHECK enum ka_err ka_weakgen_ahead_finish(struct ka_weakgen_ahead *ahead, struct ka_weakgen_rsa *rsa,
    const struct ka_weakgen_sieve *sieve, const struct ka_weakgen_kernels *kernels);

#endif
