/* SPDX-License-Identifier: Apache-2.0 */
/* ListOutgoingCertificates: in the order of registration, newest first unless ascending. */
#include "server/api/certificates.h"
#include "server/api/ops.h"

struct list {
	struct ka_request *request;
	struct ka_page page;
	struct ka_device_row *rows;
	size_t num;
};

static enum ka_store_status
get(struct ka_tx *tx, void *arg)
{
	struct list *list = arg;

	return ka_tx_device_list(tx, &list->rows, &list->num, list->request->arena, &list->request->scope,
	    &(struct ka_device_filter){ .outgoing = true }, &list->page);
}

static void
write_outgoing(struct ka_json *json, const struct ka_request *request, const struct ka_device_row *row)
{
	ka_json_open(json, NULL, '{');
	ka_json_string(json, "certificateArn", ka_arn(request, "cert", row->id));
	ka_json_string(json, "certificateId", row->id);
	ka_json_string(json, "transferredTo", row->transfer_to);
	ka_json_millis(json, "transferDate", row->transfer_date);
	if (row->transfer_message != NULL)
		ka_json_string(json, "transferMessage", row->transfer_message);
	ka_json_millis(json, "creationDate", row->created);
	ka_json_close(json, '}');
}

void
ka_op_list_outgoing_certificates(struct ka_reply *reply, struct ka_request *request)
{
	struct list list = { .request = request };
	struct ka_json json = { .buf = &reply->body };
	struct ka_cursor cursor;
	uint32_t limit;

	list.page.ascending = ka_param_bool(request, "ascendingOrder", false);
	const char *filter = list.page.ascending ? "up" : "down";
	if (!ka_page_begin(reply, &limit, &cursor, request, "pageSize", "marker", filter))
		return;
	list.page.after_seq = cursor.a;
	list.page.limit = limit + 1;
	if (!ka_api_read(reply, request, get, &list))
		return;
	bool more = list.num > limit;
	size_t num = more ? limit : list.num;
	ka_json_open(&json, NULL, '{');
	ka_json_open(&json, "outgoingCertificates", '[');
	for (size_t i = 0; i < num; i++) {
		write_outgoing(&json, request, &list.rows[i]);
		cursor.a = list.rows[i].seq;
	}
	ka_json_close(&json, ']');
	ka_page_end(&json, request, "nextMarker", filter, &cursor, more);
	ka_json_close(&json, '}');
}
