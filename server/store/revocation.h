/* SPDX-License-Identifier: Apache-2.0 */
/* revocation.h - jobs that revoke the device certificates of a CA, a chunk at a time: what the store keeps of them. See store.h for
 * what holds for all operations. */
#ifndef KA_SERVER_STORE_REVOCATION_H
#define KA_SERVER_STORE_REVOCATION_H

#include "server/store/store.h"

#define KA_REVOCATION_ID_LEN 32u /* lower-case hexadecimal digits */
#define KA_NUM_DEVICE_STATUSES 7u /* enum ka_device_status counts from 1 */

/* Where the time came from that a review looks back to. */
enum ka_review_since { KA_SINCE_REQUEST = 1, KA_SINCE_FIRST_FINDING = 2, KA_SINCE_DEACTIVATION = 3 };

struct ka_revocation_row {
	int64_t seq;
	const char *account, *region; /* set by the operations that read */
	char id[KA_REVOCATION_ID_LEN + 1];
	/* Which certificates: of this CA, registered in [registered_after, registered_before), 0: no end, and not after the job began. */
	char ca_id[KA_CERT_ID_LEN + 1];
	int64_t registered_after, registered_before;
	enum ka_review_since since;
	int64_t last_seq; /* the newest device certificate when the job began */
	enum ka_task_status status; /* as audit tasks */
	bool cancel_requested;
	int64_t started, ended;
	int64_t cursor; /* seq of the last certificate that was dealt with */
	int64_t total;  /* certificates when the job began */
	int64_t examined, revoked, already_revoked, in_transfer; /* so far; a certificate in transfer is left as it is */
	const char *actor, *request; /* access key id and request that asked */
	const char *token;           /* clientRequestToken or NULL */
	const char *message;         /* why it FAILED, or NULL */
	const char *worker;          /* who holds the lease, or NULL */
	int64_t lease_until;
};

/* insert ignores seq, account and region of the row. EXISTS: the id or the token is taken. */
enum ka_store_status ka_tx_revocation_insert(
    struct ka_tx *tx, const struct ka_scope *scope, const struct ka_revocation_row *row);
enum ka_store_status ka_tx_revocation_get(struct ka_tx *tx, struct ka_revocation_row *out, struct ka_arena *arena,
    const struct ka_scope *scope, const char *id);
enum ka_store_status ka_tx_revocation_by_token(struct ka_tx *tx, struct ka_revocation_row *out, struct ka_arena *arena,
    const struct ka_scope *scope, const char *token);
/* update writes status, cancel_requested, ended, cursor, counts so far, message, worker and lease_until. NONE. */
enum ka_store_status ka_tx_revocation_update(
    struct ka_tx *tx, const struct ka_scope *scope, const struct ka_revocation_row *row);
struct ka_revocation_filter {
	const char *ca_id;          /* or NULL */
	enum ka_task_status status; /* 0: any */
};
/* Ordered by started. */
enum ka_store_status ka_tx_revocation_list(struct ka_tx *tx, struct ka_revocation_row **out, size_t *out_num,
    struct ka_arena *arena, const struct ka_scope *scope, const struct ka_revocation_filter *filter,
    const struct ka_page *page);
enum ka_store_status ka_tx_revocation_count_running(struct ka_tx *tx, uint64_t *out_count, const struct ka_scope *scope);
/* As ka_tx_task_claim and ka_tx_task_release_all. */
enum ka_store_status ka_tx_revocation_claim(struct ka_tx *tx, struct ka_revocation_row *out, struct ka_arena *arena,
    const char *worker, int64_t now, int64_t lease_until);
enum ka_store_status ka_tx_revocation_release_all(struct ka_tx *tx);
/* Deletes at most limit jobs that ended before a time. */
enum ka_store_status ka_tx_revocation_purge(struct ka_tx *tx, uint64_t *out_num, int64_t before, uint32_t limit);

/* How many device certificates a filter takes (its ca_id, which must be given, registered_after and registered_before), by status. */
enum ka_store_status ka_tx_device_count(struct ka_tx *tx, uint64_t out_counts[KA_NUM_DEVICE_STATUSES],
    const struct ka_scope *scope, const struct ka_device_filter *filter);
/* Revokes a device certificate that is still as row has it (status and version). NONE: it has changed since, or is gone. */
enum ka_store_status ka_tx_device_revoke(
    struct ka_tx *tx, const struct ka_scope *scope, const struct ka_device_row *row, int64_t now);

/* --- what brokers must refuse --- */

/* ka_tx_refused_devices calls fn for each certificate of the scope that brokers must refuse whatever its dates, sorted by id: device
 * certificates that are not ACTIVE, or whose CA was deactivated by a mitigation. ka_tx_refused_cas the same for the CAs that a
 * mitigation deactivated, behind the id after ("": all). fn returns false to stop. */
typedef bool (*ka_refused_fn)(void *arg, const char *id);
enum ka_store_status ka_tx_refused_devices(struct ka_tx *tx, const struct ka_scope *scope, ka_refused_fn fn, void *arg);
enum ka_store_status ka_tx_refused_cas(
    struct ka_tx *tx, const struct ka_scope *scope, const char *after, ka_refused_fn fn, void *arg);

/* ka_tx_issued_refused calls fn for each device certificate of any scope that a CA issued and that is not ACTIVE, in order of
 * registration. Of a row only seq, id, status, modified and der are set, all borrowed. */
enum ka_store_status ka_tx_issued_refused(struct ka_tx *tx, const char *ca_id, ka_device_fn fn, void *arg);

/* ka_tx_markers gives numbers of which one is another one whenever anything in the registry has changed. */
#define KA_NUM_MARKERS 3u
enum ka_store_status ka_tx_markers(struct ka_tx *tx, int64_t out[KA_NUM_MARKERS]);

#endif
