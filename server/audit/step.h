/* SPDX-License-Identifier: Apache-2.0 */
/* step.h - one step of a task: a chunk of certificates is read and judged on a snapshot, then all that it gave is
 * stored in one transaction. Everything about the task is read anew in each step, so a step can be done by anybody
 * at any time; the second transaction stores nothing unless the task is still the worker's and stands where the
 * first one found it. */
#ifndef KA_SERVER_AUDIT_STEP_H
#define KA_SERVER_AUDIT_STEP_H

#include "server/audit/audit.h"
#include "server/crypto/crypto.h"

#define KA_BATCH 32u /* keys judged at once: the library's group */

/* A check that takes part in the step. */
struct ka_audit_step_check {
	const struct ka_audit_check *check;
	struct ka_task_check_row row; /* as it will be stored */
	int64_t cursor;               /* as it was read */
	int64_t parameter;
	struct ka_undecided_tally undecided;
	bool is_scanned; /* judges certificates; else it ends here with the status in row */
};

struct ka_audit_step_finding {
	size_t check; /* index in checks */
	struct ka_finding_row row;
};

/* Certificates that wait to be judged together. Their bytes are copied here: a scan lends a row only for its call. */
#define KA_BATCH_BYTES ((size_t)1 << 20)
struct ka_batch {
	size_t num, used;
	struct ka_audit_subject subjects[KA_BATCH];
	char ids[KA_BATCH][KA_CERT_ID_LEN + 1];
	struct ka_slice ders[KA_BATCH];
	struct ka_object objects[KA_BATCH];
	struct ka_verdict verdicts[KA_BATCH];
	uint8_t bytes[KA_BATCH_BYTES];
};

enum ka_audit_outcome {
	KA_AUDIT_CONTINUES = 1, /* there is more to do */
	KA_AUDIT_ENDED,         /* the task has ended */
	KA_AUDIT_LOST           /* it is another worker's by now, or gone */
};

struct ka_audit_step {
	/* Set by the worker. */
	const struct ka_ctx *ctx;
	const struct ka_crypto *crypto;
	struct ka_scope scope;
	const char *task_id, *worker;
	int64_t lease_ms;
	uint32_t chunk;
	int64_t max_ns; /* how long certificates may be judged in one step */
	struct ka_batch *batch;

	/* Set by ka_audit_step_judge; in the arena, which the worker clears when the step is over. */
	struct ka_arena arena;
	struct ka_task_row task;
	struct ka_audit_step_check *checks;
	size_t num_checks;
	struct ka_audit_step_finding *findings;
	size_t num_findings, max_findings;
	uint64_t num_judged;

	/* Set by ka_audit_step_store. */
	enum ka_audit_outcome outcome;
};

/* ka_audit_step_judge is for ka_store_read, ka_audit_step_store for ka_store_write; arg is the step.
 * ka_audit_step_judge returns NONE when there is no such task. ka_audit_step_give_up, instead of
 * ka_audit_step_store, ends all checks that have not ended as FAILED, when the store cannot be read. */
enum ka_store_status ka_audit_step_judge(struct ka_tx *tx, void *arg);
enum ka_store_status ka_audit_step_store(struct ka_tx *tx, void *arg);
enum ka_store_status ka_audit_step_give_up(struct ka_tx *tx, void *arg);

/* ka_audit_step_select chooses what the step does (select.c). ka_audit_step_scan judges certificates (scan.c). */
enum ka_store_status ka_audit_step_select(struct ka_audit_step *step, struct ka_tx *tx);
enum ka_store_status ka_audit_step_scan(struct ka_audit_step *step, struct ka_tx *tx);

bool ka_run_has_ended(enum ka_run_status status);

#endif
