/* SPDX-License-Identifier: Apache-2.0 */
#include "server/finding/finding_json.h"

#include "server/names.h"

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
