/* SPDX-License-Identifier: Apache-2.0 */
/* ListScheduledAudits: in the order of their creation. */
#include "server/api/ops.h"
#include "server/api/schedule.h"

struct work {
	const struct ka_request *request;
	struct ka_page page;
	struct ka_schedule_row *rows;
	size_t num;
};

static enum ka_store_status
list(struct ka_tx *tx, void *arg)
{
	struct work *work = arg;
	struct ka_page page = work->page;

	page.limit++;
	return ka_tx_schedule_list(tx, &work->rows, &work->num, work->request->arena, &work->request->scope, &page);
}

void
ka_op_list_scheduled_audits(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { .request = request, .page.ascending = true };
	struct ka_json json = { .buf = &reply->body };
	struct ka_cursor cursor;

	if (!ka_page_begin(reply, &work.page.limit, &cursor, request, "maxResults", "nextToken", ""))
		return;
	work.page.after_seq = cursor.b;
	if (!ka_api_read(reply, request, list, &work))
		return;
	bool more = work.num > work.page.limit;
	size_t num = more ? work.page.limit : work.num;
	ka_json_open(&json, NULL, '{');
	ka_json_open(&json, "scheduledAudits", '[');
	for (size_t i = 0; i < num; i++) {
		ka_json_open(&json, NULL, '{');
		ka_schedule_json(&json, request, &work.rows[i]);
		ka_json_close(&json, '}');
		cursor.b = work.rows[i].seq;
	}
	ka_json_close(&json, ']');
	ka_page_end(&json, request, "nextToken", "", &cursor, more);
	ka_json_close(&json, '}');
}
