/* SPDX-License-Identifier: Apache-2.0 */
/* verb_explain.c - keyassay explain: a scan with every check, in one thread, told in words. */
#include <getopt.h>
#include <time.h>

#include "common/args.h"
#include "cli/cli.h"
#include "cli/scan.h"

enum option_id { OPT_FROM = 1, OPT_DEEP, OPT_AT };

static const struct ka_option options[] = {
	{ "from", "FORMAT", "what the input is, as in keyassay scan", OPT_FROM },
	{ "deep", NULL, "decide debian-weak without a table too, by computing the key streams: minutes", OPT_DEEP },
	{ "at", "TIME", "judge validity at this time; default: now", OPT_AT },
	{ NULL, NULL, NULL, 0 },
};

int
ka_cli_explain(int argc, char **argv)
{
	const struct ka_args args = {
		.verb = "explain",
		.synopsis = "[options] FILE...",
		.description = "Says in words what each certificate or key in a file is, what every check looks for and\n"
		               "found, what the evidence means and how to fix it. Exit status as of scan.\n",
		.options = options,
		.argc = argc,
		.argv = argv,
	};
	struct ka_scan scan = {
		.from = KA_FORMAT_AUTO,
		.output = &ka_output_explain,
		.checks = ka_profile_checks(KA_PROFILE_FULL),
		.at = (int64_t)time(NULL),
		.jobs = 1,
	};
	int id;
	while ((id = ka_args_next(&args)) > 0) {
		switch ((enum option_id)id) {
		case OPT_FROM:
			if (!ka_format_by_name(&scan.from, optarg))
				return ka_usage("explain", "unknown input format '%s'", optarg);
			break;
		case OPT_DEEP:
			scan.deep = true;
			break;
		case OPT_AT:
			if (ka_time_parse(&scan.at, optarg) != KA_OK)
				return ka_usage("explain", "--at takes a time as in 2026-01-31T00:00:00Z, not '%s'", optarg);
			break;
		}
	}
	if (id != KA_ARGS_END)
		return id == KA_ARGS_DONE ? 0 : KA_EXIT_USAGE;
	if (optind == argc)
		return ka_usage("explain", "no FILE given; - is standard input");
	scan.paths = argv + optind;
	scan.num_paths = (size_t)(argc - optind);
	return ka_scan_run(&scan);
}
