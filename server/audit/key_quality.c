/* SPDX-License-Identifier: Apache-2.0 */
/* key_quality.c - the library's verdict on a key as findings: one per failed check, since each has its reason code. */
#include <stdio.h>

#include "server/audit/audit.h"
#include "server/finding/finding.h"

static const enum ka_check_id ids[] = { KA_CHECK_DEBIAN_WEAK, KA_CHECK_ROCA };

static void
report(struct ka_audit_sink *sink, const struct ka_audit_subject *subject, enum ka_check_id id)
{
	enum ka_reason reason = subject->verdict->reasons[id];

	ka_audit_report(sink, ka_reason_code(reason), ka_reason_text(reason),
	    ka_finding_key_info(ka_audit_arena(sink), subject->verdict, id, &subject->object->key));
}

/* "debian-weak: no table for this type and size (RSA-2222)" */
static void
undecided(struct ka_audit_sink *sink, const struct ka_audit_subject *subject, enum ka_check_id id)
{
	const struct ka_key *key = &subject->object->key;
	char why[KA_UNDECIDED_WHY_LEN], size[16];

	(void)snprintf(size, sizeof(size), "%u", key->bits);
	(void)snprintf(why, sizeof(why), "%s: %s (%s-%s)", ka_check_at(id)->name,
	    ka_undecided_text(subject->verdict->whys[id]), ka_key_algorithm_name(key->algorithm),
	    key->algorithm == KA_KEY_EC ? ka_curve_name(key->curve) : size);
	ka_audit_undecided(sink, why);
}

void
ka_audit_key_quality(struct ka_audit_sink *sink, const struct ka_audit_subject *subject, int64_t parameter, int64_t now)
{
	char why[KA_UNDECIDED_WHY_LEN];

	(void)parameter;
	(void)now;
	if (subject->object == NULL) {
		(void)snprintf(why, sizeof(why), "the certificate cannot be read: %s", ka_err_name(subject->err));
		ka_audit_undecided(sink, why);
		return;
	}
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		if ((subject->verdict->failed & KA_CHECK_BIT(ids[i])) != 0)
			report(sink, subject, ids[i]);
		if ((subject->verdict->undecided & KA_CHECK_BIT(ids[i])) != 0)
			undecided(sink, subject, ids[i]);
	}
}
