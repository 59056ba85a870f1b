/* SPDX-License-Identifier: Apache-2.0 */
/* task.h - a task is stored with its checks. */
#ifndef KA_SERVER_STORE_ROWS_TASK_H
#define KA_SERVER_STORE_ROWS_TASK_H

#include "server/store/sql.h"

/* ka_task_check_insert stores one check of a task. EXISTS when the position is taken. */
enum ka_store_status ka_task_check_insert(
    struct ka_tx *tx, const struct ka_scope *scope, const char *task_id, const struct ka_task_check_row *check);

#endif
