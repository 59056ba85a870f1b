/* SPDX-License-Identifier: Apache-2.0 */
/* mitigation.h - what the store keeps of mitigation: actions, the tasks that apply them to findings, and what each
 * action did to each finding. store.h and rows.h say what holds for all rows. */
#ifndef KA_SERVER_STORE_MITIGATION_H
#define KA_SERVER_STORE_MITIGATION_H

#include "server/store/store.h"

/* --- mitigation actions --- */

/* In the order of the model's MitigationActionType. */
enum ka_action_type {
	KA_ACTION_UPDATE_DEVICE_CERTIFICATE = 1,
	KA_ACTION_UPDATE_CA_CERTIFICATE = 2,
	KA_ACTION_ADD_THINGS_TO_THING_GROUP = 3,
	KA_ACTION_REPLACE_DEFAULT_POLICY_VERSION = 4,
	KA_ACTION_ENABLE_IOT_LOGGING = 5,
	KA_ACTION_PUBLISH_FINDING_TO_SNS = 6
};

struct ka_action_row {
	int64_t seq; /* set by the store */
	const char *name;
	char id[37]; /* UUID */
	enum ka_action_type type;
	const char *role_arn;
	const char *params; /* JSON object: MitigationActionParams */
	int64_t created, modified;
};

enum ka_store_status ka_tx_action_insert(
    struct ka_tx *tx, const struct ka_scope *scope, const struct ka_action_row *row); /* EXISTS */
enum ka_store_status ka_tx_action_get(struct ka_tx *tx, struct ka_action_row *out, struct ka_arena *arena,
    const struct ka_scope *scope, const char *name); /* NONE */
/* update writes type, role_arn, params and modified. NONE. */
enum ka_store_status ka_tx_action_update(
    struct ka_tx *tx, const struct ka_scope *scope, const struct ka_action_row *row);
enum ka_store_status ka_tx_action_delete(struct ka_tx *tx, const struct ka_scope *scope, const char *name); /* NONE */
enum ka_store_status ka_tx_action_count(struct ka_tx *tx, uint64_t *out_count, const struct ka_scope *scope);
/* A page in the order of creation; type 0: all. */
enum ka_store_status ka_tx_action_list(struct ka_tx *tx, struct ka_action_row **out, size_t *out_num,
    struct ka_arena *arena, const struct ka_scope *scope, enum ka_action_type type, const struct ka_page *page);

/* --- mitigation tasks --- */

/* A task applies actions to the findings of an audit, or to findings that it lists. All that it needs is in its row as
 * it was when the task started: actions that are changed or deleted later do not change it. */
struct ka_mitigation_row {
	int64_t seq;                  /* set by the store; executions and counts name it */
	const char *account, *region; /* set by the store */
	const char *id, *token;
	enum ka_task_status status;
	bool cancel_requested;
	int64_t started, ended;
	const char *audit_task;    /* id of the audit whose findings are meant, or NULL */
	const char *target;        /* JSON object: AuditMitigationActionsTaskTarget */
	const char *mapping;       /* JSON object: AuditCheckToActionsMapping */
	const char *actions;       /* JSON array: MitigationActionList, the definitions at the start */
	const char *listed_checks; /* JSON array: the check of each listed finding; or NULL */
	/* The place of the last finding that was dealt with: found and seq of an audit's, or how many of the listed
	 * ones. */
	int64_t after_time, after_seq;
	const char *worker; /* who holds the lease, or NULL */
	int64_t lease_until;
};

/* What happened to the findings of one check so far. */
struct ka_mitigation_check_row {
	const char *check_name;
	int64_t total, failed, succeeded, skipped, canceled;
};

/* insert gives the new seq in *out_seq. EXISTS when the scope has this id or this token. */
enum ka_store_status ka_tx_mitigation_insert(struct ka_tx *tx, int64_t *out_seq, const struct ka_scope *scope,
    const struct ka_mitigation_row *task, const struct ka_mitigation_check_row *checks, size_t num_checks);
enum ka_store_status ka_tx_mitigation_get(struct ka_tx *tx, struct ka_mitigation_row *out, struct ka_arena *arena,
    const struct ka_scope *scope, const char *id); /* NONE */
/* The id of the task that was started with this token. NONE. */
enum ka_store_status ka_tx_mitigation_by_token(
    struct ka_tx *tx, const char **out_id, struct ka_arena *arena, const struct ka_scope *scope, const char *token);
/* update writes status, cancel_requested, ended, place and lease of the task with this seq. NONE. */
enum ka_store_status ka_tx_mitigation_update(struct ka_tx *tx, const struct ka_mitigation_row *task);
enum ka_store_status ka_tx_mitigation_checks(struct ka_tx *tx, struct ka_mitigation_check_row **out, size_t *out_num,
    struct ka_arena *arena, int64_t task); /* by name */
enum ka_store_status ka_tx_mitigation_check_update(
    struct ka_tx *tx, int64_t task, const struct ka_mitigation_check_row *check); /* NONE */
struct ka_mitigation_filter {
	int64_t start_time, end_time; /* started at or after the one, neither started nor ended after the other */
	enum ka_task_status status;   /* 0: any */
	const char *audit_task;       /* or NULL */
	const char *finding;          /* that it has executions for; or NULL */
};
/* A page in the order of (started, seq). */
enum ka_store_status ka_tx_mitigation_list(struct ka_tx *tx, struct ka_mitigation_row **out, size_t *out_num,
    struct ka_arena *arena, const struct ka_scope *scope, const struct ka_mitigation_filter *filter,
    const struct ka_page *page);
enum ka_store_status ka_tx_mitigation_count_running(
    struct ka_tx *tx, uint64_t *out_count, const struct ka_scope *scope);
/* Gives worker the task IN_PROGRESS of any scope that has waited longest: the one with the oldest lease, of those that
 * ran out by now. NONE. */
enum ka_store_status ka_tx_mitigation_claim(struct ka_tx *tx, struct ka_mitigation_row *out, struct ka_arena *arena,
    const char *worker, int64_t now, int64_t lease_until);
/* Takes all leases back: for a process that knows it is the only one, when it starts. */
enum ka_store_status ka_tx_mitigation_release_all(struct ka_tx *tx);

/* --- executions --- */

/* In the order of the model's AuditMitigationActionsExecutionStatus. Stored are COMPLETED, FAILED and SKIPPED: an
 * action is applied in one transaction, and what has not been reached has no row. */
enum ka_execution_status {
	KA_EXECUTION_IN_PROGRESS = 1,
	KA_EXECUTION_COMPLETED = 2,
	KA_EXECUTION_FAILED = 3,
	KA_EXECUTION_CANCELED = 4,
	KA_EXECUTION_SKIPPED = 5,
	KA_EXECUTION_PENDING = 6
};

/* One action on one finding. */
struct ka_execution_row {
	char finding_id[KA_FINDING_ID_LEN + 1];
	int32_t position; /* among the actions of the finding's check */
	int32_t action;   /* index in the task's actions */
	enum ka_execution_status status;
	int64_t applied;        /* when */
	const char *error_code; /* or NULL */
	const char *message;    /* or NULL */
};

/* EXISTS when the finding has an execution at this position already. */
enum ka_store_status ka_tx_execution_insert(struct ka_tx *tx, int64_t task, const struct ka_execution_row *row);
/* All of a task and finding, by position; at most a few. */
enum ka_store_status ka_tx_execution_list(struct ka_tx *tx, struct ka_execution_row **out, size_t *out_num,
    struct ka_arena *arena, int64_t task, const char *finding_id);

/* Deletes at most limit executions of the task that ended first before a time, and then the task itself; *out_num
 * tells how many rows that were. Call it again until it is 0: each call is one small transaction. */
enum ka_store_status ka_tx_mitigation_purge(struct ka_tx *tx, uint64_t *out_num, int64_t before, uint32_t limit);

#endif
