/* SPDX-License-Identifier: Apache-2.0 */
/* AcceptCertificateTransfer: the row moves, with when it was registered, its CA and its version. */
#include "server/api/ops.h"
#include "server/api/transfer.h"

static enum ka_store_status
accept_transfer(struct ka_tx *tx, void *arg)
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
	after.status = ka_param_bool(request, "setAsActive", false) ? KA_DEVICE_ACTIVE : KA_DEVICE_INACTIVE;
	after.previous_owner = source;
	after.transfer_to = NULL;
	after.accept_date = after.modified = request->now;
	after.customer_version++;
	if (after.status == KA_DEVICE_ACTIVE) {
		after.deactivated_by = NULL;
		after.deactivated = 0;
	}
	status = ka_tx_device_move(tx, &from.scope, &request->scope, &after);
	if (status == KA_STORE_EXISTS)
		return ka_transfer_refuse(transfer, KA_API_INVALID_REQUEST,
		    "was registered in account %s while it was under way: delete it there, or reject the transfer",
		    request->scope.account);
	if (status != KA_STORE_OK)
		return status;
	status = ka_log_change(tx, &from, ka_arn(&from, "cert", before.id), ka_device_state(request->arena, &before), NULL);
	if (status != KA_STORE_OK)
		return status;
	return ka_log_change(tx, request, ka_arn(request, "cert", after.id), NULL, ka_device_state(request->arena, &after));
}

void
ka_op_accept_certificate_transfer(struct ka_reply *reply, struct ka_request *request)
{
	(void)ka_api_write(reply, request, accept_transfer, &(struct ka_transfer){ reply, request });
}
