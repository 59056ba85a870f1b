/* SPDX-License-Identifier: Apache-2.0 */
/* config.h - what an account's audit configuration means: which checks are enabled, with which settings.
 *
 * Three states. Never configured (no row): the checks that keyassay has are enabled, so that the first audit needs no preparation;
 * AWS has all checks disabled. Configured: what UpdateAccountAuditConfiguration said, all else disabled. Deleted (a row without role):
 * all disabled, as on AWS. */
#ifndef KA_SERVER_AUDIT_CONFIG_H
#define KA_SERVER_AUDIT_CONFIG_H

#include <jansson.h>

#include "server/store/rows.h"

/* ka_audit_config_checks returns {"NAME":{"enabled":true,"configuration":{...}},...} with every name of ka_audit_checks(), in its
 * order; "configuration" only where there is one. row NULL: never configured. The caller releases it (json_decref). NULL when the row's
 * JSON is damaged. */
json_t *ka_audit_config_checks(const struct ka_audit_config_row *row);

/* ka_audit_config_enabled looks a name up in such an object. */
bool ka_audit_config_enabled(const json_t *checks, const char *name);

#endif
