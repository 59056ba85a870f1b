/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KA_COMMON_EVIDENCE_H
#define KA_COMMON_EVIDENCE_H

#include "common/json.h"

#include <keyassay/check.h>

/* ka_evidence_json writes "evidence":{...} for a check that failed. */
void ka_evidence_json(struct ka_json *json, const struct ka_verdict *verdict, enum ka_check_id id);

#endif
