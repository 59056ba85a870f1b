/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/call_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "server/api/params.h"
#include "server/pki/pki.h"
#include "server/sigv4/auth.h"

static const char *
in_dir(const struct call_world *world, const char *before, const char *name)
{
	static char text[256];

	(void)snprintf(text, sizeof(text), "%s%s/%s", before, world->dir, name);
	return text;
}

void
call_open(struct call_world *world)
{
	static const uint8_t key[KA_SECRET_KEY_LEN] = "a key for tests";
	char message[KA_STORE_MESSAGE_LEN];

	*world = (struct call_world){ .now = CALL_NOW };
	(void)snprintf(world->dir, sizeof(world->dir), "/tmp/keyassay-call.XXXXXX");
	assert_non_null(mkdtemp(world->dir));
	world->server.store = ka_store_open(message, in_dir(world, "sqlite:", "keyassay.db"), KA_STORE_CREATE);
	if (world->server.store == NULL)
		fail_msg("%s", message);
	ka_store_log_key(world->server.store, key);
	assert_true(ka_store_log_begin(world->server.store, message, false));
	world->server.auth = ka_auth_new(key, world->server.store);
	assert_true(ka_pki_create(message, world->server.auth, world->dir));
	world->server.pki = ka_pki_load(message, world->server.auth, world->dir);
	assert_non_null(world->server.pki);
	world->ctx = ka_ctx_new();
	world->server.ctx = world->ctx;
	world->server.host = "127.0.0.1:8400";
	world->server.default_account = CALL_ACCOUNT;
	(void)snprintf(world->identity.account, sizeof(world->identity.account), CALL_ACCOUNT);
	(void)snprintf(world->identity.region, sizeof(world->identity.region), CALL_REGION);
	(void)snprintf(world->identity.access_key_id, sizeof(world->identity.access_key_id), "AKIATEST");
	world->identity.role = KA_ROLE_ADMIN;
}

void
call_close(struct call_world *world)
{
	static const char *const files[] = { "keyassay.db", "keyassay.db-wal", "keyassay.db-shm", "ca.pem",
		"ca.key.sealed" };

	ka_pki_free(world->server.pki);
	ka_auth_free(world->server.auth);
	ka_store_close(world->server.store);
	ka_ctx_free(world->ctx);
	json_decref(world->reply);
	ka_arena_clear(&world->arena);
	ka_arena_clear(&world->bodies);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		(void)unlink(in_dir(world, "", files[i]));
	assert_int_equal(rmdir(world->dir), 0);
}

const char *
call(struct call_world *world, const char *method, const char *path, const char *query, const char *body)
{
	static const struct ka_raw_header headers[] = { { "content-type", "application/json" } };
	struct ka_raw_request raw = { .method = method,
		.path = path,
		.query = query == NULL ? "" : query,
		.headers = headers,
		.num_headers = 1,
		.request_id = "request-1",
		.peer = "test" };
	struct ka_route_match match;
	struct ka_reply reply = { 0 };

	ka_arena_clear(&world->arena);
	json_decref(world->reply);
	world->reply = NULL;
	if (body != NULL)
		raw.body = (struct ka_slice){ (const uint8_t *)body, strlen(body) };
	struct ka_request request = { .server = &world->server,
		.arena = &world->arena,
		.identity = &world->identity,
		.scope = { world->identity.account, world->identity.region },
		.id = raw.request_id,
		.now = world->now };
	ka_route_match(&match, method, path);
	if (match.route == NULL)
		fail_msg("no route for %s %s", method, path);
	request.route = match.route;
	if (ka_params_read(&reply, &request, &match, &raw))
		match.route->run(&reply, &request);
	json_decref(request.body);
	if (reply.error != KA_API_OK) {
		world->reply = json_pack("{s:s, s:s*, s:s*}", "message", reply.message, "resourceId", reply.resource_id,
		    "resourceArn", reply.resource_arn);
	} else {
		json_error_t error;
		world->reply =
		    reply.body.len == 0 ? json_object() : json_loadb(reply.body.data, reply.body.len, 0, &error);
		if (world->reply == NULL)
			fail_msg("the reply is no JSON: %s: %.*s", error.text, (int)reply.body.len, reply.body.data);
	}
	ka_buf_clear(&reply.body);
	ka_arena_clear(&world->bodies);
	return reply.error == KA_API_OK ? "" : ka_api_error_name(reply.error);
}

const char *
call_member(const struct call_world *world, const char *name)
{
	const char *text = json_string_value(json_object_get(world->reply, name));

	return text == NULL ? "" : text;
}

const char *
call_body(struct call_world *world, const char *name, ...)
{
	json_t *object = json_object();
	va_list args;

	va_start(args, name);
	for (; name != NULL; name = va_arg(args, const char *)) {
		const char *value = va_arg(args, const char *);
		assert_int_equal(json_object_set_new(object, name, json_string(value)), 0);
	}
	va_end(args);
	const char *text = ka_json_text(&world->bodies, object);
	json_decref(object);
	return text;
}

struct newest {
	struct call_world *world;
	struct ka_log_row *rows;
	size_t num;
};

static enum ka_store_status
get_newest(struct ka_tx *tx, void *arg)
{
	struct newest *newest = arg;
	const struct ka_scope scope = { newest->world->identity.account, newest->world->identity.region };

	return ka_tx_log_list(tx, &newest->rows, &newest->num, &newest->world->arena, &scope,
	    &(struct ka_log_filter){ 0 }, &(struct ka_page){ .limit = 1 });
}

const struct ka_log_row *
call_log(struct call_world *world)
{
	struct newest newest = { .world = world };

	assert_int_equal(ka_store_read(world->server.store, get_newest, &newest), KA_STORE_OK);
	assert_int_equal(newest.num, 1);
	return newest.rows;
}
