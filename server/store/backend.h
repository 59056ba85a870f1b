/* SPDX-License-Identifier: Apache-2.0 */
/* backend.h - what a database engine has to give. The rows' SQL (rows/) is the same for all: it stays inside what
 * SQLite, PostgreSQL and engines compatible with it understand, and it is executed through the few functions below. */
#ifndef KA_SERVER_STORE_BACKEND_H
#define KA_SERVER_STORE_BACKEND_H

#include <stdatomic.h>

#include "server/store/store.h"

/* What a step of a statement came to. */
enum ka_step { KA_STEP_DONE = 0, KA_STEP_ROW, KA_STEP_ERROR };

/* One const struct per engine; store.c has the table. */
struct ka_backend {
	const char *scheme; /* of the URL: "sqlite" */
	/* What a SELECT of the next row to work on ends with, so that two workers get two rows. Empty where there is
	 * one writer. */
	const char *skip_locked;
	/* What a SELECT ends with whose row is to be written by this transaction and nobody else: the log's head. Empty
	 * where there is one writer. */
	const char *for_update;

	/* As ka_store_open, _close, _write and _read say. The store that open returns starts with a struct ka_store. */
	struct ka_store *(*open)(char out_message[KA_STORE_MESSAGE_LEN], const char *url, unsigned flags);
	void (*close)(struct ka_store *store);
	enum ka_store_status (*write)(struct ka_store *store, ka_tx_fn fn, void *arg);
	enum ka_store_status (*read)(struct ka_store *store, ka_tx_fn fn, void *arg);

	/* A statement: prepare, bind every '?' in order (from 0), step until it is done, finish. Prepared once per
	 * connection and text. An error of any of them is logged and put into tx->doomed; prepare returns NULL then.
	 * Bytes bound stay the caller's until finish. */
	void *(*prepare)(struct ka_tx *tx, const char *text);
	void (*bind_int)(void *statement, int param, int64_t value);
	void (*bind_text)(void *statement, int param, const char *text);      /* NULL: SQL's NULL */
	void (*bind_blob)(void *statement, int param, struct ka_slice bytes); /* data is not NULL */
	enum ka_step (*step)(struct ka_tx *tx, void *statement);
	/* Columns of the row that step reached, from 0; borrowed until the next step. SQL's NULL is 0 and a slice with
	 * NULL data. */
	int64_t (*column_int)(void *statement, int column);
	struct ka_slice (*column_bytes)(void *statement, int column);
	/* Rows that the statement wrote; after it is done. */
	int64_t (*changes)(void *statement);
	void (*finish)(void *statement);
};

/* What each engine's store starts with. */
struct ka_store {
	const struct ka_backend *backend;
	unsigned schema_version;
	ka_store_log_fn log;
	void *log_arg;
	struct ka_log_key *log_key; /* store/log_chain.h; NULL until ka_store_log_key */
	atomic_uint_fast64_t writes, commits, reads, retries, failures;
};

struct ka_tx {
	struct ka_store *store;
	const struct ka_backend *backend;
	/* Set by the first error (UNAVAILABLE, FAILED): nothing works in this transaction any more, and it will be
	 * rolled back. */
	enum ka_store_status doomed;
	bool writable;
	/* Since the connection was made: rows that statements wrote, and entries appended to the log. */
	uint64_t num_rows, num_entries;
};

/* ka_store_say gives a line to the log. */
void ka_store_say(struct ka_store *store, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A migration: forward only. The same number means the same thing in every engine. */
struct ka_migration {
	unsigned version;
	const char *name;         /* "0001-registry-and-audit" */
	const char *const *parts; /* its SQL, to be run in order; ended by NULL */
};

/* ka_migrations_sqlite is made from migrations/sqlite/ when it is built; ended by version 0. */
extern const struct ka_migration ka_migrations_sqlite[];

/* ka_migrations_newest returns the number of the last migration of a list. */
unsigned ka_migrations_newest(const struct ka_migration *migrations);

/* ka_migrations_accept decides whether a database with this version may be opened. False: out_message says what to do
 * (newer than the program; older, and flags lack KA_STORE_MIGRATE). name is the database's. */
bool ka_migrations_accept(char out_message[KA_STORE_MESSAGE_LEN], const struct ka_migration *migrations,
    unsigned version, unsigned flags, const char *name);

extern const struct ka_backend ka_backend_sqlite;

#endif
