/* SPDX-License-Identifier: Apache-2.0 */
/* Replies that clients may keep: validators (RFC 9110, 8.8.3 and 13.1.2) and how long (RFC 9111, 5.2.2). */
#include <string.h>

#include "server/api/conditional.h"

bool
ka_etag_matches(const struct ka_raw_request *raw, const char *etag)
{
	size_t etag_len = strlen(etag);

	for (size_t i = 0; i < raw->num_headers; i++) {
		const char *at = raw->headers[i].value;

		if (strcmp(raw->headers[i].name, "if-none-match") != 0)
			continue;
		if (strcmp(at, "*") == 0)
			return true;
		/* A list of "..." and W/"..."; an opaque tag may hold a comma, but no quote. */
		while (*(at += strspn(at, " \t,")) != '\0') {
			at += strncmp(at, "W/", 2) == 0 ? 2 : 0; /* compared weakly */
			const char *end = *at == '"' ? strchr(at + 1, '"') : NULL;

			if (end == NULL)
				break; /* not a list of tags: no condition */
			if ((size_t)(end + 1 - at) == etag_len && memcmp(at, etag, etag_len) == 0)
				return true;
			at = end + 1;
		}
	}
	return false;
}

const char *
ka_cache_control(struct ka_arena *arena, int64_t max_age)
{
	/* The decision is for the client that asked: nothing between may keep it for others. */
	if (max_age <= 0)
		return "private, no-cache";
	return ka_arena_format(arena, "private, max-age=%lld", (long long)max_age);
}
