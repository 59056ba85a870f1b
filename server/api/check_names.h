/* SPDX-License-Identifier: Apache-2.0 */
/* check_names.h - names of audit checks in requests: the model leaves them free, the service does not. */
#ifndef KA_SERVER_API_CHECK_NAMES_H
#define KA_SERVER_API_CHECK_NAMES_H

#include "server/api/api.h"
#include "server/audit/engine.h"

/* ka_check_known returns the check of a name, or NULL: the reply is INVALID_REQUEST, with the name that was probably meant. member
 * is the parameter for the message. */
const struct ka_audit_check *ka_check_known(
    struct ka_reply *reply, const struct ka_request *request, const char *member, const char *name);

struct ka_check_names {
	const struct ka_audit_check **checks; /* in the arena */
	size_t num;
};

/* ka_check_names_read reads the parameter "targetCheckNames": at least one, all known, none twice. Absent: num is 0. False: the reply
 * is the error. */
bool ka_check_names_read(struct ka_check_names *out, struct ka_reply *reply, const struct ka_request *request);

/* ka_check_names_enabled reads the scope's audit configuration and refuses names that are not enabled (INVALID_REQUEST,
 * KA_STORE_ABORTED). *out_checks (or NULL) is ka_audit_config_checks; the caller releases it after KA_STORE_OK. */
enum ka_store_status ka_check_names_enabled(json_t **out_checks, struct ka_tx *tx, struct ka_reply *reply,
    const struct ka_request *request, const struct ka_check_names *names);

/* ka_check_names_json returns the names as a JSON array in the arena. */
const char *ka_check_names_json(struct ka_arena *arena, const struct ka_check_names *names);

#endif
