/* SPDX-License-Identifier: Apache-2.0 */
/* validity.c - certificates outside their dates. Both dates belong to the period (RFC 5280 4.1.2.5). A certificate whose
 * dates are reversed counts as expired. */
#include "lib/check/check.h"

static void
judge(struct ka_verdict *out_verdict, const struct ka_ctx *ctx, const struct ka_object *object, int64_t at)
{
	enum ka_reason reason;

	(void)ctx;
	if (!object->has_validity) {
		ka_verdict_not_applicable(out_verdict, KA_CHECK_VALIDITY);
		return;
	}
	if (at > object->not_after)
		reason = KA_REASON_EXPIRED;
	else if (at < object->not_before)
		reason = KA_REASON_NOT_YET_VALID;
	else {
		ka_verdict_pass(out_verdict, KA_CHECK_VALIDITY);
		return;
	}
	ka_verdict_fail(out_verdict, KA_CHECK_VALIDITY, reason);
	out_verdict->validity.not_before = object->not_before;
	out_verdict->validity.not_after = object->not_after;
	out_verdict->validity.at = at;
}

const struct ka_check ka_check_validity = {
	.id = KA_CHECK_VALIDITY,
	.name = "validity",
	.title = "Certificate expired or not yet valid",
	.profiles = KA_PROFILE_AUDIT | KA_PROFILE_FULL,
	.judge = judge,
};
