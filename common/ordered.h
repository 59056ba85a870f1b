/* SPDX-License-Identifier: Apache-2.0 */
/* ordered.h - jobs that threads do, given and taken back in one order, a bounded number at a time.
 *
 *     while ((job = ka_ordered_next(ordered)) != NULL && fill(job)) ka_ordered_give(ordered);     gives
 *     while ((job = ka_ordered_take(ordered, true)) != NULL) { use(job); ka_ordered_done(ordered); }  takes
 *
 * Jobs are recycled, so memory does not grow with their number. All functions are for one thread, which gives and takes;
 * the others work. */
#ifndef KA_COMMON_ORDERED_H
#define KA_COMMON_ORDERED_H

#include <keyassay/base.h>

struct ka_ordered;

struct ka_ordered_work {
	size_t job_len; /* bytes of a job; zeroed at first, later as it was left */
	void *arg;
	/* Each thread has a worker of its own; work does a job with it. */
	void *(*worker_new)(void *arg);
	void (*work)(void *worker, void *job);
	void (*worker_free)(void *worker);
	/* Frees what a job holds, at the end. */
	void (*job_clear)(void *job);
};

/* ka_ordered_new starts threads. With 0 (or when none can be started) ka_ordered_give does the work itself. work
 * outlives it. */
struct ka_ordered *ka_ordered_new(const struct ka_ordered_work *work, unsigned num_threads, size_t num_jobs);

/* ka_ordered_next returns a free job to be filled, or NULL when all are under way; the same until it is given. */
void *ka_ordered_next(struct ka_ordered *ordered);
void ka_ordered_give(struct ka_ordered *ordered);

/* ka_ordered_take returns the oldest job when it is done; wait: waits for that. NULL: nothing is under way, or it is
 * not done yet. ka_ordered_done frees it for the next. */
void *ka_ordered_take(struct ka_ordered *ordered, bool wait);
void ka_ordered_done(struct ka_ordered *ordered);

/* ka_ordered_free waits for the threads; jobs that were given and not taken are done, and lost. NULL is fine. */
void ka_ordered_free(struct ka_ordered *ordered);

#endif
