/* SPDX-License-Identifier: Apache-2.0 */
/* DeleteRegistrationCode: verification certificates made with the old code prove nothing from now on. */
#include "server/api/certificates.h"
#include "server/api/ops.h"

struct deletion {
	struct ka_reply *reply;
	struct ka_request *request;
};

static enum ka_store_status
delete_code(struct ka_tx *tx, void *arg)
{
	struct deletion *deletion = arg;
	const struct ka_request *request = deletion->request;
	char code[KA_CERT_ID_LEN + 1];
	enum ka_store_status status = ka_tx_registration_code_get(tx, code, &request->scope);

	if (status == KA_STORE_NONE) {
		ka_reply_error(deletion->reply, request, KA_API_RESOURCE_NOT_FOUND,
		    "No registration code has been made (or it was deleted): GetRegistrationCode makes one");
		return KA_STORE_ABORTED;
	}
	if (status != KA_STORE_OK || (status = ka_tx_registration_code_delete(tx, &request->scope)) != KA_STORE_OK)
		return status;
	return ka_log_change(tx, request, ka_arn(request, "registrationcode", "default"),
	    ka_registration_code_state(request->arena, code), NULL);
}

void
ka_op_delete_registration_code(struct ka_reply *reply, struct ka_request *request)
{
	(void)ka_api_write(reply, request, delete_code, &(struct deletion){ reply, request });
}
