/* SPDX-License-Identifier: Apache-2.0 */
/* api.h - operations: what the HTTP room calls and what an operation sees.
 *
 * A request passes http (bytes, limits) -> sigv4 (who) -> api (route, role, parameters) -> one operation (op_<name>.c).
 * The operation gets checked parameters, runs transactions and fills in the reply. It never sees HTTP. */
#ifndef KA_SERVER_API_API_H
#define KA_SERVER_API_API_H

#include <jansson.h>

#include "common/json.h"
#include "server/server.h"

/* Errors of the reference, section 1.4: one row each in errors.c with the HTTP status and the shape's name. */
enum ka_api_error {
	KA_API_OK = 0,
	KA_API_INVALID_REQUEST,              /* 400 InvalidRequestException */
	KA_API_THROTTLING,                   /* 400 ThrottlingException: clients retry it */
	KA_API_INTERNAL_FAILURE,             /* 500 InternalFailureException: clients retry it */
	KA_API_SERVICE_UNAVAILABLE,          /* 503 ServiceUnavailableException: clients retry it */
	KA_API_UNAUTHORIZED,                 /* 401 UnauthorizedException */
	KA_API_RESOURCE_NOT_FOUND,           /* 404 */
	KA_API_RESOURCE_ALREADY_EXISTS,      /* 409, with resourceId and resourceArn */
	KA_API_LIMIT_EXCEEDED,               /* 410 */
	KA_API_CERTIFICATE_STATE,            /* 406 */
	KA_API_CERTIFICATE_VALIDATION,       /* 400 */
	KA_API_REGISTRATION_CODE_VALIDATION, /* 400 */
	KA_API_CERTIFICATE_CONFLICT,         /* 409 */
	KA_API_DELETE_CONFLICT,              /* 409 */
	KA_API_TRANSFER_CONFLICT,            /* 409 */
	KA_API_TRANSFER_ALREADY_COMPLETED,   /* 410 */
	KA_API_TASK_ALREADY_EXISTS,          /* 400 */
	/* AWS's front end: before an operation is reached. */
	KA_API_MISSING_AUTHENTICATION_TOKEN, /* 403 */
	KA_API_UNRECOGNIZED_CLIENT,          /* 403 */
	KA_API_INVALID_SIGNATURE,            /* 403 InvalidSignatureException */
	KA_API_INCOMPLETE_SIGNATURE,         /* 403 */
	KA_API_EXPIRED_TOKEN,                /* 403 */
	KA_API_ACCESS_DENIED,                /* 403 AccessDeniedException */
	KA_API_UNKNOWN_OPERATION,            /* 404 UnknownOperationException: no such path */
	KA_API_METHOD_NOT_ALLOWED,           /* 405 */
	KA_API_REQUEST_TOO_LARGE,            /* 413 RequestEntityTooLargeException */
	KA_API_UNSUPPORTED_MEDIA_TYPE,       /* 415 */
	KA_NUM_API_ERRORS
};

/* ka_api_error_status returns the HTTP status, ka_api_error_name the shape's name ("InvalidRequestException"); KA_API_OK: 200, NULL. */
unsigned ka_api_error_status(enum ka_api_error error);
const char *ka_api_error_name(enum ka_api_error error);

/* Who asks: set by sigv4/. */
struct ka_identity {
	char account[KA_ACCOUNT_LEN + 1];
	char region[KA_REGION_MAX_LEN + 1];
	char access_key_id[129];
	enum ka_role role;
};

struct ka_route;
struct ka_value; /* params.h */

/* What an operation sees. All strings and JSON live until the reply is sent. */
struct ka_request {
	struct ka_server *server;
	struct ka_arena *arena;
	const struct ka_route *route;
	const struct ka_identity *identity;
	struct ka_scope scope; /* identity's account and region */
	const char *id;        /* request id, also x-amzn-RequestId */
	int64_t now;           /* milliseconds, once for the whole request */
	json_t *body;          /* the checked JSON object; an empty object when there is none */
	struct ka_value *values; /* one per parameter of the route, in its order */
};

/* Checked parameters by their model name ("certificateId", "pageSize", "setAsActive"), from wherever the route has them: path,
 * query or the body's top level. Absent: NULL, and false or the fallback. Structures, lists and maps of the body: ka_param_json,
 * which has been checked against the route's table and holds nothing else: unknown and null members are gone at every level.
 * Certificate ids come in lower case without 0x. */
const char *ka_param_text(const struct ka_request *request, const char *name);
bool ka_param_bool(const struct ka_request *request, const char *name, bool fallback);
int64_t ka_param_int(const struct ka_request *request, const char *name, int64_t fallback);
/* Milliseconds; false when absent. From JSON numbers (body) and ISO 8601 (query). */
bool ka_param_time(const struct ka_request *request, int64_t *out_ms, const char *name);
json_t *ka_param_json(const struct ka_request *request, const char *name);
bool ka_param_given(const struct ka_request *request, const char *name);
/* Position of an enum's value in its shape's list, counted from 1; 0 when absent. So enumerators that follow the model's order
 * need no table of their own. */
unsigned ka_param_enum(const struct ka_request *request, const char *name);

/* A reply: either a JSON object, or an error. */
struct ka_reply {
	enum ka_api_error error;
	const char *message;                    /* errors; in the arena */
	const char *resource_id, *resource_arn; /* RESOURCE_ALREADY_EXISTS */
	struct ka_buf body;                     /* the JSON of a success; empty: {} is sent */
	/* Replies that the client may keep: the entity tag with its quotes, equal for equal bodies, in the arena; NULL: nothing on the way
	 * may keep it. max_age: for how many seconds without asking again. */
	const char *etag;
	int64_t max_age;
};

/* ka_reply_error sets an error and its message: which rule was broken, what was seen, what to do. */
void ka_reply_error(struct ka_reply *reply, const struct ka_request *request, enum ka_api_error error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* ka_reply_exists is RESOURCE_ALREADY_EXISTS with the resource's id and ARN. */
void ka_reply_exists(
    struct ka_reply *reply, const struct ka_request *request, const char *id, const char *arn, const char *message);

/* ka_reply_store turns a store's failure (not OK, not one that the operation has a meaning for) into SERVICE_UNAVAILABLE or
 * INTERNAL_FAILURE. Returns whether status was KA_STORE_OK. */
bool ka_reply_store(struct ka_reply *reply, const struct ka_request *request, enum ka_store_status status);

/* ka_api_write and ka_api_read run a transaction of an operation: ka_store_write or ka_store_read, and ka_reply_store when it fails.
 * The function may refuse: ka_reply_error (or ka_reply_exists) and KA_STORE_ABORTED; what an earlier run of it refused is forgotten.
 * What changes rows has to have appended to the log of state changes, or it is taken back and fails.
 * True when it returned KA_STORE_OK and that was kept; false: the reply is an error. */
bool ka_api_write(struct ka_reply *reply, const struct ka_request *request, ka_tx_fn fn, void *arg);
bool ka_api_read(struct ka_reply *reply, const struct ka_request *request, ka_tx_fn fn, void *arg);

/* An operation. */
typedef void (*ka_operation_fn)(struct ka_reply *reply, struct ka_request *request);

/* ka_json_tree writes jansson's value; ka_json_text returns it as compact JSON in the arena, members sorted: equal values have equal
 * texts. */
void ka_json_tree(struct ka_json *json, const char *name, const json_t *value);
const char *ka_json_text(struct ka_arena *arena, const json_t *value);

/* ka_json_pem writes a DER certificate as PEM in a JSON string. */
void ka_json_pem(struct ka_json *json, const char *name, struct ka_slice der);

/* ARNs, in the arena: "arn:aws:iot:REGION:ACCOUNT:KIND/NAME"; kind "cacert", "cert", "scheduledaudit", "mitigationaction". */
const char *ka_arn(const struct ka_request *request, const char *kind, const char *name);

/* ka_arn_read takes such an ARN of the request's own account and region apart; both strings are in the arena. False: not one. */
bool ka_arn_read(const char **out_kind, const char **out_name, const struct ka_request *request, const char *arn);

/* Pages. ka_page_begin reads size and token of a list operation (names differ: "pageSize" and "marker", "maxResults" and
 * "nextToken"); filter names what else selects ("" when nothing does), so that a token does not fit another list. Without a token
 * *out_after is zero. False: the reply is an error (token tampered with or of another list). ka_page_end writes the token member
 * (out_token_name: "nextMarker", "nextToken") when there are more rows behind the last one that was written; ask the store for
 * limit + 1 rows to know. */
struct ka_cursor {
	int64_t a, b; /* whatever the list is ordered by: seq, or expiration and seq */
};
bool ka_page_begin(struct ka_reply *reply, uint32_t *out_limit, struct ka_cursor *out_after, struct ka_request *request,
    const char *size_name, const char *token_name, const char *filter);
void ka_page_end(struct ka_json *json, struct ka_request *request, const char *out_token_name, const char *filter,
    const struct ka_cursor *last, bool more);

/* ka_log_change appends to the log of state changes inside a transaction (store/rows.h: before and after are JSON or NULL). */
enum ka_store_status ka_log_change(
    struct ka_tx *tx, const struct ka_request *request, const char *resource_arn, const char *before, const char *after);

/* --- what the HTTP room calls --------------------------------------------------------------------------------------------- */

enum ka_method { KA_METHOD_GET = 1, KA_METHOD_POST, KA_METHOD_PUT, KA_METHOD_PATCH, KA_METHOD_DELETE };

/* A request as it came: path and query still percent-encoded, header names in lower case. */
struct ka_raw_header {
	const char *name, *value;
};
struct ka_raw_request {
	const char *method; /* "GET" */
	const char *path;
	const char *query; /* without '?'; "" when there is none */
	const struct ka_raw_header *headers;
	size_t num_headers;
	struct ka_slice body;
	const char *request_id;
	const char *peer; /* address of the client, for the log */
};

/* ka_api_handle does everything from authentication to the reply. http sends: status, x-amzn-ErrorType, x-amzn-RequestId, body.
 * Also tells the route's name and who asked, for log and metrics ("" when unknown). */
struct ka_api_result {
	unsigned status;
	const char *error_type; /* NULL for success */
	const char *allow;      /* the Allow header of a 405 ("GET, PUT"), else NULL */
	const char *etag, *cache_control; /* of replies that may be kept, else NULL */
	const char *operation;  /* "RegisterCACertificate", or "" */
	const char *access_key_id, *account; /* "" when unknown */
	struct ka_buf body; /* the caller clears it */
};
void ka_api_handle(struct ka_api_result *out, struct ka_server *server, struct ka_arena *arena, const struct ka_raw_request *raw);

/* ka_api_is_write tells, from method and path alone, whether the request will wait for a commit: http runs such requests on threads
 * that may block, and the others where they came in. */
bool ka_api_is_write(const char *method, const char *path);

#endif
