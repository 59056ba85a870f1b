/* SPDX-License-Identifier: Apache-2.0 */
/* verb_explain.c - keyassay explain: a scan with every check, told in words. */
#include <getopt.h>
#include <time.h>
#include <unistd.h>

#include "common/args.h"
#include "cli/cli.h"
#include "cli/scan.h"

enum option_id { OPT_FROM = 1, OPT_DEEP, OPT_DEEP_CAP, OPT_PID_MAX, OPT_AT };

static const struct ka_option options[] = {
	{ "from", "FORMAT", "what the input is, as in keyassay scan", OPT_FROM },
	{ "deep", NULL, "decide debian-weak without a table too, by computing the key streams: minutes", OPT_DEEP },
	{ "deep-cap", "CHANCE|N|exact", "with --deep: may miss a weak RSA key with at most this chance (default 1e-9),\n"
	                                "or after N candidates of each stream; exact: misses none", OPT_DEEP_CAP },
	{ "pid-max", "N", "with --deep: process ids up to N, at most 4194303; default: 32767", OPT_PID_MAX },
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
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct ka_scan scan = {
		.from = KA_FORMAT_AUTO,
		.output = &ka_output_explain,
		.checks = ka_profile_checks(KA_PROFILE_FULL),
		.at = (int64_t)time(NULL),
		.deep = KA_DEEP_WISH_INIT,
		.jobs = cores < 1 ? 1 : (unsigned)cores,
	};
	int id;
	while ((id = ka_args_next(&args)) > 0) {
		switch ((enum option_id)id) {
		case OPT_FROM:
			if (!ka_format_by_name(&scan.from, optarg))
				return ka_usage("explain", "unknown input format '%s'", optarg);
			break;
		case OPT_DEEP:
			scan.deep.wanted = true;
			break;
		case OPT_DEEP_CAP:
			if (ka_deep_cap_parse(&scan.deep, "explain", optarg) != 0)
				return KA_EXIT_USAGE;
			break;
		case OPT_PID_MAX:
			if (ka_deep_pid_max_parse(&scan.deep, "explain", optarg) != 0)
				return KA_EXIT_USAGE;
			break;
		case OPT_AT:
			if (ka_time_parse(&scan.at, optarg) != KA_OK)
				return ka_usage("explain", "--at takes a time as in 2026-01-31T00:00:00Z, not '%s'", optarg);
			break;
		}
	}
	if (id != KA_ARGS_END)
		return id == KA_ARGS_DONE ? 0 : KA_EXIT_USAGE;
	if (ka_deep_wish_check(&scan.deep, "explain") != 0)
		return KA_EXIT_USAGE;
	if (optind == argc)
		return ka_usage("explain", "no FILE given; - is standard input");
	scan.paths = argv + optind;
	scan.num_paths = (size_t)(argc - optind);
	return ka_scan_run(&scan);
}
