/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/certificates.h"
#include "server/api/ops.h"

struct lookup {
	struct ka_request *request;
	struct ka_ca_row row;
};

static enum ka_store_status
get(struct ka_tx *tx, void *arg)
{
	struct lookup *lookup = arg;

	return ka_tx_ca_get(tx, &lookup->row, lookup->request->arena, &lookup->request->scope,
	    ka_param_text(lookup->request, "certificateId"));
}

static void
write_description(struct ka_json *json, const struct ka_request *request, const struct ka_ca_row *row)
{
	ka_json_open(json, "certificateDescription", '{');
	ka_json_string(json, "certificateArn", ka_arn(request, "cacert", row->id));
	ka_json_string(json, "certificateId", row->id);
	ka_json_string(json, "status", ka_ca_status_name(row->status));
	ka_json_pem(json, "certificatePem", row->der);
	ka_json_string(json, "ownedBy", request->scope.account);
	ka_json_millis(json, "creationDate", row->created);
	ka_json_string(json, "autoRegistrationStatus", row->auto_registration ? "ENABLE" : "DISABLE");
	ka_json_millis(json, "lastModifiedDate", row->modified);
	ka_json_number(json, "customerVersion", (uint64_t)row->customer_version);
	ka_json_string(json, "generationId", row->generation_id);
	ka_json_open(json, "validity", '{');
	ka_json_millis(json, "notBefore", row->not_before);
	ka_json_millis(json, "notAfter", row->not_after);
	ka_json_close(json, '}');
	ka_json_string(json, "certificateMode", ka_cert_mode_name(row->mode));
	ka_json_close(json, '}');
}

void
ka_op_describe_ca_certificate(struct ka_reply *reply, struct ka_request *request)
{
	struct lookup lookup = { .request = request };
	struct ka_json json = { .buf = &reply->body };
	enum ka_store_status status = ka_store_read(request->server->store, get, &lookup);

	if (status == KA_STORE_NONE) {
		ka_reply_no_ca(reply, request);
		return;
	}
	if (!ka_reply_store(reply, request, status))
		return;
	ka_json_open(&json, NULL, '{');
	write_description(&json, request, &lookup.row);
	if (lookup.row.registration_config != NULL)
		ka_json_raw(&json, "registrationConfig", lookup.row.registration_config);
	ka_json_close(&json, '}');
}
