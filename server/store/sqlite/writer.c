/* SPDX-License-Identifier: Apache-2.0 */
/* One thread writes. It takes the functions that wait, runs them in one transaction, commits once for all of them and
 * only then tells their callers. While it waits for the disk, the next ones queue up: the busier it is, the more share
 * a commit. Most functions write and commit, or decline before they write. When one declines after it wrote, all run
 * again with a savepoint for each, and only its own is taken back.
 *
 * When the transaction as a whole fails (disk full, read error), nothing of it is there. Its functions then run again,
 * each in a transaction of its own: a small one may fit where the group did not, and each caller hears of its own fate
 * only.
 *
 * A commit that fails may be another matter: when its frames are in the write-ahead log and only syncing them failed.
 * SQLite counts them as not written, and the next transaction overwrites them; but when the log is read anew before
 * that (a crash, the last connection closed), they are a transaction like any other. So what a function did whose last
 * commit failed is uncertain, and its caller is told so. */
#include "server/store/sqlite/sqlite.h"

#include <signal.h>

/* Functions of one commit: bounds how long the first one waits for the last one. */
#define MAX_GROUP 256u

/* A connection that works, if there can be one. A write to a file that was deleted or moved away would be acknowledged
 * and lost: it is noticed here, and what now has the name is opened.
 *
 * Of a file that is still there the broken connection stays until there is another. When it is the last one, closing it
 * removes the index of the write-ahead log, and on a full disk nobody can make that again: not even reads went on. */
static struct connection *
writer(struct sqlite_store *store)
{
	char message[KA_STORE_MESSAGE_LEN];
	struct connection *next, *last = store->writer;
	int moved = 0;

	if (last != NULL)
		(void)sqlite3_file_control(last->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	if (last != NULL && !last->broken && moved == 0)
		return last;
	if (moved != 0) {
		ka_sqlite_disconnect(last);
		store->writer = last = NULL;
		(void)atomic_fetch_add(&store->generation, 1);
	}
	if (ka_sqlite_connect(&next, message, store, true) != SQLITE_OK) {
		ka_store_say(&store->store, "%s", message);
		if (last != NULL)
			last->tx.doomed = KA_STORE_UNAVAILABLE;
		return NULL;
	}
	if (last != NULL) {
		ka_sqlite_disconnect(last);
		(void)atomic_fetch_add(&store->generation, 1);
	}
	return store->writer = next;
}

/* Whether the transaction that began is still there: some errors take it back at once. */
static bool
in_transaction(const struct connection *connection)
{
	return sqlite3_get_autocommit(connection->db) == 0;
}

/* What became of a function, and of a group of them. */
enum outcome {
	DONE,     /* each function has its status; of a group: it is committed */
	SPOILED,  /* what one function wrote is to be taken back, but not what those before it wrote */
	LOST,     /* the transaction as a whole is gone: nothing was written */
	UNSURE,   /* the commit failed, and may be found to have been one */
	NOT_BEGUN /* there was not even a transaction: no function ran */
};

/* Runs one function in the transaction, which began at this number of changes. careful: in a savepoint. Savepoints are
 * not for everybody: inside of one SQLite keeps every page that changes a second time and walks over all of them at
 * each statement's end, so that thousands of rows (import, findings of a chunk) take a time that grows with their
 * square. */
static enum outcome
run_job(struct connection *connection, struct job *job, int64_t *begin, bool careful)
{
	struct ka_tx *tx = &connection->tx;
	int64_t before = sqlite3_total_changes64(connection->db);
	bool savepoint = careful && before != *begin;

	if (savepoint && !ka_sqlite_exec(connection, "SAVEPOINT job"))
		return LOST;
	job->status = job->fn(tx, job->arg);
	if (job->status == KA_STORE_OK && tx->doomed == KA_STORE_OK)
		return !savepoint || ka_sqlite_exec(connection, "RELEASE job") ? DONE : LOST;
	if (tx->doomed != KA_STORE_OK)
		job->status = tx->doomed;
	if (!in_transaction(connection) || tx->doomed == KA_STORE_UNAVAILABLE)
		return LOST;
	tx->doomed = KA_STORE_OK;
	if (savepoint)
		return ka_sqlite_exec(connection, "ROLLBACK TO job") && ka_sqlite_exec(connection, "RELEASE job")
		    ? DONE
		    : LOST;
	/* Most that decline have not written yet. */
	if (sqlite3_total_changes64(connection->db) == before)
		return DONE;
	if (before != *begin)
		return SPOILED;
	*begin = sqlite3_total_changes64(connection->db);
	return ka_sqlite_exec(connection, "ROLLBACK") && ka_sqlite_exec(connection, "BEGIN IMMEDIATE") ? DONE : LOST;
}

/* Ends a transaction that failed; whatever it left is taken back. */
static void
give_up(struct connection *connection)
{
	if (in_transaction(connection))
		(void)sqlite3_exec(connection->db, "ROLLBACK", NULL, NULL, NULL);
	if (in_transaction(connection))
		connection->broken = true;
}

/* Takes the next function that waits, without waiting for one. */
static struct job *
take(struct sqlite_store *store)
{
	(void)pthread_mutex_lock(&store->lock);
	struct job *job = store->first;
	if (job != NULL) {
		store->first = job->next;
		if (store->first == NULL)
			store->last = &store->first;
		job->next = NULL;
	}
	(void)pthread_mutex_unlock(&store->lock);
	return job;
}

static void
tell(struct sqlite_store *store, struct job *jobs)
{
	(void)pthread_mutex_lock(&store->lock);
	while (jobs != NULL) {
		struct job *next = jobs->next;

		/* The job is its caller's: gone as soon as the lock is. */
		jobs->done = true;
		(void)pthread_cond_signal(&jobs->ended);
		jobs = next;
	}
	(void)pthread_mutex_unlock(&store->lock);
}

/* Takes all that wait, behind *end. */
static void
take_all(struct sqlite_store *store, struct job **end)
{
	while ((*end = take(store)) != NULL)
		end = &(*end)->next;
}

/* How a group runs. */
enum manner {
	TOGETHER,  /* with all that wait behind it */
	CAREFULLY, /* so, too, with a savepoint for each */
	ALONE      /* one function */
};

static struct job *
next_member(struct sqlite_store *store, struct job *job, enum manner manner, unsigned num)
{
	if (manner != ALONE && job->next == NULL && num < MAX_GROUP)
		job->next = take(store);
	return job->next;
}

/* Whether a failed commit left nothing that could be taken for one: its last frame, which makes a transaction of all of
 * them, was not written. */
static bool
is_lost(const struct connection *connection)
{
	static const int codes[] = { SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_READONLY, SQLITE_BUSY };
	int code = sqlite3_extended_errcode(connection->db);

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (code == codes[i])
			return true;
	return false;
}

/* Runs a list of functions, which may be one, and those that wait, in one transaction and commits. jobs heads the list
 * of those that took part. */
static enum outcome
run_group(struct sqlite_store *store, struct job *jobs, enum manner manner)
{
	struct connection *connection = writer(store);
	enum outcome outcome = DONE;
	unsigned num = 0;

	if (connection != NULL)
		connection->tx.doomed = KA_STORE_OK;
	if (connection == NULL || !ka_sqlite_exec(connection, "BEGIN IMMEDIATE")) {
		/* Another process holds the database, or it cannot be opened: so it is for all that wait; none waits
		 * for the next try. */
		if (manner == TOGETHER)
			take_all(store, &jobs->next);
		return NOT_BEGUN;
	}
	int64_t begin = sqlite3_total_changes64(connection->db);
	for (struct job *job = jobs; outcome == DONE && job != NULL; job = next_member(store, job, manner, ++num))
		outcome = run_job(connection, job, &begin, manner == CAREFULLY);
	if (outcome == DONE && !ka_sqlite_exec(connection, "COMMIT"))
		outcome = is_lost(connection) ? LOST : UNSURE;
	if (outcome != DONE)
		give_up(connection);
	return outcome;
}

/* What callers hear whose transaction did not come to pass, or whose commit failed. */
static void
fail(struct sqlite_store *store, struct job *jobs, bool unsure)
{
	enum ka_store_status why = store->writer == NULL ? KA_STORE_UNAVAILABLE : store->writer->tx.doomed;

	if (unsure)
		why = KA_STORE_UNCERTAIN;
	for (struct job *job = jobs; job != NULL; job = job->next)
		job->status = why == KA_STORE_OK ? KA_STORE_UNAVAILABLE : why;
	tell(store, jobs);
}

static void
count_retries(struct sqlite_store *store, const struct job *jobs)
{
	for (; jobs != NULL; jobs = jobs->next)
		atomic_fetch_add_explicit(&store->store.retries, 1, memory_order_relaxed);
}

/* Runs each function again in a transaction of its own. unsure: the commit of all of them failed. */
static void
run_each_alone(struct sqlite_store *store, struct job *jobs, bool unsure)
{
	while (jobs != NULL) {
		struct job *job = jobs;
		enum outcome outcome;

		jobs = job->next;
		job->next = NULL;
		count_retries(store, job);
		if ((outcome = run_group(store, job, ALONE)) == DONE)
			tell(store, job);
		else
			fail(store, job, unsure || outcome == UNSURE);
	}
}

/* One turn: a group; if one function spoiled it, the group again with care; if it was lost, each function by itself. */
static void
turn(struct sqlite_store *store, struct job *jobs)
{
	enum outcome outcome = run_group(store, jobs, TOGETHER);

	if (outcome == SPOILED) {
		count_retries(store, jobs);
		outcome = run_group(store, jobs, CAREFULLY);
	}
	if (outcome == DONE)
		tell(store, jobs);
	else if (outcome == NOT_BEGUN || jobs->next == NULL)
		fail(store, jobs, outcome == UNSURE);
	else
		run_each_alone(store, jobs, outcome == UNSURE);
}

static void *
writer_main(void *argument)
{
	struct sqlite_store *store = argument;

	for (;;) {
		(void)pthread_mutex_lock(&store->lock);
		while (store->first == NULL && !store->stop)
			(void)pthread_cond_wait(&store->work, &store->lock);
		bool stop = store->first == NULL;
		(void)pthread_mutex_unlock(&store->lock);
		if (stop)
			return NULL;
		turn(store, take(store));
		ka_sqlite_checkpoint(store);
	}
}

bool
ka_sqlite_writer_start(struct sqlite_store *store)
{
	sigset_t all, before;

	store->last = &store->first;
	/* Signals are for the program's other threads. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	bool started = pthread_create(&store->thread, NULL, writer_main, store) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

void
ka_sqlite_writer_stop(struct sqlite_store *store)
{
	(void)pthread_mutex_lock(&store->lock);
	store->stop = true;
	(void)pthread_cond_signal(&store->work);
	(void)pthread_mutex_unlock(&store->lock);
	(void)pthread_join(store->thread, NULL);
}

enum ka_store_status
ka_sqlite_write(struct ka_store *argument, ka_tx_fn fn, void *arg)
{
	struct sqlite_store *store = (struct sqlite_store *)argument;
	struct job job = { .fn = fn, .arg = arg, .ended = PTHREAD_COND_INITIALIZER };

	if (pthread_equal(pthread_self(), store->thread)) {
		ka_store_say(&store->store, "a write inside of a write: it would wait for itself");
		return KA_STORE_FAILED;
	}
	(void)pthread_mutex_lock(&store->lock);
	*store->last = &job;
	store->last = &job.next;
	(void)pthread_cond_signal(&store->work);
	while (!job.done)
		(void)pthread_cond_wait(&job.ended, &store->lock);
	(void)pthread_mutex_unlock(&store->lock);
	(void)pthread_cond_destroy(&job.ended);
	return job.status;
}
