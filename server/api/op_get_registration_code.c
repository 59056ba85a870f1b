/* SPDX-License-Identifier: Apache-2.0 */
/* GetRegistrationCode: the code is made when it is first asked for, and stays until DeleteRegistrationCode. */
#include "server/api/certificates.h"
#include "server/api/ops.h"
#include "server/api/routes.h"
#include "server/random.h"

struct code {
	struct ka_request *request;
	char fresh[KA_CERT_ID_LEN + 1]; /* drawn outside: a transaction that runs again gives the same */
	char kept[KA_CERT_ID_LEN + 1];
};

static enum ka_store_status
look(struct ka_tx *tx, void *arg)
{
	struct code *code = arg;

	return ka_tx_registration_code_get(tx, code->kept, &code->request->scope);
}

static enum ka_store_status
make(struct ka_tx *tx, void *arg)
{
	struct code *code = arg;
	enum ka_store_status status = look(tx, arg);

	if (status != KA_STORE_NONE)
		return status;
	memcpy(code->kept, code->fresh, sizeof(code->kept));
	status = ka_tx_registration_code_put(tx, &code->request->scope, code->fresh, code->request->now);
	if (status != KA_STORE_OK)
		return status;
	return ka_log_change(tx, code->request, ka_arn(code->request, "registrationcode", "default"), NULL,
	    ka_registration_code_state(code->request->arena, code->fresh));
}

void
ka_op_get_registration_code(struct ka_reply *reply, struct ka_request *request)
{
	struct code code = { .request = request };
	struct ka_json json = { .buf = &reply->body };

	ka_random_hex(code.fresh, KA_CERT_ID_LEN);
	/* Nearly always it is there: no commit for that. */
	enum ka_store_status status = ka_store_read(request->server->store, look, &code);
	if (status == KA_STORE_NONE ? !ka_api_write(reply, request, make, &code)
				    : !ka_reply_store(reply, request, status))
		return;
	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "registrationCode", code.kept);
	ka_json_close(&json, '}');
}
