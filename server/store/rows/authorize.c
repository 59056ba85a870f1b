/* SPDX-License-Identifier: Apache-2.0 */
/* What decides whether a certificate may be used, in one look: brokers ask for every connection. */
#include "server/store/sql.h"

enum ka_store_status
ka_tx_authorize(struct ka_tx *tx, struct ka_authorize_row *out, struct ka_arena *arena, const struct ka_scope *scope,
    const char *id)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "SELECT device.status, device.not_before, device.not_after, device.ca_id, ca.status, ca.deactivated_by"
	    " FROM device LEFT JOIN ca ON ca.id = device.ca_id AND ca.region = device.region AND ca.account = device.account"
	    " WHERE device.id = ? AND device.region = ? AND device.account = ?");
	ka_sql_put_id(&sql, id);
	ka_sql_put_text(&sql, scope->region);
	ka_sql_put_text(&sql, scope->account);
	bool found = ka_sql_step(&sql);
	if (found) {
		out->status = (enum ka_device_status)ka_sql_int(&sql);
		out->not_before = ka_sql_int(&sql);
		out->not_after = ka_sql_int(&sql);
		ka_sql_id(&sql, out->ca_id, sizeof(out->ca_id));
		out->ca_status = (enum ka_ca_status)ka_sql_int(&sql);
		out->ca_deactivated_by = ka_sql_text(&sql, arena);
	}
	return ka_sql_one(&sql, found);
}
