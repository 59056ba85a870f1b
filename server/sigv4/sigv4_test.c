/* SPDX-License-Identifier: Apache-2.0 */
/* Who may come in, and what those hear who may not. Signatures here are made by the room's own pieces; that these
 * are right is shown by canonical_test.c (AWS's suite) and vectors_test.c (botocore). */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "server/clock.h"
#include "server/sigv4/canonical.h"
#include "server/sigv4/fake_store_test.h"
#include "server/sigv4/internal.h"

#define NOW 1700000000000 /* 2023-11-14T22:13:20Z */
#define MINUTE 60000

static const uint8_t secret_key[KA_SECRET_KEY_LEN] = "0123456789abcdef0123456789abcde";

struct fixture {
	struct ka_store store;
	struct ka_auth *auth;
	struct ka_arena arena;
	struct ka_new_access_key key;
	const char *message; /* of the last refusal */
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->auth = ka_auth_new(secret_key, &f->store);
	assert_int_equal(
	    ka_auth_access_key_create(&f->key, f->auth, "000000000000", KA_ROLE_AUDITOR, "test", NULL), KA_STORE_OK);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	ka_auth_free(f->auth);
	ka_arena_clear(&f->arena);
	free(f);
	return 0;
}

/* What a client sends; NULL members have usual values, "" means that the header is not sent. */
struct client {
	const char *id, *secret, *token;
	const char *date, *scope, *signed_headers, *content_hash, *query, *body;
	const char *extra;         /* a header "x-amz-extra" */
	const char *authorization; /* instead of a good one */
	const char *authorization_again;
};

static const char * or (const char *text, const char *usual)
{
	return text == NULL ? usual : text;
}

static void
add(struct ka_raw_request *raw, struct ka_raw_header *headers, const char *name, const char *value)
{
	if (value != NULL && value[0] != '\0')
		headers[raw->num_headers++] = (struct ka_raw_header){ name, value };
}

#define AUTHORIZATION "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s"

static const char *
authorize(struct fixture *f, const struct ka_raw_request *raw, const struct client *client)
{
	const char *scope = or (client->scope, "20231114/us-east-1/iot/aws4_request");
	const char *list = or
	    (client->signed_headers,
		client->token != NULL ? "host;x-amz-date;x-amz-security-token" : "host;x-amz-date");
	const char *id = or (client->id, f->key.access_key_id);
	struct ka_authorization authorization;
	struct ka_buf canonical = { 0 }, to_sign = { 0 };
	uint8_t hash[32], key[32];
	char hex[65], payload[65];
	const char *zeros = "0000000000000000000000000000000000000000000000000000000000000000";

	const char *header = ka_arena_format(&f->arena, AUTHORIZATION, id, scope, list, zeros);
	if (ka_authorization_read(&authorization, header) != NULL)
		return header;
	ka_crypto_sha256(hash, f->auth->crypto, raw->body);
	for (size_t i = 0; i < 32; i++)
		(void)snprintf(payload + 2 * i, 3, "%02x", hash[i]);
	ka_canonical_request(&canonical, &f->arena, raw, &authorization, payload, NULL);
	ka_string_to_sign(&to_sign, f->auth->crypto, or (client->date, "20231114T221320Z"), &authorization, &canonical);
	ka_signing_key(key, f->auth->crypto, or (client->secret, f->key.secret_access_key), &authorization);
	const struct ka_slice text = { (const uint8_t *)to_sign.data, to_sign.len };
	ka_crypto_hmac(hash, f->auth->crypto, key, sizeof(key), &text, 1);
	for (size_t i = 0; i < 32; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	ka_buf_clear(&canonical);
	ka_buf_clear(&to_sign);
	return ka_arena_format(&f->arena, AUTHORIZATION, id, scope, list, hex);
}

static enum ka_api_error
ask_at(struct ka_identity *out, struct fixture *f, const struct client *client, int64_t now)
{
	struct ka_raw_header headers[16];
	const char *body = or (client->body, "");
	struct ka_raw_request raw = { .method = "GET",
		.path = "/certificates",
		.query = or (client->query, ""),
		.headers = headers,
		.body = { (const uint8_t *)body, strlen(body) } };

	add(&raw, headers, "host", "127.0.0.1:8400");
	add(&raw, headers, "user-agent", "test");
	add(&raw, headers, "x-amz-date", or (client->date, "20231114T221320Z"));
	add(&raw, headers, "x-amz-content-sha256", client->content_hash);
	add(&raw, headers, "x-amz-security-token", client->token);
	add(&raw, headers, "x-amz-extra", client->extra);
	const char *authorization = client->authorization;
	if (authorization == NULL)
		authorization = authorize(f, &raw, client);
	add(&raw, headers, "authorization", authorization);
	add(&raw, headers, "authorization", client->authorization_again);
	f->message = NULL;
	return ka_auth_verify(out, &f->message, &f->arena, f->auth, &raw, now);
}

static enum ka_api_error
ask(struct fixture *f, const struct client *client)
{
	struct ka_identity identity;

	return ask_at(&identity, f, client, NOW);
}

static void
test_identity(void **state)
{
	struct fixture *f = *state;
	struct ka_identity identity;
	const struct client usual = { 0 };
	const struct client other = { .scope = "20231114/eu-central-1/execute-api/aws4_request", .body = "{}" };

	assert_int_equal(ask_at(&identity, f, &usual, NOW), KA_API_OK);
	assert_string_equal(identity.account, "000000000000");
	assert_string_equal(identity.region, "us-east-1");
	assert_string_equal(identity.access_key_id, f->key.access_key_id);
	assert_int_equal(identity.role, KA_ROLE_AUDITOR);
	assert_int_equal(ask_at(&identity, f, &other, NOW), KA_API_OK);
	assert_string_equal(identity.region, "eu-central-1");
}

struct refusal {
	struct client client;
	enum ka_api_error error;
	const char *says; /* part of the message */
};

#define HEX "1111111111111111111111111111111111111111111111111111111111111111"
#define ID "AKIAABCDEFGHIJKLMNOP"
#define CREDENTIAL "Credential=" ID "/20231114/us-east-1/iot/aws4_request"
#define AUTH(credential, list, signature) "AWS4-HMAC-SHA256 " credential ", " list ", " signature
#define SIGNED "SignedHeaders=host;x-amz-date"
#define SIGNATURE "Signature=" HEX

static const struct refusal refusals[] = {
	{ { .authorization = "" }, KA_API_MISSING_AUTHENTICATION_TOKEN, "Missing Authentication Token" },
	{ { .authorization = "", .query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00" },
	    KA_API_MISSING_AUTHENTICATION_TOKEN, "Presigned" },
	{ { .authorization_again = AUTH(CREDENTIAL, SIGNED, SIGNATURE) }, KA_API_INCOMPLETE_SIGNATURE,
	    "more than one" },
	{ { .authorization = "Basic YTpi" }, KA_API_INCOMPLETE_SIGNATURE, "AWS4-HMAC-SHA256" },
	{ { .authorization = "AWS4-HMAC-SHA256" }, KA_API_INCOMPLETE_SIGNATURE, "AWS4-HMAC-SHA256" },
	{ { .authorization = "AWS4-ECDSA-P256-SHA256 " CREDENTIAL }, KA_API_INCOMPLETE_SIGNATURE, "only algorithm" },
	{ { .authorization = "AWS4-HMAC-SHA256 " CREDENTIAL ", " SIGNED }, KA_API_INCOMPLETE_SIGNATURE,
	    "no Signature" },
	{ { .authorization = "AWS4-HMAC-SHA256 " CREDENTIAL ", " SIGNATURE }, KA_API_INCOMPLETE_SIGNATURE,
	    "no SignedHeaders" },
	{ { .authorization = "AWS4-HMAC-SHA256 " SIGNATURE ", " SIGNED }, KA_API_INCOMPLETE_SIGNATURE,
	    "no Credential" },
	{ { .authorization = AUTH(CREDENTIAL, SIGNED, SIGNATURE) "," SIGNED }, KA_API_INCOMPLETE_SIGNATURE, "twice" },
	{ { .authorization = AUTH(CREDENTIAL, SIGNED, SIGNATURE) ",X=1" }, KA_API_INCOMPLETE_SIGNATURE, "other than" },
	{ { .authorization = AUTH(CREDENTIAL, SIGNED, SIGNATURE) "," }, KA_API_INCOMPLETE_SIGNATURE, "NAME=VALUE" },
	{ { .authorization = AUTH("Credential=" ID "/20231114/us-east-1/iot", SIGNED, SIGNATURE) },
	    KA_API_INCOMPLETE_SIGNATURE, "ACCESS-KEY-ID/DATE" },
	{ { .authorization = AUTH(CREDENTIAL "/", SIGNED, SIGNATURE) }, KA_API_INCOMPLETE_SIGNATURE,
	    "ACCESS-KEY-ID/DATE" },
	{ { .authorization = AUTH("Credential=" ID "/20231114/us-east-1/iot/aws5_request", SIGNED, SIGNATURE) },
	    KA_API_INCOMPLETE_SIGNATURE, "ACCESS-KEY-ID/DATE" },
	{ { .authorization = AUTH("Credential=AKIA/20231114/us-east-1/iot/aws4_request", SIGNED, SIGNATURE) },
	    KA_API_INCOMPLETE_SIGNATURE, "access key id" },
	{ { .authorization = AUTH("Credential=" ID "/2023111/us-east-1/iot/aws4_request", SIGNED, SIGNATURE) },
	    KA_API_INCOMPLETE_SIGNATURE, "YYYYMMDD" },
	{ { .authorization = AUTH("Credential=" ID "/20231114/US/iot/aws4_request", SIGNED, SIGNATURE) },
	    KA_API_INCOMPLETE_SIGNATURE, "region" },
	{ { .authorization = AUTH(
		"Credential=" ID "/20231114/a23456789012345678901234567890123/iot/aws4_request", SIGNED, SIGNATURE) },
	    KA_API_INCOMPLETE_SIGNATURE, "region" },
	{ { .authorization = AUTH("Credential=" ID "/20231114/us-east-1//aws4_request", SIGNED, SIGNATURE) },
	    KA_API_INCOMPLETE_SIGNATURE, "service" },
	{ { .authorization = AUTH(CREDENTIAL, "SignedHeaders=x-amz-date;host", SIGNATURE) },
	    KA_API_INCOMPLETE_SIGNATURE, "sorted" },
	{ { .authorization = AUTH(CREDENTIAL, "SignedHeaders=host;host;x-amz-date", SIGNATURE) },
	    KA_API_INCOMPLETE_SIGNATURE, "twice" },
	{ { .authorization = AUTH(CREDENTIAL, "SignedHeaders=Host;x-amz-date", SIGNATURE) },
	    KA_API_INCOMPLETE_SIGNATURE, "lower case" },
	{ { .authorization = AUTH(CREDENTIAL, "SignedHeaders=host;;x-amz-date", SIGNATURE) },
	    KA_API_INCOMPLETE_SIGNATURE, "lower case" },
	{ { .authorization = AUTH(CREDENTIAL, "SignedHeaders=", SIGNATURE) }, KA_API_INCOMPLETE_SIGNATURE,
	    "lower case" },
	{ { .authorization = AUTH(CREDENTIAL, SIGNED, "Signature=11") }, KA_API_INCOMPLETE_SIGNATURE, "64" },
	{ { .authorization = AUTH(CREDENTIAL, SIGNED, "Signature=" HEX "1") }, KA_API_INCOMPLETE_SIGNATURE, "64" },
	{ { .authorization = AUTH(
		CREDENTIAL, SIGNED, "Signature=A111111111111111111111111111111111111111111111111111111111111111") },
	    KA_API_INCOMPLETE_SIGNATURE, "lower-case" },
	{ { .signed_headers = "x-amz-date" }, KA_API_INCOMPLETE_SIGNATURE, "host" },
	{ { .signed_headers = "host" }, KA_API_INCOMPLETE_SIGNATURE, "x-amz-date, which is not among" },
	{ { .extra = "1" }, KA_API_INCOMPLETE_SIGNATURE, "x-amz-extra, which is not among" },
	{ { .signed_headers = "host;x-amz-date;x-gone" }, KA_API_INCOMPLETE_SIGNATURE, "x-gone is among" },
	{ { .scope = "20231114/us-east-1/s3/aws4_request" }, KA_API_INVALID_SIGNATURE, "not s3" },
	{ { .date = "", .signed_headers = "host" }, KA_API_INCOMPLETE_SIGNATURE, "no x-amz-date" },
	{ { .date = "2023-11-14T22:13:20Z" }, KA_API_INCOMPLETE_SIGNATURE, "YYYYMMDD" },
	{ { .date = "20231314T221320Z" }, KA_API_INCOMPLETE_SIGNATURE, "YYYYMMDD" },
	{ { .date = "20231114T221320z" }, KA_API_INCOMPLETE_SIGNATURE, "YYYYMMDD" },
	{ { .scope = "20231113/us-east-1/iot/aws4_request" }, KA_API_INVALID_SIGNATURE,
	    "date in the credential scope" },
	{ { .content_hash = "UNSIGNED-PAYLOAD", .signed_headers = "host;x-amz-content-sha256;x-amz-date" },
	    KA_API_INVALID_SIGNATURE, "must be signed" },
	{ { .content_hash = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
	      .signed_headers = "host;x-amz-content-sha256;x-amz-date" },
	    KA_API_INVALID_SIGNATURE, "must be signed" },
	{ { .content_hash = HEX, .signed_headers = "host;x-amz-content-sha256;x-amz-date", .body = "{}" },
	    KA_API_INVALID_SIGNATURE,
	    "2 bytes with SHA-256 44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" },
	{ { .id = ID }, KA_API_UNRECOGNIZED_CLIENT, "security token" },
	{ { .token = "bm8gdG9rZW4=" }, KA_API_UNRECOGNIZED_CLIENT, "security token" },
	{ { .secret = "0123456789012345678901234567890123456789" }, KA_API_INVALID_SIGNATURE,
	    "GET\n/certificates\n\nhost:127.0.0.1:8400\n" },
};

static void
test_refusals(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		enum ka_api_error error = ask(f, &refusals[i].client);

		if (error != refusals[i].error || f->message == NULL || strstr(f->message, refusals[i].says) == NULL)
			fail_msg("row %zu (%s): error %d, message: %s", i, refusals[i].says, (int)error,
			    or (f->message, "none"));
	}
}

/* The message helps whoever signs wrongly, and tells nothing that only we and the owner of the secret know. */
static void
test_message_keeps_secrets(void **state)
{
	struct fixture *f = *state;
	struct ka_new_access_key session;
	const char *token;

	ka_auth_session_create(&session, &token, &f->arena, f->auth, "000000000000", KA_ROLE_ADMIN, NOW + MINUTE);
	struct client good = { .id = session.access_key_id, .secret = session.secret_access_key, .token = token };
	assert_int_equal(ask(f, &good), KA_API_OK);
	struct client bad = good;
	bad.secret = f->key.secret_access_key;
	assert_int_equal(ask(f, &bad), KA_API_INVALID_SIGNATURE);
	assert_null(strstr(f->message, token));
	assert_null(strstr(f->message, session.secret_access_key));
	assert_non_null(strstr(f->message, "x-amz-security-token:(not shown)"));
	assert_null(strstr(f->message, "Signature="));
}

static void
test_clock_skew(void **state)
{
	struct fixture *f = *state;
	struct ka_identity identity;
	const struct client usual = { 0 };
	static const struct {
		int64_t now;
		const char *says; /* NULL: accepted */
	} times[] = {
		{ NOW + 15 * MINUTE, NULL },
		{ NOW - 15 * MINUTE, NULL },
		{ NOW + 15 * MINUTE + 1, "expired" },
		{ NOW - 15 * MINUTE - 1, "not yet current" },
		{ NOW + 86400000, "2023-11-15T22:13:20Z" },
		{ 0, "not yet current" },
	};

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		enum ka_api_error error = ask_at(&identity, f, &usual, times[i].now);

		assert_int_equal(error, times[i].says == NULL ? KA_API_OK : KA_API_INVALID_SIGNATURE);
		if (times[i].says != NULL)
			assert_non_null(strstr(f->message, times[i].says));
	}
}

static void
test_sessions(void **state)
{
	struct fixture *f = *state;
	struct ka_new_access_key session, other;
	const char *token, *other_token;
	struct ka_identity identity;

	ka_auth_session_create(&session, &token, &f->arena, f->auth, "123456789012", KA_ROLE_READER, NOW + MINUTE);
	ka_auth_session_create(&other, &other_token, &f->arena, f->auth, "123456789012", KA_ROLE_ADMIN, NOW + MINUTE);
	struct client client = { .id = session.access_key_id, .secret = session.secret_access_key, .token = token };
	assert_int_equal(ask_at(&identity, f, &client, NOW), KA_API_OK);
	assert_string_equal(identity.account, "123456789012");
	assert_int_equal(identity.role, KA_ROLE_READER);
	assert_int_equal(ask_at(&identity, f, &client, NOW + MINUTE - 1), KA_API_OK);
	assert_int_equal(ask_at(&identity, f, &client, NOW + MINUTE), KA_API_EXPIRED_TOKEN);
	/* Without its token, with another's, for a key that is not temporary. */
	client.token = NULL;
	assert_int_equal(ask(f, &client), KA_API_UNRECOGNIZED_CLIENT);
	client.token = other_token;
	assert_int_equal(ask(f, &client), KA_API_UNRECOGNIZED_CLIENT);
	client = (struct client){ .token = token };
	assert_int_equal(ask(f, &client), KA_API_UNRECOGNIZED_CLIENT);
	/* Made by a server with another secret.key. */
	const uint8_t foreign_key[KA_SECRET_KEY_LEN] = "another";
	struct ka_auth *foreign = ka_auth_new(foreign_key, &f->store);
	ka_auth_session_create(&other, &other_token, &f->arena, foreign, "123456789012", KA_ROLE_ADMIN, NOW + MINUTE);
	ka_auth_free(foreign);
	client = (struct client){ .id = other.access_key_id, .secret = other.secret_access_key, .token = other_token };
	assert_int_equal(ask(f, &client), KA_API_UNRECOGNIZED_CLIENT);
}

/* Keys come from the store once in a while, not with every request; what changes there counts within two seconds. */
static void
test_cache(void **state)
{
	struct fixture *f = *state;
	const struct client usual = { 0 };
	const struct client regions[] = { { .scope = "20231114/a/iot/aws4_request" },
		{ .scope = "20231114/b/iot/aws4_request" }, { .scope = "20231114/c/iot/aws4_request" },
		{ .scope = "20231114/d/iot/aws4_request" }, { .scope = "20231114/e/iot/aws4_request" } };

	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(ask(f, &usual), KA_API_OK);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(ask(f, &regions[i % 5]), KA_API_OK);
	assert_in_range(f->store.num_reads, 1, 3);

	f->store.rows[0].disabled = true;
	int64_t start = ka_clock_monotonic();
	while (ask(f, &usual) == KA_API_OK) {
		assert_true(ka_clock_monotonic() - start < 3000000000);
		(void)usleep(20000);
	}
	assert_int_equal(ask(f, &usual), KA_API_UNRECOGNIZED_CLIENT);
	f->store.rows[0].disabled = false;
	assert_int_equal(ask(f, &usual), KA_API_OK); /* refusals are not remembered */
}

static void *
ask_often(void *arg)
{
	/* Its own arena and message; key, cache and store are everybody's. */
	const struct fixture *shared = arg;
	struct fixture own = { .auth = shared->auth, .key = shared->key };
	size_t num_accepted = 0;

	for (unsigned i = 0; i < 500; i++) {
		const struct client client = { .scope = ka_arena_format(
						   &own.arena, "20231114/region-%u/iot/aws4_request", i % 7) };

		num_accepted += ask(&own, &client) == KA_API_OK;
	}
	ka_arena_clear(&own.arena);
	return num_accepted == 500 ? NULL : arg;
}

/* Many at once, with more scopes than the cache keeps for a key. */
static void
test_threads(void **state)
{
	pthread_t threads[8];
	void *refused;

	for (size_t i = 0; i < 8; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_often, *state), 0);
	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(pthread_join(threads[i], &refused), 0);
		assert_null(refused);
	}
}

static void
test_store_in_trouble(void **state)
{
	struct fixture *f = *state;
	const struct client usual = { 0 };

	f->store.failure = KA_STORE_UNAVAILABLE;
	assert_int_equal(ask(f, &usual), KA_API_SERVICE_UNAVAILABLE);
	f->store.failure = KA_STORE_FAILED;
	assert_int_equal(ask(f, &usual), KA_API_INTERNAL_FAILURE);
	f->store.failure = KA_STORE_OK;
	assert_int_equal(ask(f, &usual), KA_API_OK);
}

/* The secret is in the database as ciphertext, bound to key, account and role. */
static void
test_sealed_secret(void **state)
{
	struct fixture *f = *state;
	struct ka_access_key_row *row = &f->store.rows[0];
	char secret[KA_SECRET_ACCESS_KEY_LEN];

	assert_int_equal(row->sealed_secret.len, 68);
	assert_null(memmem(f->store.secrets[0], 128, f->key.secret_access_key, 8));
	assert_true(ka_access_key_open(secret, f->auth, row));
	assert_memory_equal(secret, f->key.secret_access_key, sizeof(secret));
	for (size_t i = 0; i < row->sealed_secret.len; i++) {
		f->store.secrets[0][i] ^= 1;
		assert_false(ka_access_key_open(secret, f->auth, row));
		f->store.secrets[0][i] ^= 1;
	}
	row->role = KA_ROLE_ADMIN;
	assert_false(ka_access_key_open(secret, f->auth, row));
	row->role = KA_ROLE_AUDITOR;
	row->account = "000000000001";
	assert_false(ka_access_key_open(secret, f->auth, row));
	assert_int_equal(ask(f, &(struct client){ 0 }), KA_API_INTERNAL_FAILURE);
	assert_non_null(strstr(f->message, "secret.key"));
	row->account = "000000000000";
	row->sealed_secret.len--;
	assert_false(ka_access_key_open(secret, f->auth, row));
	row->sealed_secret.len++;
	assert_true(ka_access_key_open(secret, f->auth, row));
}

static void
test_new_keys(void **state)
{
	struct ka_new_access_key keys[100];

	(void)state;
	for (size_t i = 0; i < 100; i++) {
		ka_new_access_key_make(&keys[i], "AKIA");
		assert_int_equal(strlen(keys[i].access_key_id), 20);
		assert_int_equal(strspn(keys[i].access_key_id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), 20);
		assert_int_equal(strlen(keys[i].secret_access_key), 40);
		assert_int_equal(strspn(keys[i].secret_access_key,
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"),
		    40);
		for (size_t k = 0; k < i; k++) {
			assert_string_not_equal(keys[i].access_key_id, keys[k].access_key_id);
			assert_string_not_equal(keys[i].secret_access_key, keys[k].secret_access_key);
		}
	}
}

static void
test_roles(void **state)
{
	enum ka_role role;

	(void)state;
	assert_true(ka_role_by_name(&role, "auditor"));
	assert_int_equal(role, KA_ROLE_AUDITOR);
	assert_string_equal(ka_role_name(KA_ROLE_READER), "reader");
	assert_string_equal(ka_role_name((enum ka_role)9), "unknown");
	assert_false(ka_role_by_name(&role, "root"));
	assert_false(ka_role_by_name(&role, "Admin"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_identity, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refusals, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_message_keeps_secrets, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_clock_skew, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_sessions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_cache, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_threads, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_store_in_trouble, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_sealed_secret, set_up, tear_down),
		cmocka_unit_test(test_new_keys),
		cmocka_unit_test(test_roles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
