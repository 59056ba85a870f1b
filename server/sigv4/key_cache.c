/* SPDX-License-Identifier: Apache-2.0 */
/* key_cache.c - access keys and signing keys of the last seconds.
 *
 * Without it every request would read the database, decrypt a secret and compute four more HMACs. A key that was
 * deleted or disabled, by any node, stops working when its entry is older than MAX_AGE_NS. Unknown keys are not
 * remembered, so a new one works at once. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "server/clock.h"
#include "server/sigv4/internal.h"

#define MAX_AGE_NS 2000000000
#define NUM_SETS 256u
#define NUM_WAYS 4u
#define NUM_SCOPES 4u /* signing keys per access key: days, regions, both service names */
#define SCOPE_MAX_LEN 128u

struct scope_key {
	size_t scope_len; /* 0: free */
	char scope[SCOPE_MAX_LEN];
	uint8_t key[KA_HASH_LEN];
};

struct entry {
	size_t id_len; /* 0: free */
	char id[KA_ACCESS_KEY_ID_MAX_LEN];
	int64_t loaded;
	char account[KA_ACCOUNT_LEN + 1];
	enum ka_role role;
	char secret[KA_SECRET_ACCESS_KEY_LEN];
	unsigned next_scope; /* which of the scopes is replaced next */
	struct scope_key scopes[NUM_SCOPES];
};

struct set {
	unsigned next_way;
	struct entry ways[NUM_WAYS];
};

struct ka_key_cache {
	struct ka_auth *auth;
	pthread_rwlock_t lock;
	struct set sets[NUM_SETS];
};

struct ka_key_cache *
ka_key_cache_new(struct ka_auth *auth)
{
	struct ka_key_cache *cache = calloc(1, sizeof(*cache));

	if (cache == NULL)
		ka_out_of_memory();
	cache->auth = auth;
	(void)pthread_rwlock_init(&cache->lock, NULL);
	return cache;
}

void
ka_key_cache_free(struct ka_key_cache *cache)
{
	if (cache == NULL)
		return;
	(void)pthread_rwlock_destroy(&cache->lock);
	ka_crypto_wipe(cache, sizeof(*cache));
	free(cache);
}

/* FNV-1a: ids are random, and nobody but an administrator makes ones that are found. */
static struct set *
set_of(struct ka_key_cache *cache, struct ka_slice id)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < id.len; i++)
		hash = (hash ^ id.data[i]) * 16777619u;
	return &cache->sets[hash % NUM_SETS];
}

static struct entry *
find(struct ka_key_cache *cache, struct ka_slice id)
{
	struct set *set = set_of(cache, id);

	for (size_t i = 0; i < NUM_WAYS; i++) {
		struct entry *entry = &set->ways[i];

		if (entry->id_len == id.len && memcmp(entry->id, id.data, id.len) == 0)
			return entry;
	}
	return NULL;
}

static const struct scope_key *
find_scope(const struct entry *entry, struct ka_slice scope)
{
	for (size_t i = 0; i < NUM_SCOPES; i++) {
		const struct scope_key *key = &entry->scopes[i];

		if (key->scope_len == scope.len && memcmp(key->scope, scope.data, scope.len) == 0)
			return key;
	}
	return NULL;
}

static void
fill(struct ka_credential *out, const struct ka_key_cache *cache, const struct entry *entry,
    const struct ka_authorization *authorization)
{
	const struct scope_key *key = find_scope(entry, authorization->scope);

	memcpy(out->account, entry->account, sizeof(out->account));
	out->role = entry->role;
	out->is_cached = key != NULL;
	if (key != NULL)
		memcpy(out->signing_key, key->key, sizeof(out->signing_key));
	else
		ka_signing_key(out->signing_key, cache->auth->crypto, entry->secret, authorization);
}

static bool
get_cached(struct ka_credential *out, struct ka_key_cache *cache, const struct ka_authorization *authorization)
{
	(void)pthread_rwlock_rdlock(&cache->lock);
	const struct entry *entry = find(cache, authorization->access_key_id);
	bool fresh = entry != NULL && ka_clock_monotonic() - entry->loaded < MAX_AGE_NS;
	if (fresh)
		fill(out, cache, entry, authorization);
	(void)pthread_rwlock_unlock(&cache->lock);
	return fresh;
}

struct load {
	struct ka_arena arena;
	const char *id;
	struct ka_access_key_row row;
};

static enum ka_store_status
load(struct ka_tx *tx, void *arg)
{
	struct load *load = arg;

	return ka_tx_access_key_get(tx, &load->row, &load->arena, load->id);
}

static enum ka_store_status
read_entry(struct entry *out, struct ka_auth *auth, struct load *work)
{
	/* Before the look, not behind it: a key that is deleted meanwhile must not live longer. */
	int64_t loaded = ka_clock_monotonic();
	enum ka_store_status status = ka_store_read(auth->store, load, work);

	if (status != KA_STORE_OK)
		return status;
	if (work->row.disabled)
		return KA_STORE_NONE;
	if (strlen(work->row.account) != KA_ACCOUNT_LEN || !ka_access_key_open(out->secret, auth, &work->row))
		return KA_STORE_FAILED;
	out->loaded = loaded;
	memcpy(out->account, work->row.account, sizeof(out->account));
	out->role = work->row.role;
	return KA_STORE_OK;
}

/* Puts a fresh entry in the place of an old one of the same key, or of whichever is next in its set. */
static void
keep(struct ka_key_cache *cache, struct ka_slice id, const struct entry *entry)
{
	(void)pthread_rwlock_wrlock(&cache->lock);
	struct entry *place = find(cache, id);
	if (place == NULL) {
		struct set *set = set_of(cache, id);

		place = &set->ways[set->next_way++ % NUM_WAYS];
	}
	*place = *entry;
	(void)pthread_rwlock_unlock(&cache->lock);
}

static void
forget(struct ka_key_cache *cache, struct ka_slice id)
{
	(void)pthread_rwlock_wrlock(&cache->lock);
	struct entry *place = find(cache, id);
	if (place != NULL)
		ka_crypto_wipe(place, sizeof(*place));
	(void)pthread_rwlock_unlock(&cache->lock);
}

enum ka_store_status
ka_key_cache_get(struct ka_credential *out, struct ka_key_cache *cache, const struct ka_authorization *authorization)
{
	struct ka_slice id = authorization->access_key_id;
	struct load work = { 0 };
	struct entry entry = { 0 };

	if (get_cached(out, cache, authorization))
		return KA_STORE_OK;
	work.id = ka_arena_text(&work.arena, id.data, id.len);
	enum ka_store_status status = read_entry(&entry, cache->auth, &work);
	ka_arena_clear(&work.arena);
	if (status == KA_STORE_OK) {
		entry.id_len = id.len;
		memcpy(entry.id, id.data, id.len);
		fill(out, cache, &entry, authorization);
		keep(cache, id, &entry);
	} else if (status == KA_STORE_NONE) {
		forget(cache, id);
	}
	ka_crypto_wipe(&entry, sizeof(entry));
	return status;
}

void
ka_key_cache_put(
    struct ka_key_cache *cache, const struct ka_authorization *authorization, const struct ka_credential *credential)
{
	struct ka_slice scope = authorization->scope;

	if (credential->is_cached || scope.len > SCOPE_MAX_LEN)
		return;
	(void)pthread_rwlock_wrlock(&cache->lock);
	struct entry *entry = find(cache, authorization->access_key_id);
	if (entry != NULL && find_scope(entry, scope) == NULL) {
		struct scope_key *key = &entry->scopes[entry->next_scope++ % NUM_SCOPES];

		key->scope_len = scope.len;
		memcpy(key->scope, scope.data, scope.len);
		memcpy(key->key, credential->signing_key, sizeof(key->key));
	}
	(void)pthread_rwlock_unlock(&cache->lock);
}
