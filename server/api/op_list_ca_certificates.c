/* SPDX-License-Identifier: Apache-2.0 */
/* ListCACertificates: newest first, unless ascending. */
#include "server/api/certificates.h"
#include "server/api/ops.h"

struct list {
	struct ka_request *request;
	struct ka_ca_filter filter;
	struct ka_page page;
	struct ka_ca_row *rows;
	size_t num;
};

static enum ka_store_status
get(struct ka_tx *tx, void *arg)
{
	struct list *list = arg;

	return ka_tx_ca_list(
	    tx, &list->rows, &list->num, list->request->arena, &list->request->scope, &list->filter, &list->page);
}

void
ka_op_list_ca_certificates(struct ka_reply *reply, struct ka_request *request)
{
	struct list list = { .request = request };
	struct ka_json json = { .buf = &reply->body };
	struct ka_cursor cursor;
	uint32_t limit;

	list.filter.template_name = ka_param_text(request, "templateName");
	list.page.ascending = ka_param_bool(request, "ascendingOrder", false);
	const char *filter = ka_arena_format(request->arena, "%s %s", list.page.ascending ? "up" : "down",
	    list.filter.template_name == NULL ? "" : list.filter.template_name);
	if (!ka_page_begin(reply, &limit, &cursor, request, "pageSize", "marker", filter))
		return;
	list.page.after_seq = cursor.a;
	list.page.limit = limit + 1;
	if (!ka_api_read(reply, request, get, &list))
		return;
	bool more = list.num > limit;
	size_t num = more ? limit : list.num;
	ka_json_open(&json, NULL, '{');
	ka_json_open(&json, "certificates", '[');
	for (size_t i = 0; i < num; i++) {
		const struct ka_ca_row *row = &list.rows[i];
		ka_json_open(&json, NULL, '{');
		ka_json_string(&json, "certificateArn", ka_arn(request, "cacert", row->id));
		ka_json_string(&json, "certificateId", row->id);
		ka_json_string(&json, "status", ka_ca_status_name(row->status));
		ka_json_millis(&json, "creationDate", row->created);
		ka_json_close(&json, '}');
		cursor.a = row->seq;
	}
	ka_json_close(&json, ']');
	ka_page_end(&json, request, "nextMarker", filter, &cursor, more);
	ka_json_close(&json, '}');
}
