/* SPDX-License-Identifier: Apache-2.0 */
/* UpdateCertificate. Idempotent; REVOKED is for ever; what is in transfer belongs to the transfer. */
#include "server/api/certificates.h"
#include "server/api/ops.h"

struct change {
	struct ka_reply *reply;
	struct ka_request *request;
	enum ka_device_status status;
};

static enum ka_store_status
refuse(const struct change *change, const struct ka_device_row *row, const char *why)
{
	ka_reply_error(change->reply, change->request, KA_API_CERTIFICATE_STATE, "Certificate %s is %s: %s", row->id,
	    ka_device_status_name(row->status), why);
	return KA_STORE_ABORTED;
}

static enum ka_store_status
update(struct ka_tx *tx, void *arg)
{
	const struct change *change = arg;
	struct ka_request *request = change->request;
	const char *id = ka_param_text(request, "certificateId");
	struct ka_device_row before;
	enum ka_store_status status = ka_tx_device_get(tx, &before, request->arena, &request->scope, id);

	if (status == KA_STORE_NONE) {
		ka_reply_no_device(change->reply, request);
		return KA_STORE_ABORTED;
	}
	if (status != KA_STORE_OK || before.status == change->status)
		return status;
	if (before.status == KA_DEVICE_REVOKED)
		return refuse(change, &before, "a revocation cannot be undone");
	if (before.status == KA_DEVICE_PENDING_TRANSFER)
		return refuse(change, &before, "CancelCertificateTransfer ends the transfer first");
	struct ka_device_row after = before;
	after.status = change->status;
	after.customer_version++;
	after.modified = request->now;
	if (after.status == KA_DEVICE_ACTIVE) {
		after.deactivated_by = NULL;
		after.deactivated = 0;
	}
	if ((status = ka_tx_device_update(tx, &request->scope, &after)) != KA_STORE_OK)
		return status;
	return ka_log_change(tx, request, ka_arn(request, "cert", id), ka_device_state(request->arena, &before),
	    ka_device_state(request->arena, &after));
}

void
ka_op_update_certificate(struct ka_reply *reply, struct ka_request *request)
{
	struct change change = { reply, request, (enum ka_device_status)ka_param_enum(request, "newStatus") };

	if (change.status == KA_DEVICE_PENDING_TRANSFER || change.status == KA_DEVICE_PENDING_ACTIVATION) {
		ka_reply_error(reply, request, KA_API_CERTIFICATE_STATE,
		    "Not allowed to set a certificate to %s status", ka_device_status_name(change.status));
		return;
	}
	if (change.status == KA_DEVICE_REGISTER_INACTIVE) {
		ka_reply_error(reply, request, KA_API_INVALID_REQUEST,
		    "newStatus: REGISTER_INACTIVE is deprecated and not taken; use INACTIVE");
		return;
	}
	(void)ka_api_write(reply, request, update, &change);
}
