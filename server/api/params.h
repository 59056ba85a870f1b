/* SPDX-License-Identifier: Apache-2.0 */
/* params.h - from the bytes of a request to checked parameters. Everything is decided by the route's table; see routes.h.
 *
 * As AWS does: unknown members and query parameters are passed over, null is absent. Refused: a query parameter given twice,
 * duplicate members of an object, text that is not UTF-8 or has a NUL. Every refusal names the member, the rule and what was seen. */
#ifndef KA_SERVER_API_PARAMS_H
#define KA_SERVER_API_PARAMS_H

#include "server/api/routes.h"

/* A parameter's value; which fields count depends on its shape. */
struct ka_value {
	bool given;
	const char *text; /* strings */
	int64_t number;   /* integers; timestamps in milliseconds; booleans 0 and 1; enums: position in the list from 1 */
	json_t *json;     /* body: the value itself */
};

/* ka_params_read fills in request->values and request->body. False: the reply is the error. The caller releases request->body
 * (json_decref) in either case; it may be NULL after an error. */
bool ka_params_read(
    struct ka_reply *reply, struct ka_request *request, const struct ka_route_match *match, const struct ka_raw_request *raw);

/* --- the steps of ka_params_read ------------------------------------------------------------------------------------------ */

/* Where a value stands, for messages: "tags[2].Key". The outermost node has no parent. */
struct ka_place {
	const struct ka_place *parent;
	const char *name; /* of a member, or NULL: */
	size_t index;     /* of an element */
};

/* What the checks write their refusals to. */
struct ka_checking {
	struct ka_reply *reply;
	const struct ka_request *request;
};

/* ka_check_text checks a string against a shape (normalised in place first) and sets out->text and out->number. Times, numbers and
 * booleans have the form of a query here: 2024-01-01T00:00:00Z, 25, true. */
bool ka_check_text(
    struct ka_value *out, const struct ka_checking *checking, const struct ka_place *place, const struct ka_shape *shape, char *text);

/* ka_check_json checks a JSON value and all below it; null and unknown members of objects are removed on the way. */
bool ka_check_json(
    struct ka_value *out, const struct ka_checking *checking, const struct ka_place *place, const struct ka_shape *shape, json_t *json);

/* ka_check_refuse is a refusal: "PLACE: RULE; seen: SEEN". seen is untrusted: cut and cleaned; NULL: nothing is said of it. */
void ka_check_refuse(const struct ka_checking *checking, const struct ka_place *place, const char *seen, size_t seen_len,
    const char *rule, ...) __attribute__((format(printf, 5, 6)));

/* ka_body_read parses a body: application/json or no type, an object, empty is {}; at most KA_BODY_MAX_DEPTH levels,
 * KA_BODY_MAX_CONTAINERS objects and arrays, KA_BODY_MAX_VALUES values (a mebibyte of brackets would take a hundred of memory). NULL:
 * the reply is the error. The caller releases it. */
#define KA_BODY_MAX_DEPTH 16u
#define KA_BODY_MAX_CONTAINERS 1000u
#define KA_BODY_MAX_VALUES 10000u
json_t *ka_body_read(const struct ka_checking *checking, const struct ka_raw_request *raw);

#endif
