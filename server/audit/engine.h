/* SPDX-License-Identifier: Apache-2.0 */
/* engine.h - runs audit tasks: claims them with a lease, judges in chunks, stores findings and counts, one transaction
 * a chunk.
 *
 * api/ writes tasks and schedules; the engine picks them up; neither calls the other, but for the wake-up below. */
#ifndef KA_SERVER_AUDIT_ENGINE_H
#define KA_SERVER_AUDIT_ENGINE_H

#include "server/server.h"

struct ka_engine_options {
	unsigned num_workers;   /* 0: other nodes run the audits; schedules fire here all the same */
	int64_t lease_ms;       /* 0: 30 seconds; renewed with every chunk */
	int64_t poll_ms;        /* 0: 1 second: how often other nodes' tasks, run-out leases and schedules are looked for */
	uint32_t chunk;         /* certificates a chunk; 0: 4096 */
	uint32_t retention_days; /* 0: 90 */
	/* No other process uses this database (its lock is held): leases that are left are those of the dead, and
	 * are taken back at the start, so that an audit that was interrupted goes on at once. */
	bool is_only;
};

/* What a task's numbers mean. total: certificates in use (ACTIVE or PENDING_TRANSFER) that were registered when the
 * task started and were still there when their turn came. noncompliant: those with at least one finding, suppressed:
 * how many of these are suppressed for the check. A check is COMPLETED_NON_COMPLIANT when noncompliant > suppressed.
 * Certificates that could not be decided count in total and are told in the check's message. A task is CANCELED when
 * it was canceled before all its checks had ended (those that had keep their result), FAILED when every one of its
 * checks FAILED, else COMPLETED. */

/* ka_engine_start starts the workers, the scheduler and the retention sweep. NULL when no thread can be started. */
struct ka_engine *ka_engine_start(struct ka_server *server, const struct ka_engine_options *options);

/* ka_engine_wake makes the workers look for work now. Any thread; NULL is fine. */
void ka_engine_wake(struct ka_engine *engine);

/* ka_engine_stop lets the chunks under way end, gives leases back and joins the threads. NULL is fine. */
void ka_engine_stop(struct ka_engine *engine);

/* The audit checks: one const struct per file, one row per name of the reference (3.3) in checks.c. */
struct ka_audit_check {
	const char *name;            /* "CA_CERTIFICATE_KEY_QUALITY_CHECK" */
	enum ka_severity severity;
	enum ka_resource_type resource; /* what it looks at */
	const char *const *config_keys; /* configuration members that it knows, NULL-terminated; or NULL */
	/* NULL: keyassay does not have this check; a task runs it to FAILED with a message that says so. */
	const struct ka_audit_judge *judge;
};

/* ka_audit_checks returns all 17 names of AWS, ended by a NULL name; ka_audit_check_by_name one or NULL. */
const struct ka_audit_check *ka_audit_checks(void);
const struct ka_audit_check *ka_audit_check_by_name(const char *name);

/* ka_schedule_next returns when a schedule runs next after a time (both milliseconds): 00:00 UTC of its days plus a
 * part of a day that depends on the schedule's name only, so that a fleet's schedules do not all start at midnight.
 * DAILY; WEEKLY and BIWEEKLY on day_of_week (the first matching day, then every second week counted from created);
 * MONTHLY on day_of_month, the last day where the month is shorter, or LAST. */
int64_t ka_schedule_next(const struct ka_schedule_row *schedule, int64_t after);

#endif
