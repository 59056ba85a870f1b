/* SPDX-License-Identifier: Apache-2.0 */
/* log_chain.h - the log of state changes as a chain: what is removed, altered, inserted or moved in it is noticed.
 *
 * Entries are numbered 1, 2, 3, ... by seq. The hash of entry n is
 *
 *	SHA-256(label, hash of entry n - 1, u64 seq, i64 time, account, region, actor, request, action, resource,
 *	    before, after)
 *
 * where label is the 20 bytes "keyassayd log entry" and a byte 1, the version of this encoding; numbers are big-endian
 * in 8 bytes; a text is a byte 1, its length in 8 bytes and its UTF-8, an absent one a byte 0; and the entry before the
 * first one has 32 bytes 0 as its hash. No two entries have the same encoding. Anybody can compute it.
 *
 * Who can write to the database can compute it too, so each entry also has a MAC that takes secret.key:
 *
 *	HMAC-SHA-256(key, "keyassayd log place", u8 1, u64 seq, hash)      of an entry
 *	HMAC-SHA-256(key, "keyassayd log head\0", u8 1, u64 seq, hash)     of the head
 *
 * with key = HKDF-SHA-256(secret.key, info "keyassayd log chain 1"). The head is the one row of log_head: the number
 * and the hash of the last entry. It is what a tail that was cut off is missed by. Whoever appends verifies it first, so
 * that a false head is never made a true one.
 *
 * What no MAC can notice is that the whole database, head and all, was put back to an earlier state of itself: for that
 * somebody outside has to remember a number and its hash ("keyassayd log verify --expect").
 *
 * Writers to the head are one behind the other anyway: SQLite has one writer. Where there may be several, reading the
 * head locks it (struct ka_backend, for_update). */
#ifndef KA_SERVER_STORE_LOG_CHAIN_H
#define KA_SERVER_STORE_LOG_CHAIN_H

#include "server/crypto/crypto.h"
#include "server/store/store.h"

/* The key, ready to use. */
struct ka_log_key;
struct ka_log_key *ka_log_key_new(const uint8_t secret_key[KA_HASH_LEN]);
void ka_log_key_free(struct ka_log_key *key);

/* An entry's texts in the order in which they are hashed; NULL data: absent. */
enum { KA_LOG_NUM_TEXTS = 8 };
struct ka_log_texts {
	struct ka_slice text[KA_LOG_NUM_TEXTS];
};

/* A place in the chain. */
struct ka_log_link {
	int64_t seq;
	uint8_t hash[KA_HASH_LEN];
};

enum { KA_LOG_REQUEST = 3, KA_LOG_BEFORE = 6, KA_LOG_AFTER = 7 }; /* those that may be absent */
extern const char *const ka_log_text_names[KA_LOG_NUM_TEXTS]; /* of their columns, too */

/* ka_log_hash is the hash of an entry behind before. */
void ka_log_hash(uint8_t out[KA_HASH_LEN], const struct ka_log_key *key, const uint8_t before[KA_HASH_LEN], int64_t seq,
    int64_t time, const struct ka_log_texts *texts);

enum ka_log_mac { KA_LOG_MAC_PLACE, KA_LOG_MAC_HEAD };
void ka_log_mac(uint8_t out[KA_HASH_LEN], const struct ka_log_key *key, enum ka_log_mac kind, const struct ka_log_link *link);

/* ka_log_mac_is tells whether mac, of whatever length, is that of a link. */
bool ka_log_mac_is(
    const struct ka_log_key *key, enum ka_log_mac kind, const struct ka_log_link *link, struct ka_slice mac);

/* An entry as it stands in the table, whatever that is; borrowed for the call. Returns false to stop. */
struct ka_log_entry {
	int64_t seq, time;
	struct ka_log_texts texts;
	struct ka_slice hash, mac;
};
typedef bool (*ka_log_fn)(void *arg, const struct ka_log_entry *entry);

/* ka_tx_log_scan gives the entries of all accounts behind seq after, at most limit, in order. */
enum ka_store_status ka_tx_log_scan(struct ka_tx *tx, int64_t after, uint32_t limit, ka_log_fn fn, void *arg);

/* ka_tx_log_head reads the head; NONE when there is none. *out_true: its MAC is right. */
enum ka_store_status ka_tx_log_head(struct ka_tx *tx, struct ka_log_link *out, bool *out_true);

/* ka_log_head_put moves the head, which is there. */
enum ka_store_status ka_log_head_put(struct ka_tx *tx, const struct ka_log_link *link);

#endif
