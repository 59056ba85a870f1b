/* SPDX-License-Identifier: Apache-2.0 */
/* DescribeScheduledAudit. */
#include "server/api/ops.h"
#include "server/api/schedule.h"

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
	struct ka_schedule_row row;
};

static enum ka_store_status
read(struct ka_tx *tx, void *arg)
{
	struct work *work = arg;

	return ka_schedule_get(&work->row, tx, work->reply, work->request);
}

void
ka_op_describe_scheduled_audit(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { .reply = reply, .request = request };

	if (ka_api_read(reply, request, read, &work))
		ka_buf_puts(&reply->body, ka_schedule_text(request, &work.row));
}
