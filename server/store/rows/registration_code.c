/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/sql.h"

enum ka_store_status
ka_tx_registration_code_get(struct ka_tx *tx, char out_code[65], const struct ka_scope *scope)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT code FROM registration_code WHERE account = ? AND region = ?");
	ka_sql_put_scope(&sql, scope);
	bool found = ka_sql_step(&sql);
	if (found)
		ka_sql_id(&sql, out_code, 65);
	return ka_sql_one(&sql, found);
}

enum ka_store_status
ka_tx_registration_code_put(struct ka_tx *tx, const struct ka_scope *scope, const char *code, int64_t now)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "INSERT INTO registration_code (account, region, code, created) VALUES (?, ?, ?, ?)"
	    " ON CONFLICT (account, region) DO UPDATE SET code = excluded.code, created = excluded.created");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, code);
	ka_sql_put_int(&sql, now);
	return ka_sql_change(&sql, KA_STORE_FAILED);
}

enum ka_store_status
ka_tx_registration_code_delete(struct ka_tx *tx, const struct ka_scope *scope)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "DELETE FROM registration_code WHERE account = ? AND region = ?");
	ka_sql_put_scope(&sql, scope);
	return ka_sql_change(&sql, KA_STORE_NONE);
}
