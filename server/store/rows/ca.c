/* SPDX-License-Identifier: Apache-2.0 */
/* CA certificates: one at a time. Lists and the audit's scan are in ca_list.c. */
#include "server/store/rows/ca.h"

enum ka_store_status
ka_tx_ca_insert(struct ka_tx *tx, int64_t *out_seq, const struct ka_scope *scope, const struct ka_ca_row *row)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "INSERT INTO ca (account, region, " KA_CA_COLUMNS ", " KA_CA_LAST_COLUMNS ")"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING "
	    "RETURNING seq");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, row->id);
	ka_sql_put_int(&sql, row->status);
	ka_sql_put_int(&sql, row->not_before);
	ka_sql_put_int(&sql, row->not_after);
	ka_sql_put_int(&sql, row->created);
	ka_sql_put_int(&sql, row->mode);
	ka_sql_put_blob(&sql, (struct ka_slice){ row->subject_sha256, sizeof(row->subject_sha256) });
	ka_sql_put_blob(&sql, (struct ka_slice){ row->spki_sha256, sizeof(row->spki_sha256) });
	ka_sql_put_int(&sql, row->modified);
	ka_sql_put_int(&sql, row->customer_version);
	ka_sql_put_int(&sql, row->auto_registration);
	ka_sql_put_text(&sql, row->generation_id);
	ka_sql_put_text(&sql, row->registration_config);
	ka_sql_put_text(&sql, row->template_name);
	ka_sql_put_text(&sql, row->transfer_to);
	ka_sql_put_text(&sql, row->transfer_message);
	ka_sql_put_int(&sql, row->transfer_date);
	ka_sql_put_int(&sql, row->status_before_transfer);
	ka_sql_put_text(&sql, row->deactivated_by);
	ka_sql_put_int(&sql, row->deactivated);
	ka_sql_put_text(&sql, row->previous_owner);
	ka_sql_put_text(&sql, row->reject_reason);
	ka_sql_put_int(&sql, row->accept_date);
	ka_sql_put_int(&sql, row->reject_date);
	ka_sql_put_blob(&sql, row->der);
	return ka_sql_inserted(&sql, out_seq);
}

void
ka_ca_read(struct ka_sql *sql, struct ka_ca_row *out, struct ka_arena *arena, bool with_last)
{
	out->seq = ka_sql_int(sql);
	ka_sql_id(sql, out->id, sizeof(out->id));
	out->status = (enum ka_ca_status)ka_sql_int(sql);
	out->not_before = ka_sql_int(sql);
	out->not_after = ka_sql_int(sql);
	out->created = ka_sql_int(sql);
	out->mode = (enum ka_cert_mode)ka_sql_int(sql);
	ka_sql_bytes(sql, out->subject_sha256, sizeof(out->subject_sha256));
	ka_sql_bytes(sql, out->spki_sha256, sizeof(out->spki_sha256));
	out->modified = ka_sql_int(sql);
	out->customer_version = (int32_t)ka_sql_int(sql);
	out->auto_registration = ka_sql_int(sql) != 0;
	ka_sql_fixed(sql, out->generation_id, sizeof(out->generation_id));
	out->registration_config = ka_sql_text(sql, arena);
	out->template_name = ka_sql_text(sql, arena);
	out->transfer_to = ka_sql_text(sql, arena);
	out->transfer_message = ka_sql_text(sql, arena);
	out->transfer_date = ka_sql_int(sql);
	out->status_before_transfer = (enum ka_ca_status)ka_sql_int(sql);
	out->deactivated_by = ka_sql_text(sql, arena);
	out->deactivated = ka_sql_int(sql);
	out->previous_owner = with_last ? ka_sql_text(sql, arena) : NULL;
	out->reject_reason = with_last ? ka_sql_text(sql, arena) : NULL;
	out->accept_date = with_last ? ka_sql_int(sql) : 0;
	out->reject_date = with_last ? ka_sql_int(sql) : 0;
	out->der = with_last ? ka_sql_blob(sql, arena) : (struct ka_slice){ NULL, 0 };
}

enum ka_store_status
ka_tx_ca_get(
    struct ka_tx *tx, struct ka_ca_row *out, struct ka_arena *arena, const struct ka_scope *scope, const char *id)
{
	struct ka_sql sql;

	ka_sql_begin(
	    &sql, tx, "SELECT seq, " KA_CA_COLUMNS ", " KA_CA_LAST_COLUMNS " FROM ca WHERE account = ? AND region = ? AND id = ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, id);
	bool found = ka_sql_step(&sql);
	if (found)
		ka_ca_read(&sql, out, arena, true);
	return ka_sql_one(&sql, found);
}

enum ka_store_status
ka_tx_ca_update(struct ka_tx *tx, const struct ka_scope *scope, const struct ka_ca_row *row)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "UPDATE ca SET status = ?, mode = ?, modified = ?, customer_version = ?, auto_registration = ?, "
	    "generation_id = ?,"
	    " registration_config = ?, template_name = ?, transfer_to = ?, transfer_message = ?, transfer_date = ?,"
	    " status_before_transfer = ?, deactivated_by = ?, deactivated = ?, previous_owner = ?, reject_reason = ?,"
	    " accept_date = ?, reject_date = ? WHERE account = ? AND region = ? AND id = ?");
	ka_sql_put_int(&sql, row->status);
	ka_sql_put_int(&sql, row->mode);
	ka_sql_put_int(&sql, row->modified);
	ka_sql_put_int(&sql, row->customer_version);
	ka_sql_put_int(&sql, row->auto_registration);
	ka_sql_put_text(&sql, row->generation_id);
	ka_sql_put_text(&sql, row->registration_config);
	ka_sql_put_text(&sql, row->template_name);
	ka_sql_put_text(&sql, row->transfer_to);
	ka_sql_put_text(&sql, row->transfer_message);
	ka_sql_put_int(&sql, row->transfer_date);
	ka_sql_put_int(&sql, row->status_before_transfer);
	ka_sql_put_text(&sql, row->deactivated_by);
	ka_sql_put_int(&sql, row->deactivated);
	ka_sql_put_text(&sql, row->previous_owner);
	ka_sql_put_text(&sql, row->reject_reason);
	ka_sql_put_int(&sql, row->accept_date);
	ka_sql_put_int(&sql, row->reject_date);
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, row->id);
	return ka_sql_change(&sql, KA_STORE_NONE);
}

enum ka_store_status
ka_tx_ca_delete(struct ka_tx *tx, const struct ka_scope *scope, const char *id)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "DELETE FROM ca WHERE account = ? AND region = ? AND id = ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, id);
	return ka_sql_change(&sql, KA_STORE_NONE);
}

/* Whether the scope has the certificate: OK or NONE. */
static enum ka_store_status
is_there(struct ka_tx *tx, const struct ka_scope *scope, const char *id)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT 1 FROM ca WHERE account = ? AND region = ? AND id = ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, id);
	return ka_sql_one(&sql, ka_sql_step(&sql));
}

enum ka_store_status
ka_tx_ca_move(struct ka_tx *tx, const struct ka_scope *from, const struct ka_scope *to, const struct ka_ca_row *row)
{
	enum ka_store_status status = is_there(tx, from, row->id);

	if (status == KA_STORE_OK)
		status = ka_tx_ca_insert(tx, NULL, to, row);
	return status == KA_STORE_OK ? ka_tx_ca_delete(tx, from, row->id) : status;
}

enum ka_store_status
ka_tx_ca_default_owner(struct ka_tx *tx, char out_account[KA_ACCOUNT_LEN + 1], const char *region, const char *id)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT account FROM ca WHERE id = ? AND region = ? AND mode = ? LIMIT 1");
	ka_sql_put_id(&sql, id);
	ka_sql_put_text(&sql, region);
	ka_sql_put_int(&sql, KA_MODE_DEFAULT);
	bool found = ka_sql_step(&sql);
	if (found)
		ka_sql_fixed(&sql, out_account, KA_ACCOUNT_LEN + 1);
	return ka_sql_one(&sql, found);
}
