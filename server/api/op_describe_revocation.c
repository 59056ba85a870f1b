/* SPDX-License-Identifier: Apache-2.0 */
/* DescribeRevocation (not of AWS): how far a job of RevokeDevices is. */
#include "server/api/ops.h"
#include "server/api/review.h"

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
	struct ka_revocation_row job;
};

static enum ka_store_status
get(struct ka_tx *tx, void *arg)
{
	struct work *work = arg;

	return ka_revocation_get(&work->job, tx, work->reply, work->request);
}

void
ka_op_describe_revocation(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { .reply = reply, .request = request };
	struct ka_json json = { .buf = &reply->body };

	if (!ka_api_read(reply, request, get, &work))
		return;
	ka_json_open(&json, NULL, '{');
	ka_json_revocation(&json, &work.job);
	ka_json_close(&json, '}');
}
