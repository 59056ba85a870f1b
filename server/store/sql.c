/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/sql.h"

#include <assert.h>
#include <string.h>

void
ka_sql_begin(struct ka_sql *sql, struct ka_tx *tx, const char *text)
{
	sql->tx = tx;
	sql->param = 0;
	sql->column = 0;
	sql->num_ids = 0;
	sql->statement = tx->doomed == KA_STORE_OK ? tx->backend->prepare(tx, text) : NULL;
}

void
ka_sql_put_int(struct ka_sql *sql, int64_t value)
{
	if (sql->statement != NULL)
		sql->tx->backend->bind_int(sql->statement, sql->param++, value);
}

void
ka_sql_put_text(struct ka_sql *sql, const char *text)
{
	if (sql->statement != NULL)
		sql->tx->backend->bind_text(sql->statement, sql->param++, text);
}

void
ka_sql_put_blob(struct ka_sql *sql, struct ka_slice bytes)
{
	/* An empty slice is an empty value, whatever it points to. */
	if (bytes.data == NULL)
		bytes = (struct ka_slice){ (const uint8_t *)"", 0 };
	if (sql->statement != NULL)
		sql->tx->backend->bind_blob(sql->statement, sql->param++, bytes);
}

/* The value of a lower-case hexadecimal digit, or -1. */
static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Writes the bytes that hex stands for; 0 when it stands for none. */
static size_t
decode_id(uint8_t out[32], const char *hex)
{
	size_t len = hex == NULL ? 0 : strlen(hex);

	if (len % 2 != 0 || len > 64)
		return 0;
	for (size_t i = 0; i < len / 2; i++) {
		int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return 0;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return len / 2;
}

void
ka_sql_put_id(struct ka_sql *sql, const char *hex)
{
	assert(sql->num_ids < KA_SQL_MAX_IDS);
	uint8_t *id = sql->ids[sql->num_ids++];
	size_t len = decode_id(id, hex);

	if (len > 0)
		ka_sql_put_blob(sql, (struct ka_slice){ id, len });
	else
		ka_sql_put_text(sql, NULL);
}

void
ka_sql_put_scope(struct ka_sql *sql, const struct ka_scope *scope)
{
	ka_sql_put_text(sql, scope->account);
	ka_sql_put_text(sql, scope->region);
}

bool
ka_sql_step(struct ka_sql *sql)
{
	sql->column = 0;
	return sql->statement != NULL && sql->tx->backend->step(sql->tx, sql->statement) == KA_STEP_ROW;
}

int64_t
ka_sql_int(struct ka_sql *sql)
{
	return sql->tx->backend->column_int(sql->statement, sql->column++);
}

struct ka_slice
ka_sql_peek(struct ka_sql *sql)
{
	return sql->tx->backend->column_bytes(sql->statement, sql->column++);
}

const char *
ka_sql_text(struct ka_sql *sql, struct ka_arena *arena)
{
	struct ka_slice bytes = ka_sql_peek(sql);

	return bytes.data == NULL ? NULL : ka_arena_text(arena, bytes.data, bytes.len);
}

struct ka_slice
ka_sql_blob(struct ka_sql *sql, struct ka_arena *arena)
{
	return ka_arena_slice(arena, ka_sql_peek(sql));
}

void
ka_sql_bytes(struct ka_sql *sql, uint8_t *out, size_t len)
{
	struct ka_slice bytes = ka_sql_peek(sql);

	if (bytes.len == len)
		memcpy(out, bytes.data, len);
	else
		memset(out, 0, len);
}

void
ka_sql_id(struct ka_sql *sql, char *out, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	struct ka_slice bytes = ka_sql_peek(sql);
	size_t len = bytes.len <= (size - 1) / 2 ? bytes.len : (size - 1) / 2;

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[bytes.data[i] >> 4];
		out[2 * i + 1] = digits[bytes.data[i] & 15];
	}
	out[2 * len] = '\0';
}

void
ka_sql_fixed(struct ka_sql *sql, char *out, size_t size)
{
	struct ka_slice bytes = ka_sql_peek(sql);
	size_t len = bytes.len < size ? bytes.len : size - 1;

	if (len > 0)
		memcpy(out, bytes.data, len);
	out[len] = '\0';
}

enum ka_store_status
ka_sql_end(struct ka_sql *sql)
{
	if (sql->statement != NULL)
		sql->tx->backend->finish(sql->statement);
	sql->statement = NULL;
	return sql->tx->doomed;
}

enum ka_store_status
ka_sql_count(struct ka_sql *sql, uint64_t *out_num)
{
	uint64_t num = 0;

	if (sql->statement != NULL && sql->tx->backend->step(sql->tx, sql->statement) == KA_STEP_DONE)
		num = (uint64_t)sql->tx->backend->changes(sql->statement);
	enum ka_store_status status = ka_sql_end(sql);
	if (status == KA_STORE_OK) {
		sql->tx->num_rows += num;
		*out_num = num;
	}
	return status;
}

enum ka_store_status
ka_sql_change(struct ka_sql *sql, enum ka_store_status otherwise)
{
	uint64_t num;
	enum ka_store_status status = ka_sql_count(sql, &num);

	return status == KA_STORE_OK && num == 0 ? otherwise : status;
}

enum ka_store_status
ka_sql_one(struct ka_sql *sql, bool found)
{
	enum ka_store_status status = ka_sql_end(sql);

	return status == KA_STORE_OK && !found ? KA_STORE_NONE : status;
}

enum ka_store_status
ka_sql_number(struct ka_sql *sql, int64_t *out)
{
	int64_t number = ka_sql_step(sql) ? ka_sql_int(sql) : 0;
	enum ka_store_status status = ka_sql_end(sql);

	if (status == KA_STORE_OK)
		*out = number;
	return status;
}

enum ka_store_status
ka_sql_inserted(struct ka_sql *sql, int64_t *out_seq)
{
	bool inserted = ka_sql_step(sql);
	int64_t seq = inserted ? ka_sql_int(sql) : 0;

	/* Only the step behind the last row ends a statement. */
	(void)ka_sql_step(sql);
	enum ka_store_status status = ka_sql_end(sql);
	if (status == KA_STORE_OK && !inserted)
		return KA_STORE_EXISTS;
	sql->tx->num_rows += status == KA_STORE_OK;
	if (status == KA_STORE_OK && out_seq != NULL)
		*out_seq = seq;
	return status;
}

void
ka_sql_add(struct ka_sql_text *text, const char *part)
{
	size_t len = strlen(part);

	assert(text->len + len < sizeof(text->text));
	memcpy(text->text + text->len, part, len + 1);
	text->len += len;
}

void
ka_sql_page(struct ka_sql_text *text, const struct ka_page *page)
{
	ka_sql_add(
	    text, page->ascending ? " AND seq > ? ORDER BY seq LIMIT ?" : " AND seq < ? ORDER BY seq DESC LIMIT ?");
}

void
ka_sql_put_page(struct ka_sql *sql, const struct ka_page *page)
{
	ka_sql_put_int(sql, page->after_seq == 0 && !page->ascending ? INT64_MAX : page->after_seq);
	ka_sql_put_int(sql, page->limit);
}

void
ka_sql_page_by(struct ka_sql_text *text, const char *column, const struct ka_page *page)
{
	ka_sql_add(text, " AND (");
	ka_sql_add(text, column);
	ka_sql_add(text, page->ascending ? ", seq) > (?, ?) AND " : ", seq) < (?, ?) AND ");
	ka_sql_add(text, column);
	ka_sql_add(text, page->ascending ? " <= ? ORDER BY " : " >= ? ORDER BY ");
	ka_sql_add(text, column);
	ka_sql_add(text, page->ascending ? ", seq LIMIT ?" : " DESC, seq DESC LIMIT ?");
}

void
ka_sql_put_page_by(struct ka_sql *sql, const struct ka_page *page, int64_t start, int64_t end)
{
	int64_t near_end = page->ascending ? start : end;
	bool first = page->after_seq == 0;

	/* A position outside of [start, end] would widen the range. */
	if (!first && (page->ascending ? page->after_time < start : page->after_time > end))
		first = true;
	ka_sql_put_int(sql, first ? near_end : page->after_time);
	ka_sql_put_int(sql, !first ? page->after_seq : page->ascending ? 0 : INT64_MAX);
	ka_sql_put_int(sql, page->ascending ? end : start);
	ka_sql_put_int(sql, page->limit);
}

enum ka_store_status
ka_sql_rows(struct ka_sql *sql, const struct ka_rows *rows, void *out, size_t *out_num)
{
	enum ka_store_status status = ka_sql_end(sql);

	if (status == KA_STORE_OK) {
		memcpy(out, &rows->rows, sizeof(rows->rows));
		*out_num = rows->num;
	}
	return status;
}

void *
ka_rows_add(struct ka_rows *rows)
{
	if (rows->num == rows->room) {
		size_t room = rows->room == 0 ? 16 : rows->room * 2;
		void *more = ka_arena_take(rows->arena, room * rows->size);

		if (rows->num > 0)
			memcpy(more, rows->rows, rows->num * rows->size);
		rows->rows = more;
		rows->room = room;
	}
	return (char *)rows->rows + rows->num++ * rows->size;
}
