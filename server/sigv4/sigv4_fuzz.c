/* SPDX-License-Identifier: Apache-2.0 */
/* A request: method, path, query, headers ("name:value") a line each, an empty line, the body. Nobody who fuzzes
 * knows the secret, so none is accepted; what is read is what stands there; canonical forms are fixed points. */
#include <string.h>

#include "fuzz/fuzz.h"
#include "server/sigv4/canonical.h"
#include "server/sigv4/fake_store_test.h"
#include "server/sigv4/internal.h"

#define MAX_LEN 20000u
#define MAX_HEADERS 64u
#define FUZZ_KEY "AKIAFUZZFUZZFUZZFUZZ"

static struct ka_store store;
static struct ka_auth *auth;

/* A key that the store has: its id is in the corpus, its secret is not. */
static void
set_up(void)
{
	static const uint8_t secret_key[KA_SECRET_KEY_LEN] = "fuzz";
	static const struct ka_slice context = { (const uint8_t *)FUZZ_KEY " 000000000000 admin", 39 };
	static const struct ka_slice secret = { (const uint8_t *)"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
		KA_SECRET_ACCESS_KEY_LEN };

	auth = ka_auth_new(secret_key, &store);
	ka_crypto_seal(store.secrets[0], auth->crypto, auth->access_key_key, secret, context);
	store.rows[0] = (struct ka_access_key_row){ .access_key_id = FUZZ_KEY,
		.account = "000000000000",
		.role = KA_ROLE_ADMIN,
		.sealed_secret = { store.secrets[0], KA_SECRET_ACCESS_KEY_LEN + KA_GCM_NONCE_LEN + KA_GCM_TAG_LEN } };
	store.num_rows = 1;
}

/* The next line of the text, as a string of its own. */
static const char *
next_line(struct ka_arena *arena, struct ka_slice *rest)
{
	const uint8_t *end = rest->len > 0 ? memchr(rest->data, '\n', rest->len) : NULL;
	size_t len = end == NULL ? rest->len : (size_t)(end - rest->data), used = end == NULL ? len : len + 1;
	const char *line = ka_arena_text(arena, rest->data, len);

	rest->data = used > 0 ? rest->data + used : rest->data;
	rest->len -= used;
	return line;
}

static void
read_headers(struct ka_raw_request *raw, struct ka_raw_header headers[MAX_HEADERS], struct ka_arena *arena,
    struct ka_slice *rest)
{
	const char *line;

	raw->headers = headers;
	while (raw->num_headers < MAX_HEADERS && (line = next_line(arena, rest))[0] != '\0') {
		size_t len = strcspn(line, ":");

		headers[raw->num_headers++] =
		    (struct ka_raw_header){ ka_arena_text(arena, line, len), line[len] == ':' ? line + len + 1 : "" };
	}
}

static void
put_slice(struct ka_buf *out, const char *name, struct ka_slice slice)
{
	ka_buf_puts(out, name);
	ka_buf_put(out, slice.data, slice.len);
}

/* What was read, written again, reads the same. */
static void
check_authorization(const char *header)
{
	struct ka_authorization a, again;
	struct ka_buf text = { 0 };

	if (ka_authorization_read(&a, header) != NULL)
		return;
	FUZZ_CHECK(a.signature.len == 64 && a.date.len == 8 && a.num_signed_headers > 0);
	FUZZ_CHECK(a.scope.len == a.date.len + a.region.len + a.service.len + 15);
	put_slice(&text, "AWS4-HMAC-SHA256 Signature=", a.signature);
	put_slice(&text, ",SignedHeaders=", a.signed_headers[0]);
	for (size_t i = 1; i < a.num_signed_headers; i++)
		put_slice(&text, ";", a.signed_headers[i]);
	put_slice(&text, ",Credential=", a.access_key_id);
	put_slice(&text, "/", a.date);
	put_slice(&text, "/", a.region);
	put_slice(&text, "/", a.service);
	ka_buf_puts(&text, "/aws4_request");
	ka_buf_putc(&text, '\0');
	FUZZ_CHECK(ka_authorization_read(&again, text.data) == NULL);
	FUZZ_CHECK(again.num_signed_headers == a.num_signed_headers);
	FUZZ_CHECK(again.scope.len == a.scope.len && memcmp(again.scope.data, a.scope.data, a.scope.len) == 0);
	ka_buf_clear(&text);
}

static const char *
canonical_query(struct ka_arena *arena, const char *query)
{
	static const struct ka_authorization nothing = { .signed_list = { (const uint8_t *)"", 0 } };
	const struct ka_raw_request raw = { .method = "", .path = "", .query = query };
	struct ka_buf out = { 0 };

	ka_canonical_request(&out, arena, &raw, &nothing, "", NULL);
	/* "\n\n" QUERY "\n\n\n" */
	FUZZ_CHECK(out.len >= 5);
	const char *text = ka_arena_text(arena, out.data + 2, out.len - 5);
	ka_buf_clear(&out);
	return text;
}

static void
check_query(struct ka_arena *arena, const char *query)
{
	const char *once = canonical_query(arena, query);

	FUZZ_CHECK(strlen(once) >= strlen(query));
	FUZZ_CHECK(strcmp(once, canonical_query(arena, once)) == 0);
}

static void
check_token(struct ka_arena *arena, const char *text)
{
	size_t text_len = strlen(text), len;
	uint8_t *bytes = ka_arena_take(arena, text_len + 3);
	struct ka_slice opened;

	FUZZ_CHECK(!ka_auth_token_open(&opened, arena, auth, text, "fuzz"));
	if (ka_crypto_base64_read(bytes, &len, text, text_len)) {
		char *again = ka_arena_take(arena, text_len + 5);

		ka_crypto_base64(again, (struct ka_slice){ bytes, len });
		FUZZ_CHECK(strcmp(again, text) == 0);
	}
	const struct ka_slice whole = { (const uint8_t *)text, text_len };
	FUZZ_CHECK(ka_auth_token_open(&opened, arena, auth, ka_auth_token_seal(arena, auth, whole, "fuzz"), "fuzz"));
	FUZZ_CHECK(opened.len == text_len && memcmp(opened.data, text, text_len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ka_arena arena = { 0 };
	struct ka_raw_header headers[MAX_HEADERS];
	struct ka_raw_request raw = { 0 };
	struct ka_slice rest = { data, len };
	struct ka_identity identity;
	const char *message = NULL;

	if (len > MAX_LEN)
		return 0;
	if (auth == NULL)
		set_up();
	raw.method = next_line(&arena, &rest);
	raw.path = next_line(&arena, &rest);
	raw.query = next_line(&arena, &rest);
	read_headers(&raw, headers, &arena, &rest);
	raw.body = rest;
	FUZZ_CHECK(ka_auth_verify(&identity, &message, &arena, auth, &raw, 1700000000000) != KA_API_OK);
	FUZZ_CHECK(message != NULL && message[0] != '\0');
	check_query(&arena, raw.query);
	for (size_t i = 0; i < raw.num_headers; i++) {
		check_authorization(raw.headers[i].value);
		check_token(&arena, raw.headers[i].value);
	}
	ka_arena_clear(&arena);
	return 0;
}
