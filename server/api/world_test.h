/* SPDX-License-Identifier: Apache-2.0 */
/* world_test.h - a server without network for tests of operations: a real SQLite store, keys and an internal CA in a directory of their
 * own, and requests the whole way through ka_api_handle. Only two things are put in its place by the linker (world_test.c): who signed a
 * request, which headers say instead, and the time. */
#ifndef KA_SERVER_API_WORLD_TEST_H
#define KA_SERVER_API_WORLD_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/api/api.h"

#define TEST_ACCOUNT "123456789012"
#define OTHER_ACCOUNT "210987654321"
#define TEST_REGION "eu-west-1"
#define TEST_KEY "AKIATESTTESTTESTTEST"
#define TEST_NOW INT64_C(1700000000123)
#define CA_CHECK "CA_CERTIFICATE_KEY_QUALITY_CHECK"
#define DEVICE_CHECK "DEVICE_CERTIFICATE_KEY_QUALITY_CHECK"
#define ROLE_ARN "arn:aws:iam::123456789012:role/audit"
#define DAY ((int64_t)24 * 60 * 60 * 1000)

struct world {
	struct ka_server server;
	struct ka_ctx *ctx;
	struct ka_arena arena; /* for everything that a test makes; lives as long as the world */
	char dir[64];
	/* Who asks, and when: change it at will. A role "nobody" is refused. */
	const char *account, *region, *key, *role, *content_type;
	int64_t now; /* 0: the time as it is */
	/* The last reply. */
	unsigned status;
	const char *error_type; /* NULL: a success */
	const char *allow, *operation;
	const char *text; /* the body */
	json_t *json;
};

/* The scope of TEST_ACCOUNT and TEST_REGION, and that of who asks. */
extern const struct ka_scope test_scope;
struct ka_scope world_scope(const struct world *world);

/* world_init makes a world, world_clear removes it and its directory. world_open and world_close do the same as set-up and tear-down of a
 * test or group; *state is the world. */
void world_init(struct world *world);
void world_clear(struct world *world);
int world_open(void **state);
int world_close(void **state);

/* One request; query and body NULL: none. Keeps the reply in the world; returns its error, "" for a success. */
const char *call(struct world *world, const char *method, const char *path, const char *query, const char *body);

/* The same with expectations: success, or an error whose message contains a text. */
void call_ok(struct world *world, const char *method, const char *path, const char *query, const char *body);
void call_error(struct world *world, const char *method, const char *path, const char *query, const char *body,
    const char *error_type, const char *message_part);

/* body_of returns a JSON object of pairs of names and strings, ended by NULL. */
const char *body_of(struct world *world, const char *name, ...) __attribute__((sentinel));

/* A member of the last reply; "a.b.0.c" goes down objects and lists. When it is not there: NULL, text_at "". */
json_t *at(const struct world *world, const char *path);
const char *text_at(const struct world *world, const char *path);
json_int_t int_at(const struct world *world, const char *path);

/* Rows made without operations. Certificate ids are made from a number, 64 digits of it; ids of tasks from a short name of the letters a
 * to f, with zeros behind up to 32. */
const char *cert_id(struct world *world, unsigned number);
const char *task_id(struct world *world, const char *name);
void add_ca(struct world *world, unsigned number);
void add_device(struct world *world, unsigned number, unsigned ca_number);
void add_finding(struct world *world, unsigned number, const char *task, const char *check_name,
    enum ka_resource_type type, unsigned resource, int64_t found, bool suppressed);
void add_task(struct world *world, const char *id, enum ka_task_type type, enum ka_task_status status, int64_t started);

/* The log of changes of who asks: how many entries it has; the newest one. */
size_t num_changes(struct world *world);
const struct ka_log_row *last_change(struct world *world);

#endif
