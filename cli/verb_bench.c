/* SPDX-License-Identifier: Apache-2.0 */
/* verb_bench.c - keyassay bench: options, the temporary file, the table of figures. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench.h"
#include "common/args.h"
#include "cli/cli.h"
#include "common/json.h"
#include "common/tables.h"
#include "weakgen/weakgen.h"

#define MEMORY_CERTIFICATES 32768
#define FILE_CERTIFICATES 200000

enum option_id { OPT_SECONDS = 1, OPT_JSON };

static const struct ka_option options[] = {
	{ "seconds", "N", "time for each figure; default 3", OPT_SECONDS },
	{ "json", NULL, "print JSON", OPT_JSON },
	{ NULL, NULL, NULL, 0 },
};

/* For the signal handler: what must not be left behind. */
static char temporary_path[64];

static void
remove_and_leave(int number)
{
	unlink(temporary_path);
	signal(number, SIG_DFL);
	raise(number);
}

static bool
write_file(struct ka_bench *bench)
{
	const char *dir = getenv("TMPDIR");
	int len = snprintf(temporary_path, sizeof(temporary_path), "%s/keyassay-bench-XXXXXX", dir == NULL ? "/tmp" : dir);
	if (len < 0 || (size_t)len >= sizeof(temporary_path)) {
		ka_error("TMPDIR is too long");
		return false;
	}
	int fd = mkostemp(temporary_path, O_CLOEXEC);
	if (fd < 0) {
		ka_error("%s: %s", temporary_path, strerror(errno));
		return false;
	}
	signal(SIGINT, remove_and_leave);
	signal(SIGTERM, remove_and_leave);
	bench->num_pem = FILE_CERTIFICATES;
	memcpy(bench->pem_path, temporary_path, sizeof(bench->pem_path));
	bool written = ka_bench_corpus_write(&bench->corpus, fd, bench->num_pem);
	close(fd);
	if (!written)
		ka_error("%s: cannot write the certificates to measure with", temporary_path);
	return written;
}

static bool
meets_target(const struct ka_bench_figure *f, const struct ka_bench_result *r)
{
	bool meets = f->target == 0 || (f->smaller_is_better ? r->ours <= f->target : r->ours >= f->target);
	return meets && (f->ratio_target == 0 || r->ratio >= f->ratio_target);
}

static void
put_text(struct ka_buf *buf, const struct ka_bench_figure *f, const struct ka_bench_result *r)
{
	ka_buf_format(buf, "%s\n", f->name);
	if (!r->ok) {
		ka_buf_puts(buf, "    could not be measured (no table?)\n");
		return;
	}
	ka_buf_format(buf, "    %-44s %14.*f %s\n", "keyassay", r->ours < 1000 ? 1 : 0, r->ours, f->unit);
	if (f->reference != NULL) {
		ka_buf_format(
		    buf, "    %-44s %14.*f %s\n", f->reference_name, r->reference < 1000 ? 1 : 0, r->reference, f->unit);
		ka_buf_format(
		    buf, "    %-44s %14.2f times the reference, median of %u rounds\n", "ratio", r->ratio, r->rounds);
	}
	if (f->target == 0 && f->ratio_target == 0)
		return;
	struct ka_buf target = { 0 };
	if (f->target != 0)
		ka_buf_format(&target, "%s %.0f %s", f->smaller_is_better ? "at most" : "at least", f->target, f->unit);
	if (f->ratio_target != 0)
		ka_buf_format(&target, "%sratio at least %.2f", target.len > 0 ? ", " : "", f->ratio_target);
	ka_buf_format(buf, "    %-44s %14s %.*s\n", "target", meets_target(f, r) ? "met:" : "MISSED:", (int)target.len, target.data);
	ka_buf_clear(&target);
}

static void
put_json(struct ka_json *json, const struct ka_bench_figure *f, const struct ka_bench_result *r)
{
	ka_json_open(json, NULL, '{');
	ka_json_string(json, "name", f->name);
	ka_json_string(json, "unit", f->unit);
	ka_json_bool(json, "measured", r->ok);
	if (r->ok) {
		ka_json_double(json, "value", r->ours);
		if (f->reference != NULL) {
			ka_json_string(json, "reference", f->reference_name);
			ka_json_double(json, "reference_value", r->reference);
			ka_json_name(json, "ratio");
			ka_buf_format(json->buf, "%.3f", r->ratio);
		}
		ka_json_number(json, "rounds", r->rounds);
		if (f->target != 0)
			ka_json_double(json, "target", f->target);
		if (f->ratio_target != 0) {
			ka_json_name(json, "ratio_target");
			ka_buf_format(json->buf, "%.3f", f->ratio_target);
		}
		ka_json_bool(json, "target_met", meets_target(f, r));
	}
	ka_json_close(json, '}');
}

static void
print_buf(struct ka_buf *buf)
{
	fwrite(buf->data, 1, buf->len, stdout);
	fflush(stdout);
	buf->len = 0;
}

static void
run_figures(struct ka_bench *bench, bool as_json)
{
	struct ka_buf buf = { 0 };
	struct ka_json json = { .buf = &buf };
	if (as_json) {
		ka_json_open(&json, NULL, '{');
		ka_json_open(&json, "keyassay", '{');
		ka_json_string(&json, "version", ka_version());
		ka_json_string(&json, "kernels", ka_kernels_name(ka_ctx_kernels(bench->ctx)));
		ka_json_close(&json, '}');
		ka_json_open(&json, "figures", '[');
	} else {
		ka_buf_format(&buf, "keyassay %s, kernels %s: processor time of one core, each figure beside its reference in the same run\n\n",
		    ka_version(), ka_kernels_name(ka_ctx_kernels(bench->ctx)));
		print_buf(&buf);
	}
	for (const struct ka_bench_figure *f = ka_bench_figures; f->name != NULL; f++) {
		struct ka_bench_result result = ka_bench_measure(bench, f);
		if (as_json)
			put_json(&json, f, &result);
		else
			put_text(&buf, f, &result);
		print_buf(&buf);
	}
	if (as_json) {
		ka_json_close(&json, ']');
		ka_json_close(&json, '}');
		ka_buf_putc(&buf, '\n');
		print_buf(&buf);
	}
	ka_buf_clear(&buf);
}

static int
run(double seconds, bool as_json)
{
	char program[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
	struct ka_ctx *ctx = ka_ctx_new();
	if (len <= 0 || ctx == NULL) {
		ka_error(ctx == NULL ? "out of memory" : "cannot find this program's own file");
		ka_ctx_free(ctx);
		return KA_EXIT_TROUBLE;
	}
	program[len] = '\0';
	unsigned refused;
	struct ka_tables *tables = ka_tables_load(ctx, 0, &refused, ka_tables_warn);
	ka_ctx_set_prover(ctx, ka_weakgen_prove, NULL);
	struct ka_bench bench = { .seconds = seconds, .program = program, .ctx = ctx, .at = (int64_t)time(NULL) };
	int status = KA_EXIT_TROUBLE;
	if (!ka_bench_corpus_make(&bench.corpus, MEMORY_CERTIFICATES)) {
		ka_error("cannot make the certificates to measure with");
	} else if (write_file(&bench)) {
		run_figures(&bench, as_json);
		status = 0;
	}
	if (temporary_path[0] != '\0')
		unlink(temporary_path);
	ka_bench_corpus_clear(&bench.corpus);
	ka_ctx_free(ctx);
	ka_tables_free(tables);
	return status;
}

int
ka_cli_bench(int argc, char **argv)
{
	const struct ka_args args = {
		.verb = "bench",
		.synopsis = "[--seconds N] [--json]",
		.description = "Measures this machine on one core, each figure beside a reference measured in the same\n"
		               "run. Needs 260 MB in TMPDIR.\n",
		.options = options,
		.argc = argc,
		.argv = argv,
	};
	double seconds = 3;
	bool as_json = false;
	int id;
	while ((id = ka_args_next(&args)) > 0) {
		char *end;
		switch ((enum option_id)id) {
		case OPT_SECONDS:
			seconds = strtod(optarg, &end);
			if (*end != '\0' || end == optarg || !(seconds > 0 && seconds <= 3600))
				return ka_usage("bench", "--seconds takes a number up to 3600");
			break;
		case OPT_JSON:
			as_json = true;
			break;
		}
	}
	if (id != KA_ARGS_END)
		return id == KA_ARGS_DONE ? 0 : KA_EXIT_USAGE;
	if (optind < argc)
		return ka_usage("bench", "bench takes no arguments");
	return run(seconds, as_json);
}
