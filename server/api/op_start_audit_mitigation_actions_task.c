/* SPDX-License-Identifier: Apache-2.0 */
/* StartAuditMitigationActionsTask: stores a task with the definitions of its actions as they are now; the engine of
 * mitigation picks it up. The same id with the same token is the same request, sent once more. */
#include <string.h>

#include "server/action/engine.h"
#include "server/api/mitigation.h"
#include "server/api/ops.h"

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
	struct ka_mitigation_row row;
};

/* Whether it is there already: OK: this very one; NONE: neither id nor token is in use. */
static enum ka_store_status
find(struct ka_tx *tx, const struct work *work)
{
	const struct ka_request *request = work->request;
	struct ka_mitigation_row row;
	const char *other;
	enum ka_store_status status = ka_tx_mitigation_get(tx, &row, request->arena, &request->scope, work->row.id);

	if (status == KA_STORE_OK) {
		if (strcmp(row.token, work->row.token) == 0)
			return KA_STORE_OK;
		ka_reply_error(work->reply, request, KA_API_TASK_ALREADY_EXISTS,
		    "taskId: audit mitigation actions task %s exists already, and was started with another "
		    "clientRequestToken",
		    row.id);
		return KA_STORE_ABORTED;
	}
	if (status != KA_STORE_NONE)
		return status;
	status = ka_tx_mitigation_by_token(tx, &other, request->arena, &request->scope, work->row.token);
	if (status != KA_STORE_OK)
		return status;
	ka_reply_error(work->reply, request, KA_API_TASK_ALREADY_EXISTS,
	    "clientRequestToken: audit mitigation actions task %s was started with it; each task needs a token of its "
	    "own",
	    other);
	return KA_STORE_ABORTED;
}

static enum ka_store_status
check_running(struct ka_tx *tx, const struct work *work)
{
	uint64_t running;
	enum ka_store_status status = ka_tx_mitigation_count_running(tx, &running, &work->request->scope);

	if (status != KA_STORE_OK || running < KA_MAX_RUNNING_MITIGATIONS)
		return status;
	ka_reply_error(work->reply, work->request, KA_API_LIMIT_EXCEEDED,
	    "%llu audit mitigation actions tasks are in progress, at most %u may be; wait for one to end, or cancel "
	    "one",
	    (unsigned long long)running, KA_MAX_RUNNING_MITIGATIONS);
	return KA_STORE_ABORTED;
}

static enum ka_store_status
start(struct ka_tx *tx, void *arg)
{
	struct work *work = arg;
	const struct ka_request *request = work->request;
	struct ka_mitigation_check_row *counts;
	size_t num_counts;
	int64_t seq;
	enum ka_store_status status = find(tx, work);

	if (status != KA_STORE_NONE)
		return status;
	status = ka_mitigation_resolve(&work->row, &counts, &num_counts, tx, work->reply, request);
	if (status == KA_STORE_OK)
		status = check_running(tx, work);
	if (status == KA_STORE_OK)
		status = ka_tx_mitigation_insert(tx, &seq, &request->scope, &work->row, counts, num_counts);
	if (status != KA_STORE_OK)
		return status;
	return ka_log_change(tx, request, ka_mitigation_arn(request, work->row.id), NULL,
	    ka_arena_format(request->arena,
		"{\"target\":%s,\"auditCheckToActionsMapping\":%s,\"actionsDefinition\":%s}", work->row.target,
		work->row.mapping, work->row.actions));
}

void
ka_op_start_audit_mitigation_actions_task(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = {
		.reply = reply,
		.request = request,
		.row = {
			.id = ka_param_text(request, "taskId"),
			.token = ka_param_text(request, "clientRequestToken"),
			.status = KA_TASK_IN_PROGRESS,
			.started = request->now,
		},
	};
	struct ka_json json = { .buf = &reply->body };

	if (!ka_mitigation_read_target(&work.row, reply, request) || !ka_api_write(reply, request, start, &work))
		return;
	ka_action_engine_wake(request->server->actions);
	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "taskId", work.row.id);
	ka_json_close(&json, '}');
}
