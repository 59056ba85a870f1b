/* SPDX-License-Identifier: Apache-2.0 */
#include "server/finding/finding_json.h"
#include "server/notify/message.h"

void
ka_notify_finding_message(struct ka_buf *out, const struct ka_scope *scope, const struct ka_notify_finding *what)
{
	struct ka_json json = { .buf = out };

	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "accountId", scope->account);
	ka_json_string(&json, "region", scope->region);
	ka_json_string(&json, "mitigationActionsTaskId", what->task_id);
	ka_json_string(&json, "actionName", what->action_name);
	ka_json_finding(&json, "finding", what->finding, what->related, what->num_related);
	ka_json_close(&json, '}');
}
