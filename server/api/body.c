/* SPDX-License-Identifier: Apache-2.0 */
/* From the bytes of a body to a JSON object. jansson does the parsing; what it would accept but nobody means well with is refused first. */
#include <string.h>
#include <strings.h>

#include "server/api/params.h"

#define MAX_ERROR_LEN 200u

/* What a text of JSON would make of memory, counted without parsing it. Brackets in strings do not count. */
struct extent {
	size_t depth, max_depth, containers, values;
};

static struct extent
measure(struct ka_slice text)
{
	struct extent extent = { 0 };
	bool in_string = false;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.data[i];

		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			extent.containers++;
			extent.values++;
			if (++extent.depth > extent.max_depth)
				extent.max_depth = extent.depth;
		} else if ((c == '}' || c == ']') && extent.depth > 0) {
			extent.depth--;
		} else if (c == ',') {
			extent.values++;
		}
	}
	return extent;
}

static bool
extent_is_fair(const struct ka_checking *checking, struct ka_slice text)
{
	struct extent extent = measure(text);

	if (extent.max_depth > KA_BODY_MAX_DEPTH)
		ka_reply_error(checking->reply, checking->request, KA_API_INVALID_REQUEST,
		    "The body is nested %zu levels deep; at most %u are accepted", extent.max_depth, KA_BODY_MAX_DEPTH);
	else if (extent.containers > KA_BODY_MAX_CONTAINERS || extent.values > KA_BODY_MAX_VALUES)
		ka_reply_error(checking->reply, checking->request, KA_API_INVALID_REQUEST,
		    "The body has %zu objects and lists and about %zu values; at most %u and %u are accepted", extent.containers,
		    extent.values, KA_BODY_MAX_CONTAINERS, KA_BODY_MAX_VALUES);
	else
		return true;
	return false;
}

/* application/json, whatever parameters follow; or no type at all. */
static bool
type_is_json(const char **out_seen, const struct ka_raw_request *raw)
{
	static const char wanted[] = "application/json";

	for (size_t i = 0; i < raw->num_headers; i++) {
		const char *value = raw->headers[i].value;
		size_t len = sizeof(wanted) - 1;

		if (strcmp(raw->headers[i].name, "content-type") != 0)
			continue;
		*out_seen = value;
		if (strncasecmp(value, wanted, len) != 0 || (value[len] != '\0' && strchr("; \t", value[len]) == NULL))
			return false;
	}
	return true;
}

static void
refuse_json(const struct ka_checking *checking, const json_error_t *error)
{
	struct ka_buf what = { 0 };

	(void)ka_buf_clean(&what, error->text, strnlen(error->text, MAX_ERROR_LEN));
	ka_reply_error(checking->reply, checking->request, KA_API_INVALID_REQUEST,
	    "The body is not the JSON that this operation takes: line %d, column %d (byte %d): %.*s", error->line, error->column,
	    error->position, (int)what.len, what.data);
	ka_buf_clear(&what);
}

json_t *
ka_body_read(const struct ka_checking *checking, const struct ka_raw_request *raw)
{
	const char *type = "";
	json_error_t error;

	if (raw->body.len == 0)
		return json_object();
	if (!type_is_json(&type, raw)) {
		struct ka_buf seen = { 0 };

		(void)ka_buf_clean(&seen, type, strnlen(type, MAX_ERROR_LEN));
		ka_reply_error(checking->reply, checking->request, KA_API_UNSUPPORTED_MEDIA_TYPE,
		    "The body must be JSON with Content-Type: application/json; seen: %.*s", (int)seen.len, seen.data);
		ka_buf_clear(&seen);
		return NULL;
	}
	if (!extent_is_fair(checking, raw->body))
		return NULL;
	json_t *json = json_loadb((const char *)raw->body.data, raw->body.len, JSON_REJECT_DUPLICATES, &error);
	if (json == NULL) {
		refuse_json(checking, &error);
		return NULL;
	}
	if (json_is_object(json))
		return json;
	json_decref(json);
	ka_reply_error(checking->reply, checking->request, KA_API_INVALID_REQUEST, "The body must be a JSON object, is a list");
	return NULL;
}
