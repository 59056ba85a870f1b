/* SPDX-License-Identifier: Apache-2.0 */
/* CreateScheduledAudit (reference, section 3.5). */
#include "server/api/ops.h"
#include "server/api/schedule.h"
#include "server/api/tags.h"

#define MAX_SCHEDULES 5u /* reference, section 3.13 */

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
	const char *arn;
	struct ka_schedule_row row;
	struct ka_check_names names;
	struct ka_tags tags;
};

/* Is there room, and is the name free? */
static enum ka_store_status
check_others(struct ka_tx *tx, const struct work *work)
{
	const struct ka_page all = { .ascending = true, .limit = UINT32_MAX };
	const struct ka_request *request = work->request;
	struct ka_schedule_row *rows;
	size_t num;
	enum ka_store_status status = ka_tx_schedule_get(tx, &(struct ka_schedule_row){ 0 }, request->arena, &request->scope, work->row.name);

	if (status == KA_STORE_OK) {
		ka_reply_exists(work->reply, request, work->row.name, work->arn, "A scheduled audit with this name exists already");
		return KA_STORE_ABORTED;
	}
	if (status != KA_STORE_NONE)
		return status;
	status = ka_tx_schedule_list(tx, &rows, &num, request->arena, &request->scope, &all);
	if (status != KA_STORE_OK || num < MAX_SCHEDULES)
		return status;
	ka_reply_error(work->reply, request, KA_API_LIMIT_EXCEEDED,
	    "Account %s has %zu scheduled audits in %s; at most %u are possible", request->scope.account, num, request->scope.region,
	    MAX_SCHEDULES);
	return KA_STORE_ABORTED;
}

static enum ka_store_status
create(struct ka_tx *tx, void *arg)
{
	const struct work *work = arg;
	const struct ka_request *request = work->request;
	enum ka_store_status status = check_others(tx, work);

	if (status == KA_STORE_OK)
		status = ka_check_names_enabled(NULL, tx, work->reply, request, &work->names);
	if (status == KA_STORE_OK)
		status = ka_tx_schedule_insert(tx, &request->scope, &work->row);
	if (status == KA_STORE_OK)
		status = ka_tags_put(tx, work->reply, request, work->arn, &work->tags);
	if (status != KA_STORE_OK)
		return status;
	return ka_log_change(tx, request, work->arn, NULL, ka_schedule_text(request, &work->row));
}

void
ka_op_create_scheduled_audit(struct ka_reply *reply, struct ka_request *request)
{
	const char *name = ka_param_text(request, "scheduledAuditName");
	struct work work = {
		.reply = reply,
		.request = request,
		.arn = ka_schedule_arn(request, name),
		.row = {
			.account = request->scope.account,
			.region = request->scope.region,
			.name = name,
			.created = request->now,
			.modified = request->now,
		},
	};
	struct ka_json json = { .buf = &reply->body };

	if (!ka_schedule_read_days(&work.row, reply, request) || !ka_check_names_read(&work.names, reply, request) ||
	    !ka_tags_read(&work.tags, reply, request))
		return;
	work.row.checks = ka_check_names_json(request->arena, &work.names);
	work.row.next_run = ka_schedule_next(&work.row, request->now);
	if (!ka_api_write(reply, request, create, &work))
		return;
	ka_engine_wake(request->server->engine);
	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "scheduledAuditArn", work.arn);
	ka_json_close(&json, '}');
}
