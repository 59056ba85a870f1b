/* SPDX-License-Identifier: Apache-2.0 */
/* StartOnDemandAuditTask: stores a task; the audit's workers pick it up. It covers what is registered at this moment. */
#include "server/api/check_names.h"
#include "server/api/ops.h"
#include "server/random.h"

#define MAX_RUNNING 10u /* simultaneous on-demand audits (reference, section 3.13) */

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
	struct ka_check_names names;
	struct ka_task_row task;
};

static enum ka_store_status
check_running(struct ka_tx *tx, const struct work *work)
{
	uint64_t running;
	enum ka_store_status status =
	    ka_tx_task_count_running(tx, &running, &work->request->scope, KA_TASK_ON_DEMAND);

	if (status != KA_STORE_OK || running < MAX_RUNNING)
		return status;
	ka_reply_error(work->reply, work->request, KA_API_LIMIT_EXCEEDED,
	    "%llu on-demand audits are in progress, at most %u may be; wait for one to end, or cancel one",
	    (unsigned long long)running, MAX_RUNNING);
	return KA_STORE_ABORTED;
}

static enum ka_store_status
insert(struct ka_tx *tx, struct work *work, const json_t *config)
{
	const struct ka_request *request = work->request;
	struct ka_task_check_row *checks = ka_arena_take(request->arena, work->names.num * sizeof(*checks));
	enum ka_store_status status = ka_tx_ca_last_seq(tx, &work->task.ca_last_seq);

	if (status == KA_STORE_OK)
		status = ka_tx_device_last_seq(tx, &work->task.device_last_seq);
	for (size_t i = 0; i < work->names.num; i++) {
		const char *name = work->names.checks[i]->name;
		const json_t *settings = json_object_get(json_object_get(config, name), "configuration");

		checks[i] = (struct ka_task_check_row){
			.check_name = name,
			.position = (int32_t)i,
			.status = KA_RUN_IN_PROGRESS,
			.config = settings == NULL ? NULL : ka_json_text(request->arena, settings),
		};
	}
	if (status == KA_STORE_OK)
		status = ka_tx_task_insert(tx, &request->scope, &work->task, checks, work->names.num);
	if (status != KA_STORE_OK)
		return status;
	return ka_log_change(tx, request, ka_arn(request, "audittask", work->task.id), NULL,
	    ka_arena_format(request->arena, "{\"targetCheckNames\":%s}", ka_check_names_json(request->arena, &work->names)));
}

static enum ka_store_status
start(struct ka_tx *tx, void *arg)
{
	struct work *work = arg;
	json_t *config = NULL;
	enum ka_store_status status =
	    ka_check_names_enabled(&config, tx, work->reply, work->request, &work->names);

	if (status == KA_STORE_OK)
		status = check_running(tx, work);
	if (status == KA_STORE_OK)
		status = insert(tx, work, config);
	json_decref(config);
	return status;
}

void
ka_op_start_on_demand_audit_task(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = {
		.reply = reply,
		.request = request,
		.task = { .type = KA_TASK_ON_DEMAND, .status = KA_TASK_IN_PROGRESS, .started = request->now },
	};
	struct ka_json json = { .buf = &reply->body };

	ka_random_hex(work.task.id, KA_TASK_ID_LEN);
	if (!ka_check_names_read(&work.names, reply, request) || !ka_api_write(reply, request, start, &work))
		return;
	ka_engine_wake(request->server->engine);
	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "taskId", work.task.id);
	ka_json_close(&json, '}');
}
