/* SPDX-License-Identifier: Apache-2.0 */
/* suppression.h - what the operations on suppressions share. A suppression is identified by check and resource; it has no id. */
#ifndef KA_SERVER_API_SUPPRESSION_H
#define KA_SERVER_API_SUPPRESSION_H

#include "server/api/resource.h"

/* ka_suppression_read_identity reads the parameters "checkName" and "resourceIdentifier" into row. */
bool ka_suppression_read_identity(
    struct ka_suppression_row *row, struct ka_resource *out, struct ka_reply *reply, const struct ka_request *request);

/* ka_suppression_read_end reads "expirationDate" and "suppressIndefinitely" over what row has. Refused: both, a time that is over, and
 * neither when row has no end either. */
bool ka_suppression_read_end(struct ka_suppression_row *row, struct ka_reply *reply, const struct ka_request *request);

/* ka_suppression_get reads the stored row of the identity; RESOURCE_NOT_FOUND with ABORTED when there is none. */
enum ka_store_status ka_suppression_get(struct ka_suppression_row *out, struct ka_tx *tx, struct ka_reply *reply,
    const struct ka_request *request, const struct ka_suppression_row *identity);

/* ka_suppression_json writes the members of an AuditSuppression into the open object; ka_suppression_text returns it as text in the
 * arena, and ka_suppression_arn a name for it, both for the log of changes. */
void ka_suppression_json(struct ka_json *json, const struct ka_suppression_row *row);
const char *ka_suppression_text(struct ka_arena *arena, const struct ka_suppression_row *row);
const char *ka_suppression_arn(const struct ka_request *request, const struct ka_suppression_row *row);

#endif
