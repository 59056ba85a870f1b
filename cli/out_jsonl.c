/* SPDX-License-Identifier: Apache-2.0 */
/* out_jsonl.c - one JSON object per record and line. The field names are a contract: keyassay(1), JSON FIELDS. */
#include "cli/out_json.h"

static void
put_record(struct ka_lines *lines, const struct ka_record *record)
{
	ka_out_json_record(lines, record);
	ka_buf_putc(&lines->text, '\n');
}

const struct ka_output ka_output_jsonl = { .name = "jsonl", .record = put_record };
