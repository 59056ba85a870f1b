/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table needs 294,912 streams, all independent. Where the CPU has a kernel that tests several numbers at once, that
 * many streams are kept under way and each gives one candidate per turn; a stream that is done makes room for the
 * next.
 */
#include "weakgen/batch.h"

#include "weakgen/confirm.h"
#include "weakgen/ec.h"
#include "weakgen/rsa.h"

#include <stdlib.h>

/* Each lane has a claim, and each of the rounds that wait may belong to another one. */
#define MAX_CLAIMS (2 * KA_WEAKGEN_LANES)

struct rsa_batch;

struct lane {
	struct rsa_batch *batch;
	struct ka_weakgen_rsa rsa;
	struct ka_weakgen_claim *claim; /* NULL when idle */
	bool other;                     /* the stream runs a second time, with exponent 3 */
};

struct rsa_batch {
	const struct ka_weakgen_type *type;
	const struct ka_weakgen_kernels *kernels;
	const struct ka_weakgen_feed *feed;
	struct ka_weakgen_sieve sieve;
	mpz_t exponent, other_exponent;
	void *scratch;
	struct ka_weakgen_confirm *confirm; /* NULL: rounds are done one by one */
	unsigned num_lanes, num_active;
	struct lane lanes[KA_WEAKGEN_LANES];
	struct ka_weakgen_claim claims[MAX_CLAIMS];
};

/* Candidates are below 2^bits of this: in theory one may carry over the top bit. */
static uint32_t
candidate_bits(const struct ka_weakgen_type *type)
{
	return (type->bits + 1) / 2 + 1;
}

static void
start_lane(struct lane *lane)
{
	const struct rsa_batch *batch = lane->batch;
	const struct ka_debian_id *id = &lane->claim->id;
	struct ka_weakgen_prng prng;

	ka_weakgen_prng_init(
	    &prng, batch->kernels->sha1, ka_weakgen_machine_of(id->architecture), id->randfile, id->pid);
	ka_weakgen_rsa_start(
	    &lane->rsa, &prng, batch->type->bits, lane->other ? batch->other_exponent : batch->exponent);
}

/* Gives an idle lane the next stream, if there is one. */
static void
fill_lane(struct lane *lane)
{
	struct rsa_batch *batch = lane->batch;
	struct ka_weakgen_claim *claim = batch->claims;
	struct ka_debian_id id;

	if (!batch->feed->next(batch->feed->arg, &id)) {
		return;
	}
	while (claim->used) {
		claim++;
	}
	*claim = (struct ka_weakgen_claim){ .id = id, .used = true };
	lane->claim = claim;
	lane->other = false;
	batch->num_active++;
	start_lane(lane);
}

static void
keep_fingerprint(struct lane *lane)
{
	struct ka_weakgen_result *result = &lane->claim->result;
	uint64_t fingerprint = ka_weakgen_rsa_fingerprint(&lane->rsa);

	if (lane->other) {
		result->has_other = true;
		result->other_fingerprint = fingerprint;
		return;
	}
	result->fingerprint = fingerprint;
}

/* Makes a stream's keys one step after the other, with all rounds: the way that the others are short cuts of. */
static enum ka_err
make_alone(struct rsa_batch *batch, struct ka_weakgen_claim *claim)
{
	struct lane lane = { .batch = batch, .claim = claim };
	enum ka_err err = KA_OK;

	claim->result = (struct ka_weakgen_result){ 0 };
	ka_weakgen_rsa_init(&lane.rsa);
	for (unsigned run = 0; err == KA_OK && run < 2 && (run == 0 || lane.rsa.exponent_mattered); run++) {
		lane.other = run == 1;
		start_lane(&lane);
		while (err == KA_OK && lane.rsa.state != KA_WEAKGEN_RSA_DONE) {
			ka_weakgen_rsa_draw(&lane.rsa, &batch->sieve, batch->kernels);
			err = ka_weakgen_rsa_test(&lane.rsa);
		}
		if (err == KA_OK) {
			keep_fingerprint(&lane);
		}
	}
	ka_weakgen_rsa_clear(&lane.rsa);
	return err;
}

/* A ka_weakgen_confirm's done. */
static enum ka_err
claim_done(void *arg, struct ka_weakgen_claim *claim)
{
	struct rsa_batch *batch = arg;
	enum ka_err err = claim->refuted ? make_alone(batch, claim) : KA_OK;

	if (err == KA_OK) {
		batch->feed->done(batch->feed->arg, &claim->id, &claim->result);
		claim->used = false;
	}
	return err;
}

/* Looking for primes only: hands a found one over. */
static enum ka_err
offer_prime(struct lane *lane)
{
	struct rsa_batch *batch = lane->batch;
	struct ka_weakgen_claim *claim = lane->claim;

	if (batch->feed->prime(batch->feed->arg, &claim->id, lane->rsa.p)) {
		lane->rsa.has_p = false;
		return KA_OK;
	}
	lane->claim = NULL;
	batch->num_active--;
	return claim_done(batch, claim);
}

/* The stream has both primes: the lane runs it again for the other exponent, or is idle. */
static enum ka_err
finish_lane(struct lane *lane)
{
	struct rsa_batch *batch = lane->batch;
	struct ka_weakgen_claim *claim = lane->claim;

	keep_fingerprint(lane);
	if (lane->rsa.exponent_mattered && !lane->other) {
		lane->other = true;
		start_lane(lane);
		return KA_OK;
	}
	lane->claim = NULL;
	batch->num_active--;
	if (batch->confirm != NULL) {
		return ka_weakgen_confirm_complete(batch->confirm, claim);
	}
	return claim_done(batch, claim);
}

static enum ka_err
add_round(void *arg, mpz_srcptr number, mpz_srcptr base)
{
	struct lane *lane = arg;

	return ka_weakgen_confirm_add(lane->batch->confirm, lane->claim, number, base);
}

/* Which lanes' candidates may be prime. Idle lanes repeat the candidate of an active one. */
static unsigned
maybe_prime(struct rsa_batch *batch)
{
	mpz_srcptr numbers[KA_WEAKGEN_LANES];
	mpz_srcptr any = NULL;

	if (batch->scratch == NULL) {
		return ~0u;
	}
	for (unsigned i = 0; i < batch->num_lanes; i++) {
		if (batch->lanes[i].claim != NULL) {
			any = batch->lanes[i].rsa.candidate;
		}
	}
	for (unsigned i = 0; i < KA_WEAKGEN_LANES; i++) {
		numbers[i] = batch->lanes[i].claim != NULL ? batch->lanes[i].rsa.candidate : any;
	}
	return batch->kernels->fermat(batch->scratch, numbers, candidate_bits(batch->type));
}

/* One candidate of the lane. */
static enum ka_err
step_lane(struct lane *lane, bool maybe)
{
	enum ka_err err;

	if (!maybe) {
		return ka_weakgen_rsa_reject(&lane->rsa);
	}
	if (lane->batch->confirm != NULL) {
		err = ka_weakgen_rsa_claim(&lane->rsa, add_round, lane);
	} else {
		err = ka_weakgen_rsa_test(&lane->rsa);
	}
	if (err == KA_OK && lane->batch->feed->prime != NULL && lane->rsa.has_p) {
		return offer_prime(lane);
	}
	if (err == KA_OK && lane->rsa.state == KA_WEAKGEN_RSA_DONE) {
		return finish_lane(lane);
	}
	return err;
}

static enum ka_err
turn(struct rsa_batch *batch)
{
	enum ka_err err = KA_OK;
	unsigned mask;

	for (unsigned i = 0; i < batch->num_lanes; i++) {
		if (batch->lanes[i].claim != NULL) {
			ka_weakgen_rsa_draw(&batch->lanes[i].rsa, &batch->sieve, batch->kernels);
		}
	}
	mask = maybe_prime(batch);
	for (unsigned i = 0; err == KA_OK && i < batch->num_lanes; i++) {
		struct lane *lane = &batch->lanes[i];

		if (lane->claim != NULL) {
			err = step_lane(lane, (mask & (1u << i)) != 0);
		}
		if (lane->claim == NULL) {
			fill_lane(lane);
		}
	}
	return err;
}

/* Sets up what the kernels need; with plain ones a single stream at a time is as good as several. */
static enum ka_err
open_batch(struct rsa_batch *batch)
{
	const struct ka_weakgen_kernels *kernels = batch->kernels;
	uint32_t bits = candidate_bits(batch->type);
	enum ka_err err = ka_weakgen_sieve_init(&batch->sieve, (batch->type->bits + 1) / 2);

	batch->num_lanes = kernels->fermat != NULL ? KA_WEAKGEN_LANES : 1;
	/* Every prime suits the exponent 1. */
	mpz_init_set_ui(batch->exponent, batch->feed->prime != NULL ? 1 : KA_WEAKGEN_DEFAULT_EXPONENT);
	mpz_init_set_ui(batch->other_exponent, 3);
	for (unsigned i = 0; i < batch->num_lanes; i++) {
		batch->lanes[i].batch = batch;
		ka_weakgen_rsa_init(&batch->lanes[i].rsa);
	}
	if (err == KA_OK && kernels->fermat != NULL) {
		batch->scratch = aligned_alloc(64, kernels->fermat_scratch_len(bits));
		err = batch->scratch != NULL ? KA_OK : KA_ERR_NO_MEMORY;
	}
	/* Who asks for primes shall not get one that has rounds to do. */
	if (err == KA_OK && kernels->power != NULL && batch->feed->prime == NULL) {
		err = ka_weakgen_confirm_new(&batch->confirm, kernels, bits, claim_done, batch);
	}
	return err;
}

static void
close_batch(struct rsa_batch *batch)
{
	for (unsigned i = 0; i < batch->num_lanes; i++) {
		ka_weakgen_rsa_clear(&batch->lanes[i].rsa);
	}
	mpz_clears(batch->exponent, batch->other_exponent, NULL);
	ka_weakgen_sieve_clear(&batch->sieve);
	ka_weakgen_confirm_free(batch->confirm);
	free(batch->scratch);
	free(batch);
}

static enum ka_err
run_rsa(
    const struct ka_weakgen_type *type, const struct ka_weakgen_kernels *kernels, const struct ka_weakgen_feed *feed)
{
	struct rsa_batch *batch = calloc(1, sizeof(*batch));
	enum ka_err err;

	if (batch == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	batch->type = type;
	batch->kernels = kernels;
	batch->feed = feed;
	err = open_batch(batch);
	for (unsigned i = 0; err == KA_OK && i < batch->num_lanes; i++) {
		fill_lane(&batch->lanes[i]);
	}
	while (err == KA_OK && batch->num_active > 0 && !feed->stop(feed->arg)) {
		err = turn(batch);
	}
	/* What waits is complete, or dropped because somebody said stop. */
	if (err == KA_OK && batch->confirm != NULL) {
		err = ka_weakgen_confirm_flush(batch->confirm);
	}
	close_batch(batch);
	return err;
}

static enum ka_err
run_ec(const struct ka_weakgen_type *type, const struct ka_weakgen_kernels *kernels, const struct ka_weakgen_feed *feed)
{
	struct ka_weakgen_ec *ec;
	struct ka_debian_id id;
	enum ka_err err = ka_weakgen_ec_new(&ec, type->curve, KA_WEAKGEN_EC_MANY);

	if (err != KA_OK) {
		return err;
	}
	while (err == KA_OK && !feed->stop(feed->arg) && feed->next(feed->arg, &id)) {
		struct ka_weakgen_prng prng;

		ka_weakgen_prng_init(&prng, kernels->sha1, ka_weakgen_machine_of(id.architecture), id.randfile, id.pid);
		err = ka_weakgen_ec_make(ec, &prng);
		if (err == KA_OK) {
			struct ka_weakgen_result result = { .fingerprint = ka_weakgen_ec_fingerprint(ec) };

			feed->done(feed->arg, &id, &result);
		}
	}
	ka_weakgen_ec_free(ec);
	return err;
}

enum ka_err
ka_weakgen_batch_run(
    const struct ka_weakgen_type *type, const struct ka_weakgen_kernels *kernels, const struct ka_weakgen_feed *feed)
{
	return type->algorithm == KA_KEY_RSA ? run_rsa(type, kernels, feed) : run_ec(type, kernels, feed);
}
