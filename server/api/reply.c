/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/api.h"

#include <stdarg.h>
#include <stdio.h>

#define MAX_MESSAGE_LEN 2048u

void
ka_reply_error(struct ka_reply *reply, const struct ka_request *request, enum ka_api_error error, const char *format, ...)
{
	char text[MAX_MESSAGE_LEN];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	reply->error = error;
	reply->message = ka_arena_string(request->arena, text);
	reply->body.len = 0; /* what an operation wrote before it failed is not sent */
}

void
ka_reply_exists(
    struct ka_reply *reply, const struct ka_request *request, const char *id, const char *arn, const char *message)
{
	ka_reply_error(reply, request, KA_API_RESOURCE_ALREADY_EXISTS, "%s", message);
	reply->resource_id = ka_arena_string(request->arena, id);
	reply->resource_arn = ka_arena_string(request->arena, arn);
}

bool
ka_reply_store(struct ka_reply *reply, const struct ka_request *request, enum ka_store_status status)
{
	if (status == KA_STORE_OK)
		return true;
	if (status == KA_STORE_UNAVAILABLE)
		ka_reply_error(reply, request, KA_API_SERVICE_UNAVAILABLE,
		    "The database cannot be read or written just now (disk full, read-only, locked or unreachable). Nothing was changed; "
		    "try again.");
	else if (status == KA_STORE_UNCERTAIN)
		ka_reply_error(reply, request, KA_API_SERVICE_UNAVAILABLE,
		    "The disk failed while the change was written: it was made or it was not. Look before you try again.");
	else
		ka_reply_error(reply, request, KA_API_INTERNAL_FAILURE,
		    "The database refused the operation. Nothing was changed; the server's log has the reason under request %s.",
		    request->id);
	return false;
}
