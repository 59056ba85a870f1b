/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSA by division. Up to a stream's first prime its draws do not depend on which candidates are prime, so the
 * candidates are listed without testing them, and of each number drawn it is asked whether some waiting modulus has a
 * divisor just above it. What a candidate costs is hardly more than the drawing. A stream's first prime comes after a
 * number of candidates that is geometric, so a list with a cap misses it with a chance that can be stated.
 *
 * Each candidate is followed by the base of one round of Miller and Rabin, drawn again until it is below the
 * candidate; that x stands for x + delta there errs with a chance of 2^-500. Sixteen streams of one architecture are
 * under way at a time.
 */
#include "weakgen/deep.h"
#include "weakgen/reject.h"
#include "weakgen/rsa.h"

#include <stdlib.h>
#include <string.h>

#define LANES KA_WEAKGEN_DRAW_LANES
#define PENDING KA_WEAKGEN_NEAR_LANES

/* The walk is asked whether to stop after so many turns. */
#define PATIENCE 64u

struct lane {
	struct ka_weakgen_prng prng;
	struct ka_debian_id id;
	bool active;
	uint64_t num_candidates;
	unsigned bases_left; /* to be drawn before the next candidate */
	uint8_t x[KA_WEAKGEN_MAX_DRAW_LEN];
	uint8_t out[KA_WEAKGEN_MAX_DRAW_LEN];
};

struct divider {
	struct ka_weakgen_walk *walk;
	const struct ka_weakgen_kernels *kernels;
	uint32_t bits, len; /* of the candidates */
	uint64_t cap;
	struct ka_weakgen_moduli *moduli;
	struct ka_weakgen_reject reject;
	void *scratch;
	struct ka_debian_id held; /* a stream taken from the walk that has to wait for another architecture's */
	bool has_held;
	unsigned num_pending;
	enum ka_err err;
	struct lane lanes[LANES];
	struct ka_weakgen_prng *prngs[LANES];
	uint8_t *outs[LANES];
	struct ka_debian_id pending_ids[PENDING];
	uint8_t pending[PENDING][KA_WEAKGEN_MAX_DRAW_LEN];
	const uint8_t *pending_at[PENDING];
};

/* A pair that may be one: is it, and is the key really the stream's? */
static void
settle(void *arg, unsigned x, size_t modulus)
{
	struct divider *divider = arg;
	struct ka_weakgen_waiting *waiting = &divider->walk->group->waiting[divider->moduli->places[modulus]];
	bool same;

	if (divider->err != KA_OK || x >= divider->num_pending ||
	    !ka_weakgen_near_exact(divider->moduli, modulus, divider->pending[x])) {
		return;
	}
	divider->err = ka_weakgen_prove(NULL, &same, &waiting->key, &divider->pending_ids[x]);
	if (divider->err == KA_OK && same) {
		ka_weakgen_walk_found(divider->walk, waiting, &divider->pending_ids[x]);
	}
}

static void
try_pending(struct divider *divider)
{
	if (divider->num_pending == 0) {
		return;
	}
	if (divider->kernels->near != NULL) {
		for (unsigned i = 0; i < PENDING; i++) {
			divider->pending_at[i] = divider->pending[i < divider->num_pending ? i : 0];
		}
		divider->kernels->near(divider->scratch, divider->moduli, divider->pending_at, settle, divider);
	} else {
		for (unsigned i = 0; i < divider->num_pending; i++) {
			for (size_t m = 0; m < divider->moduli->num; m++) {
				settle(divider, i, m);
			}
		}
	}
	divider->num_pending = 0;
}

static void
take_candidate(struct divider *divider, struct lane *lane)
{
	memcpy(divider->pending[divider->num_pending], lane->x, divider->len);
	divider->pending_ids[divider->num_pending] = lane->id;
	if (++divider->num_pending == PENDING) {
		try_pending(divider);
	}
	if (++lane->num_candidates == divider->cap) {
		lane->active = false;
		ka_weakgen_walk_done(divider->walk, 1, divider->cap);
		return;
	}
	lane->bases_left =
	    ka_weakgen_reject_test(&divider->reject, lane->x) ? ka_weakgen_rsa_rounds(divider->bits) : 1;
}

/* What was drawn is a base or the next candidate. */
static void
step(struct divider *divider, struct lane *lane)
{
	if (lane->bases_left > 0) {
		ka_weakgen_bn_shape(lane->out, divider->bits, KA_WEAKGEN_TOP_ANY, false);
		lane->bases_left -= memcmp(lane->out, lane->x, divider->len) < 0;
		return;
	}
	ka_weakgen_bn_shape(lane->out, divider->bits, KA_WEAKGEN_TOP_TWO, true);
	memcpy(lane->x, lane->out, divider->len);
	take_candidate(divider, lane);
}

/* Gives an idle lane the next stream; not while another architecture's are under way. */
static void
fill(struct divider *divider, struct lane *lane, const struct lane *busy)
{
	if (!divider->has_held) {
		divider->has_held = ka_weakgen_walk_next(divider->walk, &divider->held);
	}
	if (!divider->has_held || (busy != NULL && busy->id.architecture != divider->held.architecture)) {
		return;
	}
	divider->has_held = false;
	lane->id = divider->held;
	lane->active = true;
	lane->num_candidates = 0;
	lane->bases_left = 0;
	ka_weakgen_prng_init(&lane->prng, divider->kernels->sha1, ka_weakgen_machine_of(lane->id.architecture),
	    lane->id.randfile, lane->id.pid);
	/* The first number is drawn alone: that stirs the pool. */
	ka_weakgen_bn_draw(lane->x, &lane->prng, divider->bits, KA_WEAKGEN_TOP_TWO, true);
	take_candidate(divider, lane);
}

static const struct lane *
any_active(const struct divider *divider)
{
	for (unsigned i = 0; i < LANES; i++) {
		if (divider->lanes[i].active) {
			return &divider->lanes[i];
		}
	}
	return NULL;
}

/* One draw of every lane; false when there was no stream left to draw from. */
static bool
turn(struct divider *divider)
{
	const struct lane *busy;

	for (unsigned i = 0; i < LANES; i++) {
		if (!divider->lanes[i].active) {
			fill(divider, &divider->lanes[i], any_active(divider));
		}
	}
	busy = any_active(divider);
	if (busy == NULL) {
		return false;
	}
	for (unsigned i = 0; i < LANES; i++) {
		if (!divider->lanes[i].active) {
			divider->lanes[i].prng = busy->prng; /* draws beside it, for nobody */
		}
	}
	divider->kernels->draws(divider->prngs, divider->outs, divider->len);
	for (unsigned i = 0; i < LANES; i++) {
		if (divider->lanes[i].active) {
			step(divider, &divider->lanes[i]);
		}
	}
	return true;
}

static enum ka_err
copy_moduli(struct divider *divider)
{
	const struct ka_weakgen_group *group = divider->walk->group;
	struct ka_slice *slices = malloc(group->num_waiting * sizeof(*slices));
	enum ka_err err;

	if (slices == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	for (size_t i = 0; i < group->num_waiting; i++) {
		slices[i] = group->waiting[i].key.modulus;
	}
	err = ka_weakgen_moduli_new(&divider->moduli, divider->bits, slices, group->num_waiting);
	free(slices);
	return err;
}

static enum ka_err
open_divider(struct divider *divider)
{
	mpz_t exponents;
	enum ka_err err;

	for (unsigned i = 0; i < LANES; i++) {
		divider->prngs[i] = &divider->lanes[i].prng;
		divider->outs[i] = divider->lanes[i].out;
	}
	mpz_init(exponents);
	ka_weakgen_group_exponents(exponents, divider->walk->group);
	err = ka_weakgen_reject_init(&divider->reject, divider->kernels, divider->bits, exponents);
	mpz_clear(exponents);
	if (err == KA_OK) {
		err = copy_moduli(divider);
	}
	if (err == KA_OK && divider->kernels->near != NULL) {
		divider->scratch = aligned_alloc(64, divider->kernels->near_scratch_len(divider->moduli->num_limbs));
		err = divider->scratch != NULL ? KA_OK : KA_ERR_NO_MEMORY;
	}
	return err;
}

enum ka_err
ka_weakgen_deep_divide(struct ka_weakgen_walk *walk)
{
	uint32_t bits = (walk->group->like.bits + 1) / 2;
	struct divider *divider = calloc(1, sizeof(*divider));
	enum ka_err err;

	if (divider == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	divider->walk = walk;
	divider->kernels = walk->kernels;
	divider->bits = bits;
	divider->len = (bits + 7) / 8;
	divider->cap = walk->group->plan.cap;
	err = open_divider(divider);
	if (err == KA_OK) {
		uint64_t turns = 0;

		while (turn(divider) && divider->err == KA_OK &&
		    (++turns % PATIENCE != 0 || !ka_weakgen_walk_stopped(walk))) {
		}
		try_pending(divider);
		err = divider->err;
	}
	free(divider->scratch);
	ka_weakgen_moduli_free(divider->moduli);
	ka_weakgen_reject_clear(&divider->reject);
	free(divider);
	return err;
}
