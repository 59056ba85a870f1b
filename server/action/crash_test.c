/* SPDX-License-Identifier: Apache-2.0 */
/* Workers that vanish at any point, two that believe to have the task, cancellation, turns: each action is applied
 * once, and what is left behind is always that of one undisturbed run. */
#include <unistd.h>

#include "common/buf.h"
#include "server/action/action_world_test.h"
#include "server/clock.h"

#define TASK "fix-it"
#define CHUNK 7u
#define LEASE_MS 30000
#define NUM_CAS 30u
#define NUM_DEVICES 20u
#define NUM_FINDINGS (NUM_CAS + 5 + NUM_DEVICES)
#define MAPPING "{\"" CA_KEYS "\":[\"tell\",\"off-ca\"],\"" DEVICE_KEYS "\":[\"off-device\",\"things\",\"tell\"]}"

/* 30 CAs and 20 devices, a finding on each; five CAs have two. Of the CAs one is deleted, one under way, one
 * INACTIVE, one suppressed when found, one suppressed since; every third device's certificate is REVOKED. One
 * finding is of another check. */
static void
fill(struct world *world)
{
	unsigned number = 0;

	for (unsigned i = 0; i < NUM_CAS; i++) {
		if (i != 4)
			add_ca(world, i,
			    i == 5       ? KA_CA_PENDING_TRANSFER
				: i == 6 ? KA_CA_INACTIVE
					 : KA_CA_ACTIVE,
			    NULL);
		add_finding(world, number++, i == 9 ? CA_EXPIRING : CA_KEYS, KA_RESOURCE_CA, i, ROCA, i == 7);
		if (i % 6 == 0)
			add_finding(world, number++, CA_KEYS, KA_RESOURCE_CA, i, DEBIAN, false);
	}
	for (unsigned i = 0; i < NUM_DEVICES; i++) {
		add_device(world, 100 + i, i % 3 == 0 ? KA_DEVICE_REVOKED : KA_DEVICE_ACTIVE, 0);
		add_finding(world, number++, DEVICE_KEYS, KA_RESOURCE_DEVICE, 100 + i, ROCA, false);
	}
	assert_int_equal(number, NUM_FINDINGS);
	suppress(world, CA_KEYS, 8, 0);
	suppress(world, CA_KEYS, 10, START); /* over */
	suppress(world, CA_EXPIRING, 11, 0); /* of another check */
	start_task(world, TASK, MAPPING, NULL, NULL, NULL);
}

/* Everything that a task leaves behind but times, as one text. */
static const char *
result(struct world *world)
{
	struct ka_buf text = { 0 };
	size_t num;

	ka_buf_format(&text, "task %d\n", (int)get_task(world, TASK).status);
	static const char *const checks[] = { CA_KEYS, CA_EXPIRING, DEVICE_KEYS };
	for (size_t i = 0; i < 3; i++) {
		struct ka_mitigation_check_row c = get_counts(world, TASK, checks[i]);

		ka_buf_format(&text, "%s %lld %lld %lld %lld %lld\n", c.check_name, (long long)c.total,
		    (long long)c.failed, (long long)c.succeeded, (long long)c.skipped, (long long)c.canceled);
	}
	for (unsigned i = 0; i < NUM_FINDINGS; i++)
		ka_buf_format(&text, "%u: %s\n", i, executions_of(world, TASK, i));
	for (unsigned i = 0; i < NUM_CAS; i++)
		if (i != 4) {
			struct ka_ca_row ca = get_ca(world, i);

			ka_buf_format(&text, "ca %u: %d %d %s\n", i, (int)ca.status, ca.customer_version,
			    ca.deactivated_by == NULL ? "" : ca.deactivated_by);
		}
	for (unsigned i = 0; i < NUM_DEVICES; i++) {
		struct ka_device_row device = get_device(world, 100 + i);

		ka_buf_format(&text, "device %u: %d %d %s\n", i, (int)device.status, device.customer_version,
		    device.deactivated_by == NULL ? "" : device.deactivated_by);
	}
	struct ka_outbox_row *messages = get_outbox(world, &num);
	for (size_t i = 0; i < num; i++)
		ka_buf_format(&text, "%s %s\n", messages[i].id, messages[i].topic);
	struct ka_log_row *entries = get_log(world, &num);
	for (size_t i = 0; i < num; i++)
		ka_buf_format(
		    &text, "%s %s %s %s\n", entries[i].actor, entries[i].resource, entries[i].before, entries[i].after);
	const char *copy = ka_arena_text(&world->arena, text.data, text.len);
	ka_buf_clear(&text);
	return copy;
}

static char *expected; /* of the undisturbed run */
static unsigned num_steps;

static void
test_undisturbed(void **state)
{
	struct world *world = *state;
	struct ka_action_step worker = new_worker(world, "only", CHUNK);
	size_t num;

	fill(world);
	assert_true(take(world, &worker));
	do
		num_steps++;
	while (do_step(world, &worker) == KA_ACTION_CONTINUES);
	assert_int_equal(worker.outcome, KA_ACTION_ENDED);
	assert_int_equal(num_steps, NUM_FINDINGS / CHUNK + 1);
	expected = strdup(result(world));
	assert_non_null(expected);

	/* What that is, in words. 34 findings on CAs: two suppressed, two failed. */
	assert_int_equal(get_task(world, TASK).status, KA_TASK_FAILED);
	struct ka_mitigation_check_row keys = get_counts(world, TASK, CA_KEYS),
				       devices = get_counts(world, TASK, DEVICE_KEYS);
	assert_int_equal(keys.total, NUM_CAS + 5 - 1);
	assert_int_equal(keys.failed, 2);
	assert_int_equal(keys.skipped, 2);
	assert_int_equal(keys.succeeded, NUM_CAS + 5 - 1 - 4);
	assert_int_equal(devices.failed, NUM_DEVICES);
	assert_int_equal(get_counts(world, TASK, CA_EXPIRING).total, 0);
	assert_string_equal(executions_of(world, TASK, 0), "COMPLETED COMPLETED");
	assert_string_equal(executions_of(world, TASK, NUM_FINDINGS - NUM_DEVICES), "FAILED SKIPPED SKIPPED");
	assert_string_equal(executions_of(world, TASK, NUM_FINDINGS - NUM_DEVICES + 1), "COMPLETED FAILED SKIPPED");
	assert_int_equal(get_ca(world, 7).status, KA_CA_ACTIVE);
	assert_int_equal(get_ca(world, 8).status, KA_CA_ACTIVE);
	assert_int_equal(get_ca(world, 9).status, KA_CA_ACTIVE);
	for (unsigned i = 0; i < NUM_CAS; i++)
		if (i != 4 && (i < 5 || i > 9)) {
			assert_int_equal(get_ca(world, i).status, KA_CA_INACTIVE);
			assert_int_equal(get_ca(world, i).customer_version, 2);
		}
	(void)get_outbox(world, &num);
	assert_int_equal(num, NUM_CAS + 5 - 1 - 2);
	(void)get_log(world, &num);
	assert_int_equal(num, NUM_CAS - 5 + NUM_DEVICES - 7 + 1); /* the CA that was INACTIVE is noted, too, and the end */
}

/* A worker does so many steps and is killed in the next; when its lease has run out, another one goes on. */
static void
test_crashes(void **state)
{
	(void)state;
	for (unsigned i = 0; i < num_steps; i++) {
		void *fresh;

		assert_int_equal(world_open(&fresh), 0);
		struct world *world = fresh;
		struct ka_action_step dead = new_worker(world, "dead", CHUNK), heir = new_worker(world, "heir", 5);
		fill(world);
		assert_true(take(world, &dead));
		for (unsigned k = 0; k < i; k++)
			assert_int_equal(do_step(world, &dead), KA_ACTION_CONTINUES);
		do_step_and_die(world, &dead);
		assert_false(take(world, &heir));
		set_clock(world, ka_clock_now() + LEASE_MS + 1);
		assert_true(take(world, &heir));
		finish(world, &heir);
		/* It was only slow: it comes too late. */
		assert_int_equal(do_step(world, &dead), KA_ACTION_LOST);
		assert_string_equal(result(world), expected);
		assert_int_equal(world_close(&fresh), 0);
	}
}

/* Steps that are undone and run again, as a store does when commits fail; workers that take the task from each
 * other. */
static void
test_back_and_forth(void **state)
{
	struct world *world = *state;
	struct ka_action_step a = new_worker(world, "a", 3), b = new_worker(world, "b", 4);

	fill(world);
	assert_true(take(world, &a));
	do {
		do_step_and_die(world, &a);
		if (do_step(world, &a) == KA_ACTION_ENDED)
			break;
		set_clock(world, ka_clock_now() + LEASE_MS + 1);
		assert_true(take(world, &b));
		assert_int_equal(do_step(world, &a), KA_ACTION_LOST);
		do_step_and_die(world, &b);
		if (do_step(world, &b) == KA_ACTION_ENDED)
			break;
		assert_int_equal(ka_store_write(world->server.store, ka_action_step_release, &a), KA_STORE_OK);
		assert_false(take(world, &a)); /* it was not a's to give back */
		assert_int_equal(ka_store_write(world->server.store, ka_action_step_release, &b), KA_STORE_OK);
		set_clock(world, ka_clock_now() + 1);
		assert_true(take(world, &a));
	} while (true);
	assert_string_equal(result(world), expected);
}

/* Engines of two nodes on one database, leases of a moment, turns after every step. Ten tasks do the same things. */
static void
test_two_engines(void **state)
{
	struct world *world = *state, other = *world;
	char message[KA_STORE_MESSAGE_LEN];
	const struct ka_action_options options = {
		.num_workers = 3, .lease_ms = 40, .poll_ms = 2, .chunk = 3, .slice = 1
	};
	size_t num;

	fill(world);
	for (size_t i = 0; i < 9; i++)
		start_task(world, ka_arena_format(&world->arena, "t%zu", i), MAPPING, NULL, NULL, NULL);
	other.server.store = ka_store_open(message, world->url, 0);
	assert_non_null(other.server.store);
	ka_store_log_key(other.server.store, (const uint8_t[32]){ "a key for tests" });
	struct ka_action_engine *a = ka_action_engine_start(&world->server, &options);
	struct ka_action_engine *b = ka_action_engine_start(&other.server, &options);
	assert_true(a != NULL && b != NULL);
	for (size_t i = 0; i < 9; i++)
		while (get_task(world, ka_arena_format(&world->arena, "t%zu", i)).status == KA_TASK_IN_PROGRESS)
			(void)usleep(3000);
	while (get_task(world, TASK).status == KA_TASK_IN_PROGRESS)
		(void)usleep(3000);
	ka_action_engine_stop(a);
	ka_action_engine_stop(b);
	ka_store_close(other.server.store);
	for (size_t i = 0; i < 9; i++) {
		const char *id = ka_arena_format(&world->arena, "t%zu", i);

		assert_int_equal(get_counts(world, id, CA_KEYS).total, NUM_CAS + 5 - 1);
		assert_int_equal(get_counts(world, id, CA_KEYS).succeeded, NUM_CAS + 5 - 1 - 4);
		assert_int_equal(get_counts(world, id, DEVICE_KEYS).failed, NUM_DEVICES);
	}
	/* Whoever came first did it, once. */
	for (unsigned i = 11; i < NUM_CAS; i++) {
		assert_int_equal(get_ca(world, i).status, KA_CA_INACTIVE);
		assert_int_equal(get_ca(world, i).customer_version, 2);
	}
	(void)get_outbox(world, &num);
	assert_int_equal(num, 10 * (NUM_CAS + 5 - 1 - 2));
	(void)get_log(world, &num);
	assert_int_equal(num, NUM_CAS - 5 + NUM_DEVICES - 7 + 10); /* the ends of ten tasks */
}

/* An engine that stops in the middle gives its task back: the next one need not wait for the lease. */
static void
test_stopped_engine(void **state)
{
	struct world *world = *state;
	struct ka_action_engine *engine;

	fill(world);
	engine = ka_action_engine_start(
	    &world->server, &(struct ka_action_options){ .num_workers = 1, .chunk = 1, .poll_ms = 2, .slice = 1000 });
	assert_non_null(engine);
	while (get_counts(world, TASK, CA_KEYS).total == 0)
		(void)usleep(200);
	ka_action_engine_stop(engine);
	struct ka_mitigation_row task = get_task(world, TASK);
	if (task.status == KA_TASK_IN_PROGRESS)
		assert_true(task.worker == NULL && task.lease_until <= ka_clock_now());
	int64_t start = ka_clock_monotonic();
	run_engine(world, TASK, &(struct ka_action_options){ .poll_ms = 2 });
	assert_true(ka_clock_monotonic() - start < (int64_t)LEASE_MS * 1000000 / 2);
	assert_string_equal(result(world), expected);
}

/* The only process of a database that starts again after a crash takes its tasks up at once. */
static void
test_restart(void **state)
{
	struct world *world = *state;
	struct ka_action_step dead = new_worker(world, "dead", CHUNK);

	fill(world);
	assert_true(take(world, &dead));
	assert_int_equal(do_step(world, &dead), KA_ACTION_CONTINUES);
	int64_t start = ka_clock_monotonic();
	run_engine(world, TASK, &(struct ka_action_options){ .is_only = true, .poll_ms = 5 });
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
	run_engine(world, TASK, &(struct ka_action_options){ .poll_ms = 5, .chunk = 1 });
	struct ka_mitigation_row task = get_task(world, TASK);
	assert_int_equal(task.status, KA_TASK_CANCELED);
	assert_true(task.ended > 0 && task.worker == NULL);
	struct ka_mitigation_check_row keys = get_counts(world, TASK, CA_KEYS);
	assert_int_equal(keys.total, NUM_CAS + 5 - 1);
	assert_int_equal(keys.skipped, 2);
	assert_int_equal(keys.canceled, NUM_CAS + 5 - 1 - 2);
	assert_int_equal(keys.failed + keys.succeeded, 0);
	assert_int_equal(get_counts(world, TASK, DEVICE_KEYS).canceled, NUM_DEVICES);
	for (unsigned i = 0; i < NUM_FINDINGS; i++)
		assert_string_equal(executions_of(world, TASK, i), "");
	assert_int_equal(get_ca(world, 0).status, KA_CA_ACTIVE);
	(void)get_outbox(world, &num);
	assert_int_equal(num, 0);
	const struct ka_log_row *log = get_log(world, &num);
	assert_int_equal(num, 1);
	assert_string_equal(log[0].after, "{\"taskStatus\":\"CANCELED\"}");
}

/* In the middle: what was done stays, though an action failed the task is CANCELED. */
static void
test_canceled_in_the_middle(void **state)
{
	struct world *world = *state;
	struct ka_action_step worker = new_worker(world, "w", CHUNK);

	fill(world);
	assert_true(take(world, &worker));
	assert_int_equal(do_step(world, &worker), KA_ACTION_CONTINUES);
	assert_int_equal(do_step(world, &worker), KA_ACTION_CONTINUES);
	struct ka_mitigation_check_row before = get_counts(world, TASK, CA_KEYS);
	assert_true(before.failed > 0 && before.succeeded > 0);
	cancel_task(world, TASK);
	finish(world, &worker);
	assert_int_equal(get_task(world, TASK).status, KA_TASK_CANCELED);
	struct ka_mitigation_check_row after = get_counts(world, TASK, CA_KEYS);
	assert_int_equal(after.failed, before.failed);
	assert_int_equal(after.succeeded, before.succeeded);
	assert_int_equal(after.canceled, after.total - before.total - (after.skipped - before.skipped));
	assert_int_equal(get_ca(world, 0).status, KA_CA_INACTIVE);
	assert_int_equal(get_ca(world, 20).status, KA_CA_ACTIVE);
}

/* Behind every slice the others have a turn. */
static void
test_turns(void **state)
{
	struct world *world = *state;
	struct ka_action_step worker = new_worker(world, "w", 1);
	const char *order = "";

	fill(world);
	start_task(world, "small", "{\"" CA_KEYS "\":[\"off-ca\"]}", NULL, NULL, NULL);
	start_task(world, "urgent", "{\"" CA_KEYS "\":[\"off-ca\"]}", NULL, NULL, NULL);
	for (unsigned i = 0; i < 6; i++) {
		set_clock(world, ka_clock_now() + 10);
		assert_true(take(world, &worker));
		order = ka_arena_format(&world->arena, "%s %s", order, worker.task_id);
		assert_int_equal(do_step(world, &worker), KA_ACTION_CONTINUES);
		assert_int_equal(ka_store_write(world->server.store, ka_action_step_release, &worker), KA_STORE_OK);
	}
	assert_string_equal(order, " fix-it small urgent fix-it small urgent");
}

/* The store fails for good, or the row makes no sense: the task ends, and says so. */
static void
test_given_up(void **state)
{
	struct world *world = *state;
	struct ka_action_step worker = new_worker(world, "w", CHUNK);

	fill(world);
	assert_true(take(world, &worker));
	assert_int_equal(do_step(world, &worker), KA_ACTION_CONTINUES);
	assert_int_equal(ka_store_write(world->server.store, ka_action_step_give_up, &worker), KA_STORE_OK);
	assert_int_equal(worker.outcome, KA_ACTION_ENDED);
	assert_int_equal(get_task(world, TASK).status, KA_TASK_FAILED);
	assert_int_equal(do_step(world, &worker), KA_ACTION_LOST);

	start_task(world, "damaged", "{\"" CA_KEYS "\":[\"unknown\"]}", NULL, NULL, NULL);
	run_engine(world, "damaged", &(struct ka_action_options){ .poll_ms = 1 });
	assert_int_equal(get_task(world, "damaged").status, KA_TASK_FAILED);
}

static enum ka_store_status
apply_already(struct ka_tx *tx, void *arg)
{
	struct world *world = arg;
	struct ka_mitigation_row task;
	struct ka_execution_row row = { .position = 1, .status = KA_EXECUTION_COMPLETED, .applied = START };
	enum ka_store_status status = ka_tx_mitigation_get(tx, &task, &world->arena, &test_scope, TASK);

	strcpy(row.finding_id, finding_id(world, 3));
	return status == KA_STORE_OK ? ka_tx_execution_insert(tx, task.seq, &row) : status;
}

/* Rows that contradict each other: a step that meets them keeps nothing of what it did before it did. */
static void
test_contradiction(void **state)
{
	struct world *world = *state;
	struct ka_action_step worker = new_worker(world, "w", CHUNK);
	size_t num;

	fill(world);
	assert_int_equal(ka_store_write(world->server.store, apply_already, world), KA_STORE_OK);
	assert_true(take(world, &worker));
	assert_int_equal(ka_store_write(world->server.store, ka_action_step, &worker), KA_STORE_FAILED);
	assert_int_equal(get_ca(world, 0).status, KA_CA_ACTIVE);
	assert_string_equal(executions_of(world, TASK, 0), "");
	(void)get_outbox(world, &num);
	assert_int_equal(num, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_undisturbed, world_open, world_close),
		cmocka_unit_test(test_crashes),
		cmocka_unit_test_setup_teardown(test_back_and_forth, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_two_engines, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_stopped_engine, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_restart, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_canceled_at_once, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_canceled_in_the_middle, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_turns, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_given_up, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_contradiction, world_open, world_close),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(expected);
	return failed;
}
