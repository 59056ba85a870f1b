/* SPDX-License-Identifier: Apache-2.0 */
/* DeleteCertificate. There are no policies and no things here, so nothing is attached: forceDelete has nothing to
 * force, and a DeleteConflictException never comes. */
#include "server/api/certificates.h"
#include "server/api/ops.h"

struct deletion {
	struct ka_reply *reply;
	struct ka_request *request;
};

static enum ka_store_status
remove_device(struct ka_tx *tx, void *arg)
{
	struct deletion *deletion = arg;
	struct ka_request *request = deletion->request;
	const char *id = ka_param_text(request, "certificateId");
	struct ka_device_row row;
	enum ka_store_status status = ka_tx_device_get(tx, &row, request->arena, &request->scope, id);

	if (status == KA_STORE_NONE) {
		ka_reply_no_device(deletion->reply, request);
		return KA_STORE_ABORTED;
	}
	if (status != KA_STORE_OK)
		return status;
	if (row.status == KA_DEVICE_ACTIVE || row.status == KA_DEVICE_PENDING_TRANSFER) {
		ka_reply_error(deletion->reply, request, KA_API_CERTIFICATE_STATE, "Certificate %s is %s: %s before it is deleted", id,
		    ka_device_status_name(row.status),
		    row.status == KA_DEVICE_ACTIVE ? "UpdateCertificate sets newStatus INACTIVE"
						   : "CancelCertificateTransfer ends the transfer");
		return KA_STORE_ABORTED;
	}
	if ((status = ka_tx_device_delete(tx, &request->scope, id)) != KA_STORE_OK)
		return status;
	return ka_log_change(tx, request, ka_arn(request, "cert", id), ka_device_state(request->arena, &row), NULL);
}

void
ka_op_delete_certificate(struct ka_reply *reply, struct ka_request *request)
{
	(void)ka_api_write(reply, request, remove_device, &(struct deletion){ reply, request });
}
