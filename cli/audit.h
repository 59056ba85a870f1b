/* SPDX-License-Identifier: Apache-2.0 */
/* audit.h - what keyassay audit prints of a task and its findings. */
#ifndef KA_CLI_AUDIT_H
#define KA_CLI_AUDIT_H

#include "cli/aws.h"
#include "common/message.h"
#include "common/progress.h"

#define KA_AUDIT_TASK_ID_LEN 41u

enum ka_audit_format { KA_AUDIT_TEXT, KA_AUDIT_JSONL, KA_AUDIT_JSON };

bool ka_audit_format_by_name(enum ka_audit_format *out, const char *name);

/* ka_audit_is_running tells whether DescribeAuditTask's reply says IN_PROGRESS. */
bool ka_audit_is_running(const json_t *task);

/* ka_audit_print prints an ended task (DescribeAuditTask's reply) and its findings (an array of AuditFinding) and returns the exit
 * status: noncompliant when a finding is not suppressed; trouble when the task or a check did not complete, or when a check says
 * that it could not decide everything. */
int ka_audit_print(const char *id, const json_t *task, const json_t *findings, enum ka_audit_format format, bool quiet);

#endif
