/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/mitigation.h"
#include "server/store/sql.h"

#define COLUMNS "name, id, type, role_arn, params, created, modified"

enum ka_store_status
ka_tx_action_insert(struct ka_tx *tx, const struct ka_scope *scope, const struct ka_action_row *row)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "INSERT INTO action (account, region, " COLUMNS
	    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, row->name);
	ka_sql_put_text(&sql, row->id);
	ka_sql_put_int(&sql, row->type);
	ka_sql_put_text(&sql, row->role_arn);
	ka_sql_put_text(&sql, row->params);
	ka_sql_put_int(&sql, row->created);
	ka_sql_put_int(&sql, row->modified);
	return ka_sql_change(&sql, KA_STORE_EXISTS);
}

static void
read_action(struct ka_sql *sql, struct ka_action_row *out, struct ka_arena *arena)
{
	out->seq = ka_sql_int(sql);
	out->name = ka_sql_text(sql, arena);
	ka_sql_fixed(sql, out->id, sizeof(out->id));
	out->type = (enum ka_action_type)ka_sql_int(sql);
	out->role_arn = ka_sql_text(sql, arena);
	out->params = ka_sql_text(sql, arena);
	out->created = ka_sql_int(sql);
	out->modified = ka_sql_int(sql);
}

enum ka_store_status
ka_tx_action_get(
    struct ka_tx *tx, struct ka_action_row *out, struct ka_arena *arena, const struct ka_scope *scope, const char *name)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT seq, " COLUMNS " FROM action WHERE account = ? AND region = ? AND name = ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, name);
	bool found = ka_sql_step(&sql);
	if (found)
		read_action(&sql, out, arena);
	return ka_sql_one(&sql, found);
}

enum ka_store_status
ka_tx_action_update(struct ka_tx *tx, const struct ka_scope *scope, const struct ka_action_row *row)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "UPDATE action SET type = ?, role_arn = ?, params = ?, modified = ?"
	    " WHERE account = ? AND region = ? AND name = ?");
	ka_sql_put_int(&sql, row->type);
	ka_sql_put_text(&sql, row->role_arn);
	ka_sql_put_text(&sql, row->params);
	ka_sql_put_int(&sql, row->modified);
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, row->name);
	return ka_sql_change(&sql, KA_STORE_NONE);
}

enum ka_store_status
ka_tx_action_delete(struct ka_tx *tx, const struct ka_scope *scope, const char *name)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "DELETE FROM action WHERE account = ? AND region = ? AND name = ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, name);
	return ka_sql_change(&sql, KA_STORE_NONE);
}

enum ka_store_status
ka_tx_action_count(struct ka_tx *tx, uint64_t *out_count, const struct ka_scope *scope)
{
	struct ka_sql sql;
	int64_t count;

	ka_sql_begin(&sql, tx, "SELECT count(*) FROM action WHERE account = ? AND region = ?");
	ka_sql_put_scope(&sql, scope);
	enum ka_store_status status = ka_sql_number(&sql, &count);
	if (status == KA_STORE_OK)
		*out_count = (uint64_t)count;
	return status;
}

enum ka_store_status
ka_tx_action_list(struct ka_tx *tx, struct ka_action_row **out, size_t *out_num, struct ka_arena *arena,
    const struct ka_scope *scope, enum ka_action_type type, const struct ka_page *page)
{
	struct ka_rows rows = { .arena = arena, .size = sizeof(**out) };
	struct ka_sql_text text = { .len = 0 };
	struct ka_sql sql;

	ka_sql_add(&text, "SELECT seq, " COLUMNS " FROM action WHERE account = ? AND region = ?");
	if (type != 0)
		ka_sql_add(&text, " AND type = ?");
	ka_sql_page(&text, page);
	ka_sql_begin(&sql, tx, text.text);
	ka_sql_put_scope(&sql, scope);
	if (type != 0)
		ka_sql_put_int(&sql, type);
	ka_sql_put_page(&sql, page);
	while (ka_sql_step(&sql))
		read_action(&sql, ka_rows_add(&rows), arena);
	return ka_sql_rows(&sql, &rows, out, out_num);
}
