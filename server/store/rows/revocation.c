/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs that revoke the device certificates of a CA. */
#include "server/store/revocation.h"

#include <assert.h>

#include "server/store/sql.h"

#define OWN_COLUMNS \
	"id, ca_id, registered_after, registered_before, since, last_seq, status, cancel_requested, started, ended, cursor," \
	" total, examined, revoked, already_revoked, in_transfer, actor, request, token, message, worker, lease_until"
#define COLUMNS "seq, account, region, " OWN_COLUMNS

enum ka_store_status
ka_tx_revocation_insert(struct ka_tx *tx, const struct ka_scope *scope, const struct ka_revocation_row *row)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "INSERT INTO revocation (account, region, " OWN_COLUMNS ")"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, row->id);
	ka_sql_put_id(&sql, row->ca_id);
	ka_sql_put_int(&sql, row->registered_after);
	ka_sql_put_int(&sql, row->registered_before);
	ka_sql_put_int(&sql, row->since);
	ka_sql_put_int(&sql, row->last_seq);
	ka_sql_put_int(&sql, row->status);
	ka_sql_put_int(&sql, row->cancel_requested);
	ka_sql_put_int(&sql, row->started);
	ka_sql_put_int(&sql, row->ended);
	ka_sql_put_int(&sql, row->cursor);
	ka_sql_put_int(&sql, row->total);
	ka_sql_put_int(&sql, row->examined);
	ka_sql_put_int(&sql, row->revoked);
	ka_sql_put_int(&sql, row->already_revoked);
	ka_sql_put_int(&sql, row->in_transfer);
	ka_sql_put_text(&sql, row->actor);
	ka_sql_put_text(&sql, row->request);
	ka_sql_put_text(&sql, row->token);
	ka_sql_put_text(&sql, row->message);
	ka_sql_put_text(&sql, row->worker);
	ka_sql_put_int(&sql, row->lease_until);
	return ka_sql_change(&sql, KA_STORE_EXISTS);
}

static void
read_revocation(struct ka_sql *sql, struct ka_revocation_row *out, struct ka_arena *arena)
{
	out->seq = ka_sql_int(sql);
	out->account = ka_sql_text(sql, arena);
	out->region = ka_sql_text(sql, arena);
	ka_sql_id(sql, out->id, sizeof(out->id));
	ka_sql_id(sql, out->ca_id, sizeof(out->ca_id));
	out->registered_after = ka_sql_int(sql);
	out->registered_before = ka_sql_int(sql);
	out->since = (enum ka_review_since)ka_sql_int(sql);
	out->last_seq = ka_sql_int(sql);
	out->status = (enum ka_task_status)ka_sql_int(sql);
	out->cancel_requested = ka_sql_int(sql) != 0;
	out->started = ka_sql_int(sql);
	out->ended = ka_sql_int(sql);
	out->cursor = ka_sql_int(sql);
	out->total = ka_sql_int(sql);
	out->examined = ka_sql_int(sql);
	out->revoked = ka_sql_int(sql);
	out->already_revoked = ka_sql_int(sql);
	out->in_transfer = ka_sql_int(sql);
	out->actor = ka_sql_text(sql, arena);
	out->request = ka_sql_text(sql, arena);
	out->token = ka_sql_text(sql, arena);
	out->message = ka_sql_text(sql, arena);
	out->worker = ka_sql_text(sql, arena);
	out->lease_until = ka_sql_int(sql);
}

static enum ka_store_status
read_one(struct ka_sql *sql, struct ka_revocation_row *out, struct ka_arena *arena)
{
	bool found = ka_sql_step(sql);

	if (found)
		read_revocation(sql, out, arena);
	return ka_sql_one(sql, found);
}

enum ka_store_status
ka_tx_revocation_get(struct ka_tx *tx, struct ka_revocation_row *out, struct ka_arena *arena,
    const struct ka_scope *scope, const char *id)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT " COLUMNS " FROM revocation WHERE account = ? AND region = ? AND id = ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, id);
	return read_one(&sql, out, arena);
}

enum ka_store_status
ka_tx_revocation_by_token(struct ka_tx *tx, struct ka_revocation_row *out, struct ka_arena *arena,
    const struct ka_scope *scope, const char *token)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT " COLUMNS " FROM revocation WHERE account = ? AND region = ? AND token = ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, token);
	return read_one(&sql, out, arena);
}

enum ka_store_status
ka_tx_revocation_update(struct ka_tx *tx, const struct ka_scope *scope, const struct ka_revocation_row *row)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "UPDATE revocation SET status = ?, cancel_requested = ?, ended = ?, cursor = ?, examined = ?, revoked = ?,"
	    " already_revoked = ?, in_transfer = ?, message = ?, worker = ?, lease_until = ?"
	    " WHERE account = ? AND region = ? AND id = ?");
	ka_sql_put_int(&sql, row->status);
	ka_sql_put_int(&sql, row->cancel_requested);
	ka_sql_put_int(&sql, row->ended);
	ka_sql_put_int(&sql, row->cursor);
	ka_sql_put_int(&sql, row->examined);
	ka_sql_put_int(&sql, row->revoked);
	ka_sql_put_int(&sql, row->already_revoked);
	ka_sql_put_int(&sql, row->in_transfer);
	ka_sql_put_text(&sql, row->message);
	ka_sql_put_text(&sql, row->worker);
	ka_sql_put_int(&sql, row->lease_until);
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, row->id);
	return ka_sql_change(&sql, KA_STORE_NONE);
}

enum ka_store_status
ka_tx_revocation_list(struct ka_tx *tx, struct ka_revocation_row **out, size_t *out_num, struct ka_arena *arena,
    const struct ka_scope *scope, const struct ka_revocation_filter *filter, const struct ka_page *page)
{
	struct ka_rows rows = { .arena = arena, .size = sizeof(**out) };
	struct ka_sql_text text = { .len = 0 };
	struct ka_sql sql;

	ka_sql_add(&text, "SELECT " COLUMNS " FROM revocation WHERE account = ? AND region = ?");
	if (filter->ca_id != NULL)
		ka_sql_add(&text, " AND ca_id = ?");
	if (filter->status != 0)
		ka_sql_add(&text, " AND status = ?");
	ka_sql_page_by(&text, "started", page);

	ka_sql_begin(&sql, tx, text.text);
	ka_sql_put_scope(&sql, scope);
	if (filter->ca_id != NULL)
		ka_sql_put_id(&sql, filter->ca_id);
	if (filter->status != 0)
		ka_sql_put_int(&sql, filter->status);
	ka_sql_put_page_by(&sql, page, 0, INT64_MAX);
	while (ka_sql_step(&sql))
		read_revocation(&sql, ka_rows_add(&rows), arena);
	return ka_sql_rows(&sql, &rows, out, out_num);
}

/* Jobs IN_PROGRESS are found through a small index of their own, whose condition has the number. */
static_assert(KA_TASK_IN_PROGRESS == 1, "the number in the texts below");

enum ka_store_status
ka_tx_revocation_count_running(struct ka_tx *tx, uint64_t *out_count, const struct ka_scope *scope)
{
	struct ka_sql sql;
	int64_t count;

	ka_sql_begin(&sql, tx, "SELECT count(*) FROM revocation WHERE account = ? AND region = ? AND status = 1");
	ka_sql_put_scope(&sql, scope);
	enum ka_store_status status = ka_sql_number(&sql, &count);
	if (status == KA_STORE_OK)
		*out_count = (uint64_t)count;
	return status;
}

enum ka_store_status
ka_tx_revocation_claim(struct ka_tx *tx, struct ka_revocation_row *out, struct ka_arena *arena, const char *worker,
    int64_t now, int64_t lease_until)
{
	struct ka_sql_text text = { .len = 0 };
	struct ka_revocation_row row;
	struct ka_sql sql;

	ka_sql_add(
	    &text, "SELECT " COLUMNS " FROM revocation WHERE status = 1 AND lease_until <= ? ORDER BY seq LIMIT 1");
	ka_sql_add(&text, tx->backend->skip_locked);
	ka_sql_begin(&sql, tx, text.text);
	ka_sql_put_int(&sql, now);
	enum ka_store_status status = read_one(&sql, &row, arena);
	if (status != KA_STORE_OK)
		return status;

	ka_sql_begin(&sql, tx, "UPDATE revocation SET worker = ?, lease_until = ? WHERE seq = ?");
	ka_sql_put_text(&sql, worker);
	ka_sql_put_int(&sql, lease_until);
	ka_sql_put_int(&sql, row.seq);
	status = ka_sql_change(&sql, KA_STORE_NONE);
	if (status == KA_STORE_OK) {
		row.worker = ka_arena_string(arena, worker);
		row.lease_until = lease_until;
		*out = row;
	}
	return status;
}

enum ka_store_status
ka_tx_revocation_release_all(struct ka_tx *tx)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "UPDATE revocation SET worker = NULL, lease_until = 0 WHERE status = 1");
	return ka_sql_change(&sql, KA_STORE_OK);
}

enum ka_store_status
ka_tx_revocation_purge(struct ka_tx *tx, uint64_t *out_num, int64_t before, uint32_t limit)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "DELETE FROM revocation WHERE seq IN (SELECT seq FROM revocation WHERE ended > 0 AND ended < ?"
	    " ORDER BY ended, seq LIMIT ?)");
	ka_sql_put_int(&sql, before);
	ka_sql_put_int(&sql, limit);
	return ka_sql_count(&sql, out_num);
}
