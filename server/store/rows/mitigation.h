/* SPDX-License-Identifier: Apache-2.0 */
/* mitigation.h - a mitigation task is stored with a row of counts for each of its checks. */
#ifndef KA_SERVER_STORE_ROWS_MITIGATION_H
#define KA_SERVER_STORE_ROWS_MITIGATION_H

#include "server/store/mitigation.h"
#include "server/store/sql.h"

/* ka_mitigation_check_insert stores the counts of one check of a task. EXISTS when it has them. */
enum ka_store_status ka_mitigation_check_insert(
    struct ka_tx *tx, int64_t task, const struct ka_mitigation_check_row *check);

#endif
