/* SPDX-License-Identifier: Apache-2.0 */
/* ListAuditMitigationActionsExecutions: what the actions of a task did to a finding, in the order in which they
 * are applied. What the task has not reached is PENDING, what it will not reach any more CANCELED; neither is
 * stored. A task or finding that is not there has no executions: the model has no error for it. */
#include <string.h>

#include "server/action/plan.h"
#include "server/api/mitigation.h"
#include "server/api/ops.h"

struct work {
	const struct ka_request *request;
	struct ka_mitigation_row task;
	struct ka_plan plan;
	struct ka_execution_row *rows;
	size_t num;
};

static const char *const statuses[] = {
	[KA_EXECUTION_IN_PROGRESS] = "IN_PROGRESS",
	[KA_EXECUTION_COMPLETED] = "COMPLETED",
	[KA_EXECUTION_FAILED] = "FAILED",
	[KA_EXECUTION_CANCELED] = "CANCELED",
	[KA_EXECUTION_SKIPPED] = "SKIPPED",
	[KA_EXECUTION_PENDING] = "PENDING",
};

/* Whether a finding is one of the task's, and has not been passed. */
static bool
is_ahead(const struct work *work, const struct ka_finding_row *finding)
{
	const struct ka_mitigation_row *task = &work->task;
	/* A canceled task has passed them all, and left those without executions alone. */
	bool canceled = task->cancel_requested;

	if (work->plan.findings == NULL)
		return strcmp(finding->task_id, task->audit_task) == 0 &&
		    (canceled || finding->found > task->after_time ||
			(finding->found == task->after_time && finding->seq > task->after_seq));
	for (size_t i = 0; i < work->plan.num_findings; i++)
		if (strcmp(work->plan.findings[i], finding->id) == 0)
			return canceled || (int64_t)i >= task->after_seq;
	return false;
}

static void
add_waiting(struct work *work, const struct ka_plan_check *check, const char *finding_id)
{
	work->num = check->num_actions;
	work->rows = ka_arena_take(work->request->arena, work->num * sizeof(*work->rows));
	for (size_t i = 0; i < work->num; i++) {
		work->rows[i] = (struct ka_execution_row){ .position = (int32_t)i,
			.action = (int32_t)check->actions[i],
			.status = work->task.cancel_requested ? KA_EXECUTION_CANCELED : KA_EXECUTION_PENDING };
		memcpy(work->rows[i].finding_id, finding_id, sizeof(work->rows[i].finding_id));
	}
}

/* Executions that are not stored. */
static enum ka_store_status
find_waiting(struct ka_tx *tx, struct work *work, const char *finding_id)
{
	const struct ka_request *request = work->request;
	struct ka_finding_row finding;
	bool suppressed;

	if (work->task.status != KA_TASK_IN_PROGRESS && work->task.status != KA_TASK_CANCELED)
		return KA_STORE_OK;
	enum ka_store_status status = ka_tx_finding_get(tx, &finding, request->arena, &request->scope, finding_id);
	if (status != KA_STORE_OK)
		return status == KA_STORE_NONE ? KA_STORE_OK : status;
	const struct ka_plan_check *check = ka_plan_check(&work->plan, finding.check_name);
	if (check == NULL || !ka_plan_takes(check, finding.reason_code) || !is_ahead(work, &finding))
		return KA_STORE_OK;
	status = ka_finding_is_suppressed(&suppressed, tx, request->arena, &request->scope, &finding, request->now);
	if (status == KA_STORE_OK && !suppressed)
		add_waiting(work, check, finding.id);
	return status;
}

static enum ka_store_status
list(struct ka_tx *tx, void *arg)
{
	struct work *work = arg;
	const struct ka_request *request = work->request;
	const char *finding_id = ka_param_text(request, "findingId");
	enum ka_store_status status =
	    ka_tx_mitigation_get(tx, &work->task, request->arena, &request->scope, ka_param_text(request, "taskId"));

	work->num = 0;
	if (status == KA_STORE_NONE || (status == KA_STORE_OK && !ka_mitigation_is_kept(request, &work->task)))
		return KA_STORE_OK;
	if (status == KA_STORE_OK && !ka_plan_read(&work->plan, request->arena, &work->task))
		return KA_STORE_FAILED;
	if (status == KA_STORE_OK)
		status = ka_tx_execution_list(tx, &work->rows, &work->num, request->arena, work->task.seq, finding_id);
	return status == KA_STORE_OK && work->num == 0 ? find_waiting(tx, work, finding_id) : status;
}

static void
put_row(struct ka_json *json, const struct work *work, const struct ka_execution_row *row)
{
	const struct ka_plan_action *action = &work->plan.actions[row->action];

	ka_json_open(json, NULL, '{');
	ka_json_string(json, "taskId", work->task.id);
	ka_json_string(json, "findingId", row->finding_id);
	ka_json_string(json, "actionName", action->name);
	ka_json_string(json, "actionId", action->id);
	ka_json_string(json, "status", statuses[row->status]);
	/* Applied in one transaction: it begins and ends at once. */
	if (row->applied != 0) {
		ka_json_millis(json, "startTime", row->applied);
		ka_json_millis(json, "endTime", row->applied);
	}
	if (row->error_code != NULL)
		ka_json_string(json, "errorCode", row->error_code);
	if (row->message != NULL)
		ka_json_string(json, "message", row->message);
	ka_json_close(json, '}');
}

void
ka_op_list_audit_mitigation_actions_executions(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { .request = request };
	enum ka_execution_status wanted = (enum ka_execution_status)ka_param_enum(request, "actionStatus");
	const char *filter = ka_arena_format(request->arena, "%s %s %u", ka_param_text(request, "taskId"),
	    ka_param_text(request, "findingId"), (unsigned)wanted);
	struct ka_json json = { .buf = &reply->body };
	struct ka_cursor cursor;
	uint32_t limit, num = 0;
	bool more = false;

	if (!ka_page_begin(reply, &limit, &cursor, request, "maxResults", "nextToken", filter) ||
	    !ka_api_read(reply, request, list, &work))
		return;
	ka_json_open(&json, NULL, '{');
	ka_json_open(&json, "actionsExecutions", '[');
	for (size_t i = 0; i < work.num && !more; i++) {
		/* The token tells the position behind the last one that was sent. */
		if (work.rows[i].position < cursor.b || (wanted != 0 && work.rows[i].status != wanted))
			continue;
		more = num == limit;
		if (more)
			break;
		put_row(&json, &work, &work.rows[i]);
		num++;
		cursor.b = work.rows[i].position + 1;
	}
	ka_json_close(&json, ']');
	ka_page_end(&json, request, "nextToken", filter, &cursor, more);
	ka_json_close(&json, '}');
}
