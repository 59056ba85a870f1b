/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/sql.h"

enum ka_store_status
ka_tx_tag_put(struct ka_tx *tx, const struct ka_scope *scope, const char *arn, const struct ka_tag_row *tag)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "INSERT INTO tag (account, region, arn, key, value) VALUES (?, ?, ?, ?, ?)"
	    " ON CONFLICT (arn, key, account, region) DO UPDATE SET value = excluded.value");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, arn);
	ka_sql_put_text(&sql, tag->key);
	ka_sql_put_text(&sql, tag->value);
	return ka_sql_change(&sql, KA_STORE_FAILED);
}

enum ka_store_status
ka_tx_tag_delete(struct ka_tx *tx, const struct ka_scope *scope, const char *arn, const char *key)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "DELETE FROM tag WHERE account = ? AND region = ? AND arn = ? AND key = ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, arn);
	ka_sql_put_text(&sql, key);
	return ka_sql_change(&sql, KA_STORE_NONE);
}

enum ka_store_status
ka_tx_tag_delete_all(struct ka_tx *tx, const struct ka_scope *scope, const char *arn)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "DELETE FROM tag WHERE account = ? AND region = ? AND arn = ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, arn);
	return ka_sql_change(&sql, KA_STORE_OK);
}

enum ka_store_status
ka_tx_tag_list(struct ka_tx *tx, struct ka_tag_row **out, size_t *out_num, struct ka_arena *arena,
    const struct ka_scope *scope, const char *arn)
{
	struct ka_rows rows = { .arena = arena, .size = sizeof(**out) };
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT key, value FROM tag WHERE account = ? AND region = ? AND arn = ? ORDER BY key");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, arn);
	while (ka_sql_step(&sql)) {
		struct ka_tag_row *tag = ka_rows_add(&rows);

		tag->key = ka_sql_text(&sql, arena);
		tag->value = ka_sql_text(&sql, arena);
	}
	return ka_sql_rows(&sql, &rows, out, out_num);
}
