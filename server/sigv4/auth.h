/* SPDX-License-Identifier: Apache-2.0 */
/* auth.h - access keys, their sealed secrets, session tokens, and the MACs of page tokens. */
#ifndef KA_SERVER_SIGV4_AUTH_H
#define KA_SERVER_SIGV4_AUTH_H

#include "server/api/api.h"

#define KA_SECRET_KEY_LEN 32u /* DIR/secret.key, raw bytes, mode 0600 */
#define KA_SECRET_ACCESS_KEY_LEN 40u

/* ka_secret_key_create makes DIR/secret.key with fresh random bytes (0600, O_EXCL, synced); ka_secret_key_load reads
 * it and refuses wrong lengths and files that others can read. Both say why in out_message (KA_STORE_MESSAGE_LEN)
 * and return false on failure. */
bool ka_secret_key_create(char *out_message, const char *path);
bool ka_secret_key_load(uint8_t out_key[KA_SECRET_KEY_LEN], char *out_message, const char *path);

/* ka_auth_new keeps a copy of the key, derives keys for its purposes from it (HKDF) and caches access keys of the
 * store for a few seconds, so that a deleted key stops working soon on every node. */
struct ka_auth *ka_auth_new(const uint8_t secret_key[KA_SECRET_KEY_LEN], struct ka_store *store);
void ka_auth_free(struct ka_auth *auth);

/* ka_role_name returns "admin", "auditor", "reader", or "unknown"; ka_role_by_name false for any other name. */
const char *ka_role_name(enum ka_role role);
bool ka_role_by_name(enum ka_role *out_role, const char *name);

/* A fresh access key; the secret is told only here. access_key_id: "AKIA" and 16 characters; session: "ASIA". */
struct ka_new_access_key {
	char access_key_id[21];
	char secret_access_key[KA_SECRET_ACCESS_KEY_LEN + 1];
};

/* ka_auth_access_key_create makes a key, seals its secret and stores the row, with an entry of actor in the log of state changes.
 * actor NULL: the first start, which begins the log. */
enum ka_store_status ka_auth_access_key_create(struct ka_new_access_key *out, struct ka_auth *auth, const char *account,
    enum ka_role role, const char *description, const char *actor);

/* ka_auth_session_create makes temporary credentials: nothing is stored; the token carries them, encrypted and
 * authenticated. The token is in the arena. */
void ka_auth_session_create(struct ka_new_access_key *out, const char **out_token, struct ka_arena *arena,
    struct ka_auth *auth, const char *account, enum ka_role role, int64_t expires);

/* ka_auth_verify checks a request's Signature Version 4 (AWS General Reference, "Create a signed request"; reference
 * section 1.2): scope service "iot" or "execute-api", date within 15 minutes, signed headers, payload hash,
 * constant-time comparison. KA_API_OK and *out, or the front end's error with a message in the arena. */
enum ka_api_error ka_auth_verify(struct ka_identity *out, const char **out_message, struct ka_arena *arena,
    struct ka_auth *auth, const struct ka_raw_request *raw, int64_t now);

/* Opaque tokens of pages: bytes, authenticated for a context (operation, scope, filter), as base64 of the characters
 * that the model allows. ka_auth_token_open returns false for anything that was not made by ka_auth_token_seal with
 * the same context. */
const char *ka_auth_token_seal(
    struct ka_arena *arena, struct ka_auth *auth, struct ka_slice bytes, const char *context);
bool ka_auth_token_open(
    struct ka_slice *out_bytes, struct ka_arena *arena, struct ka_auth *auth, const char *token, const char *context);

/* ka_auth_seal encrypts and authenticates other secrets at rest (the internal CA's key): AES-256-GCM with a random
 * nonce. */
struct ka_slice ka_auth_seal(struct ka_arena *arena, struct ka_auth *auth, struct ka_slice plain, const char *context);
bool ka_auth_open(struct ka_slice *out_plain, struct ka_arena *arena, struct ka_auth *auth, struct ka_slice sealed,
    const char *context);

#endif
