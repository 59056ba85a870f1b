/* SPDX-License-Identifier: Apache-2.0 */
/* Audit tasks. Their checks are in task_check.c. */
#include "server/store/rows/task.h"

#include <assert.h>

#define OWN_COLUMNS \
	"id, type, scheduled_name, status, cancel_requested, started, ended, ca_last_seq, device_last_seq, worker, " \
	"lease_until"
#define COLUMNS "seq, account, region, " OWN_COLUMNS

enum ka_store_status
ka_tx_task_insert(struct ka_tx *tx, const struct ka_scope *scope, const struct ka_task_row *task,
    const struct ka_task_check_row *checks, size_t num_checks)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "INSERT INTO task (account, region, " OWN_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	    " ON CONFLICT DO NOTHING");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, task->id);
	ka_sql_put_int(&sql, task->type);
	ka_sql_put_text(&sql, task->scheduled_name);
	ka_sql_put_int(&sql, task->status);
	ka_sql_put_int(&sql, task->cancel_requested);
	ka_sql_put_int(&sql, task->started);
	ka_sql_put_int(&sql, task->ended);
	ka_sql_put_int(&sql, task->ca_last_seq);
	ka_sql_put_int(&sql, task->device_last_seq);
	ka_sql_put_text(&sql, task->worker);
	ka_sql_put_int(&sql, task->lease_until);
	enum ka_store_status status = ka_sql_change(&sql, KA_STORE_EXISTS);
	for (size_t i = 0; i < num_checks && status == KA_STORE_OK; i++)
		status = ka_task_check_insert(tx, scope, task->id, &checks[i]);
	return status;
}

static void
read_task(struct ka_sql *sql, struct ka_task_row *out, struct ka_arena *arena)
{
	out->seq = ka_sql_int(sql);
	out->account = ka_sql_text(sql, arena);
	out->region = ka_sql_text(sql, arena);
	ka_sql_id(sql, out->id, sizeof(out->id));
	out->type = (enum ka_task_type)ka_sql_int(sql);
	out->scheduled_name = ka_sql_text(sql, arena);
	out->status = (enum ka_task_status)ka_sql_int(sql);
	out->cancel_requested = ka_sql_int(sql) != 0;
	out->started = ka_sql_int(sql);
	out->ended = ka_sql_int(sql);
	out->ca_last_seq = ka_sql_int(sql);
	out->device_last_seq = ka_sql_int(sql);
	out->worker = ka_sql_text(sql, arena);
	out->lease_until = ka_sql_int(sql);
}

enum ka_store_status
ka_tx_task_get(
    struct ka_tx *tx, struct ka_task_row *out, struct ka_arena *arena, const struct ka_scope *scope, const char *id)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT " COLUMNS " FROM task WHERE account = ? AND region = ? AND id = ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, id);
	bool found = ka_sql_step(&sql);
	if (found)
		read_task(&sql, out, arena);
	return ka_sql_one(&sql, found);
}

enum ka_store_status
ka_tx_task_update(struct ka_tx *tx, const struct ka_scope *scope, const struct ka_task_row *task)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "UPDATE task SET status = ?, cancel_requested = ?, ended = ?, worker = ?, lease_until = ?"
	    " WHERE account = ? AND region = ? AND id = ?");
	ka_sql_put_int(&sql, task->status);
	ka_sql_put_int(&sql, task->cancel_requested);
	ka_sql_put_int(&sql, task->ended);
	ka_sql_put_text(&sql, task->worker);
	ka_sql_put_int(&sql, task->lease_until);
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, task->id);
	return ka_sql_change(&sql, KA_STORE_NONE);
}

enum ka_store_status
ka_tx_task_list(struct ka_tx *tx, struct ka_task_row **out, size_t *out_num, struct ka_arena *arena,
    const struct ka_scope *scope, const struct ka_task_filter *filter, const struct ka_page *page)
{
	struct ka_rows rows = { .arena = arena, .size = sizeof(**out) };
	struct ka_sql_text text = { .len = 0 };
	struct ka_sql sql;

	ka_sql_add(&text, "SELECT " COLUMNS " FROM task WHERE account = ? AND region = ?");
	if (filter->type != 0)
		ka_sql_add(&text, " AND type = ?");
	if (filter->status != 0)
		ka_sql_add(&text, " AND status = ?");
	ka_sql_page_by(&text, "started", page);

	ka_sql_begin(&sql, tx, text.text);
	ka_sql_put_scope(&sql, scope);
	if (filter->type != 0)
		ka_sql_put_int(&sql, filter->type);
	if (filter->status != 0)
		ka_sql_put_int(&sql, filter->status);
	ka_sql_put_page_by(&sql, page, filter->start_time, filter->end_time);
	while (ka_sql_step(&sql))
		read_task(&sql, ka_rows_add(&rows), arena);
	return ka_sql_rows(&sql, &rows, out, out_num);
}

/* Tasks IN_PROGRESS are found through small indices of their own, whose condition has the number. */
static_assert(KA_TASK_IN_PROGRESS == 1, "the number in the texts below");

enum ka_store_status
ka_tx_task_count_running(struct ka_tx *tx, uint64_t *out_count, const struct ka_scope *scope, enum ka_task_type type)
{
	struct ka_sql sql;
	int64_t count;

	ka_sql_begin(
	    &sql, tx, "SELECT count(*) FROM task WHERE account = ? AND region = ? AND type = ? AND status = 1");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_int(&sql, type);
	enum ka_store_status status = ka_sql_number(&sql, &count);
	if (status == KA_STORE_OK)
		*out_count = (uint64_t)count;
	return status;
}

enum ka_store_status
ka_tx_task_claim(struct ka_tx *tx, struct ka_task_row *out, struct ka_arena *arena, const char *worker, int64_t now,
    int64_t lease_until)
{
	struct ka_sql_text text = { .len = 0 };
	struct ka_task_row task;
	struct ka_sql sql;

	ka_sql_add(&text, "SELECT " COLUMNS " FROM task WHERE status = 1 AND lease_until <= ? ORDER BY seq LIMIT 1");
	ka_sql_add(&text, tx->backend->skip_locked);
	ka_sql_begin(&sql, tx, text.text);
	ka_sql_put_int(&sql, now);
	bool found = ka_sql_step(&sql);
	if (found)
		read_task(&sql, &task, arena);
	enum ka_store_status status = ka_sql_one(&sql, found);
	if (status != KA_STORE_OK)
		return status;

	ka_sql_begin(&sql, tx, "UPDATE task SET worker = ?, lease_until = ? WHERE seq = ?");
	ka_sql_put_text(&sql, worker);
	ka_sql_put_int(&sql, lease_until);
	ka_sql_put_int(&sql, task.seq);
	status = ka_sql_change(&sql, KA_STORE_NONE);
	if (status == KA_STORE_OK) {
		task.worker = ka_arena_string(arena, worker);
		task.lease_until = lease_until;
		*out = task;
	}
	return status;
}

enum ka_store_status
ka_tx_task_release_all(struct ka_tx *tx)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "UPDATE task SET worker = NULL, lease_until = 0 WHERE status = 1");
	return ka_sql_change(&sql, KA_STORE_OK);
}
