/* SPDX-License-Identifier: Apache-2.0 */
/* DeleteMitigationAction: with its tags. One that is not there is gone already: a success (reference, section
 * 3.8). Tasks that run follow the definition that they started with. */
#include "server/api/mitigation.h"
#include "server/api/ops.h"

static enum ka_store_status delete (struct ka_tx *tx, void *arg) {
	const struct ka_request *request = arg;
	const char *name = ka_param_text(request, "actionName"), *arn = ka_action_arn(request, name);
	struct ka_action_row row;
	enum ka_store_status status = ka_tx_action_get(tx, &row, request->arena, &request->scope, name);

	if (status != KA_STORE_OK) return status == KA_STORE_NONE ? KA_STORE_OK : status;
	status = ka_tx_action_delete(tx, &request->scope, name);
	if (status == KA_STORE_OK) status = ka_tx_tag_delete_all(tx, &request->scope, arn);
	return status == KA_STORE_OK ? ka_log_change(tx, request, arn, ka_action_text(request, &row), NULL) : status;
}

void
ka_op_delete_mitigation_action(struct ka_reply *reply, struct ka_request *request)
{
	(void)ka_api_write(reply, request, delete, request);
}
