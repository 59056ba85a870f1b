/* SPDX-License-Identifier: Apache-2.0 */
/* The chain's beginning: a head for a new log, and hashes for the entries of a schema that had none. */
#include "server/store/backend.h"
#include "server/store/log_chain.h"
#include "server/store/sql.h"

#include <stdio.h>
#include <string.h>

#define CHUNK 1000u

void
ka_store_log_key(struct ka_store *store, const uint8_t secret_key[32])
{
	ka_log_key_free(store->log_key);
	store->log_key = ka_log_key_new(secret_key);
}

enum state { SOUND, HEAD_MISSING, HEAD_FALSE };

struct begin {
	enum ka_log_mode mode;
	enum state state;
	uint64_t num_chained;
	struct ka_log_link link;
	enum ka_store_status status;
	struct ka_tx *tx;
};

static enum ka_store_status
insert_head(struct ka_tx *tx, const struct ka_log_link *link)
{
	uint8_t mac[KA_HASH_LEN];
	struct ka_sql sql;

	ka_log_mac(mac, tx->store->log_key, KA_LOG_MAC_HEAD, link);
	ka_sql_begin(&sql, tx, "INSERT INTO log_head (id, seq, hash, mac) VALUES (1, ?, ?, ?)");
	ka_sql_put_int(&sql, link->seq);
	ka_sql_put_blob(&sql, (struct ka_slice){ link->hash, sizeof(link->hash) });
	ka_sql_put_blob(&sql, (struct ka_slice){ mac, sizeof(mac) });
	return ka_sql_change(&sql, KA_STORE_FAILED);
}

static bool
see(void *arg, const struct ka_log_entry *entry)
{
	(void)entry;
	*(bool *)arg = true;
	return false;
}

/* The head of an empty log, whose key the crash of a first start took. */
static enum ka_store_status
make_again(struct ka_tx *tx, struct begin *b)
{
	bool any = false;
	enum ka_store_status status = ka_tx_log_scan(tx, INT64_MIN, 1, see, &any);

	if (status != KA_STORE_OK || any || b->link.seq != 0)
		return status;
	b->link = (struct ka_log_link){ .seq = 0 };
	b->state = SOUND;
	return ka_log_head_put(tx, &b->link);
}

/* Whether an entry has a hash already: then there was a head. */
static enum ka_store_status
any_chained(struct ka_tx *tx, bool *out)
{
	struct ka_sql sql;
	int64_t num;

	ka_sql_begin(&sql, tx,
	    "SELECT (SELECT hash IS NOT NULL FROM log WHERE seq = (SELECT min(seq) FROM log)) OR"
	    " (SELECT hash IS NOT NULL FROM log WHERE seq = (SELECT max(seq) FROM log))");
	enum ka_store_status status = ka_sql_number(&sql, &num);
	if (status == KA_STORE_OK)
		*out = num != 0;
	return status;
}

static bool
chain(void *arg, const struct ka_log_entry *entry)
{
	struct begin *b = arg;
	uint8_t mac[KA_HASH_LEN];
	struct ka_sql sql;

	ka_log_hash(b->link.hash, b->tx->store->log_key, b->link.hash, entry->seq, entry->time, &entry->texts);
	b->link.seq = entry->seq;
	ka_log_mac(mac, b->tx->store->log_key, KA_LOG_MAC_PLACE, &b->link);
	ka_sql_begin(&sql, b->tx, "UPDATE log SET hash = ?, mac = ? WHERE seq = ?");
	ka_sql_put_blob(&sql, (struct ka_slice){ b->link.hash, sizeof(b->link.hash) });
	ka_sql_put_blob(&sql, (struct ka_slice){ mac, sizeof(mac) });
	ka_sql_put_int(&sql, entry->seq);
	b->status = ka_sql_change(&sql, KA_STORE_FAILED);
	b->num_chained++;
	return b->status == KA_STORE_OK;
}

/* One transaction: with a head there is nothing to chain, so that entries that somebody put there are not chained by the
 * next start. */
static enum ka_store_status
begin(struct ka_tx *tx, void *arg)
{
	struct begin *b = arg;
	bool is_true = false, chained = false;
	uint64_t before;

	*b = (struct begin){ .tx = tx, .mode = b->mode };
	enum ka_store_status status = ka_tx_log_head(tx, &b->link, &is_true);
	if (status == KA_STORE_OK) {
		b->state = is_true ? SOUND : HEAD_FALSE;
		return b->mode == KA_LOG_ANEW && !is_true ? make_again(tx, b) : KA_STORE_OK;
	}
	if (status != KA_STORE_NONE)
		return status;
	b->link = (struct ka_log_link){ .seq = 0 };
	if ((status = any_chained(tx, &chained)) != KA_STORE_OK)
		return status;
	if (chained || b->mode == KA_LOG_GO_ON) {
		b->state = HEAD_MISSING;
		return KA_STORE_OK;
	}
	do {
		before = b->num_chained;
		status = ka_tx_log_scan(tx, b->link.seq, CHUNK, chain, b);
		if (status == KA_STORE_OK)
			status = b->status;
	} while (status == KA_STORE_OK && b->num_chained > before);
	return status == KA_STORE_OK ? insert_head(tx, &b->link) : status;
}

bool
ka_store_log_begin(struct ka_store *store, char out_message[KA_STORE_MESSAGE_LEN], enum ka_log_mode mode)
{
	struct begin b = { .mode = mode };
	/* Nobody's, as what makes the schema: not counted. */
	enum ka_store_status status = store->backend->write(store, begin, &b);

	atomic_store(&store->commits, 0);
	if (status != KA_STORE_OK) {
		(void)snprintf(out_message, KA_STORE_MESSAGE_LEN,
		    "the log of state changes cannot be read or written; is the disk full or read-only?");
		return false;
	}
	if (b.state == SOUND)
		return true;
	(void)snprintf(out_message, KA_STORE_MESSAGE_LEN,
	    "the head of the log of state changes %s; 'keyassayd log verify' says what is there; restore database and secret.key "
	    "from one backup%s",
	    b.state == HEAD_MISSING ? "is missing: the database was edited, or is older than the log's chain"
				    : "was not made with this secret.key: the database was edited, or secret.key is that of another "
				      "one",
	    b.state == HEAD_MISSING ? " (one from before the chain: remove log.begun beside secret.key)" : "");
	return false;
}
