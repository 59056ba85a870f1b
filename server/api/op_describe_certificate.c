/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/ops.h"
#include "server/api/transfer.h"

struct lookup {
	struct ka_request *request;
	struct ka_device_row row;
	char source[KA_ACCOUNT_LEN + 1]; /* the owner where it is not who asks */
};

static enum ka_store_status
get(struct ka_tx *tx, void *arg)
{
	struct lookup *lookup = arg;
	struct ka_request *request = lookup->request;
	const char *id = ka_param_text(request, "certificateId");
	enum ka_store_status status = ka_tx_device_get(tx, &lookup->row, request->arena, &request->scope, id);

	lookup->source[0] = '\0';
	/* Who is to accept a certificate may look at it. */
	if (status == KA_STORE_NONE)
		status = ka_tx_device_incoming(tx, &lookup->row, lookup->source, request->arena, &request->scope, id);
	return status;
}

static void
write_description(struct ka_json *json, const struct ka_request *request, const struct lookup *lookup)
{
	const struct ka_device_row *row = &lookup->row;

	ka_json_open(json, "certificateDescription", '{');
	ka_json_string(json, "certificateArn", ka_arn(request, "cert", row->id));
	ka_json_string(json, "certificateId", row->id);
	if (row->ca_id[0] != '\0')
		ka_json_string(json, "caCertificateId", row->ca_id);
	ka_json_string(json, "status", ka_device_status_name(row->status));
	ka_json_pem(json, "certificatePem", row->der);
	ka_json_string(json, "ownedBy", lookup->source[0] != '\0' ? lookup->source : request->scope.account);
	if (row->previous_owner != NULL)
		ka_json_string(json, "previousOwnedBy", row->previous_owner);
	ka_json_millis(json, "creationDate", row->created);
	ka_json_millis(json, "lastModifiedDate", row->modified);
	ka_json_number(json, "customerVersion", (uint64_t)row->customer_version);
	ka_json_transfer(json,
	    &(struct ka_transfer_data){
		row->transfer_message, row->reject_reason, row->transfer_date, row->accept_date, row->reject_date });
	ka_json_string(json, "generationId", row->generation_id);
	ka_json_open(json, "validity", '{');
	ka_json_millis(json, "notBefore", row->not_before);
	ka_json_millis(json, "notAfter", row->not_after);
	ka_json_close(json, '}');
	ka_json_string(json, "certificateMode", ka_cert_mode_name(row->mode));
	ka_json_close(json, '}');
}

void
ka_op_describe_certificate(struct ka_reply *reply, struct ka_request *request)
{
	struct lookup lookup = { .request = request };
	struct ka_json json = { .buf = &reply->body };
	enum ka_store_status status = ka_store_read(request->server->store, get, &lookup);

	if (status == KA_STORE_NONE) {
		ka_reply_no_device(reply, request);
		return;
	}
	if (!ka_reply_store(reply, request, status))
		return;
	ka_json_open(&json, NULL, '{');
	write_description(&json, request, &lookup);
	ka_json_close(&json, '}');
}
