/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline.c - a ring of chunks. The calling thread fills the slot at the tail and writes out the slot at the head; workers take
 * filled slots in between. Slots are recycled, so memory does not grow with the input. */
#include "cli/pipeline.h"

#include <pthread.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/deep.h"

enum slot_state { SLOT_FREE, SLOT_FILLED, SLOT_TAKEN, SLOT_JUDGED };

struct slot {
	struct ka_job job;
	enum slot_state state;
};

struct ring {
	pthread_mutex_t lock;
	pthread_cond_t filled, judged;
	bool closed; /* nothing more will be filled */
	uint64_t head, next, tail; /* next to write, to judge, to fill; a slot is its number modulo num */
	struct slot *slots;
	size_t num;
	const struct ka_judging *judging;
};

static void *
need(void *mem)
{
	if (mem == NULL) {
		ka_error("out of memory");
		exit(KA_EXIT_TROUBLE);
	}
	return mem;
}

/* What the writer knows of the source at the head. */
struct order {
	uint64_t index; /* records of this source so far */
	struct ka_worker *worker; /* shapes the faults that are found here */
};

static bool
should_stop(const struct ka_pipeline *p)
{
	return p->judging.sink->writer->failed != 0 || (p->stop != NULL && atomic_load_explicit(p->stop, memory_order_relaxed));
}

static void
write_job(struct ka_pipeline *p, struct order *order, struct ka_job *job)
{
	if (job->chunk.ends_source && order->index + job->num_records == 0) {
		struct ka_fault fault = { .err = KA_ERR_INPUT_NO_KEY };
		ka_worker_fault(order->worker, job, fault, false, 0);
	}
	if (p->deep != NULL)
		ka_deep_take(p->deep, &job->lines, order->index);
	else
		ka_sink_take(p->judging.sink, &job->lines, order->index);
	ka_counts_add(&p->summary.counts, &job->counts);
	order->index = job->chunk.ends_source ? 0 : order->index + job->num_records;
	ka_source_release(job->chunk.source);
	job->chunk.source = NULL;
	ka_progress_update(p->progress, ka_feed_bytes(p->feed), ka_counts_total(&p->summary.counts));
}

static void
run_alone(struct ka_pipeline *p, struct order *order)
{
	struct ka_job job = { 0 };
	while (!should_stop(p)) {
		if (ka_feed_would_wait(p->feed))
			ka_writer_flush(p->judging.sink->writer);
		if (!ka_feed_next(p->feed, &job.chunk)) {
			p->summary.complete = true;
			break;
		}
		ka_worker_judge(order->worker, &job);
		write_job(p, order, &job);
	}
	ka_job_clear(&job);
}

static void *
work(void *arg)
{
	struct ring *ring = arg;
	struct ka_worker *worker = ka_worker_new(ring->judging);
	pthread_mutex_lock(&ring->lock);
	for (;;) {
		while (ring->next == ring->tail && !ring->closed)
			pthread_cond_wait(&ring->filled, &ring->lock);
		if (ring->next == ring->tail)
			break;
		struct slot *slot = &ring->slots[ring->next++ % ring->num];
		slot->state = SLOT_TAKEN;
		pthread_mutex_unlock(&ring->lock);
		ka_worker_judge(worker, &slot->job);
		pthread_mutex_lock(&ring->lock);
		slot->state = SLOT_JUDGED;
		pthread_cond_signal(&ring->judged);
	}
	pthread_mutex_unlock(&ring->lock);
	ka_worker_free(worker);
	return NULL;
}

/* Writes the slot at the head; waits for it if wait. False when there is none that is judged. */
static bool
write_head(struct ka_pipeline *p, struct order *order, struct ring *ring, bool wait)
{
	pthread_mutex_lock(&ring->lock);
	struct slot *slot = &ring->slots[ring->head % ring->num];
	while (wait && ring->head != ring->tail && slot->state != SLOT_JUDGED)
		pthread_cond_wait(&ring->judged, &ring->lock);
	bool ready = ring->head != ring->tail && slot->state == SLOT_JUDGED;
	pthread_mutex_unlock(&ring->lock);
	if (!ready)
		return false;
	write_job(p, order, &slot->job);
	pthread_mutex_lock(&ring->lock);
	slot->state = SLOT_FREE;
	ring->head++;
	pthread_mutex_unlock(&ring->lock);
	return true;
}

static void
fill_and_write(struct ka_pipeline *p, struct order *order, struct ring *ring)
{
	while (!should_stop(p)) {
		/* Before a wait for input everything that is known goes out. */
		bool waits = ka_feed_would_wait(p->feed);
		while (write_head(p, order, ring, waits))
			;
		if (waits)
			ka_writer_flush(p->judging.sink->writer);
		if (ring->tail - ring->head == ring->num) {
			write_head(p, order, ring, true);
			continue;
		}
		struct slot *slot = &ring->slots[ring->tail % ring->num];
		if (!ka_feed_next(p->feed, &slot->job.chunk)) {
			p->summary.complete = true;
			break;
		}
		pthread_mutex_lock(&ring->lock);
		slot->state = SLOT_FILLED;
		ring->tail++;
		pthread_cond_signal(&ring->filled);
		pthread_mutex_unlock(&ring->lock);
	}
	while (write_head(p, order, ring, true))
		;
}

static void
run_threads(struct ka_pipeline *p, struct order *order)
{
	struct ring ring = {
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.filled = PTHREAD_COND_INITIALIZER,
		.judged = PTHREAD_COND_INITIALIZER,
		.num = 2 * (size_t)p->jobs + 2,
		.judging = &p->judging,
	};
	ring.slots = need(calloc(ring.num, sizeof(*ring.slots)));
	pthread_t *threads = need(calloc(p->jobs, sizeof(*threads)));
	unsigned started = 0;
	while (started < p->jobs && pthread_create(&threads[started], NULL, work, &ring) == 0)
		started++;
	if (started == 0) {
		run_alone(p, order);
	} else {
		fill_and_write(p, order, &ring);
	}
	pthread_mutex_lock(&ring.lock);
	ring.closed = true;
	pthread_cond_broadcast(&ring.filled);
	pthread_mutex_unlock(&ring.lock);
	for (unsigned i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < ring.num; i++)
		ka_job_clear(&ring.slots[i].job);
	free(threads);
	free(ring.slots);
	pthread_mutex_destroy(&ring.lock);
	pthread_cond_destroy(&ring.filled);
	pthread_cond_destroy(&ring.judged);
}

void
ka_pipeline_run(struct ka_pipeline *p)
{
	struct order order = { .worker = ka_worker_new(&p->judging) };
	if (p->jobs <= 1)
		run_alone(p, &order);
	else
		run_threads(p, &order);
	p->summary.inputs = ka_feed_inputs(p->feed);
	ka_worker_free(order.worker);
}
