/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As long as no prime has come, what a stream draws does not depend on the candidates: each is followed by one base.
 * So the next eight candidates can be drawn before any is tested. When one of them turns out to be prime, the
 * generator goes back to where it stood behind that one.
 */
#include "weakgen/ahead.h"

#include <stdlib.h>

struct ka_weakgen_ahead {
	uint32_t bits;
	void *scratch;
	mpz_t candidates[KA_WEAKGEN_LANES];
	struct ka_weakgen_prng behind[KA_WEAKGEN_LANES]; /* the generator after it drew the candidate */
};

enum ka_err
ka_weakgen_ahead_new(struct ka_weakgen_ahead **out, const struct ka_weakgen_kernels *kernels, uint32_t bits)
{
	struct ka_weakgen_ahead *ahead;

	if (kernels->fermat == NULL) {
		*out = NULL;
		return KA_OK;
	}
	ahead = calloc(1, sizeof(*ahead));
	if (ahead == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	/* A candidate may in theory carry over the top bit. */
	ahead->bits = bits + 1;
	ahead->scratch = aligned_alloc(64, kernels->fermat_scratch_len(ahead->bits));
	if (ahead->scratch == NULL) {
		free(ahead);
		return KA_ERR_NO_MEMORY;
	}
	for (unsigned i = 0; i < KA_WEAKGEN_LANES; i++) {
		mpz_init(ahead->candidates[i]);
	}
	*out = ahead;
	return KA_OK;
}

void
ka_weakgen_ahead_free(struct ka_weakgen_ahead *ahead)
{
	if (ahead == NULL) {
		return;
	}
	for (unsigned i = 0; i < KA_WEAKGEN_LANES; i++) {
		mpz_clear(ahead->candidates[i]);
	}
	free(ahead->scratch);
	free(ahead);
}

/* Tests eight candidates; the stream stands behind the first prime among them, or behind all. */
static enum ka_err
leap(struct ka_weakgen_ahead *ahead, struct ka_weakgen_rsa *rsa, const struct ka_weakgen_sieve *sieve,
    const struct ka_weakgen_kernels *kernels)
{
	mpz_srcptr numbers[KA_WEAKGEN_LANES];
	unsigned mask, first = 0;

	for (unsigned i = 0; i < KA_WEAKGEN_LANES; i++) {
		enum ka_err err;

		ka_weakgen_rsa_draw(rsa, sieve, kernels);
		mpz_set(ahead->candidates[i], rsa->candidate);
		ahead->behind[i] = rsa->prng;
		numbers[i] = ahead->candidates[i];
		err = ka_weakgen_rsa_reject(rsa);
		if (err != KA_OK) {
			return err;
		}
	}
	mask = kernels->fermat(ahead->scratch, numbers, ahead->bits);
	if (mask == 0) {
		return KA_OK;
	}
	while ((mask >> first & 1) == 0) {
		first++;
	}
	rsa->prng = ahead->behind[first];
	mpz_swap(rsa->candidate, ahead->candidates[first]);
	return ka_weakgen_rsa_test(rsa);
}

enum ka_err
ka_weakgen_ahead_finish(struct ka_weakgen_ahead *ahead, struct ka_weakgen_rsa *rsa,
    const struct ka_weakgen_sieve *sieve, const struct ka_weakgen_kernels *kernels)
{
	enum ka_err err = KA_OK;

	while (err == KA_OK && rsa->state != KA_WEAKGEN_RSA_DONE) {
		if (ahead != NULL) {
			err = leap(ahead, rsa, sieve, kernels);
			continue;
		}
		ka_weakgen_rsa_draw(rsa, sieve, kernels);
		err = ka_weakgen_rsa_test(rsa);
	}
	return err;
}
