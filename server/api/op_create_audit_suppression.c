/* SPDX-License-Identifier: Apache-2.0 */
/* CreateAuditSuppression (reference, section 3.7). A token that was used already, or a pair of check and resource that is suppressed
 * already, is RESOURCE_ALREADY_EXISTS, as on AWS; a suppression that has expired makes room for a new one. */
#include "server/api/ops.h"
#include "server/api/suppression.h"

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
	struct ka_suppression_row row;
};

/* Deletes the pair's suppression when its time is over; *out_before tells it, or NULL. */
static enum ka_store_status
make_room(const char **out_before, struct ka_tx *tx, const struct work *work)
{
	const struct ka_request *request = work->request;
	struct ka_suppression_row old;
	enum ka_store_status status = ka_tx_suppression_get(
	    tx, &old, request->arena, &request->scope, work->row.check_name, work->row.resource);

	*out_before = NULL;
	if (status != KA_STORE_OK)
		return status == KA_STORE_NONE ? KA_STORE_OK : status;
	if (old.indefinitely || old.expiration > request->now) {
		ka_reply_exists(work->reply, request, work->row.check_name, ka_suppression_arn(request, &work->row),
		    "This check is suppressed for this resource already; UpdateAuditSuppression changes that");
		return KA_STORE_ABORTED;
	}
	*out_before = ka_suppression_text(request->arena, &old);
	return ka_tx_suppression_delete(tx, &request->scope, old.check_name, old.resource);
}

static enum ka_store_status
create(struct ka_tx *tx, void *arg)
{
	const struct work *work = arg;
	const struct ka_request *request = work->request;
	const char *before;
	enum ka_store_status status = make_room(&before, tx, work);

	if (status == KA_STORE_OK)
		status = ka_tx_suppression_insert(tx, &request->scope, &work->row);
	if (status == KA_STORE_EXISTS) {
		ka_reply_exists(work->reply, request, work->row.check_name, ka_suppression_arn(request, &work->row),
		    "clientRequestToken: was used for a suppression already; each suppression needs one of its own");
		return KA_STORE_ABORTED;
	}
	if (status != KA_STORE_OK)
		return status;
	return ka_log_change(
	    tx, request, ka_suppression_arn(request, &work->row), before, ka_suppression_text(request->arena, &work->row));
}

void
ka_op_create_audit_suppression(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = {
		.reply = reply,
		.request = request,
		.row = {
			.description = ka_param_text(request, "description"),
			.token = ka_param_text(request, "clientRequestToken"),
			.created = request->now,
		},
	};
	struct ka_resource resource;

	if (ka_suppression_read_identity(&work.row, &resource, reply, request) &&
	    ka_suppression_read_end(&work.row, reply, request))
		(void)ka_api_write(reply, request, create, &work);
}
