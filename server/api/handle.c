/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a request: who -> which operation -> may he -> parameters -> run -> bytes of the reply. */
#include "server/api/api.h"
#include "server/api/conditional.h"
#include "server/api/params.h"
#include "server/clock.h"
#include "server/sigv4/auth.h"

static const char *
allowed_methods(struct ka_arena *arena, unsigned methods)
{
	const char *list = "";

	for (unsigned method = KA_METHOD_GET; method <= KA_METHOD_DELETE; method++)
		if (methods >> method & 1)
			list = ka_arena_format(
			    arena, "%s%s%s", list, list[0] == '\0' ? "" : ", ", ka_method_name((enum ka_method)method));
	return list;
}

/* Finds the operation, sets out->allow where the method is wrong. */
static bool
route(struct ka_reply *reply, struct ka_api_result *out, struct ka_request *request, struct ka_route_match *match,
    const struct ka_raw_request *raw)
{
	ka_route_match(match, raw->method, raw->path);
	if (match->route != NULL) {
		request->route = match->route;
		out->operation = match->route->name;
		return true;
	}
	if (match->methods == 0) {
		ka_reply_error(reply, request, KA_API_UNKNOWN_OPERATION,
		    "No operation has this path. keyassayd has the operations of AWS IoT that register and audit certificates; keyassayd(8) "
		    "lists them.");
		return false;
	}
	out->allow = allowed_methods(request->arena, match->methods);
	ka_reply_error(reply, request, KA_API_METHOD_NOT_ALLOWED, "This path takes %s only.", out->allow);
	return false;
}

static bool
authorize(struct ka_reply *reply, const struct ka_request *request)
{
	static const char *const names[] = {
		[KA_ROLE_ADMIN] = "admin",
		[KA_ROLE_AUDITOR] = "auditor",
		[KA_ROLE_READER] = "reader",
	};

	/* Roles are numbered from the strongest. */
	if (request->identity->role <= request->route->least)
		return true;
	ka_reply_error(reply, request, KA_API_ACCESS_DENIED,
	    "Access key %s has the role %s; iot:%s takes the role %s. keyassayd accesskey create --role makes a key with another role.",
	    request->identity->access_key_id, names[request->identity->role], request->route->name, names[request->route->least]);
	return false;
}

/* Sets reply in every case. */
static void
answer(struct ka_reply *reply, struct ka_api_result *out, struct ka_request *request, struct ka_identity *identity,
    const struct ka_raw_request *raw)
{
	struct ka_route_match match;
	const char *message = "";
	enum ka_api_error error =
	    ka_auth_verify(identity, &message, request->arena, request->server->auth, raw, request->now);

	if (error != KA_API_OK) {
		ka_reply_error(reply, request, error, "%s", message);
		return;
	}
	out->access_key_id = ka_arena_string(request->arena, identity->access_key_id);
	out->account = ka_arena_string(request->arena, identity->account);
	request->scope = (struct ka_scope){ out->account, ka_arena_string(request->arena, identity->region) };
	if (route(reply, out, request, &match, raw) && authorize(reply, request) &&
	    ka_params_read(reply, request, &match, raw))
		match.route->run(reply, request);
}

/* 304 when the client has this reply already (RFC 9110, 15.4.5). */
static void
set_conditions(struct ka_api_result *out, const struct ka_reply *reply, struct ka_arena *arena, const struct ka_raw_request *raw)
{
	out->etag = reply->etag;
	out->cache_control = ka_cache_control(arena, reply->max_age);
	if (ka_etag_matches(raw, reply->etag)) {
		out->status = 304;
		out->body.len = 0;
	}
}

static void
write_error(struct ka_buf *body, const struct ka_reply *reply)
{
	struct ka_json json = { .buf = body };

	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "message", reply->message);
	if (reply->error == KA_API_RESOURCE_ALREADY_EXISTS) {
		ka_json_string(&json, "resourceId", reply->resource_id);
		ka_json_string(&json, "resourceArn", reply->resource_arn);
	}
	ka_json_close(&json, '}');
}

void
ka_api_handle(struct ka_api_result *out, struct ka_server *server, struct ka_arena *arena, const struct ka_raw_request *raw)
{
	struct ka_identity identity = { 0 };
	struct ka_request request = {
		.server = server, .arena = arena, .identity = &identity, .id = raw->request_id, .now = ka_clock_now()
	};
	struct ka_reply reply = { 0 };

	*out = (struct ka_api_result){ .operation = "", .access_key_id = "", .account = "" };
	answer(&reply, out, &request, &identity, raw);
	out->status = ka_api_error_status(reply.error);
	out->error_type = ka_api_error_name(reply.error);
	out->body = reply.body;
	if (reply.error != KA_API_OK)
		write_error(&out->body, &reply);
	else if (reply.body.len == 0)
		ka_buf_puts(&out->body, "{}");
	if (reply.error == KA_API_OK && reply.etag != NULL)
		set_conditions(out, &reply, arena, raw);
	json_decref(request.body);
}
