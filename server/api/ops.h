/* SPDX-License-Identifier: Apache-2.0 */
/* ops.h - the operations, each in op_<name>.c; routes.c has a row for each. What they do is the service's API reference; where it is
 * silent, the head of the file says what was chosen. */
#ifndef KA_SERVER_API_OPS_H
#define KA_SERVER_API_OPS_H

#include "server/api/api.h"

/* CA certificates and the registration code */
void ka_op_register_ca_certificate(struct ka_reply *reply, struct ka_request *request);
void ka_op_describe_ca_certificate(struct ka_reply *reply, struct ka_request *request);
void ka_op_update_ca_certificate(struct ka_reply *reply, struct ka_request *request);
void ka_op_delete_ca_certificate(struct ka_reply *reply, struct ka_request *request);
void ka_op_list_ca_certificates(struct ka_reply *reply, struct ka_request *request);
void ka_op_list_certificates_by_ca(struct ka_reply *reply, struct ka_request *request);
void ka_op_get_registration_code(struct ka_reply *reply, struct ka_request *request);
void ka_op_delete_registration_code(struct ka_reply *reply, struct ka_request *request);
/* Device certificates */
void ka_op_register_certificate(struct ka_reply *reply, struct ka_request *request);
void ka_op_register_certificate_without_ca(struct ka_reply *reply, struct ka_request *request);
void ka_op_create_keys_and_certificate(struct ka_reply *reply, struct ka_request *request);
void ka_op_create_certificate_from_csr(struct ka_reply *reply, struct ka_request *request);
void ka_op_describe_certificate(struct ka_reply *reply, struct ka_request *request);
void ka_op_update_certificate(struct ka_reply *reply, struct ka_request *request);
void ka_op_delete_certificate(struct ka_reply *reply, struct ka_request *request);
void ka_op_list_certificates(struct ka_reply *reply, struct ka_request *request);
/* Certificates that move to another account */
void ka_op_transfer_certificate(struct ka_reply *reply, struct ka_request *request);
void ka_op_accept_certificate_transfer(struct ka_reply *reply, struct ka_request *request);
void ka_op_reject_certificate_transfer(struct ka_reply *reply, struct ka_request *request);
void ka_op_cancel_certificate_transfer(struct ka_reply *reply, struct ka_request *request);
void ka_op_list_outgoing_certificates(struct ka_reply *reply, struct ka_request *request);
/* Review of a CA's devices */
void ka_op_list_devices_for_review(struct ka_reply *reply, struct ka_request *request);
void ka_op_revoke_devices(struct ka_reply *reply, struct ka_request *request);
void ka_op_describe_revocation(struct ka_reply *reply, struct ka_request *request);
void ka_op_list_revocations(struct ka_reply *reply, struct ka_request *request);
void ka_op_cancel_revocation(struct ka_reply *reply, struct ka_request *request);
/* For brokers */
void ka_op_authorize_certificate(struct ka_reply *reply, struct ka_request *request);
/* Audit configuration */
void ka_op_update_account_audit_configuration(struct ka_reply *reply, struct ka_request *request);
void ka_op_describe_account_audit_configuration(struct ka_reply *reply, struct ka_request *request);
void ka_op_delete_account_audit_configuration(struct ka_reply *reply, struct ka_request *request);
/* Audit tasks */
void ka_op_start_on_demand_audit_task(struct ka_reply *reply, struct ka_request *request);
void ka_op_describe_audit_task(struct ka_reply *reply, struct ka_request *request);
void ka_op_list_audit_tasks(struct ka_reply *reply, struct ka_request *request);
void ka_op_cancel_audit_task(struct ka_reply *reply, struct ka_request *request);
/* Scheduled audits */
void ka_op_create_scheduled_audit(struct ka_reply *reply, struct ka_request *request);
void ka_op_describe_scheduled_audit(struct ka_reply *reply, struct ka_request *request);
void ka_op_update_scheduled_audit(struct ka_reply *reply, struct ka_request *request);
void ka_op_delete_scheduled_audit(struct ka_reply *reply, struct ka_request *request);
void ka_op_list_scheduled_audits(struct ka_reply *reply, struct ka_request *request);
/* Findings */
void ka_op_list_audit_findings(struct ka_reply *reply, struct ka_request *request);
void ka_op_describe_audit_finding(struct ka_reply *reply, struct ka_request *request);
void ka_op_list_related_resources_for_audit_finding(struct ka_reply *reply, struct ka_request *request);
/* Suppressions */
void ka_op_create_audit_suppression(struct ka_reply *reply, struct ka_request *request);
void ka_op_describe_audit_suppression(struct ka_reply *reply, struct ka_request *request);
void ka_op_update_audit_suppression(struct ka_reply *reply, struct ka_request *request);
void ka_op_delete_audit_suppression(struct ka_reply *reply, struct ka_request *request);
void ka_op_list_audit_suppressions(struct ka_reply *reply, struct ka_request *request);
/* Mitigation actions, and tasks that apply them */
void ka_op_create_mitigation_action(struct ka_reply *reply, struct ka_request *request);
void ka_op_describe_mitigation_action(struct ka_reply *reply, struct ka_request *request);
void ka_op_update_mitigation_action(struct ka_reply *reply, struct ka_request *request);
void ka_op_delete_mitigation_action(struct ka_reply *reply, struct ka_request *request);
void ka_op_list_mitigation_actions(struct ka_reply *reply, struct ka_request *request);
void ka_op_start_audit_mitigation_actions_task(struct ka_reply *reply, struct ka_request *request);
void ka_op_describe_audit_mitigation_actions_task(struct ka_reply *reply, struct ka_request *request);
void ka_op_cancel_audit_mitigation_actions_task(struct ka_reply *reply, struct ka_request *request);
void ka_op_list_audit_mitigation_actions_tasks(struct ka_reply *reply, struct ka_request *request);
void ka_op_list_audit_mitigation_actions_executions(struct ka_reply *reply, struct ka_request *request);
/* Tags and endpoint */
void ka_op_tag_resource(struct ka_reply *reply, struct ka_request *request);
void ka_op_untag_resource(struct ka_reply *reply, struct ka_request *request);
void ka_op_list_tags_for_resource(struct ka_reply *reply, struct ka_request *request);
void ka_op_describe_endpoint(struct ka_reply *reply, struct ka_request *request);
/* Not of AWS: CA certificates that move to another account */
void ka_op_transfer_ca_certificate(struct ka_reply *reply, struct ka_request *request);
void ka_op_accept_ca_certificate_transfer(struct ka_reply *reply, struct ka_request *request);
void ka_op_reject_ca_certificate_transfer(struct ka_reply *reply, struct ka_request *request);
void ka_op_cancel_ca_certificate_transfer(struct ka_reply *reply, struct ka_request *request);
void ka_op_list_outgoing_ca_certificates(struct ka_reply *reply, struct ka_request *request);
void ka_op_list_incoming_ca_certificates(struct ka_reply *reply, struct ka_request *request);
/* The log of state changes */
void ka_op_list_log(struct ka_reply *reply, struct ka_request *request);

#endif
