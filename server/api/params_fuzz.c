/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of every operation from arbitrary bytes. The first byte picks the operation, the rest of the first line stands for the
 * path's names, the second line is the query, what follows is the body.
 *
 * Either the parameters are refused, with a message that a log and a terminal can show; or they are good, and then they stay good and the
 * same when they are read once more from what they became. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "server/api/params.h"

struct reading {
	struct ka_arena arena;
	struct ka_request request;
	struct ka_reply reply;
	bool ok;
};

static void
read_params(struct reading *out, const struct ka_route_match *match, const char *query, struct ka_slice body)
{
	static const struct ka_raw_header header = { "content-type", "application/json" };
	const struct ka_raw_request raw = { .method = "POST", .path = "", .query = query, .headers = &header, .num_headers = 1, .body = body };

	*out = (struct reading){ .request = { .route = match->route } };
	out->request.arena = &out->arena;
	out->ok = ka_params_read(&out->reply, &out->request, match, &raw);
}

static void
end(struct reading *reading)
{
	json_decref(reading->request.body);
	ka_arena_clear(&reading->arena);
}

static void
inspect_message(const char *message)
{
	size_t len = strlen(message);

	FUZZ_CHECK(len > 0 && len < 2048);
	for (size_t i = 0; i < len;) {
		uint32_t c;
		size_t used = ka_utf8_next(&c, message + i, len - i);

		FUZZ_CHECK(used > 0 && c >= 0x20 && (c < 0x7f || c >= 0xa0));
		i += used;
	}
}

/* What the parameters became, as text: known members of the body in the operation's order, then path and query. */
static const char *
as_text(struct reading *reading)
{
	const char *text = "";

	for (const struct ka_param *param = reading->request.route->params; param->name != NULL; param++) {
		const struct ka_value *value = &reading->request.values[param - reading->request.route->params];

		if (param->required)
			FUZZ_CHECK(value->given);
		if (value->given)
			text = ka_arena_format(&reading->arena, "%s%s=%s %lld %s\n", text, param->name, value->text == NULL ? "" : value->text,
			    (long long)value->number, value->json == NULL ? "" : ka_json_text(&reading->arena, value->json));
	}
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ka_route_match match = { 0 };
	struct reading first, second;
	size_t num = 0;

	if (size == 0)
		return 0;
	while (ka_routes()[num].name != NULL)
		num++;
	match.route = &ka_routes()[data[0] % num];

	struct ka_arena arena = { 0 };
	const uint8_t *at = data + 1, *past = data + size;
	const uint8_t *line = at == past ? NULL : memchr(at, '\n', (size_t)(past - at));
	struct ka_slice names = { at, (size_t)((line == NULL ? past : line) - at) };
	at = line == NULL ? past : line + 1;
	line = at == past ? NULL : memchr(at, '\n', (size_t)(past - at));
	const char *query = ka_arena_text(&arena, at, (size_t)((line == NULL ? past : line) - at));
	at = line == NULL ? past : line + 1;
	for (size_t i = 0; i < KA_MAX_PATH_PARAMS; i++)
		match.segments[i] = names;

	read_params(&first, &match, query, (struct ka_slice){ at, (size_t)(past - at) });
	if (!first.ok) {
		FUZZ_CHECK(first.reply.error == KA_API_INVALID_REQUEST);
		inspect_message(first.reply.message);
	} else {
		const char *text = as_text(&first), *body = ka_json_text(&first.arena, first.request.body);

		read_params(&second, &match, query, (struct ka_slice){ (const uint8_t *)body, strlen(body) });
		FUZZ_CHECK(second.ok && strcmp(as_text(&second), text) == 0);
		end(&second);
	}
	end(&first);
	ka_arena_clear(&arena);
	return 0;
}
