/* SPDX-License-Identifier: Apache-2.0 */
/* step.h - one step of a mitigation task, in one transaction: the next findings get their actions, and the
 * executions, the counts, the task's place and its lease are stored with what the actions did. So a crash at any
 * point, a late worker and a second node apply each action once. */
#ifndef KA_SERVER_ACTION_STEP_H
#define KA_SERVER_ACTION_STEP_H

#include "server/crypto/crypto.h"
#include "server/store/mitigation.h"

enum ka_action_outcome {
	KA_ACTION_CONTINUES = 1, /* there is more to do */
	KA_ACTION_ENDED,         /* the task has ended */
	KA_ACTION_LOST           /* it is another worker's by now, or gone */
};

struct ka_action_step {
	/* Set by the worker. */
	const struct ka_crypto *crypto;
	struct ka_scope scope;
	const char *task_id, *worker;
	int64_t lease_ms;
	uint32_t chunk; /* findings a step */

	/* Set by ka_action_step. */
	enum ka_action_outcome outcome;
	enum ka_task_status status;
	uint64_t num_executions[KA_EXECUTION_PENDING + 1u]; /* by status */
};

/* ka_action_step and the others are for ka_store_write; arg is the step. ka_action_step_release gives the task back,
 * behind all that wait; ka_action_step_give_up ends it as FAILED where it stands, when it cannot be gone on with. */
enum ka_store_status ka_action_step(struct ka_tx *tx, void *arg);
enum ka_store_status ka_action_step_release(struct ka_tx *tx, void *arg);
enum ka_store_status ka_action_step_give_up(struct ka_tx *tx, void *arg);

#endif
