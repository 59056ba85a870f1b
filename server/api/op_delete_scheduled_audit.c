/* SPDX-License-Identifier: Apache-2.0 */
/* DeleteScheduledAudit: with its tags. Audits that it started go on. */
#include "server/api/ops.h"
#include "server/api/schedule.h"

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
};

static enum ka_store_status
delete(struct ka_tx *tx, void *arg)
{
	const struct work *work = arg;
	const struct ka_request *request = work->request;
	struct ka_schedule_row row;
	enum ka_store_status status = ka_schedule_get(&row, tx, work->reply, request);

	if (status != KA_STORE_OK)
		return status;
	const char *arn = ka_schedule_arn(request, row.name);
	status = ka_tx_schedule_delete(tx, &request->scope, row.name);
	if (status == KA_STORE_OK)
		status = ka_tx_tag_delete_all(tx, &request->scope, arn);
	return status == KA_STORE_OK ? ka_log_change(tx, request, arn, ka_schedule_text(request, &row), NULL) : status;
}

void
ka_op_delete_scheduled_audit(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { reply, request };

	(void)ka_api_write(reply, request, delete, &work);
}
