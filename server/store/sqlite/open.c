/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/sqlite/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"

/* 16 MiB. */
#define CHECKPOINT_PAGES 4000u

/* Makes an empty file that only its owner reads: it holds sealed secrets, and SQLite gives its log the same mode.
 * Nothing when it is there. */
static bool
make_file(char out_message[KA_STORE_MESSAGE_LEN], const char *path, unsigned flags)
{
	if (access(path, F_OK) == 0)
		return true;
	if ((flags & KA_STORE_CREATE) == 0) {
		(void)snprintf(
		    out_message, KA_STORE_MESSAGE_LEN, "%.200s: no database is there; run: keyassayd init", path);
		return false;
	}
	/* O_EXCL: closing a file that SQLite has open elsewhere in this process would take its locks away (POSIX). */
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 && errno != EEXIST) {
		(void)snprintf(
		    out_message, KA_STORE_MESSAGE_LEN, "%.200s: cannot make the database: %s", path, strerror(errno));
		return false;
	}
	if (fd >= 0)
		(void)close(fd);
	return true;
}

static void
free_store(struct sqlite_store *store)
{
	ka_sqlite_clear_readers(store);
	ka_sqlite_disconnect(store->writer);
	(void)pthread_mutex_destroy(&store->lock);
	(void)pthread_cond_destroy(&store->work);
	(void)pthread_mutex_destroy(&store->pool_lock);
	(void)pthread_cond_destroy(&store->pool_free);
	free(store->path);
	free(store);
}

static struct ka_store *
sqlite_open(char out_message[KA_STORE_MESSAGE_LEN], const char *url, unsigned flags)
{
	const char *path = url + strlen("sqlite:");

	if (!make_file(out_message, path, flags))
		return NULL;
	struct sqlite_store *store = calloc(1, sizeof(*store));
	if (store == NULL || (store->path = strdup(path)) == NULL)
		ka_out_of_memory();
	store->store.backend = &ka_backend_sqlite;
	store->checkpoint_pages = CHECKPOINT_PAGES;
	(void)pthread_mutex_init(&store->lock, NULL);
	(void)pthread_cond_init(&store->work, NULL);
	(void)pthread_mutex_init(&store->pool_lock, NULL);
	(void)pthread_cond_init(&store->pool_free, NULL);
	bool ready = ka_sqlite_connect(&store->writer, out_message, store, true) == SQLITE_OK &&
	    ka_sqlite_prepare_schema(out_message, store, store->writer, ka_migrations_sqlite, flags);
	if (ready && !ka_sqlite_writer_start(store)) {
		(void)snprintf(out_message, KA_STORE_MESSAGE_LEN, "%.200s: cannot start a thread", path);
		ready = false;
	}
	if (!ready) {
		free_store(store);
		return NULL;
	}
	/* Those that made the schema are nobody's. */
	atomic_store(&store->store.commits, 0);
	return &store->store;
}

static void
sqlite_close(struct ka_store *argument)
{
	struct sqlite_store *store = (struct sqlite_store *)argument;

	ka_sqlite_writer_stop(store);
	free_store(store);
}

const struct ka_backend ka_backend_sqlite = {
	.scheme = "sqlite",
	.skip_locked = "",
	.for_update = "",
	.open = sqlite_open,
	.close = sqlite_close,
	.write = ka_sqlite_write,
	.read = ka_sqlite_read,
	.prepare = ka_sqlite_prepare,
	.bind_int = ka_sqlite_bind_int,
	.bind_text = ka_sqlite_bind_text,
	.bind_blob = ka_sqlite_bind_blob,
	.step = ka_sqlite_step,
	.column_int = ka_sqlite_column_int,
	.column_bytes = ka_sqlite_column_bytes,
	.changes = ka_sqlite_changes,
	.finish = ka_sqlite_finish,
};
