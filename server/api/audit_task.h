/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KA_SERVER_API_AUDIT_TASK_H
#define KA_SERVER_API_AUDIT_TASK_H

#include "server/api/api.h"

/* ka_audit_task_get reads the task of the parameter "taskId"; RESOURCE_NOT_FOUND with ABORTED when there is none or its time is
 * over. */
enum ka_store_status ka_audit_task_get(
    struct ka_task_row *out, struct ka_tx *tx, struct ka_reply *reply, const struct ka_request *request);

#endif
