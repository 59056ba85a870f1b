/* SPDX-License-Identifier: Apache-2.0 */
/* DescribeAuditSuppression: also one that has expired, as long as it is not deleted or replaced. */
#include "server/api/ops.h"
#include "server/api/suppression.h"

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
	struct ka_suppression_row identity, row;
};

static enum ka_store_status
read(struct ka_tx *tx, void *arg)
{
	struct work *work = arg;

	return ka_suppression_get(&work->row, tx, work->reply, work->request, &work->identity);
}

void
ka_op_describe_audit_suppression(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { .reply = reply, .request = request };
	struct ka_json json = { .buf = &reply->body };
	struct ka_resource resource;

	if (!ka_suppression_read_identity(&work.identity, &resource, reply, request) ||
	    !ka_api_read(reply, request, read, &work))
		return;
	ka_json_open(&json, NULL, '{');
	ka_suppression_json(&json, &work.row);
	ka_json_close(&json, '}');
}
