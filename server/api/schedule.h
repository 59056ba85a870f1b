/* SPDX-License-Identifier: Apache-2.0 */
/* schedule.h - what the operations on scheduled audits share. */
#ifndef KA_SERVER_API_SCHEDULE_H
#define KA_SERVER_API_SCHEDULE_H

#include "server/api/check_names.h"

/* ka_schedule_read_days reads "frequency", "dayOfWeek" and "dayOfMonth" over what row has, and checks that they go together: WEEKLY and
 * BIWEEKLY need a day of the week, MONTHLY one of the month. A day that the frequency has no use for is refused when it is sent, and
 * dropped when it is left over from before. */
bool ka_schedule_read_days(struct ka_schedule_row *row, struct ka_reply *reply, const struct ka_request *request);

/* ka_schedule_get reads the row of the parameter "scheduledAuditName"; RESOURCE_NOT_FOUND with ABORTED when there is none. */
enum ka_store_status ka_schedule_get(
    struct ka_schedule_row *out, struct ka_tx *tx, struct ka_reply *reply, const struct ka_request *request);

const char *ka_schedule_arn(const struct ka_request *request, const char *name);

/* ka_schedule_json writes what ScheduledAuditMetadata and DescribeScheduledAudit have in common, without braces; ka_schedule_text all as
 * JSON in the arena, for the log of changes. */
void ka_schedule_json(struct ka_json *json, const struct ka_request *request, const struct ka_schedule_row *row);
const char *ka_schedule_text(const struct ka_request *request, const struct ka_schedule_row *row);

#endif
