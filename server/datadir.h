/* SPDX-License-Identifier: Apache-2.0 */
/* datadir.h - the directory that keyassayd keeps its files in. All functions say why in out_message when they return false. */
#ifndef KA_SERVER_DATADIR_H
#define KA_SERVER_DATADIR_H

#include "server/config.h"

#define KA_DATADIR_MESSAGE_LEN 768u

/* ka_datadir_make makes a directory, and those above it, with mode 0700; one that is there already is fine. */
bool ka_datadir_make(char out_message[KA_DATADIR_MESSAGE_LEN], const char *path);

/* ka_datadir_file returns "DIR/name". */
const char *ka_datadir_file(struct ka_arena *arena, const struct ka_config *config, const char *name);

bool ka_file_exists(const char *path);

/* ka_file_replace writes a file that survives a power cut either whole or not at all: beside it, synced, renamed. */
bool ka_file_replace(char out_message[KA_DATADIR_MESSAGE_LEN], const char *path, const char *text, size_t len, unsigned mode);

/* ka_file_sync_parent makes a new name durable: it syncs the directory that a path lies in. */
bool ka_file_sync_parent(char out_message[KA_DATADIR_MESSAGE_LEN], const char *path);

/* ka_file_remove removes a file durably; one that is not there is fine. */
bool ka_file_remove(char out_message[KA_DATADIR_MESSAGE_LEN], const char *path);

/* ka_file_read reads a file of at most max_len bytes to the arena; a NUL stands behind them. */
bool ka_file_read(struct ka_slice *out, char out_message[KA_DATADIR_MESSAGE_LEN], struct ka_arena *arena, const char *path, size_t max_len);

/* ka_lock_take locks a file against other processes and writes this process's id to it. Returns the descriptor that holds the lock until it
 * is closed or the process ends, however it ends; -1 when another process has it (the message names it) or the file cannot be made. */
int ka_lock_take(char out_message[KA_DATADIR_MESSAGE_LEN], const char *path);

#endif
