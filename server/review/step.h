/* SPDX-License-Identifier: Apache-2.0 */
/* step.h - one step of a revocation job: a chunk of device certificates is read on a snapshot, then revoked in one transaction, with an
 * entry of the log of changes for each.
 *
 * Everything about the job is read anew in each step, so a step can be done by anybody at any time; the transaction stores nothing
 * unless the job is still the worker's and stands where the reading found it. A certificate that has changed in between ends the chunk
 * in front of it: the next step sees it as it is then. So a crash at any point, a late worker and a second node revoke each certificate
 * once, and log it once. */
#ifndef KA_SERVER_REVIEW_STEP_H
#define KA_SERVER_REVIEW_STEP_H

#include "server/store/revocation.h"

enum ka_review_outcome {
	KA_REVIEW_CONTINUES = 1, /* there is more to do */
	KA_REVIEW_ENDED,         /* the job has ended */
	KA_REVIEW_LOST           /* it is another worker's by now, or gone */
};

struct ka_review_step {
	/* Set by the worker. */
	struct ka_scope scope;
	const char *id, *worker;
	int64_t lease_ms;
	uint32_t chunk;

	/* Set by ka_review_step_read; in the arena, which the worker clears when the step is over. */
	struct ka_arena arena;
	struct ka_revocation_row job;
	struct ka_device_row *devices;
	size_t num_devices;

	/* Set by ka_review_step_store. */
	enum ka_review_outcome outcome;
	uint64_t num_revoked;
	enum ka_task_status status; /* of the job */
};

/* ka_review_step_read is for ka_store_read (NONE: no such job), ka_review_step_store for ka_store_write; arg is the step.
 * ka_review_step_give_up, instead of the latter, ends the job as FAILED when the store fails again and again; ka_review_step_release
 * lets others have it at once. */
enum ka_store_status ka_review_step_read(struct ka_tx *tx, void *arg);
enum ka_store_status ka_review_step_store(struct ka_tx *tx, void *arg);
enum ka_store_status ka_review_step_give_up(struct ka_tx *tx, void *arg);
enum ka_store_status ka_review_step_release(struct ka_tx *tx, void *arg);

#endif
