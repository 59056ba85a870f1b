/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/sql.h"

#define COLUMNS \
	"id, task_id, check_name, task_started, found, severity, resource_type, resource_id, reason, reason_code," \
	" additional_info, suppressed"

enum ka_store_status
ka_tx_finding_insert(struct ka_tx *tx, const struct ka_scope *scope, const struct ka_finding_row *row)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx,
	    "INSERT INTO finding (account, region, " COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	    " ON CONFLICT DO NOTHING");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, row->id);
	ka_sql_put_id(&sql, row->task_id);
	ka_sql_put_text(&sql, row->check_name);
	ka_sql_put_int(&sql, row->task_started);
	ka_sql_put_int(&sql, row->found);
	ka_sql_put_int(&sql, (int64_t)row->severity);
	ka_sql_put_int(&sql, row->resource_type);
	ka_sql_put_id(&sql, row->resource_id);
	ka_sql_put_text(&sql, row->reason);
	ka_sql_put_text(&sql, row->reason_code);
	ka_sql_put_text(&sql, row->additional_info);
	ka_sql_put_int(&sql, row->suppressed);
	return ka_sql_change(&sql, KA_STORE_EXISTS);
}

static void
read_finding(struct ka_sql *sql, struct ka_finding_row *out, struct ka_arena *arena)
{
	out->seq = ka_sql_int(sql);
	ka_sql_id(sql, out->id, sizeof(out->id));
	ka_sql_id(sql, out->task_id, sizeof(out->task_id));
	out->check_name = ka_sql_text(sql, arena);
	out->task_started = ka_sql_int(sql);
	out->found = ka_sql_int(sql);
	out->severity = (enum ka_severity)ka_sql_int(sql);
	out->resource_type = (enum ka_resource_type)ka_sql_int(sql);
	ka_sql_id(sql, out->resource_id, sizeof(out->resource_id));
	out->reason = ka_sql_text(sql, arena);
	out->reason_code = ka_sql_text(sql, arena);
	out->additional_info = ka_sql_text(sql, arena);
	out->suppressed = ka_sql_int(sql) != 0;
}

enum ka_store_status
ka_tx_finding_get(
    struct ka_tx *tx, struct ka_finding_row *out, struct ka_arena *arena, const struct ka_scope *scope, const char *id)
{
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT seq, " COLUMNS " FROM finding WHERE account = ? AND region = ? AND id = ?");
	ka_sql_put_scope(&sql, scope);
	ka_sql_put_id(&sql, id);
	bool found = ka_sql_step(&sql);
	if (found)
		read_finding(&sql, out, arena);
	return ka_sql_one(&sql, found);
}

enum ka_store_status
ka_tx_finding_list(struct ka_tx *tx, struct ka_finding_row **out, size_t *out_num, struct ka_arena *arena,
    const struct ka_scope *scope, const struct ka_finding_filter *filter, const struct ka_page *page)
{
	struct ka_rows rows = { .arena = arena, .size = sizeof(**out) };
	struct ka_sql_text text = { .len = 0 };
	struct ka_sql sql;

	ka_sql_add(&text, "SELECT seq, " COLUMNS " FROM finding WHERE account = ? AND region = ?");
	if (filter->task_id != NULL)
		ka_sql_add(&text, " AND task_id = ?");
	if (filter->resource_id != NULL)
		ka_sql_add(&text, " AND resource_id = ? AND resource_type = ?");
	if (filter->check_name != NULL)
		ka_sql_add(&text, " AND check_name = ?");
	if (filter->reason_code != NULL)
		ka_sql_add(&text, " AND reason_code = ?");
	if (filter->suppressed != KA_BOTH)
		ka_sql_add(&text, " AND suppressed = ?");
	ka_sql_page_by(&text, "found", page);

	ka_sql_begin(&sql, tx, text.text);
	ka_sql_put_scope(&sql, scope);
	if (filter->task_id != NULL)
		ka_sql_put_id(&sql, filter->task_id);
	if (filter->resource_id != NULL) {
		ka_sql_put_id(&sql, filter->resource_id);
		ka_sql_put_int(&sql, filter->resource_type);
	}
	if (filter->check_name != NULL)
		ka_sql_put_text(&sql, filter->check_name);
	if (filter->reason_code != NULL)
		ka_sql_put_text(&sql, filter->reason_code);
	if (filter->suppressed != KA_BOTH)
		ka_sql_put_int(&sql, filter->suppressed == KA_ONLY_SUPPRESSED);
	ka_sql_put_page_by(&sql, page, filter->end_time == 0 ? INT64_MIN : filter->start_time,
	    filter->end_time == 0 ? INT64_MAX : filter->end_time);
	while (ka_sql_step(&sql))
		read_finding(&sql, ka_rows_add(&rows), arena);
	return ka_sql_rows(&sql, &rows, out, out_num);
}
