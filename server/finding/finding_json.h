/* SPDX-License-Identifier: Apache-2.0 */
/* finding_json.h - findings as the shapes of the service model: replies and messages have the same. */
#ifndef KA_SERVER_FINDING_FINDING_JSON_H
#define KA_SERVER_FINDING_FINDING_JSON_H

#include "common/json.h"
#include "server/store/rows.h"

/* The device certificates of a CA that go with a finding, and one of them as RelatedResource. */
#define KA_MAX_RELATED_INLINE 10u
void ka_json_related(struct ka_json *json, const struct ka_device_row *device);

/* ka_json_finding writes an AuditFinding with its related resources (none: an empty list). */
void ka_json_finding(struct ka_json *json, const char *name, const struct ka_finding_row *finding,
    const struct ka_device_row *related, size_t num_related);

#endif
