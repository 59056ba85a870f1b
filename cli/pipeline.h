/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline.h - feed, workers and writer, in input order, with a bounded number of chunks in flight. */
#ifndef KA_CLI_PIPELINE_H
#define KA_CLI_PIPELINE_H

#include "cli/judge.h"
#include "common/progress.h"

struct ka_deep;

struct ka_pipeline {
	struct ka_feed *feed;
	struct ka_judging judging;
	unsigned jobs; /* 1: everything in the calling thread */
	struct ka_progress *progress;
	struct ka_deep *deep; /* where records go instead of the sink; NULL without --deep */
	const atomic_bool *stop; /* becomes true when a signal asks to stop; or NULL */
	struct ka_summary summary; /* out */
};

/* ka_pipeline_run runs it to the end of the inputs, to a write error or to a stop. */
void ka_pipeline_run(struct ka_pipeline *pipeline);

#endif
