/* SPDX-License-Identifier: Apache-2.0 */
/* internal.h - what the files of this room share. */
#ifndef KA_SERVER_SIGV4_INTERNAL_H
#define KA_SERVER_SIGV4_INTERNAL_H

#include "server/sigv4/auth.h"
#include "server/sigv4/authorization.h"
#include "server/crypto/crypto.h"

#define KA_ACCESS_KEY_ID_LEN 20u /* of ours */

struct ka_key_cache;

struct ka_auth {
	struct ka_crypto *crypto;
	struct ka_store *store;
	struct ka_key_cache *cache;
	/* Derived from secret.key, one a purpose: what is sealed for one cannot be passed off as another. */
	uint8_t access_key_key[KA_HASH_LEN];
	uint8_t session_key[KA_HASH_LEN];
	uint8_t page_key[KA_HASH_LEN];
	uint8_t file_key[KA_HASH_LEN];
};

/* Whose key it is, and the key that signs requests of one scope (day, region, service). */
struct ka_credential {
	char account[KA_ACCOUNT_LEN + 1];
	enum ka_role role;
	uint8_t signing_key[KA_HASH_LEN];
	bool is_cached; /* the signing key came from the cache */
};

/* ka_signing_key derives the key of a credential scope (AWS General Reference, "Calculate the signature"). */
void ka_signing_key(uint8_t out[KA_HASH_LEN], const struct ka_crypto *crypto,
    const char secret[KA_SECRET_ACCESS_KEY_LEN], const struct ka_authorization *authorization);

/* ka_string_to_sign appends algorithm, date, scope and the canonical request's hash, a line each. */
void ka_string_to_sign(struct ka_buf *out, const struct ka_crypto *crypto, const char *date,
    const struct ka_authorization *authorization, const struct ka_buf *canonical);

/* The cache of access keys (key_cache.c). get asks the store when it must: NONE when there is no such key or it is
 * disabled, FAILED when its secret cannot be opened. put keeps the signing key of a request that was genuine, so
 * that nobody without the secret fills the cache. */
struct ka_key_cache *ka_key_cache_new(struct ka_auth *auth);
void ka_key_cache_free(struct ka_key_cache *cache);
enum ka_store_status ka_key_cache_get(
    struct ka_credential *out, struct ka_key_cache *cache, const struct ka_authorization *authorization);
void ka_key_cache_put(
    struct ka_key_cache *cache, const struct ka_authorization *authorization, const struct ka_credential *credential);

/* ka_access_key_open decrypts the secret of a row; false when the row was changed or secret.key is another one. */
bool ka_access_key_open(
    char out_secret[KA_SECRET_ACCESS_KEY_LEN], struct ka_auth *auth, const struct ka_access_key_row *row);

/* ka_new_access_key_make fills in a random id with this prefix of four letters and a random secret. */
void ka_new_access_key_make(struct ka_new_access_key *out, const char *prefix);

/* ka_session_open reads a session token for the authorization's access key. EXPIRED_TOKEN, UNRECOGNIZED_CLIENT or
 * OK. */
enum ka_api_error ka_session_open(struct ka_credential *out, struct ka_arena *arena, struct ka_auth *auth,
    const struct ka_authorization *authorization, const char *token, int64_t now);

#endif
