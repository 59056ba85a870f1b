/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/params.h"

#include <string.h>

#include "server/api/decode.h"

static const char *
wire_name(const struct ka_param *param)
{
	return param->wire_name == NULL ? param->name : param->wire_name;
}

/* Decodes and checks one value that came as text. */
static bool
read_text(
    struct ka_value *out, const struct ka_checking *checking, const struct ka_param *param, struct ka_slice encoded)
{
	const struct ka_place place = { NULL, wire_name(param), 0 };
	const char *why;
	char *text = ka_decode(&why, checking->request->arena, encoded);

	if (text == NULL) {
		ka_check_refuse(checking, &place, (const char *)encoded.data, encoded.len, "cannot be decoded: %s", why);
		return false;
	}
	return ka_check_text(out, checking, &place, param->shape, text);
}

static bool
read_path(const struct ka_checking *checking, struct ka_value *values, const struct ka_route_match *match)
{
	const char *path = match->route->path;

	for (size_t segment = 0; (path = strchr(path, '{')) != NULL; segment++) {
		size_t len = strcspn(++path, "}");

		for (const struct ka_param *param = match->route->params; param->name != NULL; param++) {
			const char *name = wire_name(param);

			if (param->where == KA_IN_PATH && strlen(name) == len && memcmp(name, path, len) == 0 &&
			    !read_text(&values[param - match->route->params], checking, param, match->segments[segment]))
				return false;
		}
	}
	return true;
}

/* The parameter that a name of the query stands for; NULL for names that nobody knows. */
static const struct ka_param *
query_param(const struct ka_route *route, struct ka_slice encoded_name)
{
	for (const struct ka_param *param = route->params; param->name != NULL; param++) {
		const char *wanted = wire_name(param);
		size_t at = 0;

		if (param->where != KA_IN_QUERY)
			continue;
		while (*wanted != '\0' && ka_decode_byte(&at, encoded_name) == (unsigned char)*wanted)
			wanted++;
		if (*wanted == '\0' && at == encoded_name.len)
			return param;
	}
	return NULL;
}

static bool
read_pair(const struct ka_checking *checking, struct ka_value *values, const struct ka_route *route, struct ka_slice pair)
{
	const uint8_t *equals = pair.len == 0 ? NULL : memchr(pair.data, '=', pair.len);
	size_t name_len = equals == NULL ? pair.len : (size_t)(equals - pair.data);
	struct ka_slice value = equals == NULL ? (struct ka_slice){ pair.data + pair.len, 0 }
					       : (struct ka_slice){ equals + 1, pair.len - name_len - 1 };
	const struct ka_param *param = query_param(route, (struct ka_slice){ pair.data, name_len });

	if (param == NULL)
		return true;
	struct ka_value *out = &values[param - route->params];
	if (out->given) {
		const struct ka_place place = { NULL, wire_name(param), 0 };

		ka_check_refuse(checking, &place, (const char *)value.data, value.len, "is given twice in the query");
		return false;
	}
	return read_text(out, checking, param, value);
}

static bool
read_query(const struct ka_checking *checking, struct ka_value *values, const struct ka_route *route, const char *query)
{
	while (*query != '\0') {
		size_t len = strcspn(query, "&");

		if (!read_pair(checking, values, route, (struct ka_slice){ (const uint8_t *)query, len }))
			return false;
		query += len;
		query += *query == '&';
	}
	return true;
}

static bool
takes_body(const struct ka_route *route)
{
	for (const struct ka_param *param = route->params; param->name != NULL; param++)
		if (param->where == KA_IN_BODY)
			return true;
	return false;
}

/* The body's top level: like a structure, but its members are parameters. */
static bool
read_body(const struct ka_checking *checking, struct ka_value *values, const struct ka_route *route, json_t *body)
{
	for (const struct ka_param *param = route->params; param->name != NULL; param++) {
		const struct ka_place place = { NULL, param->name, 0 };
		json_t *json = param->where == KA_IN_BODY ? json_object_get(body, param->name) : NULL;

		if (json != NULL && !json_is_null(json) &&
		    !ka_check_json(&values[param - route->params], checking, &place, param->shape, json))
			return false;
	}
	return true;
}

static bool
check_required(const struct ka_checking *checking, const struct ka_value *values, const struct ka_route *route)
{
	for (const struct ka_param *param = route->params; param->name != NULL; param++) {
		const struct ka_place place = { NULL, wire_name(param), 0 };

		if (param->required && !values[param - route->params].given) {
			ka_check_refuse(checking, &place, NULL, 0, "is required");
			return false;
		}
	}
	return true;
}

bool
ka_params_read(
    struct ka_reply *reply, struct ka_request *request, const struct ka_route_match *match, const struct ka_raw_request *raw)
{
	const struct ka_checking checking = { reply, request };
	const struct ka_route *route = match->route;
	size_t num = 0;

	while (route->params[num].name != NULL)
		num++;
	request->values = ka_arena_take(request->arena, (num + 1) * sizeof(*request->values));
	/* What an operation without body is sent does not matter. */
	request->body = takes_body(route) ? ka_body_read(&checking, raw) : json_object();
	return request->body != NULL && read_path(&checking, request->values, match) &&
	    read_query(&checking, request->values, route, raw->query) &&
	    read_body(&checking, request->values, route, request->body) && check_required(&checking, request->values, route);
}
