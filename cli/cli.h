/* SPDX-License-Identifier: Apache-2.0 */
/* cli.h - what all verbs of keyassay(1) share: exit statuses, the table of verbs, messages. */
#ifndef KA_CLI_CLI_H
#define KA_CLI_CLI_H

#include <keyassay/keyassay.h>

/* Part of the contract: keyassay(1), EXIT STATUS. */
enum ka_exit {
	KA_EXIT_COMPLIANT = 0,
	KA_EXIT_NONCOMPLIANT = 1,
	KA_EXIT_USAGE = 2,
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
int ka_cli_debian(int argc, char **argv);
int ka_cli_bench(int argc, char **argv);

/* ka_cli_quiet silences ka_cli_warn; errors are still printed. */
void ka_cli_quiet(bool quiet);

/* ka_cli_warn, ka_cli_error print "keyassay: ..." and a newline on stderr. Bytes that could steer a terminal are escaped. */
void ka_cli_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void ka_cli_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ka_cli_table_refused warns of a table that is not used (common/tables.h). */
void ka_cli_table_refused(const char *path, const char *why);

/* ka_cli_usage prints an error and where help is to be had; returns KA_EXIT_USAGE. verb may be NULL. */
int ka_cli_usage(const char *verb, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ka_cli_nearest returns the name in names[0..num) that a mistyped one most likely meant, or NULL when none is near. */
const char *ka_cli_nearest(const char *typed, const char *const *names, size_t num);

/* ka_cli_version prints name, version and licence on stdout; returns 0. */
int ka_cli_version(void);

/* ka_cli_now returns a monotonic time in seconds. */
double ka_cli_now(void);

#endif
