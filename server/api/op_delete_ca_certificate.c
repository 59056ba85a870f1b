/* SPDX-License-Identifier: Apache-2.0 */
/* DeleteCACertificate. Device certificates that the CA signed stay registered, as AWS has it. */
#include "server/api/certificates.h"
#include "server/api/ops.h"

struct deletion {
	struct ka_reply *reply;
	struct ka_request *request;
};

static enum ka_store_status
remove_ca(struct ka_tx *tx, void *arg)
{
	struct deletion *deletion = arg;
	struct ka_request *request = deletion->request;
	const char *id = ka_param_text(request, "certificateId"), *arn = ka_arn(request, "cacert", id);
	struct ka_ca_row row;
	enum ka_store_status status = ka_tx_ca_get(tx, &row, request->arena, &request->scope, id);

	if (status == KA_STORE_NONE) {
		ka_reply_no_ca(deletion->reply, request);
		return KA_STORE_ABORTED;
	}
	if (status != KA_STORE_OK)
		return status;
	if (row.status != KA_CA_INACTIVE) {
		ka_reply_error(deletion->reply, request, KA_API_CERTIFICATE_STATE,
		    "CA certificate %s is %s: only INACTIVE ones are deleted; UpdateCACertificate sets newStatus INACTIVE", id,
		    ka_ca_status_name(row.status));
		return KA_STORE_ABORTED;
	}
	if ((status = ka_tx_ca_delete(tx, &request->scope, id)) != KA_STORE_OK ||
	    (status = ka_tx_tag_delete_all(tx, &request->scope, arn)) != KA_STORE_OK)
		return status;
	return ka_log_change(tx, request, arn, ka_ca_state(request->arena, &row), NULL);
}

void
ka_op_delete_ca_certificate(struct ka_reply *reply, struct ka_request *request)
{
	(void)ka_api_write(reply, request, remove_ca, &(struct deletion){ reply, request });
}
