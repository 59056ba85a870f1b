/* SPDX-License-Identifier: Apache-2.0 */
/* cli.h - what all verbs of keyassay(1) share: exit statuses and the table of verbs. */
#ifndef KA_CLI_CLI_H
#define KA_CLI_CLI_H

#include <keyassay/keyassay.h>

#include "common/message.h"

/* Part of the contract: keyassay(1), EXIT STATUS. */
enum ka_exit {
	KA_EXIT_COMPLIANT = 0,
	KA_EXIT_NONCOMPLIANT = 1,
	KA_EXIT_USAGE = KA_USAGE,
	KA_EXIT_TROUBLE = 3, /* something could not be read, parsed, decided or written */
};

/* A verb is one file and one row in the table of main.c. argv[0] is the verb's name. */
struct ka_cli_verb {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv);
};

/* ka_cli_verbs returns the table, ended by a row without a name. */
const struct ka_cli_verb *ka_cli_verbs(void);

int ka_cli_scan(int argc, char **argv);
int ka_cli_explain(int argc, char **argv);
int ka_cli_audit(int argc, char **argv);
int ka_cli_review(int argc, char **argv);
int ka_cli_debian(int argc, char **argv);
int ka_cli_bench(int argc, char **argv);

/* ka_cli_now returns a monotonic time in seconds. */
double ka_cli_now(void);

#endif
