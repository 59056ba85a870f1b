/* SPDX-License-Identifier: Apache-2.0 */
/* checks.c - the table of audit checks: every name that AWS has (reference, 3.3 and 4), and a judge where keyassay
 * has one. */
#include <string.h>

#include "server/audit/audit.h"

static const char *const age_config[] = { "CERT_AGE_THRESHOLD_IN_DAYS", NULL };
static const char *const expiration_config[] = { "CERT_EXPIRATION_THRESHOLD_IN_DAYS", NULL };

#define CA KA_RESOURCE_CA
#define DEVICE KA_RESOURCE_DEVICE
#define OTHER ((enum ka_resource_type)0)

static const struct ka_audit_check checks[] = {
	{ "AUTHENTICATED_COGNITO_ROLE_OVERLY_PERMISSIVE_CHECK", KA_SEVERITY_CRITICAL, OTHER, NULL, NULL },
	{ "CA_CERTIFICATE_EXPIRING_CHECK", KA_SEVERITY_MEDIUM, CA, NULL, &ka_judge_ca_expiring },
	{ "CA_CERTIFICATE_KEY_QUALITY_CHECK", KA_SEVERITY_CRITICAL, CA, NULL, &ka_judge_ca_key_quality },
	{ "CONFLICTING_CLIENT_IDS_CHECK", KA_SEVERITY_HIGH, OTHER, NULL, NULL },
	{ "DEVICE_CERTIFICATE_AGE_CHECK", KA_SEVERITY_LOW, DEVICE, age_config, &ka_judge_device_age },
	{ "DEVICE_CERTIFICATE_EXPIRING_CHECK", KA_SEVERITY_MEDIUM, DEVICE, expiration_config,
	    &ka_judge_device_expiring },
	{ "DEVICE_CERTIFICATE_KEY_QUALITY_CHECK", KA_SEVERITY_CRITICAL, DEVICE, NULL, &ka_judge_device_key_quality },
	{ "DEVICE_CERTIFICATE_SHARED_CHECK", KA_SEVERITY_CRITICAL, DEVICE, NULL, NULL },
	{ "INTERMEDIATE_CA_REVOKED_FOR_ACTIVE_DEVICE_CERTIFICATES_CHECK", KA_SEVERITY_CRITICAL, OTHER, NULL, NULL },
	{ "IOT_POLICY_OVERLY_PERMISSIVE_CHECK", KA_SEVERITY_CRITICAL, OTHER, NULL, NULL },
	{ "IOT_POLICY_POTENTIAL_MISCONFIGURATION_CHECK", KA_SEVERITY_MEDIUM, OTHER, NULL, NULL },
	{ "IOT_ROLE_ALIAS_ALLOWS_ACCESS_TO_UNUSED_SERVICES_CHECK", KA_SEVERITY_MEDIUM, OTHER, NULL, NULL },
	{ "IOT_ROLE_ALIAS_OVERLY_PERMISSIVE_CHECK", KA_SEVERITY_CRITICAL, OTHER, NULL, NULL },
	{ "LOGGING_DISABLED_CHECK", KA_SEVERITY_LOW, OTHER, NULL, NULL },
	{ "REVOKED_CA_CERTIFICATE_STILL_ACTIVE_CHECK", KA_SEVERITY_CRITICAL, CA, NULL, NULL },
	{ "REVOKED_DEVICE_CERTIFICATE_STILL_ACTIVE_CHECK", KA_SEVERITY_MEDIUM, DEVICE, NULL, NULL },
	{ "UNAUTHENTICATED_COGNITO_ROLE_OVERLY_PERMISSIVE_CHECK", KA_SEVERITY_CRITICAL, OTHER, NULL, NULL },
	{ .name = NULL },
};

const struct ka_audit_check *
ka_audit_checks(void)
{
	return checks;
}

const struct ka_audit_check *
ka_audit_check_by_name(const char *name)
{
	for (const struct ka_audit_check *check = checks; check->name != NULL; check++)
		if (strcmp(check->name, name) == 0)
			return check;
	return NULL;
}
