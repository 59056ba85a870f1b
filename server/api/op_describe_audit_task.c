/* SPDX-License-Identifier: Apache-2.0 */
/* DescribeAuditTask. nonCompliantResourcesCount counts suppressed resources as well; suppressedNonCompliantResourcesCount tells how many of
 * these they are (reference, section 3.4: the member's text reads so). */
#include "server/api/audit_json.h"
#include "server/api/audit_task.h"
#include "server/api/ops.h"
#include "server/names.h"

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
	struct ka_task_row task;
	struct ka_task_check_row *checks;
	size_t num_checks;
};

static enum ka_store_status
read(struct ka_tx *tx, void *arg)
{
	struct work *work = arg;
	enum ka_store_status status = ka_audit_task_get(&work->task, tx, work->reply, work->request);

	if (status != KA_STORE_OK)
		return status;
	return ka_tx_task_checks(
	    tx, &work->checks, &work->num_checks, work->request->arena, &work->request->scope, work->task.id);
}

static void
put_statistics(struct ka_json *json, const struct work *work)
{
	static const struct {
		enum ka_run_status status;
		const char *name;
	} counters[] = {
		{ KA_RUN_IN_PROGRESS, "inProgressChecks" },
		{ KA_RUN_WAITING_FOR_DATA_COLLECTION, "waitingForDataCollectionChecks" },
		{ KA_RUN_COMPLETED_COMPLIANT, "compliantChecks" },
		{ KA_RUN_COMPLETED_NON_COMPLIANT, "nonCompliantChecks" },
		{ KA_RUN_FAILED, "failedChecks" },
		{ KA_RUN_CANCELED, "canceledChecks" },
	};
	uint64_t counts[KA_RUN_FAILED + 1] = { 0 };

	for (size_t i = 0; i < work->num_checks; i++)
		counts[work->checks[i].status]++;
	ka_json_open(json, "taskStatistics", '{');
	ka_json_number(json, "totalChecks", work->num_checks);
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		ka_json_number(json, counters[i].name, counts[counters[i].status]);
	ka_json_close(json, '}');
}

static void
put_check(struct ka_json *json, const struct ka_task_check_row *check)
{
	bool is_compliant = check->status == KA_RUN_COMPLETED_COMPLIANT;

	ka_json_open(json, check->check_name, '{');
	ka_json_string(json, "checkRunStatus", ka_run_status_name(check->status));
	/* Said only when it is known. */
	if (is_compliant || check->status == KA_RUN_COMPLETED_NON_COMPLIANT)
		ka_json_bool(json, "checkCompliant", is_compliant);
	ka_json_number(json, "totalResourcesCount", (uint64_t)check->total);
	ka_json_number(json, "nonCompliantResourcesCount", (uint64_t)check->noncompliant);
	ka_json_number(json, "suppressedNonCompliantResourcesCount", (uint64_t)check->suppressed);
	if (check->error_code != NULL)
		ka_json_string(json, "errorCode", check->error_code);
	if (check->message != NULL)
		ka_json_string(json, "message", check->message);
	ka_json_close(json, '}');
}

void
ka_op_describe_audit_task(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { .reply = reply, .request = request };
	struct ka_json json = { .buf = &reply->body };

	if (!ka_api_read(reply, request, read, &work))
		return;
	ka_json_open(&json, NULL, '{');
	ka_json_task_status(&json, work.task.status);
	ka_json_task_type(&json, work.task.type);
	ka_json_millis(&json, "taskStartTime", work.task.started);
	put_statistics(&json, &work);
	if (work.task.scheduled_name != NULL)
		ka_json_string(&json, "scheduledAuditName", work.task.scheduled_name);
	ka_json_open(&json, "auditDetails", '{');
	for (size_t i = 0; i < work.num_checks; i++)
		put_check(&json, &work.checks[i]);
	ka_json_close(&json, '}');
	ka_json_close(&json, '}');
}
