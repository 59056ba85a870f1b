/* SPDX-License-Identifier: Apache-2.0 */
/* The schema: read its version, make it, bring it up to date. All migrations that are missing run in one transaction
 * with the note of their versions: after a crash in between, the database is as it was. */
#include "server/store/sqlite/sqlite.h"

#include <stdio.h>

#include "server/clock.h"

/* The first column of a query's first row. */
static int
query_number(sqlite3 *db, int64_t *out, const char *text)
{
	sqlite3_stmt *stmt;
	int rc = sqlite3_prepare_v2(db, text, -1, &stmt, NULL);

	if (rc != SQLITE_OK)
		return rc;
	if (sqlite3_step(stmt) == SQLITE_ROW)
		*out = sqlite3_column_int64(stmt, 0);
	return sqlite3_finalize(stmt);
}

/* What a database file holds. */
struct schema {
	int64_t num_tables;
	int64_t is_ours;
	int64_t version;
};

static int
read_schema(sqlite3 *db, struct schema *out)
{
	struct schema schema = { 0, 0, 0 };
	int rc = query_number(db, &schema.num_tables, "SELECT count(*) FROM sqlite_schema");

	if (rc == SQLITE_OK)
		rc = query_number(db, &schema.is_ours,
		    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'");
	if (rc == SQLITE_OK && schema.is_ours != 0)
		rc = query_number(db, &schema.version, "SELECT max(version) FROM schema_version");
	if (rc == SQLITE_OK)
		*out = schema;
	return rc;
}

int
ka_sqlite_schema_version(sqlite3 *db, int64_t *out)
{
	struct schema schema;
	int rc = read_schema(db, &schema);

	if (rc == SQLITE_OK)
		*out = schema.version;
	return rc;
}

/* Whether a database with this content may be opened. */
static bool
accept(char out_message[KA_STORE_MESSAGE_LEN], const struct ka_migration *migrations, const struct schema *schema,
    unsigned flags, const char *path)
{
	if (schema->num_tables > 0 && schema->is_ours == 0) {
		(void)snprintf(out_message, KA_STORE_MESSAGE_LEN,
		    "%.200s: an SQLite database, but not one of keyassayd; give another file", path);
		return false;
	}
	if (schema->num_tables == 0) {
		if ((flags & KA_STORE_CREATE) != 0)
			return true;
		(void)snprintf(
		    out_message, KA_STORE_MESSAGE_LEN, "%.200s: the database is empty; run: keyassayd init", path);
		return false;
	}
	return ka_migrations_accept(out_message, migrations, (unsigned)schema->version, flags, path);
}

static int
run_migration(sqlite3 *db, const struct ka_migration *migration)
{
	char note[256];
	int rc = SQLITE_OK;

	for (const char *const *part = migration->parts; *part != NULL && rc == SQLITE_OK; part++)
		rc = sqlite3_exec(db, *part, NULL, NULL, NULL);
	(void)snprintf(note, sizeof(note),
	    "INSERT INTO schema_version (version, name, applied) VALUES (%u, '%s', %lld)", migration->version,
	    migration->name, (long long)ka_clock_now());
	return rc == SQLITE_OK ? sqlite3_exec(db, note, NULL, NULL, NULL) : rc;
}

/* Inside of a transaction: another process may have done it meanwhile. */
static int
run_missing(sqlite3 *db, const struct ka_migration *migrations)
{
	struct schema schema;
	int rc = sqlite3_exec(db,
	    "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied "
	    "INTEGER NOT NULL)"
	    " STRICT",
	    NULL, NULL, NULL);

	if (rc == SQLITE_OK)
		rc = read_schema(db, &schema);
	for (const struct ka_migration *m = migrations; m->version != 0 && rc == SQLITE_OK; m++)
		if (m->version > schema.version)
			rc = run_migration(db, m);
	return rc;
}

/* The journal is a property of the file; it is set before the first table is made. */
static bool
set_journal(char out_message[KA_STORE_MESSAGE_LEN], sqlite3 *db, const char *path)
{
	sqlite3_stmt *stmt;
	bool is_wal = false;
	/* A new file gets pages of 4 KiB. Every id in an index is a page of its own to write, so larger ones make
	 * registration dearer (1.4 times the bytes with 8 KiB), while scans gain a third. */
	int rc = sqlite3_exec(db, "PRAGMA page_size = 4096", NULL, NULL, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_prepare_v2(db, "PRAGMA journal_mode = WAL", -1, &stmt, NULL);
	if (rc == SQLITE_OK) {
		if (sqlite3_step(stmt) == SQLITE_ROW)
			is_wal = sqlite3_stricmp((const char *)sqlite3_column_text(stmt, 0), "wal") == 0;
		rc = sqlite3_finalize(stmt);
	}
	if (rc == SQLITE_OK && is_wal)
		return true;
	(void)snprintf(out_message, KA_STORE_MESSAGE_LEN,
	    "%.200s: SQLite cannot keep a write-ahead log there: %s; use a local disk and a directory that keyassayd "
	    "may write to",
	    path, rc == SQLITE_OK ? "the file system lacks shared memory" : sqlite3_errmsg(db));
	return false;
}

bool
ka_sqlite_prepare_schema(char out_message[KA_STORE_MESSAGE_LEN], struct sqlite_store *store,
    struct connection *connection, const struct ka_migration *migrations, unsigned flags)
{
	sqlite3 *db = connection->db;
	struct schema schema;
	int rc = read_schema(db, &schema);

	if (rc == SQLITE_OK && sqlite3_db_readonly(db, "main") == 1)
		rc = SQLITE_READONLY;
	if (rc == SQLITE_OK) {
		if (!accept(out_message, migrations, &schema, flags, store->path) ||
		    !set_journal(out_message, db, store->path))
			return false;
		rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
		if (rc == SQLITE_OK)
			rc = run_missing(db, migrations);
		if (rc == SQLITE_OK)
			rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
		if (rc == SQLITE_OK)
			rc = read_schema(db, &schema);
	}
	if (rc != SQLITE_OK) {
		ka_sqlite_explain(out_message, store->path, db, rc);
		(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
		return false;
	}
	store->store.schema_version = (unsigned)schema.version;
	return true;
}
