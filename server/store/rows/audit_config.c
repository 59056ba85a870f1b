/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/sql.h"

enum ka_store_status
ka_tx_audit_config_get(
    struct ka_tx *tx, struct ka_audit_config_row *out, struct ka_arena *arena, const struct ka_scope *scope)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "SELECT role_arn, notification_targets, checks FROM audit_config WHERE account = ? AND region = ?");
	ka_sql_put_scope(&sql, scope);
	bool found = ka_sql_step(&sql);
	if (found) {
		out->role_arn = ka_sql_text(&sql, arena);
		out->notification_targets = ka_sql_text(&sql, arena);
		out->checks = ka_sql_text(&sql, arena);
	}
	return ka_sql_one(&sql, found);
}

enum ka_store_status
ka_tx_audit_config_put(struct ka_tx *tx, const struct ka_scope *scope, const struct ka_audit_config_row *row)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "INSERT INTO audit_config (account, region, role_arn, notification_targets, checks) VALUES (?, ?, ?, ?, ?)"
	    " ON CONFLICT (account, region) DO UPDATE SET role_arn = excluded.role_arn,"
	    " notification_targets = excluded.notification_targets, checks = excluded.checks");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, row->role_arn);
	ka_sql_put_text(&sql, row->notification_targets);
	ka_sql_put_text(&sql, row->checks);
	return ka_sql_change(&sql, KA_STORE_FAILED);
}

enum ka_store_status
ka_tx_audit_config_delete(struct ka_tx *tx, const struct ka_scope *scope)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "DELETE FROM audit_config WHERE account = ? AND region = ?");
	ka_sql_put_scope(&sql, scope);
	return ka_sql_change(&sql, KA_STORE_NONE);
}
