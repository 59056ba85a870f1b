/* SPDX-License-Identifier: Apache-2.0 */
/* JSON values against shapes, level by level. */
#include <string.h>

#include "server/api/params.h"

/* 9999-12-31T23:59:59Z: the last time that RFC 3339 can write. */
#define MAX_SECONDS 253402300799.0

typedef bool (*check_fn)(
    struct ka_value *out, const struct ka_checking *checking, const struct ka_place *place, const struct ka_shape *shape, json_t *json);

static const char *
type_name(const json_t *json)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "an object",
		[JSON_ARRAY] = "a list",
		[JSON_STRING] = "a string",
		[JSON_INTEGER] = "a number",
		[JSON_REAL] = "a number",
		[JSON_TRUE] = "a boolean",
		[JSON_FALSE] = "a boolean",
		[JSON_NULL] = "null",
	};

	return names[json_typeof(json)];
}

static bool
refuse_type(const struct ka_checking *checking, const struct ka_place *place, const char *wanted, const json_t *json)
{
	ka_check_refuse(checking, place, NULL, 0, "must be %s, is %s", wanted, type_name(json));
	return false;
}

/* Normalised text goes back into the tree, which operations read as well. */
static bool
check_string(
    struct ka_value *out, const struct ka_checking *checking, const struct ka_place *place, const struct ka_shape *shape, json_t *json)
{
	if (!json_is_string(json))
		return refuse_type(checking, place, "a string", json);
	char *text = ka_arena_string(checking->request->arena, json_string_value(json));
	if (!ka_check_text(out, checking, place, shape, text))
		return false;
	if (shape->normalise != NULL && json_string_set(json, text) != 0)
		ka_out_of_memory();
	return true;
}

static bool
check_boolean(
    struct ka_value *out, const struct ka_checking *checking, const struct ka_place *place, const struct ka_shape *shape, json_t *json)
{
	(void)shape;
	if (!json_is_boolean(json))
		return refuse_type(checking, place, "true or false", json);
	out->number = json_is_true(json);
	return true;
}

static bool
check_integer(
    struct ka_value *out, const struct ka_checking *checking, const struct ka_place *place, const struct ka_shape *shape, json_t *json)
{
	if (!json_is_integer(json))
		return refuse_type(checking, place, "a whole number", json);
	out->number = json_integer_value(json);
	if (out->number >= shape->min && out->number <= shape->max)
		return true;
	ka_check_refuse(checking, place, NULL, 0, "must be %lld to %lld, is %lld", (long long)shape->min, (long long)shape->max,
	    (long long)out->number);
	return false;
}

static bool
check_time(
    struct ka_value *out, const struct ka_checking *checking, const struct ka_place *place, const struct ka_shape *shape, json_t *json)
{
	(void)shape;
	if (!json_is_number(json))
		return refuse_type(checking, place, "a time as a number of seconds since 1970", json);
	double seconds = json_number_value(json);
	if (seconds >= 0 && seconds <= MAX_SECONDS) {
		out->number = (int64_t)(seconds * 1000 + 0.5);
		return true;
	}
	ka_check_refuse(checking, place, NULL, 0,
	    "must be a number of seconds (not milliseconds) since 1970, up to the year 9999; is %.0f", seconds);
	return false;
}

static const struct ka_member *
find_member(const struct ka_shape *shape, const char *name)
{
	for (const struct ka_member *member = shape->members; member->name != NULL; member++)
		if (strcmp(member->name, name) == 0)
			return member;
	return NULL;
}

static bool
check_structure(
    struct ka_value *out, const struct ka_checking *checking, const struct ka_place *place, const struct ka_shape *shape, json_t *json)
{
	const char *name;
	json_t *value;
	void *next;

	(void)out;
	if (!json_is_object(json))
		return refuse_type(checking, place, "an object", json);
	json_object_foreach_safe(json, next, name, value)
		if (json_is_null(value) || find_member(shape, name) == NULL)
			(void)json_object_del(json, name);
	for (const struct ka_member *member = shape->members; member->name != NULL; member++) {
		struct ka_place below = { place, member->name, 0 };
		struct ka_value ignored = { 0 };

		value = json_object_get(json, member->name);
		if (value == NULL && member->required) {
			ka_check_refuse(checking, &below, NULL, 0, "is required");
			return false;
		}
		if (value != NULL && !ka_check_json(&ignored, checking, &below, member->shape, value))
			return false;
	}
	return true;
}

static bool
check_count(const struct ka_checking *checking, const struct ka_place *place, const struct ka_shape *shape, size_t count)
{
	if (shape->has_min && (int64_t)count < shape->min) {
		ka_check_refuse(checking, place, NULL, 0, "must have at least %lld entries, has %zu", (long long)shape->min, count);
		return false;
	}
	if (shape->has_max && (int64_t)count > shape->max) {
		ka_check_refuse(checking, place, NULL, 0, "must have at most %lld entries, has %zu", (long long)shape->max, count);
		return false;
	}
	return true;
}

static bool
check_list(
    struct ka_value *out, const struct ka_checking *checking, const struct ka_place *place, const struct ka_shape *shape, json_t *json)
{
	size_t index;
	json_t *value;

	(void)out;
	if (!json_is_array(json))
		return refuse_type(checking, place, "a list", json);
	if (!check_count(checking, place, shape, json_array_size(json)))
		return false;
	json_array_foreach(json, index, value) {
		struct ka_place below = { place, NULL, index };
		struct ka_value ignored = { 0 };

		if (!ka_check_json(&ignored, checking, &below, shape->element, value))
			return false;
	}
	return true;
}

static bool
check_map(
    struct ka_value *out, const struct ka_checking *checking, const struct ka_place *place, const struct ka_shape *shape, json_t *json)
{
	const char *name;
	json_t *value;
	void *next;

	(void)out;
	if (!json_is_object(json))
		return refuse_type(checking, place, "an object", json);
	json_object_foreach_safe(json, next, name, value)
		if (json_is_null(value))
			(void)json_object_del(json, name);
	if (!check_count(checking, place, shape, json_object_size(json)))
		return false;
	json_object_foreach(json, name, value) {
		struct ka_place below = { place, name, 0 };
		struct ka_value ignored = { 0 };
		char *key = ka_arena_string(checking->request->arena, name);

		if (!ka_check_text(&ignored, checking, &below, shape->key, key) ||
		    !ka_check_json(&ignored, checking, &below, shape->element, value))
			return false;
	}
	return true;
}

bool
ka_check_json(
    struct ka_value *out, const struct ka_checking *checking, const struct ka_place *place, const struct ka_shape *shape, json_t *json)
{
	static const check_fn checks[] = {
		[KA_SHAPE_STRING] = check_string,
		[KA_SHAPE_BOOLEAN] = check_boolean,
		[KA_SHAPE_INTEGER] = check_integer,
		[KA_SHAPE_TIMESTAMP] = check_time,
		[KA_SHAPE_STRUCTURE] = check_structure,
		[KA_SHAPE_LIST] = check_list,
		[KA_SHAPE_MAP] = check_map,
	};

	out->given = true;
	out->json = json;
	return checks[shape->type](out, checking, place, shape, json);
}
