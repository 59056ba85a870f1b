/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes a table: threads take streams from a cursor and hand in results; the calling thread appends what has come in
 * to the state file every few seconds, tells the progress, and writes the table at the end. The table depends only on
 * the results, not on their order.
 */
#define _POSIX_C_SOURCE 200809L

#include "weakgen/part.h"
#include "weakgen/table.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEFAULT_FLUSH_SECONDS 5.0
#define TICK_NANOSECONDS 10000000L
#define MAX_THREADS 1024u

struct maker {
	const struct ka_weakgen_table_job *job;
	const struct ka_weakgen_kernels *kernels;
	uint32_t num_streams;
	pthread_mutex_t lock;                   /* guards all that follows */
	pthread_cond_t changed;                 /* a worker has ended */
	struct ka_weakgen_result *results;      /* [id] */
	bool *known;                            /* [id] */
	struct ka_weakgen_part_result *pending; /* not in the state file yet */
	size_t num_pending;
	uint32_t cursor;
	uint32_t num_done, num_resumed;
	unsigned num_working;
	bool give_up;
	enum ka_err err; /* of the first worker that failed */
};

static double
now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static struct ka_debian_id
stream_id(const struct maker *maker, uint32_t id)
{
	uint32_t state = id / maker->job->pid_count;

	return (struct ka_debian_id){
		.architecture = (enum ka_debian_arch)(state / KA_DEBIAN_NUM_RANDFILES),
		.randfile = (enum ka_debian_randfile)(state % KA_DEBIAN_NUM_RANDFILES),
		.pid = id % maker->job->pid_count,
	};
}

static uint32_t
stream_number(const struct maker *maker, const struct ka_debian_id *id)
{
	uint32_t state = (uint32_t)id->architecture * KA_DEBIAN_NUM_RANDFILES + (uint32_t)id->randfile;

	return state * maker->job->pid_count + id->pid;
}

static bool
shall_stop(const struct maker *maker)
{
	return maker->job->stop != NULL && atomic_load(maker->job->stop);
}

static bool
feed_next(void *arg, struct ka_debian_id *out_id)
{
	struct maker *maker = arg;
	bool found;

	(void)pthread_mutex_lock(&maker->lock);
	while (maker->cursor < maker->num_streams && maker->known[maker->cursor]) {
		maker->cursor++;
	}
	found = maker->cursor < maker->num_streams && !maker->give_up && !shall_stop(maker);
	if (found) {
		*out_id = stream_id(maker, maker->cursor++);
	}
	(void)pthread_mutex_unlock(&maker->lock);
	return found;
}

static void
feed_done(void *arg, const struct ka_debian_id *id, const struct ka_weakgen_result *result)
{
	struct maker *maker = arg;
	uint32_t number = stream_number(maker, id);

	(void)pthread_mutex_lock(&maker->lock);
	maker->results[number] = *result;
	maker->known[number] = true;
	maker->pending[maker->num_pending++] = (struct ka_weakgen_part_result){ .id = number, .result = *result };
	maker->num_done++;
	(void)pthread_mutex_unlock(&maker->lock);
}

static bool
feed_stop(void *arg)
{
	struct maker *maker = arg;
	bool stop;

	(void)pthread_mutex_lock(&maker->lock);
	stop = maker->give_up || shall_stop(maker);
	(void)pthread_mutex_unlock(&maker->lock);
	return stop;
}

static void *
work(void *arg)
{
	struct maker *maker = arg;
	const struct ka_weakgen_feed feed = {
		.arg = maker,
		.next = feed_next,
		.done = feed_done,
		.stop = feed_stop,
	};
	enum ka_err err = ka_weakgen_batch_run(&maker->job->type, maker->kernels, &feed);

	(void)pthread_mutex_lock(&maker->lock);
	if (err != KA_OK && maker->err == KA_OK) {
		maker->err = err;
		maker->give_up = true;
	}
	maker->num_working--;
	(void)pthread_cond_signal(&maker->changed);
	(void)pthread_mutex_unlock(&maker->lock);
	return NULL;
}

static void
take_resumed(void *arg, const struct ka_weakgen_part_result *result)
{
	struct maker *maker = arg;

	if (result->id < maker->num_streams && !maker->known[result->id]) {
		maker->known[result->id] = true;
		maker->results[result->id] = result->result;
		maker->num_done++;
		maker->num_resumed++;
	}
}

/* Moves what has come in to the state file. The workers go on meanwhile. */
static bool
flush(struct maker *maker, struct ka_weakgen_part *part, struct ka_weakgen_part_result *spare, char *out_message)
{
	size_t num;

	(void)pthread_mutex_lock(&maker->lock);
	num = maker->num_pending;
	memcpy(spare, maker->pending, num * sizeof(*spare));
	maker->num_pending = 0;
	(void)pthread_mutex_unlock(&maker->lock);
	return ka_weakgen_part_append(part, out_message, spare, num);
}

static void
tell(struct maker *maker, double started)
{
	struct ka_weakgen_progress progress = {
		.keys_total = maker->num_streams,
		.seconds = now() - started,
	};

	if (maker->job->progress == NULL) {
		return;
	}
	(void)pthread_mutex_lock(&maker->lock);
	progress.keys_done = maker->num_done;
	progress.keys_resumed = maker->num_resumed;
	(void)pthread_mutex_unlock(&maker->lock);
	maker->job->progress(maker->job->progress_arg, &progress);
}

/* Waits a moment or until a worker ends; returns whether any still works. */
static bool
wait_a_tick(struct maker *maker)
{
	struct timespec until;
	bool working;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += TICK_NANOSECONDS;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_nsec -= 1000000000L;
		until.tv_sec++;
	}
	(void)pthread_mutex_lock(&maker->lock);
	if (maker->num_working > 0) {
		(void)pthread_cond_timedwait(&maker->changed, &maker->lock, &until);
	}
	working = maker->num_working > 0;
	(void)pthread_mutex_unlock(&maker->lock);
	return working;
}

static bool
supervise(struct maker *maker, struct ka_weakgen_part *part, struct ka_weakgen_part_result *spare, char *out_message)
{
	double started = now(), flushed = started, told = started;
	double flush_seconds = maker->job->flush_seconds > 0 ? maker->job->flush_seconds : DEFAULT_FLUSH_SECONDS;
	bool ok = true;

	while (wait_a_tick(maker)) {
		double time = now();

		if (ok && time - flushed >= flush_seconds) {
			flushed = time;
			ok = flush(maker, part, spare, out_message);
			if (!ok) {
				(void)pthread_mutex_lock(&maker->lock);
				maker->give_up = true;
				(void)pthread_mutex_unlock(&maker->lock);
			}
		}
		if (time - told >= 1) {
			told = time;
			tell(maker, started);
		}
	}
	ok = ok && flush(maker, part, spare, out_message);
	tell(maker, started);
	return ok;
}

/* Starts the threads, at least one, and returns how many there are. */
static unsigned
start_threads(struct maker *maker, pthread_t *threads, unsigned num_wanted)
{
	unsigned num = 0;

	(void)pthread_mutex_lock(&maker->lock);
	while (num < num_wanted && pthread_create(&threads[num], NULL, work, maker) == 0) {
		num++;
	}
	maker->num_working = num;
	(void)pthread_mutex_unlock(&maker->lock);
	return num;
}

static enum ka_weakgen_table_status
run(struct maker *maker, char *out_message)
{
	unsigned num_threads = maker->job->num_threads < MAX_THREADS ? maker->job->num_threads : MAX_THREADS;
	struct ka_weakgen_part_result *spare = malloc(maker->num_streams * sizeof(*spare));
	pthread_t *threads = malloc(num_threads * sizeof(*threads));
	enum ka_weakgen_table_status status = KA_WEAKGEN_TABLE_FAILED;
	struct ka_weakgen_part part = { .fd = -1 };
	bool ok;

	if (spare == NULL || threads == NULL) {
		(void)snprintf(out_message, KA_WEAKGEN_MESSAGE_LEN, "out of memory");
		goto out;
	}
	if (!ka_weakgen_part_open(&part, out_message, maker->job, take_resumed, maker)) {
		goto out;
	}
	num_threads = start_threads(maker, threads, num_threads);
	if (num_threads == 0) {
		(void)snprintf(out_message, KA_WEAKGEN_MESSAGE_LEN, "no thread can be started");
		goto out;
	}
	ok = supervise(maker, &part, spare, out_message);
	for (unsigned i = 0; i < num_threads; i++) {
		(void)pthread_join(threads[i], NULL);
	}
	if (maker->err != KA_OK) {
		(void)snprintf(out_message, KA_WEAKGEN_MESSAGE_LEN, "%s",
		    maker->err == KA_ERR_NO_MEMORY ? "out of memory" : "the generator failed; please report this");
		goto out;
	}
	if (!ok) {
		goto out;
	}
	if (maker->num_done < maker->num_streams) {
		status = KA_WEAKGEN_TABLE_STOPPED;
		goto out;
	}
	if (ka_weakgen_table_write(out_message, maker->job, maker->results)) {
		status = KA_WEAKGEN_TABLE_MADE;
	}
out:
	ka_weakgen_part_close(&part, status == KA_WEAKGEN_TABLE_MADE);
	free(threads);
	free(spare);
	return status;
}

enum ka_weakgen_table_status
ka_weakgen_table_make(char out_message[KA_WEAKGEN_MESSAGE_LEN], const struct ka_weakgen_table_job *job)
{
	struct maker maker = { .job = job, .kernels = ka_weakgen_kernels_best() };
	enum ka_weakgen_table_status status = KA_WEAKGEN_TABLE_FAILED;

	if (job->num_threads == 0 || job->pid_count == 0 || job->pid_count > KA_DEBIAN_MAX_PID_COUNT) {
		(void)snprintf(out_message, KA_WEAKGEN_MESSAGE_LEN, "number of threads or of process ids out of range");
		return status;
	}
	maker.num_streams = KA_DEBIAN_NUM_ARCHS * KA_DEBIAN_NUM_RANDFILES * job->pid_count;
	maker.results = calloc(maker.num_streams, sizeof(*maker.results));
	maker.known = calloc(maker.num_streams, sizeof(*maker.known));
	maker.pending = malloc(maker.num_streams * sizeof(*maker.pending));
	if (maker.results == NULL || maker.known == NULL || maker.pending == NULL) {
		(void)snprintf(out_message, KA_WEAKGEN_MESSAGE_LEN, "out of memory");
	} else if (pthread_mutex_init(&maker.lock, NULL) != 0) {
		(void)snprintf(out_message, KA_WEAKGEN_MESSAGE_LEN, "no mutex can be made");
	} else {
		if (pthread_cond_init(&maker.changed, NULL) == 0) {
			status = run(&maker, out_message);
			(void)pthread_cond_destroy(&maker.changed);
		}
		(void)pthread_mutex_destroy(&maker.lock);
	}
	free(maker.results);
	free(maker.known);
	free(maker.pending);
	return status;
}
