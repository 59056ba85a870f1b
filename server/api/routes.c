/* SPDX-License-Identifier: Apache-2.0 */
/* The table of operations. GET is not the same as reading: what "writes" waits for a commit and may block.
 *
 * Roles: an auditor reads, audits and suppresses; what changes the registry, its tags or the accounts takes an admin. */
#include "server/api/ops.h"
#include "server/api/parameters.h"

#define ROUTE(model_name, method, path, role, writes, symbol) \
	{ model_name, KA_METHOD_##method, path, ka_params_##symbol, KA_ROLE_##role, writes, ka_op_##symbol }
#define READS false
#define WRITES true

static const struct ka_route routes[] = {
	/* CA certificates and the registration code */
	ROUTE("RegisterCACertificate", POST, "/cacertificate", ADMIN, WRITES, register_ca_certificate),
	ROUTE("DescribeCACertificate", GET, "/cacertificate/{caCertificateId}", READER, READS, describe_ca_certificate),
	ROUTE("UpdateCACertificate", PUT, "/cacertificate/{caCertificateId}", ADMIN, WRITES, update_ca_certificate),
	ROUTE("DeleteCACertificate", DELETE, "/cacertificate/{caCertificateId}", ADMIN, WRITES, delete_ca_certificate),
	ROUTE("ListCACertificates", GET, "/cacertificates", READER, READS, list_ca_certificates),
	ROUTE("ListCertificatesByCA", GET, "/certificates-by-ca/{caCertificateId}", READER, READS, list_certificates_by_ca),
	ROUTE("GetRegistrationCode", GET, "/registrationcode", ADMIN, WRITES, get_registration_code),
	ROUTE("DeleteRegistrationCode", DELETE, "/registrationcode", ADMIN, WRITES, delete_registration_code),
	/* Device certificates */
	ROUTE("RegisterCertificate", POST, "/certificate/register", ADMIN, WRITES, register_certificate),
	ROUTE("RegisterCertificateWithoutCA", POST, "/certificate/register-no-ca", ADMIN, WRITES, register_certificate_without_ca),
	ROUTE("CreateKeysAndCertificate", POST, "/keys-and-certificate", ADMIN, WRITES, create_keys_and_certificate),
	ROUTE("CreateCertificateFromCsr", POST, "/certificates", ADMIN, WRITES, create_certificate_from_csr),
	ROUTE("DescribeCertificate", GET, "/certificates/{certificateId}", READER, READS, describe_certificate),
	ROUTE("UpdateCertificate", PUT, "/certificates/{certificateId}", ADMIN, WRITES, update_certificate),
	ROUTE("DeleteCertificate", DELETE, "/certificates/{certificateId}", ADMIN, WRITES, delete_certificate),
	ROUTE("ListCertificates", GET, "/certificates", READER, READS, list_certificates),
	ROUTE("DescribeEndpoint", GET, "/endpoint", READER, READS, describe_endpoint),
	/* Certificates that move to another account */
	ROUTE("TransferCertificate", PATCH, "/transfer-certificate/{certificateId}", ADMIN, WRITES, transfer_certificate),
	ROUTE("AcceptCertificateTransfer", PATCH, "/accept-certificate-transfer/{certificateId}", ADMIN, WRITES,
	    accept_certificate_transfer),
	ROUTE("RejectCertificateTransfer", PATCH, "/reject-certificate-transfer/{certificateId}", ADMIN, WRITES,
	    reject_certificate_transfer),
	ROUTE("CancelCertificateTransfer", PATCH, "/cancel-certificate-transfer/{certificateId}", ADMIN, WRITES,
	    cancel_certificate_transfer),
	ROUTE("ListOutgoingCertificates", GET, "/certificates-out-going", READER, READS, list_outgoing_certificates),
	/* Audit configuration */
	ROUTE("UpdateAccountAuditConfiguration", PATCH, "/audit/configuration", AUDITOR, WRITES,
	    update_account_audit_configuration),
	ROUTE("DescribeAccountAuditConfiguration", GET, "/audit/configuration", READER, READS,
	    describe_account_audit_configuration),
	ROUTE("DeleteAccountAuditConfiguration", DELETE, "/audit/configuration", AUDITOR, WRITES,
	    delete_account_audit_configuration),
	/* Audit tasks */
	ROUTE("StartOnDemandAuditTask", POST, "/audit/tasks", AUDITOR, WRITES, start_on_demand_audit_task),
	ROUTE("DescribeAuditTask", GET, "/audit/tasks/{taskId}", READER, READS, describe_audit_task),
	ROUTE("ListAuditTasks", GET, "/audit/tasks", READER, READS, list_audit_tasks),
	ROUTE("CancelAuditTask", PUT, "/audit/tasks/{taskId}/cancel", AUDITOR, WRITES, cancel_audit_task),
	/* Scheduled audits */
	ROUTE("CreateScheduledAudit", POST, "/audit/scheduledaudits/{scheduledAuditName}", AUDITOR, WRITES,
	    create_scheduled_audit),
	ROUTE("DescribeScheduledAudit", GET, "/audit/scheduledaudits/{scheduledAuditName}", READER, READS,
	    describe_scheduled_audit),
	ROUTE("UpdateScheduledAudit", PATCH, "/audit/scheduledaudits/{scheduledAuditName}", AUDITOR, WRITES,
	    update_scheduled_audit),
	ROUTE("DeleteScheduledAudit", DELETE, "/audit/scheduledaudits/{scheduledAuditName}", AUDITOR, WRITES,
	    delete_scheduled_audit),
	ROUTE("ListScheduledAudits", GET, "/audit/scheduledaudits", READER, READS, list_scheduled_audits),
	/* Findings */
	ROUTE("ListAuditFindings", POST, "/audit/findings", READER, READS, list_audit_findings),
	ROUTE("DescribeAuditFinding", GET, "/audit/findings/{findingId}", READER, READS, describe_audit_finding),
	ROUTE("ListRelatedResourcesForAuditFinding", GET, "/audit/relatedResources", READER, READS,
	    list_related_resources_for_audit_finding),
	/* Suppressions */
	ROUTE("CreateAuditSuppression", POST, "/audit/suppressions/create", AUDITOR, WRITES, create_audit_suppression),
	ROUTE("DescribeAuditSuppression", POST, "/audit/suppressions/describe", READER, READS,
	    describe_audit_suppression),
	ROUTE("UpdateAuditSuppression", PATCH, "/audit/suppressions/update", AUDITOR, WRITES,
	    update_audit_suppression),
	ROUTE("DeleteAuditSuppression", POST, "/audit/suppressions/delete", AUDITOR, WRITES, delete_audit_suppression),
	ROUTE("ListAuditSuppressions", POST, "/audit/suppressions/list", READER, READS, list_audit_suppressions),
	/* Mitigation actions, and tasks that apply them: they change the registry */
	ROUTE("CreateMitigationAction", POST, "/mitigationactions/actions/{actionName}", ADMIN, WRITES,
	    create_mitigation_action),
	ROUTE("DescribeMitigationAction", GET, "/mitigationactions/actions/{actionName}", READER, READS,
	    describe_mitigation_action),
	ROUTE("UpdateMitigationAction", PATCH, "/mitigationactions/actions/{actionName}", ADMIN, WRITES,
	    update_mitigation_action),
	ROUTE("DeleteMitigationAction", DELETE, "/mitigationactions/actions/{actionName}", ADMIN, WRITES,
	    delete_mitigation_action),
	ROUTE("ListMitigationActions", GET, "/mitigationactions/actions", READER, READS, list_mitigation_actions),
	ROUTE("StartAuditMitigationActionsTask", POST, "/audit/mitigationactions/tasks/{taskId}", ADMIN, WRITES,
	    start_audit_mitigation_actions_task),
	ROUTE("DescribeAuditMitigationActionsTask", GET, "/audit/mitigationactions/tasks/{taskId}", READER, READS,
	    describe_audit_mitigation_actions_task),
	ROUTE("CancelAuditMitigationActionsTask", PUT, "/audit/mitigationactions/tasks/{taskId}/cancel", ADMIN, WRITES,
	    cancel_audit_mitigation_actions_task),
	ROUTE("ListAuditMitigationActionsTasks", GET, "/audit/mitigationactions/tasks", READER, READS,
	    list_audit_mitigation_actions_tasks),
	ROUTE("ListAuditMitigationActionsExecutions", GET, "/audit/mitigationactions/executions", READER, READS,
	    list_audit_mitigation_actions_executions),
	/* Tags and endpoint */
	ROUTE("TagResource", POST, "/tags", ADMIN, WRITES, tag_resource),
	ROUTE("UntagResource", POST, "/untag", ADMIN, WRITES, untag_resource),
	ROUTE("ListTagsForResource", GET, "/tags", READER, READS, list_tags_for_resource),
	/* Not of AWS: CA certificates that move to another account */
	ROUTE("TransferCACertificate", POST, "/keyassay/v1/cacertificate/{certificateId}/transfer", ADMIN, WRITES,
	    transfer_ca_certificate),
	ROUTE("AcceptCACertificateTransfer", POST, "/keyassay/v1/cacertificate/{certificateId}/accept", ADMIN, WRITES,
	    accept_ca_certificate_transfer),
	ROUTE("RejectCACertificateTransfer", POST, "/keyassay/v1/cacertificate/{certificateId}/reject", ADMIN, WRITES,
	    reject_ca_certificate_transfer),
	ROUTE("CancelCACertificateTransfer", POST, "/keyassay/v1/cacertificate/{certificateId}/cancel", ADMIN, WRITES,
	    cancel_ca_certificate_transfer),
	ROUTE("ListOutgoingCACertificates", GET, "/keyassay/v1/cacertificates/outgoing", READER, READS,
	    list_outgoing_ca_certificates),
	ROUTE("ListIncomingCACertificates", GET, "/keyassay/v1/cacertificates/incoming", READER, READS,
	    list_incoming_ca_certificates),
	/* Not of AWS: review of a CA's devices */
	ROUTE("ListDevicesForReview", GET, "/keyassay/v1/cacertificate/{certificateId}/devices", READER, READS,
	    list_devices_for_review),
	ROUTE("RevokeDevices", POST, "/keyassay/v1/cacertificate/{certificateId}/revoke", ADMIN, WRITES, revoke_devices),
	ROUTE("DescribeRevocation", GET, "/keyassay/v1/revocations/{revocationId}", READER, READS, describe_revocation),
	ROUTE("ListRevocations", GET, "/keyassay/v1/revocations", READER, READS, list_revocations),
	ROUTE("CancelRevocation", POST, "/keyassay/v1/revocations/{revocationId}/cancel", ADMIN, WRITES, cancel_revocation),
	/* Not of AWS: the log of state changes */
	ROUTE("ListLog", GET, "/keyassay/v1/log", AUDITOR, READS, list_log),
	/* Not of AWS: for brokers */
	ROUTE("AuthorizeCertificate", GET, "/keyassay/v1/authorize", READER, READS, authorize_certificate),
	{ 0 },
};

const struct ka_route *
ka_routes(void)
{
	return routes;
}
