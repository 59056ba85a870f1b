/* SPDX-License-Identifier: Apache-2.0 */
/* ListRevocations (not of AWS): jobs of RevokeDevices, newest first. */
#include "server/api/ops.h"
#include "server/api/review.h"

struct list {
	const struct ka_request *request;
	struct ka_revocation_filter filter;
	struct ka_page page;
	struct ka_revocation_row *rows;
	size_t num;
};

static enum ka_store_status
get(struct ka_tx *tx, void *arg)
{
	struct list *list = arg;

	return ka_tx_revocation_list(
	    tx, &list->rows, &list->num, list->request->arena, &list->request->scope, &list->filter, &list->page);
}

void
ka_op_list_revocations(struct ka_reply *reply, struct ka_request *request)
{
	struct list list = { .request = request };
	struct ka_json json = { .buf = &reply->body };
	struct ka_cursor cursor;
	uint32_t limit;

	list.filter.ca_id = ka_param_text(request, "caCertificateId");
	list.filter.status = (enum ka_task_status)ka_param_enum(request, "status");
	const char *text = ka_arena_format(
	    request->arena, "%s %u", list.filter.ca_id == NULL ? "" : list.filter.ca_id, list.filter.status);
	if (!ka_page_begin(reply, &limit, &cursor, request, "maxResults", "nextToken", text))
		return;
	list.page = (struct ka_page){ .after_time = cursor.a, .after_seq = cursor.b, .limit = limit + 1 };
	if (!ka_api_read(reply, request, get, &list))
		return;
	bool more = list.num > limit;
	size_t num = more ? limit : list.num;
	ka_json_open(&json, NULL, '{');
	ka_json_open(&json, "revocations", '[');
	for (size_t i = 0; i < num; i++) {
		ka_json_open(&json, NULL, '{');
		ka_json_revocation(&json, &list.rows[i]);
		ka_json_close(&json, '}');
		cursor = (struct ka_cursor){ list.rows[i].started, list.rows[i].seq };
	}
	ka_json_close(&json, ']');
	ka_page_end(&json, request, "nextToken", text, &cursor, more);
	ka_json_close(&json, '}');
}
