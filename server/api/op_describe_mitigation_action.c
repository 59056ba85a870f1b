/* SPDX-License-Identifier: Apache-2.0 */
/* DescribeMitigationAction. */
#include "server/api/mitigation.h"
#include "server/api/ops.h"

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
	struct ka_action_row row;
};

static enum ka_store_status
read(struct ka_tx *tx, void *arg)
{
	struct work *work = arg;

	return ka_action_get(&work->row, tx, work->reply, work->request);
}

void
ka_op_describe_mitigation_action(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { .reply = reply, .request = request };
	struct ka_json json = { .buf = &reply->body };

	if (!ka_api_read(reply, request, read, &work))
		return;
	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "actionName", work.row.name);
	ka_json_string(&json, "actionType", ka_act_of(work.row.type)->name);
	ka_json_string(&json, "actionArn", ka_action_arn(request, work.row.name));
	ka_json_string(&json, "actionId", work.row.id);
	ka_json_string(&json, "roleArn", work.row.role_arn);
	ka_json_raw(&json, "actionParams", work.row.params);
	ka_json_millis(&json, "creationDate", work.row.created);
	ka_json_millis(&json, "lastModifiedDate", work.row.modified);
	ka_json_close(&json, '}');
}
