/* SPDX-License-Identifier: Apache-2.0 */
/* RejectCertificateTransfer, by the target: the certificate is the source's again, INACTIVE. */
#include "server/api/ops.h"
#include "server/api/transfer.h"

static enum ka_store_status
reject_transfer(struct ka_tx *tx, void *arg)
{
	const struct ka_transfer *transfer = arg;
	struct ka_request *request = transfer->request;
	char source[KA_ACCOUNT_LEN + 1];
	struct ka_device_row before;
	enum ka_store_status status = ka_transfer_incoming(tx, &before, source, transfer);

	if (status != KA_STORE_OK)
		return status;
	struct ka_request from = ka_request_at(request, source);
	struct ka_device_row after = before;
	after.reject_reason = ka_param_text(request, "rejectReason");
	after.reject_date = request->now;
	if ((status = ka_transfer_give_back(tx, &from, &before, &after)) != KA_STORE_OK)
		return status;
	return ka_log_change(tx, request, ka_arn(request, "cert", before.id), ka_device_state(request->arena, &before), NULL);
}

void
ka_op_reject_certificate_transfer(struct ka_reply *reply, struct ka_request *request)
{
	(void)ka_api_write(reply, request, reject_transfer, &(struct ka_transfer){ reply, request });
}
