/* SPDX-License-Identifier: Apache-2.0 */
/* mitigation.h - what the operations on mitigation actions and their tasks share. */
#ifndef KA_SERVER_API_MITIGATION_H
#define KA_SERVER_API_MITIGATION_H

#include "server/action/acts.h"
#include "server/api/api.h"

#define KA_MAX_ACTIONS 100u            /* mitigation actions of an account and region (reference, section 3.13) */
#define KA_MAX_RUNNING_MITIGATIONS 10u /* of the same (section 3.13) */

const char *ka_action_arn(const struct ka_request *request, const char *name);

/* ka_action_read_params reads the parameter "actionParams": exactly one set of them, which says the type.
 * Absent: nothing is written. False: the reply is INVALID_REQUEST. */
bool ka_action_read_params(struct ka_action_row *row, struct ka_reply *reply, const struct ka_request *request);

/* ka_action_get reads the action that the parameter "actionName" names; RESOURCE_NOT_FOUND with ABORTED. */
enum ka_store_status ka_action_get(
    struct ka_action_row *out, struct ka_tx *tx, struct ka_reply *reply, const struct ka_request *request);

/* ka_action_text is an action as the log of changes keeps it. In the arena. */
const char *ka_action_text(const struct ka_request *request, const struct ka_action_row *row);

/* ka_action_reply answers actionArn and actionId. */
void ka_action_reply(struct ka_reply *reply, const struct ka_request *request, const struct ka_action_row *row);

/* ka_mitigation_get reads the task that the parameter "taskId" names; RESOURCE_NOT_FOUND with ABORTED when there
 * is none or its time is over. */
enum ka_store_status ka_mitigation_get(
    struct ka_mitigation_row *out, struct ka_tx *tx, struct ka_reply *reply, const struct ka_request *request);
bool ka_mitigation_is_kept(const struct ka_request *request, const struct ka_mitigation_row *task);
const char *ka_mitigation_arn(const struct ka_request *request, const char *id);

/* ka_mitigation_read_target checks what the model does not say about "target" and "auditCheckToActionsMapping", as
 * far as the request alone can tell, and writes both into the row. False: the reply is INVALID_REQUEST. */
bool ka_mitigation_read_target(struct ka_mitigation_row *row, struct ka_reply *reply, const struct ka_request *request);

/* ka_mitigation_resolve checks the rest against what is there: the audit has ended, the findings exist and their
 * checks have actions, the actions exist and fit their checks. It writes listed_checks and actions, and
 * *out_counts: zeros for each check. ABORTED: the reply is INVALID_REQUEST. */
enum ka_store_status ka_mitigation_resolve(struct ka_mitigation_row *row, struct ka_mitigation_check_row **out_counts,
    size_t *out_num, struct ka_tx *tx, struct ka_reply *reply, const struct ka_request *request);

#endif
