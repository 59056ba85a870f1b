/* SPDX-License-Identifier: Apache-2.0 */
/* DescribeAuditMitigationActionsTask: with the definitions that the task started with. The counts are explained in
 * action/engine.h. */
#include "server/api/audit_json.h"
#include "server/api/mitigation.h"
#include "server/api/ops.h"

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
	struct ka_mitigation_row task;
	struct ka_mitigation_check_row *counts;
	size_t num_counts;
};

static enum ka_store_status
read(struct ka_tx *tx, void *arg)
{
	struct work *work = arg;
	enum ka_store_status status = ka_mitigation_get(&work->task, tx, work->reply, work->request);

	if (status != KA_STORE_OK)
		return status;
	return ka_tx_mitigation_checks(tx, &work->counts, &work->num_counts, work->request->arena, work->task.seq);
}

static void
put_counts(struct ka_json *json, const struct ka_mitigation_check_row *counts)
{
	ka_json_open(json, counts->check_name, '{');
	ka_json_number(json, "totalFindingsCount", (uint64_t)counts->total);
	ka_json_number(json, "failedFindingsCount", (uint64_t)counts->failed);
	ka_json_number(json, "succeededFindingsCount", (uint64_t)counts->succeeded);
	ka_json_number(json, "skippedFindingsCount", (uint64_t)counts->skipped);
	ka_json_number(json, "canceledFindingsCount", (uint64_t)counts->canceled);
	ka_json_close(json, '}');
}

void
ka_op_describe_audit_mitigation_actions_task(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { .reply = reply, .request = request };
	struct ka_json json = { .buf = &reply->body };

	if (!ka_api_read(reply, request, read, &work))
		return;
	ka_json_open(&json, NULL, '{');
	ka_json_task_status(&json, work.task.status);
	ka_json_millis(&json, "startTime", work.task.started);
	if (work.task.ended != 0)
		ka_json_millis(&json, "endTime", work.task.ended);
	ka_json_open(&json, "taskStatistics", '{');
	for (size_t i = 0; i < work.num_counts; i++)
		put_counts(&json, &work.counts[i]);
	ka_json_close(&json, '}');
	ka_json_raw(&json, "target", work.task.target);
	ka_json_raw(&json, "auditCheckToActionsMapping", work.task.mapping);
	ka_json_raw(&json, "actionsDefinition", work.task.actions);
	ka_json_close(&json, '}');
}
