/* SPDX-License-Identifier: Apache-2.0 */
/* The log of state changes. The schema refuses to change or delete what is in it. */
#include "server/store/sql.h"

#define OWN_COLUMNS "time, account, region, actor, request, action, resource, before, after"

enum ka_store_status
ka_tx_log_append(struct ka_tx *tx, const struct ka_log_row *row)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "INSERT INTO log (" OWN_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
	ka_sql_put_int(&sql, row->time);
	ka_sql_put_text(&sql, row->account);
	ka_sql_put_text(&sql, row->region);
	ka_sql_put_text(&sql, row->actor);
	ka_sql_put_text(&sql, row->request);
	ka_sql_put_text(&sql, row->action);
	ka_sql_put_text(&sql, row->resource);
	ka_sql_put_text(&sql, row->before);
	ka_sql_put_text(&sql, row->after);
	return ka_sql_change(&sql, KA_STORE_FAILED);
}

static void
read_log(struct ka_sql *sql, struct ka_log_row *out, struct ka_arena *arena)
{
	out->seq = ka_sql_int(sql);
	out->time = ka_sql_int(sql);
	out->account = ka_sql_text(sql, arena);
	out->region = ka_sql_text(sql, arena);
	out->actor = ka_sql_text(sql, arena);
	out->request = ka_sql_text(sql, arena);
	out->action = ka_sql_text(sql, arena);
	out->resource = ka_sql_text(sql, arena);
	out->before = ka_sql_text(sql, arena);
	out->after = ka_sql_text(sql, arena);
}

enum ka_store_status
ka_tx_log_list(struct ka_tx *tx, struct ka_log_row **out, size_t *out_num, struct ka_arena *arena,
    const struct ka_scope *scope, const struct ka_log_filter *filter, const struct ka_page *page)
{
	struct ka_rows rows = { .arena = arena, .size = sizeof(**out) };
	struct ka_sql_text text = { .len = 0 };
	struct ka_sql sql;

	ka_sql_add(&text, "SELECT seq, " OWN_COLUMNS " FROM log WHERE account = ? AND region = ?");
	if (filter->action != NULL)
		ka_sql_add(&text, " AND action = ?");
	if (filter->resource != NULL)
		ka_sql_add(&text, " AND resource = ?");
	if (filter->actor != NULL)
		ka_sql_add(&text, " AND actor = ?");
	ka_sql_page_by(&text, "time", page);

	ka_sql_begin(&sql, tx, text.text);
	ka_sql_put_scope(&sql, scope);
	if (filter->action != NULL)
		ka_sql_put_text(&sql, filter->action);
	if (filter->resource != NULL)
		ka_sql_put_text(&sql, filter->resource);
	if (filter->actor != NULL)
		ka_sql_put_text(&sql, filter->actor);
	ka_sql_put_page_by(&sql, page, filter->start_time, filter->end_time == 0 ? INT64_MAX : filter->end_time);
	while (ka_sql_step(&sql))
		read_log(&sql, ka_rows_add(&rows), arena);
	return ka_sql_rows(&sql, &rows, out, out_num);
}
