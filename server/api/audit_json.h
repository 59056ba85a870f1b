/* SPDX-License-Identifier: Apache-2.0 */
/* audit_json.h - the audit's rows as the shapes of the service model, and what several operations on them share. */
#ifndef KA_SERVER_API_AUDIT_JSON_H
#define KA_SERVER_API_AUDIT_JSON_H

#include "server/api/api.h"
#include "server/finding/finding_json.h"

/* ka_json_task_status writes "taskStatus":"IN_PROGRESS", ka_json_task_type "taskType":"SCHEDULED_AUDIT_TASK". */
void ka_json_task_status(struct ka_json *json, enum ka_task_status status);
void ka_json_task_type(struct ka_json *json, enum ka_task_type type);

/* ka_retention_start returns the time before which tasks and findings are not kept. */
int64_t ka_retention_start(const struct ka_request *request);

/* ka_finding_related reads what is related to a finding: the device certificates that a CA issued, from after_seq on in order of their
 * registration, at most limit. Nothing for findings on devices. */
enum ka_store_status ka_finding_related(struct ka_device_row **out, size_t *out_num, struct ka_tx *tx,
    const struct ka_request *request, const struct ka_finding_row *finding, int64_t after_seq, uint32_t limit);

/* ka_finding_get reads a finding; RESOURCE_NOT_FOUND with ABORTED when there is none or its time is over. */
enum ka_store_status ka_finding_get(
    struct ka_finding_row *out, struct ka_tx *tx, struct ka_reply *reply, const struct ka_request *request);

#endif
