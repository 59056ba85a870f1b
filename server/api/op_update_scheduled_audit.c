/* SPDX-License-Identifier: Apache-2.0 */
/* UpdateScheduledAudit: changes what is sent; the time of the next run follows when the days change. */
#include "server/api/ops.h"
#include "server/api/schedule.h"

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
	struct ka_check_names names;
};

static enum ka_store_status
update(struct ka_tx *tx, void *arg)
{
	const struct work *work = arg;
	const struct ka_request *request = work->request;
	struct ka_schedule_row row;
	enum ka_store_status status = ka_schedule_get(&row, tx, work->reply, request);

	if (status != KA_STORE_OK)
		return status;
	const char *before = ka_schedule_text(request, &row);
	if (!ka_schedule_read_days(&row, work->reply, request))
		return KA_STORE_ABORTED;
	if (work->names.num > 0) {
		row.checks = ka_check_names_json(request->arena, &work->names);
		status = ka_check_names_enabled(NULL, tx, work->reply, request, &work->names);
	}
	if (ka_param_given(request, "frequency") || ka_param_given(request, "dayOfWeek") ||
	    ka_param_given(request, "dayOfMonth"))
		row.next_run = ka_schedule_next(&row, request->now);
	row.modified = request->now;
	if (status == KA_STORE_OK)
		status = ka_tx_schedule_update(tx, &request->scope, &row);
	if (status != KA_STORE_OK)
		return status;
	return ka_log_change(tx, request, ka_schedule_arn(request, row.name), before, ka_schedule_text(request, &row));
}

void
ka_op_update_scheduled_audit(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { .reply = reply, .request = request };
	struct ka_json json = { .buf = &reply->body };

	if (!ka_check_names_read(&work.names, reply, request) || !ka_api_write(reply, request, update, &work))
		return;
	ka_engine_wake(request->server->engine);
	ka_json_open(&json, NULL, '{');
	ka_json_string(
	    &json, "scheduledAuditArn", ka_schedule_arn(request, ka_param_text(request, "scheduledAuditName")));
	ka_json_close(&json, '}');
}
