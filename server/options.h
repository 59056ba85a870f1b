/* SPDX-License-Identifier: Apache-2.0 */
/* options.h - the command line of a verb: its own options and those keys of the configuration that concern it. */
#ifndef KA_SERVER_OPTIONS_H
#define KA_SERVER_OPTIONS_H

#include "common/args.h"
#include "server/config.h"

/* keyassayd(8), EXIT STATUS. */
enum ka_exit {
	KA_EXIT_DONE = 0,
	KA_EXIT_FAILED = 1, /* it could not be done; the message says why */
	KA_EXIT_USAGE = 2,  /* command line or configuration make no sense */
	KA_EXIT_TROUBLE = 3 /* out of memory, output not taken */
};

struct ka_verb_options {
	const char *verb; /* "accesskey create" */
	const char *synopsis, *description;
	unsigned scope;              /* enum ka_config_scope: which keys it has */
	const struct ka_option *own; /* NULL: none */
	/* Takes an option of its own; prints what is wrong and returns false. */
	bool (*take)(void *arg, int id, const char *value);
	void *arg;
	size_t num_operands; /* arguments behind the options, which args.argv + optind holds */
	bool more_operands;  /* or more of them */
};

/* Values of ka_options_read. */
#define KA_OPTIONS_READ (-1)

/* ka_options_read reads command line and configuration file into out (which the caller clears). argv[0] is the verb's last word.
 * Returns KA_OPTIONS_READ, or the status to leave with: help was shown, or what is wrong was said. */
int ka_options_read(struct ka_config *out, const struct ka_verb_options *verb, int argc, char **argv);

#endif
