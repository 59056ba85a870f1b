/* SPDX-License-Identifier: Apache-2.0 */
/* verb_scan.c - keyassay scan: options. */
#include <getopt.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "common/args.h"
#include "cli/cli.h"
#include "cli/scan.h"

enum option_id {
	OPT_FROM = 1,
	OPT_FORMAT,
	OPT_PROFILE,
	OPT_CHECKS,
	OPT_DEEP,
	OPT_DEEP_CAP,
	OPT_PID_MAX,
	OPT_AT,
	OPT_JOBS,
	OPT_ONLY_NONCOMPLIANT,
	OPT_QUIET,
	OPT_PROGRESS,
	OPT_NO_PROGRESS,
};

static const struct ka_option options[] = {
	{ "from", "FORMAT", "what the input is: auto (default), pem, der, b64lines (a base64 certificate\n"
	                    "a line), moduli (an RSA modulus in hex a line), ssh, jwk", OPT_FROM },
	{ "format", "FORMAT", "what to print: text (default), jsonl, json, csv, sarif", OPT_FORMAT },
	{ "profile", "NAME", "audit (default): the two CVE checks and the registration checks;\n"
	                     "full: every check", OPT_PROFILE },
	{ "checks", "A,B", "exactly these checks: debian-weak, roca, key-size, validity", OPT_CHECKS },
	{ "deep", NULL, "decide debian-weak without a table too, by computing the key streams: minutes", OPT_DEEP },
	{ "deep-cap", "CHANCE|N|exact", "with --deep: may miss a weak RSA key with at most this chance (default 1e-9),\n"
	                                "or after N candidates of each stream; exact: misses none", OPT_DEEP_CAP },
	{ "pid-max", "N", "with --deep: process ids up to N, at most 4194303; default: 32767", OPT_PID_MAX },
	{ "at", "TIME", "judge validity at this time, as in 2026-01-31T00:00:00Z; default: now", OPT_AT },
	{ "jobs", "N", "threads; default: one per core. The order of the output does not change", OPT_JOBS },
	{ "only-noncompliant", NULL, "print noncompliant keys only", OPT_ONLY_NONCOMPLIANT },
	{ "quiet", NULL, "nothing for people: no table, warnings, progress. Exit status and the formats\n"
	                 "for programs stay as they are", OPT_QUIET },
	{ "progress", NULL, "show progress even when stderr is no terminal", OPT_PROGRESS },
	{ "no-progress", NULL, "never show progress", OPT_NO_PROGRESS },
	{ NULL, NULL, NULL, 0 },
};

#define MAX_JOBS 256u

static int
unknown_name(const char *what, const char *given, const char *const *names, size_t num)
{
	struct ka_buf list = { 0 };
	for (size_t i = 0; i < num; i++)
		ka_buf_format(&list, "%s%s", i == 0 ? "" : ", ", names[i]);
	const char *nearest = ka_nearest(given, names, num);
	ka_usage("scan", "unknown %s '%s'%s%s%s There are: %.*s", what, given, nearest == NULL ? "." : "; did you mean '",
	    nearest == NULL ? "" : nearest, nearest == NULL ? "" : "'?", (int)list.len, list.data);
	ka_buf_clear(&list);
	return KA_EXIT_USAGE;
}

static int
parse_checks(uint32_t *out_checks, const char *list)
{
	uint32_t checks = 0;
	while (*list != '\0') {
		char name[64];
		size_t len = strcspn(list, ",");
		if (len >= sizeof(name))
			return ka_usage("scan", "unknown check in --checks");
		memcpy(name, list, len);
		name[len] = '\0';
		const struct ka_check *check = len == 0 ? NULL : ka_check_by_name(name);
		if (check == NULL) {
			const char *names[KA_NUM_CHECKS];
			for (size_t i = 0; i < KA_NUM_CHECKS; i++)
				names[i] = ka_check_at(i)->name;
			return unknown_name("check", name, names, KA_NUM_CHECKS);
		}
		checks |= KA_CHECK_BIT(check->id);
		list += len + (list[len] == ',');
	}
	if (checks == 0)
		return ka_usage("scan", "--checks names no check");
	*out_checks = checks;
	return 0;
}

static int
parse_jobs(unsigned *out_jobs, const char *text)
{
	char *end;
	unsigned long jobs = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || jobs == 0 || jobs > MAX_JOBS)
		return ka_usage("scan", "--jobs takes a number from 1 to %u", MAX_JOBS);
	*out_jobs = (unsigned)jobs;
	return 0;
}

static int
parse_option(struct ka_scan *scan, enum option_id id, const char *argument)
{
	static const char *const from_names[] = { "auto", "pem", "der", "b64lines", "moduli", "ssh", "jwk" };
	static const char *const profile_names[] = { "audit", "full" };
	const char *const *output_names;
	switch (id) {
	case OPT_FROM:
		if (!ka_format_by_name(&scan->from, argument))
			return unknown_name("input format", argument, from_names, sizeof(from_names) / sizeof(from_names[0]));
		return 0;
	case OPT_FORMAT:
		scan->output = ka_output_by_name(argument);
		if (scan->output == NULL) {
			size_t num = ka_output_names(&output_names);
			return unknown_name("output format", argument, output_names, num);
		}
		return 0;
	case OPT_PROFILE:
		if (strcmp(argument, "audit") != 0 && strcmp(argument, "full") != 0)
			return unknown_name("profile", argument, profile_names, 2);
		scan->checks = ka_profile_checks(strcmp(argument, "full") == 0 ? KA_PROFILE_FULL : KA_PROFILE_AUDIT);
		return 0;
	case OPT_CHECKS:
		return parse_checks(&scan->checks, argument);
	case OPT_DEEP:
		scan->deep.wanted = true;
		return 0;
	case OPT_DEEP_CAP:
		return ka_deep_cap_parse(&scan->deep, "scan", argument);
	case OPT_PID_MAX:
		return ka_deep_pid_max_parse(&scan->deep, "scan", argument);
	case OPT_AT:
		if (ka_time_parse(&scan->at, argument) != KA_OK)
			return ka_usage("scan", "--at takes a time as in 2026-01-31T00:00:00Z (RFC 3339), not '%s'", argument);
		return 0;
	case OPT_JOBS:
		return parse_jobs(&scan->jobs, argument);
	case OPT_ONLY_NONCOMPLIANT:
		scan->only_noncompliant = true;
		return 0;
	case OPT_QUIET:
		scan->quiet = true;
		return 0;
	case OPT_PROGRESS:
		scan->progress = KA_PROGRESS_ON;
		return 0;
	case OPT_NO_PROGRESS:
		scan->progress = KA_PROGRESS_OFF;
		return 0;
	}
	return KA_EXIT_USAGE;
}

int
ka_cli_scan(int argc, char **argv)
{
	const struct ka_args args = {
		.verb = "scan",
		.synopsis = "[options] [PATH...]",
		.description = "Judges every key in files, directories (with all below) or, with - or no PATH,\n"
		               "standard input: certificates, requests, keys, bundles in PEM or DER, OpenSSH, JWK.\n"
		               "Exit status: 0 all compliant, 1 something noncompliant, 2 usage, 3 something could\n"
		               "not be read, parsed or decided.\n",
		.options = options,
		.argc = argc,
		.argv = argv,
	};
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct ka_scan scan = {
		.from = KA_FORMAT_AUTO,
		.output = &ka_output_text,
		.checks = ka_profile_checks(KA_PROFILE_AUDIT),
		.at = (int64_t)time(NULL),
		.deep = KA_DEEP_WISH_INIT,
		.jobs = cores < 1 ? 1 : cores > (long)MAX_JOBS ? MAX_JOBS : (unsigned)cores,
	};
	/* --checks wins over --profile, whichever comes first. */
	uint32_t exactly = 0;
	int id;
	while ((id = ka_args_next(&args)) > 0) {
		int status = parse_option(&scan, (enum option_id)id, optarg);
		if (status != 0)
			return status;
		if (id == OPT_CHECKS)
			exactly = scan.checks;
	}
	if (id != KA_ARGS_END)
		return id == KA_ARGS_DONE ? 0 : KA_EXIT_USAGE;
	if (ka_deep_wish_check(&scan.deep, "scan") != 0)
		return KA_EXIT_USAGE;
	if (exactly != 0)
		scan.checks = exactly;
	scan.paths = argv + optind;
	scan.num_paths = (size_t)(argc - optind);
	ka_quiet(scan.quiet);
	return ka_scan_run(&scan);
}
