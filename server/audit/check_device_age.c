/* SPDX-License-Identifier: Apache-2.0 */
/* DEVICE_CERTIFICATE_AGE_CHECK: a device certificate has been in use for CERT_AGE_THRESHOLD_IN_DAYS or longer
 * (developer guide). Its age counts from its registration here: when a device began to use it, nobody else knows. */
#include <stdio.h>

#include "server/audit/audit.h"

static bool
configure(int64_t *out_days, const char **out_message, struct ka_arena *arena, const char *config)
{
	return ka_audit_days(out_days, out_message, arena, config, "CERT_AGE_THRESHOLD_IN_DAYS", 365);
}

static void
judge(struct ka_audit_sink *sink, const struct ka_audit_subject *subject, int64_t parameter, int64_t now)
{
	int64_t age = now - subject->created;

	if (age < parameter * KA_MS_PER_DAY)
		return;
	ka_audit_report(sink, "CERTIFICATE_PAST_AGE_THRESHOLD",
	    "Certificate is older than the configured age threshold.",
	    ka_arena_format(ka_audit_arena(sink),
		"{\"REGISTRATION_TIME\":\"%lld\",\"AGE_IN_DAYS\":\"%lld\",\"CERT_AGE_THRESHOLD_IN_DAYS\":\"%lld\"}",
		(long long)subject->created, (long long)(age / KA_MS_PER_DAY), (long long)parameter));
}

const struct ka_audit_judge ka_judge_device_age = { .configure = configure, .judge = judge };
