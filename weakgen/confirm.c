/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A prime that passed Fermat's test still has its rounds of Miller and Rabin to pass, with the bases that the
 * generator draws. The stream does not wait for them: it goes on as if the number were prime, and the rounds are done
 * when enough have come together. Should one ever fail, the key is made again, alone and step by step.
 */
#include "weakgen/confirm.h"

#include <stdlib.h>

struct round {
	struct ka_weakgen_claim *claim;
	mpz_t number, base, odd_part;
};

struct ka_weakgen_confirm {
	const struct ka_weakgen_kernels *kernels;
	uint32_t bits;
	enum ka_err (*done)(void *arg, struct ka_weakgen_claim *claim);
	void *arg;
	void *scratch;
	unsigned num;
	struct round rounds[KA_WEAKGEN_LANES];
	mpz_t powers[KA_WEAKGEN_LANES];
	mpz_t less_one;
};

enum ka_err
ka_weakgen_confirm_new(struct ka_weakgen_confirm **out, const struct ka_weakgen_kernels *kernels, uint32_t bits,
    enum ka_err (*done)(void *arg, struct ka_weakgen_claim *claim), void *arg)
{
	struct ka_weakgen_confirm *confirm = calloc(1, sizeof(*confirm));

	if (confirm == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	confirm->scratch = aligned_alloc(64, kernels->fermat_scratch_len(bits));
	if (confirm->scratch == NULL) {
		free(confirm);
		return KA_ERR_NO_MEMORY;
	}
	confirm->kernels = kernels;
	confirm->bits = bits;
	confirm->done = done;
	confirm->arg = arg;
	mpz_init(confirm->less_one);
	for (unsigned i = 0; i < KA_WEAKGEN_LANES; i++) {
		mpz_inits(confirm->powers[i], confirm->rounds[i].number, confirm->rounds[i].base,
		    confirm->rounds[i].odd_part, NULL);
	}
	*out = confirm;
	return KA_OK;
}

void
ka_weakgen_confirm_free(struct ka_weakgen_confirm *confirm)
{
	if (confirm == NULL) {
		return;
	}
	for (unsigned i = 0; i < KA_WEAKGEN_LANES; i++) {
		mpz_clears(confirm->powers[i], confirm->rounds[i].number, confirm->rounds[i].base,
		    confirm->rounds[i].odd_part, NULL);
	}
	mpz_clear(confirm->less_one);
	free(confirm->scratch);
	free(confirm);
}

static enum ka_err
settle(struct ka_weakgen_confirm *confirm, struct ka_weakgen_claim *claim)
{
	return claim->complete && claim->num_open == 0 ? confirm->done(confirm->arg, claim) : KA_OK;
}

/* Is power = base^odd_part 1, or does squaring it lead to -1 in time? power is changed. */
static bool
round_passes(mpz_t power, mpz_t less_one, mpz_srcptr number)
{
	mp_bitcnt_t twos;

	mpz_sub_ui(less_one, number, 1);
	twos = mpz_scan1(less_one, 0);
	if (mpz_cmp_ui(power, 1) == 0) {
		return true;
	}
	for (mp_bitcnt_t i = 0; i < twos; i++) {
		if (mpz_cmp(power, less_one) == 0) {
			return true;
		}
		mpz_mul(power, power, power);
		mpz_mod(power, power, number);
	}
	return false;
}

enum ka_err
ka_weakgen_confirm_flush(struct ka_weakgen_confirm *confirm)
{
	mpz_srcptr numbers[KA_WEAKGEN_LANES], bases[KA_WEAKGEN_LANES], exponents[KA_WEAKGEN_LANES];
	unsigned num = confirm->num;
	enum ka_err err = KA_OK;

	if (num == 0) {
		return KA_OK;
	}
	for (unsigned i = 0; i < KA_WEAKGEN_LANES; i++) {
		/* Idle lanes repeat the first round. */
		const struct round *round = &confirm->rounds[i < num ? i : 0];

		numbers[i] = round->number;
		bases[i] = round->base;
		exponents[i] = round->odd_part;
	}
	confirm->kernels->power(confirm->scratch, confirm->powers, bases, exponents, numbers, confirm->bits);
	confirm->num = 0;
	for (unsigned i = 0; i < num; i++) {
		struct ka_weakgen_claim *claim = confirm->rounds[i].claim;

		if (!round_passes(confirm->powers[i], confirm->less_one, confirm->rounds[i].number)) {
			claim->refuted = true;
		}
		claim->num_open--;
		if (err == KA_OK) {
			err = settle(confirm, claim);
		}
	}
	return err;
}

enum ka_err
ka_weakgen_confirm_add(
    struct ka_weakgen_confirm *confirm, struct ka_weakgen_claim *claim, mpz_srcptr number, mpz_srcptr base)
{
	struct round *round = &confirm->rounds[confirm->num++];

	round->claim = claim;
	claim->num_open++;
	mpz_set(round->number, number);
	mpz_set(round->base, base);
	mpz_sub_ui(round->odd_part, number, 1);
	mpz_tdiv_q_2exp(round->odd_part, round->odd_part, mpz_scan1(round->odd_part, 0));
	return confirm->num == KA_WEAKGEN_LANES ? ka_weakgen_confirm_flush(confirm) : KA_OK;
}

enum ka_err
ka_weakgen_confirm_complete(struct ka_weakgen_confirm *confirm, struct ka_weakgen_claim *claim)
{
	claim->complete = true;
	return settle(confirm, claim);
}
