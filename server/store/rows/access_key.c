/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/sql.h"

#define COLUMNS "access_key_id, account, role, sealed_secret, description, disabled, created"

enum ka_store_status
ka_tx_access_key_insert(struct ka_tx *tx, const struct ka_access_key_row *row)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT 1 FROM account WHERE account = ?");
	ka_sql_put_text(&sql, row->account);
	enum ka_store_status status = ka_sql_one(&sql, ka_sql_step(&sql));
	if (status != KA_STORE_OK)
		return status;
	ka_sql_begin(
	    &sql, tx, "INSERT INTO access_key (" COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
	ka_sql_put_text(&sql, row->access_key_id);
	ka_sql_put_text(&sql, row->account);
	ka_sql_put_int(&sql, row->role);
	ka_sql_put_blob(&sql, row->sealed_secret);
	ka_sql_put_text(&sql, row->description);
	ka_sql_put_int(&sql, row->disabled);
	ka_sql_put_int(&sql, row->created);
	return ka_sql_change(&sql, KA_STORE_EXISTS);
}

static void
read_access_key(struct ka_sql *sql, struct ka_access_key_row *out, struct ka_arena *arena)
{
	out->access_key_id = ka_sql_text(sql, arena);
	out->account = ka_sql_text(sql, arena);
	out->role = (enum ka_role)ka_sql_int(sql);
	out->sealed_secret = ka_sql_blob(sql, arena);
	out->description = ka_sql_text(sql, arena);
	out->disabled = ka_sql_int(sql) != 0;
	out->created = ka_sql_int(sql);
}

enum ka_store_status
ka_tx_access_key_get(struct ka_tx *tx, struct ka_access_key_row *out, struct ka_arena *arena, const char *access_key_id)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT " COLUMNS " FROM access_key WHERE access_key_id = ?");
	ka_sql_put_text(&sql, access_key_id);
	bool found = ka_sql_step(&sql);
	if (found)
		read_access_key(&sql, out, arena);
	return ka_sql_one(&sql, found);
}

enum ka_store_status
ka_tx_access_key_list(
    struct ka_tx *tx, struct ka_access_key_row **out, size_t *out_num, struct ka_arena *arena, const char *account)
{
	struct ka_rows rows = { .arena = arena, .size = sizeof(**out) };
	struct ka_sql sql;

	if (account == NULL) {
		ka_sql_begin(&sql, tx, "SELECT " COLUMNS " FROM access_key ORDER BY access_key_id");
	} else {
		ka_sql_begin(&sql, tx, "SELECT " COLUMNS " FROM access_key WHERE account = ? ORDER BY access_key_id");
		ka_sql_put_text(&sql, account);
	}
	while (ka_sql_step(&sql))
		read_access_key(&sql, ka_rows_add(&rows), arena);
	return ka_sql_rows(&sql, &rows, out, out_num);
}

enum ka_store_status
ka_tx_access_key_delete(struct ka_tx *tx, const char *access_key_id)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "DELETE FROM access_key WHERE access_key_id = ?");
	ka_sql_put_text(&sql, access_key_id);
	return ka_sql_change(&sql, KA_STORE_NONE);
}
