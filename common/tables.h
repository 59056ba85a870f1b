/* SPDX-License-Identifier: Apache-2.0 */
/* tables.h - finds, maps and opens the tables of Debian weak keys. */
#ifndef KA_COMMON_TABLES_H
#define KA_COMMON_TABLES_H

#include <keyassay/check.h>

struct ka_tables;

/* Told of each file that is refused; neither argument outlives the call. */
typedef void (*ka_tables_refused_fn)(const char *path, const char *why);

/* ka_tables_warn is a ka_tables_refused_fn that prints a warning (message.h). */
void ka_tables_warn(const char *path, const char *why);

/* ka_tables_load adds the *.kat files of KEYASSAY_TABLES (files and directories, separated by colons), else of the build tree, else of
 * the installation to ctx, but for those that end before process id pid_max, which could not decide what is asked for. A file that is refused is told to refused (or NULL) and counted in *out_refused; its keys stay undecided. The
 * result keeps the files mapped and must outlive ctx. */
struct ka_tables *ka_tables_load(struct ka_ctx *ctx, uint32_t pid_max, unsigned *out_refused, ka_tables_refused_fn refused);
void ka_tables_free(struct ka_tables *tables);

#endif
