/* SPDX-License-Identifier: Apache-2.0 */
/* call_test.h - operations against a real database, without sockets and signatures: route, parameters, operation,
 * reply. */
#ifndef KA_SERVER_API_CALL_TEST_H
#define KA_SERVER_API_CALL_TEST_H

#include "server/api/api.h"

#define CALL_ACCOUNT "111122223333"
#define CALL_OTHER_ACCOUNT "444455556666"
#define CALL_REGION "eu-central-1"
#define CALL_NOW INT64_C(1700000000123)

struct call_world {
	struct ka_server server;
	struct ka_identity identity; /* who asks: change it at will */
	int64_t now;
	struct ka_arena arena;  /* of the last call */
	struct ka_arena bodies; /* of the next call */
	struct ka_ctx *ctx;
	json_t *reply; /* of the last call: the body */
	char dir[64];
};

/* call_open makes a fresh directory with database, keys and internal CA; call_close removes it. */
void call_open(struct call_world *world);
void call_close(struct call_world *world);

/* call runs an operation and returns the name of its error, or "" for a success; world->reply is the body. body: JSON,
 * NULL for none. */
const char *call(struct call_world *world, const char *method, const char *path, const char *query, const char *body);

/* call_member returns a member of the last reply's object as text ("" when it is absent); call_message its
 * "message". */
const char *call_member(const struct call_world *world, const char *name);

/* call_body returns a JSON object of pairs of names and strings, ended by NULL, in memory of the next call. */
const char *call_body(struct call_world *world, const char *name, ...) __attribute__((sentinel));

/* call_log returns the newest entry of the log of changes. */
const struct ka_log_row *call_log(struct call_world *world);

#endif
