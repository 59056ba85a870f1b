/* SPDX-License-Identifier: Apache-2.0 */
/* DEVICE_CERTIFICATE_EXPIRING_CHECK: a device certificate in use ends within CERT_EXPIRATION_THRESHOLD_IN_DAYS, or
 * has ended. */
#include "server/audit/audit.h"

static bool
configure(int64_t *out_days, const char **out_message, struct ka_arena *arena, const char *config)
{
	return ka_audit_days(out_days, out_message, arena, config, "CERT_EXPIRATION_THRESHOLD_IN_DAYS", 30);
}

const struct ka_audit_judge ka_judge_device_expiring = { .configure = configure, .judge = ka_audit_expiring };
