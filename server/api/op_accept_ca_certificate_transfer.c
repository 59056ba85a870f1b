/* SPDX-License-Identifier: Apache-2.0 */
/* AcceptCACertificateTransfer: the row moves, with when it was registered, its configuration and its version. Tags stay behind and end:
 * they are of the source's ARN. The device certificates that it signed stay too, where they are. */
#include "server/api/ops.h"
#include "server/api/transfer.h"

/* The limit of registration holds however a CA comes. */
static enum ka_store_status
check_subject(struct ka_tx *tx, const struct ka_transfer *transfer, const struct ka_ca_row *row)
{
	uint64_t count;
	enum ka_store_status status = ka_tx_ca_count_subject(tx, &count, &transfer->request->scope, row->subject_sha256);

	if (status != KA_STORE_OK || count < KA_MAX_CAS_PER_SUBJECT)
		return status;
	return ka_transfer_refuse(transfer, KA_API_LIMIT_EXCEEDED,
	    "has the subject of %llu CA certificates in account %s, and %u is the limit: delete one first",
	    (unsigned long long)count, transfer->request->scope.account, KA_MAX_CAS_PER_SUBJECT);
}

static enum ka_store_status
accept_transfer(struct ka_tx *tx, void *arg)
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
	after.status = ka_param_bool(request, "setAsActive", false) ? KA_CA_ACTIVE : KA_CA_INACTIVE;
	after.transfer_to = NULL;
	after.status_before_transfer = 0;
	after.previous_owner = source;
	after.accept_date = after.modified = request->now;
	after.customer_version++;
	if (after.status == KA_CA_ACTIVE) {
		after.deactivated_by = NULL;
		after.deactivated = 0;
	}
	if ((status = check_subject(tx, transfer, &after)) != KA_STORE_OK)
		return status;
	status = ka_tx_ca_move(tx, &from.scope, &request->scope, &after);
	if (status == KA_STORE_EXISTS)
		return ka_transfer_refuse(transfer, KA_API_INVALID_REQUEST,
		    "was registered in account %s while it was under way: delete it there, or reject the transfer",
		    request->scope.account);
	if (status != KA_STORE_OK)
		return status;
	if ((status = ka_tx_tag_delete_all(tx, &from.scope, ka_arn(&from, "cacert", before.id))) != KA_STORE_OK)
		return status;
	status = ka_log_change(tx, &from, ka_arn(&from, "cacert", before.id), ka_ca_state(request->arena, &before), NULL);
	if (status != KA_STORE_OK)
		return status;
	return ka_log_change(tx, request, ka_arn(request, "cacert", after.id), NULL, ka_ca_state(request->arena, &after));
}

void
ka_op_accept_ca_certificate_transfer(struct ka_reply *reply, struct ka_request *request)
{
	(void)ka_api_write(reply, request, accept_transfer, &(struct ka_transfer){ reply, request });
}
