/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/audit_json.h"

#include "server/names.h"

#define MS_PER_DAY ((int64_t)24 * 60 * 60 * 1000)
#define RETENTION_DAYS 90u /* reference, section 3.13 */

void
ka_json_task_status(struct ka_json *json, enum ka_task_status status)
{
	ka_json_string(json, "taskStatus", ka_task_status_name(status));
}

void
ka_json_task_type(struct ka_json *json, enum ka_task_type type)
{
	ka_json_string(json, "taskType", ka_task_type_name(type));
}

int64_t
ka_retention_start(const struct ka_request *request)
{
	uint32_t days = request->server->retention_days;

	return request->now - (days == 0 ? RETENTION_DAYS : days) * MS_PER_DAY;
}

enum ka_store_status
ka_finding_related(struct ka_device_row **out, size_t *out_num, struct ka_tx *tx, const struct ka_request *request,
    const struct ka_finding_row *finding, int64_t after_seq, uint32_t limit)
{
	const struct ka_device_filter filter = { .ca_id = finding->resource_id };
	const struct ka_page page = { .after_seq = after_seq, .ascending = true, .limit = limit };

	*out = NULL;
	*out_num = 0;
	if (finding->resource_type != KA_RESOURCE_CA)
		return KA_STORE_OK;
	return ka_tx_device_list(tx, out, out_num, request->arena, &request->scope, &filter, &page);
}

enum ka_store_status
ka_finding_get(struct ka_finding_row *out, struct ka_tx *tx, struct ka_reply *reply, const struct ka_request *request)
{
	const char *id = ka_param_text(request, "findingId");
	enum ka_store_status status = ka_tx_finding_get(tx, out, request->arena, &request->scope, id);

	if (status == KA_STORE_OK && out->found >= ka_retention_start(request))
		return KA_STORE_OK;
	if (status != KA_STORE_OK && status != KA_STORE_NONE)
		return status;
	ka_reply_error(reply, request, KA_API_RESOURCE_NOT_FOUND, "findingId: account %s in %s has no audit finding %s",
	    request->scope.account, request->scope.region, id);
	return KA_STORE_ABORTED;
}
