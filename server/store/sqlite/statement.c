/* SPDX-License-Identifier: Apache-2.0 */
/* Statements are prepared once per connection and text, and found again by their text. */
#include "server/store/sqlite/sqlite.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

/* FNV-1a, 32 bits. */
static uint32_t
hash_text(const char *text)
{
	uint32_t hash = 2166136261u;

	for (; *text != '\0'; text++)
		hash = (hash ^ (uint8_t)*text) * 16777619u;
	return hash;
}

void *
ka_sqlite_prepare(struct ka_tx *tx, const char *text)
{
	struct connection *connection = (struct connection *)tx;
	uint32_t hash = hash_text(text);
	struct statement **bucket = &connection->statements[hash % NUM_BUCKETS];
	sqlite3_stmt *stmt;

	/* A busy one belongs to a scan whose callback asks the same: it gets a second one. */
	for (struct statement *old = *bucket; old != NULL; old = old->next)
		if (old->hash == hash && !old->busy && strcmp(sqlite3_sql(old->stmt), text) == 0) {
			old->busy = true;
			return old;
		}
	int rc = sqlite3_prepare_v3(connection->db, text, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
	if (rc != SQLITE_OK) {
		ka_sqlite_doom(connection, rc, text);
		return NULL;
	}
	struct statement *statement = calloc(1, sizeof(*statement));
	if (statement == NULL)
		ka_out_of_memory();
	statement->stmt = stmt;
	statement->hash = hash;
	statement->busy = true;
	statement->next = *bucket;
	*bucket = statement;
	return statement;
}

/* Keeps the first error of binding for the step. */
static void
bound(struct statement *statement, int rc)
{
	if (statement->rc == SQLITE_OK)
		statement->rc = rc;
}

void
ka_sqlite_bind_int(void *statement, int param, int64_t value)
{
	bound(statement, sqlite3_bind_int64(((struct statement *)statement)->stmt, param + 1, value));
}

void
ka_sqlite_bind_text(void *statement, int param, const char *text)
{
	bound(statement, sqlite3_bind_text(((struct statement *)statement)->stmt, param + 1, text, -1, SQLITE_STATIC));
}

void
ka_sqlite_bind_blob(void *statement, int param, struct ka_slice bytes)
{
	bound(statement,
	    sqlite3_bind_blob64(
		((struct statement *)statement)->stmt, param + 1, bytes.data, bytes.len, SQLITE_STATIC));
}

enum ka_step
ka_sqlite_step(struct ka_tx *tx, void *argument)
{
	struct statement *statement = argument;
	int rc = statement->rc != SQLITE_OK ? statement->rc : sqlite3_step(statement->stmt);

	if (rc == SQLITE_ROW)
		return KA_STEP_ROW;
	if (rc == SQLITE_DONE)
		return KA_STEP_DONE;
	ka_sqlite_doom((struct connection *)tx, rc, sqlite3_sql(statement->stmt));
	return KA_STEP_ERROR;
}

int64_t
ka_sqlite_column_int(void *statement, int column)
{
	return sqlite3_column_int64(((struct statement *)statement)->stmt, column);
}

struct ka_slice
ka_sqlite_column_bytes(void *statement, int column)
{
	sqlite3_stmt *stmt = ((struct statement *)statement)->stmt;
	const void *data = sqlite3_column_blob(stmt, column);
	int len = sqlite3_column_bytes(stmt, column);

	/* SQLite gives no pointer for an empty value, which is not NULL. */
	if (data == NULL && sqlite3_column_type(stmt, column) != SQLITE_NULL)
		data = "";
	return (struct ka_slice){ data, (size_t)len };
}

int64_t
ka_sqlite_changes(void *statement)
{
	return sqlite3_changes64(sqlite3_db_handle(((struct statement *)statement)->stmt));
}

void
ka_sqlite_finish(void *argument)
{
	struct statement *statement = argument;

	(void)sqlite3_reset(statement->stmt);
	/* What was bound is the caller's and may be gone before the next use. */
	(void)sqlite3_clear_bindings(statement->stmt);
	statement->rc = SQLITE_OK;
	statement->busy = false;
}

void
ka_sqlite_forget(struct connection *connection)
{
	for (size_t i = 0; i < NUM_BUCKETS; i++)
		while (connection->statements[i] != NULL) {
			struct statement *statement = connection->statements[i];

			connection->statements[i] = statement->next;
			(void)sqlite3_finalize(statement->stmt);
			free(statement);
		}
}
