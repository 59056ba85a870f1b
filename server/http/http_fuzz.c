/* SPDX-License-Identifier: Apache-2.0 */
/* Target functions: ka_message_target, ka_message_check_headers, ka_message_check_line, ka_api_handle and all behind it: signatures,
 * routes, parameters, operations, SQLite.
 *
 * Input: "METHOD TARGET", headers "name:value" a line each, an empty line, the body. Unless it brings an authorization header of its own, the
 * target signs it as an administrator, so that operations are reached. Whatever comes, the reply is one that clients understand. */
#include <ctype.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "fuzz/fuzz.h"
#include "server/clock.h"
#include "server/http/message.h"
#include "server/pki/pki.h"
#include "server/sigv4/canonical.h"
#include "server/sigv4/internal.h"

#define ACCOUNT "000000000000"
#define MAX_HEADERS 64u
#define MAX_BODY 65536u

static struct ka_server server;
static struct ka_new_access_key administrator;
static char folder[64];

static void
clean_up(void)
{
	static const char *const names[] = { "keyassay.db", "keyassay.db-wal", "keyassay.db-shm", "ca.pem", "ca.key.sealed" };
	char path[128];

	ka_pki_free(server.pki);
	ka_auth_free(server.auth);
	ka_store_close(server.store);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(folder);
}

static enum ka_store_status
insert_account(struct ka_tx *tx, void *arg)
{
	return ka_tx_account_insert(tx, arg);
}

/* A server with an empty registry. */
static void
set_up(void)
{
	static const uint8_t key[KA_SECRET_KEY_LEN] = "fuzz";
	struct ka_account_row account = { .account = ACCOUNT };
	struct stat st;
	char url[128], message[KA_STORE_MESSAGE_LEN];

	/* In memory where that is to be had: every accepted write is synced to disk. */
	(void)snprintf(folder, sizeof(folder), "%s/keyassay-fuzz-XXXXXX", stat("/dev/shm", &st) == 0 ? "/dev/shm" : "/tmp");
	FUZZ_CHECK(mkdtemp(folder) != NULL);
	(void)snprintf(url, sizeof(url), "sqlite:%s/keyassay.db", folder);
	server.store = ka_store_open(message, url, KA_STORE_CREATE);
	FUZZ_CHECK(server.store != NULL);
	ka_store_log_key(server.store, key);
	FUZZ_CHECK(ka_store_log_begin(server.store, message, KA_LOG_BEGIN));
	server.auth = ka_auth_new(key, server.store);
	FUZZ_CHECK(ka_pki_create(message, server.auth, folder));
	server.pki = ka_pki_load(message, server.auth, folder);
	FUZZ_CHECK(server.pki != NULL);
	server.ctx = ka_ctx_new();
	server.default_account = ACCOUNT;
	server.host = "127.0.0.1:8400";
	FUZZ_CHECK(ka_store_write(server.store, insert_account, &account) == KA_STORE_OK);
	FUZZ_CHECK(ka_auth_access_key_create(&administrator, server.auth, ACCOUNT, KA_ROLE_ADMIN, NULL, NULL) == KA_STORE_OK);
	(void)atexit(clean_up);
}

static char *
next_line(struct ka_arena *arena, struct ka_slice *rest)
{
	const uint8_t *end = rest->len > 0 ? memchr(rest->data, '\n', rest->len) : NULL;
	size_t len = end == NULL ? rest->len : (size_t)(end - rest->data), used = end == NULL ? len : len + 1;
	char *line = ka_arena_text(arena, rest->data, len);

	rest->data = used > 0 ? rest->data + used : rest->data;
	rest->len -= used;
	return line;
}

static void
put_hex(char out[65], const uint8_t hash[KA_HASH_LEN])
{
	for (size_t i = 0; i < KA_HASH_LEN; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", hash[i]);
}

/* The authorization header of a request that has host and x-amz-date. */
static const char *
sign(struct ka_arena *arena, const struct ka_raw_request *raw, const char *date, const struct ka_crypto *crypto)
{
	static const char form[] = "AWS4-HMAC-SHA256 Credential=%s/%.8s/eu-west-1/iot/aws4_request, SignedHeaders=host;x-amz-date, Signature=%s";
	struct ka_authorization authorization;
	struct ka_buf canonical = { 0 }, to_sign = { 0 };
	uint8_t hash[KA_HASH_LEN], key[KA_HASH_LEN];
	char hex[65];

	ka_crypto_sha256(hash, crypto, raw->body);
	put_hex(hex, hash);
	const char *unsigned_header = ka_arena_format(arena, form, administrator.access_key_id, date, hex); /* any 64 digits */
	FUZZ_CHECK(ka_authorization_read(&authorization, unsigned_header) == NULL);
	ka_canonical_request(&canonical, arena, raw, &authorization, hex, NULL);
	ka_string_to_sign(&to_sign, crypto, date, &authorization, &canonical);
	ka_signing_key(key, crypto, administrator.secret_access_key, &authorization);
	ka_crypto_hmac(hash, crypto, key, sizeof(key), &(struct ka_slice){ (const uint8_t *)to_sign.data, to_sign.len }, 1);
	put_hex(hex, hash);
	ka_buf_clear(&canonical);
	ka_buf_clear(&to_sign);
	return ka_arena_format(arena, form, administrator.access_key_id, date, hex);
}

static bool
has_header(const struct ka_raw_request *raw, const char *name)
{
	for (size_t i = 0; i < raw->num_headers; i++) {
		if (strcmp(raw->headers[i].name, name) == 0)
			return true;
	}
	return false;
}

static bool
read_request(struct ka_raw_request *raw, struct ka_raw_header *headers, struct ka_arena *arena, struct ka_slice rest)
{
	char *line = next_line(arena, &rest), *target = strchr(line, ' ');

	if (target == NULL)
		return false;
	*target++ = '\0';
	*raw = (struct ka_raw_request){ .method = line, .headers = headers, .request_id = "fuzz", .peer = "fuzz" };
	ka_message_target(raw, target);
	while (raw->num_headers < MAX_HEADERS && (line = next_line(arena, &rest))[0] != '\0') {
		size_t len = strcspn(line, ":");
		char *name = ka_arena_text(arena, line, len);

		for (char *c = name; *c != '\0'; c++)
			*c = (char)tolower((unsigned char)*c);
		headers[raw->num_headers++] = (struct ka_raw_header){ name, line[len] == ':' ? line + len + 1 : "" };
	}
	raw->body = rest;
	return true;
}

/* What every client relies on. */
static void
check_result(const struct ka_api_result *result, bool is_signed)
{
	json_error_t error;
	json_t *body = result->body.len == 0 ? json_object() : json_loadb(result->body.data, result->body.len, JSON_REJECT_DUPLICATES, &error);

	FUZZ_CHECK(json_is_object(body));
	FUZZ_CHECK((result->error_type == NULL) == (result->status == 200));
	FUZZ_CHECK(result->status == 200 || (result->status >= 400 && result->status < 500));
	FUZZ_CHECK(is_signed || result->status != 200);
	if (result->error_type != NULL) {
		const char *message = json_string_value(json_object_get(body, "message"));

		FUZZ_CHECK(strstr(result->error_type, "Exception") != NULL);
		FUZZ_CHECK(message != NULL && *message != '\0');
	}
	json_decref(body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct ka_crypto *crypto;
	struct ka_raw_header headers[MAX_HEADERS + 3];
	struct ka_arena arena = { 0 };
	struct ka_raw_request raw;
	struct ka_api_result result = { 0 };
	char date[32];

	if (crypto == NULL) {
		crypto = ka_crypto_new();
		set_up();
	}
	if (read_request(&raw, headers, &arena, (struct ka_slice){ data, len }) && ka_message_check_headers(&raw, MAX_BODY) == NULL &&
	    ka_message_check_line(&raw) == NULL && !ka_message_is_plain(raw.path)) {
		bool is_signed = !has_header(&raw, "authorization") && !has_header(&raw, "host") && !has_header(&raw, "x-amz-date");
		time_t now = (time_t)(ka_clock_now() / 1000);
		struct tm tm;

		if (is_signed) {
			(void)strftime(date, sizeof(date), "%Y%m%dT%H%M%SZ", gmtime_r(&now, &tm));
			headers[raw.num_headers++] = (struct ka_raw_header){ "host", "fuzz" };
			headers[raw.num_headers++] = (struct ka_raw_header){ "x-amz-date", date };
			headers[raw.num_headers] = (struct ka_raw_header){ "authorization", sign(&arena, &raw, date, crypto) };
			raw.num_headers++;
		}
		ka_api_handle(&result, &server, &arena, &raw);
		check_result(&result, is_signed);
		(void)ka_api_is_write(raw.method, raw.path);
		ka_buf_clear(&result.body);
	}
	ka_arena_clear(&arena);
	return 0;
}
