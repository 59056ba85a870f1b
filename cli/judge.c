/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/judge.h"

#include <stdlib.h>

#include "cli/cli.h"
#include "cli/deep.h"

/* Objects judged at once: enough to overlap cache misses, few enough that objects and verdicts stay in L1 and L2. */
#define BATCH 64

struct ka_worker {
	const struct ka_judging *judging;
	struct ka_hasher *hasher;
	uint8_t *arena;
	size_t arena_len;
	size_t num;
	struct ka_object objects[BATCH];
	struct ka_verdict verdicts[BATCH];
};

struct ka_worker *
ka_worker_new(const struct ka_judging *judging)
{
	struct ka_worker *worker = calloc(1, sizeof(*worker));
	if (worker == NULL || (worker->hasher = ka_hasher_new()) == NULL) {
		ka_error("out of memory");
		exit(KA_EXIT_TROUBLE);
	}
	worker->judging = judging;
	return worker;
}

void
ka_worker_free(struct ka_worker *worker)
{
	if (worker == NULL)
		return;
	ka_hasher_free(worker->hasher);
	free(worker->arena);
	free(worker);
}

void
ka_job_clear(struct ka_job *job)
{
	ka_chunk_clear(&job->chunk);
	ka_lines_clear(&job->lines);
}

/* Counts a record and shapes it if the output wants it. */
static void
add_record(struct ka_worker *worker, struct ka_job *job, struct ka_record *record)
{
	const struct ka_judging *judging = worker->judging;
	uint32_t index = job->num_records++;
	job->counts.ranks[record->rank]++;
	if (!judging->deep && !ka_sink_wants(judging->sink, record->rank))
		return;
	record->source = job->chunk.source->name;
	record->checks = judging->checks;
	record->hasher = worker->hasher;
	ka_lines_begin(&job->lines, record->rank, index);
	if (judging->deep)
		ka_deep_keep(&job->lines.text, record);
	else
		judging->sink->output->record(&job->lines, record);
}

static void
flush_batch(struct ka_worker *worker, struct ka_job *job)
{
	const struct ka_judging *judging = worker->judging;
	ka_judge_batch(worker->verdicts, judging->ctx, worker->objects, worker->num, judging->checks, judging->at);
	bool all = judging->deep || ka_sink_wants(judging->sink, KA_RANK_COMPLIANT);
	for (size_t i = 0; i < worker->num; i++) {
		const struct ka_verdict *verdict = &worker->verdicts[i];
		if ((verdict->failed | verdict->undecided) == 0 && !all) {
			job->counts.ranks[KA_RANK_COMPLIANT]++;
			job->num_records++;
			continue;
		}
		const struct ka_object *object = &worker->objects[i];
		struct ka_record record = { .rank = ka_rank_of(verdict), .object = object, .verdict = verdict };
		/* An object that was not decoded lies in the chunk itself, so its place in the input is known. */
		uintptr_t data = (uintptr_t)object->der.data, start = (uintptr_t)job->chunk.data;
		if (object->der.len > 0 && data >= start && data < start + job->chunk.len) {
			record.has_offset = true;
			record.offset = job->chunk.base + (data - start);
		}
		add_record(worker, job, &record);
	}
	worker->num = 0;
}

void
ka_worker_fault(struct ka_worker *worker, struct ka_job *job, struct ka_fault fault, bool has_offset, int sys_errno)
{
	struct ka_record record = {
		.rank = KA_RANK_ERROR,
		.fault = fault,
		.fault_has_offset = has_offset,
		.sys_errno = sys_errno,
	};
	add_record(worker, job, &record);
}

static void
make_arena(struct ka_worker *worker, size_t len)
{
	if (worker->arena_len >= len)
		return;
	free(worker->arena);
	worker->arena = malloc(len);
	if (worker->arena == NULL) {
		ka_error("out of memory");
		exit(KA_EXIT_TROUBLE);
	}
	worker->arena_len = len;
}

void
ka_worker_judge(struct ka_worker *worker, struct ka_job *job)
{
	ka_lines_reset(&job->lines);
	job->counts = (struct ka_counts){ 0 };
	job->num_records = 0;
	if (job->chunk.len > 0) {
		make_arena(worker, job->chunk.len > KA_CHUNK_LEN ? job->chunk.len : KA_CHUNK_LEN);
		struct ka_reader reader;
		ka_reader_init(&reader, ka_ctx_kernels(worker->judging->ctx), job->chunk.format,
		    (struct ka_slice){ job->chunk.data, job->chunk.len }, job->chunk.base, job->chunk.last, worker->arena, worker->arena_len);
		struct ka_fault fault;
		while (ka_reader_next(&worker->objects[worker->num], &fault, &reader)) {
			if (fault.err != KA_OK) {
				flush_batch(worker, job);
				ka_worker_fault(worker, job, fault, true, 0);
			} else if (++worker->num == BATCH) {
				flush_batch(worker, job);
			}
		}
		flush_batch(worker, job);
	}
	if (job->chunk.fault.err != KA_OK)
		ka_worker_fault(worker, job, job->chunk.fault, job->chunk.fault_has_offset, job->chunk.sys_errno);
}
