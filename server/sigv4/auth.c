/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "server/sigv4/internal.h"

struct ka_auth *
ka_auth_new(const uint8_t secret_key[KA_SECRET_KEY_LEN], struct ka_store *store)
{
	struct ka_auth *auth = calloc(1, sizeof(*auth));

	_Static_assert(KA_SECRET_KEY_LEN == KA_HASH_LEN, "HKDF takes the file's bytes as they are");
	if (auth == NULL)
		ka_out_of_memory();
	auth->crypto = ka_crypto_new();
	auth->store = store;
	ka_crypto_derive(auth->access_key_key, secret_key, "keyassayd access keys 1");
	ka_crypto_derive(auth->session_key, secret_key, "keyassayd session tokens 1");
	ka_crypto_derive(auth->page_key, secret_key, "keyassayd page tokens 1");
	ka_crypto_derive(auth->file_key, secret_key, "keyassayd sealed files 1");
	auth->cache = ka_key_cache_new(auth);
	return auth;
}

void
ka_auth_free(struct ka_auth *auth)
{
	if (auth == NULL)
		return;
	ka_key_cache_free(auth->cache);
	ka_crypto_free(auth->crypto);
	ka_crypto_wipe(auth, sizeof(*auth));
	free(auth);
}

/* --- secrets at rest ---------------------------------------------------------------------------------------------- */

static struct ka_slice
slice_of(const char *text)
{
	return (struct ka_slice){ (const uint8_t *)text, strlen(text) };
}

struct ka_slice
ka_auth_seal(struct ka_arena *arena, struct ka_auth *auth, struct ka_slice plain, const char *context)
{
	size_t len = plain.len + KA_GCM_NONCE_LEN + KA_GCM_TAG_LEN;
	uint8_t *sealed = ka_arena_take(arena, len);

	ka_crypto_seal(sealed, auth->crypto, auth->file_key, plain, slice_of(context));
	return (struct ka_slice){ sealed, len };
}

bool
ka_auth_open(struct ka_slice *out_plain, struct ka_arena *arena, struct ka_auth *auth, struct ka_slice sealed,
    const char *context)
{
	uint8_t *plain = ka_arena_take(arena, sealed.len);
	size_t len;

	if (!ka_crypto_open(plain, &len, auth->crypto, auth->file_key, sealed, slice_of(context)))
		return false;
	*out_plain = (struct ka_slice){ plain, len };
	return true;
}

/* --- page tokens -------------------------------------------------------------------------------------------------- */

#define PAGE_MAC_LEN 16u

/* The context's NUL separates it from the bytes. */
static void
page_mac(uint8_t out[KA_HASH_LEN], const struct ka_auth *auth, struct ka_slice bytes, const char *context)
{
	const struct ka_slice parts[] = { { (const uint8_t *)context, strlen(context) + 1 }, bytes };

	ka_crypto_hmac(out, auth->crypto, auth->page_key, sizeof(auth->page_key), parts, 2);
}

const char *
ka_auth_token_seal(struct ka_arena *arena, struct ka_auth *auth, struct ka_slice bytes, const char *context)
{
	uint8_t mac[KA_HASH_LEN];
	size_t len = bytes.len + PAGE_MAC_LEN;
	uint8_t *both = ka_arena_take(arena, len);
	char *token = ka_arena_take(arena, (len + 2) / 3 * 4 + 1);

	page_mac(mac, auth, bytes, context);
	if (bytes.len > 0)
		memcpy(both, bytes.data, bytes.len);
	memcpy(both + bytes.len, mac, PAGE_MAC_LEN);
	ka_crypto_base64(token, (struct ka_slice){ both, len });
	return token;
}

bool
ka_auth_token_open(
    struct ka_slice *out_bytes, struct ka_arena *arena, struct ka_auth *auth, const char *token, const char *context)
{
	uint8_t mac[KA_HASH_LEN];
	size_t token_len = strlen(token), len;
	uint8_t *both = ka_arena_take(arena, token_len / 4 * 3);

	if (!ka_crypto_base64_read(both, &len, token, token_len) || len < PAGE_MAC_LEN)
		return false;
	struct ka_slice bytes = { both, len - PAGE_MAC_LEN };
	page_mac(mac, auth, bytes, context);
	if (!ka_crypto_equal(mac, both + bytes.len, PAGE_MAC_LEN))
		return false;
	*out_bytes = bytes;
	return true;
}
