/* SPDX-License-Identifier: Apache-2.0 */
/* CA_CERTIFICATE_EXPIRING_CHECK: a CA certificate in use ends within 30 days, or has ended (developer guide). */
#include "server/audit/audit.h"

#define DAYS 30

static bool
configure(int64_t *out_days, const char **out_message, struct ka_arena *arena, const char *config)
{
	(void)out_message;
	(void)arena;
	(void)config;
	*out_days = DAYS;
	return true;
}

const struct ka_audit_judge ka_judge_ca_expiring = { .configure = configure, .judge = ka_audit_expiring };
