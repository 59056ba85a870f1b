/* SPDX-License-Identifier: Apache-2.0 */
/* CancelCACertificateTransfer, by the source: as CancelCertificateTransfer. */
#include "server/api/ops.h"
#include "server/api/transfer.h"

/* Why the source does not have it: the target accepted, or it never was there. */
static enum ka_store_status
gone(struct ka_tx *tx, const struct ka_transfer *transfer)
{
	struct ka_request *request = transfer->request;
	enum ka_store_status status = ka_tx_ca_handed_over(tx, &request->scope, ka_param_text(request, "certificateId"));

	if (status == KA_STORE_OK)
		return ka_transfer_refuse(
		    transfer, KA_API_TRANSFER_ALREADY_COMPLETED, "was accepted by the account that it was transferred to");
	if (status != KA_STORE_NONE)
		return status;
	ka_reply_no_ca(transfer->reply, request);
	return KA_STORE_ABORTED;
}

static enum ka_store_status
cancel_transfer(struct ka_tx *tx, void *arg)
{
	const struct ka_transfer *transfer = arg;
	struct ka_request *request = transfer->request;
	struct ka_ca_row before;
	enum ka_store_status status = ka_tx_ca_get(
	    tx, &before, request->arena, &request->scope, ka_param_text(request, "certificateId"));

	if (status == KA_STORE_NONE)
		return gone(tx, transfer);
	if (status != KA_STORE_OK)
		return status;
	if (before.status != KA_CA_PENDING_TRANSFER)
		return before.transfer_date != 0
		    ? ka_transfer_refuse(transfer, KA_API_TRANSFER_ALREADY_COMPLETED, "is %s: its last transfer has ended",
			  ka_ca_status_name(before.status))
		    : ka_transfer_refuse(transfer, KA_API_INVALID_REQUEST, "is %s: it is not being transferred",
			  ka_ca_status_name(before.status));
	struct ka_ca_row after = before;
	return ka_transfer_give_back_ca(tx, request, &before, &after);
}

void
ka_op_cancel_ca_certificate_transfer(struct ka_reply *reply, struct ka_request *request)
{
	(void)ka_api_write(reply, request, cancel_transfer, &(struct ka_transfer){ reply, request });
}
