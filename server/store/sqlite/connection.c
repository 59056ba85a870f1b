/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/sqlite/sqlite.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/buf.h"

/* How long a statement waits for another process (keyassayd import, a backup) that writes. */
#define BUSY_MS 10000

/* Pages that a writer keeps in memory, and a reader: its tree's upper levels; the rest is the kernel's cache. No
 * mapping: a read error of a mapped file is a signal that ends the program. In KiB. */
#define WRITER_CACHE "16384"
#define READER_CACHE "2048"

/* synchronous=FULL: a commit returns when its pages are on the disk. The writer itself copies the write-ahead log back
 * (checkpoint.c); after a large import it shrinks to 64 MiB again. */
static const char writer_pragmas[] = "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;"
				     "PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY;"
				     "PRAGMA cache_size = -" WRITER_CACHE ";";
static const char reader_pragmas[] =
    "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -" READER_CACHE ";";

void
ka_sqlite_explain(char out_message[KA_STORE_MESSAGE_LEN], const char *path, sqlite3 *db, int rc)
{
	const char *advice = "check the disk, and the permissions of the file and its directory";

	if ((rc & 0xff) == SQLITE_NOTADB)
		advice = "give another file";
	if ((rc & 0xff) == SQLITE_CORRUPT)
		advice = "restore it from a backup";
	if ((rc & 0xff) == SQLITE_BUSY)
		advice = "end the other program that uses it";
	(void)snprintf(out_message, KA_STORE_MESSAGE_LEN, "%.200s: %.150s (SQLite %d); %s", path,
	    db == NULL || rc == SQLITE_READONLY ? sqlite3_errstr(rc) : sqlite3_errmsg(db), rc, advice);
}

/* A file that was put there while the program runs (a backup) has to have the schema that it works on. */
static int
check_schema(char out_message[KA_STORE_MESSAGE_LEN], const struct sqlite_store *store, sqlite3 *db)
{
	int64_t version = 0;
	int rc = store->store.schema_version == 0 ? SQLITE_OK : ka_sqlite_schema_version(db, &version);

	if (rc != SQLITE_OK || version == store->store.schema_version)
		return rc;
	(void)snprintf(out_message, KA_STORE_MESSAGE_LEN,
	    "%.200s: the file was replaced by one with schema version %lld; restart keyassayd", store->path,
	    (long long)version);
	return SQLITE_CANTOPEN;
}

int
ka_sqlite_connect(
    struct connection **out, char out_message[KA_STORE_MESSAGE_LEN], struct sqlite_store *store, bool writable)
{
	sqlite3 *db = NULL;

	*out = NULL;
	int rc = sqlite3_open_v2(
	    store->path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_busy_timeout(db, BUSY_MS);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, writable ? writer_pragmas : reader_pragmas, NULL, NULL, NULL);
	out_message[0] = '\0';
	if (rc == SQLITE_OK)
		rc = check_schema(out_message, store, db);
	if (rc != SQLITE_OK) {
		if (out_message[0] == '\0')
			ka_sqlite_explain(out_message, store->path, db, rc);
		(void)sqlite3_close(db);
		return rc;
	}
	struct connection *connection = calloc(1, sizeof(*connection));
	if (connection == NULL)
		ka_out_of_memory();
	connection->tx.store = &store->store;
	connection->tx.backend = store->store.backend;
	connection->tx.writable = writable;
	connection->db = db;
	connection->generation = atomic_load(&store->generation);
	if (writable)
		ka_sqlite_watch_log(store, db);
	*out = connection;
	return SQLITE_OK;
}

void
ka_sqlite_disconnect(struct connection *connection)
{
	if (connection == NULL)
		return;
	ka_sqlite_forget(connection);
	(void)sqlite3_close(connection->db);
	free(connection);
}

bool
ka_sqlite_exec(struct connection *connection, const char *text)
{
	void *statement = ka_sqlite_prepare(&connection->tx, text);

	if (statement == NULL)
		return false;
	enum ka_step step = ka_sqlite_step(&connection->tx, statement);
	ka_sqlite_finish(statement);
	return step == KA_STEP_DONE;
}

enum ka_store_status
ka_sqlite_status(int rc)
{
	static const int unavailable[] = { SQLITE_FULL, SQLITE_READONLY, SQLITE_IOERR, SQLITE_BUSY, SQLITE_LOCKED,
		SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_PROTOCOL, SQLITE_NOMEM, SQLITE_INTERRUPT };

	for (size_t i = 0; i < sizeof(unavailable) / sizeof(unavailable[0]); i++)
		if ((rc & 0xff) == unavailable[i])
			return KA_STORE_UNAVAILABLE;
	return KA_STORE_FAILED;
}

void
ka_sqlite_doom(struct connection *connection, int rc, const char *text)
{
	struct ka_tx *tx = &connection->tx;
	/* A reader that writes is a mistake in the program, not a disk that is read-only. */
	bool misuse = !tx->writable && (rc & 0xff) == SQLITE_READONLY;

	if (tx->doomed == KA_STORE_OK) {
		tx->doomed = misuse ? KA_STORE_FAILED : ka_sqlite_status(rc);
		ka_store_say(tx->store, "%s (SQLite %d) in: %.300s", sqlite3_errmsg(connection->db), rc, text);
	}
	if (!misuse && (rc & 0xff) != SQLITE_BUSY && (rc & 0xff) != SQLITE_FULL && (rc & 0xff) != SQLITE_CONSTRAINT)
		connection->broken = true;
}
