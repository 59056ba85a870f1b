/* SPDX-License-Identifier: Apache-2.0 */
/* DescribeAuditFinding. The finding is what the audit saw; related resources are as they are now. */
#include "server/api/audit_json.h"
#include "server/api/ops.h"

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
	struct ka_finding_row finding;
	struct ka_device_row *related;
	size_t num_related;
};

static enum ka_store_status
read(struct ka_tx *tx, void *arg)
{
	struct work *work = arg;
	enum ka_store_status status = ka_finding_get(&work->finding, tx, work->reply, work->request);

	if (status != KA_STORE_OK)
		return status;
	return ka_finding_related(
	    &work->related, &work->num_related, tx, work->request, &work->finding, 0, KA_MAX_RELATED_INLINE);
}

void
ka_op_describe_audit_finding(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { .reply = reply, .request = request };
	struct ka_json json = { .buf = &reply->body };

	if (!ka_api_read(reply, request, read, &work))
		return;
	ka_json_open(&json, NULL, '{');
	ka_json_finding(&json, "finding", &work.finding, work.related, work.num_related);
	ka_json_close(&json, '}');
}
