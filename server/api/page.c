/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of lists. A token holds the position of the last row that was sent, not a count of rows, so rows that come or go in between
 * neither repeat nor hide others. It is sealed for its list: operation, account, region and filter. */
#include "server/api/api.h"
#include "server/api/routes.h"
#include "server/sigv4/auth.h"

#define DEFAULT_PAGE_SIZE 25
#define CURSOR_LEN 16u

static const char *
token_context(const struct ka_request *request, const char *filter)
{
	return ka_arena_format(request->arena, "page %s %s %s %s", request->route->name, request->scope.account,
	    request->scope.region, filter);
}

static void
put_u64(uint8_t out[8], int64_t value)
{
	for (unsigned i = 0; i < 8; i++)
		out[i] = (uint8_t)((uint64_t)value >> (56 - 8 * i));
}

static int64_t
get_u64(const uint8_t in[8])
{
	uint64_t value = 0;

	for (unsigned i = 0; i < 8; i++)
		value = value << 8 | in[i];
	return (int64_t)value;
}

bool
ka_page_begin(struct ka_reply *reply, uint32_t *out_limit, struct ka_cursor *out_after, struct ka_request *request,
    const char *size_name, const char *token_name, const char *filter)
{
	const char *token = ka_param_text(request, token_name);
	struct ka_slice bytes;

	*out_limit = (uint32_t)ka_param_int(request, size_name, DEFAULT_PAGE_SIZE);
	*out_after = (struct ka_cursor){ 0, 0 };
	if (token == NULL)
		return true;
	if (!ka_auth_token_open(&bytes, request->arena, request->server->auth, token, token_context(request, filter)) ||
	    bytes.len != CURSOR_LEN) {
		ka_reply_error(reply, request, KA_API_INVALID_REQUEST,
		    "%s is not a token of this list: send it as the page before gave it, with the same filters", token_name);
		return false;
	}
	*out_after = (struct ka_cursor){ get_u64(bytes.data), get_u64(bytes.data + 8) };
	return true;
}

void
ka_page_end(struct ka_json *json, struct ka_request *request, const char *out_token_name, const char *filter,
    const struct ka_cursor *last, bool more)
{
	uint8_t bytes[CURSOR_LEN];

	if (!more)
		return;
	put_u64(bytes, last->a);
	put_u64(bytes + 8, last->b);
	ka_json_string(json, out_token_name,
	    ka_auth_token_seal(
		request->arena, request->server->auth, (struct ka_slice){ bytes, CURSOR_LEN }, token_context(request, filter)));
}
