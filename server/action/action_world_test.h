/* SPDX-License-Identifier: Apache-2.0 */
/* action_world_test.h - a registry with findings, and mitigation tasks over them, for tests of the engine: rows
 * are made without operations, certificates have bytes that nobody looks at. Certificates, findings and their ids
 * have numbers. */
#ifndef KA_SERVER_ACTION_ACTION_WORLD_TEST_H
#define KA_SERVER_ACTION_ACTION_WORLD_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/action/engine.h"
#include "server/action/plan.h"
#include "server/action/step.h"

#define START 1700000000000 /* when each world begins */
#define AUDIT "00112233445566778899aabbccddeeff"
#define CA_KEYS "CA_CERTIFICATE_KEY_QUALITY_CHECK"
#define CA_EXPIRING "CA_CERTIFICATE_EXPIRING_CHECK"
#define DEVICE_KEYS "DEVICE_CERTIFICATE_KEY_QUALITY_CHECK"
#define ROCA "CERTIFICATE_KEY_VULNERABILITY_CVE-2017-15361"
#define DEBIAN "CERTIFICATE_KEY_VULNERABILITY_CVE-2008-0166"
#define TOPIC "arn:aws:sns:eu-west-1:123456789012:weak"

/* The definitions that all tasks start with: off-ca, off-device, tell, things. */
extern const char definitions[];
extern const struct ka_scope test_scope;

struct world {
	struct ka_server server;
	struct ka_crypto *crypto;
	struct ka_arena arena;
	char dir[64], clock[80], url[96];
};

/* cmocka's set-up and tear-down. */
int world_open(void **state);
int world_close(void **state);
void set_clock(struct world *world, int64_t ms);

/* Names in the arena. */
const char *cert_id(struct world *world, unsigned number);
const char *finding_id(struct world *world, unsigned number);

/* Rows. A finding is found a third of a millisecond behind the one with the number before. */
void add_ca(struct world *world, unsigned number, enum ka_ca_status status, const char *deactivated_by);
void add_device(struct world *world, unsigned number, enum ka_device_status status, unsigned ca);
void add_finding(struct world *world, unsigned number, const char *check_name, enum ka_resource_type type,
    unsigned resource, const char *reason_code, bool suppressed);
void suppress(struct world *world, const char *check_name, unsigned ca, int64_t expiration);
void delete_ca(struct world *world, unsigned number);
void delete_finding(struct world *world, unsigned number);

/* A task over the audit's findings, or, when ids is not NULL, over those (JSON arrays of ids and of their checks).
 * mapping is JSON; filter too, or NULL. */
void start_task(
    struct world *world, const char *id, const char *mapping, const char *filter, const char *ids, const char *checks);
void cancel_task(struct world *world, const char *id);

/* What the store has; in the arena. */
struct ka_ca_row get_ca(struct world *world, unsigned number);
struct ka_device_row get_device(struct world *world, unsigned number);
struct ka_mitigation_row get_task(struct world *world, const char *id);
struct ka_mitigation_check_row get_counts(struct world *world, const char *id, const char *check_name);
struct ka_execution_row *get_executions(struct world *world, size_t *out_num, const char *id, unsigned finding);
struct ka_outbox_row *get_outbox(struct world *world, size_t *out_num);
struct ka_log_row *get_log(struct world *world, size_t *out_num);

/* The statuses of a finding's executions, "COMPLETED FAILED SKIPPED". */
const char *executions_of(struct world *world, const char *id, unsigned finding);

/* A worker whose every transaction the test makes. take returns whether it got a task. */
struct ka_action_step new_worker(struct world *world, const char *name, uint32_t chunk);
bool take(struct world *world, struct ka_action_step *step);
enum ka_action_outcome do_step(struct world *world, struct ka_action_step *step);
/* The same, but killed before the transaction is kept. */
void do_step_and_die(struct world *world, struct ka_action_step *step);
void finish(struct world *world, struct ka_action_step *step);

/* Runs an engine until the task has ended (or fails the test after a minute). */
void run_engine(struct world *world, const char *id, const struct ka_action_options *options);

#endif
