/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/api.h"

#include <string.h>

#define ARN_PREFIX "arn:aws:iot:%s:%s:"

const char *
ka_arn(const struct ka_request *request, const char *kind, const char *name)
{
	return ka_arena_format(request->arena, ARN_PREFIX "%s/%s", request->scope.region, request->scope.account, kind, name);
}

bool
ka_arn_read(const char **out_kind, const char **out_name, const struct ka_request *request, const char *arn)
{
	const char *prefix = ka_arena_format(request->arena, ARN_PREFIX, request->scope.region, request->scope.account);
	size_t prefix_len = strlen(prefix);

	if (strncmp(arn, prefix, prefix_len) != 0)
		return false;
	const char *kind = arn + prefix_len;
	const char *slash = strchr(kind, '/');
	if (slash == NULL || slash == kind || slash[1] == '\0')
		return false;
	*out_kind = ka_arena_text(request->arena, kind, (size_t)(slash - kind));
	*out_name = ka_arena_string(request->arena, slash + 1);
	return true;
}
