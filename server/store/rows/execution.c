/* SPDX-License-Identifier: Apache-2.0 */
/* What mitigation tasks did: counts for each check, and what each action did to each finding. */
#include "server/store/rows/mitigation.h"

enum ka_store_status
ka_mitigation_check_insert(struct ka_tx *tx, int64_t task, const struct ka_mitigation_check_row *check)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "INSERT INTO mitigation_check (task, check_name, total, failed, succeeded, skipped, canceled)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
	ka_sql_put_int(&sql, task);
	ka_sql_put_text(&sql, check->check_name);
	ka_sql_put_int(&sql, check->total);
	ka_sql_put_int(&sql, check->failed);
	ka_sql_put_int(&sql, check->succeeded);
	ka_sql_put_int(&sql, check->skipped);
	ka_sql_put_int(&sql, check->canceled);
	return ka_sql_change(&sql, KA_STORE_EXISTS);
}

enum ka_store_status
ka_tx_mitigation_checks(
    struct ka_tx *tx, struct ka_mitigation_check_row **out, size_t *out_num, struct ka_arena *arena, int64_t task)
{
	struct ka_rows rows = { .arena = arena, .size = sizeof(**out) };
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "SELECT check_name, total, failed, succeeded, skipped, canceled FROM mitigation_check WHERE task = ?"
	    " ORDER BY check_name");
	ka_sql_put_int(&sql, task);
	while (ka_sql_step(&sql)) {
		struct ka_mitigation_check_row *check = ka_rows_add(&rows);

		check->check_name = ka_sql_text(&sql, arena);
		check->total = ka_sql_int(&sql);
		check->failed = ka_sql_int(&sql);
		check->succeeded = ka_sql_int(&sql);
		check->skipped = ka_sql_int(&sql);
		check->canceled = ka_sql_int(&sql);
	}
	return ka_sql_rows(&sql, &rows, out, out_num);
}

enum ka_store_status
ka_tx_mitigation_check_update(struct ka_tx *tx, int64_t task, const struct ka_mitigation_check_row *check)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "UPDATE mitigation_check SET total = ?, failed = ?, succeeded = ?, skipped = ?, canceled = ?"
	    " WHERE task = ? AND check_name = ?");
	ka_sql_put_int(&sql, check->total);
	ka_sql_put_int(&sql, check->failed);
	ka_sql_put_int(&sql, check->succeeded);
	ka_sql_put_int(&sql, check->skipped);
	ka_sql_put_int(&sql, check->canceled);
	ka_sql_put_int(&sql, task);
	ka_sql_put_text(&sql, check->check_name);
	return ka_sql_change(&sql, KA_STORE_NONE);
}

enum ka_store_status
ka_tx_execution_insert(struct ka_tx *tx, int64_t task, const struct ka_execution_row *row)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "INSERT INTO execution (task, finding_id, position, action, status, applied, error_code, message)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
	ka_sql_put_int(&sql, task);
	ka_sql_put_id(&sql, row->finding_id);
	ka_sql_put_int(&sql, row->position);
	ka_sql_put_int(&sql, row->action);
	ka_sql_put_int(&sql, row->status);
	ka_sql_put_int(&sql, row->applied);
	ka_sql_put_text(&sql, row->error_code);
	ka_sql_put_text(&sql, row->message);
	return ka_sql_change(&sql, KA_STORE_EXISTS);
}

enum ka_store_status
ka_tx_execution_list(struct ka_tx *tx, struct ka_execution_row **out, size_t *out_num, struct ka_arena *arena,
    int64_t task, const char *finding_id)
{
	struct ka_rows rows = { .arena = arena, .size = sizeof(**out) };
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "SELECT finding_id, position, action, status, applied, error_code, message FROM execution"
	    " WHERE task = ? AND finding_id = ? ORDER BY position");
	ka_sql_put_int(&sql, task);
	ka_sql_put_id(&sql, finding_id);
	while (ka_sql_step(&sql)) {
		struct ka_execution_row *row = ka_rows_add(&rows);

		ka_sql_id(&sql, row->finding_id, sizeof(row->finding_id));
		row->position = (int32_t)ka_sql_int(&sql);
		row->action = (int32_t)ka_sql_int(&sql);
		row->status = (enum ka_execution_status)ka_sql_int(&sql);
		row->applied = ka_sql_int(&sql);
		row->error_code = ka_sql_text(&sql, arena);
		row->message = ka_sql_text(&sql, arena);
	}
	return ka_sql_rows(&sql, &rows, out, out_num);
}

/* --- retention ---------------------------------------------------------------------------------------------------- */

/* The task that ended first before a time; NONE. */
static enum ka_store_status
oldest(struct ka_tx *tx, int64_t *out_task, int64_t before)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT seq FROM mitigation WHERE ended > 0 AND ended < ? ORDER BY ended, seq LIMIT 1");
	ka_sql_put_int(&sql, before);
	bool found = ka_sql_step(&sql);
	if (found)
		*out_task = ka_sql_int(&sql);
	return ka_sql_one(&sql, found);
}

static enum ka_store_status
purge_executions(struct ka_tx *tx, uint64_t *out_num, int64_t task, uint32_t limit)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "DELETE FROM execution WHERE task = ? AND (finding_id, position) IN"
	    " (SELECT finding_id, position FROM execution WHERE task = ? LIMIT ?)");
	ka_sql_put_int(&sql, task);
	ka_sql_put_int(&sql, task);
	ka_sql_put_int(&sql, limit);
	return ka_sql_count(&sql, out_num);
}

static enum ka_store_status
delete_task(struct ka_tx *tx, int64_t task)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "DELETE FROM mitigation_check WHERE task = ?");
	ka_sql_put_int(&sql, task);
	enum ka_store_status status = ka_sql_change(&sql, KA_STORE_OK);
	if (status != KA_STORE_OK)
		return status;
	ka_sql_begin(&sql, tx, "DELETE FROM mitigation WHERE seq = ?");
	ka_sql_put_int(&sql, task);
	return ka_sql_change(&sql, KA_STORE_NONE);
}

enum ka_store_status
ka_tx_mitigation_purge(struct ka_tx *tx, uint64_t *out_num, int64_t before, uint32_t limit)
{
	int64_t task = 0;
	uint64_t num = 0;
	enum ka_store_status status = oldest(tx, &task, before);

	if (status == KA_STORE_OK)
		status = purge_executions(tx, &num, task, limit);
	if (status == KA_STORE_OK && num < limit) {
		status = delete_task(tx, task);
		num++;
	}
	if (status != KA_STORE_OK && status != KA_STORE_NONE)
		return status;
	*out_num = num;
	return KA_STORE_OK;
}
