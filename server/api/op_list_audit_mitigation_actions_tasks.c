/* SPDX-License-Identifier: Apache-2.0 */
/* ListAuditMitigationActionsTasks: tasks that began at or after startTime and had not ended after endTime (those
 * in progress have not ended), newest first. findingId: tasks that applied an action to it. */
#include "server/api/audit_json.h"
#include "server/api/mitigation.h"
#include "server/api/ops.h"

struct work {
	const struct ka_request *request;
	struct ka_mitigation_filter filter;
	struct ka_page page;
	struct ka_mitigation_row *rows;
	size_t num;
};

static enum ka_store_status
list(struct ka_tx *tx, void *arg)
{
	struct work *work = arg;
	struct ka_page page = work->page;

	page.limit++;
	return ka_tx_mitigation_list(
	    tx, &work->rows, &work->num, work->request->arena, &work->request->scope, &work->filter, &page);
}

static bool
read_filter(struct work *work, struct ka_reply *reply)
{
	const struct ka_request *request = work->request;
	struct ka_mitigation_filter *filter = &work->filter;

	(void)ka_param_time(request, &filter->start_time, "startTime");
	(void)ka_param_time(request, &filter->end_time, "endTime");
	filter->status = (enum ka_task_status)ka_param_enum(request, "taskStatus");
	filter->audit_task = ka_param_text(request, "auditTaskId");
	filter->finding = ka_param_text(request, "findingId");
	if (filter->start_time > filter->end_time)
		ka_reply_error(reply, request, KA_API_INVALID_REQUEST, "endTime: is before startTime");
	else if (filter->start_time < ka_retention_start(request))
		ka_reply_error(reply, request, KA_API_INVALID_REQUEST,
		    "startTime: is longer ago than audit mitigation actions tasks are kept (%lld days)",
		    (long long)((request->now - ka_retention_start(request)) / 86400000));
	else
		return true;
	return false;
}

void
ka_op_list_audit_mitigation_actions_tasks(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { .request = request };
	struct ka_json json = { .buf = &reply->body };
	struct ka_cursor cursor;

	if (!read_filter(&work, reply))
		return;
	const char *filter = ka_arena_format(request->arena, "%lld %lld %u %s %s", (long long)work.filter.start_time,
	    (long long)work.filter.end_time, work.filter.status,
	    work.filter.audit_task == NULL ? "" : work.filter.audit_task,
	    work.filter.finding == NULL ? "" : work.filter.finding);
	if (!ka_page_begin(reply, &work.page.limit, &cursor, request, "maxResults", "nextToken", filter))
		return;
	work.page.after_time = cursor.a;
	work.page.after_seq = cursor.b;
	if (!ka_api_read(reply, request, list, &work))
		return;
	bool more = work.num > work.page.limit;
	size_t num = more ? work.page.limit : work.num;
	ka_json_open(&json, NULL, '{');
	ka_json_open(&json, "tasks", '[');
	for (size_t i = 0; i < num; i++) {
		ka_json_open(&json, NULL, '{');
		ka_json_string(&json, "taskId", work.rows[i].id);
		ka_json_millis(&json, "startTime", work.rows[i].started);
		ka_json_task_status(&json, work.rows[i].status);
		ka_json_close(&json, '}');
		cursor = (struct ka_cursor){ work.rows[i].started, work.rows[i].seq };
	}
	ka_json_close(&json, ']');
	ka_page_end(&json, request, "nextToken", filter, &cursor, more);
	ka_json_close(&json, '}');
}
