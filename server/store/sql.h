/* SPDX-License-Identifier: Apache-2.0 */
/* sql.h - one statement, written down in the order in which it runs: its text, its parameters, its rows.
 *
 *	struct ka_sql sql;
 *	ka_sql_begin(&sql, tx, "SELECT name, created FROM account WHERE account = ?");
 *	ka_sql_put_text(&sql, account);
 *	if (ka_sql_step(&sql)) {
 *		row.name = ka_sql_text(&sql, arena);
 *		row.created = ka_sql_int(&sql);
 *	}
 *	return ka_sql_end(&sql);
 *
 * Parameters and columns count up by themselves. After an error the rest does nothing and ka_sql_end returns it. */
#ifndef KA_SERVER_STORE_SQL_H
#define KA_SERVER_STORE_SQL_H

#include "server/store/backend.h"

#define KA_SQL_MAX_IDS 4u
#define KA_SQL_MAX_LEN 1024u

struct ka_sql {
	struct ka_tx *tx;
	void *statement; /* NULL after an error */
	int param, column;
	unsigned num_ids;
	uint8_t ids[KA_SQL_MAX_IDS][32]; /* ids that were put, as bytes */
};

void ka_sql_begin(struct ka_sql *sql, struct ka_tx *tx, const char *text);

void ka_sql_put_int(struct ka_sql *sql, int64_t value);
void ka_sql_put_text(struct ka_sql *sql, const char *text);      /* NULL: SQL's NULL */
void ka_sql_put_blob(struct ka_sql *sql, struct ka_slice bytes); /* empty: an empty value, not NULL */
/* Lower-case hexadecimal of at most 64 digits as bytes; NULL, "" and anything else as SQL's NULL, which equals
 * nothing. */
void ka_sql_put_id(struct ka_sql *sql, const char *hex);
void ka_sql_put_scope(struct ka_sql *sql, const struct ka_scope *scope); /* two: account, region */

/* ka_sql_step moves to the next row, the first one at first; false when there is none or an error. */
bool ka_sql_step(struct ka_sql *sql);

/* The next column of the row. Text and blobs of ka_sql_text and _blob are copied to the arena; peek borrows until the
 * next step. */
int64_t ka_sql_int(struct ka_sql *sql);
const char *ka_sql_text(struct ka_sql *sql, struct ka_arena *arena); /* SQL's NULL: NULL */
struct ka_slice ka_sql_blob(struct ka_sql *sql, struct ka_arena *arena);
struct ka_slice ka_sql_peek(struct ka_sql *sql);
void ka_sql_bytes(
    struct ka_sql *sql, uint8_t *out, size_t len);             /* exactly len bytes; zeros when it has another length */
void ka_sql_id(struct ka_sql *sql, char *out, size_t size);    /* bytes as hexadecimal; SQL's NULL: "" */
void ka_sql_fixed(struct ka_sql *sql, char *out, size_t size); /* text, cut at size - 1 */

/* ka_sql_end closes the statement: OK or the error. ka_sql_change runs a statement that writes and closes it: otherwise
 * when it wrote no row; ka_sql_count tells how many it wrote. ka_sql_one closes one that reads a single row: NONE when
 * found is false. */
enum ka_store_status ka_sql_end(struct ka_sql *sql);
enum ka_store_status ka_sql_change(struct ka_sql *sql, enum ka_store_status otherwise);
enum ka_store_status ka_sql_count(struct ka_sql *sql, uint64_t *out_num);
enum ka_store_status ka_sql_one(struct ka_sql *sql, bool found);

/* ka_sql_number closes a statement with one number as its result (SQL's NULL: 0). ka_sql_inserted closes an INSERT ...
 * ON CONFLICT DO NOTHING RETURNING seq: EXISTS when there was a conflict; out_seq may be NULL. */
enum ka_store_status ka_sql_number(struct ka_sql *sql, int64_t *out);
enum ka_store_status ka_sql_inserted(struct ka_sql *sql, int64_t *out_seq);

/* --- arrays of rows --- */

/* Rows of one size that grow in an arena. */
struct ka_rows {
	struct ka_arena *arena;
	size_t size;
	void *rows;
	size_t num, room;
};

/* ka_rows_add returns a zeroed row at the end. Earlier rows may move. */
void *ka_rows_add(struct ka_rows *rows);

/* ka_sql_rows closes a list and hands its rows over when there was no error. out is the address of a pointer to the
 * rows' type. */
enum ka_store_status ka_sql_rows(struct ka_sql *sql, const struct ka_rows *rows, void *out, size_t *out_num);

/* --- text of lists, put together from its filters --- */

struct ka_sql_text {
	char text[KA_SQL_MAX_LEN];
	size_t len;
};

/* ka_sql_add appends; texts are ours and fit, which is asserted. */
void ka_sql_add(struct ka_sql_text *text, const char *part);

/* Page of a list ordered by seq: condition, order and limit; then its parameters. ka_sql_page ends the text. */
void ka_sql_page(struct ka_sql_text *text, const struct ka_page *page);
void ka_sql_put_page(struct ka_sql *sql, const struct ka_page *page);

/* Page of a list ordered by (column, seq), where column lies in [start, end]. An engine need only search by column:
 * rows with the same time in front of the position are passed over in the index, which is cheap as long as not very
 * many share a millisecond. */
void ka_sql_page_by(struct ka_sql_text *text, const char *column, const struct ka_page *page);
void ka_sql_put_page_by(struct ka_sql *sql, const struct ka_page *page, int64_t start, int64_t end);

#endif
