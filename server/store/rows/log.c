/* SPDX-License-Identifier: Apache-2.0 */
/* The log of state changes. The schema refuses to change or delete what is in it, and its chain (log_chain.h) shows when
 * somebody did. */
#include "server/names.h"
#include "server/store/log_chain.h"
#include "server/store/sql.h"

#include <stdio.h>
#include <string.h>

#define OWN_COLUMNS "time, account, region, actor, request, action, resource, before, after, hash"

const char *const ka_log_text_names[KA_LOG_NUM_TEXTS] = { "account", "region", "actor", "request", "action", "resource",
	"before", "after" };

enum ka_store_status
ka_tx_log_head(struct ka_tx *tx, struct ka_log_link *out, bool *out_true)
{
	struct ka_sql_text text = { .len = 0 };
	struct ka_sql sql;

	ka_sql_add(&text, "SELECT seq, hash, mac FROM log_head WHERE id = 1");
	if (tx->writable)
		ka_sql_add(&text, tx->backend->for_update);
	ka_sql_begin(&sql, tx, text.text);
	bool found = ka_sql_step(&sql);
	if (found) {
		out->seq = ka_sql_int(&sql);
		ka_sql_bytes(&sql, out->hash, sizeof(out->hash));
		*out_true = ka_log_mac_is(tx->store->log_key, KA_LOG_MAC_HEAD, out, ka_sql_peek(&sql));
		/* One row, and a statement ends behind its last one. */
		(void)ka_sql_step(&sql);
	}
	return ka_sql_one(&sql, found);
}

static enum ka_store_status
refuse(struct ka_tx *tx, const char *why)
{
	ka_store_say(tx->store,
	    "nothing is written, since what changes the registry goes into the log of state changes, and %s; 'keyassayd log "
	    "verify' says more",
	    why);
	return KA_STORE_FAILED;
}

static struct ka_slice
slice_of(const char *text)
{
	return (struct ka_slice){ (const uint8_t *)text, text == NULL ? 0 : strlen(text) };
}

enum ka_store_status
ka_log_head_put(struct ka_tx *tx, const struct ka_log_link *link)
{
	uint8_t mac[KA_HASH_LEN];
	struct ka_sql sql;

	ka_log_mac(mac, tx->store->log_key, KA_LOG_MAC_HEAD, link);
	ka_sql_begin(&sql, tx, "UPDATE log_head SET seq = ?, hash = ?, mac = ? WHERE id = 1");
	ka_sql_put_int(&sql, link->seq);
	ka_sql_put_blob(&sql, (struct ka_slice){ link->hash, sizeof(link->hash) });
	ka_sql_put_blob(&sql, (struct ka_slice){ mac, sizeof(mac) });
	return ka_sql_change(&sql, KA_STORE_FAILED);
}

enum ka_store_status
ka_tx_log_append(struct ka_tx *tx, const struct ka_log_row *row)
{
	const struct ka_log_texts texts = { { slice_of(row->account), slice_of(row->region), slice_of(row->actor),
	    slice_of(row->request), slice_of(row->action), slice_of(row->resource), slice_of(row->before),
	    slice_of(row->after) } };
	struct ka_log_link head, link;
	uint8_t mac[KA_HASH_LEN];
	bool is_true = false;
	struct ka_sql sql;

	if (tx->store->log_key == NULL)
		return refuse(tx, "its key was not set");
	enum ka_store_status status = ka_tx_log_head(tx, &head, &is_true);
	if (status == KA_STORE_NONE)
		return refuse(tx, "its head is missing");
	if (status != KA_STORE_OK)
		return status;
	if (!is_true)
		return refuse(tx, "its head was not made with this secret.key");
	link.seq = head.seq + 1;
	ka_log_hash(link.hash, tx->store->log_key, head.hash, link.seq, row->time, &texts);
	ka_log_mac(mac, tx->store->log_key, KA_LOG_MAC_PLACE, &link);

	ka_sql_begin(&sql, tx,
	    "INSERT INTO log (" OWN_COLUMNS ", mac, seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	ka_sql_put_int(&sql, row->time);
	ka_sql_put_text(&sql, row->account);
	ka_sql_put_text(&sql, row->region);
	ka_sql_put_text(&sql, row->actor);
	ka_sql_put_text(&sql, row->request);
	ka_sql_put_text(&sql, row->action);
	ka_sql_put_text(&sql, row->resource);
	ka_sql_put_text(&sql, row->before);
	ka_sql_put_text(&sql, row->after);
	ka_sql_put_blob(&sql, (struct ka_slice){ link.hash, sizeof(link.hash) });
	ka_sql_put_blob(&sql, (struct ka_slice){ mac, sizeof(mac) });
	ka_sql_put_int(&sql, link.seq);
	status = ka_sql_change(&sql, KA_STORE_FAILED);
	tx->num_entries++;
	return status == KA_STORE_OK ? ka_log_head_put(tx, &link) : status;
}

enum ka_store_status
ka_tx_log_end(struct ka_tx *tx, const struct ka_scope *scope, const struct ka_log_end *end)
{
	char resource[256], after[64];

	(void)snprintf(resource, sizeof(resource), "arn:aws:iot:%s:%s:%s/%s", scope->region, scope->account, end->kind, end->id);
	(void)snprintf(after, sizeof(after), "{\"taskStatus\":\"%s\"}", ka_task_status_name(end->status));
	const struct ka_log_row row = {
		.time = end->time,
		.account = scope->account,
		.region = scope->region,
		.actor = end->actor,
		.action = end->action,
		.resource = resource,
		.before = "{\"taskStatus\":\"IN_PROGRESS\"}",
		.after = after,
	};
	return ka_tx_log_append(tx, &row);
}

static void
read_log(struct ka_sql *sql, struct ka_log_row *out, struct ka_arena *arena)
{
	out->seq = ka_sql_int(sql);
	out->time = ka_sql_int(sql);
	out->account = ka_sql_text(sql, arena);
	out->region = ka_sql_text(sql, arena);
	out->actor = ka_sql_text(sql, arena);
	out->request = ka_sql_text(sql, arena);
	out->action = ka_sql_text(sql, arena);
	out->resource = ka_sql_text(sql, arena);
	out->before = ka_sql_text(sql, arena);
	out->after = ka_sql_text(sql, arena);
	ka_sql_bytes(sql, out->hash, sizeof(out->hash));
}

enum ka_store_status
ka_tx_log_list(struct ka_tx *tx, struct ka_log_row **out, size_t *out_num, struct ka_arena *arena,
    const struct ka_scope *scope, const struct ka_log_filter *filter, const struct ka_page *page)
{
	struct ka_rows rows = { .arena = arena, .size = sizeof(**out) };
	struct ka_sql_text text = { .len = 0 };
	struct ka_sql sql;

	ka_sql_add(&text, "SELECT seq, " OWN_COLUMNS " FROM log WHERE account = ? AND region = ?");
	if (filter->action != NULL)
		ka_sql_add(&text, " AND action = ?");
	if (filter->resource != NULL)
		ka_sql_add(&text, " AND resource = ?");
	if (filter->actor != NULL)
		ka_sql_add(&text, " AND actor = ?");
	ka_sql_page_by(&text, "time", page);

	ka_sql_begin(&sql, tx, text.text);
	ka_sql_put_scope(&sql, scope);
	if (filter->action != NULL)
		ka_sql_put_text(&sql, filter->action);
	if (filter->resource != NULL)
		ka_sql_put_text(&sql, filter->resource);
	if (filter->actor != NULL)
		ka_sql_put_text(&sql, filter->actor);
	ka_sql_put_page_by(&sql, page, filter->start_time, filter->end_time == 0 ? INT64_MAX : filter->end_time);
	while (ka_sql_step(&sql))
		read_log(&sql, ka_rows_add(&rows), arena);
	return ka_sql_rows(&sql, &rows, out, out_num);
}

enum ka_store_status
ka_tx_log_scan(struct ka_tx *tx, int64_t after, uint32_t limit, ka_log_fn fn, void *arg)
{
	struct ka_log_entry entry;
	struct ka_sql sql;

	ka_sql_begin(&sql, tx, "SELECT seq, " OWN_COLUMNS ", mac FROM log WHERE seq > ? ORDER BY seq LIMIT ?");
	ka_sql_put_int(&sql, after);
	ka_sql_put_int(&sql, limit);
	while (ka_sql_step(&sql)) {
		entry.seq = ka_sql_int(&sql);
		entry.time = ka_sql_int(&sql);
		for (size_t i = 0; i < KA_LOG_NUM_TEXTS; i++)
			entry.texts.text[i] = ka_sql_peek(&sql);
		entry.hash = ka_sql_peek(&sql);
		entry.mac = ka_sql_peek(&sql);
		if (!fn(arg, &entry))
			break;
	}
	return ka_sql_end(&sql);
}
