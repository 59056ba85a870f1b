/* SPDX-License-Identifier: Apache-2.0 */
/* verbs.h - the verbs of keyassayd: one file each, one row in the table of main.c. */
#ifndef KA_SERVER_VERBS_H
#define KA_SERVER_VERBS_H

#include "server/node.h"
#include "server/options.h"

/* argv[0] is the verb's last word. Returns enum ka_exit. */
struct ka_verb {
	const char *name; /* NULL ends the table */
	const char *summary;
	int (*run)(int argc, char **argv);
};

/* A table of verbs: of the program, or of a verb that has verbs itself. */
struct ka_verb_group {
	const char *name;  /* NULL: the program */
	const char *about; /* a sentence */
	const struct ka_verb *verbs;
	const char *examples; /* behind the list in --help, or NULL */
};

/* ka_verb_group_run runs the verb that argv[1] names, shows --help and --version, or says what is wrong. */
int ka_verb_group_run(const struct ka_verb_group *group, int argc, char **argv);

int ka_verb_serve(int argc, char **argv);
int ka_verb_init(int argc, char **argv);
int ka_verb_migrate(int argc, char **argv);
int ka_verb_accesskey(int argc, char **argv);
int ka_verb_account(int argc, char **argv);
int ka_verb_config(int argc, char **argv);
int ka_verb_export(int argc, char **argv);
int ka_verb_import(int argc, char **argv);
int ka_verb_outbox(int argc, char **argv);
int ka_verb_log(int argc, char **argv);

/* ka_verb_open is ka_node_open that prints what is wrong. */
bool ka_verb_open(struct ka_node *out, const struct ka_config *config, unsigned flags);

/* ka_verb_region gives the region that is meant: the one of an option (NULL: none), else the one that clients would use, since they read
 * the same variables, else us-east-1. False: what is wrong was said. */
bool ka_verb_region(const char *verb, const char **out, const char *given);

/* ka_verb_log_change appends to the log of state changes what this verb does to an account as a whole. The actor is whoever runs it:
 * "operator:USER". */
enum ka_store_status ka_verb_log_change(
    struct ka_tx *tx, const char *account, const char *action, const char *resource, const char *before, const char *after);
const char *ka_verb_operator(void); /* "operator:USER" */

/* ka_verb_store prints why a transaction of a verb failed; returns the status to leave with. what: "the account cannot be stored". */
int ka_verb_store(enum ka_store_status status, const char *what);

/* ka_verb_time appends milliseconds as RFC 3339 in UTC. */
void ka_verb_time(struct ka_buf *buf, int64_t ms);

/* ka_verb_output writes a buffer to stdout and clears it; returns the status to leave with. */
int ka_verb_output(struct ka_buf *buf);

#endif
