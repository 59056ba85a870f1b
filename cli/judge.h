/* SPDX-License-Identifier: Apache-2.0 */
/* judge.h - a worker: the objects of a chunk, their verdicts, and the records shaped for the output. */
#ifndef KA_CLI_JUDGE_H
#define KA_CLI_JUDGE_H

#include "cli/output.h"
#include "common/feed.h"

/* What all workers share and none changes. */
struct ka_judging {
	const struct ka_ctx *ctx;
	uint32_t checks;
	int64_t at;
	struct ka_sink *sink;
	bool deep; /* records are kept whole for a second look instead of being shaped: deep.h */
};

/* A chunk and what its worker makes of it. */
struct ka_job {
	struct ka_chunk chunk;
	struct ka_lines lines;
	struct ka_counts counts;
	uint32_t num_records;
};

void ka_job_clear(struct ka_job *job);

struct ka_worker;

struct ka_worker *ka_worker_new(const struct ka_judging *judging);
void ka_worker_free(struct ka_worker *worker);

/* ka_worker_judge reads and judges a chunk and fills its lines, counts and num_records. */
void ka_worker_judge(struct ka_worker *worker, struct ka_job *job);

/* ka_worker_fault adds a fault of the input itself to the job's lines: what the writer finds out. */
void ka_worker_fault(struct ka_worker *worker, struct ka_job *job, struct ka_fault fault, bool has_offset, int sys_errno);

#endif
