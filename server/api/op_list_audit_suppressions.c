/* SPDX-License-Identifier: Apache-2.0 */
/* ListAuditSuppressions: by expiration, those that end first at the head unless told otherwise; indefinite ones are last. Expired ones are
 * listed too, until they are deleted or replaced. */
#include "server/api/check_names.h"
#include "server/api/ops.h"
#include "server/api/suppression.h"

struct work {
	const struct ka_request *request;
	struct ka_suppression_filter filter;
	struct ka_page page;
	struct ka_suppression_row *rows;
	size_t num;
};

static enum ka_store_status
list(struct ka_tx *tx, void *arg)
{
	struct work *work = arg;
	struct ka_page page = work->page;

	page.limit++;
	return ka_tx_suppression_list(
	    tx, &work->rows, &work->num, work->request->arena, &work->request->scope, &work->filter, &page);
}

static struct ka_cursor
position(const struct ka_suppression_row *row)
{
	return (struct ka_cursor){ row->indefinitely ? INT64_MAX : row->expiration, row->seq };
}

void
ka_op_list_audit_suppressions(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { .request = request, .filter.check_name = ka_param_text(request, "checkName") };
	struct ka_json json = { .buf = &reply->body };
	struct ka_resource resource;
	struct ka_cursor cursor;

	if (work.filter.check_name != NULL && ka_check_known(reply, request, "checkName", work.filter.check_name) == NULL)
		return;
	if (!ka_resource_read(&resource, reply, request))
		return;
	work.filter.resource = resource.json;
	work.page.ascending = ka_param_bool(request, "ascendingOrder", true);
	const char *filter = ka_arena_format(request->arena, "%s %s %d",
	    work.filter.check_name == NULL ? "-" : work.filter.check_name, resource.json == NULL ? "-" : resource.json,
	    work.page.ascending);
	if (!ka_page_begin(reply, &work.page.limit, &cursor, request, "maxResults", "nextToken", filter))
		return;
	work.page.after_time = cursor.a;
	work.page.after_seq = cursor.b;
	if (!ka_api_read(reply, request, list, &work))
		return;
	bool more = work.num > work.page.limit;
	size_t num = more ? work.page.limit : work.num;
	ka_json_open(&json, NULL, '{');
	ka_json_open(&json, "suppressions", '[');
	for (size_t i = 0; i < num; i++) {
		ka_json_open(&json, NULL, '{');
		ka_suppression_json(&json, &work.rows[i]);
		ka_json_close(&json, '}');
		cursor = position(&work.rows[i]);
	}
	ka_json_close(&json, ']');
	ka_page_end(&json, request, "nextToken", filter, &cursor, more);
	ka_json_close(&json, '}');
}
