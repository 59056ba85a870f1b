/* SPDX-License-Identifier: Apache-2.0 */
/* UpdateMitigationAction: what is not sent stays. Other parameters may make it an action of another type; its name
 * and id stay. Tasks that run follow the definition that they started with. An update that changes nothing is no
 * change. */
#include <string.h>

#include "server/api/mitigation.h"
#include "server/api/ops.h"

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
	struct ka_action_row wanted; /* what is sent */
	struct ka_action_row row;
};

static enum ka_store_status
update(struct ka_tx *tx, void *arg)
{
	struct work *work = arg;
	const struct ka_request *request = work->request;
	struct ka_action_row before;
	enum ka_store_status status = ka_action_get(&before, tx, work->reply, request);

	if (status != KA_STORE_OK)
		return status;
	work->row = before;
	if (work->wanted.role_arn != NULL)
		work->row.role_arn = work->wanted.role_arn;
	if (work->wanted.params != NULL) {
		work->row.type = work->wanted.type;
		work->row.params = work->wanted.params;
	}
	if (strcmp(work->row.role_arn, before.role_arn) == 0 && strcmp(work->row.params, before.params) == 0)
		return KA_STORE_OK;
	work->row.modified = request->now;
	status = ka_tx_action_update(tx, &request->scope, &work->row);
	if (status != KA_STORE_OK)
		return status;
	return ka_log_change(tx, request, ka_action_arn(request, before.name), ka_action_text(request, &before),
	    ka_action_text(request, &work->row));
}

void
ka_op_update_mitigation_action(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { .reply = reply, .request = request, .wanted.role_arn = ka_param_text(request, "roleArn") };

	if (ka_action_read_params(&work.wanted, reply, request) && ka_api_write(reply, request, update, &work))
		ka_action_reply(reply, request, &work.row);
}
