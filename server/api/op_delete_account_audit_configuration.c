/* SPDX-License-Identifier: Apache-2.0 */
/* DeleteAccountAuditConfiguration: all checks disabled, role and notification gone, on request the scheduled audits as well. The row
 * stays, empty: it tells a deleted configuration from one that never was (audit/config.h). Scheduled audits that stay run to FAILED with
 * AUDIT_CHECK_DISABLED until the account is configured again. */
#include "server/api/ops.h"
#include "server/audit/config.h"

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
	bool delete_schedules;
};

static enum ka_store_status
delete_schedules(struct ka_tx *tx, const struct ka_request *request)
{
	const struct ka_page all = { .ascending = true, .limit = UINT32_MAX };
	struct ka_schedule_row *schedules;
	size_t num;
	enum ka_store_status status = ka_tx_schedule_list(tx, &schedules, &num, request->arena, &request->scope, &all);

	for (size_t i = 0; status == KA_STORE_OK && i < num; i++) {
		const char *arn = ka_arn(request, "scheduledaudit", schedules[i].name);

		status = ka_tx_tag_delete_all(tx, &request->scope, arn);
		if (status == KA_STORE_OK)
			status = ka_log_change(tx, request, arn,
			    ka_arena_format(request->arena, "{\"targetCheckNames\":%s}", schedules[i].checks), NULL);
	}
	return status == KA_STORE_OK ? ka_tx_schedule_delete_all(tx, &request->scope) : status;
}

static enum ka_store_status
delete(struct ka_tx *tx, void *arg)
{
	static const struct ka_audit_config_row empty = { .checks = "{}" };
	const struct work *work = arg;
	const struct ka_request *request = work->request;
	struct ka_audit_config_row row;
	enum ka_store_status status = ka_tx_audit_config_get(tx, &row, request->arena, &request->scope);

	if (status == KA_STORE_NONE || (status == KA_STORE_OK && row.role_arn == NULL)) {
		ka_reply_error(work->reply, request, KA_API_RESOURCE_NOT_FOUND, "The audit of account %s in %s is not configured",
		    request->scope.account, request->scope.region);
		return KA_STORE_ABORTED;
	}
	if (status == KA_STORE_OK && work->delete_schedules)
		status = delete_schedules(tx, request);
	if (status == KA_STORE_OK)
		status = ka_tx_audit_config_put(tx, &request->scope, &empty);
	if (status != KA_STORE_OK)
		return status;
	return ka_log_change(tx, request, ka_arn(request, "auditconfiguration", request->scope.account),
	    row.checks == NULL ? NULL : ka_arena_format(request->arena, "{\"auditCheckConfigurations\":%s}", row.checks), NULL);
}

void
ka_op_delete_account_audit_configuration(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { reply, request, ka_param_bool(request, "deleteScheduledAudits", false) };

	(void)ka_api_write(reply, request, delete, &work);
}
