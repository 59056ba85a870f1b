/* SPDX-License-Identifier: Apache-2.0 */
/* Device certificates: one at a time. Lists and the audit's scan are in device_list.c. */
#include "server/store/rows/device.h"

enum ka_store_status
ka_tx_device_insert(struct ka_tx *tx, int64_t *out_seq, const struct ka_scope *scope, const struct ka_device_row *row)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "INSERT INTO device (account, region, " KA_DEVICE_COLUMNS ", der)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING "
	    "RETURNING seq");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, row->id);
	ka_sql_put_id(&sql, row->ca_id);
	ka_sql_put_int(&sql, row->status);
	ka_sql_put_int(&sql, row->not_before);
	ka_sql_put_int(&sql, row->not_after);
	ka_sql_put_int(&sql, row->created);
	ka_sql_put_int(&sql, row->mode);
	ka_sql_put_int(&sql, row->modified);
	ka_sql_put_int(&sql, row->customer_version);
	ka_sql_put_text(&sql, row->generation_id);
	ka_sql_put_text(&sql, row->previous_owner);
	ka_sql_put_text(&sql, row->transfer_to);
	ka_sql_put_text(&sql, row->transfer_message);
	ka_sql_put_text(&sql, row->reject_reason);
	ka_sql_put_int(&sql, row->transfer_date);
	ka_sql_put_int(&sql, row->accept_date);
	ka_sql_put_int(&sql, row->reject_date);
	ka_sql_put_text(&sql, row->deactivated_by);
	ka_sql_put_int(&sql, row->deactivated);
	ka_sql_put_blob(&sql, row->der);
	return ka_sql_inserted(&sql, out_seq);
}

void
ka_device_read(struct ka_sql *sql, struct ka_device_row *out, struct ka_arena *arena, bool with_der)
{
	out->seq = ka_sql_int(sql);
	ka_sql_id(sql, out->id, sizeof(out->id));
	ka_sql_id(sql, out->ca_id, sizeof(out->ca_id));
	out->status = (enum ka_device_status)ka_sql_int(sql);
	out->not_before = ka_sql_int(sql);
	out->not_after = ka_sql_int(sql);
	out->created = ka_sql_int(sql);
	out->mode = (enum ka_cert_mode)ka_sql_int(sql);
	out->modified = ka_sql_int(sql);
	out->customer_version = (int32_t)ka_sql_int(sql);
	ka_sql_fixed(sql, out->generation_id, sizeof(out->generation_id));
	out->previous_owner = ka_sql_text(sql, arena);
	out->transfer_to = ka_sql_text(sql, arena);
	out->transfer_message = ka_sql_text(sql, arena);
	out->reject_reason = ka_sql_text(sql, arena);
	out->transfer_date = ka_sql_int(sql);
	out->accept_date = ka_sql_int(sql);
	out->reject_date = ka_sql_int(sql);
	out->deactivated_by = ka_sql_text(sql, arena);
	out->deactivated = ka_sql_int(sql);
	out->der = with_der ? ka_sql_blob(sql, arena) : (struct ka_slice){ NULL, 0 };
}

enum ka_store_status
ka_tx_device_get(
    struct ka_tx *tx, struct ka_device_row *out, struct ka_arena *arena, const struct ka_scope *scope, const char *id)
{
	struct ka_sql sql;

	ka_sql_begin(
	    &sql, tx, "SELECT seq, " KA_DEVICE_COLUMNS ", der FROM device WHERE account = ? AND region = ? AND id = ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, id);
	bool found = ka_sql_step(&sql);
	if (found)
		ka_device_read(&sql, out, arena, true);
	return ka_sql_one(&sql, found);
}

enum ka_store_status
ka_tx_device_update(struct ka_tx *tx, const struct ka_scope *scope, const struct ka_device_row *row)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "UPDATE device SET ca_id = ?, status = ?, mode = ?, modified = ?, customer_version = ?, generation_id = ?,"
	    " previous_owner = ?, transfer_to = ?, transfer_message = ?, reject_reason = ?, transfer_date = ?, "
	    "accept_date = ?,"
	    " reject_date = ?, deactivated_by = ?, deactivated = ? WHERE account = ? AND region = ? AND id = ?");
	ka_sql_put_id(&sql, row->ca_id);
	ka_sql_put_int(&sql, row->status);
	ka_sql_put_int(&sql, row->mode);
	ka_sql_put_int(&sql, row->modified);
	ka_sql_put_int(&sql, row->customer_version);
	ka_sql_put_text(&sql, row->generation_id);
	ka_sql_put_text(&sql, row->previous_owner);
	ka_sql_put_text(&sql, row->transfer_to);
	ka_sql_put_text(&sql, row->transfer_message);
	ka_sql_put_text(&sql, row->reject_reason);
	ka_sql_put_int(&sql, row->transfer_date);
	ka_sql_put_int(&sql, row->accept_date);
	ka_sql_put_int(&sql, row->reject_date);
	ka_sql_put_text(&sql, row->deactivated_by);
	ka_sql_put_int(&sql, row->deactivated);
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, row->id);
	return ka_sql_change(&sql, KA_STORE_NONE);
}

enum ka_store_status
ka_tx_device_delete(struct ka_tx *tx, const struct ka_scope *scope, const char *id)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "DELETE FROM device WHERE account = ? AND region = ? AND id = ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, id);
	return ka_sql_change(&sql, KA_STORE_NONE);
}

/* Whether the scope has the certificate: OK or NONE. */
static enum ka_store_status
is_there(struct ka_tx *tx, const struct ka_scope *scope, const char *id)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT 1 FROM device WHERE account = ? AND region = ? AND id = ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, id);
	return ka_sql_one(&sql, ka_sql_step(&sql));
}

enum ka_store_status
ka_tx_device_move(
    struct ka_tx *tx, const struct ka_scope *from, const struct ka_scope *to, const struct ka_device_row *row)
{
	enum ka_store_status status = is_there(tx, from, row->id);

	if (status == KA_STORE_OK)
		status = ka_tx_device_insert(tx, NULL, to, row);
	return status == KA_STORE_OK ? ka_tx_device_delete(tx, from, row->id) : status;
}
