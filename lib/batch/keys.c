/* SPDX-License-Identifier: Apache-2.0 */
/* keys.c - a batch of keys: verdicts of now, and of some keys one more after the walk. */
#include <keyassay/batch.h>

#include "lib/base/mem.h"
#include "lib/check/check.h"

#include <string.h>

#define FIRST_MAX_ENTRIES 64u
#define NO_WALK SIZE_MAX

/* A verdict without failed checks has no evidence: its masks are all of it. */
struct entry {
	struct ka_verdict *whole; /* NULL: no check failed */
	uint32_t passed;
	uint32_t not_applicable;
	uint32_t undecided;
	uint8_t whys[KA_NUM_CHECKS];
	size_t handle; /* of the walk, or NO_WALK */
};

struct ka_batch {
	const struct ka_ctx *ctx;
	uint32_t checks;
	int64_t at;
	const struct ka_walker *walker;
	void *walk;
	struct entry *entries;
	size_t num_entries;
	size_t max_entries;
	size_t num_waiting;
	bool finished;
	bool failed; /* the walker returned an error */
};

enum ka_err
ka_batch_new(struct ka_batch **out, const struct ka_ctx *ctx, uint32_t checks, int64_t at, const struct ka_walker *walker,
	void *walk)
{
	struct ka_batch *batch = ka_mem_new(sizeof(*batch));

	if (batch == NULL)
		return KA_ERR_NO_MEMORY;
	batch->ctx = ctx;
	batch->checks = checks;
	batch->at = at;
	batch->walker = walker;
	batch->walk = walk;
	*out = batch;
	return KA_OK;
}

void
ka_batch_free(struct ka_batch *batch)
{
	if (batch == NULL)
		return;
	for (size_t i = 0; i < batch->num_entries; i++)
		ka_mem_free(batch->entries[i].whole);
	ka_mem_free(batch->entries);
	ka_mem_free(batch);
}

static enum ka_err
make_room(struct ka_batch *batch)
{
	if (batch->num_entries < batch->max_entries)
		return KA_OK;
	size_t max = batch->max_entries == 0 ? FIRST_MAX_ENTRIES : 2 * batch->max_entries;
	struct entry *entries = max > SIZE_MAX / sizeof(*entries) ? NULL : ka_mem_new(max * sizeof(*entries));
	if (entries == NULL)
		return KA_ERR_NO_MEMORY;
	if (batch->num_entries > 0)
		memcpy(entries, batch->entries, batch->num_entries * sizeof(*entries));
	ka_mem_free(batch->entries);
	batch->entries = entries;
	batch->max_entries = max;
	return KA_OK;
}

/* Hands a key that no table decides to the walker. */
static enum ka_err
ask_walker(struct entry *entry, struct ka_batch *batch, const struct ka_key *key)
{
	uint8_t why = entry->whys[KA_CHECK_DEBIAN_WEAK];
	bool wanted = (entry->undecided & KA_CHECK_BIT(KA_CHECK_DEBIAN_WEAK)) != 0 &&
	    (why == KA_UNDECIDED_NO_TABLE || why == KA_UNDECIDED_EXPONENT);

	if (!wanted || batch->walker == NULL)
		return KA_OK;
	enum ka_err err = batch->walker->add(batch->walk, &entry->handle, key);
	if (err == KA_ERR_ARGUMENT) {
		entry->handle = NO_WALK;
		entry->whys[KA_CHECK_DEBIAN_WEAK] = KA_UNDECIDED_NO_GENERATOR;
		return KA_OK;
	}
	if (err == KA_OK)
		batch->num_waiting++;
	return err;
}

enum ka_err
ka_batch_add(struct ka_batch *batch, size_t *out_number, const struct ka_object *object)
{
	struct ka_verdict verdict;
	enum ka_err err;

	if (batch->finished)
		return KA_ERR_ARGUMENT;
	err = make_room(batch);
	if (err != KA_OK)
		return err;
	ka_judge(&verdict, batch->ctx, object, batch->checks, batch->at);
	struct entry entry = {
		.passed = verdict.passed,
		.not_applicable = verdict.not_applicable,
		.undecided = verdict.undecided,
		.handle = NO_WALK,
	};
	memcpy(entry.whys, verdict.whys, sizeof(entry.whys));
	if (verdict.failed != 0) {
		entry.whole = ka_mem_new(sizeof(*entry.whole));
		if (entry.whole == NULL)
			return KA_ERR_NO_MEMORY;
		*entry.whole = verdict;
	}
	err = ask_walker(&entry, batch, &object->key);
	if (err != KA_OK) {
		ka_mem_free(entry.whole);
		return err;
	}
	*out_number = batch->num_entries;
	batch->entries[batch->num_entries++] = entry;
	return KA_OK;
}

size_t
ka_batch_waiting(const struct ka_batch *batch)
{
	return batch->num_waiting;
}

enum ka_err
ka_batch_finish(struct ka_batch *batch)
{
	enum ka_err err = KA_OK;

	if (!batch->finished && batch->num_waiting > 0)
		err = batch->walker->run(batch->walk);
	batch->finished = true;
	batch->failed = err != KA_OK;
	return err;
}

/* Puts debian-weak where the walk says. */
static void
settle(struct ka_verdict *verdict, const struct ka_batch *batch, size_t handle)
{
	struct ka_walk_result result;

	batch->walker->result(batch->walk, handle, &result);
	if (result.answer == KA_WALK_UNDECIDED) {
		verdict->whys[KA_CHECK_DEBIAN_WEAK] =
		    batch->failed ? KA_UNDECIDED_WALK_FAILED : KA_UNDECIDED_WALK_STOPPED;
		return;
	}
	verdict->undecided &= ~KA_CHECK_BIT(KA_CHECK_DEBIAN_WEAK);
	verdict->whys[KA_CHECK_DEBIAN_WEAK] = KA_UNDECIDED_NONE;
	if (result.answer == KA_WALK_WEAK) {
		ka_verdict_fail(verdict, KA_CHECK_DEBIAN_WEAK, KA_REASON_DEBIAN_WEAK);
		verdict->debian.id = result.id;
	} else {
		ka_verdict_pass(verdict, KA_CHECK_DEBIAN_WEAK);
		verdict->debian_miss = result.miss;
	}
}

enum ka_err
ka_batch_verdict(struct ka_verdict *out_verdict, const struct ka_batch *batch, size_t number)
{
	if (number >= batch->num_entries)
		return KA_ERR_ARGUMENT;
	const struct entry *entry = &batch->entries[number];
	if (entry->whole != NULL) {
		*out_verdict = *entry->whole;
	} else {
		ka_verdict_init(out_verdict);
		out_verdict->passed = entry->passed;
		out_verdict->not_applicable = entry->not_applicable;
		out_verdict->undecided = entry->undecided;
	}
	memcpy(out_verdict->whys, entry->whys, sizeof(entry->whys));
	if (batch->finished && entry->handle != NO_WALK)
		settle(out_verdict, batch, entry->handle);
	return KA_OK;
}
