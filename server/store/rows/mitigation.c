/* SPDX-License-Identifier: Apache-2.0 */
/* Mitigation tasks. Their counts and executions are in execution.c. */
#include "server/store/rows/mitigation.h"

#include <assert.h>

#define OWN_COLUMNS \
	"id, token, status, cancel_requested, started, ended, after_time, after_seq, worker, lease_until, " \
	"audit_task, " \
	"target, mapping, actions, listed_checks"
#define COLUMNS "seq, account, region, " OWN_COLUMNS

enum ka_store_status
ka_tx_mitigation_insert(struct ka_tx *tx, int64_t *out_seq, const struct ka_scope *scope,
    const struct ka_mitigation_row *task, const struct ka_mitigation_check_row *checks, size_t num_checks)
{
	struct ka_sql sql;
	int64_t seq;

	ka_sql_begin(&sql, tx,
	    "INSERT INTO mitigation (account, region, " OWN_COLUMNS
	    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING seq");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, task->id);
	ka_sql_put_text(&sql, task->token);
	ka_sql_put_int(&sql, task->status);
	ka_sql_put_int(&sql, task->cancel_requested);
	ka_sql_put_int(&sql, task->started);
	ka_sql_put_int(&sql, task->ended);
	ka_sql_put_int(&sql, task->after_time);
	ka_sql_put_int(&sql, task->after_seq);
	ka_sql_put_text(&sql, task->worker);
	ka_sql_put_int(&sql, task->lease_until);
	ka_sql_put_id(&sql, task->audit_task);
	ka_sql_put_text(&sql, task->target);
	ka_sql_put_text(&sql, task->mapping);
	ka_sql_put_text(&sql, task->actions);
	ka_sql_put_text(&sql, task->listed_checks);
	enum ka_store_status status = ka_sql_inserted(&sql, &seq);
	for (size_t i = 0; i < num_checks && status == KA_STORE_OK; i++)
		status = ka_mitigation_check_insert(tx, seq, &checks[i]);
	if (status == KA_STORE_OK)
		*out_seq = seq;
	return status;
}

static void
read_task(struct ka_sql *sql, struct ka_mitigation_row *out, struct ka_arena *arena)
{
	char audit_task[KA_TASK_ID_LEN + 1];

	out->seq = ka_sql_int(sql);
	out->account = ka_sql_text(sql, arena);
	out->region = ka_sql_text(sql, arena);
	out->id = ka_sql_text(sql, arena);
	out->token = ka_sql_text(sql, arena);
	out->status = (enum ka_task_status)ka_sql_int(sql);
	out->cancel_requested = ka_sql_int(sql) != 0;
	out->started = ka_sql_int(sql);
	out->ended = ka_sql_int(sql);
	out->after_time = ka_sql_int(sql);
	out->after_seq = ka_sql_int(sql);
	out->worker = ka_sql_text(sql, arena);
	out->lease_until = ka_sql_int(sql);
	ka_sql_id(sql, audit_task, sizeof(audit_task));
	out->audit_task = audit_task[0] == '\0' ? NULL : ka_arena_string(arena, audit_task);
	out->target = ka_sql_text(sql, arena);
	out->mapping = ka_sql_text(sql, arena);
	out->actions = ka_sql_text(sql, arena);
	out->listed_checks = ka_sql_text(sql, arena);
}

enum ka_store_status
ka_tx_mitigation_get(struct ka_tx *tx, struct ka_mitigation_row *out, struct ka_arena *arena,
    const struct ka_scope *scope, const char *id)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT " COLUMNS " FROM mitigation WHERE account = ? AND region = ? AND id = ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, id);
	bool found = ka_sql_step(&sql);
	if (found)
		read_task(&sql, out, arena);
	return ka_sql_one(&sql, found);
}

enum ka_store_status
ka_tx_mitigation_by_token(
    struct ka_tx *tx, const char **out_id, struct ka_arena *arena, const struct ka_scope *scope, const char *token)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT id FROM mitigation WHERE account = ? AND region = ? AND token = ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_text(&sql, token);
	bool found = ka_sql_step(&sql);
	if (found)
		*out_id = ka_sql_text(&sql, arena);
	return ka_sql_one(&sql, found);
}

enum ka_store_status
ka_tx_mitigation_update(struct ka_tx *tx, const struct ka_mitigation_row *task)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "UPDATE mitigation SET status = ?, cancel_requested = ?, ended = ?, after_time = ?, after_seq = ?, worker "
	    "= ?,"
	    " lease_until = ? WHERE seq = ?");
	ka_sql_put_int(&sql, task->status);
	ka_sql_put_int(&sql, task->cancel_requested);
	ka_sql_put_int(&sql, task->ended);
	ka_sql_put_int(&sql, task->after_time);
	ka_sql_put_int(&sql, task->after_seq);
	ka_sql_put_text(&sql, task->worker);
	ka_sql_put_int(&sql, task->lease_until);
	ka_sql_put_int(&sql, task->seq);
	return ka_sql_change(&sql, KA_STORE_NONE);
}

enum ka_store_status
ka_tx_mitigation_list(struct ka_tx *tx, struct ka_mitigation_row **out, size_t *out_num, struct ka_arena *arena,
    const struct ka_scope *scope, const struct ka_mitigation_filter *filter, const struct ka_page *page)
{
	struct ka_rows rows = { .arena = arena, .size = sizeof(**out) };
	struct ka_sql_text text = { .len = 0 };
	struct ka_sql sql;

	/* A task in progress has ended at 0. */
	ka_sql_add(&text, "SELECT " COLUMNS " FROM mitigation WHERE account = ? AND region = ? AND ended <= ?");
	if (filter->status != 0)
		ka_sql_add(&text, " AND status = ?");
	if (filter->audit_task != NULL)
		ka_sql_add(&text, " AND audit_task = ?");
	if (filter->finding != NULL)
		ka_sql_add(
		    &text, " AND EXISTS (SELECT 1 FROM execution WHERE task = mitigation.seq AND finding_id = ?)");
	ka_sql_page_by(&text, "started", page);

	ka_sql_begin(&sql, tx, text.text);
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_int(&sql, filter->end_time);
	if (filter->status != 0)
		ka_sql_put_int(&sql, filter->status);
	if (filter->audit_task != NULL)
		ka_sql_put_id(&sql, filter->audit_task);
	if (filter->finding != NULL)
		ka_sql_put_id(&sql, filter->finding);
	ka_sql_put_page_by(&sql, page, filter->start_time, filter->end_time);
	while (ka_sql_step(&sql))
		read_task(&sql, ka_rows_add(&rows), arena);
	return ka_sql_rows(&sql, &rows, out, out_num);
}

/* Tasks IN_PROGRESS are found through small indices of their own, whose condition has the number. */
static_assert(KA_TASK_IN_PROGRESS == 1, "the number in the texts below");

enum ka_store_status
ka_tx_mitigation_count_running(struct ka_tx *tx, uint64_t *out_count, const struct ka_scope *scope)
{
	struct ka_sql sql;
	int64_t count;

	ka_sql_begin(&sql, tx, "SELECT count(*) FROM mitigation WHERE account = ? AND region = ? AND status = 1");
	ka_sql_put_scope(&sql, scope);
	enum ka_store_status status = ka_sql_number(&sql, &count);
	if (status == KA_STORE_OK)
		*out_count = (uint64_t)count;
	return status;
}

enum ka_store_status
ka_tx_mitigation_claim(struct ka_tx *tx, struct ka_mitigation_row *out, struct ka_arena *arena, const char *worker,
    int64_t now, int64_t lease_until)
{
	struct ka_sql_text text = { .len = 0 };
	struct ka_mitigation_row task;
	struct ka_sql sql;

	ka_sql_add(&text,
	    "SELECT " COLUMNS
	    " FROM mitigation WHERE status = 1 AND lease_until <= ? ORDER BY lease_until, seq LIMIT 1");
	ka_sql_add(&text, tx->backend->skip_locked);
	ka_sql_begin(&sql, tx, text.text);
	ka_sql_put_int(&sql, now);
	bool found = ka_sql_step(&sql);
	if (found)
		read_task(&sql, &task, arena);
	enum ka_store_status status = ka_sql_one(&sql, found);
	if (status != KA_STORE_OK)
		return status;
	task.worker = ka_arena_string(arena, worker);
	task.lease_until = lease_until;
	status = ka_tx_mitigation_update(tx, &task);
	if (status == KA_STORE_OK)
		*out = task;
	return status;
}

enum ka_store_status
ka_tx_mitigation_release_all(struct ka_tx *tx)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "UPDATE mitigation SET worker = NULL, lease_until = 0 WHERE status = 1");
	return ka_sql_change(&sql, KA_STORE_OK);
}
