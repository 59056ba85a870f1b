/* SPDX-License-Identifier: Apache-2.0 */
/* store.h - everything that keyassayd remembers. One interface, several back ends (sqlite/, later pgsql/) with one
 * suite of tests.
 *
 * All access is in transactions, which are functions: the store begins, calls, commits. A write is acknowledged
 * (KA_STORE_OK from ka_store_write) only when it survives a power cut; writes of many threads share a commit. Such a
 * function may be called again from the start (serialization failure, a failed shared commit) and on another thread: it
 * touches only its transaction and its own result, which it sets anew each time, and does nothing slow. It returns
 * KA_STORE_OK to commit; anything else rolls back what it did and is what ka_store_write returns.
 *
 * Rows that are read are copied to the caller's arena; rows given to scan callbacks are borrowed for the call. Outputs
 * are written only with KA_STORE_OK. */
#ifndef KA_SERVER_STORE_STORE_H
#define KA_SERVER_STORE_STORE_H

#include "server/arena.h"
#include "server/store/rows.h"

enum ka_store_status {
	KA_STORE_OK = 0,
	KA_STORE_NONE,        /* no such row */
	KA_STORE_EXISTS,      /* a row with this identity is there already */
	KA_STORE_ABORTED,     /* the transaction's function decided not to (see its own result for why) */
	KA_STORE_UNAVAILABLE, /* disk full, read-only, locked, connection lost: nothing was written, try again later */
	KA_STORE_UNCERTAIN,   /* the disk failed within the commit: all of it will turn out to be written, or nothing */
	KA_STORE_FAILED       /* a bug or a damaged database; logged with the back end's words */
};

struct ka_store; /* a database; any number of threads */
struct ka_tx;    /* a transaction; the function's thread only */

/* A transaction's function. */
typedef enum ka_store_status (*ka_tx_fn)(struct ka_tx *tx, void *arg);

/* --- opening --- */

enum ka_store_open_flags {
	KA_STORE_CREATE = 1,  /* an empty database is initialised */
	KA_STORE_MIGRATE = 2, /* an older schema is brought up to date; without it an older schema is refused */
};

#define KA_STORE_MESSAGE_LEN 512u

/* ka_store_open opens "sqlite:PATH" (later "postgresql://..."). On failure returns NULL and writes a sentence for
 * people that says what to do (a newer schema: use a newer keyassayd; an older one: keyassayd migrate; not a database;
 * permission; ...). */
struct ka_store *ka_store_open(char out_message[KA_STORE_MESSAGE_LEN], const char *url, unsigned flags);

/* ka_store_close waits for writes under way; NULL is fine. */
void ka_store_close(struct ka_store *store);

/* ka_store_schema_version returns the number of the newest migration that the database has. */
unsigned ka_store_schema_version(const struct ka_store *store);

/* What the back end says about trouble (disk full, damaged, recovered): one line for operators, any thread. Set it
 * before the threads start; without it nothing is said. */
typedef void (*ka_store_log_fn)(void *arg, const char *message);
void ka_store_set_log(struct ka_store *store, ka_store_log_fn log, void *arg);

/* ka_store_write runs fn in a serializable transaction and commits durably; ka_store_read on a consistent snapshot, in
 * which writing is KA_STORE_FAILED. After UNAVAILABLE or FAILED of one operation all others of the transaction answer
 * the same, and it is rolled back whatever fn returns. Not from inside a transaction's function. */
enum ka_store_status ka_store_write(struct ka_store *store, ka_tx_fn fn, void *arg);
enum ka_store_status ka_store_read(struct ka_store *store, ka_tx_fn fn, void *arg);

/* Counters for metrics: writes acknowledged; the commits that they shared; reads; functions run again; writes and reads
 * that ended UNAVAILABLE or FAILED. */
struct ka_store_stats {
	uint64_t writes, commits, reads, retries, failures;
};
void ka_store_stats(struct ka_store_stats *out, struct ka_store *store);

/* --- accounts, access keys, registration codes --- */

enum ka_store_status ka_tx_account_insert(struct ka_tx *tx, const struct ka_account_row *row); /* EXISTS */
enum ka_store_status ka_tx_account_get(
    struct ka_tx *tx, struct ka_account_row *out, struct ka_arena *arena, const char *account);
enum ka_store_status ka_tx_account_list(
    struct ka_tx *tx, struct ka_account_row **out, size_t *out_num, struct ka_arena *arena);

/* EXISTS; NONE when there is no such account. */
enum ka_store_status ka_tx_access_key_insert(struct ka_tx *tx, const struct ka_access_key_row *row);
enum ka_store_status ka_tx_access_key_get(
    struct ka_tx *tx, struct ka_access_key_row *out, struct ka_arena *arena, const char *access_key_id);
/* account NULL: all. */
enum ka_store_status ka_tx_access_key_list(
    struct ka_tx *tx, struct ka_access_key_row **out, size_t *out_num, struct ka_arena *arena, const char *account);
enum ka_store_status ka_tx_access_key_delete(struct ka_tx *tx, const char *access_key_id); /* NONE */

/* The registration code of a scope, 64 hexadecimal digits. put replaces. */
enum ka_store_status ka_tx_registration_code_get(struct ka_tx *tx, char out_code[65], const struct ka_scope *scope);
enum ka_store_status ka_tx_registration_code_put(
    struct ka_tx *tx, const struct ka_scope *scope, const char *code, int64_t now);
enum ka_store_status ka_tx_registration_code_delete(struct ka_tx *tx, const struct ka_scope *scope); /* NONE */

/* --- CA certificates --- */

/* insert ignores row->seq and gives the new one in *out_seq (or NULL). EXISTS when the scope has this id. */
enum ka_store_status ka_tx_ca_insert(
    struct ka_tx *tx, int64_t *out_seq, const struct ka_scope *scope, const struct ka_ca_row *row);
enum ka_store_status ka_tx_ca_get(
    struct ka_tx *tx, struct ka_ca_row *out, struct ka_arena *arena, const struct ka_scope *scope, const char *id);
/* update writes every column but id, seq, der, hashes, validity and created. NONE. */
enum ka_store_status ka_tx_ca_update(struct ka_tx *tx, const struct ka_scope *scope, const struct ka_ca_row *row);
enum ka_store_status ka_tx_ca_delete(struct ka_tx *tx, const struct ka_scope *scope, const char *id);
/* How many CAs of the scope have this subject. */
enum ka_store_status ka_tx_ca_count_subject(
    struct ka_tx *tx, uint64_t *out_count, const struct ka_scope *scope, const uint8_t subject_sha256[32]);
/* All CAs of the scope with this subject (at most a few), in order of registration: the possible issuers of a
 * certificate. */
enum ka_store_status ka_tx_ca_by_subject(struct ka_tx *tx, struct ka_ca_row **out, size_t *out_num,
    struct ka_arena *arena, const struct ka_scope *scope, const uint8_t subject_sha256[32]);
/* The account that holds this CA in DEFAULT mode in a region; NONE. */
enum ka_store_status ka_tx_ca_default_owner(
    struct ka_tx *tx, char out_account[KA_ACCOUNT_LEN + 1], const char *region, const char *id);

/* A page of a list: at most limit rows behind the position of the last row of the page before; after_seq 0: from the
 * start (from the end when descending). Certificates and schedules are ordered by seq alone. Lists that people narrow
 * by time are ordered by (time, seq) and their position is both: tasks (started), findings (found), the log (time),
 * suppressions (expiration, where indefinite counts as INT64_MAX). */
struct ka_page {
	int64_t after_seq, after_time;
	bool ascending;
	uint32_t limit;
};

struct ka_ca_filter {
	const char *template_name; /* or NULL */
	const char *transfer_to;   /* CAs under way to this account, in any account of the region; or NULL */
	bool outgoing;             /* CAs under way to any other account */
};
/* Rows of lists come without der (empty slice); those of CAs without previous_owner, reject_reason and the two dates
 * too. */
enum ka_store_status ka_tx_ca_list(struct ka_tx *tx, struct ka_ca_row **out, size_t *out_num, struct ka_arena *arena,
    const struct ka_scope *scope, const struct ka_ca_filter *filter, const struct ka_page *page);

/* Range of a scan over certificates for an audit: seq in (after_seq, last_seq], statuses in the mask of 1u << status,
 * at most limit rows, in ascending order. The callback returns false to stop; row and its der are borrowed. Of a row
 * only seq, id, ca_id, status, der, validity and created are set: what judging needs. */
struct ka_range {
	int64_t after_seq, last_seq;
	uint32_t status_mask;
	uint32_t limit;
};
typedef bool (*ka_ca_fn)(void *arg, const struct ka_ca_row *row);
enum ka_store_status ka_tx_ca_scan(
    struct ka_tx *tx, const struct ka_scope *scope, const struct ka_range *range, ka_ca_fn fn, void *arg);
/* The newest seq of any scope; 0 when there is none. */
enum ka_store_status ka_tx_ca_last_seq(struct ka_tx *tx, int64_t *out_seq);

/* --- device certificates: as above --- */

enum ka_store_status ka_tx_device_insert(
    struct ka_tx *tx, int64_t *out_seq, const struct ka_scope *scope, const struct ka_device_row *row);
enum ka_store_status ka_tx_device_get(
    struct ka_tx *tx, struct ka_device_row *out, struct ka_arena *arena, const struct ka_scope *scope, const char *id);
enum ka_store_status ka_tx_device_update(
    struct ka_tx *tx, const struct ka_scope *scope, const struct ka_device_row *row);
enum ka_store_status ka_tx_device_delete(struct ka_tx *tx, const struct ka_scope *scope, const char *id);
/* Moves a row to another scope as it is given (transfer accepted), with a new seq; EXISTS when it is there already,
 * NONE when from does not have it. */
enum ka_store_status ka_tx_device_move(
    struct ka_tx *tx, const struct ka_scope *from, const struct ka_scope *to, const struct ka_device_row *row);
enum ka_store_status ka_tx_ca_move(
    struct ka_tx *tx, const struct ka_scope *from, const struct ka_scope *to, const struct ka_ca_row *row);

struct ka_device_filter {
	const char *ca_id;        /* or NULL */
	int64_t registered_after; /* created >= this; 0: all */
	uint32_t status_mask;     /* of 1u << status; 0: all */
	bool outgoing;            /* PENDING_TRANSFER, with transfer_to */
	const char *transfer_to;  /* under way to this account, in any account of the region; or NULL */
	int64_t registered_before; /* created < this; 0: no limit */
};
enum ka_store_status ka_tx_device_list(struct ka_tx *tx, struct ka_device_row **out, size_t *out_num,
    struct ka_arena *arena, const struct ka_scope *scope, const struct ka_device_filter *filter,
    const struct ka_page *page);
typedef bool (*ka_device_fn)(void *arg, const struct ka_device_row *row);
enum ka_store_status ka_tx_device_scan(
    struct ka_tx *tx, const struct ka_scope *scope, const struct ka_range *range, ka_device_fn fn, void *arg);
enum ka_store_status ka_tx_device_last_seq(struct ka_tx *tx, int64_t *out_seq);

/* What decides whether a certificate may be used; NONE. */
enum ka_store_status ka_tx_authorize(struct ka_tx *tx, struct ka_authorize_row *out, struct ka_arena *arena,
    const struct ka_scope *scope, const char *id);

/* --- transfers: what is under way to an account, which has it only once it accepted --- */

/* The certificate that is PENDING_TRANSFER to the scope's account in its region, and the account that it comes from.
 * NONE. */
enum ka_store_status ka_tx_device_incoming(struct ka_tx *tx, struct ka_device_row *out,
    char out_source[KA_ACCOUNT_LEN + 1], struct ka_arena *arena, const struct ka_scope *scope, const char *id);
enum ka_store_status ka_tx_ca_incoming(struct ka_tx *tx, struct ka_ca_row *out, char out_source[KA_ACCOUNT_LEN + 1],
    struct ka_arena *arena, const struct ka_scope *scope, const char *id);
/* Whether some account of the region has this certificate from the scope's account: OK or NONE. */
enum ka_store_status ka_tx_device_handed_over(struct ka_tx *tx, const struct ka_scope *scope, const char *id);
enum ka_store_status ka_tx_ca_handed_over(struct ka_tx *tx, const struct ka_scope *scope, const char *id);

/* --- tags --- */

enum ka_store_status ka_tx_tag_put(
    struct ka_tx *tx, const struct ka_scope *scope, const char *arn, const struct ka_tag_row *tag);
enum ka_store_status ka_tx_tag_delete(struct ka_tx *tx, const struct ka_scope *scope, const char *arn, const char *key);
enum ka_store_status ka_tx_tag_list(struct ka_tx *tx, struct ka_tag_row **out, size_t *out_num, struct ka_arena *arena,
    const struct ka_scope *scope, const char *arn); /* sorted by key */
enum ka_store_status ka_tx_tag_delete_all(struct ka_tx *tx, const struct ka_scope *scope, const char *arn);

/* --- audit configuration --- */

enum ka_store_status ka_tx_audit_config_get(
    struct ka_tx *tx, struct ka_audit_config_row *out, struct ka_arena *arena, const struct ka_scope *scope); /* NONE */
enum ka_store_status ka_tx_audit_config_put(
    struct ka_tx *tx, const struct ka_scope *scope, const struct ka_audit_config_row *row);
enum ka_store_status ka_tx_audit_config_delete(struct ka_tx *tx, const struct ka_scope *scope); /* NONE */

/* --- audit tasks --- */

/* insert stores the task (its last seqs as given) with its checks. EXISTS. */
enum ka_store_status ka_tx_task_insert(struct ka_tx *tx, const struct ka_scope *scope, const struct ka_task_row *task,
    const struct ka_task_check_row *checks, size_t num_checks);
enum ka_store_status ka_tx_task_get(
    struct ka_tx *tx, struct ka_task_row *out, struct ka_arena *arena, const struct ka_scope *scope, const char *id);
/* update writes status, cancel_requested, ended, worker and lease_until. NONE. */
enum ka_store_status ka_tx_task_update(struct ka_tx *tx, const struct ka_scope *scope, const struct ka_task_row *task);
enum ka_store_status ka_tx_task_checks(struct ka_tx *tx, struct ka_task_check_row **out, size_t *out_num,
    struct ka_arena *arena, const struct ka_scope *scope, const char *task_id); /* by position */
/* update writes status, cursor, counts, error_code, message and undecided of the check at this position. NONE. */
enum ka_store_status ka_tx_task_check_update(
    struct ka_tx *tx, const struct ka_scope *scope, const char *task_id, const struct ka_task_check_row *check);
struct ka_task_filter {
	int64_t start_time, end_time; /* started in [start_time, end_time] */
	enum ka_task_type type;       /* 0: any */
	enum ka_task_status status;   /* 0: any */
};
enum ka_store_status ka_tx_task_list(struct ka_tx *tx, struct ka_task_row **out, size_t *out_num,
    struct ka_arena *arena, const struct ka_scope *scope, const struct ka_task_filter *filter,
    const struct ka_page *page);
/* Tasks of a type that are IN_PROGRESS in the scope. */
enum ka_store_status ka_tx_task_count_running(
    struct ka_tx *tx, uint64_t *out_count, const struct ka_scope *scope, enum ka_task_type type);
/* Gives worker the oldest task IN_PROGRESS of any scope whose lease is free or ran out by now, with a lease until
 * lease_until. NONE. */
enum ka_store_status ka_tx_task_claim(struct ka_tx *tx, struct ka_task_row *out, struct ka_arena *arena,
    const char *worker, int64_t now, int64_t lease_until);

/* Takes all leases back: for a process that knows it is the only one, when it starts. */
enum ka_store_status ka_tx_task_release_all(struct ka_tx *tx);

/* --- findings --- */

/* insert does nothing and returns EXISTS when the id is there: the same chunk judged twice gives each finding once. */
enum ka_store_status ka_tx_finding_insert(
    struct ka_tx *tx, const struct ka_scope *scope, const struct ka_finding_row *row);
enum ka_store_status ka_tx_finding_get(
    struct ka_tx *tx, struct ka_finding_row *out, struct ka_arena *arena, const struct ka_scope *scope, const char *id);
enum ka_suppressed_filter { KA_BOTH = 0, KA_ONLY_SUPPRESSED, KA_ONLY_UNSUPPRESSED };
struct ka_finding_filter {
	const char *task_id;                 /* or NULL */
	int64_t start_time, end_time;        /* found in [start, end]; end_time 0: no limits */
	const char *check_name;              /* or NULL */
	enum ka_resource_type resource_type; /* with resource_id */
	const char *resource_id;             /* or NULL */
	const char *reason_code;             /* or NULL */
	enum ka_suppressed_filter suppressed;
};
enum ka_store_status ka_tx_finding_list(struct ka_tx *tx, struct ka_finding_row **out, size_t *out_num,
    struct ka_arena *arena, const struct ka_scope *scope, const struct ka_finding_filter *filter,
    const struct ka_page *page);

/* --- suppressions --- */

enum ka_store_status ka_tx_suppression_insert(
    struct ka_tx *tx, const struct ka_scope *scope, const struct ka_suppression_row *row); /* EXISTS: pair or token */
enum ka_store_status ka_tx_suppression_get(struct ka_tx *tx, struct ka_suppression_row *out, struct ka_arena *arena,
    const struct ka_scope *scope, const char *check_name, const char *resource);
enum ka_store_status ka_tx_suppression_update(struct ka_tx *tx, const struct ka_scope *scope,
    const struct ka_suppression_row *row); /* expiration, indefinitely, description */
enum ka_store_status ka_tx_suppression_delete(
    struct ka_tx *tx, const struct ka_scope *scope, const char *check_name, const char *resource);
struct ka_suppression_filter {
	const char *check_name; /* or NULL */
	const char *resource;   /* or NULL */
	int64_t active_at;      /* only those not expired at this time; 0: all */
};
enum ka_store_status ka_tx_suppression_list(struct ka_tx *tx, struct ka_suppression_row **out, size_t *out_num,
    struct ka_arena *arena, const struct ka_scope *scope, const struct ka_suppression_filter *filter,
    const struct ka_page *page);

/* --- scheduled audits --- */

enum ka_store_status ka_tx_schedule_insert(
    struct ka_tx *tx, const struct ka_scope *scope, const struct ka_schedule_row *row);
enum ka_store_status ka_tx_schedule_get(struct ka_tx *tx, struct ka_schedule_row *out, struct ka_arena *arena,
    const struct ka_scope *scope, const char *name);
/* update writes everything but name and created. */
enum ka_store_status ka_tx_schedule_update(
    struct ka_tx *tx, const struct ka_scope *scope, const struct ka_schedule_row *row);
enum ka_store_status ka_tx_schedule_delete(struct ka_tx *tx, const struct ka_scope *scope, const char *name);
enum ka_store_status ka_tx_schedule_delete_all(struct ka_tx *tx, const struct ka_scope *scope);
enum ka_store_status ka_tx_schedule_list(struct ka_tx *tx, struct ka_schedule_row **out, size_t *out_num,
    struct ka_arena *arena, const struct ka_scope *scope, const struct ka_page *page);
/* The schedule of any scope with the oldest next_run <= now, locked for this transaction, which sets its next run and
 * inserts its task. NONE. */
enum ka_store_status ka_tx_schedule_due(
    struct ka_tx *tx, struct ka_schedule_row *out, struct ka_arena *arena, int64_t now);

/* --- log, retention --- */

/* The log is a chain that takes a key (store/log_chain.h). ka_store_log_key derives it from the 32 bytes of secret.key
 * and is called once, before threads use the store; without it nothing can be appended. ka_store_log_begin, before the
 * first append of a process, refuses a log whose head is missing or not made with this key; out_message says what to do.
 * KA_LOG_BEGIN: when there is no head one is made, and the entries of an older schema are chained. KA_LOG_ANEW: the same
 * for the first start of a directory, where an interrupted one may have left the head of an empty log that another key
 * made, which is made again. KA_LOG_GO_ON: the log was begun before; who takes all of it away, head and all, does not get
 * a new one. */
enum ka_log_mode { KA_LOG_GO_ON, KA_LOG_BEGIN, KA_LOG_ANEW };
void ka_store_log_key(struct ka_store *store, const uint8_t secret_key[32]);
bool ka_store_log_begin(struct ka_store *store, char out_message[KA_STORE_MESSAGE_LEN], enum ka_log_mode mode);

/* ka_tx_counts tells how many rows were written and how many entries appended so far; only differences mean anything. */
void ka_tx_counts(const struct ka_tx *tx, uint64_t *out_rows, uint64_t *out_entries);

/* seq and hash are ignored. FAILED when the head is not what keyassayd made it. */
enum ka_store_status ka_tx_log_append(struct ka_tx *tx, const struct ka_log_row *row);

/* The end of what an operation began and a worker did. */
struct ka_log_end {
	int64_t time;
	const char *actor, *action;
	const char *kind, *id; /* of the ARN: "audittask" and the task's id */
	enum ka_task_status status;
};
enum ka_store_status ka_tx_log_end(struct ka_tx *tx, const struct ka_scope *scope, const struct ka_log_end *end);

struct ka_log_filter {
	int64_t start_time, end_time;          /* end_time 0: no limit */
	const char *action, *resource, *actor; /* or NULL */
};
enum ka_store_status ka_tx_log_list(struct ka_tx *tx, struct ka_log_row **out, size_t *out_num, struct ka_arena *arena,
    const struct ka_scope *scope, const struct ka_log_filter *filter, const struct ka_page *page);

/* Deletes at most limit findings found, and then tasks ended (with their checks), before a time; *out_num tells how
 * many. Call it again until it is less than limit: each call is one small transaction. */
enum ka_store_status ka_tx_purge(struct ka_tx *tx, uint64_t *out_num, int64_t before, uint32_t limit);

/* --- outbox: messages on their way to topics --- */

/* insert stores a message as PENDING, due at once; it becomes visible to senders when the transaction commits, together
 * with its cause. Does nothing and returns EXISTS when the scope has this id: a cause that is stored twice gives one
 * message. */
enum ka_store_status ka_tx_outbox_insert(
    struct ka_tx *tx, const struct ka_scope *scope, const struct ka_outbox_row *row);

/* Sending. claim gives worker a topic of any scope that is due, until the lease ends: OK or NONE. next reads its
 * messages that are due at now, longest due first, at most limit. */
enum ka_store_status ka_tx_outbox_claim(struct ka_tx *tx, struct ka_outbox_topic_row *out, struct ka_arena *arena,
    const char *worker, int64_t now, int64_t lease_until);
enum ka_store_status ka_tx_outbox_next(struct ka_tx *tx, struct ka_outbox_row **out, size_t *out_num,
    struct ka_arena *arena, const struct ka_outbox_topic_row *topic, int64_t now, uint32_t limit);
/* Whether some topic is due at now: OK or NONE. For reads, so that idle workers write nothing. */
enum ka_store_status ka_tx_outbox_has_due(struct ka_tx *tx, int64_t now);
/* The topic as it is: OK, or NONE when nothing is left to send. */
enum ka_store_status ka_tx_outbox_topic_get(struct ka_tx *tx, struct ka_outbox_topic_row *out, struct ka_arena *arena,
    const struct ka_scope *scope, const char *topic);
/* update stores what an attempt came to: state, due, ended, attempts, last_error and receipt of a message that is still
 * PENDING. NONE when it is not: somebody else delivered or dropped it. */
enum ka_store_status ka_tx_outbox_update(struct ka_tx *tx, const struct ka_outbox_row *row);
/* expire gives up at most limit messages of a topic whose time began before a time: DEAD, with the last error that they
 * have, else this one. */
enum ka_store_status ka_tx_outbox_expire(struct ka_tx *tx, uint64_t *out_num, const struct ka_outbox_topic_row *topic,
    int64_t before, int64_t now, const char *error, uint32_t limit);
/* release ends a claim: the topic is due with its next message, but not before topic->due, with topic->failures; it goes
 * away when there is no message left. */
enum ka_store_status ka_tx_outbox_release(struct ka_tx *tx, const struct ka_outbox_topic_row *topic);
/* Takes all claims back: for a process that knows it is the only one, when it starts. */
enum ka_store_status ka_tx_outbox_release_all(struct ka_tx *tx, int64_t now);

/* For operators. Rows of lists come without message, in the order in which they were written, from any scope. */
struct ka_outbox_filter {
	enum ka_outbox_state state; /* 0: any */
	const char *topic;          /* or NULL */
};
enum ka_store_status ka_tx_outbox_list(struct ka_tx *tx, struct ka_outbox_row **out, size_t *out_num,
    struct ka_arena *arena, const struct ka_outbox_filter *filter, const struct ka_page *page);
/* The message with this id, of any scope: an id is a hash that the scope is part of. */
enum ka_store_status ka_tx_outbox_get(
    struct ka_tx *tx, struct ka_outbox_row *out, struct ka_arena *arena, const char *id); /* NONE */
/* retry makes a message that is not DELIVERED due at now, with all its time before it; drop makes one that is PENDING or
 * DEAD DROPPED. NONE when its state is another one. */
enum ka_store_status ka_tx_outbox_retry(struct ka_tx *tx, const struct ka_outbox_row *row, int64_t now);
enum ka_store_status ka_tx_outbox_drop(struct ka_tx *tx, const struct ka_outbox_row *row, int64_t now);

/* How many messages are in a state, and when the oldest of them was written (0: none). */
struct ka_outbox_count {
	uint64_t num;
	int64_t oldest;
};
enum ka_store_status ka_tx_outbox_count(struct ka_tx *tx, struct ka_outbox_count *out, enum ka_outbox_state state);

/* Deletes at most limit messages that were delivered, given up or dropped before a time. What is PENDING stays. */
enum ka_store_status ka_tx_outbox_purge(struct ka_tx *tx, uint64_t *out_num, int64_t before, uint32_t limit);

#endif
