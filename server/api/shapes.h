/* SPDX-License-Identifier: Apache-2.0 */
/* shapes.h - the shapes of the service model that parameters use; the model's name in C spelling. */
#ifndef KA_SERVER_API_SHAPES_H
#define KA_SERVER_API_SHAPES_H

#include "server/api/routes.h"

extern const struct ka_shape ka_shape_add_things_to_thing_group_params;
extern const struct ka_shape ka_shape_account_wide; /* ours */
extern const struct ka_shape ka_shape_allow_auto_registration;
extern const struct ka_shape ka_shape_ascending_order;
extern const struct ka_shape ka_shape_audit_check_configuration;
extern const struct ka_shape ka_shape_audit_check_configurations;
extern const struct ka_shape ka_shape_audit_check_name;
extern const struct ka_shape ka_shape_audit_check_to_actions_mapping;
extern const struct ka_shape ka_shape_audit_check_to_reason_code_filter;
extern const struct ka_shape ka_shape_audit_description;
extern const struct ka_shape ka_shape_audit_frequency;
extern const struct ka_shape ka_shape_audit_mitigation_actions_execution_status;
extern const struct ka_shape ka_shape_audit_mitigation_actions_task_status;
extern const struct ka_shape ka_shape_audit_mitigation_actions_task_target;
extern const struct ka_shape ka_shape_audit_notification_target;
extern const struct ka_shape ka_shape_audit_notification_target_configurations;
extern const struct ka_shape ka_shape_audit_notification_type;
extern const struct ka_shape ka_shape_audit_task_id;
extern const struct ka_shape ka_shape_audit_task_status;
extern const struct ka_shape ka_shape_audit_task_type;
extern const struct ka_shape ka_shape_auto_registration_status;
extern const struct ka_shape ka_shape_aws_account_id;
extern const struct ka_shape ka_shape_ca_certificate_status;
extern const struct ka_shape ka_shape_ca_certificate_update_action;
extern const struct ka_shape ka_shape_certificate_arn;
extern const struct ka_shape ka_shape_certificate_id;
extern const struct ka_shape ka_shape_certificate_mode;
extern const struct ka_shape ka_shape_certificate_pem;
extern const struct ka_shape ka_shape_certificate_signing_request;
extern const struct ka_shape ka_shape_certificate_status;
extern const struct ka_shape ka_shape_check_custom_configuration;
extern const struct ka_shape ka_shape_client_id;
extern const struct ka_shape ka_shape_client_request_token;
extern const struct ka_shape ka_shape_cognito_identity_pool_id;
extern const struct ka_shape ka_shape_config_name;
extern const struct ka_shape ka_shape_config_value;
extern const struct ka_shape ka_shape_day_of_month;
extern const struct ka_shape ka_shape_day_of_week;
extern const struct ka_shape ka_shape_delete_scheduled_audits;
extern const struct ka_shape ka_shape_device_certificate_update_action;
extern const struct ka_shape ka_shape_dry_run; /* ours */
extern const struct ka_shape ka_shape_enable_iot_logging_params;
extern const struct ka_shape ka_shape_enabled;
extern const struct ka_shape ka_shape_endpoint_type;
extern const struct ka_shape ka_shape_finding_id;
extern const struct ka_shape ka_shape_finding_ids;
extern const struct ka_shape ka_shape_force_delete;
extern const struct ka_shape ka_shape_issuer_certificate_identifier;
extern const struct ka_shape ka_shape_issuer_certificate_serial_number;
extern const struct ka_shape ka_shape_issuer_certificate_subject;
extern const struct ka_shape ka_shape_issuer_id;
extern const struct ka_shape ka_shape_list_suppressed_findings;
extern const struct ka_shape ka_shape_log_level;
extern const struct ka_shape ka_shape_log_text; /* ours */
extern const struct ka_shape ka_shape_marker;
extern const struct ka_shape ka_shape_max_results;
extern const struct ka_shape ka_shape_message;
extern const struct ka_shape ka_shape_mitigation_action_name;
extern const struct ka_shape ka_shape_mitigation_action_name_list;
extern const struct ka_shape ka_shape_mitigation_action_params;
extern const struct ka_shape ka_shape_mitigation_action_type;
extern const struct ka_shape ka_shape_mitigation_actions_task_id;
extern const struct ka_shape ka_shape_next_token;
extern const struct ka_shape ka_shape_nullable_boolean;
extern const struct ka_shape ka_shape_page_size;
extern const struct ka_shape ka_shape_policy_name;
extern const struct ka_shape ka_shape_policy_template_name;
extern const struct ka_shape ka_shape_policy_version_id;
extern const struct ka_shape ka_shape_policy_version_identifier;
extern const struct ka_shape ka_shape_publish_finding_to_sns_params;
extern const struct ka_shape ka_shape_reason_for_non_compliance_code;
extern const struct ka_shape ka_shape_reason_for_non_compliance_codes;
extern const struct ka_shape ka_shape_registration_config;
extern const struct ka_shape ka_shape_remove_auto_registration;
extern const struct ka_shape ka_shape_replace_default_policy_version_params;
extern const struct ka_shape ka_shape_resource_arn;
extern const struct ka_shape ka_shape_resource_identifier;
extern const struct ka_shape ka_shape_role_alias_arn;
extern const struct ka_shape ka_shape_role_arn;
extern const struct ka_shape ka_shape_scheduled_audit_name;
extern const struct ka_shape ka_shape_set_as_active;
extern const struct ka_shape ka_shape_set_as_active_flag;
extern const struct ka_shape ka_shape_sns_topic_arn;
extern const struct ka_shape ka_shape_suppress_indefinitely;
extern const struct ka_shape ka_shape_tag;
extern const struct ka_shape ka_shape_tag_key;
extern const struct ka_shape ka_shape_tag_key_list;
extern const struct ka_shape ka_shape_tag_list;
extern const struct ka_shape ka_shape_tag_value;
extern const struct ka_shape ka_shape_target_arn;
extern const struct ka_shape ka_shape_target_audit_check_names;
extern const struct ka_shape ka_shape_template_body;
extern const struct ka_shape ka_shape_template_name;
extern const struct ka_shape ka_shape_thing_group_name;
extern const struct ka_shape ka_shape_thing_group_names;
extern const struct ka_shape ka_shape_timestamp;
extern const struct ka_shape ka_shape_update_ca_certificate_params;
extern const struct ka_shape ka_shape_update_device_certificate_params;

#endif
