/* SPDX-License-Identifier: Apache-2.0 */
/* Messages enter the outbox; and its retention. */
#include "server/store/rows/outbox.h"

enum ka_store_status
ka_outbox_topic_wants(struct ka_tx *tx, const struct ka_scope *scope, const char *topic, int64_t due, bool again)
{
	struct ka_sql_text text = { .len = 0 };
	struct ka_sql sql;

	ka_sql_add(&text, "INSERT INTO outbox_topic (account, region, topic, due, failures) VALUES (?, ?, ?, ?, 0)"
			  " ON CONFLICT (account, region, topic) DO UPDATE SET due = excluded.due, failures = 0"
			  " WHERE outbox_topic.worker IS NULL AND outbox_topic.due > excluded.due");
	if (!again)
		ka_sql_add(&text, " AND outbox_topic.failures = 0");
	ka_sql_begin(&sql, tx, text.text);
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, topic);
	ka_sql_put_int(&sql, due);
	return ka_sql_change(&sql, KA_STORE_OK);
}

enum ka_store_status
ka_tx_outbox_insert(struct ka_tx *tx, const struct ka_scope *scope, const struct ka_outbox_row *row)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "INSERT INTO outbox (account, region, id, topic, state, created, since, due, ended, attempts, subject, message)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?) ON CONFLICT DO NOTHING");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, row->id);
	ka_sql_put_text(&sql, row->topic);
	ka_sql_put_int(&sql, KA_OUTBOX_PENDING);
	ka_sql_put_int(&sql, row->created);
	ka_sql_put_int(&sql, row->created);
	ka_sql_put_int(&sql, row->created);
	ka_sql_put_text(&sql, row->subject);
	ka_sql_put_text(&sql, row->message);
	enum ka_store_status status = ka_sql_change(&sql, KA_STORE_EXISTS);
	return status == KA_STORE_OK ? ka_outbox_topic_wants(tx, scope, row->topic, row->created, false) : status;
}

void
ka_outbox_read(struct ka_sql *sql, struct ka_outbox_row *out, struct ka_arena *arena)
{
	out->seq = ka_sql_int(sql);
	out->account = ka_sql_text(sql, arena);
	out->region = ka_sql_text(sql, arena);
	ka_sql_fixed(sql, out->id, sizeof(out->id));
	out->topic = ka_sql_text(sql, arena);
	out->state = (enum ka_outbox_state)ka_sql_int(sql);
	out->created = ka_sql_int(sql);
	out->since = ka_sql_int(sql);
	out->due = ka_sql_int(sql);
	out->ended = ka_sql_int(sql);
	out->attempts = (int32_t)ka_sql_int(sql);
	out->last_error = ka_sql_text(sql, arena);
	out->receipt = ka_sql_text(sql, arena);
	out->subject = ka_sql_text(sql, arena);
}

enum ka_store_status
ka_tx_outbox_purge(struct ka_tx *tx, uint64_t *out_num, int64_t before, uint32_t limit)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "DELETE FROM outbox WHERE seq IN (SELECT seq FROM outbox WHERE ended > 0 AND ended < ? ORDER BY ended LIMIT ?)");
	ka_sql_put_int(&sql, before);
	ka_sql_put_int(&sql, limit);
	return ka_sql_count(&sql, out_num);
}
