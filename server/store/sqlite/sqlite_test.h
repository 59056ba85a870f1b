/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite_test.h - what the tests of this engine share: a look at the database past the store, and many writers in one
 * group. */
#ifndef KA_SERVER_STORE_SQLITE_SQLITE_TEST_H
#define KA_SERVER_STORE_SQLITE_SQLITE_TEST_H

#include "server/store/sqlite/sqlite.h"
#include "server/store/store_test.h"

/* raw_exec runs SQL on a connection of its own; returns SQLite's code. raw_number returns the first column of a query's
 * first row, raw_text copies it. */
int raw_exec(const char *path, const char *text);
int64_t raw_number(const char *path, const char *text);
void raw_text(char *out, size_t size, const char *path, const char *text);

/* A caller of group_run: its function, and what became of it. */
struct member {
	ka_tx_fn fn;
	void *arg;
	enum ka_store_status status;
};

/* group_run runs functions of several threads in one group, in their order: the first function of the group waits until
 * all are queued behind it. It fails the test when they are not. */
#define GROUP_MAX 64u
void group_run(struct place *place, struct member *members, unsigned num);

/* As place_close, for databases that have more files beside them. */
void remove_all(const char *dir);

#endif
