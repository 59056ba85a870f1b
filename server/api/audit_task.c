/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/audit_task.h"

#include "server/api/audit_json.h"

enum ka_store_status
ka_audit_task_get(struct ka_task_row *out, struct ka_tx *tx, struct ka_reply *reply, const struct ka_request *request)
{
	const char *id = ka_param_text(request, "taskId");
	enum ka_store_status status = ka_tx_task_get(tx, out, request->arena, &request->scope, id);

	if (status == KA_STORE_OK && (out->status == KA_TASK_IN_PROGRESS || out->started >= ka_retention_start(request)))
		return KA_STORE_OK;
	if (status != KA_STORE_OK && status != KA_STORE_NONE)
		return status;
	ka_reply_error(reply, request, KA_API_RESOURCE_NOT_FOUND, "taskId: account %s in %s has no audit task %s",
	    request->scope.account, request->scope.region, id);
	return KA_STORE_ABORTED;
}
