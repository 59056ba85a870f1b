/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/sql.h"

#define COLUMNS "check_name, resource, expires, description, token, created"

/* The column expires: indefinite ones come last in the order of expiration. */
static int64_t
expires(const struct ka_suppression_row *row)
{
	return row->indefinitely ? INT64_MAX : row->expiration;
}

enum ka_store_status
ka_tx_suppression_insert(struct ka_tx *tx, const struct ka_scope *scope, const struct ka_suppression_row *row)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "INSERT INTO suppression (account, region, " COLUMNS
	    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, row->check_name);
	ka_sql_put_text(&sql, row->resource);
	ka_sql_put_int(&sql, expires(row));
	ka_sql_put_text(&sql, row->description);
	ka_sql_put_text(&sql, row->token);
	ka_sql_put_int(&sql, row->created);
	return ka_sql_change(&sql, KA_STORE_EXISTS);
}

static void
read_suppression(struct ka_sql *sql, struct ka_suppression_row *out, struct ka_arena *arena)
{
	out->seq = ka_sql_int(sql);
	out->check_name = ka_sql_text(sql, arena);
	out->resource = ka_sql_text(sql, arena);
	int64_t when = ka_sql_int(sql);
	out->indefinitely = when == INT64_MAX;
	out->expiration = out->indefinitely ? 0 : when;
	out->description = ka_sql_text(sql, arena);
	out->token = ka_sql_text(sql, arena);
	out->created = ka_sql_int(sql);
}

enum ka_store_status
ka_tx_suppression_get(struct ka_tx *tx, struct ka_suppression_row *out, struct ka_arena *arena,
    const struct ka_scope *scope, const char *check_name, const char *resource)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "SELECT seq, " COLUMNS
	    " FROM suppression WHERE account = ? AND region = ? AND check_name = ? AND resource = ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, check_name);
	ka_sql_put_text(&sql, resource);
	bool found = ka_sql_step(&sql);
	if (found)
		read_suppression(&sql, out, arena);
	return ka_sql_one(&sql, found);
}

enum ka_store_status
ka_tx_suppression_update(struct ka_tx *tx, const struct ka_scope *scope, const struct ka_suppression_row *row)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "UPDATE suppression SET expires = ?, description = ?"
	    " WHERE account = ? AND region = ? AND check_name = ? AND resource = ?");
	ka_sql_put_int(&sql, expires(row));
	ka_sql_put_text(&sql, row->description);
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, row->check_name);
	ka_sql_put_text(&sql, row->resource);
	return ka_sql_change(&sql, KA_STORE_NONE);
}

enum ka_store_status
ka_tx_suppression_delete(struct ka_tx *tx, const struct ka_scope *scope, const char *check_name, const char *resource)
{
	struct ka_sql sql;

	ka_sql_begin(
	    &sql, tx, "DELETE FROM suppression WHERE account = ? AND region = ? AND check_name = ? AND resource = ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, check_name);
	ka_sql_put_text(&sql, resource);
	return ka_sql_change(&sql, KA_STORE_NONE);
}

enum ka_store_status
ka_tx_suppression_list(struct ka_tx *tx, struct ka_suppression_row **out, size_t *out_num, struct ka_arena *arena,
    const struct ka_scope *scope, const struct ka_suppression_filter *filter, const struct ka_page *page)
{
	struct ka_rows rows = { .arena = arena, .size = sizeof(**out) };
	struct ka_sql_text text = { .len = 0 };
	struct ka_sql sql;

	ka_sql_add(&text, "SELECT seq, " COLUMNS " FROM suppression WHERE account = ? AND region = ?");
	if (filter->check_name != NULL)
		ka_sql_add(&text, " AND check_name = ?");
	if (filter->resource != NULL)
		ka_sql_add(&text, " AND resource = ?");
	ka_sql_page_by(&text, "expires", page);

	ka_sql_begin(&sql, tx, text.text);
	ka_sql_put_scope(&sql, scope);
	if (filter->check_name != NULL)
		ka_sql_put_text(&sql, filter->check_name);
	if (filter->resource != NULL)
		ka_sql_put_text(&sql, filter->resource);
	ka_sql_put_page_by(&sql, page, filter->active_at == 0 ? INT64_MIN : filter->active_at, INT64_MAX);
	while (ka_sql_step(&sql))
		read_suppression(&sql, ka_rows_add(&rows), arena);
	return ka_sql_rows(&sql, &rows, out, out_num);
}
