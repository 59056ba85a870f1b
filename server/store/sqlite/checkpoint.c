/* SPDX-License-Identifier: Apache-2.0 */
/* The write-ahead log is copied back into the database by the writer, after those who waited for the commit have heard
 * of it: SQLite's own way would make them wait for that, too. It is done when the log is long, so that a page that
 * changed many times is written once. */
#include "server/store/sqlite/sqlite.h"

/* SQLite calls it for every commit that wrote something. */
static int
note_log(void *arg, sqlite3 *db, const char *name, int num_pages)
{
	struct sqlite_store *store = arg;

	(void)db;
	(void)name;
	store->log_pages = (unsigned)num_pages;
	atomic_fetch_add_explicit(&store->store.commits, 1, memory_order_relaxed);
	return SQLITE_OK;
}

void
ka_sqlite_watch_log(struct sqlite_store *store, sqlite3 *db)
{
	(void)sqlite3_wal_hook(db, note_log, store);
}

void
ka_sqlite_checkpoint(struct sqlite_store *store)
{
	if (store->writer == NULL || store->log_pages < store->checkpoint_pages)
		return;
	/* PASSIVE waits for nobody: what readers still need is copied the next time. */
	int rc = sqlite3_wal_checkpoint_v2(store->writer->db, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	bool failed = rc != SQLITE_OK && (rc & 0xff) != SQLITE_BUSY && (rc & 0xff) != SQLITE_LOCKED;

	/* No write is lost by it: the log has them, and grows. Said once. */
	if (failed && !store->checkpoint_failed)
		ka_store_say(&store->store, "%s: cannot copy the write-ahead log back, which grows: %s (SQLite %d)",
		    store->path, sqlite3_errmsg(store->writer->db), rc);
	if (!failed && store->checkpoint_failed)
		ka_store_say(&store->store, "%s: the write-ahead log is copied back again", store->path);
	store->checkpoint_failed = failed;
	store->log_pages = 0;
}
