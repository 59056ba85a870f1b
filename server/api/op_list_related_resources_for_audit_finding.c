/* SPDX-License-Identifier: Apache-2.0 */
/* ListRelatedResourcesForAuditFinding: the device certificates that the CA of a finding issued, all of them, oldest registration first. */
#include "server/api/audit_json.h"
#include "server/api/ops.h"

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
	struct ka_cursor after;
	uint32_t limit;
	struct ka_device_row *rows;
	size_t num;
};

static enum ka_store_status
list(struct ka_tx *tx, void *arg)
{
	struct work *work = arg;
	struct ka_finding_row finding;
	enum ka_store_status status = ka_finding_get(&finding, tx, work->reply, work->request);

	if (status != KA_STORE_OK)
		return status;
	return ka_finding_related(&work->rows, &work->num, tx, work->request, &finding, work->after.b, work->limit + 1);
}

void
ka_op_list_related_resources_for_audit_finding(struct ka_reply *reply, struct ka_request *request)
{
	const char *filter = ka_param_text(request, "findingId");
	struct work work = { .reply = reply, .request = request };
	struct ka_json json = { .buf = &reply->body };
	struct ka_cursor last = { 0, 0 };

	if (!ka_page_begin(reply, &work.limit, &work.after, request, "maxResults", "nextToken", filter) ||
	    !ka_api_read(reply, request, list, &work))
		return;
	bool more = work.num > work.limit;
	size_t num = more ? work.limit : work.num;
	ka_json_open(&json, NULL, '{');
	ka_json_open(&json, "relatedResources", '[');
	for (size_t i = 0; i < num; i++)
		ka_json_related(&json, &work.rows[i]);
	ka_json_close(&json, ']');
	if (num > 0)
		last.b = work.rows[num - 1].seq;
	ka_page_end(&json, request, "nextToken", filter, &last, more);
	ka_json_close(&json, '}');
}
