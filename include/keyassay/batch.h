/* SPDX-License-Identifier: Apache-2.0 */
/* batch.h - keys that are judged together: fed one by one, asked for at the end.
 *
 * For most keys there is a table, and ka_judge says at once whether they are weak. A key of another type or size can be
 * decided too, by computing all keys that the vulnerable generator makes of that type. That takes minutes, but hardly
 * more for a thousand keys of one size than for one: so a batch gathers the keys that no table decides, and one walk
 * through the generator's streams decides them all.
 *
 *	struct ka_batch *batch;
 *	ka_batch_new(&batch, ctx, checks, at, &ka_weakgen_walker, walk);
 *	for each object: ka_batch_add(batch, &number, &object);
 *	ka_batch_finish(batch);
 *	for each number: ka_batch_verdict(&verdict, batch, number);
 *	ka_batch_free(batch);
 */
#ifndef KEYASSAY_BATCH_H
#define KEYASSAY_BATCH_H

#include <keyassay/check.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ka_walk_answer {
	KA_WALK_UNDECIDED = 0, /* the walk was not run, or not to its end */
	KA_WALK_NOT_WEAK,      /* the generator does not make this key */
	KA_WALK_WEAK           /* the key was made again */
};

struct ka_walk_result {
	enum ka_walk_answer answer;
	struct ka_debian_id id; /* KA_WALK_WEAK */
	double miss;            /* KA_WALK_NOT_WEAK: chance that a weak key gets this answer; 0: none */
};

/* A walker decides keys by going through all streams of the vulnerable generator. The library has none, as it has no
 * big numbers; weakgen has one. walk is the walker's own, handed through by the batch. */
struct ka_walker {
	/* Takes a key, of which it keeps a copy, and sets a handle to ask for it with. KA_ERR_ARGUMENT when keys of this
	 * type and size cannot be made. */
	enum ka_err (*add)(void *walk, size_t *out_handle, const struct ka_key *key);
	/* Walks for all keys taken. KA_OK also when it was stopped. */
	enum ka_err (*run)(void *walk);
	/* Tells what is known of a key. */
	void (*result)(const void *walk, size_t handle, struct ka_walk_result *out_result);
};

/* Keys, the verdicts on them, and what is still to be found out. One thread at a time. */
struct ka_batch;

/* ka_batch_new makes an empty batch that judges with the context, which it borrows, as ka_judge does with these checks
 * at this time. The walker, borrowed too, or NULL: then all verdicts are those of ka_judge. KA_ERR_NO_MEMORY. */
KA_API KA_MUST_CHECK enum ka_err ka_batch_new(struct ka_batch **out, const struct ka_ctx *ctx, uint32_t checks,
	int64_t at, const struct ka_walker *walker, void *walk);

/* ka_batch_free releases it; NULL is fine. The walk stays the caller's. */
KA_API void ka_batch_free(struct ka_batch *batch);

/* ka_batch_add judges an object. It need not outlive the call. *out_number counts from 0. A key that needs a walk is
 * handed to the walker. Some 50 bytes are kept for each object, more where a check failed. KA_ERR_NO_MEMORY, or the
 * walker's error: the object is then not in the batch. KA_ERR_ARGUMENT after ka_batch_finish. */
KA_API KA_MUST_CHECK enum ka_err ka_batch_add(
	struct ka_batch *batch, size_t *out_number, const struct ka_object *object);

/* ka_batch_waiting returns how many of the keys need a walk. */
KA_API size_t ka_batch_waiting(const struct ka_batch *batch);

/* ka_batch_finish runs the walk, if any key needs it. When the walk was stopped or failed, keys that it had not decided
 * stay undecided; all others have their verdict. Returns the walker's error. */
KA_API KA_MUST_CHECK enum ka_err ka_batch_finish(struct ka_batch *batch);

/* ka_batch_verdict sets *out_verdict to what is known of an object so far: what ka_judge says and, after
 * ka_batch_finish, what the walk found. KA_ERR_ARGUMENT for a number that was not given. */
KA_API KA_MUST_CHECK enum ka_err ka_batch_verdict(
	struct ka_verdict *out_verdict, const struct ka_batch *batch, size_t number);

#ifdef __cplusplus
}
#endif

#endif
