/* SPDX-License-Identifier: Apache-2.0 */
/* ListDevicesForReview (not of AWS): device certificates of a CA that were registered in a time, newest first. */
#include "server/api/certificates.h"
#include "server/api/ops.h"
#include "server/api/review.h"

struct list {
	struct ka_reply *reply;
	const struct ka_request *request;
	struct ka_review_range range;
	uint32_t status_mask;
	struct ka_page page;
	struct ka_device_row *rows;
	size_t num;
};

static enum ka_store_status
get(struct ka_tx *tx, void *arg)
{
	struct list *list = arg;
	enum ka_store_status status = ka_review_range_read(&list->range, tx, list->reply, list->request);

	if (status != KA_STORE_OK)
		return status;
	struct ka_device_filter filter = ka_review_filter(&list->range);
	filter.status_mask = list->status_mask;
	return ka_tx_device_list(
	    tx, &list->rows, &list->num, list->request->arena, &list->request->scope, &filter, &list->page);
}

static void
put_device(struct ka_json *json, const struct ka_request *request, const struct ka_device_row *row)
{
	ka_json_open(json, NULL, '{');
	ka_json_string(json, "certificateArn", ka_arn(request, "cert", row->id));
	ka_json_string(json, "certificateId", row->id);
	ka_json_string(json, "status", ka_device_status_name(row->status));
	ka_json_string(json, "certificateMode", ka_cert_mode_name(row->mode));
	ka_json_millis(json, "creationDate", row->created);
	ka_json_millis(json, "lastModifiedDate", row->modified);
	ka_json_open(json, "validity", '{');
	ka_json_millis(json, "notBefore", row->not_before);
	ka_json_millis(json, "notAfter", row->not_after);
	ka_json_close(json, '}');
	ka_json_close(json, '}');
}

void
ka_op_list_devices_for_review(struct ka_reply *reply, struct ka_request *request)
{
	struct list list = { .reply = reply, .request = request };
	struct ka_json json = { .buf = &reply->body };
	int64_t after = 0, before = 0;
	unsigned status = ka_param_enum(request, "status");
	struct ka_cursor cursor;
	uint32_t limit;

	(void)ka_param_time(request, &after, "registeredAfter");
	(void)ka_param_time(request, &before, "registeredBefore");
	list.status_mask = status == 0 ? 0 : 1u << status;
	list.page.ascending = ka_param_bool(request, "ascendingOrder", false);
	const char *text = ka_arena_format(request->arena, "%s %s %lld %lld %u", list.page.ascending ? "up" : "down",
	    ka_param_text(request, "certificateId"), (long long)after, (long long)before, status);
	if (!ka_page_begin(reply, &limit, &cursor, request, "pageSize", "marker", text))
		return;
	list.page.after_seq = cursor.a;
	list.page.limit = limit + 1;
	if (!ka_api_read(reply, request, get, &list))
		return;
	bool more = list.num > limit;
	size_t num = more ? limit : list.num;
	ka_json_open(&json, NULL, '{');
	ka_json_review_range(&json, &list.range);
	ka_json_open(&json, "devices", '[');
	for (size_t i = 0; i < num; i++) {
		put_device(&json, request, &list.rows[i]);
		cursor.a = list.rows[i].seq;
	}
	ka_json_close(&json, ']');
	ka_page_end(&json, request, "nextMarker", text, &cursor, more);
	ka_json_close(&json, '}');
}
