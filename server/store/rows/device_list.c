/* SPDX-License-Identifier: Apache-2.0 */
/* Device certificates: lists, and the scan of an audit. */
#include "server/store/rows/device.h"

#include <assert.h>

enum ka_store_status
ka_tx_device_list(struct ka_tx *tx, struct ka_device_row **out, size_t *out_num, struct ka_arena *arena,
    const struct ka_scope *scope, const struct ka_device_filter *filter, const struct ka_page *page)
{
	struct ka_rows rows = { .arena = arena, .size = sizeof(**out) };
	struct ka_sql_text text = { .len = 0 };
	struct ka_sql sql;
	bool incoming = filter->transfer_to != NULL;

	/* status = 4 stands there as a number because only so the small indices of what is under way can be used. */
	static_assert(KA_DEVICE_PENDING_TRANSFER == 4, "the number in the text");
	ka_sql_add(&text, "SELECT seq, " KA_DEVICE_COLUMNS " FROM device WHERE ");
	ka_sql_add(&text, incoming ? "transfer_to = ? AND region = ?" : "account = ? AND region = ?");
	if (incoming || filter->outgoing)
		ka_sql_add(&text, " AND status = 4");
	if (filter->ca_id != NULL)
		ka_sql_add(&text, " AND ca_id = ?");
	if (filter->registered_after != 0)
		ka_sql_add(&text, " AND created >= ?");
	if (filter->registered_before != 0)
		ka_sql_add(&text, " AND created < ?");
	if (filter->status_mask != 0)
		ka_sql_add(&text, " AND ((? >> status) & 1) = 1");
	ka_sql_page(&text, page);

	ka_sql_begin(&sql, tx, text.text);
	ka_sql_put_text(&sql, incoming ? filter->transfer_to : scope->account);
	ka_sql_put_text(&sql, scope->region);
	if (filter->ca_id != NULL)
		ka_sql_put_id(&sql, filter->ca_id);
	if (filter->registered_after != 0)
		ka_sql_put_int(&sql, filter->registered_after);
	if (filter->registered_before != 0)
		ka_sql_put_int(&sql, filter->registered_before);
	if (filter->status_mask != 0)
		ka_sql_put_int(&sql, filter->status_mask);
	ka_sql_put_page(&sql, page);
	while (ka_sql_step(&sql))
		ka_device_read(&sql, ka_rows_add(&rows), arena, false);
	return ka_sql_rows(&sql, &rows, out, out_num);
}

enum ka_store_status
ka_tx_device_scan(
    struct ka_tx *tx, const struct ka_scope *scope, const struct ka_range *range, ka_device_fn fn, void *arg)
{
	struct ka_device_row row = { .seq = 0 };
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "SELECT seq, " KA_DEVICE_SCAN_COLUMNS ", der FROM device WHERE account = ? AND region = ? AND seq > ?"
	    " AND seq <= ? AND ((? >> status) & 1) = 1 ORDER BY seq LIMIT ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_int(&sql, range->after_seq);
	ka_sql_put_int(&sql, range->last_seq);
	ka_sql_put_int(&sql, range->status_mask);
	ka_sql_put_int(&sql, range->limit);
	while (ka_sql_step(&sql)) {
		row.seq = ka_sql_int(&sql);
		ka_sql_id(&sql, row.id, sizeof(row.id));
		ka_sql_id(&sql, row.ca_id, sizeof(row.ca_id));
		row.status = (enum ka_device_status)ka_sql_int(&sql);
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
ka_tx_device_last_seq(struct ka_tx *tx, int64_t *out_seq)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT max(seq) FROM device");
	return ka_sql_number(&sql, out_seq);
}
