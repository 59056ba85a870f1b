/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KA_CLI_EVIDENCE_H
#define KA_CLI_EVIDENCE_H

#include "cli/json.h"
#include "cli/record.h"

/* ka_evidence_json writes "evidence":{...} for a check that failed. */
void ka_evidence_json(struct ka_json *json, const struct ka_record *record, enum ka_check_id id);

#endif
