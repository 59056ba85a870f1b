/* SPDX-License-Identifier: Apache-2.0 */
/* session.c - temporary credentials. Nothing is stored: the token carries what the server needs to know, sealed. */
#include <string.h>

#include "server/sigv4/internal.h"

/* The sealed bytes: fixed places, so that there is nothing to parse. */
enum {
	AT_ROLE = 0,
	AT_EXPIRES = 1, /* milliseconds, big-endian */
	AT_ACCOUNT = AT_EXPIRES + 8,
	AT_ID = AT_ACCOUNT + KA_ACCOUNT_LEN,
	AT_SECRET = AT_ID + KA_ACCESS_KEY_ID_LEN,
	PLAIN_LEN = AT_SECRET + KA_SECRET_ACCESS_KEY_LEN,
	SEALED_LEN = PLAIN_LEN + KA_GCM_NONCE_LEN + KA_GCM_TAG_LEN
};

static const struct ka_slice context = { (const uint8_t *)"session", 7 };

void
ka_auth_session_create(struct ka_new_access_key *out, const char **out_token, struct ka_arena *arena,
    struct ka_auth *auth, const char *account, enum ka_role role, int64_t expires)
{
	uint8_t plain[PLAIN_LEN], sealed[SEALED_LEN];
	char *token = ka_arena_take(arena, (SEALED_LEN + 2) / 3 * 4 + 1);

	ka_new_access_key_make(out, "ASIA");
	plain[AT_ROLE] = (uint8_t)role;
	for (unsigned i = 0; i < 8; i++)
		plain[AT_EXPIRES + i] = (uint8_t)((uint64_t)expires >> (56 - 8 * i));
	memcpy(plain + AT_ACCOUNT, account, KA_ACCOUNT_LEN);
	memcpy(plain + AT_ID, out->access_key_id, KA_ACCESS_KEY_ID_LEN);
	memcpy(plain + AT_SECRET, out->secret_access_key, KA_SECRET_ACCESS_KEY_LEN);
	ka_crypto_seal(sealed, auth->crypto, auth->session_key, (struct ka_slice){ plain, PLAIN_LEN }, context);
	ka_crypto_base64(token, (struct ka_slice){ sealed, SEALED_LEN });
	ka_crypto_wipe(plain, sizeof(plain));
	*out_token = token;
}

static bool
open_token(uint8_t out[SEALED_LEN], struct ka_arena *arena, struct ka_auth *auth, const char *token)
{
	size_t token_len = strlen(token), len;

	if (token_len != (SEALED_LEN + 2) / 3 * 4)
		return false;
	uint8_t *sealed = ka_arena_take(arena, token_len);
	return ka_crypto_base64_read(sealed, &len, token, token_len) && len == SEALED_LEN &&
	    ka_crypto_open(
		out, &len, auth->crypto, auth->session_key, (struct ka_slice){ sealed, SEALED_LEN }, context);
}

enum ka_api_error
ka_session_open(struct ka_credential *out, struct ka_arena *arena, struct ka_auth *auth,
    const struct ka_authorization *authorization, const char *token, int64_t now)
{
	uint8_t plain[SEALED_LEN];
	uint64_t expires = 0;

	if (!open_token(plain, arena, auth, token))
		return KA_API_UNRECOGNIZED_CLIENT;
	enum ka_api_error error = KA_API_UNRECOGNIZED_CLIENT;
	if (authorization->access_key_id.len == KA_ACCESS_KEY_ID_LEN &&
	    memcmp(plain + AT_ID, authorization->access_key_id.data, KA_ACCESS_KEY_ID_LEN) == 0) {
		for (unsigned i = 0; i < 8; i++)
			expires = expires << 8 | plain[AT_EXPIRES + i];
		error = now < (int64_t)expires ? KA_API_OK : KA_API_EXPIRED_TOKEN;
	}
	if (error == KA_API_OK) {
		memcpy(out->account, plain + AT_ACCOUNT, KA_ACCOUNT_LEN);
		out->account[KA_ACCOUNT_LEN] = '\0';
		out->role = (enum ka_role)plain[AT_ROLE];
		ka_signing_key(out->signing_key, auth->crypto, (const char *)plain + AT_SECRET, authorization);
	}
	ka_crypto_wipe(plain, sizeof(plain));
	return error;
}
