/* SPDX-License-Identifier: Apache-2.0 */
#include "server/action/step.h"

#include <string.h>

#include "server/action/plan.h"
#include "server/clock.h"

/* Counting what a canceled task leaves alone is much less work than acting. */
#define CANCELED_CHUNK_FACTOR 16u

/* All that one transaction knows. */
struct work {
	struct ka_action_step *step;
	struct ka_tx *tx;
	struct ka_arena arena;
	int64_t now;
	struct ka_mitigation_row task;
	struct ka_plan plan;
	struct ka_mitigation_check_row *counts;
	size_t num_counts;
};

/* Reads the task. NONE also when it is not ours. */
static enum ka_store_status
load_task(struct work *work)
{
	const struct ka_action_step *step = work->step;
	struct ka_mitigation_row *task = &work->task;
	enum ka_store_status status = ka_tx_mitigation_get(work->tx, task, &work->arena, &step->scope, step->task_id);

	if (status != KA_STORE_OK)
		return status;
	if (task->status != KA_TASK_IN_PROGRESS || task->worker == NULL || strcmp(task->worker, step->worker) != 0)
		return KA_STORE_NONE;
	return KA_STORE_OK;
}

static struct ka_mitigation_check_row *
counts_of(struct work *work, const char *check_name)
{
	for (size_t i = 0; i < work->num_counts; i++)
		if (strcmp(work->counts[i].check_name, check_name) == 0)
			return &work->counts[i];
	return NULL;
}

/* --- one finding -------------------------------------------------------------------------------------------------- */

static enum ka_store_status
store_execution(
    struct work *work, const char *finding_id, size_t position, size_t action, const struct ka_execution_row *result)
{
	struct ka_execution_row row = *result;

	memcpy(row.finding_id, finding_id, sizeof(row.finding_id));
	row.position = (int32_t)position;
	row.action = (int32_t)action;
	row.applied = work->now;
	work->step->num_executions[row.status]++;
	enum ka_store_status status = ka_tx_execution_insert(work->tx, work->task.seq, &row);
	/* The place was behind this finding already: the rows contradict each other. */
	return status == KA_STORE_EXISTS ? KA_STORE_FAILED : status;
}

/* Applies one action; result has the status. */
static enum ka_store_status
apply(struct ka_execution_row *result, struct work *work, const struct ka_plan_action *action,
    const struct ka_finding_row *finding)
{
	const struct ka_act_call call = {
		.tx = work->tx,
		.arena = &work->arena,
		.crypto = work->step->crypto,
		.scope = &work->step->scope,
		.task_id = work->task.id,
		.action_name = action->name,
		.topic = action->topic,
		.finding = finding,
		.now = work->now,
	};
	struct ka_act_result done = { 0 };
	enum ka_store_status status = KA_STORE_OK;

	if (finding != NULL)
		status = action->act->apply(&done, &call);
	else
		ka_act_fail(&done, &call, KA_ACT_INVALID_STATE,
		    "The finding is no longer kept: its retention ended before the action was applied");
	*result = (struct ka_execution_row){
		.status = done.error_code == NULL ? KA_EXECUTION_COMPLETED : KA_EXECUTION_FAILED,
		.error_code = done.error_code,
		.message = done.message,
	};
	return status;
}

/* In the listed order; what stands behind one that failed is SKIPPED. */
static enum ka_store_status
apply_all(struct work *work, const struct ka_plan_check *check, const char *finding_id,
    const struct ka_finding_row *finding, struct ka_mitigation_check_row *counts)
{
	const char *failed = NULL;

	for (size_t i = 0; i < check->num_actions; i++) {
		const struct ka_plan_action *action = &work->plan.actions[check->actions[i]];
		struct ka_execution_row result = { .status = KA_EXECUTION_SKIPPED };
		enum ka_store_status status = KA_STORE_OK;

		if (failed == NULL)
			status = apply(&result, work, action, finding);
		else
			result.message = ka_arena_format(&work->arena, "Action %s failed before", failed);
		if (status == KA_STORE_OK)
			status = store_execution(work, finding_id, i, check->actions[i], &result);
		if (status != KA_STORE_OK)
			return status;
		if (result.status == KA_EXECUTION_FAILED)
			failed = action->name;
	}
	if (failed != NULL)
		counts->failed++;
	else
		counts->succeeded++;
	return KA_STORE_OK;
}

/* finding is NULL when it is listed and no longer kept. */
static enum ka_store_status
deal_with(struct work *work, const char *check_name, const char *finding_id, const struct ka_finding_row *finding)
{
	const struct ka_plan_check *check = ka_plan_check(&work->plan, check_name);
	struct ka_mitigation_check_row *counts = counts_of(work, check_name);
	bool suppressed = false;
	enum ka_store_status status = KA_STORE_OK;

	if (check == NULL || counts == NULL)
		return KA_STORE_OK;
	counts->total++;
	if (finding != NULL && !ka_plan_takes(check, finding->reason_code)) {
		counts->skipped++;
		return KA_STORE_OK;
	}
	if (finding != NULL)
		status = ka_finding_is_suppressed(
		    &suppressed, work->tx, &work->arena, &work->step->scope, finding, work->now);
	if (status != KA_STORE_OK)
		return status;
	if (suppressed)
		counts->skipped++;
	else if (work->task.cancel_requested)
		counts->canceled++;
	else
		return apply_all(work, check, finding_id, finding, counts);
	return KA_STORE_OK;
}

/* --- a chunk of findings ------------------------------------------------------------------------------------------ */

/* The next ones of the audit. *out_end: there are no more. */
static enum ka_store_status
walk_audit(struct work *work, bool *out_end, uint32_t limit)
{
	const struct ka_finding_filter filter = { .task_id = work->task.audit_task };
	const struct ka_page page = { .after_time = work->task.after_time,
		.after_seq = work->task.after_seq,
		.ascending = true,
		.limit = limit };
	struct ka_finding_row *rows;
	size_t num;
	enum ka_store_status status =
	    ka_tx_finding_list(work->tx, &rows, &num, &work->arena, &work->step->scope, &filter, &page);

	if (status != KA_STORE_OK)
		return status;
	for (size_t i = 0; i < num && status == KA_STORE_OK; i++)
		status = deal_with(work, rows[i].check_name, rows[i].id, &rows[i]);
	if (num > 0) {
		work->task.after_time = rows[num - 1].found;
		work->task.after_seq = rows[num - 1].seq;
	}
	*out_end = num < limit;
	return status;
}

/* The next ones of the list. */
static enum ka_store_status
walk_list(struct work *work, bool *out_end, uint32_t limit)
{
	size_t i = (size_t)work->task.after_seq, end = work->plan.num_findings;
	enum ka_store_status status = KA_STORE_OK;

	if (i < end && end - i > limit)
		end = i + limit;
	for (; i < end && status == KA_STORE_OK; i++) {
		const char *id = work->plan.findings[i];
		struct ka_finding_row row;

		status = ka_tx_finding_get(work->tx, &row, &work->arena, &work->step->scope, id);
		if (status == KA_STORE_OK || status == KA_STORE_NONE)
			status = deal_with(work, work->plan.finding_checks[i], id, status == KA_STORE_OK ? &row : NULL);
	}
	work->task.after_seq = (int64_t)end;
	*out_end = end >= work->plan.num_findings;
	return status;
}

/* --- the task ----------------------------------------------------------------------------------------------------- */

static enum ka_store_status
store_counts(struct work *work, bool *out_failed)
{
	enum ka_store_status status = KA_STORE_OK;

	*out_failed = false;
	for (size_t i = 0; i < work->num_counts && status == KA_STORE_OK; i++) {
		status = ka_tx_mitigation_check_update(work->tx, work->task.seq, &work->counts[i]);
		*out_failed = *out_failed || work->counts[i].failed > 0;
	}
	return status;
}

/* Ends the task, or keeps it for another chunk. */
static enum ka_store_status
store_task(struct work *work, enum ka_task_status how)
{
	work->task.status = how;
	if (how == KA_TASK_IN_PROGRESS) {
		work->task.lease_until = work->now + work->step->lease_ms;
	} else {
		work->task.ended = work->now;
		work->task.worker = NULL;
		work->task.lease_until = 0;
	}
	work->step->status = how;
	work->step->outcome = how == KA_TASK_IN_PROGRESS ? KA_ACTION_CONTINUES : KA_ACTION_ENDED;
	enum ka_store_status status = ka_tx_mitigation_update(work->tx, &work->task);
	if (status != KA_STORE_OK || how == KA_TASK_IN_PROGRESS)
		return status;
	const char *actor = ka_arena_format(&work->arena, "keyassayd:mitigation %s", work->task.id);
	return ka_tx_log_end(work->tx, &work->step->scope,
	    &(struct ka_log_end){
		work->now, actor, "EndAuditMitigationActionsTask", "auditmitigationtask", work->task.id, how });
}

static enum ka_store_status
do_step(struct work *work)
{
	uint32_t limit = work->step->chunk;
	bool end, failed;

	if (!ka_plan_read(&work->plan, &work->arena, &work->task))
		return KA_STORE_FAILED;
	enum ka_store_status status =
	    ka_tx_mitigation_checks(work->tx, &work->counts, &work->num_counts, &work->arena, work->task.seq);
	if (status != KA_STORE_OK)
		return status;
	if (work->task.cancel_requested)
		limit *= CANCELED_CHUNK_FACTOR;
	status = work->plan.findings == NULL ? walk_audit(work, &end, limit) : walk_list(work, &end, limit);
	if (status == KA_STORE_OK)
		status = store_counts(work, &failed);
	if (status != KA_STORE_OK)
		return status;
	return store_task(work,
	    !end                              ? KA_TASK_IN_PROGRESS
		: work->task.cancel_requested ? KA_TASK_CANCELED
		: failed                      ? KA_TASK_FAILED
					      : KA_TASK_COMPLETED);
}

static enum ka_store_status
give_up(struct work *work)
{
	return store_task(work, KA_TASK_FAILED);
}

/* The lease is over at once, so that others may have the task; those that have waited longer come first. */
static enum ka_store_status
release(struct work *work)
{
	work->task.worker = NULL;
	work->task.lease_until = work->now;
	return ka_tx_mitigation_update(work->tx, &work->task);
}

/* Runs one of the above when the task is the worker's. The store may run it again from the start. */
static enum ka_store_status
run(struct ka_tx *tx, struct ka_action_step *step, enum ka_store_status (*fn)(struct work *work))
{
	struct work work = { .step = step, .tx = tx, .now = ka_clock_now() };

	step->outcome = KA_ACTION_LOST;
	memset(step->num_executions, 0, sizeof(step->num_executions));
	enum ka_store_status status = load_task(&work);
	if (status == KA_STORE_OK) {
		status = fn(&work);
		/* A row that is missing, or there already, in the middle: what was written until then must not be kept. */
		if (status == KA_STORE_NONE || status == KA_STORE_EXISTS)
			status = KA_STORE_FAILED;
	} else if (status == KA_STORE_NONE) {
		status = KA_STORE_OK;
	}
	ka_arena_clear(&work.arena);
	return status;
}

enum ka_store_status
ka_action_step(struct ka_tx *tx, void *arg)
{
	return run(tx, arg, do_step);
}

enum ka_store_status
ka_action_step_release(struct ka_tx *tx, void *arg)
{
	return run(tx, arg, release);
}

enum ka_store_status
ka_action_step_give_up(struct ka_tx *tx, void *arg)
{
	return run(tx, arg, give_up);
}
