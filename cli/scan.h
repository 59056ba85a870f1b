/* SPDX-License-Identifier: Apache-2.0 */
/* scan.h - what the verbs scan and explain share: context, pipeline, exit status. */
#ifndef KA_CLI_SCAN_H
#define KA_CLI_SCAN_H

#include "cli/output.h"
#include "cli/progress.h"

struct ka_scan {
	char *const *paths;
	size_t num_paths;
	enum ka_format from;
	const struct ka_output *output;
	uint32_t checks;
	int64_t at;
	unsigned jobs;
	bool deep;
	bool only_noncompliant;
	bool quiet;
	enum ka_progress_mode progress;
};

/* ka_scan_run runs a scan and returns the exit status. */
int ka_scan_run(const struct ka_scan *scan);

#endif
