/* SPDX-License-Identifier: Apache-2.0 */
/* world_test.h - a server without network for tests of operations: a real SQLite store in a directory of its own, requests through
 * ka_api_handle. Authentication is faked (world_test.c): the header "role" says who asks, "account" for whom. */
#ifndef KA_SERVER_API_WORLD_TEST_H
#define KA_SERVER_API_WORLD_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/api/api.h"

#define TEST_ACCOUNT "123456789012"
#define TEST_REGION "eu-west-1"
#define CA_CHECK "CA_CERTIFICATE_KEY_QUALITY_CHECK"
#define DEVICE_CHECK "DEVICE_CERTIFICATE_KEY_QUALITY_CHECK"
#define ROLE_ARN "arn:aws:iam::123456789012:role/audit"
#define DAY ((int64_t)24 * 60 * 60 * 1000)

struct world {
	struct ka_server server;
	struct ka_arena arena;
	char dir[64];
	/* The last reply. */
	unsigned status;
	const char *error_type, *allow, *operation;
	const char *text; /* the body */
	json_t *json;
	/* Who asks: NULL: admin, TEST_ACCOUNT. */
	const char *role, *account, *content_type;
};

extern const struct ka_scope test_scope;

/* Set-up and tear-down of a test or group; *state is the world. */
int world_open(void **state);
int world_close(void **state);

/* One request; body NULL: none. Keeps the reply in the world. */
void call(struct world *world, const char *method, const char *path, const char *query, const char *body);

/* The same with expectations: success, or an error whose message contains a text. */
void call_ok(struct world *world, const char *method, const char *path, const char *query, const char *body);
void call_error(struct world *world, const char *method, const char *path, const char *query, const char *body,
    const char *error_type, const char *message_part);

/* A member of the last reply; "a.b.0.c" goes down objects and lists. NULL when it is not there. */
json_t *at(const struct world *world, const char *path);
const char *text_at(const struct world *world, const char *path);
json_int_t int_at(const struct world *world, const char *path);

/* Rows made without operations. Certificate ids are made from a number, 64 digits of it; ids of tasks from a short name of the letters a to f, with zeros
 * behind up to 32. */
const char *cert_id(struct world *world, unsigned number);
const char *task_id(struct world *world, const char *name);
void add_ca(struct world *world, unsigned number);
void add_device(struct world *world, unsigned number, unsigned ca_number);
void add_finding(struct world *world, unsigned number, const char *task, const char *check_name, enum ka_resource_type type,
    unsigned resource, int64_t found, bool suppressed);
void add_task(struct world *world, const char *id, enum ka_task_type type, enum ka_task_status status, int64_t started);

/* How many entries the log of changes has. */
size_t num_changes(struct world *world);

#endif
