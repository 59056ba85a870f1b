/* SPDX-License-Identifier: Apache-2.0 */
/* acts.h - what mitigation actions do: one row per type of the service model in acts.c, one file per kind.
 *
 * An action is applied inside the transaction that also stores its execution, counts and the task's place: either
 * all of it happened, or nothing did. */
#ifndef KA_SERVER_ACTION_ACTS_H
#define KA_SERVER_ACTION_ACTS_H

#include "server/crypto/crypto.h"
#include "server/store/mitigation.h"

/* Codes of failed executions. The first one is AWS's ("the certificate is already revoked", say); the other is ours,
 * for actions that are stored but not had. */
#define KA_ACT_INVALID_STATE "INVALID_STATE_OF_RESOURCE"
#define KA_ACT_UNSUPPORTED "UNSUPPORTED_ACTION"

/* One action on one finding. */
struct ka_act_call {
	struct ka_tx *tx;
	struct ka_arena *arena; /* for what lives until the end of the transaction */
	const struct ka_crypto *crypto;
	const struct ka_scope *scope;
	const char *task_id;     /* the mitigation task */
	const char *action_name; /* the name that the user gave it */
	const char *topic;       /* PUBLISH_FINDING_TO_SNS, else NULL */
	const struct ka_finding_row *finding;
	int64_t now;
};

/* error_code NULL: COMPLETED. In the arena, or literals. */
struct ka_act_result {
	const char *error_code, *message;
};

/* Anything but KA_STORE_OK is the store's trouble and ends the transaction. */
typedef enum ka_store_status (*ka_act_fn)(struct ka_act_result *out, const struct ka_act_call *call);

struct ka_act {
	enum ka_action_type type;
	const char *name;   /* "UPDATE_CA_CERTIFICATE" */
	const char *member; /* of MitigationActionParams: "updateCACertificateParams" */
	ka_act_fn apply;
};

/* ka_acts returns the table, in the order of enum ka_action_type, ended by a NULL name; ka_act_of one row,
 * ka_act_by_member the one of a member of MitigationActionParams, or NULL. */
const struct ka_act *ka_acts(void);
const struct ka_act *ka_act_of(enum ka_action_type type);
const struct ka_act *ka_act_by_member(const char *member);

/* ka_act_fits tells whether an action may be applied to findings of a check (reference, section 3.8). */
bool ka_act_fits(const struct ka_act *act, const char *check_name);

/* The kinds. */
enum ka_store_status ka_act_update_ca(struct ka_act_result *out, const struct ka_act_call *call);
enum ka_store_status ka_act_update_device(struct ka_act_result *out, const struct ka_act_call *call);
enum ka_store_status ka_act_publish(struct ka_act_result *out, const struct ka_act_call *call);
enum ka_store_status ka_act_unsupported(struct ka_act_result *out, const struct ka_act_call *call);

/* ka_act_fail sets a failure, with a message for people. */
void ka_act_fail(struct ka_act_result *out, const struct ka_act_call *call, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* ka_act_log appends to the log of state changes: the task is who did it. action is the operation that does the
 * same by hand, kind and id name the resource as ARNs do. */
enum ka_store_status ka_act_log(const struct ka_act_call *call, const char *action, const char *kind, const char *id,
    const char *before, const char *after);

#endif
