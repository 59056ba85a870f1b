/* SPDX-License-Identifier: Apache-2.0 */
/* Each entry is held against the one before: is it the next number, was its hash made with the key for this place, does
 * it follow from its content and the hash before? The first answer that is no names the fault. */
#include "server/store/log_verify.h"

#include <string.h>

#include "server/store/backend.h"

#define CHUNK 4096u

struct verify {
	const struct ka_log_key *key;
	const struct ka_log_link *expect;
	struct ka_log_verdict verdict;
	/* An entry of unknown origin: the next one tells whether it stands in that one's place. */
	bool unsure;
	int64_t after;
	uint32_t num_read;
	bool done;
};

static bool
fault(struct verify *v, enum ka_log_fault fault, int64_t seq, int64_t other)
{
	v->verdict.fault = fault;
	v->verdict.seq = seq;
	v->verdict.other = other;
	return false;
}

static bool
is_link(struct ka_log_link *out, const struct ka_log_entry *entry, int64_t seq)
{
	if (entry->hash.data == NULL || entry->hash.len != KA_HASH_LEN || entry->mac.data == NULL)
		return false;
	out->seq = seq;
	memcpy(out->hash, entry->hash.data, KA_HASH_LEN);
	return true;
}

/* The entry behind one whose hash is not of the key: if it was written for that one's place, that one was put before it. */
static bool
settle(struct verify *v, const struct ka_log_entry *entry)
{
	struct ka_log_link link;
	int64_t place = v->verdict.seq;

	v->unsure = false;
	if (is_link(&link, entry, place) && ka_log_mac_is(v->key, KA_LOG_MAC_PLACE, &link, entry->mac))
		v->verdict.fault = KA_LOG_INSERTED;
	return false;
}

static bool
check(void *arg, const struct ka_log_entry *entry)
{
	struct verify *v = arg;
	struct ka_log_link *last = &v->verdict.last, link;
	uint8_t hash[KA_HASH_LEN];
	int64_t next = last->seq + 1;

	v->num_read++;
	v->after = entry->seq;
	if (v->unsure)
		return settle(v, entry);
	if (entry->seq < next)
		return fault(v, KA_LOG_INSERTED, entry->seq, 0);
	if (entry->seq > next)
		return fault(v, KA_LOG_REMOVED, next, entry->seq - 1);
	if (!is_link(&link, entry, next))
		return fault(v, KA_LOG_NOT_CHAINED, next, 0);
	if (!ka_log_mac_is(v->key, KA_LOG_MAC_PLACE, &link, entry->mac)) {
		v->unsure = true;
		(void)fault(v, KA_LOG_FOREIGN, next, 0);
		return true;
	}
	ka_log_hash(hash, v->key, last->hash, next, entry->time, &entry->texts);
	if (!ka_crypto_equal(hash, link.hash, KA_HASH_LEN))
		return fault(v, KA_LOG_ALTERED, next, 0);
	if (v->expect != NULL && v->expect->seq == next && !ka_crypto_equal(hash, v->expect->hash, KA_HASH_LEN))
		return fault(v, KA_LOG_NOT_EXPECTED, next, 0);
	*last = link;
	v->verdict.num_entries++;
	return true;
}

/* Behind the last entry, in the transaction that saw it. */
static void
check_head(struct verify *v, enum ka_store_status found, const struct ka_log_link *head, bool is_true)
{
	const struct ka_log_link *last = &v->verdict.last;

	if (found == KA_STORE_NONE)
		(void)fault(v, KA_LOG_HEAD_MISSING, 0, 0);
	else if (!is_true)
		(void)fault(v, KA_LOG_HEAD_FALSE, 0, 0);
	else if (head->seq > last->seq)
		(void)fault(v, KA_LOG_CUT, last->seq + 1, head->seq);
	else if (head->seq < last->seq)
		(void)fault(v, KA_LOG_HEAD_OLD, head->seq, last->seq);
	else if (!ka_crypto_equal(head->hash, last->hash, KA_HASH_LEN))
		(void)fault(v, KA_LOG_HEAD_OTHER, last->seq, 0);
	else if (v->expect != NULL && v->expect->seq > last->seq)
		(void)fault(v, KA_LOG_NOT_EXPECTED, v->expect->seq, 0);
}

static enum ka_store_status
verify_chunk(struct ka_tx *tx, void *arg)
{
	struct verify *v = arg;
	const struct verify before = *v;
	struct ka_log_link head = { .seq = 0 };
	bool is_true = false;

	v->num_read = 0;
	enum ka_store_status status = ka_tx_log_scan(tx, v->after, CHUNK, check, v);
	if (status == KA_STORE_OK)
		status = ka_tx_log_head(tx, &head, &is_true);
	if (status != KA_STORE_OK && status != KA_STORE_NONE) {
		*v = before;
		return status;
	}
	v->done = v->num_read < CHUNK || (v->verdict.fault != KA_LOG_SOUND && !v->unsure);
	if (v->done && v->verdict.fault == KA_LOG_SOUND)
		check_head(v, status, &head, is_true);
	/* An entry behind the head that nobody wrote stands where none was. */
	else if (v->done && v->verdict.fault == KA_LOG_FOREIGN && is_true && v->verdict.seq > head.seq)
		v->verdict.fault = KA_LOG_INSERTED;
	return KA_STORE_OK;
}

/* --- where does an entry come from that is not in its place? --- */

struct origin {
	const struct ka_log_key *key;
	int64_t seq;
	struct ka_log_link link;
	uint8_t mac[KA_HASH_LEN];
	bool found;
	int64_t last;
};

static bool
keep(void *arg, const struct ka_log_entry *entry)
{
	struct origin *origin = arg;

	if (entry->seq == origin->seq && is_link(&origin->link, entry, entry->seq) && entry->mac.len == KA_HASH_LEN) {
		memcpy(origin->mac, entry->mac.data, KA_HASH_LEN);
		origin->found = true;
	}
	return false;
}

static enum ka_store_status
read_origin(struct ka_tx *tx, void *arg)
{
	struct origin *origin = arg;
	struct ka_log_link head = { .seq = 0 };
	bool is_true = false;

	origin->found = false;
	enum ka_store_status status = ka_tx_log_scan(tx, origin->seq - 1, 1, keep, origin);
	if (status == KA_STORE_OK)
		status = ka_tx_log_head(tx, &head, &is_true);
	origin->last = is_true ? head.seq : origin->seq + 1000000;
	return status == KA_STORE_NONE ? KA_STORE_OK : status;
}

/* The number for which a MAC was made is found by trying all of them: a microsecond each, and only after a fault. */
static enum ka_store_status
find_origin(struct verify *v, struct ka_store *store)
{
	struct origin origin = { .key = v->key, .seq = v->verdict.seq };
	enum ka_store_status status = ka_store_read(store, read_origin, &origin);

	if (status != KA_STORE_OK || !origin.found)
		return status;
	for (origin.link.seq = 1; origin.link.seq <= origin.last; origin.link.seq++)
		if (ka_log_mac_is(v->key, KA_LOG_MAC_PLACE, &origin.link, (struct ka_slice){ origin.mac, KA_HASH_LEN })) {
			(void)fault(v, KA_LOG_MOVED, origin.seq, origin.link.seq);
			break;
		}
	return KA_STORE_OK;
}

enum ka_store_status
ka_log_verify(struct ka_log_verdict *out, struct ka_store *store, const struct ka_log_link *expect,
    void (*progress)(void *arg, uint64_t num), void *arg)
{
	struct verify v = { .key = store->log_key, .expect = expect, .after = INT64_MIN };
	enum ka_store_status status = KA_STORE_OK;

	while (status == KA_STORE_OK && !v.done) {
		status = ka_store_read(store, verify_chunk, &v);
		if (progress != NULL)
			progress(arg, v.verdict.num_entries);
	}
	if (status == KA_STORE_OK && (v.verdict.fault == KA_LOG_FOREIGN || v.verdict.fault == KA_LOG_INSERTED))
		status = find_origin(&v, store);
	if (status == KA_STORE_OK)
		*out = v.verdict;
	return status;
}

void
ka_log_verdict_text(struct ka_buf *buf, const struct ka_log_verdict *verdict)
{
	/* What stands before, between and behind the two numbers; NULL: the number is not said. */
	static const struct {
		const char *before, *between, *behind;
	} texts[] = {
		[KA_LOG_SOUND] = { "nothing was removed, altered, inserted or moved", NULL, NULL },
		[KA_LOG_REMOVED] = { "entries ", " to ", " were removed" },
		[KA_LOG_CUT] = { "entries ", " to ", " were removed from the end" },
		[KA_LOG_ALTERED] = { "entry ", " was altered: its content is not what its hash was made of", NULL },
		[KA_LOG_FOREIGN] = { "entry ", " was altered or replaced: its hash was not made with this secret.key", NULL },
		[KA_LOG_MOVED] = { "entry ", " is not in its place: there stands what was written as entry ", "" },
		[KA_LOG_INSERTED] = { "entry ", " was inserted: it was not made with this secret.key", NULL },
		[KA_LOG_NOT_CHAINED] = { "entry ", " was inserted or altered: it has no hash", NULL },
		[KA_LOG_HEAD_MISSING] = { "the head was removed: what is missing at the end cannot be told", NULL, NULL },
		[KA_LOG_HEAD_FALSE] = { "the head was altered, or secret.key is that of another database: what is missing at the "
					"end cannot be told",
		    NULL, NULL },
		[KA_LOG_HEAD_OLD] = { "the head was put back to entry ", ", while the entries go on to ", "" },
		[KA_LOG_HEAD_OTHER] = { "the head was replaced: it was made for an entry ", " with another hash", NULL },
		[KA_LOG_NOT_EXPECTED] = { "entry ",
		    " is not the one that was remembered: the log was put back to an earlier state, or the hash is of "
		    "another log",
		    NULL },
	};

	ka_buf_puts(buf, texts[verdict->fault].before);
	if (texts[verdict->fault].between != NULL)
		ka_buf_format(buf, "%lld%s", (long long)verdict->seq, texts[verdict->fault].between);
	if (texts[verdict->fault].behind != NULL)
		ka_buf_format(buf, "%lld%s", (long long)verdict->other, texts[verdict->fault].behind);
}
