/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates that are on their way from one account to another, seen from where they go. They lie in the source's
 * account until they are accepted; then ka_tx_device_move and ka_tx_ca_move take them over. */
#include "server/store/rows/ca.h"
#include "server/store/rows/device.h"

#include <assert.h>

enum ka_store_status
ka_tx_device_incoming(struct ka_tx *tx, struct ka_device_row *out, char out_source[KA_ACCOUNT_LEN + 1],
    struct ka_arena *arena, const struct ka_scope *scope, const char *id)
{
	struct ka_sql sql;

	static_assert(KA_DEVICE_PENDING_TRANSFER == 4, "the number in the text");
	ka_sql_begin(&sql, tx,
	    "SELECT account, seq, " KA_DEVICE_COLUMNS
	    ", der FROM device WHERE id = ? AND region = ? AND transfer_to = ? AND status = 4");
	ka_sql_put_id(&sql, id);
	ka_sql_put_text(&sql, scope->region);
	ka_sql_put_text(&sql, scope->account);
	bool found = ka_sql_step(&sql);
	if (found) {
		ka_sql_fixed(&sql, out_source, KA_ACCOUNT_LEN + 1);
		ka_device_read(&sql, out, arena, true);
	}
	return ka_sql_one(&sql, found);
}

enum ka_store_status
ka_tx_device_handed_over(struct ka_tx *tx, const struct ka_scope *scope, const char *id)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT 1 FROM device WHERE id = ? AND region = ? AND previous_owner = ?");
	ka_sql_put_id(&sql, id);
	ka_sql_put_text(&sql, scope->region);
	ka_sql_put_text(&sql, scope->account);
	return ka_sql_one(&sql, ka_sql_step(&sql));
}

enum ka_store_status
ka_tx_ca_incoming(struct ka_tx *tx, struct ka_ca_row *out, char out_source[KA_ACCOUNT_LEN + 1], struct ka_arena *arena,
    const struct ka_scope *scope, const char *id)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "SELECT account, seq, " KA_CA_COLUMNS ", " KA_CA_LAST_COLUMNS
	    " FROM ca WHERE id = ? AND region = ? AND transfer_to = ?");
	ka_sql_put_id(&sql, id);
	ka_sql_put_text(&sql, scope->region);
	ka_sql_put_text(&sql, scope->account);
	bool found = ka_sql_step(&sql);
	if (found) {
		ka_sql_fixed(&sql, out_source, KA_ACCOUNT_LEN + 1);
		ka_ca_read(&sql, out, arena, true);
	}
	return ka_sql_one(&sql, found);
}

enum ka_store_status
ka_tx_ca_handed_over(struct ka_tx *tx, const struct ka_scope *scope, const char *id)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT 1 FROM ca WHERE id = ? AND region = ? AND previous_owner = ?");
	ka_sql_put_id(&sql, id);
	ka_sql_put_text(&sql, scope->region);
	ka_sql_put_text(&sql, scope->account);
	return ka_sql_one(&sql, ka_sql_step(&sql));
}
