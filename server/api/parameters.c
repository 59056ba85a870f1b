/* SPDX-License-Identifier: Apache-2.0 */
/* Input shapes of the operations as tables; constraints are those of their shapes (shapes.c). routes_test.py compares all of it with
 * botocore's model. */
#include "server/api/parameters.h"

#include "server/api/shapes.h"

#define PATH(name, wire, shape) { name, wire, KA_IN_PATH, &ka_shape_##shape, true }
#define QUERY(name, shape) { name, NULL, KA_IN_QUERY, &ka_shape_##shape, false }
#define QUERY_AS(name, wire, shape) { name, wire, KA_IN_QUERY, &ka_shape_##shape, false }
#define QUERY_REQUIRED_AS(name, wire, shape) { name, wire, KA_IN_QUERY, &ka_shape_##shape, true }
#define QUERY_REQUIRED(name, shape) { name, NULL, KA_IN_QUERY, &ka_shape_##shape, true }
#define BODY(name, shape) { name, NULL, KA_IN_BODY, &ka_shape_##shape, false }
#define BODY_REQUIRED(name, shape) { name, NULL, KA_IN_BODY, &ka_shape_##shape, true }
#define END { 0 }

/* --- CA certificates and the registration code ----------------------------------------------------------------------- */

const struct ka_param ka_params_register_ca_certificate[] = {
	BODY_REQUIRED("caCertificate", certificate_pem),
	BODY("verificationCertificate", certificate_pem),
	QUERY("setAsActive", set_as_active),
	QUERY("allowAutoRegistration", allow_auto_registration),
	BODY("registrationConfig", registration_config),
	BODY("tags", tag_list),
	BODY("certificateMode", certificate_mode),
	END,
};

const struct ka_param ka_params_describe_ca_certificate[] = {
	PATH("certificateId", "caCertificateId", certificate_id),
	END,
};

const struct ka_param ka_params_update_ca_certificate[] = {
	PATH("certificateId", "caCertificateId", certificate_id),
	QUERY("newStatus", ca_certificate_status),
	QUERY("newAutoRegistrationStatus", auto_registration_status),
	BODY("registrationConfig", registration_config),
	BODY("removeAutoRegistration", remove_auto_registration),
	END,
};

const struct ka_param ka_params_delete_ca_certificate[] = {
	PATH("certificateId", "caCertificateId", certificate_id),
	END,
};

const struct ka_param ka_params_list_ca_certificates[] = {
	QUERY("pageSize", page_size),
	QUERY("marker", marker),
	QUERY_AS("ascendingOrder", "isAscendingOrder", ascending_order),
	QUERY("templateName", template_name),
	END,
};

const struct ka_param ka_params_list_certificates_by_ca[] = {
	PATH("caCertificateId", NULL, certificate_id),
	QUERY("pageSize", page_size),
	QUERY("marker", marker),
	QUERY_AS("ascendingOrder", "isAscendingOrder", ascending_order),
	END,
};

const struct ka_param ka_params_get_registration_code[] = {
	END,
};

const struct ka_param ka_params_delete_registration_code[] = {
	END,
};

/* --- device certificates --------------------------------------------------------------------------------------------- */

const struct ka_param ka_params_register_certificate[] = {
	BODY_REQUIRED("certificatePem", certificate_pem),
	BODY("caCertificatePem", certificate_pem),
	QUERY("setAsActive", set_as_active_flag),
	BODY("status", certificate_status),
	END,
};

const struct ka_param ka_params_register_certificate_without_ca[] = {
	BODY_REQUIRED("certificatePem", certificate_pem),
	BODY("status", certificate_status),
	END,
};

const struct ka_param ka_params_create_keys_and_certificate[] = {
	QUERY("setAsActive", set_as_active),
	END,
};

const struct ka_param ka_params_create_certificate_from_csr[] = {
	BODY_REQUIRED("certificateSigningRequest", certificate_signing_request),
	QUERY("setAsActive", set_as_active),
	END,
};

const struct ka_param ka_params_describe_certificate[] = {
	PATH("certificateId", NULL, certificate_id),
	END,
};

const struct ka_param ka_params_update_certificate[] = {
	PATH("certificateId", NULL, certificate_id),
	QUERY_REQUIRED("newStatus", certificate_status),
	END,
};

const struct ka_param ka_params_delete_certificate[] = {
	PATH("certificateId", NULL, certificate_id),
	QUERY("forceDelete", force_delete),
	END,
};

const struct ka_param ka_params_list_certificates[] = {
	QUERY("pageSize", page_size),
	QUERY("marker", marker),
	QUERY_AS("ascendingOrder", "isAscendingOrder", ascending_order),
	END,
};

/* --- certificates that move to another account ----------------------------------------------------------------------- */

const struct ka_param ka_params_transfer_certificate[] = {
	PATH("certificateId", NULL, certificate_id),
	QUERY_REQUIRED("targetAwsAccount", aws_account_id),
	BODY("transferMessage", message),
	END,
};

const struct ka_param ka_params_accept_certificate_transfer[] = {
	PATH("certificateId", NULL, certificate_id),
	QUERY("setAsActive", set_as_active),
	END,
};

const struct ka_param ka_params_reject_certificate_transfer[] = {
	PATH("certificateId", NULL, certificate_id),
	BODY("rejectReason", message),
	END,
};

const struct ka_param ka_params_cancel_certificate_transfer[] = {
	PATH("certificateId", NULL, certificate_id),
	END,
};

const struct ka_param ka_params_list_outgoing_certificates[] = {
	QUERY("pageSize", page_size),
	QUERY("marker", marker),
	QUERY_AS("ascendingOrder", "isAscendingOrder", ascending_order),
	END,
};

/* --- audit configuration --------------------------------------------------------------------------------------------- */

const struct ka_param ka_params_update_account_audit_configuration[] = {
	BODY("roleArn", role_arn),
	BODY("auditNotificationTargetConfigurations", audit_notification_target_configurations),
	BODY("auditCheckConfigurations", audit_check_configurations),
	END,
};

const struct ka_param ka_params_describe_account_audit_configuration[] = {
	END,
};

const struct ka_param ka_params_delete_account_audit_configuration[] = {
	QUERY("deleteScheduledAudits", delete_scheduled_audits),
	END,
};

/* --- audit tasks ----------------------------------------------------------------------------------------------------- */

const struct ka_param ka_params_start_on_demand_audit_task[] = {
	BODY_REQUIRED("targetCheckNames", target_audit_check_names),
	END,
};

const struct ka_param ka_params_describe_audit_task[] = {
	PATH("taskId", NULL, audit_task_id),
	END,
};

const struct ka_param ka_params_list_audit_tasks[] = {
	QUERY_REQUIRED("startTime", timestamp),
	QUERY_REQUIRED("endTime", timestamp),
	QUERY("taskType", audit_task_type),
	QUERY("taskStatus", audit_task_status),
	QUERY("nextToken", next_token),
	QUERY("maxResults", max_results),
	END,
};

const struct ka_param ka_params_cancel_audit_task[] = {
	PATH("taskId", NULL, audit_task_id),
	END,
};

/* --- scheduled audits ------------------------------------------------------------------------------------------------ */

const struct ka_param ka_params_create_scheduled_audit[] = {
	BODY_REQUIRED("frequency", audit_frequency),
	BODY("dayOfMonth", day_of_month),
	BODY("dayOfWeek", day_of_week),
	BODY_REQUIRED("targetCheckNames", target_audit_check_names),
	PATH("scheduledAuditName", NULL, scheduled_audit_name),
	BODY("tags", tag_list),
	END,
};

const struct ka_param ka_params_describe_scheduled_audit[] = {
	PATH("scheduledAuditName", NULL, scheduled_audit_name),
	END,
};

const struct ka_param ka_params_update_scheduled_audit[] = {
	BODY("frequency", audit_frequency),
	BODY("dayOfMonth", day_of_month),
	BODY("dayOfWeek", day_of_week),
	BODY("targetCheckNames", target_audit_check_names),
	PATH("scheduledAuditName", NULL, scheduled_audit_name),
	END,
};

const struct ka_param ka_params_delete_scheduled_audit[] = {
	PATH("scheduledAuditName", NULL, scheduled_audit_name),
	END,
};

const struct ka_param ka_params_list_scheduled_audits[] = {
	QUERY("nextToken", next_token),
	QUERY("maxResults", max_results),
	END,
};

/* --- findings -------------------------------------------------------------------------------------------------------- */

const struct ka_param ka_params_list_audit_findings[] = {
	BODY("taskId", audit_task_id),
	BODY("checkName", audit_check_name),
	BODY("resourceIdentifier", resource_identifier),
	BODY("maxResults", max_results),
	BODY("nextToken", next_token),
	BODY("startTime", timestamp),
	BODY("endTime", timestamp),
	BODY("listSuppressedFindings", list_suppressed_findings),
	END,
};

const struct ka_param ka_params_describe_audit_finding[] = {
	PATH("findingId", NULL, finding_id),
	END,
};

const struct ka_param ka_params_list_related_resources_for_audit_finding[] = {
	QUERY_REQUIRED("findingId", finding_id),
	QUERY("nextToken", next_token),
	QUERY("maxResults", max_results),
	END,
};

/* --- suppressions ---------------------------------------------------------------------------------------------------- */

const struct ka_param ka_params_create_audit_suppression[] = {
	BODY_REQUIRED("checkName", audit_check_name),
	BODY_REQUIRED("resourceIdentifier", resource_identifier),
	BODY("expirationDate", timestamp),
	BODY("suppressIndefinitely", suppress_indefinitely),
	BODY("description", audit_description),
	BODY_REQUIRED("clientRequestToken", client_request_token),
	END,
};

const struct ka_param ka_params_describe_audit_suppression[] = {
	BODY_REQUIRED("checkName", audit_check_name),
	BODY_REQUIRED("resourceIdentifier", resource_identifier),
	END,
};

const struct ka_param ka_params_update_audit_suppression[] = {
	BODY_REQUIRED("checkName", audit_check_name),
	BODY_REQUIRED("resourceIdentifier", resource_identifier),
	BODY("expirationDate", timestamp),
	BODY("suppressIndefinitely", suppress_indefinitely),
	BODY("description", audit_description),
	END,
};

const struct ka_param ka_params_delete_audit_suppression[] = {
	BODY_REQUIRED("checkName", audit_check_name),
	BODY_REQUIRED("resourceIdentifier", resource_identifier),
	END,
};

const struct ka_param ka_params_list_audit_suppressions[] = {
	BODY("checkName", audit_check_name),
	BODY("resourceIdentifier", resource_identifier),
	BODY("ascendingOrder", ascending_order),
	BODY("nextToken", next_token),
	BODY("maxResults", max_results),
	END,
};

/* --- mitigation actions ---------------------------------------------------------------------------------------------- */

const struct ka_param ka_params_create_mitigation_action[] = {
	PATH("actionName", NULL, mitigation_action_name),
	BODY_REQUIRED("roleArn", role_arn),
	BODY_REQUIRED("actionParams", mitigation_action_params),
	BODY("tags", tag_list),
	END,
};

const struct ka_param ka_params_describe_mitigation_action[] = {
	PATH("actionName", NULL, mitigation_action_name),
	END,
};

const struct ka_param ka_params_update_mitigation_action[] = {
	PATH("actionName", NULL, mitigation_action_name),
	BODY("roleArn", role_arn),
	BODY("actionParams", mitigation_action_params),
	END,
};

const struct ka_param ka_params_delete_mitigation_action[] = {
	PATH("actionName", NULL, mitigation_action_name),
	END,
};

const struct ka_param ka_params_list_mitigation_actions[] = {
	QUERY("actionType", mitigation_action_type),
	QUERY("maxResults", max_results),
	QUERY("nextToken", next_token),
	END,
};

/* --- tasks that apply them ------------------------------------------------------------------------------------------- */

const struct ka_param ka_params_start_audit_mitigation_actions_task[] = {
	PATH("taskId", NULL, mitigation_actions_task_id),
	BODY_REQUIRED("target", audit_mitigation_actions_task_target),
	BODY_REQUIRED("auditCheckToActionsMapping", audit_check_to_actions_mapping),
	BODY_REQUIRED("clientRequestToken", client_request_token),
	END,
};

const struct ka_param ka_params_describe_audit_mitigation_actions_task[] = {
	PATH("taskId", NULL, mitigation_actions_task_id),
	END,
};

const struct ka_param ka_params_cancel_audit_mitigation_actions_task[] = {
	PATH("taskId", NULL, mitigation_actions_task_id),
	END,
};

const struct ka_param ka_params_list_audit_mitigation_actions_tasks[] = {
	QUERY("auditTaskId", audit_task_id),
	QUERY("findingId", finding_id),
	QUERY("taskStatus", audit_mitigation_actions_task_status),
	QUERY("maxResults", max_results),
	QUERY("nextToken", next_token),
	QUERY_REQUIRED("startTime", timestamp),
	QUERY_REQUIRED("endTime", timestamp),
	END,
};

const struct ka_param ka_params_list_audit_mitigation_actions_executions[] = {
	QUERY_REQUIRED("taskId", mitigation_actions_task_id),
	QUERY("actionStatus", audit_mitigation_actions_execution_status),
	QUERY_REQUIRED("findingId", finding_id),
	QUERY("maxResults", max_results),
	QUERY("nextToken", next_token),
	END,
};

/* --- tags and endpoint ----------------------------------------------------------------------------------------------- */

const struct ka_param ka_params_tag_resource[] = {
	BODY_REQUIRED("resourceArn", resource_arn),
	BODY_REQUIRED("tags", tag_list),
	END,
};

const struct ka_param ka_params_untag_resource[] = {
	BODY_REQUIRED("resourceArn", resource_arn),
	BODY_REQUIRED("tagKeys", tag_key_list),
	END,
};

const struct ka_param ka_params_list_tags_for_resource[] = {
	QUERY_REQUIRED("resourceArn", resource_arn),
	QUERY("nextToken", next_token),
	END,
};

const struct ka_param ka_params_describe_endpoint[] = {
	QUERY("endpointType", endpoint_type),
	END,
};

/* --- CA certificates that move to another account: not of AWS -------------------------------------------------------- */

const struct ka_param ka_params_transfer_ca_certificate[] = {
	PATH("certificateId", NULL, certificate_id),
	QUERY_REQUIRED("targetAwsAccount", aws_account_id),
	BODY("transferMessage", message),
	END,
};

const struct ka_param ka_params_accept_ca_certificate_transfer[] = {
	PATH("certificateId", NULL, certificate_id),
	QUERY("setAsActive", set_as_active),
	END,
};

const struct ka_param ka_params_reject_ca_certificate_transfer[] = {
	PATH("certificateId", NULL, certificate_id),
	BODY("rejectReason", message),
	END,
};

const struct ka_param ka_params_cancel_ca_certificate_transfer[] = {
	PATH("certificateId", NULL, certificate_id),
	END,
};

const struct ka_param ka_params_list_outgoing_ca_certificates[] = {
	QUERY("pageSize", page_size),
	QUERY("marker", marker),
	QUERY_AS("ascendingOrder", "isAscendingOrder", ascending_order),
	END,
};

const struct ka_param ka_params_list_incoming_ca_certificates[] = {
	QUERY("pageSize", page_size),
	QUERY("marker", marker),
	QUERY_AS("ascendingOrder", "isAscendingOrder", ascending_order),
	END,
};

/* --- review of a CA's devices: not of AWS ---------------------------------------------------------------------------- */

const struct ka_param ka_params_list_devices_for_review[] = {
	PATH("certificateId", NULL, certificate_id),
	QUERY("registeredAfter", timestamp),
	QUERY("registeredBefore", timestamp),
	QUERY("status", certificate_status),
	QUERY("pageSize", page_size),
	QUERY("marker", marker),
	QUERY_AS("ascendingOrder", "isAscendingOrder", ascending_order),
	END,
};

const struct ka_param ka_params_revoke_devices[] = {
	PATH("certificateId", NULL, certificate_id),
	BODY("registeredAfter", timestamp),
	BODY("registeredBefore", timestamp),
	BODY("dryRun", dry_run),
	BODY("clientRequestToken", client_request_token),
	END,
};

const struct ka_param ka_params_describe_revocation[] = {
	PATH("revocationId", NULL, audit_task_id),
	END,
};

const struct ka_param ka_params_list_revocations[] = {
	QUERY("caCertificateId", certificate_id),
	QUERY("status", audit_task_status),
	QUERY("nextToken", next_token),
	QUERY("maxResults", max_results),
	END,
};

const struct ka_param ka_params_cancel_revocation[] = {
	PATH("revocationId", NULL, audit_task_id),
	END,
};

/* --- for brokers: not of AWS ----------------------------------------------------------------------------------------- */

const struct ka_param ka_params_authorize_certificate[] = {
	QUERY_REQUIRED_AS("certificateId", "certificate", certificate_id),
	END,
};

/* --- the log of state changes: not of AWS ---------------------------------------------------------------------------- */

const struct ka_param ka_params_list_log[] = {
	QUERY("startTime", timestamp),
	QUERY("endTime", timestamp),
	QUERY("actor", log_text),
	QUERY("action", log_text),
	QUERY("resource", log_text),
	QUERY("accountWide", account_wide),
	QUERY_AS("ascendingOrder", "isAscendingOrder", ascending_order),
	QUERY("maxResults", max_results),
	QUERY("nextToken", next_token),
	END,
};
