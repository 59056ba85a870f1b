/* SPDX-License-Identifier: Apache-2.0 */
/* The calling thread gives chunks to the workers, takes them back in order, gathers rows to batches and stores
 * those. */
#include "server/import/item.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/message.h"
#include "common/ordered.h"

#define BATCH 4096u
#define BATCH_BYTES ((size_t)16 << 20)
#define JOBS_PER_THREAD 8u /* enough to go on with while a batch is stored */

struct run {
	const struct ka_import *import;
	struct ka_feed *feed;
	struct ka_import_report *report;
	struct ka_issuers *issuers;
	/* The batch: rows that are ready, with memory of its own. */
	struct ka_arena arena;
	struct ka_item *items;
	size_t num, max, num_bytes;
	uint64_t index; /* objects of the current source so far */
	enum ka_store_status status;
};

static void
count_reason(struct ka_import_report *report, const char *name)
{
	report->refused++;
	for (size_t i = 0; i < report->num_reasons; i++) {
		if (strcmp(report->reasons[i].name, name) == 0) {
			report->reasons[i].num++;
			return;
		}
	}
	if (report->num_reasons < KA_IMPORT_MAX_REASONS)
		report->reasons[report->num_reasons++] = (struct ka_import_reason){ name, 1 };
}

static void
tell_refusal(struct run *run, const struct ka_item *item, uint64_t index)
{
	count_reason(run->report, item->refused);
	ka_progress_clear(run->import->progress);
	ka_warn("%s:%llu: refused: %s: %s", item->source, (unsigned long long)index, item->refused, item->message);
}

static void
store_batch(struct run *run)
{
	if (run->status == KA_STORE_OK)
		run->status = ka_import_store(run->import, run->items, run->num);
	for (size_t i = 0; i < run->num && run->status == KA_STORE_OK; i++) {
		const struct ka_item *item = &run->items[i];
		if (item->refused != NULL)
			tell_refusal(run, item, item->index);
		else if (item->already)
			run->report->already++;
		else
			run->report->registered++;
	}
	run->num = run->num_bytes = 0;
	ka_arena_clear(&run->arena);
}

/* Copies a row to the batch: the job is recycled before the batch is stored. */
static void
add_to_batch(struct run *run, const struct ka_item *item)
{
	struct ka_item *copy = &run->items[run->num++];

	*copy = *item;
	copy->index = run->index + item->index;
	copy->source = ka_arena_string(&run->arena, item->source);
	copy->after = ka_arena_string(&run->arena, item->after);
	copy->ca.der = ka_arena_slice(&run->arena, item->ca.der);
	copy->device.der = ka_arena_slice(&run->arena, item->device.der);
	run->num_bytes += item->ca.der.len + item->device.der.len;
	if (run->num == run->max || run->num_bytes >= BATCH_BYTES)
		store_batch(run);
}

static void
take_job(struct run *run, struct ka_import_job *job)
{
	for (size_t i = 0; i < job->num && run->status == KA_STORE_OK; i++) {
		struct ka_item *item = &job->items[i];
		item->source = job->chunk.source->name;
		if (item->refused != NULL)
			tell_refusal(run, item, run->index + item->index);
		else
			add_to_batch(run, item);
	}
	run->index = job->chunk.ends_source ? 0 : run->index + job->num;
	ka_source_release(job->chunk.source);
	job->chunk.source = NULL;
	const struct ka_import_report *report = run->report;
	ka_progress_update(
	    run->import->progress, ka_feed_bytes(run->feed), report->registered + report->already + report->refused);
}

static void *
worker_new(void *arg)
{
	const struct run *run = arg;

	return ka_import_worker_new(run->import, run->issuers);
}

static void
work(void *worker, void *job)
{
	ka_import_worker_work(worker, job);
}

static void
worker_free(void *worker)
{
	ka_import_worker_free(worker);
}

static void
job_clear(void *job)
{
	ka_import_job_clear(job);
}

static void
run_all(struct run *run, struct ka_ordered *ordered)
{
	struct ka_import_job *job;

	for (bool more = true; more && run->status == KA_STORE_OK;) {
		/* What is known is stored before a wait for a slow input. */
		bool waits = ka_feed_would_wait(run->feed);
		while ((job = ka_ordered_take(ordered, waits || ka_ordered_next(ordered) == NULL)) != NULL) {
			take_job(run, job);
			ka_ordered_done(ordered);
		}
		if (waits)
			store_batch(run);
		job = ka_ordered_next(ordered);
		more = ka_feed_next(run->feed, &job->chunk);
		if (more)
			ka_ordered_give(ordered);
	}
	while ((job = ka_ordered_take(ordered, true)) != NULL) {
		take_job(run, job);
		ka_ordered_done(ordered);
	}
	store_batch(run);
}

enum ka_store_status
ka_import_run(struct ka_import_report *out, const struct ka_import *import, struct ka_feed *feed)
{
	struct run run = {
		.import = import, .feed = feed, .report = out, .max = import->batch == 0 ? BATCH : import->batch
	};
	const struct ka_ordered_work works = { sizeof(struct ka_import_job), &run, worker_new, work, worker_free,
		job_clear };
	unsigned threads = import->jobs <= 1 ? 0 : import->jobs;

	*out = (struct ka_import_report){ 0 };
	run.items = calloc(run.max, sizeof(*run.items));
	if (run.items == NULL)
		ka_out_of_memory();
	run.issuers = ka_issuers_new(import);
	struct ka_ordered *ordered = ka_ordered_new(&works, threads, JOBS_PER_THREAD * (size_t)threads + 2);
	run_all(&run, ordered);
	ka_ordered_free(ordered);
	ka_issuers_free(run.issuers);
	free(run.items);
	ka_arena_clear(&run.arena);
	return run.status;
}
