/* SPDX-License-Identifier: Apache-2.0 */
/* table.h - writes the table file that keyassay/table.h describes. */
#ifndef KA_WEAKGEN_TABLE_H
#define KA_WEAKGEN_TABLE_H

#include "weakgen/batch.h"

/* ka_weakgen_table_write writes a table from the results of all streams, results[id], as path.new and renames it to
 * path. False with a sentence in out_message; path is then untouched. */
KA_MUST_CHECK bool ka_weakgen_table_write(char out_message[KA_WEAKGEN_MESSAGE_LEN],
    const struct ka_weakgen_table_job *job, const struct ka_weakgen_result *results);

#endif
