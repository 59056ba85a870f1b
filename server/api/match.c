/* SPDX-License-Identifier: Apache-2.0 */
/* From a request's method and path to its operation. The table is small: going through it costs less than what follows. */
#include <string.h>

#include "server/api/decode.h"
#include "server/api/routes.h"

static const char *const method_names[] = {
	[KA_METHOD_GET] = "GET",
	[KA_METHOD_POST] = "POST",
	[KA_METHOD_PUT] = "PUT",
	[KA_METHOD_PATCH] = "PATCH",
	[KA_METHOD_DELETE] = "DELETE",
};

const char *
ka_method_name(enum ka_method method)
{
	return method_names[method];
}

/* The segment behind *path's slash; false when there is none. */
static bool
next_segment(struct ka_slice *out, const char **path)
{
	if (**path != '/')
		return false;
	*out = (struct ka_slice){ (const uint8_t *)*path + 1, strcspn(*path + 1, "/") };
	*path += 1 + out->len;
	return true;
}

static bool
is_name(struct ka_slice segment)
{
	return segment.len > 2 && segment.data[0] == '{';
}

/* A segment as the client sent it, against one of the table, without decoding into memory. */
static bool
equals_decoded(struct ka_slice sent, struct ka_slice wanted)
{
	size_t at = 0;

	for (size_t i = 0; i < wanted.len; i++) {
		int byte = ka_decode_byte(&at, sent);

		if (byte != wanted.data[i])
			return false;
	}
	return at == sent.len;
}

/* Does path fit pattern? Collects what stands for its {names}. */
static bool
path_fits(struct ka_slice out_segments[KA_MAX_PATH_PARAMS], const char *pattern, const char *path)
{
	struct ka_slice wanted, sent;
	size_t num = 0;

	while (next_segment(&wanted, &pattern)) {
		if (!next_segment(&sent, &path))
			return false;
		if (is_name(wanted)) {
			if (sent.len == 0)
				return false;
			out_segments[num++] = sent;
		} else if (!equals_decoded(sent, wanted)) {
			return false;
		}
	}
	return *path == '\0';
}

void
ka_route_match(struct ka_route_match *out, const char *method, const char *path)
{
	struct ka_slice segments[KA_MAX_PATH_PARAMS] = { 0 };

	*out = (struct ka_route_match){ 0 };
	for (const struct ka_route *route = ka_routes(); route->name != NULL; route++) {
		if (!path_fits(segments, route->path, path))
			continue;
		out->methods |= 1u << route->method;
		if (strcmp(method, method_names[route->method]) != 0)
			continue;
		out->route = route;
		memcpy(out->segments, segments, sizeof(segments));
	}
}

bool
ka_api_is_write(const char *method, const char *path)
{
	struct ka_route_match match;

	ka_route_match(&match, method, path);
	return match.route != NULL && match.route->writes;
}
