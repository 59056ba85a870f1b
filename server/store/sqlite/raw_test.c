/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/sqlite/sqlite_test.h"

#include <dirent.h>
#include <sched.h>
#include <unistd.h>

int
raw_exec(const char *path, const char *text)
{
	sqlite3 *db;
	int rc = sqlite3_open(path, &db);

	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, text, NULL, NULL, NULL);
	(void)sqlite3_close(db);
	return rc;
}

static sqlite3_stmt *
first_row(sqlite3 **out_db, const char *path, const char *text)
{
	sqlite3_stmt *stmt;

	assert_int_equal(sqlite3_open(path, out_db), SQLITE_OK);
	if (sqlite3_prepare_v2(*out_db, text, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", text, sqlite3_errmsg(*out_db));
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	return stmt;
}

int64_t
raw_number(const char *path, const char *text)
{
	sqlite3 *db;
	sqlite3_stmt *stmt = first_row(&db, path, text);
	int64_t number = sqlite3_column_int64(stmt, 0);

	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
	return number;
}

void
raw_text(char *out, size_t size, const char *path, const char *text)
{
	sqlite3 *db;
	sqlite3_stmt *stmt = first_row(&db, path, text);

	(void)snprintf(out, size, "%s", (const char *)sqlite3_column_text(stmt, 0));
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
}

/* Functions that wait, and whether the gate is closed. */
static unsigned
num_queued(struct sqlite_store *store)
{
	unsigned num = 0;

	(void)pthread_mutex_lock(&store->lock);
	for (const struct job *job = store->first; job != NULL; job = job->next)
		num++;
	(void)pthread_mutex_unlock(&store->lock);
	return num;
}

struct gate {
	struct sqlite_store *store;
	unsigned num;
	/* The writer is in the gate, or was refused: whoever queues up now is behind it. */
	atomic_bool reached;
	/* The writer is in it now, so who comes stays in the queue. */
	atomic_bool closed;
};

/* Runs in the writer's thread and keeps it busy. */
static enum ka_store_status
wait_for_all(struct ka_tx *tx, void *arg)
{
	struct gate *gate = arg;

	(void)tx;
	atomic_store(&gate->closed, true);
	atomic_store(&gate->reached, true);
	while (num_queued(gate->store) < gate->num)
		(void)sched_yield();
	/* When the group fails the gate is alone, with nobody behind. */
	gate->num = 0;
	atomic_store(&gate->closed, false);
	return KA_STORE_OK;
}

static void *
gate_main(void *arg)
{
	struct gate *gate = arg;

	(void)ka_store_write(&gate->store->store, wait_for_all, gate);
	atomic_store(&gate->reached, true);
	return NULL;
}

struct call {
	struct ka_store *store;
	struct member *member;
};

static void *
member_main(void *arg)
{
	struct call *call = arg;

	call->member->status = ka_store_write(call->store, call->member->fn, call->member->arg);
	return NULL;
}

void
group_run(struct place *place, struct member *members, unsigned num)
{
	struct gate gate = { (struct sqlite_store *)place->store, num, false, false };
	struct call calls[GROUP_MAX];
	pthread_t gate_thread, threads[GROUP_MAX];

	assert_true(num <= GROUP_MAX);
	assert_int_equal(pthread_create(&gate_thread, NULL, gate_main, &gate), 0);
	while (!atomic_load(&gate.reached))
		(void)sched_yield();
	for (unsigned i = 0; i < num; i++) {
		calls[i] = (struct call){ place->store, &members[i] };
		assert_int_equal(pthread_create(&threads[i], NULL, member_main, &calls[i]), 0);
		while (atomic_load(&gate.closed) && num_queued(gate.store) <= i)
			(void)sched_yield();
	}
	for (unsigned i = 0; i < num; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(pthread_join(gate_thread, NULL), 0);
}

void
remove_all(const char *dir)
{
	DIR *files = opendir(dir);
	char name[512];

	assert_non_null(files);
	for (struct dirent *file; (file = readdir(files)) != NULL;) {
		(void)snprintf(name, sizeof(name), "%s/%s", dir, file->d_name);
		(void)unlink(name);
	}
	(void)closedir(files);
	assert_int_equal(rmdir(dir), 0);
}
