/* SPDX-License-Identifier: Apache-2.0 */
/* worker.c - a thread that claims tasks and takes them step by step to their end. */
#include <stdlib.h>
#include <string.h>

#include "server/audit/engine_internal.h"
#include "server/audit/step.h"
#include "server/clock.h"
#include "server/log.h"
#include "server/names.h"

/* A step judges no longer than this, nor than a quarter of the lease: what it found must be stored while the task is
 * ours. */
#define MAX_STEP_NS 2000000000

struct claim {
	struct ka_worker *worker;
	struct ka_arena arena;
	struct ka_task_row task;
};

static enum ka_store_status
claim(struct ka_tx *tx, void *arg)
{
	struct claim *c = arg;
	int64_t now = ka_clock_now();

	ka_arena_clear(&c->arena);
	return ka_tx_task_claim(
	    tx, &c->task, &c->arena, c->worker->name, now, now + c->worker->engine->options.lease_ms);
}

/* Lets others have the task at once. */
static enum ka_store_status
release(struct ka_tx *tx, void *arg)
{
	const struct ka_audit_step *step = arg;
	struct ka_arena arena = { 0 };
	struct ka_task_row task;
	enum ka_store_status status = ka_tx_task_get(tx, &task, &arena, &step->scope, step->task_id);

	if (status == KA_STORE_OK && task.status == KA_TASK_IN_PROGRESS && task.worker != NULL &&
	    strcmp(task.worker, step->worker) == 0) {
		task.worker = NULL;
		task.lease_until = 0;
		status = ka_tx_task_update(tx, &step->scope, &task);
	}
	ka_arena_clear(&arena);
	return status == KA_STORE_NONE ? KA_STORE_OK : status;
}

static void
count_end(struct ka_engine *engine, enum ka_task_status status)
{
	ka_counter_add(status == KA_TASK_COMPLETED ? engine->completed
		: status == KA_TASK_CANCELED       ? engine->canceled
						   : engine->failed,
	    1);
}

static void
log_end(const struct ka_audit_step *step, uint64_t num_judged, uint64_t num_findings, int64_t start)
{
	KA_LOG_FIELDS(KA_LOG_INFO, "audit", KA_FIELD_TEXT("task", step->task_id),
	    KA_FIELD_TEXT("account", step->scope.account), KA_FIELD_TEXT("region", step->scope.region),
	    KA_FIELD_TEXT("status", ka_task_status_name(step->task.status)),
	    KA_FIELD_NUMBER("resources", (int64_t)num_judged), KA_FIELD_NUMBER("findings", (int64_t)num_findings),
	    KA_FIELD_MICROS("duration", (ka_clock_monotonic() - start) / 1000));
}

/* One step; the store's status. What is judged twice because a worker lost its lease is counted once: when it is
 * stored. */
static enum ka_store_status
do_step(struct ka_engine *engine, struct ka_audit_step *step, uint64_t *num_judged, uint64_t *num_findings)
{
	enum ka_store_status status = ka_store_read(engine->server->store, ka_audit_step_judge, step);

	if (status == KA_STORE_OK)
		status = ka_store_write(engine->server->store, ka_audit_step_store, step);
	if (status == KA_STORE_OK && step->outcome != KA_AUDIT_LOST) {
		*num_judged += step->num_judged;
		*num_findings += step->num_findings;
		ka_counter_add(engine->judged, (int64_t)step->num_judged);
		ka_counter_add(engine->findings, (int64_t)step->num_findings);
	}
	return status;
}

/* Takes the task to its end, or until it is another's, the engine stops or the store fails for long. */
static void
run_task(struct ka_worker *worker, const struct ka_task_row *task, struct ka_batch *batch)
{
	struct ka_engine *engine = worker->engine;
	int64_t max_ns = engine->options.lease_ms * 1000000 / 4, start = ka_clock_monotonic();
	uint64_t num_judged = 0, num_findings = 0;
	unsigned num_failures = 0;
	struct ka_audit_step step = { .ctx = engine->server->ctx,
		.crypto = engine->crypto,
		.scope = { task->account, task->region },
		.task_id = task->id,
		.worker = worker->name,
		.lease_ms = engine->options.lease_ms,
		.chunk = engine->options.chunk,
		.max_ns = max_ns < MAX_STEP_NS ? max_ns : MAX_STEP_NS,
		.batch = batch,
		.outcome = KA_AUDIT_CONTINUES };

	while (step.outcome == KA_AUDIT_CONTINUES && !ka_wake_stops(&engine->wake)) {
		enum ka_store_status status = do_step(engine, &step, &num_judged, &num_findings);

		if (status == KA_STORE_NONE)
			step.outcome = KA_AUDIT_LOST;
		if (status == KA_STORE_OK || status == KA_STORE_NONE) {
			num_failures = 0;
			continue;
		}
		step.outcome = KA_AUDIT_CONTINUES;
		if (status == KA_STORE_FAILED && ++num_failures >= KA_AUDIT_MAX_FAILURES) {
			ka_log(
			    KA_LOG_ERROR, "audit", "task %s is given up: the database fails again and again", task->id);
			if (ka_store_write(engine->server->store, ka_audit_step_give_up, &step) != KA_STORE_OK)
				step.outcome = KA_AUDIT_LOST; /* until the lease has run out */
			continue;
		}
		ka_wake_wait(&engine->wake, ka_wake_seen(&engine->wake), engine->options.poll_ms);
	}
	if (step.outcome == KA_AUDIT_ENDED) {
		count_end(engine, step.task.status);
		log_end(&step, num_judged, num_findings, start);
	} else if (step.outcome == KA_AUDIT_CONTINUES) {
		(void)ka_store_write(engine->server->store, release, &step);
	} else {
		ka_log(KA_LOG_WARNING, "audit", "task %s is no longer this worker's", task->id);
	}
	ka_arena_clear(&step.arena);
}

void *
ka_worker_main(void *arg)
{
	struct ka_worker *worker = arg;
	struct ka_engine *engine = worker->engine;
	struct claim c = { .worker = worker };
	struct ka_batch *batch = malloc(sizeof(*batch));

	if (batch == NULL)
		ka_out_of_memory();
	while (!ka_wake_stops(&engine->wake)) {
		uint64_t seen = ka_wake_seen(&engine->wake);

		if (ka_store_write(engine->server->store, claim, &c) == KA_STORE_OK)
			run_task(worker, &c.task, batch);
		else
			ka_wake_wait(&engine->wake, seen, engine->options.poll_ms);
	}
	ka_arena_clear(&c.arena);
	free(batch);
	return NULL;
}
