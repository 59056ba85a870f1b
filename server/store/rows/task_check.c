/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/rows/task.h"

#define COLUMNS \
	"position, check_name, status, cursor, total, noncompliant, suppressed, error_code, message, undecided, " \
	"config"

enum ka_store_status
ka_task_check_insert(
    struct ka_tx *tx, const struct ka_scope *scope, const char *task_id, const struct ka_task_check_row *check)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "INSERT INTO task_check (account, region, task_id, " COLUMNS ")"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, task_id);
	ka_sql_put_int(&sql, check->position);
	ka_sql_put_text(&sql, check->check_name);
	ka_sql_put_int(&sql, check->status);
	ka_sql_put_int(&sql, check->cursor);
	ka_sql_put_int(&sql, check->total);
	ka_sql_put_int(&sql, check->noncompliant);
	ka_sql_put_int(&sql, check->suppressed);
	ka_sql_put_text(&sql, check->error_code);
	ka_sql_put_text(&sql, check->message);
	ka_sql_put_text(&sql, check->undecided);
	ka_sql_put_text(&sql, check->config);
	return ka_sql_change(&sql, KA_STORE_EXISTS);
}

enum ka_store_status
ka_tx_task_checks(struct ka_tx *tx, struct ka_task_check_row **out, size_t *out_num, struct ka_arena *arena,
    const struct ka_scope *scope, const char *task_id)
{
	struct ka_rows rows = { .arena = arena, .size = sizeof(**out) };
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "SELECT " COLUMNS " FROM task_check WHERE account = ? AND region = ? AND task_id = ? ORDER BY position");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, task_id);
	while (ka_sql_step(&sql)) {
		struct ka_task_check_row *check = ka_rows_add(&rows);

		check->position = (int32_t)ka_sql_int(&sql);
		check->check_name = ka_sql_text(&sql, arena);
		check->status = (enum ka_run_status)ka_sql_int(&sql);
		check->cursor = ka_sql_int(&sql);
		check->total = ka_sql_int(&sql);
		check->noncompliant = ka_sql_int(&sql);
		check->suppressed = ka_sql_int(&sql);
		check->error_code = ka_sql_text(&sql, arena);
		check->message = ka_sql_text(&sql, arena);
		check->undecided = ka_sql_text(&sql, arena);
		check->config = ka_sql_text(&sql, arena);
	}
	return ka_sql_rows(&sql, &rows, out, out_num);
}

enum ka_store_status
ka_tx_task_check_update(
    struct ka_tx *tx, const struct ka_scope *scope, const char *task_id, const struct ka_task_check_row *check)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "UPDATE task_check SET status = ?, cursor = ?, total = ?, noncompliant = ?, suppressed = ?, error_code = ?,"
	    " message = ?, undecided = ? WHERE account = ? AND region = ? AND task_id = ? AND position = ?");
	ka_sql_put_int(&sql, check->status);
	ka_sql_put_int(&sql, check->cursor);
	ka_sql_put_int(&sql, check->total);
	ka_sql_put_int(&sql, check->noncompliant);
	ka_sql_put_int(&sql, check->suppressed);
	ka_sql_put_text(&sql, check->error_code);
	ka_sql_put_text(&sql, check->message);
	ka_sql_put_text(&sql, check->undecided);
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, task_id);
	ka_sql_put_int(&sql, check->position);
	return ka_sql_change(&sql, KA_STORE_NONE);
}
