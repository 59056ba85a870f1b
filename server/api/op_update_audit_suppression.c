/* SPDX-License-Identifier: Apache-2.0 */
/* UpdateAuditSuppression: changes what is sent. Findings that were stored already stay as they are. */
#include "server/api/ops.h"
#include "server/api/suppression.h"

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
	struct ka_suppression_row identity;
};

static enum ka_store_status
update(struct ka_tx *tx, void *arg)
{
	const struct work *work = arg;
	const struct ka_request *request = work->request;
	struct ka_suppression_row row;
	enum ka_store_status status = ka_suppression_get(&row, tx, work->reply, request, &work->identity);

	if (status != KA_STORE_OK)
		return status;
	const char *before = ka_suppression_text(request->arena, &row);
	if (!ka_suppression_read_end(&row, work->reply, request))
		return KA_STORE_ABORTED;
	if (ka_param_given(request, "description"))
		row.description = ka_param_text(request, "description");
	status = ka_tx_suppression_update(tx, &request->scope, &row);
	if (status != KA_STORE_OK)
		return status;
	return ka_log_change(
	    tx, request, ka_suppression_arn(request, &row), before, ka_suppression_text(request->arena, &row));
}

void
ka_op_update_audit_suppression(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { .reply = reply, .request = request };
	struct ka_resource resource;

	if (ka_suppression_read_identity(&work.identity, &resource, reply, request))
		(void)ka_api_write(reply, request, update, &work);
}
