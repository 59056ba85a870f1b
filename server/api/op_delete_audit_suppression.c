/* SPDX-License-Identifier: Apache-2.0 */
/* DeleteAuditSuppression: one that is not there is deleted already; the model has no error for it. */
#include "server/api/ops.h"
#include "server/api/suppression.h"

struct work {
	const struct ka_request *request;
	struct ka_suppression_row identity;
};

static enum ka_store_status
delete(struct ka_tx *tx, void *arg)
{
	const struct work *work = arg;
	const struct ka_request *request = work->request;
	const struct ka_suppression_row *identity = &work->identity;
	struct ka_suppression_row row;
	enum ka_store_status status = ka_tx_suppression_get(
	    tx, &row, request->arena, &request->scope, identity->check_name, identity->resource);

	if (status == KA_STORE_NONE)
		return KA_STORE_OK;
	if (status == KA_STORE_OK)
		status = ka_tx_suppression_delete(tx, &request->scope, identity->check_name, identity->resource);
	if (status != KA_STORE_OK)
		return status;
	return ka_log_change(
	    tx, request, ka_suppression_arn(request, &row), ka_suppression_text(request->arena, &row), NULL);
}

void
ka_op_delete_audit_suppression(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { .request = request };
	struct ka_resource resource;

	if (ka_suppression_read_identity(&work.identity, &resource, reply, request))
		(void)ka_api_write(reply, request, delete, &work);
}
