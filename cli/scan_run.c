/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/deep.h"
#include "cli/pipeline.h"
#include "cli/scan.h"
#include "common/tables.h"
#include "weakgen/weakgen.h"

static atomic_bool stop_asked; /* lock-free, so a signal handler may set it */
static int stop_pipe[2] = { -1, -1 }; /* becomes readable at the same time, for those who wait */

static void
ask_to_stop(int number)
{
	int saved = errno;
	(void)number;
	atomic_store(&stop_asked, true);
	/* A full pipe is readable already. */
	if (write(stop_pipe[1], "", 1) < 0)
		errno = saved;
}

/* A second signal ends the program at once. */
static void
catch_signals(void)
{
	struct sigaction action = { .sa_handler = ask_to_stop, .sa_flags = (int)SA_RESETHAND };
	if (stop_pipe[0] < 0 && pipe2(stop_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
		return; /* then a signal ends the program at once */
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static int
exit_status(const struct ka_summary *summary, const struct ka_writer *writer, unsigned refused_tables)
{
	const struct ka_counts *c = &summary->counts;
	if (writer->failed != 0) {
		ka_error("writing the results: %s", strerror(writer->failed));
		return KA_EXIT_TROUBLE;
	}
	if (ka_counts_noncompliant(c) > 0)
		return KA_EXIT_NONCOMPLIANT;
	if (c->ranks[KA_RANK_ERROR] + c->ranks[KA_RANK_UNDECIDED] > 0 || refused_tables > 0 || !summary->complete)
		return KA_EXIT_TROUBLE;
	return KA_EXIT_COMPLIANT;
}

int
ka_scan_run(const struct ka_scan *scan)
{
	static char *stdin_path[] = { NULL };
	static char dash[] = "-";
	stdin_path[0] = dash;
	char *const *paths = scan->num_paths > 0 ? scan->paths : stdin_path;
	size_t num_paths = scan->num_paths > 0 ? scan->num_paths : 1;

	struct ka_ctx *ctx = ka_ctx_new();
	if (ctx == NULL) {
		ka_error("out of memory");
		return KA_EXIT_TROUBLE;
	}
	unsigned refused = 0;
	struct ka_tables *tables = NULL;
	if ((scan->checks & KA_CHECK_BIT(KA_CHECK_DEBIAN_WEAK)) != 0) {
		tables = ka_tables_load(ctx, scan->deep.wanted ? scan->deep.pid_max : 0, &refused, ka_tables_warn);
		ka_ctx_set_prover(ctx, ka_weakgen_prove, NULL);
	}

	struct ka_writer writer = { .fd = STDOUT_FILENO };
	struct ka_sink sink = {
		.output = scan->output,
		.writer = &writer,
		.quiet = scan->quiet,
		.only_noncompliant = scan->only_noncompliant,
		.checks = scan->checks,
		.at = scan->at,
	};
	catch_signals();
	struct ka_inputs *inputs = ka_inputs_new(paths, num_paths);
	struct ka_progress progress;
	enum ka_progress_mode mode = scan->quiet ? KA_PROGRESS_OFF : scan->progress;
	ka_progress_begin(&progress, mode, "keys", ka_progress_wanted(mode) ? ka_inputs_measure(paths, num_paths) : -1);
	struct ka_pipeline pipeline = {
		.feed = ka_feed_new(inputs, scan->from, stop_pipe[0]),
		.judging = { .ctx = ctx, .checks = scan->checks, .at = scan->at, .sink = &sink, .deep = scan->deep.wanted },
		.jobs = scan->jobs,
		.progress = &progress,
		.deep = scan->deep.wanted ? ka_deep_new(scan, ctx, mode, &stop_asked) : NULL,
		.stop = &stop_asked,
	};
	ka_sink_begin(&sink);
	ka_pipeline_run(&pipeline);
	ka_progress_end(&progress);
	if (pipeline.deep != NULL)
		ka_deep_finish(pipeline.deep, &sink, &pipeline.summary);
	ka_sink_end(&sink, &pipeline.summary);
	int status = exit_status(&pipeline.summary, &writer, refused);

	ka_deep_free(pipeline.deep);
	ka_feed_free(pipeline.feed);
	ka_inputs_free(inputs);
	ka_writer_clear(&writer);
	ka_ctx_free(ctx);
	ka_tables_free(tables);
	return status;
}
