/* SPDX-License-Identifier: Apache-2.0 */
/* ListAuditFindings: the findings of a task, or between two times, in the order in which they were found; so a list that is read while
 * an audit runs misses none. */
#include "server/api/audit_json.h"
#include "server/api/check_names.h"
#include "server/api/ops.h"
#include "server/api/resource.h"

/* A finding with up to KA_MAX_RELATED_INLINE related resources. */
struct related {
	struct ka_device_row *rows;
	size_t num;
};

struct work {
	const struct ka_request *request;
	struct ka_finding_filter filter;
	struct ka_page page;
	struct ka_finding_row *rows;
	struct related *related;
	size_t num;
};

static enum ka_store_status
list(struct ka_tx *tx, void *arg)
{
	struct work *work = arg;
	const struct ka_request *request = work->request;
	struct ka_page page = work->page;

	page.limit++;
	enum ka_store_status status =
	    ka_tx_finding_list(tx, &work->rows, &work->num, request->arena, &request->scope, &work->filter, &page);
	if (status != KA_STORE_OK || work->num == 0)
		return status;
	work->related = ka_arena_take(request->arena, work->num * sizeof(*work->related));
	for (size_t i = 0; i < work->num && i < work->page.limit && status == KA_STORE_OK; i++)
		status = ka_finding_related(&work->related[i].rows, &work->related[i].num, tx, request, &work->rows[i], 0,
		    KA_MAX_RELATED_INLINE);
	return status;
}

/* Either a task, or both times. */
static bool
check_range(const struct work *work, struct ka_reply *reply)
{
	const struct ka_request *request = work->request;
	bool has_start = ka_param_given(request, "startTime"), has_end = ka_param_given(request, "endTime");

	if (work->filter.task_id != NULL && (has_start || has_end))
		ka_reply_error(
		    reply, request, KA_API_INVALID_REQUEST, "taskId: cannot be combined with startTime and endTime; give one or the other");
	else if (work->filter.task_id == NULL && !(has_start && has_end))
		ka_reply_error(reply, request, KA_API_INVALID_REQUEST, "taskId, or startTime together with endTime, is required%s",
		    has_start ? "; endTime is missing" : has_end ? "; startTime is missing" : "");
	else if (work->filter.start_time > work->filter.end_time)
		ka_reply_error(reply, request, KA_API_INVALID_REQUEST, "endTime: is before startTime");
	else
		return true;
	return false;
}

static bool
read_filter(struct work *work, struct ka_reply *reply, const char **out_text)
{
	const struct ka_request *request = work->request;
	struct ka_finding_filter *filter = &work->filter;
	int64_t kept_since = ka_retention_start(request);
	struct ka_resource resource;

	filter->task_id = ka_param_text(request, "taskId");
	filter->check_name = ka_param_text(request, "checkName");
	(void)ka_param_time(request, &filter->start_time, "startTime");
	(void)ka_param_time(request, &filter->end_time, "endTime");
	if (ka_param_given(request, "listSuppressedFindings"))
		filter->suppressed =
		    ka_param_bool(request, "listSuppressedFindings", false) ? KA_ONLY_SUPPRESSED : KA_ONLY_UNSUPPRESSED;
	if (!check_range(work, reply) || !ka_resource_read(&resource, reply, request))
		return false;
	if (filter->check_name != NULL && ka_check_known(reply, request, "checkName", filter->check_name) == NULL)
		return false;
	filter->resource_type = resource.type;
	filter->resource_id = resource.id;
	*out_text = ka_arena_format(request->arena, "%s %lld %lld %s %u %s", filter->task_id == NULL ? "-" : filter->task_id,
	    (long long)filter->start_time, (long long)filter->end_time, filter->check_name == NULL ? "-" : filter->check_name,
	    filter->suppressed, resource.json == NULL ? "-" : resource.json);
	/* What is too old to be kept may not have been deleted yet. */
	if (filter->start_time < kept_since)
		filter->start_time = kept_since;
	if (filter->end_time == 0 && filter->task_id != NULL)
		filter->end_time = INT64_MAX;
	return true;
}

/* No certificate has this resource identifier, so there is nothing to find. */
static bool
names_nothing(const struct work *work)
{
	return ka_param_given(work->request, "resourceIdentifier") && work->filter.resource_id == NULL;
}

void
ka_op_list_audit_findings(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { .request = request };
	struct ka_json json = { .buf = &reply->body };
	struct ka_cursor cursor;
	const char *filter;

	if (!read_filter(&work, reply, &filter) ||
	    !ka_page_begin(reply, &work.page.limit, &cursor, request, "maxResults", "nextToken", filter))
		return;
	work.page.ascending = true;
	work.page.after_time = cursor.a;
	work.page.after_seq = cursor.b;
	if (!names_nothing(&work) && !ka_api_read(reply, request, list, &work))
		return;
	bool more = work.num > work.page.limit;
	size_t num = more ? work.page.limit : work.num;
	ka_json_open(&json, NULL, '{');
	ka_json_open(&json, "findings", '[');
	for (size_t i = 0; i < num; i++)
		ka_json_finding(&json, NULL, &work.rows[i], work.related[i].rows, work.related[i].num);
	ka_json_close(&json, ']');
	if (num > 0)
		cursor = (struct ka_cursor){ work.rows[num - 1].found, work.rows[num - 1].seq };
	ka_page_end(&json, request, "nextToken", filter, &cursor, more);
	ka_json_close(&json, '}');
}
