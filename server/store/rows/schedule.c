/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/sql.h"

#define OWN_COLUMNS "name, frequency, day_of_month, day_of_week, checks, next_run, created, modified"
#define COLUMNS "seq, account, region, " OWN_COLUMNS

enum ka_store_status
ka_tx_schedule_insert(struct ka_tx *tx, const struct ka_scope *scope, const struct ka_schedule_row *row)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "INSERT INTO schedule (account, region, " OWN_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	    " ON CONFLICT DO NOTHING");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, row->name);
	ka_sql_put_int(&sql, row->frequency);
	ka_sql_put_text(&sql, row->day_of_month);
	ka_sql_put_text(&sql, row->day_of_week);
	ka_sql_put_text(&sql, row->checks);
	ka_sql_put_int(&sql, row->next_run);
	ka_sql_put_int(&sql, row->created);
	ka_sql_put_int(&sql, row->modified);
	return ka_sql_change(&sql, KA_STORE_EXISTS);
}

static void
read_schedule(struct ka_sql *sql, struct ka_schedule_row *out, struct ka_arena *arena)
{
	out->seq = ka_sql_int(sql);
	out->account = ka_sql_text(sql, arena);
	out->region = ka_sql_text(sql, arena);
	out->name = ka_sql_text(sql, arena);
	out->frequency = (enum ka_frequency)ka_sql_int(sql);
	out->day_of_month = ka_sql_text(sql, arena);
	out->day_of_week = ka_sql_text(sql, arena);
	out->checks = ka_sql_text(sql, arena);
	out->next_run = ka_sql_int(sql);
	out->created = ka_sql_int(sql);
	out->modified = ka_sql_int(sql);
}

enum ka_store_status
ka_tx_schedule_get(struct ka_tx *tx, struct ka_schedule_row *out, struct ka_arena *arena, const struct ka_scope *scope,
    const char *name)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT " COLUMNS " FROM schedule WHERE account = ? AND region = ? AND name = ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, name);
	bool found = ka_sql_step(&sql);
	if (found)
		read_schedule(&sql, out, arena);
	return ka_sql_one(&sql, found);
}

enum ka_store_status
ka_tx_schedule_update(struct ka_tx *tx, const struct ka_scope *scope, const struct ka_schedule_row *row)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "UPDATE schedule SET frequency = ?, day_of_month = ?, day_of_week = ?, checks = ?, next_run = ?, modified "
	    "= ?"
	    " WHERE account = ? AND region = ? AND name = ?");
	ka_sql_put_int(&sql, row->frequency);
	ka_sql_put_text(&sql, row->day_of_month);
	ka_sql_put_text(&sql, row->day_of_week);
	ka_sql_put_text(&sql, row->checks);
	ka_sql_put_int(&sql, row->next_run);
	ka_sql_put_int(&sql, row->modified);
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, row->name);
	return ka_sql_change(&sql, KA_STORE_NONE);
}

enum ka_store_status
ka_tx_schedule_delete(struct ka_tx *tx, const struct ka_scope *scope, const char *name)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "DELETE FROM schedule WHERE account = ? AND region = ? AND name = ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, name);
	return ka_sql_change(&sql, KA_STORE_NONE);
}

enum ka_store_status
ka_tx_schedule_delete_all(struct ka_tx *tx, const struct ka_scope *scope)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "DELETE FROM schedule WHERE account = ? AND region = ?");
	ka_sql_put_scope(&sql, scope);
	return ka_sql_change(&sql, KA_STORE_OK);
}

enum ka_store_status
ka_tx_schedule_list(struct ka_tx *tx, struct ka_schedule_row **out, size_t *out_num, struct ka_arena *arena,
    const struct ka_scope *scope, const struct ka_page *page)
{
	struct ka_rows rows = { .arena = arena, .size = sizeof(**out) };
	struct ka_sql_text text = { .len = 0 };
	struct ka_sql sql;

	ka_sql_add(&text, "SELECT " COLUMNS " FROM schedule WHERE account = ? AND region = ?");
	ka_sql_page(&text, page);
	ka_sql_begin(&sql, tx, text.text);
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_page(&sql, page);
	while (ka_sql_step(&sql))
		read_schedule(&sql, ka_rows_add(&rows), arena);
	return ka_sql_rows(&sql, &rows, out, out_num);
}

enum ka_store_status
ka_tx_schedule_due(struct ka_tx *tx, struct ka_schedule_row *out, struct ka_arena *arena, int64_t now)
{
	struct ka_sql_text text = { .len = 0 };
	struct ka_sql sql;

	ka_sql_add(&text, "SELECT " COLUMNS " FROM schedule WHERE next_run <= ? ORDER BY next_run, seq LIMIT 1");
	ka_sql_add(&text, tx->backend->skip_locked);
	ka_sql_begin(&sql, tx, text.text);
	ka_sql_put_int(&sql, now);
	bool found = ka_sql_step(&sql);
	if (found)
		read_schedule(&sql, out, arena);
	return ka_sql_one(&sql, found);
}
