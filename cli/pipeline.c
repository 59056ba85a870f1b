/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline.c - the calling thread fills jobs from the feed and writes out what workers made of them, in the same order. */
#include "cli/pipeline.h"

#include "cli/cli.h"
#include "cli/deep.h"
#include "common/ordered.h"

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

static void *
new_worker(void *arg)
{
	return ka_worker_new(arg);
}

static void
judge(void *worker, void *job)
{
	ka_worker_judge(worker, job);
}

static void
free_worker(void *worker)
{
	ka_worker_free(worker);
}

static void
clear_job(void *job)
{
	ka_job_clear(job);
}

/* Writes the jobs that are done; waits for all if wait. */
static void
write_done(struct ka_pipeline *p, struct order *order, struct ka_ordered *ordered, bool wait)
{
	struct ka_job *job;
	while ((job = ka_ordered_take(ordered, wait)) != NULL) {
		write_job(p, order, job);
		ka_ordered_done(ordered);
	}
}

static void
fill_and_write(struct ka_pipeline *p, struct order *order, struct ka_ordered *ordered)
{
	while (!should_stop(p)) {
		/* Before a wait for input everything that is known goes out. */
		bool waits = ka_feed_would_wait(p->feed);
		write_done(p, order, ordered, waits);
		if (waits)
			ka_writer_flush(p->judging.sink->writer);
		struct ka_job *job = ka_ordered_next(ordered);
		if (job == NULL) {
			write_job(p, order, ka_ordered_take(ordered, true));
			ka_ordered_done(ordered);
			continue;
		}
		if (!ka_feed_next(p->feed, &job->chunk)) {
			p->summary.complete = true;
			break;
		}
		ka_ordered_give(ordered);
	}
	write_done(p, order, ordered, true);
}

void
ka_pipeline_run(struct ka_pipeline *p)
{
	const struct ka_ordered_work work = {
		.job_len = sizeof(struct ka_job),
		.arg = &p->judging,
		.worker_new = new_worker,
		.work = judge,
		.worker_free = free_worker,
		.job_clear = clear_job,
	};
	struct order order = { .worker = ka_worker_new(&p->judging) };
	unsigned threads = p->jobs <= 1 ? 0 : p->jobs;
	struct ka_ordered *ordered = ka_ordered_new(&work, threads, 2 * (size_t)threads + 2);
	fill_and_write(p, &order, ordered);
	p->summary.inputs = ka_feed_inputs(p->feed);
	ka_ordered_free(ordered);
	ka_worker_free(order.worker);
}
