/* SPDX-License-Identifier: Apache-2.0 */
/* select.c - what a step does: the checks of one kind of certificate that stand at the same place go through the
 * next certificates together, so that these are read once. Checks that cannot run end. */
#include "server/audit/step.h"

bool
ka_run_has_ended(enum ka_run_status status)
{
	return status != KA_RUN_IN_PROGRESS && status != KA_RUN_WAITING_FOR_DATA_COLLECTION;
}

static void
fail(struct ka_audit_step_check *c, const char *message)
{
	c->row.status = KA_RUN_FAILED;
	c->row.message = message;
	c->is_scanned = false;
}

/* Reads what the check needs; false: it ends. */
static bool
prepare(struct ka_audit_step *step, struct ka_audit_step_check *c)
{
	const char *message = NULL;

	c->check = ka_audit_check_by_name(c->row.check_name);
	if (c->check == NULL || c->check->judge == NULL) {
		fail(c,
		    "keyassayd does not have this check. It audits CA and device certificates: their keys, expiration "
		    "and age.");
		return false;
	}
	if (c->check->judge->configure != NULL &&
	    !c->check->judge->configure(&c->parameter, &message, &step->arena, c->row.config)) {
		fail(c, message);
		return false;
	}
	if (!ka_undecided_read(&c->undecided, c->row.undecided)) {
		fail(c, "What this check has counted so far cannot be read from the database.");
		return false;
	}
	return true;
}

enum ka_store_status
ka_audit_step_select(struct ka_audit_step *step, struct ka_tx *tx)
{
	struct ka_task_check_row *rows;
	const struct ka_audit_step_check *first = NULL;
	size_t num;
	enum ka_store_status status = ka_tx_task_checks(tx, &rows, &num, &step->arena, &step->scope, step->task_id);

	if (status != KA_STORE_OK)
		return status;
	step->checks = ka_arena_take(&step->arena, num * sizeof(*step->checks));
	for (size_t i = 0; i < num; i++) {
		struct ka_audit_step_check *c = &step->checks[step->num_checks];

		if (ka_run_has_ended(rows[i].status))
			continue;
		*c = (struct ka_audit_step_check){ .row = rows[i], .cursor = rows[i].cursor, .is_scanned = true };
		if (!prepare(step, c)) {
			step->num_checks++;
			continue;
		}
		if (first == NULL)
			first = c;
		if (c->check->resource == first->check->resource && c->cursor == first->cursor)
			step->num_checks++;
	}
	return KA_STORE_OK;
}
