/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table needs 294,912 streams, all independent. Where the CPU has a kernel that tests several numbers at once, that many streams are
 * kept under way and each gives one candidate per turn; a stream that is done makes room for the next.
 */
#include "weakgen/batch.h"

#include "weakgen/ec.h"
#include "weakgen/rsa.h"

#include <stdlib.h>

struct lane {
	struct ka_weakgen_rsa rsa;
	struct ka_debian_id id;
	struct ka_weakgen_result result;
	bool other; /* the stream runs a second time, with exponent 3 */
	bool active;
};

struct rsa_batch {
	const struct ka_weakgen_type *type;
	const struct ka_weakgen_kernels *kernels;
	const struct ka_weakgen_feed *feed;
	struct ka_weakgen_sieve sieve;
	mpz_t exponent, other_exponent;
	void *scratch;
	unsigned num_lanes, num_active;
	struct lane lanes[KA_WEAKGEN_LANES];
};

static void
start_lane(struct rsa_batch *batch, struct lane *lane)
{
	struct ka_weakgen_prng prng;

	ka_weakgen_prng_init(
	    &prng, batch->kernels->sha1, ka_weakgen_machine_of(lane->id.architecture), lane->id.randfile, lane->id.pid);
	ka_weakgen_rsa_start(
	    &lane->rsa, &prng, batch->type->bits, lane->other ? batch->other_exponent : batch->exponent);
}

static void
fill_lane(struct rsa_batch *batch, struct lane *lane)
{
	bool active = batch->feed->next(batch->feed->arg, &lane->id);

	batch->num_active += (unsigned)active - (unsigned)lane->active;
	lane->active = active;
	lane->other = false;
	if (active) {
		start_lane(batch, lane);
	}
}

/* Looking for primes only: hands a found one over. */
static void
offer_prime(struct rsa_batch *batch, struct lane *lane)
{
	if (batch->feed->prime(batch->feed->arg, &lane->id, lane->rsa.p)) {
		lane->rsa.has_p = false;
		return;
	}
	lane->result = (struct ka_weakgen_result){ 0 };
	batch->feed->done(batch->feed->arg, &lane->id, &lane->result);
	fill_lane(batch, lane);
}

static void
finish_lane(struct rsa_batch *batch, struct lane *lane)
{
	uint64_t fingerprint = ka_weakgen_rsa_fingerprint(&lane->rsa);

	if (!lane->other) {
		lane->result = (struct ka_weakgen_result){ .fingerprint = fingerprint };
		if (lane->rsa.exponent_mattered) {
			lane->other = true;
			start_lane(batch, lane);
			return;
		}
	} else {
		lane->result.has_other = true;
		lane->result.other_fingerprint = fingerprint;
	}
	batch->feed->done(batch->feed->arg, &lane->id, &lane->result);
	fill_lane(batch, lane);
}

/* Which lanes' candidates may be prime. Idle lanes repeat the candidate of an active one. */
static unsigned
maybe_prime(struct rsa_batch *batch)
{
	mpz_srcptr numbers[KA_WEAKGEN_LANES];
	mpz_srcptr any = NULL;

	if (batch->kernels->fermat == NULL) {
		return ~0u;
	}
	for (unsigned i = 0; i < batch->num_lanes; i++) {
		if (batch->lanes[i].active) {
			any = batch->lanes[i].rsa.candidate;
		}
	}
	for (unsigned i = 0; i < KA_WEAKGEN_LANES; i++) {
		numbers[i] = batch->lanes[i].active ? batch->lanes[i].rsa.candidate : any;
	}
	/* A candidate may in theory carry over the top bit. */
	return batch->kernels->fermat(batch->scratch, numbers, (batch->type->bits + 1) / 2 + 1);
}

static enum ka_err
turn(struct rsa_batch *batch)
{
	unsigned mask;

	for (unsigned i = 0; i < batch->num_lanes; i++) {
		if (batch->lanes[i].active) {
			ka_weakgen_rsa_draw(&batch->lanes[i].rsa, &batch->sieve, batch->kernels);
		}
	}
	mask = maybe_prime(batch);
	for (unsigned i = 0; i < batch->num_lanes; i++) {
		struct lane *lane = &batch->lanes[i];
		enum ka_err err;

		if (!lane->active) {
			continue;
		}
		err = mask & (1u << i) ? ka_weakgen_rsa_test(&lane->rsa) : ka_weakgen_rsa_reject(&lane->rsa);
		if (err != KA_OK) {
			return err;
		}
		if (batch->feed->prime != NULL && lane->rsa.has_p) {
			offer_prime(batch, lane);
		} else if (lane->rsa.state == KA_WEAKGEN_RSA_DONE) {
			finish_lane(batch, lane);
		}
	}
	return KA_OK;
}

static enum ka_err
run_rsa(
    const struct ka_weakgen_type *type, const struct ka_weakgen_kernels *kernels, const struct ka_weakgen_feed *feed)
{
	enum ka_err err = KA_ERR_NO_MEMORY;
	struct rsa_batch *batch = calloc(1, sizeof(*batch));

	if (batch == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	batch->type = type;
	batch->kernels = kernels;
	batch->feed = feed;
	batch->num_lanes = kernels->fermat != NULL ? KA_WEAKGEN_LANES : 1;
	/* Every prime suits the exponent 1. */
	mpz_init_set_ui(batch->exponent, feed->prime != NULL ? 1 : KA_WEAKGEN_DEFAULT_EXPONENT);
	mpz_init_set_ui(batch->other_exponent, 3);
	for (unsigned i = 0; i < batch->num_lanes; i++) {
		ka_weakgen_rsa_init(&batch->lanes[i].rsa);
	}
	if (kernels->fermat != NULL) {
		batch->scratch = aligned_alloc(64, kernels->fermat_scratch_len((type->bits + 1) / 2 + 1));
		if (batch->scratch == NULL) {
			goto out;
		}
	}
	err = ka_weakgen_sieve_init(&batch->sieve, (type->bits + 1) / 2);
	for (unsigned i = 0; err == KA_OK && i < batch->num_lanes; i++) {
		fill_lane(batch, &batch->lanes[i]);
	}
	while (err == KA_OK && batch->num_active > 0 && !feed->stop(feed->arg)) {
		err = turn(batch);
	}
out:
	for (unsigned i = 0; i < batch->num_lanes; i++) {
		ka_weakgen_rsa_clear(&batch->lanes[i].rsa);
	}
	mpz_clears(batch->exponent, batch->other_exponent, NULL);
	ka_weakgen_sieve_clear(&batch->sieve);
	free(batch->scratch);
	free(batch);
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
