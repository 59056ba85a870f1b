/* SPDX-License-Identifier: Apache-2.0 */
/* CA certificates: lists, and the scan of an audit. */
#include "server/store/rows/ca.h"

enum ka_store_status
ka_tx_ca_count_subject(
    struct ka_tx *tx, uint64_t *out_count, const struct ka_scope *scope, const uint8_t subject_sha256[32])
{
	struct ka_sql sql;
	int64_t count;

	ka_sql_begin(&sql, tx, "SELECT count(*) FROM ca WHERE subject_sha256 = ? AND account = ? AND region = ?");
	ka_sql_put_blob(&sql, (struct ka_slice){ subject_sha256, 32 });
	ka_sql_put_scope(&sql, scope);
	enum ka_store_status status = ka_sql_number(&sql, &count);
	if (status == KA_STORE_OK)
		*out_count = (uint64_t)count;
	return status;
}

enum ka_store_status
ka_tx_ca_by_subject(struct ka_tx *tx, struct ka_ca_row **out, size_t *out_num, struct ka_arena *arena,
    const struct ka_scope *scope, const uint8_t subject_sha256[32])
{
	struct ka_rows rows = { .arena = arena, .size = sizeof(**out) };
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "SELECT seq, " KA_CA_COLUMNS
	    ", " KA_CA_LAST_COLUMNS " FROM ca WHERE subject_sha256 = ? AND account = ? AND region = ? ORDER BY seq");
	ka_sql_put_blob(&sql, (struct ka_slice){ subject_sha256, 32 });
	ka_sql_put_scope(&sql, scope);
	while (ka_sql_step(&sql))
		ka_ca_read(&sql, ka_rows_add(&rows), arena, true);
	return ka_sql_rows(&sql, &rows, out, out_num);
}

enum ka_store_status
ka_tx_ca_list(struct ka_tx *tx, struct ka_ca_row **out, size_t *out_num, struct ka_arena *arena,
    const struct ka_scope *scope, const struct ka_ca_filter *filter, const struct ka_page *page)
{
	struct ka_rows rows = { .arena = arena, .size = sizeof(**out) };
	struct ka_sql_text text = { .len = 0 };
	struct ka_sql sql;

	ka_sql_add(&text, "SELECT seq, " KA_CA_COLUMNS " FROM ca WHERE ");
	ka_sql_add(
	    &text, filter->transfer_to != NULL ? "transfer_to = ? AND region = ?" : "account = ? AND region = ?");
	if (filter->template_name != NULL)
		ka_sql_add(&text, " AND template_name = ?");
	if (filter->outgoing)
		ka_sql_add(&text, " AND transfer_to IS NOT NULL");
	ka_sql_page(&text, page);

	ka_sql_begin(&sql, tx, text.text);
	ka_sql_put_text(&sql, filter->transfer_to != NULL ? filter->transfer_to : scope->account);
	ka_sql_put_text(&sql, scope->region);
	if (filter->template_name != NULL)
		ka_sql_put_text(&sql, filter->template_name);
	ka_sql_put_page(&sql, page);
	while (ka_sql_step(&sql))
		ka_ca_read(&sql, ka_rows_add(&rows), arena, false);
	return ka_sql_rows(&sql, &rows, out, out_num);
}

enum ka_store_status
ka_tx_ca_scan(struct ka_tx *tx, const struct ka_scope *scope, const struct ka_range *range, ka_ca_fn fn, void *arg)
{
	struct ka_ca_row row = { .seq = 0 };
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "SELECT seq, " KA_CA_SCAN_COLUMNS ", der FROM ca WHERE account = ? AND region = ? AND seq > ?"
	    " AND seq <= ? AND ((? >> status) & 1) = 1 ORDER BY seq LIMIT ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_int(&sql, range->after_seq);
	ka_sql_put_int(&sql, range->last_seq);
	ka_sql_put_int(&sql, range->status_mask);
	ka_sql_put_int(&sql, range->limit);
	while (ka_sql_step(&sql)) {
		row.seq = ka_sql_int(&sql);
		ka_sql_id(&sql, row.id, sizeof(row.id));
		row.status = (enum ka_ca_status)ka_sql_int(&sql);
		row.not_before = ka_sql_int(&sql);
		row.not_after = ka_sql_int(&sql);
		row.created = ka_sql_int(&sql);
		row.der = ka_sql_peek(&sql);
		if (!fn(arg, &row))
			break;
	}
	return ka_sql_end(&sql);
}

enum ka_store_status
ka_tx_ca_last_seq(struct ka_tx *tx, int64_t *out_seq)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT max(seq) FROM ca");
	return ka_sql_number(&sql, out_seq);
}
