/* SPDX-License-Identifier: Apache-2.0 */
/* routes_dump - prints the table of operations and all shapes that they use as JSON: for the comparison with the service model
 * (routes_test.py) and for the manual's table of operations. A program of the build, not installed. */
#include <stdio.h>
#include <string.h>

#include "server/api/routes.h"

#define MAX_SHAPES 256u

/* Shapes that were met and are still to be written, each once. */
static const struct ka_shape *shapes[MAX_SHAPES];
static size_t num_shapes;

static const char *
meet(const struct ka_shape *shape)
{
	size_t i = 0;

	while (i < num_shapes && shapes[i] != shape)
		i++;
	if (i == num_shapes && num_shapes < MAX_SHAPES)
		shapes[num_shapes++] = shape;
	return shape->name;
}

static void
put_shape(struct ka_json *json, const struct ka_shape *shape)
{
	static const char *const types[] = {
		[KA_SHAPE_STRING] = "string",
		[KA_SHAPE_BOOLEAN] = "boolean",
		[KA_SHAPE_INTEGER] = "integer",
		[KA_SHAPE_TIMESTAMP] = "timestamp",
		[KA_SHAPE_STRUCTURE] = "structure",
		[KA_SHAPE_LIST] = "list",
		[KA_SHAPE_MAP] = "map",
	};

	ka_json_open(json, shape->name, '{');
	ka_json_string(json, "type", types[shape->type]);
	if (shape->has_min)
		ka_json_number(json, "min", (uint64_t)shape->min);
	if (shape->has_max)
		ka_json_number(json, "max", (uint64_t)shape->max);
	if (shape->pattern != NULL)
		ka_json_string(json, "pattern", shape->pattern);
	ka_json_bool(json, "decided", shape->matches != NULL);
	if (shape->values != NULL) {
		ka_json_open(json, "enum", '[');
		for (size_t i = 0; shape->values[i] != NULL; i++)
			ka_json_string(json, NULL, shape->values[i]);
		ka_json_close(json, ']');
	}
	if (shape->members != NULL) {
		ka_json_open(json, "members", '{');
		for (const struct ka_member *member = shape->members; member->name != NULL; member++)
			ka_json_string(json, member->name, meet(member->shape));
		ka_json_close(json, '}');
		ka_json_open(json, "required", '[');
		for (const struct ka_member *member = shape->members; member->name != NULL; member++)
			if (member->required)
				ka_json_string(json, NULL, member->name);
		ka_json_close(json, ']');
	}
	if (shape->element != NULL)
		ka_json_string(json, "element", meet(shape->element));
	if (shape->key != NULL)
		ka_json_string(json, "key", meet(shape->key));
	ka_json_close(json, '}');
}

static void
put_route(struct ka_json *json, const struct ka_route *route)
{
	static const char *const wheres[] = {
		[KA_IN_PATH] = "uri",
		[KA_IN_QUERY] = "querystring",
		[KA_IN_BODY] = "body",
	};
	static const char *const roles[] = {
		[KA_ROLE_ADMIN] = "admin",
		[KA_ROLE_AUDITOR] = "auditor",
		[KA_ROLE_READER] = "reader",
	};

	ka_json_open(json, route->name, '{');
	ka_json_string(json, "method", ka_method_name(route->method));
	ka_json_string(json, "path", route->path);
	ka_json_string(json, "role", roles[route->least]);
	ka_json_bool(json, "writes", route->writes);
	ka_json_open(json, "params", '{');
	for (const struct ka_param *param = route->params; param->name != NULL; param++) {
		ka_json_open(json, param->name, '{');
		ka_json_string(json, "wire", param->wire_name == NULL ? param->name : param->wire_name);
		ka_json_string(json, "where", wheres[param->where]);
		ka_json_bool(json, "required", param->required);
		ka_json_string(json, "shape", meet(param->shape));
		ka_json_close(json, '}');
	}
	ka_json_close(json, '}');
	ka_json_close(json, '}');
}

int
main(void)
{
	struct ka_buf buf = { 0 };
	struct ka_json json = { .buf = &buf };

	ka_json_open(&json, NULL, '{');
	ka_json_open(&json, "operations", '{');
	for (const struct ka_route *route = ka_routes(); route->name != NULL; route++)
		put_route(&json, route);
	ka_json_close(&json, '}');
	ka_json_open(&json, "shapes", '{');
	for (size_t i = 0; i < num_shapes; i++) /* grows on the way */
		put_shape(&json, shapes[i]);
	ka_json_close(&json, '}');
	ka_json_close(&json, '}');
	ka_buf_putc(&buf, '\n');
	bool ok = fwrite(buf.data, 1, buf.len, stdout) == buf.len && fflush(stdout) == 0;
	ka_buf_clear(&buf);
	return ok ? 0 : 1;
}
