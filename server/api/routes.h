/* SPDX-License-Identifier: Apache-2.0 */
/* routes.h - the table of operations. One row here, one file op_<name>.c each.
 *
 * The tables of parameters state the constraints of the service model (reference, section 2; botocore iot/2015-05-28): required,
 * type, enum, pattern, minimum and maximum. A test compares them with botocore's model, which is the authority. */
#ifndef KA_SERVER_API_ROUTES_H
#define KA_SERVER_API_ROUTES_H

#include "server/api/api.h"

enum ka_param_where { KA_IN_PATH = 1, KA_IN_QUERY, KA_IN_BODY };
enum ka_shape_type { KA_SHAPE_STRING = 1, KA_SHAPE_BOOLEAN, KA_SHAPE_INTEGER, KA_SHAPE_TIMESTAMP, KA_SHAPE_STRUCTURE, KA_SHAPE_LIST,
	KA_SHAPE_MAP };

struct ka_member;

/* A shape of the model. Only the fields of its type count; 0 and NULL mean no constraint. */
struct ka_shape {
	const char *name; /* the model's: "CertificateId" */
	enum ka_shape_type type;
	int64_t min, max; /* string and list lengths in characters and members; integers' values, which have both */
	bool has_min, has_max;
	const char *pattern;             /* the model's text, for messages and the test against botocore */
	bool (*matches)(const char *text); /* what decides it (patterns.h); NULL: the pattern takes everything */
	void (*normalise)(char *text);     /* shortens or changes letters in place before anything is checked; or NULL */
	const char *const *values;         /* enum: NULL-terminated */
	const struct ka_member *members;   /* structures: ended by a NULL name */
	const struct ka_shape *element;    /* lists: members; maps: values */
	const struct ka_shape *key;        /* maps */
};

struct ka_member {
	const char *name;
	const struct ka_shape *shape;
	bool required;
};

struct ka_param {
	const char *name;      /* in the model */
	const char *wire_name; /* in path or query; NULL: the same */
	enum ka_param_where where;
	const struct ka_shape *shape;
	bool required;
};

struct ka_route {
	const char *name; /* "RegisterCACertificate" */
	enum ka_method method;
	const char *path;              /* "/cacertificate/{caCertificateId}" */
	const struct ka_param *params; /* ended by a NULL name */
	enum ka_role least;            /* the weakest role that may: KA_ROLE_READER may less than AUDITOR, AUDITOR less than ADMIN */
	bool writes;
	ka_operation_fn run;
};

/* ka_routes returns the table, ended by a NULL name. */
const struct ka_route *ka_routes(void);

#define KA_MAX_PATH_PARAMS 2u

struct ka_route_match {
	const struct ka_route *route; /* NULL: no operation has this path and method */
	/* What stands in the path's {names}, in their order, still percent-encoded. */
	struct ka_slice segments[KA_MAX_PATH_PARAMS];
	unsigned methods; /* mask of 1u << enum ka_method: what operations this path has; 0: no such path */
};

/* ka_route_match finds the operation of a request. The path's segments are compared percent-decoded. */
void ka_route_match(struct ka_route_match *out, const char *method, const char *path);

/* ka_method_name returns "GET". */
const char *ka_method_name(enum ka_method method);

#endif
