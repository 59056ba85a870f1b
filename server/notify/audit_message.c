/* SPDX-License-Identifier: Apache-2.0 */
/* The notification of an audit's end. Counters and list as in the schema of 2018; suppressedNonCompliantResourcesCount
 * came later, and nonCompliantResourcesCount includes it, as in DescribeAuditTask. */
#include "common/json.h"
#include "server/names.h"
#include "server/notify/message.h"

static void
put_counters(struct ka_json *json, const struct ka_task_check_row *checks, size_t num_checks)
{
	static const struct {
		enum ka_run_status status;
		const char *name;
	} counters[] = {
		{ KA_RUN_FAILED, "failedChecksCount" },
		{ KA_RUN_CANCELED, "canceledChecksCount" },
		{ KA_RUN_COMPLETED_NON_COMPLIANT, "nonCompliantChecksCount" },
		{ KA_RUN_COMPLETED_COMPLIANT, "compliantChecksCount" },
	};

	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		uint64_t num = 0;

		for (size_t j = 0; j < num_checks; j++)
			num += checks[j].status == counters[i].status;
		ka_json_number(json, counters[i].name, num);
	}
	ka_json_number(json, "totalChecksCount", num_checks);
}

static void
put_check(struct ka_json *json, const struct ka_task_check_row *check)
{
	ka_json_open(json, NULL, '{');
	ka_json_string(json, "checkName", check->check_name);
	ka_json_string(json, "checkRunStatus", ka_run_status_name(check->status));
	ka_json_number(json, "nonCompliantResourcesCount", (uint64_t)check->noncompliant);
	ka_json_number(json, "suppressedNonCompliantResourcesCount", (uint64_t)check->suppressed);
	ka_json_number(json, "totalResourcesCount", (uint64_t)check->total);
	if (check->message != NULL)
		ka_json_string(json, "message", check->message);
	if (check->error_code != NULL)
		ka_json_string(json, "errorCode", check->error_code);
	ka_json_close(json, '}');
}

void
ka_notify_audit_message(struct ka_buf *out, const struct ka_scope *scope, const struct ka_task_row *task,
    const struct ka_task_check_row *checks, size_t num_checks)
{
	struct ka_json json = { .buf = out };

	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "accountId", scope->account);
	ka_json_string(&json, "taskId", task->id);
	ka_json_string(&json, "taskStatus", ka_task_status_name(task->status));
	ka_json_string(&json, "taskType", ka_task_type_name(task->type));
	if (task->scheduled_name != NULL)
		ka_json_string(&json, "scheduledAuditName", task->scheduled_name);
	put_counters(&json, checks, num_checks);
	ka_json_number(&json, "taskStartTime", (uint64_t)task->started);
	ka_json_open(&json, "auditDetails", '[');
	for (size_t i = 0; i < num_checks; i++)
		put_check(&json, &checks[i]);
	ka_json_close(&json, ']');
	ka_json_close(&json, '}');
}
