/* SPDX-License-Identifier: Apache-2.0 */
/* outfile.h - a file of any length that others read while it is replaced: written beside it, synced, renamed, so that they see the old
 * one or the new one, whole, whatever happens in between. */
#ifndef KA_SERVER_OUTFILE_H
#define KA_SERVER_OUTFILE_H

#include <limits.h>
#include <stdio.h>

#include "server/datadir.h"

struct ka_outfile {
	FILE *file;
	char path[PATH_MAX]; /* "" for standard output */
	char beside[PATH_MAX];
};

/* ka_outfile_begin opens FILE.part, which it locks: a second writer is refused, and what an interrupted one left is written over.
 * path NULL: standard output. Like all here, it says why in out_message when it returns false. */
bool ka_outfile_begin(struct ka_outfile *out, char out_message[KA_DATADIR_MESSAGE_LEN], const char *path, unsigned mode);

/* ka_outfile_put appends. False: there is no use in going on; ka_outfile_commit will say why. */
bool ka_outfile_put(struct ka_outfile *out, const void *bytes, size_t len);

/* ka_outfile_commit syncs it and renames it over the old one, unless that has the same bytes (*out_replaced tells; its time then stays,
 * so that nobody reads it again for nothing). Afterwards, as after ka_outfile_abandon, it is closed. */
bool ka_outfile_commit(struct ka_outfile *out, char out_message[KA_DATADIR_MESSAGE_LEN], bool *out_replaced);
void ka_outfile_abandon(struct ka_outfile *out);

#endif
