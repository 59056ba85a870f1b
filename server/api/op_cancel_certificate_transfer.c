/* SPDX-License-Identifier: Apache-2.0 */
/* CancelCertificateTransfer, by the source. A transfer that has ended in whatever way is TransferAlreadyCompletedException; a
 * certificate that never was in one is an invalid request. */
#include "server/api/ops.h"
#include "server/api/transfer.h"

/* Why the source does not have it: the target accepted, or it never was there. */
static enum ka_store_status
gone(struct ka_tx *tx, const struct ka_transfer *transfer)
{
	struct ka_request *request = transfer->request;
	enum ka_store_status status =
	    ka_tx_device_handed_over(tx, &request->scope, ka_param_text(request, "certificateId"));

	if (status == KA_STORE_OK)
		return ka_transfer_refuse(
		    transfer, KA_API_TRANSFER_ALREADY_COMPLETED, "was accepted by the account that it was transferred to");
	if (status != KA_STORE_NONE)
		return status;
	ka_reply_no_device(transfer->reply, request);
	return KA_STORE_ABORTED;
}

static enum ka_store_status
cancel_transfer(struct ka_tx *tx, void *arg)
{
	const struct ka_transfer *transfer = arg;
	struct ka_request *request = transfer->request;
	struct ka_device_row before;
	enum ka_store_status status = ka_tx_device_get(
	    tx, &before, request->arena, &request->scope, ka_param_text(request, "certificateId"));

	if (status == KA_STORE_NONE)
		return gone(tx, transfer);
	if (status != KA_STORE_OK)
		return status;
	if (before.status != KA_DEVICE_PENDING_TRANSFER)
		return before.transfer_date != 0
		    ? ka_transfer_refuse(transfer, KA_API_TRANSFER_ALREADY_COMPLETED, "is %s: its last transfer has ended",
			  ka_device_status_name(before.status))
		    : ka_transfer_refuse(transfer, KA_API_INVALID_REQUEST, "is %s: it is not being transferred",
			  ka_device_status_name(before.status));
	struct ka_device_row after = before;
	return ka_transfer_give_back(tx, request, &before, &after);
}

void
ka_op_cancel_certificate_transfer(struct ka_reply *reply, struct ka_request *request)
{
	(void)ka_api_write(reply, request, cancel_transfer, &(struct ka_transfer){ reply, request });
}
