/* SPDX-License-Identifier: Apache-2.0 */
/* parameters.h - the parameters of each operation: the input shapes of the service model, member for member. */
#ifndef KA_SERVER_API_PARAMETERS_H
#define KA_SERVER_API_PARAMETERS_H

#include "server/api/routes.h"

extern const struct ka_param ka_params_register_ca_certificate[];
extern const struct ka_param ka_params_describe_ca_certificate[];
extern const struct ka_param ka_params_update_ca_certificate[];
extern const struct ka_param ka_params_delete_ca_certificate[];
extern const struct ka_param ka_params_list_ca_certificates[];
extern const struct ka_param ka_params_list_certificates_by_ca[];
extern const struct ka_param ka_params_get_registration_code[];
extern const struct ka_param ka_params_delete_registration_code[];
extern const struct ka_param ka_params_register_certificate[];
extern const struct ka_param ka_params_register_certificate_without_ca[];
extern const struct ka_param ka_params_create_keys_and_certificate[];
extern const struct ka_param ka_params_create_certificate_from_csr[];
extern const struct ka_param ka_params_describe_certificate[];
extern const struct ka_param ka_params_update_certificate[];
extern const struct ka_param ka_params_delete_certificate[];
extern const struct ka_param ka_params_list_certificates[];
extern const struct ka_param ka_params_transfer_certificate[];
extern const struct ka_param ka_params_accept_certificate_transfer[];
extern const struct ka_param ka_params_reject_certificate_transfer[];
extern const struct ka_param ka_params_cancel_certificate_transfer[];
extern const struct ka_param ka_params_list_outgoing_certificates[];
extern const struct ka_param ka_params_update_account_audit_configuration[];
extern const struct ka_param ka_params_describe_account_audit_configuration[];
extern const struct ka_param ka_params_delete_account_audit_configuration[];
extern const struct ka_param ka_params_start_on_demand_audit_task[];
extern const struct ka_param ka_params_describe_audit_task[];
extern const struct ka_param ka_params_list_audit_tasks[];
extern const struct ka_param ka_params_cancel_audit_task[];
extern const struct ka_param ka_params_create_scheduled_audit[];
extern const struct ka_param ka_params_describe_scheduled_audit[];
extern const struct ka_param ka_params_update_scheduled_audit[];
extern const struct ka_param ka_params_delete_scheduled_audit[];
extern const struct ka_param ka_params_list_scheduled_audits[];
extern const struct ka_param ka_params_list_audit_findings[];
extern const struct ka_param ka_params_describe_audit_finding[];
extern const struct ka_param ka_params_list_related_resources_for_audit_finding[];
extern const struct ka_param ka_params_create_audit_suppression[];
extern const struct ka_param ka_params_describe_audit_suppression[];
extern const struct ka_param ka_params_update_audit_suppression[];
extern const struct ka_param ka_params_delete_audit_suppression[];
extern const struct ka_param ka_params_list_audit_suppressions[];
extern const struct ka_param ka_params_create_mitigation_action[];
extern const struct ka_param ka_params_describe_mitigation_action[];
extern const struct ka_param ka_params_update_mitigation_action[];
extern const struct ka_param ka_params_delete_mitigation_action[];
extern const struct ka_param ka_params_list_mitigation_actions[];
extern const struct ka_param ka_params_start_audit_mitigation_actions_task[];
extern const struct ka_param ka_params_describe_audit_mitigation_actions_task[];
extern const struct ka_param ka_params_cancel_audit_mitigation_actions_task[];
extern const struct ka_param ka_params_list_audit_mitigation_actions_tasks[];
extern const struct ka_param ka_params_list_audit_mitigation_actions_executions[];
extern const struct ka_param ka_params_tag_resource[];
extern const struct ka_param ka_params_untag_resource[];
extern const struct ka_param ka_params_list_tags_for_resource[];
extern const struct ka_param ka_params_describe_endpoint[];
extern const struct ka_param ka_params_transfer_ca_certificate[];
extern const struct ka_param ka_params_accept_ca_certificate_transfer[];
extern const struct ka_param ka_params_reject_ca_certificate_transfer[];
extern const struct ka_param ka_params_cancel_ca_certificate_transfer[];
extern const struct ka_param ka_params_list_outgoing_ca_certificates[];
extern const struct ka_param ka_params_list_incoming_ca_certificates[];
extern const struct ka_param ka_params_list_devices_for_review[];
extern const struct ka_param ka_params_revoke_devices[];
extern const struct ka_param ka_params_describe_revocation[];
extern const struct ka_param ka_params_list_revocations[];
extern const struct ka_param ka_params_cancel_revocation[];
extern const struct ka_param ka_params_authorize_certificate[];
extern const struct ka_param ka_params_list_log[];

#endif
