/* SPDX-License-Identifier: Apache-2.0 */
/* finding.h - what makes a finding: its identity and the evidence that people and programs read. */
#ifndef KA_SERVER_FINDING_FINDING_H
#define KA_SERVER_FINDING_FINDING_H

#include "server/arena.h"
#include "server/crypto/crypto.h"
#include "server/store/rows.h"

/* ka_finding_id names a finding by what it says: the first half of SHA-256 over task, check, resource and reason
 * code, a line each. Whoever judges the same certificate for the same task again gets the same id, and the store
 * keeps one. */
void ka_finding_id(char out[KA_FINDING_ID_LEN + 1], const struct ka_crypto *crypto, const char *task_id,
    const char *check_name, enum ka_resource_type type, const char *resource_id, const char *reason_code);

/* ka_finding_resource returns the resourceIdentifier as suppressions name it: {"caCertificateId":"..."} or
 * {"deviceCertificateId":"..."}. In the arena. */
const char *ka_finding_resource(struct ka_arena *arena, enum ka_resource_type type, const char *resource_id);

/* ka_finding_key_info returns the additionalInfo of a key that failed a check: the evidence, the key, and how
 * anybody can reproduce it, as a JSON object of strings (the model's type). The names are those of keyassay's JSON
 * Lines. In the arena. */
const char *ka_finding_key_info(
    struct ka_arena *arena, const struct ka_verdict *verdict, enum ka_check_id id, const struct ka_key *key);

#endif
