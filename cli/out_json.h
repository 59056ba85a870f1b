/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KA_CLI_OUT_JSON_H
#define KA_CLI_OUT_JSON_H

#include "cli/output.h"

/* ka_out_json_record appends a record's JSON object, without a newline, to the record begun in lines. */
void ka_out_json_record(struct ka_lines *lines, const struct ka_record *record);

#endif
