/* SPDX-License-Identifier: Apache-2.0 */
/* crash_test EXAMPLES TABLES - workers that vanish at any point, two that believe to have the task, cancellation:
 * the findings and counts are always those of one undisturbed run. */
#include <pthread.h>
#include <unistd.h>

#include "server/audit/audit_world_test.h"

#define TASK "00112233445566778899aabbccddeeff"
#define CHUNK 7u
#define LEASE_MS 30000

static const char *const checks[] = { CA_KEYS, CA_EXPIRING, DEVICE_EXPIRING, "LOGGING_DISABLED_CHECK", NULL };

/* The same registry in every world: certificates are made once. */
static struct ka_slice kept[60];
static struct ka_arena kept_arena;

static void
make_certs(struct world *world)
{
	for (unsigned i = 0; i < 60; i++) {
		struct ka_slice der = i % 20 == 7 ? debian_cert(world, "rsa:1024", i)
		    : i == 5                      ? example_cert(world, "roca")
		    : i == 8                      ? random_cert(world, 1530)
						  : random_cert(world, 1024);

		kept[i] = ka_arena_slice(&kept_arena, der);
	}
}

static void
fill(struct world *world)
{
	const int64_t now = 1700000000000; /* when each world begins */

	if (kept[0].len == 0)
		make_certs(world);
	for (unsigned i = 0; i < 60; i++) {
		const struct options options = { .not_after = now + days(i % 9 == 0 ? -1 : 1000) };

		if (i < 40) {
			const char *id = add_ca(world, kept[i], &options);
			if (i == 7 || i == 9)
				suppress(world, i == 7 ? CA_KEYS : CA_EXPIRING, "caCertificateId", id, 0);
		} else {
			(void)add_device(world, kept[i], &options);
		}
	}
	(void)add_task(world, TASK, checks);
}

/* Everything that an audit leaves behind but times, as one text. */
static const char *
result(struct world *world)
{
	struct ka_buf text = { 0 };
	size_t num;
	struct ka_finding_row *rows = get_findings(world, &num, TASK);

	ka_buf_format(&text, "task %d\n", (int)get_task(world, TASK).status);
	for (size_t i = 0; checks[i] != NULL; i++) {
		struct ka_task_check_row row = get_check(world, TASK, checks[i]);

		ka_buf_format(&text, "%s %d %lld %lld %lld %s\n", row.check_name, (int)row.status, (long long)row.total,
		    (long long)row.noncompliant, (long long)row.suppressed, row.message == NULL ? "" : row.message);
	}
	/* In order of id: the order in which chunks of several checks were stored does not matter. */
	for (size_t i = 0; i < num; i++)
		for (size_t k = i + 1; k < num; k++)
			if (strcmp(rows[i].id, rows[k].id) > 0) {
				struct ka_finding_row swap = rows[i];
				rows[i] = rows[k];
				rows[k] = swap;
			}
	for (size_t i = 0; i < num; i++)
		ka_buf_format(&text, "%s %s %s %s %d %s\n", rows[i].id, rows[i].check_name, rows[i].resource_id,
		    rows[i].reason_code, rows[i].suppressed, rows[i].additional_info);
	const char *copy = ka_arena_text(&world->arena, text.data, text.len);
	ka_buf_clear(&text);
	return copy;
}

static char *expected; /* of the undisturbed run */
static unsigned num_half_steps;

static void
finish_by_hand(struct world *world, struct ka_audit_step *worker)
{
	do {
		assert_int_equal(worker_judges(world, worker), KA_STORE_OK);
		num_half_steps += 2;
	} while (worker_stores(world, worker) == KA_AUDIT_CONTINUES);
	assert_int_equal(worker->outcome, KA_AUDIT_ENDED);
}

static void
test_undisturbed(void **state)
{
	struct world *world = *state;
	struct ka_audit_step *worker = new_worker(world, "only", CHUNK);

	fill(world);
	assert_true(worker_claims(world, worker));
	finish_by_hand(world, worker);
	free_worker(worker);
	expected = strdup(result(world));
	assert_non_null(expected);
	assert_true(num_half_steps > 16);
	/* What that is, in words: 2 ROCA and Debian keys, one of them suppressed, and one size without a table. */
	assert_non_null(strstr(expected, "task 2\n" CA_KEYS " 5 40 3 1 1 of 40 certificates could not be decided"));
	assert_non_null(strstr(expected, CA_EXPIRING " 5 40 5 1 \n"));
	assert_non_null(strstr(expected, DEVICE_EXPIRING " 5 20 2 0 \n"));
	assert_non_null(strstr(expected, "LOGGING_DISABLED_CHECK 6 0 0 0 "));
}

/* A worker does so many half steps and is never heard of again; when its lease has run out, another one goes on. */
static void
crash_after(unsigned half_steps)
{
	void *state;
	assert_int_equal(world_open(&state), 0);
	struct world *world = state;
	struct ka_audit_step *dead = new_worker(world, "dead", CHUNK), *heir = new_worker(world, "heir", 5);

	fill(world);
	assert_true(worker_claims(world, dead));
	for (unsigned i = 0; i < half_steps; i++) {
		if (i % 2 == 0)
			assert_int_equal(worker_judges(world, dead), KA_STORE_OK);
		else
			(void)worker_stores(world, dead);
	}
	assert_false(worker_claims(world, heir));
	set_clock(world, ka_clock_now() + LEASE_MS + 1);
	assert_true(worker_claims(world, heir));
	finish_by_hand(world, heir);
	assert_string_equal(result(world), expected);
	free_worker(dead);
	free_worker(heir);
	assert_int_equal(world_close(&state), 0);
}

static void
test_crashes(void **state)
{
	unsigned num = num_half_steps;

	(void)state;
	for (unsigned i = 0; i < num - 1; i++)
		crash_after(i);
}

/* It was only slow: when it comes back, what it judged is not stored a second time, and nothing of it is lost. */
static void
test_late_worker(void **state)
{
	struct world *world = *state;
	struct ka_audit_step *late = new_worker(world, "late", CHUNK), *heir = new_worker(world, "heir", CHUNK);

	fill(world);
	assert_true(worker_claims(world, late));
	assert_int_equal(worker_judges(world, late), KA_STORE_OK);
	set_clock(world, ka_clock_now() + LEASE_MS + 1);
	assert_true(worker_claims(world, heir));
	assert_int_equal(worker_stores(world, late), KA_AUDIT_LOST);
	assert_int_equal(worker_judges(world, heir), KA_STORE_OK);
	assert_int_equal(worker_stores(world, heir), KA_AUDIT_CONTINUES);
	/* Even if it gets the task back: the place has moved on. */
	set_clock(world, ka_clock_now() + LEASE_MS + 1);
	assert_int_equal(worker_judges(world, heir), KA_STORE_OK);
	assert_true(worker_claims(world, late));
	assert_int_equal(worker_judges(world, late), KA_STORE_OK);
	assert_int_equal(worker_stores(world, late), KA_AUDIT_CONTINUES);
	assert_int_equal(worker_stores(world, heir), KA_AUDIT_LOST);
	finish_by_hand(world, late);
	assert_int_equal(worker_stores(world, late), KA_AUDIT_LOST); /* it has ended */
	assert_string_equal(result(world), expected);
	free_worker(late);
	free_worker(heir);
}

/* The same worker's name with what was judged before: no double counting either. */
static void
test_stored_twice(void **state)
{
	struct world *world = *state;
	struct ka_audit_step *worker = new_worker(world, "w", CHUNK);

	fill(world);
	assert_true(worker_claims(world, worker));
	assert_int_equal(worker_judges(world, worker), KA_STORE_OK);
	assert_int_equal(worker_stores(world, worker), KA_AUDIT_CONTINUES);
	assert_int_equal(worker_stores(world, worker), KA_AUDIT_LOST);
	assert_int_equal(worker_judges(world, worker), KA_STORE_OK);
	assert_int_equal(worker_stores(world, worker), KA_AUDIT_CONTINUES);
	assert_int_equal(worker_stores(world, worker), KA_AUDIT_LOST);
	finish_by_hand(world, worker);
	assert_string_equal(result(world), expected);
	free_worker(worker);
}

/* A step ends in time to store what it found while the lease lasts, and with few enough findings for one transaction. */
static void
test_short_steps(void **state)
{
	struct world *world = *state;
	struct ka_audit_step *worker = new_worker(world, "w", 1000);

	fill(world);
	worker->max_ns = 0;
	assert_true(worker_claims(world, worker));
	assert_int_equal(worker_judges(world, worker), KA_STORE_OK);
	assert_int_equal(worker_stores(world, worker), KA_AUDIT_CONTINUES);
	assert_int_equal(get_check(world, TASK, CA_KEYS).total, KA_BATCH);
	finish_by_hand(world, worker);
	assert_string_equal(result(world), expected);

	for (unsigned i = 0; i < 400; i++)
		(void)add_device(world, random_cert(world, 512), &(struct options){ .not_after = 1 });
	(void)add_task(world, NULL, (const char *[]){ DEVICE_EXPIRING, NULL });
	worker->max_ns = 60000000000;
	assert_true(worker_claims(world, worker));
	assert_int_equal(worker_judges(world, worker), KA_STORE_OK);
	assert_in_range(worker->num_findings, 256, 256 + KA_BATCH);
	finish_by_hand(world, worker);
	free_worker(worker);
}

static enum ka_store_status
move_cursor(struct ka_tx *tx, void *arg)
{
	return ka_tx_task_check_update(tx, &test_scope, TASK, arg);
}

/* Checks that stand at different places go their own ways. */
static void
test_different_places(void **state)
{
	struct world *world = *state;
	struct ka_audit_step *worker = new_worker(world, "w", 10);

	fill(world);
	assert_true(worker_claims(world, worker));
	assert_int_equal(worker_judges(world, worker), KA_STORE_OK);
	assert_int_equal(worker_stores(world, worker), KA_AUDIT_CONTINUES);
	struct ka_task_check_row row = get_check(world, TASK, CA_EXPIRING);
	row.cursor = row.total = row.noncompliant = row.suppressed = 0;
	assert_int_equal(ka_store_write(world->server.store, move_cursor, &row), KA_STORE_OK);
	finish_by_hand(world, worker);
	assert_string_equal(result(world), expected);
	free_worker(worker);
}

/* Engines of two nodes on one database, leases of a moment, many tasks. */
static void
test_two_engines(void **state)
{
	struct world *world = *state, other = *world;
	char message[KA_STORE_MESSAGE_LEN];
	const struct ka_engine_options options = { .num_workers = 3, .lease_ms = 40, .poll_ms = 2, .chunk = 3 };
	const char *tasks[12];

	fill(world);
	for (size_t i = 0; i < 12; i++)
		tasks[i] = add_task(world, NULL, checks);
	other.server.store = ka_store_open(message, world->url, 0);
	assert_non_null(other.server.store);
	ka_store_log_key(other.server.store, (const uint8_t[32]){ "a key for tests" });
	struct ka_engine *a = ka_engine_start(&world->server, &options), *b = ka_engine_start(&other.server, &options);
	assert_true(a != NULL && b != NULL);
	for (size_t i = 0; i < 12; i++)
		while (get_task(world, tasks[i]).status == KA_TASK_IN_PROGRESS)
			(void)usleep(3000);
	while (get_task(world, TASK).status == KA_TASK_IN_PROGRESS)
		(void)usleep(3000);
	ka_engine_stop(a);
	ka_engine_stop(b);
	ka_store_close(other.server.store);
	assert_string_equal(result(world), expected);
	for (size_t i = 0; i < 12; i++) {
		size_t num;

		(void)get_findings(world, &num, tasks[i]);
		assert_int_equal(num, 3 + 5 + 2);
		assert_int_equal(get_check(world, tasks[i], CA_KEYS).total, 40);
		assert_int_equal(get_check(world, tasks[i], CA_KEYS).noncompliant, 3);
	}
}

/* An engine that stops in the middle gives its task back: the next one need not wait for the lease. */
static void
test_stopped_engine(void **state)
{
	struct world *world = *state;
	const struct ka_engine_options options = { .num_workers = 1, .chunk = 1, .poll_ms = 2 };
	struct ka_engine *engine;

	fill(world);
	engine = ka_engine_start(&world->server, &options);
	assert_non_null(engine);
	while (get_check(world, TASK, CA_KEYS).total == 0)
		(void)usleep(200);
	ka_engine_stop(engine);
	struct ka_task_row task = get_task(world, TASK);
	if (task.status == KA_TASK_IN_PROGRESS)
		assert_true(task.worker == NULL && task.lease_until == 0);
	run_engine(world, TASK, &options);
	assert_string_equal(result(world), expected);
}

/* The only process of a database that starts again after a crash takes its tasks up at once. */
static void
test_restart(void **state)
{
	struct world *world = *state;
	struct ka_audit_step *dead = new_worker(world, "dead", CHUNK);

	fill(world);
	assert_true(worker_claims(world, dead));
	assert_int_equal(worker_judges(world, dead), KA_STORE_OK);
	assert_int_equal(worker_stores(world, dead), KA_AUDIT_CONTINUES);
	free_worker(dead);
	int64_t start = ka_clock_monotonic();
	run_engine(world, TASK, &(struct ka_engine_options){ .is_only = true, .poll_ms = 5 });
	assert_true(ka_clock_monotonic() - start < (int64_t)LEASE_MS * 1000000 / 2);
	assert_string_equal(result(world), expected);
}

static void
test_canceled_at_once(void **state)
{
	struct world *world = *state;
	size_t num;

	fill(world);
	cancel_task(world, TASK);
	run_engine(world, TASK, &(struct ka_engine_options){ .poll_ms = 5 });
	struct ka_task_row task = get_task(world, TASK);
	assert_int_equal(task.status, KA_TASK_CANCELED);
	assert_true(task.ended > 0 && task.worker == NULL);
	for (size_t i = 0; checks[i] != NULL; i++)
		assert_int_equal(get_check(world, TASK, checks[i]).status, KA_RUN_CANCELED);
	(void)get_findings(world, &num, TASK);
	assert_int_equal(num, 0);
}

/* In the middle: what was found stays, checks that had ended keep their result, the chunk under way is dropped. */
static void
test_canceled_in_the_middle(void **state)
{
	struct world *world = *state;
	struct ka_audit_step *worker = new_worker(world, "w", 10);

	fill(world);
	assert_true(worker_claims(world, worker));
	do {
		assert_int_equal(worker_judges(world, worker), KA_STORE_OK);
		assert_int_equal(worker_stores(world, worker), KA_AUDIT_CONTINUES);
	} while (get_check(world, TASK, DEVICE_EXPIRING).total == 0);
	assert_int_equal(worker_judges(world, worker), KA_STORE_OK);
	cancel_task(world, TASK);
	assert_int_equal(worker_stores(world, worker), KA_AUDIT_ENDED);
	assert_int_equal(get_task(world, TASK).status, KA_TASK_CANCELED);
	assert_int_equal(get_check(world, TASK, CA_KEYS).status, KA_RUN_COMPLETED_NON_COMPLIANT);
	assert_int_equal(get_check(world, TASK, CA_EXPIRING).noncompliant, 5);
	assert_int_equal(get_check(world, TASK, DEVICE_EXPIRING).status, KA_RUN_CANCELED);
	assert_int_equal(get_check(world, TASK, DEVICE_EXPIRING).total, 10);
	free_worker(worker);
}

/* The store fails for good: the audit ends, and says so. */
static void
test_given_up(void **state)
{
	struct world *world = *state;
	struct ka_audit_step *worker = new_worker(world, "w", CHUNK);

	fill(world);
	assert_true(worker_claims(world, worker));
	assert_int_equal(ka_store_write(world->server.store, ka_audit_step_give_up, worker), KA_STORE_OK);
	assert_int_equal(worker->outcome, KA_AUDIT_ENDED);
	assert_int_equal(get_task(world, TASK).status, KA_TASK_FAILED);
	assert_non_null(strstr(get_check(world, TASK, CA_KEYS).message, "could not be read from the database"));
	free_worker(worker);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_undisturbed, world_open, world_close),
		cmocka_unit_test(test_crashes),
		cmocka_unit_test_setup_teardown(test_late_worker, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_stored_twice, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_short_steps, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_different_places, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_two_engines, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_stopped_engine, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_restart, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_canceled_at_once, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_canceled_in_the_middle, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_given_up, world_open, world_close),
	};

	if (argc != 3) {
		fprintf(stderr, "usage: %s EXAMPLES TABLES\n", argv[0]);
		return 2;
	}
	examples_dir = argv[1];
	tables_dir = argv[2];
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	free(expected);
	ka_arena_clear(&kept_arena);
	return failed;
}
