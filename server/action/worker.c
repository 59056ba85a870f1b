/* SPDX-License-Identifier: Apache-2.0 */
/* worker.c - a thread that claims mitigation tasks and takes them on. After a slice of steps a task goes behind those
 * that wait, so that one over a million findings does not keep an urgent one from its turn. */
#include "server/action/engine_internal.h"
#include "server/clock.h"
#include "server/log.h"
#include "server/names.h"

struct claim {
	struct ka_action_worker *worker;
	struct ka_arena arena;
	struct ka_mitigation_row task;
};

static enum ka_store_status
claim(struct ka_tx *tx, void *arg)
{
	struct claim *c = arg;
	int64_t now = ka_clock_now();

	ka_arena_clear(&c->arena);
	return ka_tx_mitigation_claim(
	    tx, &c->task, &c->arena, c->worker->name, now, now + c->worker->engine->options.lease_ms);
}

/* What a transaction that was not kept counted has not happened. */
static void
count(struct ka_action_engine *engine, const struct ka_action_step *step)
{
	for (size_t i = 0; i < sizeof(engine->executions) / sizeof(engine->executions[0]); i++)
		ka_counter_add(engine->executions[i], (int64_t)step->num_executions[i]);
	if (step->outcome == KA_ACTION_ENDED)
		ka_counter_add(engine->tasks[step->status], 1);
}

static void
log_end(const struct ka_action_step *step)
{
	KA_LOG_FIELDS(step->status == KA_TASK_FAILED ? KA_LOG_WARNING : KA_LOG_INFO, "mitigation",
	    KA_FIELD_TEXT("task", step->task_id), KA_FIELD_TEXT("account", step->scope.account),
	    KA_FIELD_TEXT("region", step->scope.region), KA_FIELD_TEXT("status", ka_task_status_name(step->status)));
}

/* Takes the task on for a slice, or until it ends, is another's, the engine stops or the store fails for long. */
static void
run_task(struct ka_action_worker *worker, const struct ka_mitigation_row *task)
{
	struct ka_action_engine *engine = worker->engine;
	unsigned num_failures = 0;
	struct ka_action_step step = { .crypto = engine->crypto,
		.scope = { task->account, task->region },
		.task_id = task->id,
		.worker = worker->name,
		.lease_ms = engine->options.lease_ms,
		.chunk = engine->options.chunk,
		.outcome = KA_ACTION_CONTINUES };

	for (uint32_t i = 0;
	     i < engine->options.slice && step.outcome == KA_ACTION_CONTINUES && !ka_wake_stops(&engine->wake); i++) {
		enum ka_store_status status = ka_store_write(engine->server->store, ka_action_step, &step);

		if (status == KA_STORE_OK) {
			num_failures = 0;
			count(engine, &step);
			continue;
		}
		step.outcome = KA_ACTION_CONTINUES;
		if (status == KA_STORE_FAILED && ++num_failures >= KA_ACTION_MAX_FAILURES) {
			ka_log(KA_LOG_ERROR, "mitigation",
			    "task %s is given up: its rows are damaged, or the database fails again and again",
			    task->id);
			if (ka_store_write(engine->server->store, ka_action_step_give_up, &step) != KA_STORE_OK)
				step.outcome = KA_ACTION_LOST; /* until the lease has run out */
			else
				count(engine, &step);
			break;
		}
		ka_wake_wait(&engine->wake, ka_wake_seen(&engine->wake), engine->options.poll_ms);
	}
	if (step.outcome == KA_ACTION_ENDED)
		log_end(&step);
	else if (step.outcome == KA_ACTION_CONTINUES)
		(void)ka_store_write(engine->server->store, ka_action_step_release, &step);
	else
		ka_log(KA_LOG_WARNING, "mitigation", "task %s is no longer this worker's", task->id);
}

void *
ka_action_worker_main(void *arg)
{
	struct ka_action_worker *worker = arg;
	struct ka_action_engine *engine = worker->engine;
	struct claim c = { .worker = worker };

	while (!ka_wake_stops(&engine->wake)) {
		uint64_t seen = ka_wake_seen(&engine->wake);

		if (ka_store_write(engine->server->store, claim, &c) == KA_STORE_OK)
			run_task(worker, &c.task);
		else
			ka_wake_wait(&engine->wake, seen, engine->options.poll_ms);
	}
	ka_arena_clear(&c.arena);
	return NULL;
}
