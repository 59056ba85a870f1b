/* SPDX-License-Identifier: Apache-2.0 */
/* CancelAuditTask: marks the task; its worker ends it before the next chunk, and checks that did not end are CANCELED. Until then a
 * second cancel finds it still in progress and succeeds as well. */
#include "server/api/audit_task.h"
#include "server/api/ops.h"
#include "server/audit/engine.h"

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
};

static enum ka_store_status
cancel(struct ka_tx *tx, void *arg)
{
	const struct work *work = arg;
	const struct ka_request *request = work->request;
	struct ka_task_row task;
	enum ka_store_status status = ka_audit_task_get(&task, tx, work->reply, request);

	if (status != KA_STORE_OK)
		return status;
	if (task.status != KA_TASK_IN_PROGRESS) {
		ka_reply_error(work->reply, request, KA_API_INVALID_REQUEST,
		    "taskId: audit task %s has ended; only tasks in progress can be canceled", task.id);
		return KA_STORE_ABORTED;
	}
	if (task.cancel_requested)
		return KA_STORE_OK;
	task.cancel_requested = true;
	status = ka_tx_task_update(tx, &request->scope, &task);
	if (status != KA_STORE_OK)
		return status;
	return ka_log_change(tx, request, ka_arn(request, "audittask", task.id), "{\"taskStatus\":\"IN_PROGRESS\"}",
	    "{\"taskStatus\":\"CANCELED\"}");
}

void
ka_op_cancel_audit_task(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { reply, request };

	if (ka_api_write(reply, request, cancel, &work))
		ka_engine_wake(request->server->engine);
}
