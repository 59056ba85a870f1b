/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/transfer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct ka_request
ka_request_at(const struct ka_request *request, const char *account)
{
	struct ka_request at = *request;

	at.scope.account = account;
	return at;
}

enum ka_store_status
ka_transfer_target(struct ka_tx *tx, const struct ka_transfer *transfer)
{
	struct ka_request *request = transfer->request;
	const char *target = ka_param_text(request, "targetAwsAccount");
	struct ka_account_row account;

	if (strcmp(target, request->scope.account) == 0) {
		ka_reply_error(transfer->reply, request, KA_API_INVALID_REQUEST,
		    "targetAwsAccount: %s is the account that has the certificate already", target);
		return KA_STORE_ABORTED;
	}
	enum ka_store_status status = ka_tx_account_get(tx, &account, request->arena, target);
	if (status != KA_STORE_NONE)
		return status;
	ka_reply_error(transfer->reply, request, KA_API_INVALID_REQUEST,
	    "targetAwsAccount: this server has no account %s; keyassayd account create makes one", target);
	return KA_STORE_ABORTED;
}

enum ka_store_status
ka_transfer_refuse(const struct ka_transfer *transfer, enum ka_api_error error, const char *format, ...)
{
	char why[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	ka_reply_error(transfer->reply, transfer->request, error, "Certificate %s %s",
	    ka_param_text(transfer->request, "certificateId"), why);
	return KA_STORE_ABORTED;
}

enum ka_store_status
ka_transfer_nothing(const struct ka_transfer *transfer, enum ka_store_status own, bool transferred)
{
	const struct ka_request *request = transfer->request;

	if (own == KA_STORE_OK && transferred)
		return ka_transfer_refuse(transfer, KA_API_TRANSFER_ALREADY_COMPLETED, "was accepted already");
	if (own != KA_STORE_OK && own != KA_STORE_NONE)
		return own;
	return ka_transfer_refuse(transfer, KA_API_RESOURCE_NOT_FOUND, "is not being transferred to account %s in %s",
	    request->scope.account, request->scope.region);
}

enum ka_store_status
ka_transfer_incoming(
    struct ka_tx *tx, struct ka_device_row *out, char out_source[KA_ACCOUNT_LEN + 1], const struct ka_transfer *transfer)
{
	struct ka_request *request = transfer->request;
	const char *id = ka_param_text(request, "certificateId");
	enum ka_store_status status = ka_tx_device_incoming(tx, out, out_source, request->arena, &request->scope, id);
	struct ka_device_row own = { 0 };

	if (status != KA_STORE_NONE)
		return status;
	status = ka_tx_device_get(tx, &own, request->arena, &request->scope, id);
	return ka_transfer_nothing(transfer, status, own.accept_date != 0);
}

enum ka_store_status
ka_transfer_give_back(
    struct ka_tx *tx, const struct ka_request *at, const struct ka_device_row *before, struct ka_device_row *after)
{
	after->status = KA_DEVICE_INACTIVE;
	after->transfer_to = NULL;
	after->customer_version++;
	after->modified = at->now;
	enum ka_store_status status = ka_tx_device_update(tx, &at->scope, after);
	if (status != KA_STORE_OK)
		return status;
	return ka_log_change(tx, at, ka_arn(at, "cert", after->id), ka_device_state(at->arena, before),
	    ka_device_state(at->arena, after));
}

static void
write_date(struct ka_json *json, const char *name, int64_t date)
{
	if (date != 0)
		ka_json_millis(json, name, date);
}

void
ka_json_transfer(struct ka_json *json, const struct ka_transfer_data *data)
{
	if (data->transferred == 0)
		return;
	ka_json_open(json, "transferData", '{');
	if (data->message != NULL)
		ka_json_string(json, "transferMessage", data->message);
	if (data->reject_reason != NULL)
		ka_json_string(json, "rejectReason", data->reject_reason);
	write_date(json, "transferDate", data->transferred);
	write_date(json, "acceptDate", data->accepted);
	write_date(json, "rejectDate", data->rejected);
	ka_json_close(json, '}');
}
