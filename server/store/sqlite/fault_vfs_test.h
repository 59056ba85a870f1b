/* SPDX-License-Identifier: Apache-2.0 */
/* fault_vfs_test.h - a file system that fails when it is told to: between SQLite and the real one. */
#ifndef KA_SERVER_STORE_SQLITE_FAULT_VFS_TEST_H
#define KA_SERVER_STORE_SQLITE_FAULT_VFS_TEST_H

#include <stdbool.h>

enum fault_kind { FAULT_OPEN = 1, FAULT_READ, FAULT_WRITE, FAULT_SYNC, FAULT_TRUNCATE, FAULT_SHARED, NUM_FAULT_KINDS };

/* fault_install makes it SQLite's default; once, before a database is opened. Files are not really synced: tests are
 * quick. */
void fault_install(void);

/* The nth call of a kind from now on (1: the next one) returns code, and if lasting, all that follow it as well. kind
 * 0: none. Returns whether the fault that was set before has struck. Threads may run. */
bool fault_set(enum fault_kind kind, unsigned nth, int code, bool lasting);

#endif
