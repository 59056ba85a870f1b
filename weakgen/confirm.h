/* SPDX-License-Identifier: Apache-2.0 */
/* confirm.h - the rounds of Miller and Rabin of many keys, gathered so that a kernel can do several at once. */
#ifndef KA_WEAKGEN_CONFIRM_H
#define KA_WEAKGEN_CONFIRM_H

#include "weakgen/batch.h"

struct ka_weakgen_confirm;

/* A key whose primes wait for their rounds: somebody else's, see ka_weakgen_confirm_new. */
struct ka_weakgen_claim {
	struct ka_debian_id id;
	struct ka_weakgen_result result;
	unsigned num_open; /* rounds not done yet */
	bool complete;     /* nothing will be added any more */
	bool refuted;      /* a round found a composite */
	bool used;
};

/* ka_weakgen_confirm_new prepares for numbers of up to that many bits. When the last round of a complete claim is
 * done, done is called. */
KA_MUST_CHECK enum ka_err ka_weakgen_confirm_new(struct ka_weakgen_confirm **out,
    const struct ka_weakgen_kernels *kernels, uint32_t bits,
    enum ka_err (*done)(void *arg, struct ka_weakgen_claim *claim), void *arg);
void ka_weakgen_confirm_free(struct ka_weakgen_confirm *confirm);

/* ka_weakgen_confirm_add takes a round: is number a strong probable prime to this base? */
KA_MUST_CHECK enum ka_err ka_weakgen_confirm_add(
    struct ka_weakgen_confirm *confirm, struct ka_weakgen_claim *claim, mpz_srcptr number, mpz_srcptr base);

/* ka_weakgen_confirm_complete says that a claim has all its rounds. */
KA_MUST_CHECK enum ka_err ka_weakgen_confirm_complete(
    struct ka_weakgen_confirm *confirm, struct ka_weakgen_claim *claim);

/* ka_weakgen_confirm_flush does the rounds that wait for company. */
KA_MUST_CHECK enum ka_err ka_weakgen_confirm_flush(struct ka_weakgen_confirm *confirm);

#endif
