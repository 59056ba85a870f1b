/* SPDX-License-Identifier: Apache-2.0 */
/* A ring of jobs: the caller gives at the tail and takes at the head; workers take what is given in between. */
#include "common/ordered.h"

#include <pthread.h>
#include <stdlib.h>

#include "common/buf.h"

struct ka_ordered {
	const struct ka_ordered_work *work;
	pthread_mutex_t lock;
	pthread_cond_t given, done;
	bool closed;               /* nothing more will be given */
	uint64_t head, next, tail; /* next to take, to work on, to give; a job is its number modulo num */
	unsigned char *jobs;
	bool *is_done;
	size_t num;
	pthread_t *threads;
	unsigned num_threads;
	void *own_worker; /* without threads */
};

static void *
need(void *mem)
{
	if (mem == NULL)
		ka_out_of_memory();
	return mem;
}

static void *
job_at(struct ka_ordered *ordered, uint64_t number)
{
	return ordered->jobs + number % ordered->num * ordered->work->job_len;
}

static void *
run(void *arg)
{
	struct ka_ordered *ordered = arg;
	void *worker = ordered->work->worker_new(ordered->work->arg);

	pthread_mutex_lock(&ordered->lock);
	for (;;) {
		while (ordered->next == ordered->tail && !ordered->closed)
			pthread_cond_wait(&ordered->given, &ordered->lock);
		if (ordered->next == ordered->tail)
			break;
		uint64_t number = ordered->next++;
		pthread_mutex_unlock(&ordered->lock);
		ordered->work->work(worker, job_at(ordered, number));
		pthread_mutex_lock(&ordered->lock);
		ordered->is_done[number % ordered->num] = true;
		pthread_cond_signal(&ordered->done);
	}
	pthread_mutex_unlock(&ordered->lock);
	ordered->work->worker_free(worker);
	return NULL;
}

struct ka_ordered *
ka_ordered_new(const struct ka_ordered_work *work, unsigned num_threads, size_t num_jobs)
{
	struct ka_ordered *ordered = need(calloc(1, sizeof(*ordered)));

	*ordered = (struct ka_ordered){ .work = work,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.given = PTHREAD_COND_INITIALIZER,
		.done = PTHREAD_COND_INITIALIZER,
		.num = num_jobs };
	ordered->jobs = need(calloc(num_jobs, work->job_len));
	ordered->is_done = need(calloc(num_jobs, sizeof(bool)));
	ordered->threads = need(calloc(num_threads + 1, sizeof(pthread_t)));
	while (ordered->num_threads < num_threads &&
	    pthread_create(&ordered->threads[ordered->num_threads], NULL, run, ordered) == 0)
		ordered->num_threads++;
	if (ordered->num_threads == 0)
		ordered->own_worker = work->worker_new(work->arg);
	return ordered;
}

void *
ka_ordered_next(struct ka_ordered *ordered)
{
	/* Only this thread moves head and tail. */
	return ordered->tail - ordered->head == ordered->num ? NULL : job_at(ordered, ordered->tail);
}

void
ka_ordered_give(struct ka_ordered *ordered)
{
	bool alone = ordered->num_threads == 0;

	if (alone)
		ordered->work->work(ordered->own_worker, job_at(ordered, ordered->tail));
	pthread_mutex_lock(&ordered->lock);
	ordered->is_done[ordered->tail % ordered->num] = alone;
	ordered->tail++;
	pthread_cond_signal(&ordered->given);
	pthread_mutex_unlock(&ordered->lock);
}

void *
ka_ordered_take(struct ka_ordered *ordered, bool wait)
{
	if (ordered->head == ordered->tail)
		return NULL;
	pthread_mutex_lock(&ordered->lock);
	const bool *done = &ordered->is_done[ordered->head % ordered->num];
	while (wait && !*done)
		pthread_cond_wait(&ordered->done, &ordered->lock);
	bool ready = *done;
	pthread_mutex_unlock(&ordered->lock);
	return ready ? job_at(ordered, ordered->head) : NULL;
}

void
ka_ordered_done(struct ka_ordered *ordered)
{
	ordered->head++;
}

void
ka_ordered_free(struct ka_ordered *ordered)
{
	if (ordered == NULL)
		return;
	pthread_mutex_lock(&ordered->lock);
	ordered->closed = true;
	pthread_cond_broadcast(&ordered->given);
	pthread_mutex_unlock(&ordered->lock);
	for (unsigned i = 0; i < ordered->num_threads; i++)
		pthread_join(ordered->threads[i], NULL);
	if (ordered->num_threads == 0)
		ordered->work->worker_free(ordered->own_worker);
	for (size_t i = 0; i < ordered->num; i++)
		ordered->work->job_clear(job_at(ordered, i));
	pthread_mutex_destroy(&ordered->lock);
	pthread_cond_destroy(&ordered->given);
	pthread_cond_destroy(&ordered->done);
	free(ordered->threads);
	free(ordered->is_done);
	free(ordered->jobs);
	free(ordered);
}
