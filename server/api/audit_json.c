/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/audit_json.h"

#include "server/api/certificates.h"

#define MS_PER_DAY ((int64_t)24 * 60 * 60 * 1000)
#define RETENTION_DAYS 90u /* reference, section 3.13 */

void
ka_json_task_status(struct ka_json *json, enum ka_task_status status)
{
	static const char *const names[] = {
		[KA_TASK_IN_PROGRESS] = "IN_PROGRESS",
		[KA_TASK_COMPLETED] = "COMPLETED",
		[KA_TASK_FAILED] = "FAILED",
		[KA_TASK_CANCELED] = "CANCELED",
	};

	ka_json_string(json, "taskStatus", names[status]);
}

void
ka_json_task_type(struct ka_json *json, enum ka_task_type type)
{
	static const char *const names[] = {
		[KA_TASK_ON_DEMAND] = "ON_DEMAND_AUDIT_TASK",
		[KA_TASK_SCHEDULED] = "SCHEDULED_AUDIT_TASK",
	};

	ka_json_string(json, "taskType", names[type]);
}

int64_t
ka_retention_start(const struct ka_request *request)
{
	uint32_t days = request->server->retention_days;

	return request->now - (days == 0 ? RETENTION_DAYS : days) * MS_PER_DAY;
}

static void
put_resource(struct ka_json *json, enum ka_resource_type type, const char *id)
{
	bool is_ca = type == KA_RESOURCE_CA;

	ka_json_string(json, "resourceType", is_ca ? "CA_CERTIFICATE" : "DEVICE_CERTIFICATE");
	ka_json_open(json, "resourceIdentifier", '{');
	ka_json_string(json, is_ca ? "caCertificateId" : "deviceCertificateId", id);
	ka_json_close(json, '}');
}

void
ka_json_related(struct ka_json *json, const struct ka_device_row *device)
{
	ka_json_open(json, NULL, '{');
	put_resource(json, KA_RESOURCE_DEVICE, device->id);
	/* As it is now, not when the audit ran: what is left to do. Times are milliseconds, as in AWS's other additional infos. */
	ka_json_open(json, "additionalInfo", '{');
	ka_json_string(json, "CERTIFICATE_STATUS", ka_device_status_name(device->status));
	ka_json_name(json, "REGISTRATION_TIME");
	ka_buf_format(json->buf, "\"%lld\"", (long long)device->created);
	ka_json_close(json, '}');
	ka_json_close(json, '}');
}

void
ka_json_finding(struct ka_json *json, const char *name, const struct ka_finding_row *finding, const struct ka_device_row *related,
    size_t num_related)
{
	ka_json_open(json, name, '{');
	ka_json_string(json, "findingId", finding->id);
	ka_json_string(json, "taskId", finding->task_id);
	ka_json_string(json, "checkName", finding->check_name);
	ka_json_millis(json, "taskStartTime", finding->task_started);
	ka_json_millis(json, "findingTime", finding->found);
	ka_json_string(json, "severity", ka_severity_name(finding->severity));
	ka_json_open(json, "nonCompliantResource", '{');
	put_resource(json, finding->resource_type, finding->resource_id);
	ka_json_raw(json, "additionalInfo", finding->additional_info == NULL ? "{}" : finding->additional_info);
	ka_json_close(json, '}');
	ka_json_open(json, "relatedResources", '[');
	for (size_t i = 0; i < num_related; i++)
		ka_json_related(json, &related[i]);
	ka_json_close(json, ']');
	ka_json_string(json, "reasonForNonCompliance", finding->reason);
	ka_json_string(json, "reasonForNonComplianceCode", finding->reason_code);
	ka_json_bool(json, "isSuppressed", finding->suppressed);
	ka_json_close(json, '}');
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
