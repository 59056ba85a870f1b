/* SPDX-License-Identifier: Apache-2.0 */
/* CancelRevocation (not of AWS): marks a job; its worker ends it before the next chunk. What was revoked stays revoked. Until then a
 * second cancel finds it still in progress and succeeds as well. */
#include "server/api/ops.h"
#include "server/api/review.h"
#include "server/names.h"
#include "server/review/engine.h"

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
	struct ka_revocation_row job;
};

static enum ka_store_status
cancel(struct ka_tx *tx, void *arg)
{
	struct work *work = arg;
	const struct ka_request *request = work->request;
	struct ka_revocation_row *job = &work->job;
	enum ka_store_status status = ka_revocation_get(job, tx, work->reply, request);

	if (status != KA_STORE_OK)
		return status;
	if (job->status != KA_TASK_IN_PROGRESS) {
		ka_reply_error(work->reply, request, KA_API_INVALID_REQUEST,
		    "revocationId: revocation %s has ended (%s); only what is in progress can be canceled", job->id,
		    ka_task_status_name(job->status));
		return KA_STORE_ABORTED;
	}
	if (job->cancel_requested)
		return KA_STORE_OK;
	job->cancel_requested = true;
	status = ka_tx_revocation_update(tx, &request->scope, job);
	if (status != KA_STORE_OK)
		return status;
	return ka_log_change(tx, request, ka_arn(request, "revocation", job->id), "{\"status\":\"IN_PROGRESS\"}",
	    "{\"status\":\"CANCELED\"}");
}

void
ka_op_cancel_revocation(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { .reply = reply, .request = request };
	struct ka_json json = { .buf = &reply->body };

	if (!ka_api_write(reply, request, cancel, &work))
		return;
	ka_review_wake(request->server->review);
	ka_json_open(&json, NULL, '{');
	ka_json_revocation(&json, &work.job);
	ka_json_close(&json, '}');
}
