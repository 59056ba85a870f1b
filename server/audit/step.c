/* SPDX-License-Identifier: Apache-2.0 */
#include "server/audit/step.h"

#include <string.h>

#include "server/clock.h"
#include "server/notify/message.h"

enum ka_store_status
ka_audit_step_judge(struct ka_tx *tx, void *arg)
{
	struct ka_audit_step *step = arg;

	/* The store may run this again from the start. */
	ka_arena_clear(&step->arena);
	step->checks = NULL;
	step->findings = NULL;
	step->num_checks = step->num_findings = step->max_findings = 0;
	step->num_judged = 0;
	enum ka_store_status status = ka_tx_task_get(tx, &step->task, &step->arena, &step->scope, step->task_id);
	if (status != KA_STORE_OK || step->task.status != KA_TASK_IN_PROGRESS || step->task.cancel_requested)
		return status;
	status = ka_audit_step_select(step, tx);
	return status == KA_STORE_OK ? ka_audit_step_scan(step, tx) : status;
}

/* --- storing ------------------------------------------------------------------------------------------------------ */

/* The task and its checks as they are now; in an arena of the transaction's own. */
struct state {
	struct ka_arena arena;
	struct ka_task_row task;
	struct ka_task_check_row *checks;
	size_t num_checks;
};

static struct ka_task_check_row *
find(struct state *state, int32_t position)
{
	for (size_t i = 0; i < state->num_checks; i++)
		if (state->checks[i].position == position)
			return &state->checks[i];
	return NULL;
}

/* Whether the checks stand where the judging found them. */
static bool
is_as_judged(struct state *state, const struct ka_audit_step *step)
{
	for (size_t i = 0; i < step->num_checks; i++) {
		const struct ka_task_check_row *row = find(state, step->checks[i].row.position);

		if (row == NULL || ka_run_has_ended(row->status) || row->cursor != step->checks[i].cursor)
			return false;
	}
	return true;
}

static enum ka_store_status
store_findings(const struct ka_audit_step *step, struct ka_tx *tx)
{
	for (size_t i = 0; i < step->num_findings; i++) {
		enum ka_store_status status = ka_tx_finding_insert(tx, &step->scope, &step->findings[i].row);

		if (status != KA_STORE_OK && status != KA_STORE_EXISTS)
			return status;
	}
	return KA_STORE_OK;
}

static enum ka_store_status
store_check(
    struct state *state, const struct ka_audit_step *step, struct ka_tx *tx, const struct ka_task_check_row *row)
{
	*find(state, row->position) = *row;
	return ka_tx_task_check_update(tx, &step->scope, step->task_id, row);
}

static enum ka_store_status
store_checks(struct state *state, const struct ka_audit_step *step, struct ka_tx *tx)
{
	enum ka_store_status status = KA_STORE_OK;

	for (size_t i = 0; i < step->num_checks && status == KA_STORE_OK; i++)
		status = store_check(state, step, tx, &step->checks[i].row);
	return status;
}

/* Ends all checks that have not ended. */
static enum ka_store_status
end_checks(struct state *state, const struct ka_audit_step *step, struct ka_tx *tx, enum ka_run_status how,
    const char *message)
{
	enum ka_store_status status = KA_STORE_OK;

	for (size_t i = 0; i < state->num_checks && status == KA_STORE_OK; i++) {
		struct ka_task_check_row row = state->checks[i];

		if (ka_run_has_ended(row.status))
			continue;
		row.status = how;
		if (message != NULL)
			row.message = message;
		status = store_check(state, step, tx, &row);
	}
	return status;
}

/* engine.h states the rule. */
static enum ka_task_status
status_of(const struct state *state)
{
	bool has_failed = true;

	for (size_t i = 0; i < state->num_checks; i++) {
		if (!ka_run_has_ended(state->checks[i].status))
			return KA_TASK_IN_PROGRESS;
		has_failed = has_failed && state->checks[i].status == KA_RUN_FAILED;
	}
	return has_failed ? KA_TASK_FAILED : KA_TASK_COMPLETED;
}

/* Ends the task, or keeps it for another chunk. */
static enum ka_store_status
store_task(struct state *state, struct ka_audit_step *step, struct ka_tx *tx, enum ka_task_status how)
{
	int64_t now = ka_clock_now();

	state->task.status = how;
	if (how == KA_TASK_IN_PROGRESS) {
		state->task.lease_until = now + step->lease_ms;
	} else {
		state->task.ended = now;
		state->task.worker = NULL;
		state->task.lease_until = 0;
	}
	step->outcome = how == KA_TASK_IN_PROGRESS ? KA_AUDIT_CONTINUES : KA_AUDIT_ENDED;
	step->task.status = how;
	enum ka_store_status status = ka_tx_task_update(tx, &step->scope, &state->task);
	if (status != KA_STORE_OK || how == KA_TASK_IN_PROGRESS)
		return status;
	status = ka_tx_log_end(tx, &step->scope,
	    &(struct ka_log_end){ now, "keyassayd:audit", "EndAuditTask", "audittask", state->task.id, how });
	if (status != KA_STORE_OK)
		return status;
	/* However it ended: who waits for a failed or canceled audit is to hear of it too. */
	return ka_notify_audit(tx, step->crypto, &step->scope, &state->task, state->checks, state->num_checks);
}

/* Reads the state. NONE also when the task is not ours. */
static enum ka_store_status
load(struct state *state, const struct ka_audit_step *step, struct ka_tx *tx)
{
	enum ka_store_status status = ka_tx_task_get(tx, &state->task, &state->arena, &step->scope, step->task_id);

	if (status != KA_STORE_OK)
		return status;
	if (state->task.status != KA_TASK_IN_PROGRESS || state->task.worker == NULL ||
	    strcmp(state->task.worker, step->worker) != 0)
		return KA_STORE_NONE;
	return ka_tx_task_checks(tx, &state->checks, &state->num_checks, &state->arena, &step->scope, step->task_id);
}

/* What is left to do when the task is ours and stands where it was judged. */
static enum ka_store_status
store_judged(struct state *state, struct ka_audit_step *step, struct ka_tx *tx)
{
	enum ka_store_status status;

	if (state->task.cancel_requested) {
		status = end_checks(state, step, tx, KA_RUN_CANCELED, NULL);
		return status == KA_STORE_OK ? store_task(state, step, tx, KA_TASK_CANCELED) : status;
	}
	status = store_findings(step, tx);
	if (status == KA_STORE_OK)
		status = store_checks(state, step, tx);
	return status == KA_STORE_OK ? store_task(state, step, tx, status_of(state)) : status;
}

static enum ka_store_status
store_step(struct state *state, struct ka_audit_step *step, struct ka_tx *tx)
{
	enum ka_store_status status = load(state, step, tx);

	if (status != KA_STORE_OK)
		return status;
	if (!state->task.cancel_requested && !is_as_judged(state, step))
		return KA_STORE_NONE;
	status = store_judged(state, step, tx);
	/* A row that is missing in the middle: what was written until then must not be kept. */
	return status == KA_STORE_NONE ? KA_STORE_FAILED : status;
}

enum ka_store_status
ka_audit_step_store(struct ka_tx *tx, void *arg)
{
	struct ka_audit_step *step = arg;
	struct state state = { .num_checks = 0 };

	step->outcome = KA_AUDIT_LOST;
	enum ka_store_status status = store_step(&state, step, tx);
	ka_arena_clear(&state.arena);
	return status == KA_STORE_NONE ? KA_STORE_OK : status;
}

enum ka_store_status
ka_audit_step_give_up(struct ka_tx *tx, void *arg)
{
	struct ka_audit_step *step = arg;
	struct state state = { .num_checks = 0 };

	step->outcome = KA_AUDIT_LOST;
	enum ka_store_status status = load(&state, step, tx);
	if (status == KA_STORE_OK)
		status = end_checks(&state, step, tx, KA_RUN_FAILED,
		    "The certificates could not be read from the database; the log of keyassayd says why.");
	if (status == KA_STORE_OK)
		status = store_task(&state, step, tx, status_of(&state));
	ka_arena_clear(&state.arena);
	return status == KA_STORE_NONE ? KA_STORE_OK : status;
}
