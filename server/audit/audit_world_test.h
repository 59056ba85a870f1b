/* SPDX-License-Identifier: Apache-2.0 */
/* audit_world_test.h - for tests of audits: a real SQLite store in a directory of its own, the shipped tables, a
 * clock that the test sets, certificates as a test wants them. */
#ifndef KA_SERVER_AUDIT_AUDIT_WORLD_TEST_H
#define KA_SERVER_AUDIT_AUDIT_WORLD_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/audit/engine_internal.h"
#include "server/audit/step.h"
#include "server/clock.h"

#define TEST_ACCOUNT "123456789012"
#define TEST_REGION "eu-west-1"
#define CA_KEYS "CA_CERTIFICATE_KEY_QUALITY_CHECK"
#define CA_EXPIRING "CA_CERTIFICATE_EXPIRING_CHECK"
#define DEVICE_KEYS "DEVICE_CERTIFICATE_KEY_QUALITY_CHECK"
#define DEVICE_EXPIRING "DEVICE_CERTIFICATE_EXPIRING_CHECK"
#define DEVICE_AGE "DEVICE_CERTIFICATE_AGE_CHECK"

struct ka_tables;

struct world {
	struct ka_server server;
	struct ka_ctx *ctx;
	struct ka_tables *tables;
	struct ka_crypto *crypto;
	struct ka_arena arena;
	char dir[64], clock[80], url[96];
	unsigned num_certs; /* makes ids and serial numbers */
	int64_t task_start; /* when add_task's tasks start; 0: now */
};

extern const struct ka_scope test_scope, other_scope;

/* The folders that main got: examples, tables. world_open and world_close are cmocka's set-up and tear-down. */
extern const char *examples_dir, *tables_dir;
int world_open(void **state);
int world_close(void **state);

/* set_clock makes the server's clock show a time, however long ago the test began. */
void set_clock(struct world *world, int64_t ms);
int64_t days(int64_t num);

/* Certificates (DER, in the arena): of examples/NAME-ca.pem; of an RSA modulus in hex; of a key that Debian's
 * generator makes; of a random modulus of any size, which nobody knows the factors of. */
struct ka_slice example_cert(struct world *world, const char *name);
struct ka_slice modulus_cert(struct world *world, const char *hex);
struct ka_slice debian_cert(struct world *world, const char *type, unsigned pid);
struct ka_slice random_cert(struct world *world, unsigned bits);

/* Rows. They return the certificate's id, in the arena: the hash of the DER, as the registry has it. NULL options:
 * ACTIVE, registered now, valid from 100 days ago for 3650 days. */
struct options {
	int status;
	int64_t not_before, not_after, created;
	const struct ka_scope *scope;
};
const char *add_ca(struct world *world, struct ka_slice der, const struct options *options);
const char *add_device(struct world *world, struct ka_slice der, const struct options *options);
void suppress(struct world *world, const char *check, const char *member, const char *id, int64_t expiration);

/* add_task starts a task with these checks (NULL-terminated), as StartOnDemandAuditTask does. A check may be
 * "NAME=CONFIG". id NULL: random. */
const char *add_task(struct world *world, const char *id, const char *const *checks);
void cancel_task(struct world *world, const char *id);

/* run_engine runs an engine until the task has ended (or fails the test after a minute). */
void run_engine(struct world *world, const char *task_id, const struct ka_engine_options *options);

/* What the store has; in the arena. */
struct ka_task_row get_task(struct world *world, const char *id);
struct ka_task_check_row get_check(struct world *world, const char *task_id, const char *name);
struct ka_finding_row *get_findings(struct world *world, size_t *out_num, const char *task_id);
size_t count_tasks(struct world *world, int64_t start, int64_t end, struct ka_task_row **out);

/* A worker whose every half step the test makes. */
struct ka_audit_step *new_worker(struct world *world, const char *name, uint32_t chunk);
bool worker_claims(struct world *world, struct ka_audit_step *step);
enum ka_store_status worker_judges(struct world *world, struct ka_audit_step *step);
enum ka_audit_outcome worker_stores(struct world *world, struct ka_audit_step *step);
void free_worker(struct ka_audit_step *step);

#endif
