/* SPDX-License-Identifier: Apache-2.0 */
/* store_test.h - what the tests of the store share. The suite is the same for all engines; the program's argument names
 * one. */
#ifndef KA_SERVER_STORE_STORE_TEST_H
#define KA_SERVER_STORE_STORE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/store/store.h"

/* A database of a test's own. */
struct place {
	char dir[64];
	char path[96]; /* of an SQLite file */
	char url[128];
	struct ka_store *store;
	struct ka_arena arena;
	char said[8192]; /* what the store logged, line by line */
};

extern const char *place_engine; /* "sqlite" unless it is set */

/* For cmocka: *state is a struct place with an open, empty store. place_make does not open it. */
int place_open(void **state);
int place_make(void **state);
int place_close(void **state);

extern const uint8_t place_key[32]; /* of the log's chain */

/* Opens with flags, the log goes to said. NULL: the message is in said. */
struct ka_store *place_try(struct place *place, unsigned flags);

/* Closes and opens again, as a restart does. */
void place_reopen(struct place *place);

/* Runs a test's function in a transaction, with the place as its argument, and asserts that it commits. */
void place_write(struct place *place, ka_tx_fn fn);
void place_read(struct place *place, ka_tx_fn fn);

/* Inside a transaction another thread runs, so cmocka's assertions do not work there: what does not hold is said, and
 * fails the transaction and with it the test. */
#define EXPECT(condition) \
	do { \
		if (!(condition)) { \
			(void)fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
			return KA_STORE_ABORTED; \
		} \
	} while (0)

/* Two accounts in a region, and the first one in another region: nothing of one may be seen in another. */
extern const struct ka_scope scope_a, scope_b, scope_a_west;

/* Rows from a number: every field has a value of its own, optional ones too. */
struct ka_ca_row make_ca(unsigned number);
struct ka_device_row make_device(unsigned number, const char *ca_id);
struct ka_task_row make_task(unsigned number);
struct ka_finding_row make_finding(unsigned number);
void make_id(char *out, size_t num_digits, unsigned number); /* out has room for NUL */

bool same_text(const char *a, const char *b);                       /* NULL equals NULL only */
bool same_ca(const struct ka_ca_row *a, const struct ka_ca_row *b); /* but for seq */
bool same_device(const struct ka_device_row *a, const struct ka_device_row *b);
bool same_task(const struct ka_task_row *a, const struct ka_task_row *b);
bool same_finding(const struct ka_finding_row *a, const struct ka_finding_row *b);

/* Runs every operation with every combination of filters; argument: a place. exercise_test.c. */
enum ka_store_status exercise(struct ka_tx *tx, void *arg);

/* The groups of tests, one per file of rows. */
int account_tests(void);
int ca_tests(void);
int device_tests(void);
int small_rows_tests(void);
int task_tests(void);
int finding_tests(void);
int suppression_tests(void);
int revocation_tests(void);
int schedule_tests(void);
int log_tests(void);
int mitigation_tests(void);
int outbox_tests(void);
int transaction_tests(void);
int threads_tests(void);

#endif
