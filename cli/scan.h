/* SPDX-License-Identifier: Apache-2.0 */
/* scan.h - what the verbs scan and explain share: context, pipeline, exit status. */
#ifndef KA_CLI_SCAN_H
#define KA_CLI_SCAN_H

#include "cli/output.h"
#include "common/progress.h"

/* What --deep, --deep-cap and --pid-max ask for. */
struct ka_deep_wish {
	bool wanted;
	bool tuned; /* --deep-cap or --pid-max was given */
	bool exact;
	double miss; /* RSA by division: largest chance to miss a weak key */
	uint64_t cap; /* or, if not 0, candidates of each stream */
	uint32_t pid_max;
};

#define KA_DEEP_WISH_INIT { .miss = 1e-9, .pid_max = KA_DEBIAN_PID_COUNT - 1 }

/* ka_deep_cap_parse and ka_deep_pid_max_parse read the options' arguments; ka_deep_wish_check is called behind the last option. All
 * return 0, or KA_EXIT_USAGE with the mistake printed. */
int ka_deep_cap_parse(struct ka_deep_wish *wish, const char *verb, const char *text);
int ka_deep_pid_max_parse(struct ka_deep_wish *wish, const char *verb, const char *text);
int ka_deep_wish_check(const struct ka_deep_wish *wish, const char *verb);

struct ka_scan {
	char *const *paths;
	size_t num_paths;
	enum ka_format from;
	const struct ka_output *output;
	uint32_t checks;
	int64_t at;
	unsigned jobs;
	struct ka_deep_wish deep;
	bool only_noncompliant;
	bool quiet;
	enum ka_progress_mode progress;
};

/* ka_scan_run runs a scan and returns the exit status. */
int ka_scan_run(const struct ka_scan *scan);

#endif
