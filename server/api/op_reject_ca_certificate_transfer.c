/* SPDX-License-Identifier: Apache-2.0 */
/* RejectCACertificateTransfer, by the target: the CA is the source's again, as it was. */
#include "server/api/ops.h"
#include "server/api/transfer.h"

static enum ka_store_status
reject_transfer(struct ka_tx *tx, void *arg)
{
	const struct ka_transfer *transfer = arg;
	struct ka_request *request = transfer->request;
	char source[KA_ACCOUNT_LEN + 1];
	struct ka_ca_row before;
	enum ka_store_status status = ka_transfer_incoming_ca(tx, &before, source, transfer);

	if (status != KA_STORE_OK)
		return status;
	struct ka_request from = ka_request_at(request, source);
	struct ka_ca_row after = before;
	after.reject_reason = ka_param_text(request, "rejectReason");
	after.reject_date = request->now;
	if ((status = ka_transfer_give_back_ca(tx, &from, &before, &after)) != KA_STORE_OK)
		return status;
	return ka_log_change(tx, request, ka_arn(request, "cacert", before.id), ka_ca_state(request->arena, &before), NULL);
}

void
ka_op_reject_ca_certificate_transfer(struct ka_reply *reply, struct ka_request *request)
{
	(void)ka_api_write(reply, request, reject_transfer, &(struct ka_transfer){ reply, request });
}
