/* SPDX-License-Identifier: Apache-2.0 */
/* plan.h - a mitigation task's row, taken apart: which findings are meant, and what is done about them. */
#ifndef KA_SERVER_ACTION_PLAN_H
#define KA_SERVER_ACTION_PLAN_H

#include "server/action/acts.h"

#define KA_MAX_ACTIONS_PER_CHECK 5u /* the model's MitigationActionNameList */

struct ka_plan_action {
	const char *name, *id;
	const struct ka_act *act;
	const char *topic; /* PUBLISH_FINDING_TO_SNS, else NULL */
};

struct ka_plan_check {
	const char *name;
	size_t actions[KA_MAX_ACTIONS_PER_CHECK]; /* indices, in the order in which they are applied */
	size_t num_actions;
	const char **reason_codes; /* only findings with one of these; NULL: all */
	size_t num_reason_codes;
};

struct ka_plan {
	struct ka_plan_action *actions;
	size_t num_actions;
	struct ka_plan_check *checks;
	size_t num_checks;
	/* Findings that are listed, each with its check; none: those of the audit. */
	const char **findings, **finding_checks;
	size_t num_findings;
};

/* ka_plan_read takes a row's JSON apart; everything is in the arena. False: it does not make sense, which no task that
 * StartAuditMitigationActionsTask wrote does. */
bool ka_plan_read(struct ka_plan *out, struct ka_arena *arena, const struct ka_mitigation_row *task);

/* ka_plan_check returns what is done about findings of a check, or NULL: nothing. */
const struct ka_plan_check *ka_plan_check(const struct ka_plan *plan, const char *name);

/* ka_plan_takes tells whether the filter lets a reason code through. */
bool ka_plan_takes(const struct ka_plan_check *check, const char *reason_code);

/* ka_finding_is_suppressed tells whether a finding is left alone: it was suppressed when it was found, or a
 * suppression of its check and resource is in force now. */
enum ka_store_status ka_finding_is_suppressed(bool *out, struct ka_tx *tx, struct ka_arena *arena,
    const struct ka_scope *scope, const struct ka_finding_row *finding, int64_t now);

#endif
