/* SPDX-License-Identifier: Apache-2.0 */
/* Topics are claimed, and what attempts came to is stored. */
#include <assert.h>

#include "server/store/rows/outbox.h"

/* Messages to send are found through indices of their own, whose condition has the number. */
static_assert(KA_OUTBOX_PENDING == 1, "the number in the texts below");

#define TOPIC_COLUMNS "account, region, topic, due, failures, worker"

static void
read_topic(struct ka_sql *sql, struct ka_outbox_topic_row *out, struct ka_arena *arena)
{
	out->account = ka_sql_text(sql, arena);
	out->region = ka_sql_text(sql, arena);
	out->topic = ka_sql_text(sql, arena);
	out->due = ka_sql_int(sql);
	out->failures = (int32_t)ka_sql_int(sql);
	out->worker = ka_sql_text(sql, arena);
}

static void
put_topic(struct ka_sql *sql, const struct ka_outbox_topic_row *topic)
{
	ka_sql_put_text(sql, topic->account);
	ka_sql_put_text(sql, topic->region);
	ka_sql_put_text(sql, topic->topic);
}

enum ka_store_status
ka_tx_outbox_has_due(struct ka_tx *tx, int64_t now)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT due FROM outbox_topic WHERE due <= ? ORDER BY due LIMIT 1");
	ka_sql_put_int(&sql, now);
	return ka_sql_one(&sql, ka_sql_step(&sql));
}

enum ka_store_status
ka_tx_outbox_claim(struct ka_tx *tx, struct ka_outbox_topic_row *out, struct ka_arena *arena, const char *worker,
    int64_t now, int64_t lease_until)
{
	struct ka_sql_text text = { .len = 0 };
	struct ka_outbox_topic_row topic;
	struct ka_sql sql;

	ka_sql_add(&text, "SELECT " TOPIC_COLUMNS " FROM outbox_topic WHERE due <= ? ORDER BY due LIMIT 1");
	ka_sql_add(&text, tx->backend->skip_locked);
	ka_sql_begin(&sql, tx, text.text);
	ka_sql_put_int(&sql, now);
	bool found = ka_sql_step(&sql);
	if (found)
		read_topic(&sql, &topic, arena);
	enum ka_store_status status = ka_sql_one(&sql, found);
	if (status != KA_STORE_OK)
		return status;

	ka_sql_begin(&sql, tx,
	    "UPDATE outbox_topic SET worker = ?, due = ? WHERE account = ? AND region = ? AND topic = ?");
	ka_sql_put_text(&sql, worker);
	ka_sql_put_int(&sql, lease_until);
	put_topic(&sql, &topic);
	status = ka_sql_change(&sql, KA_STORE_NONE);
	if (status == KA_STORE_OK) {
		topic.worker = ka_arena_string(arena, worker);
		topic.due = lease_until;
		*out = topic;
	}
	return status;
}

enum ka_store_status
ka_tx_outbox_topic_get(struct ka_tx *tx, struct ka_outbox_topic_row *out, struct ka_arena *arena,
    const struct ka_scope *scope, const char *topic)
{
	struct ka_sql sql;

	ka_sql_begin(
	    &sql, tx, "SELECT " TOPIC_COLUMNS " FROM outbox_topic WHERE account = ? AND region = ? AND topic = ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, topic);
	bool found = ka_sql_step(&sql);
	if (found)
		read_topic(&sql, out, arena);
	return ka_sql_one(&sql, found);
}

enum ka_store_status
ka_tx_outbox_next(struct ka_tx *tx, struct ka_outbox_row **out, size_t *out_num, struct ka_arena *arena,
    const struct ka_outbox_topic_row *topic, int64_t now, uint32_t limit)
{
	struct ka_rows rows = { .arena = arena, .size = sizeof(**out) };
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "SELECT " KA_OUTBOX_COLUMNS ", message FROM outbox WHERE account = ? AND region = ? AND topic = ?"
	    " AND state = 1 AND due <= ? ORDER BY due, seq LIMIT ?");
	put_topic(&sql, topic);
	ka_sql_put_int(&sql, now);
	ka_sql_put_int(&sql, limit);
	while (ka_sql_step(&sql)) {
		struct ka_outbox_row *row = ka_rows_add(&rows);

		ka_outbox_read(&sql, row, arena);
		row->message = ka_sql_text(&sql, arena);
	}
	return ka_sql_rows(&sql, &rows, out, out_num);
}

enum ka_store_status
ka_tx_outbox_update(struct ka_tx *tx, const struct ka_outbox_row *row)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "UPDATE outbox SET state = ?, due = ?, ended = ?, attempts = ?, last_error = ?, receipt = ?"
	    " WHERE seq = ? AND state = 1");
	ka_sql_put_int(&sql, row->state);
	ka_sql_put_int(&sql, row->due);
	ka_sql_put_int(&sql, row->ended);
	ka_sql_put_int(&sql, row->attempts);
	ka_sql_put_text(&sql, row->last_error);
	ka_sql_put_text(&sql, row->receipt);
	ka_sql_put_int(&sql, row->seq);
	return ka_sql_change(&sql, KA_STORE_NONE);
}

enum ka_store_status
ka_tx_outbox_expire(struct ka_tx *tx, uint64_t *out_num, const struct ka_outbox_topic_row *topic, int64_t before,
    int64_t now, const char *error, uint32_t limit)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "UPDATE outbox SET state = ?, ended = ?, last_error = coalesce(last_error, ?) WHERE seq IN"
	    " (SELECT seq FROM outbox WHERE account = ? AND region = ? AND topic = ? AND state = 1 AND since < ?"
	    " ORDER BY since LIMIT ?)");
	ka_sql_put_int(&sql, KA_OUTBOX_DEAD);
	ka_sql_put_int(&sql, now);
	ka_sql_put_text(&sql, error);
	put_topic(&sql, topic);
	ka_sql_put_int(&sql, before);
	ka_sql_put_int(&sql, limit);
	return ka_sql_count(&sql, out_num);
}

/* When the topic's next message is due; NONE when there is none. */
static enum ka_store_status
next_due(struct ka_tx *tx, int64_t *out, const struct ka_outbox_topic_row *topic)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "SELECT due FROM outbox WHERE account = ? AND region = ? AND topic = ? AND state = 1 ORDER BY due LIMIT 1");
	put_topic(&sql, topic);
	bool found = ka_sql_step(&sql);
	if (found)
		*out = ka_sql_int(&sql);
	return ka_sql_one(&sql, found);
}

enum ka_store_status
ka_tx_outbox_release(struct ka_tx *tx, const struct ka_outbox_topic_row *topic)
{
	struct ka_sql sql;
	int64_t due = 0;
	enum ka_store_status status = next_due(tx, &due, topic);

	if (status == KA_STORE_NONE) {
		ka_sql_begin(
		    &sql, tx, "DELETE FROM outbox_topic WHERE account = ? AND region = ? AND topic = ?");
		put_topic(&sql, topic);
		return ka_sql_change(&sql, KA_STORE_OK);
	}
	if (status != KA_STORE_OK)
		return status;
	ka_sql_begin(&sql, tx,
	    "UPDATE outbox_topic SET worker = NULL, due = ?, failures = ? WHERE account = ? AND region = ? AND topic = ?");
	ka_sql_put_int(&sql, due > topic->due ? due : topic->due);
	ka_sql_put_int(&sql, topic->failures);
	put_topic(&sql, topic);
	return ka_sql_change(&sql, KA_STORE_OK);
}

enum ka_store_status
ka_tx_outbox_release_all(struct ka_tx *tx, int64_t now)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "UPDATE outbox_topic SET worker = NULL, due = ? WHERE worker IS NOT NULL");
	ka_sql_put_int(&sql, now);
	return ka_sql_change(&sql, KA_STORE_OK);
}
