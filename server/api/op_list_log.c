/* SPDX-License-Identifier: Apache-2.0 */
/* ListLog, which AWS does not have: the log of state changes, newest first unless ascending. What changes in an account as a whole
 * (its access keys) belongs to no region and is listed with accountWide. */
#include "server/api/ops.h"

struct list {
	struct ka_request *request;
	struct ka_scope scope;
	struct ka_log_filter filter;
	struct ka_page page;
	struct ka_log_row *rows;
	size_t num;
};

static enum ka_store_status
get(struct ka_tx *tx, void *arg)
{
	struct list *list = arg;

	return ka_tx_log_list(
	    tx, &list->rows, &list->num, list->request->arena, &list->scope, &list->filter, &list->page);
}

static const char *
or_none(const char *text)
{
	return text == NULL ? "-" : text;
}

/* Sets the filter, and what a token is sealed for. */
static bool
read_filter(struct list *list, struct ka_reply *reply, const char **out_text)
{
	const struct ka_request *request = list->request;
	struct ka_log_filter *filter = &list->filter;
	bool wide = ka_param_bool(request, "accountWide", false);

	filter->actor = ka_param_text(request, "actor");
	filter->action = ka_param_text(request, "action");
	filter->resource = ka_param_text(request, "resource");
	(void)ka_param_time(request, &filter->start_time, "startTime");
	if (ka_param_time(request, &filter->end_time, "endTime") && filter->end_time < filter->start_time) {
		ka_reply_error(reply, request, KA_API_INVALID_REQUEST, "endTime: is before startTime");
		return false;
	}
	if (wide)
		list->scope.region = KA_LOG_ANY_REGION;
	list->page.ascending = ka_param_bool(request, "ascendingOrder", false);
	*out_text = ka_arena_format(request->arena, "%d %d %lld %lld %s %s %s", list->page.ascending, wide,
	    (long long)filter->start_time, (long long)filter->end_time, or_none(filter->actor), or_none(filter->action),
	    or_none(filter->resource));
	return true;
}

static void
write_entry(struct ka_json *json, const struct ka_log_row *row)
{
	ka_json_open(json, NULL, '{');
	ka_json_number(json, "entry", (uint64_t)row->seq);
	ka_json_millis(json, "time", row->time);
	ka_json_string(json, "actor", row->actor);
	if (row->request != NULL)
		ka_json_string(json, "requestId", row->request);
	ka_json_string(json, "action", row->action);
	ka_json_string(json, "resource", row->resource);
	if (row->before != NULL)
		ka_json_raw(json, "before", row->before);
	if (row->after != NULL)
		ka_json_raw(json, "after", row->after);
	ka_json_hex(json, "hash", row->hash, sizeof(row->hash));
	ka_json_close(json, '}');
}

void
ka_op_list_log(struct ka_reply *reply, struct ka_request *request)
{
	struct list list = { .request = request, .scope = request->scope };
	struct ka_json json = { .buf = &reply->body };
	struct ka_cursor cursor;
	const char *filter;
	uint32_t limit;

	if (!read_filter(&list, reply, &filter) ||
	    !ka_page_begin(reply, &limit, &cursor, request, "maxResults", "nextToken", filter))
		return;
	list.page.after_time = cursor.a;
	list.page.after_seq = cursor.b;
	list.page.limit = limit + 1;
	if (!ka_api_read(reply, request, get, &list))
		return;
	bool more = list.num > limit;
	size_t num = more ? limit : list.num;
	ka_json_open(&json, NULL, '{');
	ka_json_open(&json, "entries", '[');
	for (size_t i = 0; i < num; i++) {
		write_entry(&json, &list.rows[i]);
		cursor = (struct ka_cursor){ list.rows[i].time, list.rows[i].seq };
	}
	ka_json_close(&json, ']');
	ka_page_end(&json, request, "nextToken", filter, &cursor, more);
	ka_json_close(&json, '}');
}
