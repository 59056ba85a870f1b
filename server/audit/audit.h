/* SPDX-License-Identifier: Apache-2.0 */
/* audit.h - what the checks of the audit see of a certificate, and how they say what they found. */
#ifndef KA_SERVER_AUDIT_AUDIT_H
#define KA_SERVER_AUDIT_AUDIT_H

#include "server/audit/engine.h"
#include "server/audit/undecided.h"

#define KA_MS_PER_DAY 86400000

/* A registered certificate. Times are milliseconds. object and verdict are set when a check of the task asks the
 * library; object is NULL too when the certificate cannot be read: then err says why. */
struct ka_audit_subject {
	enum ka_resource_type type;
	const char *id;
	int64_t not_before, not_after, created;
	const struct ka_object *object;
	const struct ka_verdict *verdict;
	enum ka_err err;
};

/* Where a check puts what it finds (chunk.c). A certificate that nothing is said of is compliant. */
struct ka_audit_sink;

/* ka_audit_report says that the certificate does not comply. At most once per reason code. reason_code and reason
 * outlive the chunk; info is a JSON object of strings in ka_audit_arena. */
void ka_audit_report(struct ka_audit_sink *sink, const char *reason_code, const char *reason, const char *info);

/* ka_audit_undecided says that it cannot be told, and why, in a few words that many certificates share. */
void ka_audit_undecided(struct ka_audit_sink *sink, const char *why);

/* ka_audit_arena is memory that lives until the chunk is stored. */
struct ka_arena *ka_audit_arena(struct ka_audit_sink *sink);

/* How a check judges: one const struct in its file. now is the time at which the task started, so that every chunk,
 * whoever runs it and when, is judged alike. parameter is what configure made of the configuration, else 0. */
struct ka_audit_judge {
	uint32_t library_checks; /* KA_CHECK_BIT: what the verdict must tell; 0: the key is not looked at */
	/* Optional. Reads the check's configuration (NULL: none). False: the check ends FAILED with *out_message, in
	 * the arena. */
	bool (*configure)(int64_t *out_parameter, const char **out_message, struct ka_arena *arena, const char *config);
	void (*judge)(
	    struct ka_audit_sink *sink, const struct ka_audit_subject *subject, int64_t parameter, int64_t now);
};

extern const struct ka_audit_judge ka_judge_ca_expiring;
extern const struct ka_audit_judge ka_judge_ca_key_quality;
extern const struct ka_audit_judge ka_judge_device_age;
extern const struct ka_audit_judge ka_judge_device_expiring;
extern const struct ka_audit_judge ka_judge_device_key_quality;

/* What several checks share. ka_audit_key_quality: CVE-2008-0166 and CVE-2017-15361. ka_audit_expiring: parameter is
 * how many days before its end a certificate is reported. ka_audit_days reads a number of days from 30 to 3652
 * (developer guide). */
#define KA_KEY_QUALITY_CHECKS (KA_CHECK_BIT(KA_CHECK_DEBIAN_WEAK) | KA_CHECK_BIT(KA_CHECK_ROCA))
void ka_audit_key_quality(
    struct ka_audit_sink *sink, const struct ka_audit_subject *subject, int64_t parameter, int64_t now);
void ka_audit_expiring(
    struct ka_audit_sink *sink, const struct ka_audit_subject *subject, int64_t parameter, int64_t now);
bool ka_audit_days(int64_t *out_days, const char **out_message, struct ka_arena *arena, const char *config,
    const char *key, int64_t fallback);

#endif
