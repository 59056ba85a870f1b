/* SPDX-License-Identifier: Apache-2.0 */
/* args.h - options as tables: one row makes the parser's entry and the line of --help. */
#ifndef KA_COMMON_ARGS_H
#define KA_COMMON_ARGS_H

#include <keyassay/base.h>

struct ka_option {
	const char *name; /* long name; NULL ends the table */
	const char *argument; /* what --help calls the argument; NULL: takes none */
	const char *help;
	int id; /* what ka_args_next returns; > 0, and no printable character */
};

#define KA_ARGS_MAX_OPTIONS 64

struct ka_args {
	const char *verb;
	const char *synopsis; /* behind "PROGRAM VERB" */
	const char *description; /* a paragraph, ended by a newline */
	const struct ka_option *options;
	int argc;
	char **argv;
};

/* Results of ka_args_next that are no option's id. */
#define KA_ARGS_END 0 /* optind is the first argument that is no option */
#define KA_ARGS_DONE (-1) /* --help or --version was printed: leave with status 0 */
#define KA_ARGS_BAD (-2) /* the mistake was printed: leave with KA_USAGE */

/* ka_args_next returns the next option's id, its argument in optarg. --help and --version are understood everywhere. */
int ka_args_next(const struct ka_args *args);

#endif
