/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table needs 294,912 streams, all independent. Where the CPU has a kernel that tests several numbers at once, twice
 * as many streams are kept under way. In each turn those without a candidate draw one; the wider sieve throws out what
 * it can; and when enough candidates have come together, or no stream is left that could draw, they are tested. A
 * stream that is done makes room for the next.
 */
#include "weakgen/batch.h"

#include "weakgen/confirm.h"
#include "weakgen/ec.h"
#include "weakgen/rsa.h"

#include <stdlib.h>

#define MAX_STREAMS (2 * KA_WEAKGEN_LANES)

/* Each stream has a claim, and each of the rounds that wait may belong to another one. */
#define MAX_CLAIMS (MAX_STREAMS + KA_WEAKGEN_LANES)

struct rsa_batch;

struct stream {
	struct rsa_batch *batch;
	struct ka_weakgen_rsa rsa;
	struct ka_weakgen_claim *claim; /* NULL when idle */
	bool sifted;                    /* its candidate has been through the wider sieve */
	bool other;                     /* it runs a second time, with exponent 3 */
};

struct rsa_batch {
	const struct ka_weakgen_type *type;
	const struct ka_weakgen_kernels *kernels;
	const struct ka_weakgen_feed *feed;
	struct ka_weakgen_sieve sieve;
	struct ka_weakgen_wide wide;
	bool has_wide;
	mpz_t exponent, other_exponent;
	void *scratch;
	struct ka_weakgen_confirm *confirm; /* NULL: rounds are done one by one */
	unsigned num_streams, num_active;
	struct stream streams[MAX_STREAMS];
	struct ka_weakgen_claim claims[MAX_CLAIMS];
};

/* Candidates are below 2^bits of this: in theory one may carry over the top bit. */
static uint32_t
candidate_bits(const struct ka_weakgen_type *type)
{
	return (type->bits + 1) / 2 + 1;
}

static void
start_stream(struct stream *stream)
{
	const struct rsa_batch *batch = stream->batch;
	const struct ka_debian_id *id = &stream->claim->id;
	struct ka_weakgen_prng prng;

	ka_weakgen_prng_init(
	    &prng, batch->kernels->sha1, ka_weakgen_machine_of(id->architecture), id->randfile, id->pid);
	ka_weakgen_rsa_start(
	    &stream->rsa, &prng, batch->type->bits, stream->other ? batch->other_exponent : batch->exponent);
}

/* Gives an idle place the next of the feed's streams, if there is one. */
static void
fill_stream(struct stream *stream)
{
	struct rsa_batch *batch = stream->batch;
	struct ka_weakgen_claim *claim = batch->claims;
	struct ka_debian_id id;

	if (!batch->feed->next(batch->feed->arg, &id)) {
		return;
	}
	while (claim->used) {
		claim++;
	}
	*claim = (struct ka_weakgen_claim){ .id = id, .used = true };
	stream->claim = claim;
	stream->other = false;
	batch->num_active++;
	start_stream(stream);
}

static void
keep_fingerprint(struct stream *stream)
{
	struct ka_weakgen_result *result = &stream->claim->result;
	uint64_t fingerprint = ka_weakgen_rsa_fingerprint(&stream->rsa);

	if (stream->other) {
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
	struct stream stream = { .batch = batch, .claim = claim };
	enum ka_err err = KA_OK;

	claim->result = (struct ka_weakgen_result){ 0 };
	ka_weakgen_rsa_init(&stream.rsa);
	for (unsigned run = 0; err == KA_OK && run < 2 && (run == 0 || stream.rsa.exponent_mattered); run++) {
		stream.other = run == 1;
		start_stream(&stream);
		while (err == KA_OK && stream.rsa.state != KA_WEAKGEN_RSA_DONE) {
			ka_weakgen_rsa_draw(&stream.rsa, &batch->sieve, batch->kernels);
			err = ka_weakgen_rsa_test(&stream.rsa);
		}
		if (err == KA_OK) {
			keep_fingerprint(&stream);
		}
	}
	ka_weakgen_rsa_clear(&stream.rsa);
	return err;
}

/* The same, looking for primes only. */
static enum ka_err
offer_alone(struct rsa_batch *batch, struct ka_weakgen_claim *claim)
{
	struct stream stream = { .batch = batch, .claim = claim };
	enum ka_err err = KA_OK;
	bool more = true;

	ka_weakgen_rsa_init(&stream.rsa);
	start_stream(&stream);
	while (err == KA_OK && more) {
		ka_weakgen_rsa_draw(&stream.rsa, &batch->sieve, batch->kernels);
		err = ka_weakgen_rsa_test(&stream.rsa);
		if (err == KA_OK && stream.rsa.has_p) {
			more = batch->feed->prime(batch->feed->arg, &claim->id, stream.rsa.p);
			stream.rsa.has_p = false;
		}
	}
	ka_weakgen_rsa_clear(&stream.rsa);
	return err;
}

/* A ka_weakgen_confirm's done. */
static enum ka_err
claim_done(void *arg, struct ka_weakgen_claim *claim)
{
	struct rsa_batch *batch = arg;
	enum ka_err err = KA_OK;

	if (claim->refuted) {
		err = batch->feed->prime != NULL ? offer_alone(batch, claim) : make_alone(batch, claim);
	}
	if (err == KA_OK) {
		batch->feed->done(batch->feed->arg, &claim->id, &claim->result);
		claim->used = false;
	}
	return err;
}

/* The stream is through: its place is idle, its claim waits for its rounds. */
static enum ka_err
leave(struct stream *stream)
{
	struct rsa_batch *batch = stream->batch;
	struct ka_weakgen_claim *claim = stream->claim;

	stream->claim = NULL;
	batch->num_active--;
	if (batch->confirm != NULL) {
		return ka_weakgen_confirm_complete(batch->confirm, claim);
	}
	return claim_done(batch, claim);
}

/* Looking for primes only: hands a found one over. */
static enum ka_err
offer_prime(struct stream *stream)
{
	struct rsa_batch *batch = stream->batch;
	const struct ka_weakgen_claim *claim = stream->claim;

	if (batch->feed->prime(batch->feed->arg, &claim->id, stream->rsa.p)) {
		stream->rsa.has_p = false;
		return KA_OK;
	}
	return leave(stream);
}

/* The stream has both primes: it runs again for the other exponent, or its place is idle. */
static enum ka_err
finish_stream(struct stream *stream)
{
	keep_fingerprint(stream);
	if (stream->rsa.exponent_mattered && !stream->other) {
		stream->other = true;
		start_stream(stream);
		return KA_OK;
	}
	return leave(stream);
}

static enum ka_err
add_round(void *arg, mpz_srcptr number, mpz_srcptr base)
{
	struct stream *stream = arg;

	return ka_weakgen_confirm_add(stream->batch->confirm, stream->claim, number, base);
}

/* Which of the streams' candidates may be prime. Idle lanes repeat the first. */
static unsigned
maybe_prime(struct rsa_batch *batch, struct stream *const *streams, unsigned num)
{
	mpz_srcptr numbers[KA_WEAKGEN_LANES];

	if (batch->scratch == NULL) {
		return ~0u;
	}
	for (unsigned i = 0; i < KA_WEAKGEN_LANES; i++) {
		numbers[i] = streams[i < num ? i : 0]->rsa.candidate;
	}
	return batch->kernels->fermat(batch->scratch, numbers, candidate_bits(batch->type));
}

/* One candidate of the stream. */
static enum ka_err
step_stream(struct stream *stream, bool maybe)
{
	enum ka_err err;

	if (!maybe) {
		return ka_weakgen_rsa_reject(&stream->rsa);
	}
	if (stream->batch->confirm != NULL) {
		err = ka_weakgen_rsa_claim(&stream->rsa, add_round, stream);
	} else {
		err = ka_weakgen_rsa_test(&stream->rsa);
	}
	if (err == KA_OK && stream->batch->feed->prime != NULL && stream->rsa.has_p) {
		return offer_prime(stream);
	}
	if (err == KA_OK && stream->rsa.state == KA_WEAKGEN_RSA_DONE) {
		return finish_stream(stream);
	}
	return err;
}

/* Candidates with a factor are gone, the others wait to be tested. */
static enum ka_err
sift(struct rsa_batch *batch, struct stream *const *streams, unsigned num)
{
	mpz_srcptr numbers[KA_WEAKGEN_WIDE_LANES];
	enum ka_err err = KA_OK;
	unsigned mask = 0;

	for (unsigned i = 0; i < num; i++) {
		numbers[i] = streams[i]->rsa.candidate;
	}
	if (num > 0 && batch->has_wide) {
		mask = batch->kernels->wide(&batch->wide, numbers, num);
	}
	for (unsigned i = 0; err == KA_OK && i < num; i++) {
		streams[i]->sifted = (mask >> i & 1) == 0;
		if (!streams[i]->sifted) {
			err = ka_weakgen_rsa_reject(&streams[i]->rsa);
		}
	}
	return err;
}

/* Streams without a candidate draw one, which is sifted. */
static enum ka_err
draw(struct rsa_batch *batch)
{
	struct stream *fresh[KA_WEAKGEN_WIDE_LANES];
	enum ka_err err = KA_OK;
	unsigned num = 0;

	for (unsigned i = 0; err == KA_OK && i < batch->num_streams; i++) {
		struct stream *stream = &batch->streams[i];

		if (stream->claim == NULL || stream->sifted) {
			continue;
		}
		ka_weakgen_rsa_draw(&stream->rsa, &batch->sieve, batch->kernels);
		fresh[num++] = stream;
		if (num == KA_WEAKGEN_WIDE_LANES) {
			err = sift(batch, fresh, num);
			num = 0;
		}
	}
	return err == KA_OK ? sift(batch, fresh, num) : err;
}

/* Tests candidates that have been sifted. */
static enum ka_err
test(struct rsa_batch *batch, struct stream *const *streams, unsigned num)
{
	unsigned mask = maybe_prime(batch, streams, num);
	enum ka_err err = KA_OK;

	for (unsigned i = 0; err == KA_OK && i < num; i++) {
		streams[i]->sifted = false;
		err = step_stream(streams[i], (mask >> i & 1) != 0);
		if (streams[i]->claim == NULL) {
			fill_stream(streams[i]);
		}
	}
	return err;
}

static enum ka_err
turn(struct rsa_batch *batch)
{
	struct stream *sifted[MAX_STREAMS];
	enum ka_err err = draw(batch);
	unsigned lanes = batch->scratch != NULL ? KA_WEAKGEN_LANES : 1;
	unsigned num = 0, done = 0;

	for (unsigned i = 0; i < batch->num_streams; i++) {
		if (batch->streams[i].claim != NULL && batch->streams[i].sifted) {
			sifted[num++] = &batch->streams[i];
		}
	}
	for (; err == KA_OK && num - done >= lanes; done += lanes) {
		err = test(batch, sifted + done, lanes);
	}
	/* The last streams do not fill the lanes any more. */
	if (err == KA_OK && done == 0 && num == batch->num_active) {
		err = test(batch, sifted, num);
	}
	return err;
}

/* Sets up what the kernels need; with plain ones a single stream at a time is as good as several. */
static enum ka_err
open_batch(struct rsa_batch *batch)
{
	const struct ka_weakgen_kernels *kernels = batch->kernels;
	uint32_t bits = candidate_bits(batch->type);
	uint32_t limit = ka_weakgen_wide_limit(kernels, bits);
	enum ka_err err = ka_weakgen_sieve_init(&batch->sieve, (batch->type->bits + 1) / 2);

	batch->num_streams = kernels->fermat != NULL ? MAX_STREAMS : 1;
	/* Every prime suits the exponent 1. */
	mpz_init_set_ui(batch->exponent, batch->feed->prime != NULL ? 1 : KA_WEAKGEN_DEFAULT_EXPONENT);
	mpz_init_set_ui(batch->other_exponent, 3);
	for (unsigned i = 0; i < batch->num_streams; i++) {
		batch->streams[i].batch = batch;
		ka_weakgen_rsa_init(&batch->streams[i].rsa);
	}
	if (err == KA_OK && limit != 0) {
		err = ka_weakgen_wide_init(&batch->wide, bits, limit);
		batch->has_wide = err == KA_OK;
	}
	if (err == KA_OK && kernels->fermat != NULL) {
		batch->scratch = aligned_alloc(64, kernels->fermat_scratch_len(bits));
		err = batch->scratch != NULL ? KA_OK : KA_ERR_NO_MEMORY;
	}
	if (err == KA_OK && kernels->power != NULL) {
		err = ka_weakgen_confirm_new(&batch->confirm, kernels, bits, claim_done, batch);
	}
	return err;
}

static void
close_batch(struct rsa_batch *batch)
{
	for (unsigned i = 0; i < batch->num_streams; i++) {
		ka_weakgen_rsa_clear(&batch->streams[i].rsa);
	}
	mpz_clears(batch->exponent, batch->other_exponent, NULL);
	ka_weakgen_sieve_clear(&batch->sieve);
	if (batch->has_wide) {
		ka_weakgen_wide_clear(&batch->wide);
	}
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
	for (unsigned i = 0; err == KA_OK && i < batch->num_streams; i++) {
		fill_stream(&batch->streams[i]);
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
