/* SPDX-License-Identifier: Apache-2.0 */
/* What operations ask of their checked parameters. A name that the route does not have is a bug in the operation, caught by its tests: it
 * is absent for ever. */
#include <string.h>

#include "server/api/params.h"

static const struct ka_value *
find(const struct ka_request *request, const char *name)
{
	static const struct ka_value absent;

	for (const struct ka_param *param = request->route->params; name != NULL && param->name != NULL; param++)
		if (strcmp(param->name, name) == 0)
			return &request->values[param - request->route->params];
	return &absent;
}

const char *
ka_param_text(const struct ka_request *request, const char *name)
{
	return find(request, name)->text;
}

bool
ka_param_bool(const struct ka_request *request, const char *name, bool fallback)
{
	const struct ka_value *value = find(request, name);

	return value->given ? value->number != 0 : fallback;
}

int64_t
ka_param_int(const struct ka_request *request, const char *name, int64_t fallback)
{
	const struct ka_value *value = find(request, name);

	return value->given ? value->number : fallback;
}

unsigned
ka_param_enum(const struct ka_request *request, const char *name)
{
	return (unsigned)find(request, name)->number;
}

bool
ka_param_time(const struct ka_request *request, int64_t *out_ms, const char *name)
{
	const struct ka_value *value = find(request, name);

	if (value->given)
		*out_ms = value->number;
	return value->given;
}

json_t *
ka_param_json(const struct ka_request *request, const char *name)
{
	return find(request, name)->json;
}

bool
ka_param_given(const struct ka_request *request, const char *name)
{
	return find(request, name)->given;
}
