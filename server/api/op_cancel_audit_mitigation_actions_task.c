/* SPDX-License-Identifier: Apache-2.0 */
/* CancelAuditMitigationActionsTask: marks the task; before its next step nothing more is done, and what was done
 * stays done. Until the findings that are left have been counted the task is in progress, and a second cancel
 * succeeds as well. */
#include "server/action/engine.h"
#include "server/api/mitigation.h"
#include "server/api/ops.h"

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
};

static enum ka_store_status
cancel(struct ka_tx *tx, void *arg)
{
	const struct work *work = arg;
	const struct ka_request *request = work->request;
	struct ka_mitigation_row task;
	enum ka_store_status status = ka_mitigation_get(&task, tx, work->reply, request);

	if (status != KA_STORE_OK)
		return status;
	if (task.status != KA_TASK_IN_PROGRESS) {
		ka_reply_error(work->reply, request, KA_API_INVALID_REQUEST,
		    "taskId: audit mitigation actions task %s has ended; only tasks in progress can be canceled",
		    task.id);
		return KA_STORE_ABORTED;
	}
	if (task.cancel_requested)
		return KA_STORE_OK;
	task.cancel_requested = true;
	status = ka_tx_mitigation_update(tx, &task);
	if (status != KA_STORE_OK)
		return status;
	return ka_log_change(tx, request, ka_mitigation_arn(request, task.id), "{\"taskStatus\":\"IN_PROGRESS\"}",
	    "{\"taskStatus\":\"CANCELED\"}");
}

void
ka_op_cancel_audit_mitigation_actions_task(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { reply, request };

	if (ka_api_write(reply, request, cancel, &work))
		ka_action_engine_wake(request->server->actions);
}
