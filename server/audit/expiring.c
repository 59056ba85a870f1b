/* SPDX-License-Identifier: Apache-2.0 */
/* expiring.c - certificates near their end. RFC 5280 4.1.2.5: a certificate is valid through notAfter. */
#include "server/audit/audit.h"

void
ka_audit_expiring(struct ka_audit_sink *sink, const struct ka_audit_subject *subject, int64_t parameter, int64_t now)
{
	int64_t left = subject->not_after - now;
	const char *code, *reason;

	if (left > parameter * KA_MS_PER_DAY)
		return;
	if (left < 0) {
		code = "CERTIFICATE_PAST_EXPIRATION";
		reason = "Certificate is past its expiration.";
	} else {
		code = "CERTIFICATE_APPROACHING_EXPIRATION";
		reason = "Certificate is approaching its expiration.";
	}
	ka_audit_report(sink, code, reason,
	    ka_arena_format(ka_audit_arena(sink), "{\"EXPIRATION_TIME\":\"%lld\"}", (long long)subject->not_after));
}
