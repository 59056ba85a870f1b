/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite.h - the insides of the SQLite engine: connections with their statements, one writer, a pool of readers.
 *
 * Every connection is used by one thread at a time. Writes go through one thread, which runs many callers' functions in
 * one transaction, so that they share a commit and its wait for the disk. */
#ifndef KA_SERVER_STORE_SQLITE_SQLITE_H
#define KA_SERVER_STORE_SQLITE_SQLITE_H

#include <pthread.h>
#include <sqlite3.h>

#include "server/store/backend.h"

#define NUM_BUCKETS 64u

struct statement {
	struct statement *next; /* in its bucket */
	sqlite3_stmt *stmt;
	uint32_t hash;
	int rc; /* first error of binding */
	bool busy;
};

struct connection {
	struct ka_tx tx; /* stands first: a tx is its connection */
	sqlite3 *db;
	struct connection *next; /* idle readers */
	unsigned generation;
	bool broken; /* had an error that a new connection may not have */
	struct statement *statements[NUM_BUCKETS];
};

/* A caller's function under way. */
struct job {
	struct job *next;
	ka_tx_fn fn;
	void *arg;
	enum ka_store_status status;
	bool done;
	pthread_cond_t ended;
};

struct sqlite_store {
	struct ka_store store; /* stands first */
	char *path;
	/* Counts the times that the writer had to be opened again: older readers may look at a file that is gone. */
	atomic_uint generation;

	pthread_mutex_t lock; /* of the jobs' queue and everything in a job */
	pthread_cond_t work;
	struct job *first, **last;
	bool stop;
	pthread_t thread;
	/* Of the thread only. */
	struct connection *writer; /* NULL after trouble */
	unsigned checkpoint_pages; /* the write-ahead log is copied back when it has as many */
	unsigned log_pages;        /* that it has */
	bool checkpoint_failed;    /* and was said to */

	pthread_mutex_t pool_lock;
	pthread_cond_t pool_free;
	struct connection *idle;
	unsigned num_readers;
};

/* --- connection.c --- */

/* ka_sqlite_connect opens the database, which exists. Returns SQLite's code; on failure *out is NULL and the message
 * says why. */
int ka_sqlite_connect(
    struct connection **out, char out_message[KA_STORE_MESSAGE_LEN], struct sqlite_store *store, bool writable);
void ka_sqlite_disconnect(struct connection *connection);

/* ka_sqlite_explain writes a sentence for people: what happened (rc is db's last error; db may be NULL), and what to
 * do. */
void ka_sqlite_explain(char out_message[KA_STORE_MESSAGE_LEN], const char *path, sqlite3 *db, int rc);

/* ka_sqlite_exec runs a statement without parameters and rows: transactions. False: an error, as with any statement. */
bool ka_sqlite_exec(struct connection *connection, const char *text);

/* ka_sqlite_doom is where all errors go: logs SQLite's words, decides what they mean to the caller. */
void ka_sqlite_doom(struct connection *connection, int rc, const char *text);

/* ka_sqlite_status maps SQLite's codes: UNAVAILABLE for what may go away by itself or by an operator, FAILED for the
 * rest. */
enum ka_store_status ka_sqlite_status(int rc);

/* --- statement.c: the functions of struct ka_backend --- */

void *ka_sqlite_prepare(struct ka_tx *tx, const char *text);
void ka_sqlite_bind_int(void *statement, int param, int64_t value);
void ka_sqlite_bind_text(void *statement, int param, const char *text);
void ka_sqlite_bind_blob(void *statement, int param, struct ka_slice bytes);
enum ka_step ka_sqlite_step(struct ka_tx *tx, void *statement);
int64_t ka_sqlite_column_int(void *statement, int column);
struct ka_slice ka_sqlite_column_bytes(void *statement, int column);
int64_t ka_sqlite_changes(void *statement);
void ka_sqlite_finish(void *statement);
void ka_sqlite_forget(struct connection *connection);

/* --- checkpoint.c --- */

/* ka_sqlite_watch_log makes commits of the writer's connection count themselves and note how long the write-ahead log
 * is. ka_sqlite_checkpoint copies it back when it is long; errors are logged: nothing is lost by them. */
void ka_sqlite_watch_log(struct sqlite_store *store, sqlite3 *db);
void ka_sqlite_checkpoint(struct sqlite_store *store);

/* --- migrate.c, writer.c, readers.c --- */

/* ka_sqlite_prepare_schema reads the schema's version, creates or migrates as flags allow, and sets
 * store.schema_version. */
bool ka_sqlite_prepare_schema(char out_message[KA_STORE_MESSAGE_LEN], struct sqlite_store *store,
    struct connection *connection, const struct ka_migration *migrations, unsigned flags);

/* ka_sqlite_schema_version reads the version; 0 when there is none. Returns SQLite's code. */
int ka_sqlite_schema_version(sqlite3 *db, int64_t *out);

bool ka_sqlite_writer_start(struct sqlite_store *store);
void ka_sqlite_writer_stop(struct sqlite_store *store);
enum ka_store_status ka_sqlite_write(struct ka_store *store, ka_tx_fn fn, void *arg);

enum ka_store_status ka_sqlite_read(struct ka_store *store, ka_tx_fn fn, void *arg);
void ka_sqlite_clear_readers(struct sqlite_store *store);

#endif
