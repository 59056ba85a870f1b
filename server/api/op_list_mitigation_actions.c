/* SPDX-License-Identifier: Apache-2.0 */
/* ListMitigationActions: in the order of their creation. */
#include "server/api/mitigation.h"
#include "server/api/ops.h"

struct work {
	const struct ka_request *request;
	enum ka_action_type type;
	struct ka_page page;
	struct ka_action_row *rows;
	size_t num;
};

/* Enums are numbered as in the model. */
_Static_assert(
    KA_ACTION_UPDATE_DEVICE_CERTIFICATE == 1 && KA_ACTION_PUBLISH_FINDING_TO_SNS == 6, "order of MitigationActionType");

static enum ka_store_status
list(struct ka_tx *tx, void *arg)
{
	struct work *work = arg;
	struct ka_page page = work->page;

	page.limit++;
	return ka_tx_action_list(
	    tx, &work->rows, &work->num, work->request->arena, &work->request->scope, work->type, &page);
}

void
ka_op_list_mitigation_actions(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { .request = request,
		.type = (enum ka_action_type)ka_param_enum(request, "actionType"),
		.page.ascending = true };
	const char *filter = ka_arena_format(request->arena, "%u", (unsigned)work.type);
	struct ka_json json = { .buf = &reply->body };
	struct ka_cursor cursor;

	if (!ka_page_begin(reply, &work.page.limit, &cursor, request, "maxResults", "nextToken", filter))
		return;
	work.page.after_seq = cursor.b;
	if (!ka_api_read(reply, request, list, &work))
		return;
	bool more = work.num > work.page.limit;
	size_t num = more ? work.page.limit : work.num;
	ka_json_open(&json, NULL, '{');
	ka_json_open(&json, "actionIdentifiers", '[');
	for (size_t i = 0; i < num; i++) {
		ka_json_open(&json, NULL, '{');
		ka_json_string(&json, "actionName", work.rows[i].name);
		ka_json_string(&json, "actionArn", ka_action_arn(request, work.rows[i].name));
		ka_json_millis(&json, "creationDate", work.rows[i].created);
		ka_json_close(&json, '}');
		cursor.b = work.rows[i].seq;
	}
	ka_json_close(&json, ']');
	ka_page_end(&json, request, "nextToken", filter, &cursor, more);
	ka_json_close(&json, '}');
}
