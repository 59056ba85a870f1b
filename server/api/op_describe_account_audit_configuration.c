/* SPDX-License-Identifier: Apache-2.0 */
/* DescribeAccountAuditConfiguration: every check that AWS has is listed with the state that counts for the next audit; see
 * audit/config.h for the state of an account that was never configured. */
#include "server/api/ops.h"
#include "server/audit/config.h"

struct work {
	const struct ka_request *request;
	struct ka_audit_config_row row;
	bool configured;
};

static enum ka_store_status
read(struct ka_tx *tx, void *arg)
{
	struct work *work = arg;
	enum ka_store_status status =
	    ka_tx_audit_config_get(tx, &work->row, work->request->arena, &work->request->scope);

	work->configured = status == KA_STORE_OK;
	return status == KA_STORE_NONE ? KA_STORE_OK : status;
}

void
ka_op_describe_account_audit_configuration(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { .request = request };
	struct ka_json json = { .buf = &reply->body };

	if (!ka_api_read(reply, request, read, &work))
		return;
	json_t *checks = ka_audit_config_checks(work.configured ? &work.row : NULL);
	if (checks == NULL) {
		(void)ka_reply_store(reply, request, KA_STORE_FAILED);
		return;
	}
	ka_json_open(&json, NULL, '{');
	if (work.row.role_arn != NULL)
		ka_json_string(&json, "roleArn", work.row.role_arn);
	if (work.row.notification_targets != NULL)
		ka_json_raw(&json, "auditNotificationTargetConfigurations", work.row.notification_targets);
	ka_json_tree(&json, "auditCheckConfigurations", checks);
	ka_json_close(&json, '}');
	json_decref(checks);
}
