/* SPDX-License-Identifier: Apache-2.0 */
/* The service model's shapes as tables: constraints are botocore's (iot/2015-05-28), member for member; routes_test.py compares them.
 * Where the model leaves a name free that only some values make sense for (names of checks), the operation decides. */
#include "server/api/shapes.h"

#include "server/api/patterns.h"

#define AT_LEAST(n) .min = (n), .has_min = true
#define AT_MOST(n) .max = (n), .has_max = true
#define BETWEEN(low, high) AT_LEAST(low), AT_MOST(high)
#define ANYTHING .pattern = "[\\s\\S]*"
#define ID_PATTERN .pattern = "(0x)?[a-fA-F0-9]+", .matches = ka_is_hex_id
#define NAME_PATTERN .pattern = "[a-zA-Z0-9_-]+", .matches = ka_is_name

#define STRING(symbol, model_name, ...) \
	const struct ka_shape ka_shape_##symbol = { .name = model_name, .type = KA_SHAPE_STRING, __VA_ARGS__ }
#define TEXT(symbol, model_name) const struct ka_shape ka_shape_##symbol = { .name = model_name, .type = KA_SHAPE_STRING }
#define BOOLEAN(symbol, model_name) const struct ka_shape ka_shape_##symbol = { .name = model_name, .type = KA_SHAPE_BOOLEAN }
#define INTEGER(symbol, model_name, ...) \
	const struct ka_shape ka_shape_##symbol = { .name = model_name, .type = KA_SHAPE_INTEGER, __VA_ARGS__ }
#define ENUM(symbol, model_name, ...) \
	static const char *const values_##symbol[] = { __VA_ARGS__, NULL }; \
	const struct ka_shape ka_shape_##symbol = { .name = model_name, .type = KA_SHAPE_STRING, .values = values_##symbol }
#define STRUCTURE(symbol, model_name, ...) \
	static const struct ka_member members_##symbol[] = { __VA_ARGS__, { 0 } }; \
	const struct ka_shape ka_shape_##symbol = { .name = model_name, .type = KA_SHAPE_STRUCTURE, .members = members_##symbol }
#define LIST(symbol, model_name, of) \
	const struct ka_shape ka_shape_##symbol = { .name = model_name, .type = KA_SHAPE_LIST, .element = &ka_shape_##of }
#define LIST_BETWEEN(symbol, model_name, of, low, high) \
	const struct ka_shape ka_shape_##symbol = { \
		.name = model_name, .type = KA_SHAPE_LIST, .element = &ka_shape_##of, BETWEEN(low, high) \
	}
#define MAP(symbol, model_name, from, to) \
	const struct ka_shape ka_shape_##symbol = { .name = model_name, .type = KA_SHAPE_MAP, .key = &ka_shape_##from, .element = &ka_shape_##to }
#define MEMBER(member_name, symbol) { member_name, &ka_shape_##symbol, false }
#define REQUIRED(member_name, symbol) { member_name, &ka_shape_##symbol, true }

/* --- certificates --------------------------------------------------------------------------------------------------------- */

BOOLEAN(allow_auto_registration, "AllowAutoRegistration");
BOOLEAN(ascending_order, "AscendingOrder");
ENUM(auto_registration_status, "AutoRegistrationStatus", "ENABLE", "DISABLE");
STRING(aws_account_id, "AwsAccountId", BETWEEN(12, 12), .pattern = "[0-9]+", .matches = ka_is_digits);
ENUM(ca_certificate_status, "CACertificateStatus", "ACTIVE", "INACTIVE");
TEXT(certificate_arn, "CertificateArn");
STRING(certificate_id, "CertificateId", BETWEEN(64, 64), ID_PATTERN, .normalise = ka_normalise_certificate_id);
ENUM(certificate_mode, "CertificateMode", "DEFAULT", "SNI_ONLY");
STRING(certificate_pem, "CertificatePem", BETWEEN(1, 65536), ANYTHING);
STRING(certificate_signing_request, "CertificateSigningRequest", BETWEEN(1, 4096), ANYTHING);
ENUM(certificate_status, "CertificateStatus", "ACTIVE", "INACTIVE", "REVOKED", "PENDING_TRANSFER", "REGISTER_INACTIVE",
    "PENDING_ACTIVATION");
STRING(endpoint_type, "EndpointType", AT_MOST(128), ANYTHING);
BOOLEAN(dry_run, "DryRun"); /* not of the model: operations under /keyassay/v1/ */
BOOLEAN(account_wide, "AccountWide"); /* the same */
STRING(log_text, "LogText", BETWEEN(1, 2048)); /* the same */
BOOLEAN(force_delete, "ForceDelete");
STRING(marker, "Marker", AT_MOST(1024), .pattern = "[A-Za-z0-9+/]+={0,2}", .matches = ka_is_base64);
STRING(message, "Message", AT_MOST(128), ANYTHING);
INTEGER(page_size, "PageSize", BETWEEN(1, 250));
BOOLEAN(remove_auto_registration, "RemoveAutoRegistration");
STRING(role_arn, "RoleArn", BETWEEN(20, 2048));
BOOLEAN(set_as_active, "SetAsActive");
BOOLEAN(set_as_active_flag, "SetAsActiveFlag");
STRING(template_body, "TemplateBody", BETWEEN(0, 10240), ANYTHING);
STRING(template_name, "TemplateName", BETWEEN(1, 36), .pattern = "^[0-9A-Za-z_-]+$", .matches = ka_is_name);
STRUCTURE(registration_config, "RegistrationConfig", MEMBER("templateBody", template_body), MEMBER("roleArn", role_arn),
    MEMBER("templateName", template_name));

/* --- tags ----------------------------------------------------------------------------------------------------------------- */

TEXT(resource_arn, "ResourceArn");
STRING(tag_key, "TagKey", BETWEEN(1, 128), .pattern = "^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$", .matches = ka_is_tag_key);
STRING(tag_value, "TagValue", BETWEEN(0, 256));
STRUCTURE(tag, "Tag", REQUIRED("Key", tag_key), MEMBER("Value", tag_value));
LIST(tag_list, "TagList", tag);
LIST(tag_key_list, "TagKeyList", tag_key);

/* --- audit ---------------------------------------------------------------------------------------------------------------- */

TEXT(audit_check_name, "AuditCheckName");
BOOLEAN(enabled, "Enabled");
/* The model of Debian's botocore does not have the configuration member yet; later ones do. */
ENUM(config_name, "ConfigName", "CERT_AGE_THRESHOLD_IN_DAYS", "CERT_EXPIRATION_THRESHOLD_IN_DAYS");
STRING(config_value, "ConfigValue", BETWEEN(1, 64));
MAP(check_custom_configuration, "CheckCustomConfiguration", config_name, config_value);
STRUCTURE(audit_check_configuration, "AuditCheckConfiguration", MEMBER("enabled", enabled),
    MEMBER("configuration", check_custom_configuration));
MAP(audit_check_configurations, "AuditCheckConfigurations", audit_check_name, audit_check_configuration);
STRING(target_arn, "TargetArn", AT_MOST(2048));
STRUCTURE(audit_notification_target, "AuditNotificationTarget", MEMBER("targetArn", target_arn), MEMBER("roleArn", role_arn),
    MEMBER("enabled", enabled));
ENUM(audit_notification_type, "AuditNotificationType", "SNS");
MAP(audit_notification_target_configurations, "AuditNotificationTargetConfigurations", audit_notification_type,
    audit_notification_target);
BOOLEAN(delete_scheduled_audits, "DeleteScheduledAudits");

LIST(target_audit_check_names, "TargetAuditCheckNames", audit_check_name);
STRING(audit_task_id, "AuditTaskId", BETWEEN(1, 40), .pattern = "[a-zA-Z0-9\\-]+", .matches = ka_is_alnum_dash);
ENUM(audit_task_status, "AuditTaskStatus", "IN_PROGRESS", "COMPLETED", "FAILED", "CANCELED");
ENUM(audit_task_type, "AuditTaskType", "ON_DEMAND_AUDIT_TASK", "SCHEDULED_AUDIT_TASK");
TEXT(next_token, "NextToken");
INTEGER(max_results, "MaxResults", BETWEEN(1, 250));
const struct ka_shape ka_shape_timestamp = { .name = "Timestamp", .type = KA_SHAPE_TIMESTAMP };

ENUM(audit_frequency, "AuditFrequency", "DAILY", "WEEKLY", "BIWEEKLY", "MONTHLY");
STRING(day_of_month, "DayOfMonth", .pattern = "^([1-9]|[12][0-9]|3[01])$|^LAST$", .matches = ka_is_day_of_month);
ENUM(day_of_week, "DayOfWeek", "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");
STRING(scheduled_audit_name, "ScheduledAuditName", BETWEEN(1, 128), NAME_PATTERN);

/* --- findings and suppressions -------------------------------------------------------------------------------------------- */

STRING(finding_id, "FindingId", BETWEEN(1, 128), NAME_PATTERN);
BOOLEAN(list_suppressed_findings, "ListSuppressedFindings");
TEXT(cognito_identity_pool_id, "CognitoIdentityPoolId");
TEXT(client_id, "ClientId");
STRING(policy_name, "PolicyName", BETWEEN(1, 128), .pattern = "[\\w+=,.@-]+", .matches = ka_is_policy_name);
STRING(policy_version_id, "PolicyVersionId", .pattern = "[0-9]+", .matches = ka_is_digits);
STRUCTURE(policy_version_identifier, "PolicyVersionIdentifier", MEMBER("policyName", policy_name),
    MEMBER("policyVersionId", policy_version_id));
STRING(role_alias_arn, "RoleAliasArn", BETWEEN(1, 2048));
STRING(issuer_certificate_subject, "IssuerCertificateSubject", AT_MOST(1000), .pattern = "[\\p{Graph}\\x20]*",
    .matches = ka_is_printable);
STRING(issuer_id, "IssuerId", AT_MOST(64), ID_PATTERN);
STRING(issuer_certificate_serial_number, "IssuerCertificateSerialNumber", AT_MOST(20), .pattern = "[a-fA-F0-9:]+",
    .matches = ka_is_hex_colons);
STRUCTURE(issuer_certificate_identifier, "IssuerCertificateIdentifier",
    MEMBER("issuerCertificateSubject", issuer_certificate_subject), MEMBER("issuerId", issuer_id),
    MEMBER("issuerCertificateSerialNumber", issuer_certificate_serial_number));
STRUCTURE(resource_identifier, "ResourceIdentifier", MEMBER("deviceCertificateId", certificate_id),
    MEMBER("caCertificateId", certificate_id), MEMBER("cognitoIdentityPoolId", cognito_identity_pool_id),
    MEMBER("clientId", client_id), MEMBER("policyVersionIdentifier", policy_version_identifier),
    MEMBER("account", aws_account_id), MEMBER("iamRoleArn", role_arn), MEMBER("roleAliasArn", role_alias_arn),
    MEMBER("issuerCertificateIdentifier", issuer_certificate_identifier), MEMBER("deviceCertificateArn", certificate_arn));
BOOLEAN(suppress_indefinitely, "SuppressIndefinitely");
STRING(audit_description, "AuditDescription", AT_MOST(1000), .pattern = "[\\p{Graph}\\x20]*", .matches = ka_is_printable);
STRING(client_request_token, "ClientRequestToken", BETWEEN(1, 64), .pattern = "^[a-zA-Z0-9-_]+$", .matches = ka_is_name);

/* --- mitigation ----------------------------------------------------------------------------------------------------------- */

STRING(mitigation_action_name, "MitigationActionName", AT_MOST(128), NAME_PATTERN);
ENUM(mitigation_action_type, "MitigationActionType", "UPDATE_DEVICE_CERTIFICATE", "UPDATE_CA_CERTIFICATE",
    "ADD_THINGS_TO_THING_GROUP", "REPLACE_DEFAULT_POLICY_VERSION", "ENABLE_IOT_LOGGING", "PUBLISH_FINDING_TO_SNS");
ENUM(device_certificate_update_action, "DeviceCertificateUpdateAction", "DEACTIVATE");
STRUCTURE(update_device_certificate_params, "UpdateDeviceCertificateParams", REQUIRED("action", device_certificate_update_action));
ENUM(ca_certificate_update_action, "CACertificateUpdateAction", "DEACTIVATE");
STRUCTURE(update_ca_certificate_params, "UpdateCACertificateParams", REQUIRED("action", ca_certificate_update_action));
STRING(thing_group_name, "ThingGroupName", BETWEEN(1, 128), .pattern = "[a-zA-Z0-9:_-]+", .matches = ka_is_name_colons);
LIST_BETWEEN(thing_group_names, "ThingGroupNames", thing_group_name, 1, 10);
BOOLEAN(nullable_boolean, "NullableBoolean");
STRUCTURE(add_things_to_thing_group_params, "AddThingsToThingGroupParams", REQUIRED("thingGroupNames", thing_group_names),
    MEMBER("overrideDynamicGroups", nullable_boolean));
ENUM(policy_template_name, "PolicyTemplateName", "BLANK_POLICY");
STRUCTURE(replace_default_policy_version_params, "ReplaceDefaultPolicyVersionParams",
    REQUIRED("templateName", policy_template_name));
ENUM(log_level, "LogLevel", "DEBUG", "INFO", "ERROR", "WARN", "DISABLED");
STRUCTURE(enable_iot_logging_params, "EnableIoTLoggingParams", REQUIRED("roleArnForLogging", role_arn),
    REQUIRED("logLevel", log_level));
STRING(sns_topic_arn, "SnsTopicArn", AT_MOST(350));
STRUCTURE(publish_finding_to_sns_params, "PublishFindingToSnsParams", REQUIRED("topicArn", sns_topic_arn));
STRUCTURE(mitigation_action_params, "MitigationActionParams",
    MEMBER("updateDeviceCertificateParams", update_device_certificate_params),
    MEMBER("updateCACertificateParams", update_ca_certificate_params),
    MEMBER("addThingsToThingGroupParams", add_things_to_thing_group_params),
    MEMBER("replaceDefaultPolicyVersionParams", replace_default_policy_version_params),
    MEMBER("enableIoTLoggingParams", enable_iot_logging_params),
    MEMBER("publishFindingToSnsParams", publish_finding_to_sns_params));

STRING(mitigation_actions_task_id, "MitigationActionsTaskId", BETWEEN(1, 128), NAME_PATTERN);
ENUM(audit_mitigation_actions_task_status, "AuditMitigationActionsTaskStatus", "IN_PROGRESS", "COMPLETED", "FAILED", "CANCELED");
ENUM(audit_mitigation_actions_execution_status, "AuditMitigationActionsExecutionStatus", "IN_PROGRESS", "COMPLETED", "FAILED",
    "CANCELED", "SKIPPED", "PENDING");
LIST_BETWEEN(finding_ids, "FindingIds", finding_id, 1, 25);
TEXT(reason_for_non_compliance_code, "ReasonForNonComplianceCode");
LIST_BETWEEN(reason_for_non_compliance_codes, "ReasonForNonComplianceCodes", reason_for_non_compliance_code, 1, 25);
MAP(audit_check_to_reason_code_filter, "AuditCheckToReasonCodeFilter", audit_check_name, reason_for_non_compliance_codes);
STRUCTURE(audit_mitigation_actions_task_target, "AuditMitigationActionsTaskTarget", MEMBER("auditTaskId", audit_task_id),
    MEMBER("findingIds", finding_ids), MEMBER("auditCheckToReasonCodeFilter", audit_check_to_reason_code_filter));
LIST_BETWEEN(mitigation_action_name_list, "MitigationActionNameList", mitigation_action_name, 1, 5);
MAP(audit_check_to_actions_mapping, "AuditCheckToActionsMapping", audit_check_name, mitigation_action_name_list);
