/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/sql.h"

#define COLUMNS "account, name, created"

enum ka_store_status
ka_tx_account_insert(struct ka_tx *tx, const struct ka_account_row *row)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "INSERT INTO account (" COLUMNS ") VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
	ka_sql_put_text(&sql, row->account);
	ka_sql_put_text(&sql, row->name);
	ka_sql_put_int(&sql, row->created);
	return ka_sql_change(&sql, KA_STORE_EXISTS);
}

static void
read_account(struct ka_sql *sql, struct ka_account_row *out, struct ka_arena *arena)
{
	out->account = ka_sql_text(sql, arena);
	out->name = ka_sql_text(sql, arena);
	out->created = ka_sql_int(sql);
}

enum ka_store_status
ka_tx_account_get(struct ka_tx *tx, struct ka_account_row *out, struct ka_arena *arena, const char *account)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT " COLUMNS " FROM account WHERE account = ?");
	ka_sql_put_text(&sql, account);
	bool found = ka_sql_step(&sql);
	if (found)
		read_account(&sql, out, arena);
	return ka_sql_one(&sql, found);
}

enum ka_store_status
ka_tx_account_list(struct ka_tx *tx, struct ka_account_row **out, size_t *out_num, struct ka_arena *arena)
{
	struct ka_rows rows = { .arena = arena, .size = sizeof(**out) };
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT " COLUMNS " FROM account ORDER BY account");
	while (ka_sql_step(&sql))
		read_account(&sql, ka_rows_add(&rows), arena);
	return ka_sql_rows(&sql, &rows, out, out_num);
}
