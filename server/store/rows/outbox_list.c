/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox as operators see it. */
#include "server/store/rows/outbox.h"

enum ka_store_status
ka_tx_outbox_list(struct ka_tx *tx, struct ka_outbox_row **out, size_t *out_num, struct ka_arena *arena,
    const struct ka_outbox_filter *filter, const struct ka_page *page)
{
	struct ka_rows rows = { .arena = arena, .size = sizeof(**out) };
	struct ka_sql_text text = { .len = 0 };
	struct ka_sql sql;

	/* The topic finds few enough; the state is looked up when there is none. */
	ka_sql_add(&text, "SELECT " KA_OUTBOX_COLUMNS " FROM outbox WHERE seq > 0");
	if (filter->topic != NULL)
		ka_sql_add(&text, " AND topic = ?");
	if (filter->state != 0)
		ka_sql_add(&text, filter->topic != NULL ? " AND state + 0 = ?" : " AND state = ?");
	ka_sql_page(&text, page);

	ka_sql_begin(&sql, tx, text.text);
	if (filter->topic != NULL)
		ka_sql_put_text(&sql, filter->topic);
	if (filter->state != 0)
		ka_sql_put_int(&sql, filter->state);
	ka_sql_put_page(&sql, page);
	while (ka_sql_step(&sql))
		ka_outbox_read(&sql, ka_rows_add(&rows), arena);
	return ka_sql_rows(&sql, &rows, out, out_num);
}

enum ka_store_status
ka_tx_outbox_get(struct ka_tx *tx, struct ka_outbox_row *out, struct ka_arena *arena, const char *id)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT " KA_OUTBOX_COLUMNS ", message FROM outbox WHERE id = ?");
	ka_sql_put_text(&sql, id);
	bool found = ka_sql_step(&sql);
	if (found) {
		ka_outbox_read(&sql, out, arena);
		out->message = ka_sql_text(&sql, arena);
	}
	return ka_sql_one(&sql, found);
}

enum ka_store_status
ka_tx_outbox_retry(struct ka_tx *tx, const struct ka_outbox_row *row, int64_t now)
{
	const struct ka_scope scope = { row->account, row->region };
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "UPDATE outbox SET state = ?, since = ?, due = ?, ended = 0 WHERE seq = ? AND state <> ?");
	ka_sql_put_int(&sql, KA_OUTBOX_PENDING);
	ka_sql_put_int(&sql, now);
	ka_sql_put_int(&sql, now);
	ka_sql_put_int(&sql, row->seq);
	ka_sql_put_int(&sql, KA_OUTBOX_DELIVERED);
	enum ka_store_status status = ka_sql_change(&sql, KA_STORE_NONE);
	return status == KA_STORE_OK ? ka_outbox_topic_wants(tx, &scope, row->topic, now, true) : status;
}

enum ka_store_status
ka_tx_outbox_drop(struct ka_tx *tx, const struct ka_outbox_row *row, int64_t now)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "UPDATE outbox SET state = ?, ended = ? WHERE seq = ? AND state IN (?, ?)");
	ka_sql_put_int(&sql, KA_OUTBOX_DROPPED);
	ka_sql_put_int(&sql, now);
	ka_sql_put_int(&sql, row->seq);
	ka_sql_put_int(&sql, KA_OUTBOX_PENDING);
	ka_sql_put_int(&sql, KA_OUTBOX_DEAD);
	return ka_sql_change(&sql, KA_STORE_NONE);
}

enum ka_store_status
ka_tx_outbox_count(struct ka_tx *tx, struct ka_outbox_count *out, enum ka_outbox_state state)
{
	struct ka_sql sql;
	int64_t num, oldest;

	ka_sql_begin(&sql, tx, "SELECT count(*) FROM outbox WHERE state = ?");
	ka_sql_put_int(&sql, state);
	enum ka_store_status status = ka_sql_number(&sql, &num);
	if (status != KA_STORE_OK)
		return status;
	ka_sql_begin(&sql, tx, "SELECT created FROM outbox WHERE state = ? ORDER BY seq LIMIT 1");
	ka_sql_put_int(&sql, state);
	status = ka_sql_number(&sql, &oldest);
	if (status == KA_STORE_OK)
		*out = (struct ka_outbox_count){ (uint64_t)num, oldest };
	return status;
}
