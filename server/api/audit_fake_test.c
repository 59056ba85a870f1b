/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for audit/ and review/ in tests of operations: some checks that are had, some that are not, a schedule that runs a day later. */
#include <string.h>

#include "server/audit/engine.h"
#include "server/review/engine.h"

struct ka_audit_judge {
	int nothing;
};

static const struct ka_audit_judge judge = { 0 };
static const char *const age_keys[] = { "CERT_AGE_THRESHOLD_IN_DAYS", NULL };
static const char *const expiring_keys[] = { "CERT_EXPIRATION_THRESHOLD_IN_DAYS", NULL };

static const struct ka_audit_check checks[] = {
	{ "CA_CERTIFICATE_EXPIRING_CHECK", KA_SEVERITY_MEDIUM, KA_RESOURCE_CA, NULL, &judge },
	{ "CA_CERTIFICATE_KEY_QUALITY_CHECK", KA_SEVERITY_CRITICAL, KA_RESOURCE_CA, NULL, &judge },
	{ "DEVICE_CERTIFICATE_AGE_CHECK", KA_SEVERITY_LOW, KA_RESOURCE_DEVICE, age_keys, &judge },
	{ "DEVICE_CERTIFICATE_EXPIRING_CHECK", KA_SEVERITY_MEDIUM, KA_RESOURCE_DEVICE, expiring_keys, &judge },
	{ "DEVICE_CERTIFICATE_KEY_QUALITY_CHECK", KA_SEVERITY_CRITICAL, KA_RESOURCE_DEVICE, NULL, &judge },
	{ "LOGGING_DISABLED_CHECK", KA_SEVERITY_LOW, 0, NULL, NULL },
	{ 0 },
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

int64_t
ka_schedule_next(const struct ka_schedule_row *schedule, int64_t after)
{
	(void)schedule;
	return after + 24 * 60 * 60 * 1000;
}

void
ka_engine_wake(struct ka_engine *engine)
{
	(void)engine;
}

void
ka_review_wake(struct ka_review *review)
{
	(void)review;
}
