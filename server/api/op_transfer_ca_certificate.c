/* SPDX-License-Identifier: Apache-2.0 */
/* TransferCACertificate, which AWS does not have: as TransferCertificate, so that there are CAs that are PENDING_TRANSFER. */
#include "server/api/ops.h"
#include "server/api/transfer.h"

static enum ka_store_status
check_state(const struct ka_transfer *transfer, const struct ka_ca_row *row)
{
	if (row->status == KA_CA_ACTIVE)
		return ka_transfer_refuse(transfer, KA_API_CERTIFICATE_STATE,
		    "is ACTIVE: UpdateCACertificate sets newStatus INACTIVE before it is transferred");
	if (row->status == KA_CA_PENDING_TRANSFER)
		return ka_transfer_refuse(transfer, KA_API_CERTIFICATE_STATE,
		    "is PENDING_TRANSFER to account %s: CancelCACertificateTransfer ends that transfer first", row->transfer_to);
	return KA_STORE_OK;
}

static enum ka_store_status
check_conflict(struct ka_tx *tx, const struct ka_transfer *transfer, const char *target)
{
	struct ka_request at = ka_request_at(transfer->request, target);
	const char *id = ka_param_text(&at, "certificateId");
	struct ka_ca_row row;
	char source[KA_ACCOUNT_LEN + 1];
	enum ka_store_status status = ka_tx_ca_get(tx, &row, at.arena, &at.scope, id);

	if (status == KA_STORE_OK)
		return ka_transfer_refuse(
		    transfer, KA_API_TRANSFER_CONFLICT, "is registered in account %s already", target);
	if (status == KA_STORE_NONE)
		status = ka_tx_ca_incoming(tx, &row, source, at.arena, &at.scope, id);
	if (status == KA_STORE_OK)
		return ka_transfer_refuse(
		    transfer, KA_API_TRANSFER_CONFLICT, "is being transferred to account %s from another account", target);
	return status == KA_STORE_NONE ? KA_STORE_OK : status;
}

static enum ka_store_status
transfer_ca_certificate(struct ka_tx *tx, void *arg)
{
	const struct ka_transfer *transfer = arg;
	struct ka_request *request = transfer->request;
	const char *id = ka_param_text(request, "certificateId"), *target = ka_param_text(request, "targetAwsAccount");
	struct ka_ca_row before;
	enum ka_store_status status = ka_tx_ca_get(tx, &before, request->arena, &request->scope, id);

	if (status == KA_STORE_NONE) {
		ka_reply_no_ca(transfer->reply, request);
		return KA_STORE_ABORTED;
	}
	if (status != KA_STORE_OK || (status = check_state(transfer, &before)) != KA_STORE_OK ||
	    (status = ka_transfer_target(tx, transfer)) != KA_STORE_OK ||
	    (status = check_conflict(tx, transfer, target)) != KA_STORE_OK)
		return status;
	struct ka_ca_row after = before;
	after.status = KA_CA_PENDING_TRANSFER;
	after.transfer_to = target;
	after.transfer_message = ka_param_text(request, "transferMessage");
	after.transfer_date = after.modified = request->now;
	after.status_before_transfer = before.status;
	/* Of a transfer before. */
	after.reject_reason = NULL;
	after.accept_date = after.reject_date = 0;
	after.customer_version++;
	if ((status = ka_tx_ca_update(tx, &request->scope, &after)) != KA_STORE_OK)
		return status;
	return ka_log_change(tx, request, ka_arn(request, "cacert", id), ka_ca_state(request->arena, &before),
	    ka_ca_state(request->arena, &after));
}

void
ka_op_transfer_ca_certificate(struct ka_reply *reply, struct ka_request *request)
{
	struct ka_transfer transfer = { reply, request };
	struct ka_json json = { .buf = &reply->body };

	if (!ka_api_write(reply, request, transfer_ca_certificate, &transfer))
		return;
	struct ka_request at = ka_request_at(request, ka_param_text(request, "targetAwsAccount"));
	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "transferredCertificateArn", ka_arn(&at, "cacert", ka_param_text(request, "certificateId")));
	ka_json_close(&json, '}');
}
