/* SPDX-License-Identifier: Apache-2.0 */
/* scheduler_test EXAMPLES TABLES - schedules over years of the test's clock, by one node and by two; retention. */
#include <pthread.h>
#include <unistd.h>

#include "server/audit/audit_world_test.h"

#define NOW 1700000000000

struct rows {
	const struct ka_schedule_row *schedule;
	const struct ka_audit_config_row *config;
	struct ka_arena *arena;
	struct ka_schedule_row out;
};

static enum ka_store_status
put_schedule(struct ka_tx *tx, void *arg)
{
	const struct rows *rows = arg;

	return ka_tx_schedule_insert(tx, &test_scope, rows->schedule);
}

static enum ka_store_status
put_config(struct ka_tx *tx, void *arg)
{
	const struct rows *rows = arg;

	return ka_tx_audit_config_put(tx, &test_scope, rows->config);
}

static enum ka_store_status
get_schedule(struct ka_tx *tx, void *arg)
{
	struct rows *rows = arg;

	return ka_tx_schedule_get(tx, &rows->out, rows->arena, &test_scope, rows->schedule->name);
}

static struct ka_schedule_row
add_schedule(struct world *world, struct ka_schedule_row row)
{
	row.created = ka_clock_now();
	row.next_run = ka_schedule_next(&row, row.created);
	if (row.checks == NULL)
		row.checks = "[\"" CA_KEYS "\"]";
	assert_int_equal(
	    ka_store_write(world->server.store, put_schedule, &(struct rows){ .schedule = &row }), KA_STORE_OK);
	return row;
}

/* An engine without threads. */
static struct ka_engine
still_engine(struct world *world)
{
	return (struct ka_engine){ .server = &world->server,
		.options = { .retention_days = 90 },
		.wake = { .lock = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER } };
}

/* Three years, day by day: each run gives one task, within the day that it is for. */
static void
test_years(void **state)
{
	struct world *world = *state;
	struct ka_engine engine = still_engine(world);
	const struct ka_schedule_row schedules[] = {
		add_schedule(
		    world, (struct ka_schedule_row){ .name = "weekly", .frequency = KA_WEEKLY, .day_of_week = "SUN" }),
		add_schedule(
		    world, (struct ka_schedule_row){ .name = "other", .frequency = KA_BIWEEKLY, .day_of_week = "TUE" }),
		add_schedule(world,
		    (struct ka_schedule_row){ .name = "monthly", .frequency = KA_MONTHLY, .day_of_month = "31" }),
	};
	struct ka_task_row *tasks;
	int64_t end = NOW + days(3 * 365);

	for (int64_t now = NOW; now <= end; now += days(1)) {
		set_clock(world, now);
		ka_scheduler_fire(&engine);
	}
	size_t num = count_tasks(world, NOW, end + days(1), &tasks), expected = 0;
	for (size_t i = 0; i < 3; i++)
		for (int64_t run = schedules[i].next_run; run <= end; run = ka_schedule_next(&schedules[i], run)) {
			size_t found = 0;

			expected++;
			for (size_t k = 0; k < num; k++)
				found += strcmp(tasks[k].scheduled_name, schedules[i].name) == 0 &&
				    tasks[k].started >= run && tasks[k].started < run + days(1);
			assert_int_equal(found, 1);
		}
	assert_int_equal(num, expected);
	assert_in_range(expected, 156 + 78 + 36 - 2, 157 + 79 + 37);
	assert_int_equal(tasks[0].type, KA_TASK_SCHEDULED);
	assert_int_equal(tasks[0].status, KA_TASK_IN_PROGRESS);
}

static void
test_not_before_its_time(void **state)
{
	struct world *world = *state;
	struct ka_engine engine = still_engine(world);
	struct ka_schedule_row row =
	    add_schedule(world, (struct ka_schedule_row){ .name = "d", .frequency = KA_DAILY });

	set_clock(world, row.next_run - 5000);
	ka_scheduler_fire(&engine);
	assert_int_equal(count_tasks(world, 0, INT64_MAX, NULL), 0);
	set_clock(world, row.next_run);
	ka_scheduler_fire(&engine);
	assert_int_equal(count_tasks(world, 0, INT64_MAX, NULL), 1);
	ka_scheduler_fire(&engine);
	assert_int_equal(count_tasks(world, 0, INT64_MAX, NULL), 1);
}

/* Nobody ran for ten days: one task makes up for all runs that were missed, and the next one is at its usual time. */
static void
test_missed(void **state)
{
	struct world *world = *state;
	struct ka_engine engine = still_engine(world);
	struct ka_schedule_row row =
	    add_schedule(world, (struct ka_schedule_row){ .name = "d", .frequency = KA_DAILY });
	struct rows rows = { .schedule = &row, .arena = &world->arena };

	set_clock(world, row.next_run + days(10) + 60000);
	ka_scheduler_fire(&engine);
	assert_int_equal(count_tasks(world, 0, INT64_MAX, NULL), 1);
	assert_int_equal(ka_store_read(world->server.store, get_schedule, &rows), KA_STORE_OK);
	assert_int_equal(rows.out.next_run, row.next_run + days(11));
}

static void *
fire_often(void *arg)
{
	for (unsigned i = 0; i < 40; i++)
		ka_scheduler_fire(arg);
	return NULL;
}

/* Two nodes look at the same time. */
static void
test_two_nodes(void **state)
{
	struct world *world = *state, other = *world;
	char message[KA_STORE_MESSAGE_LEN];
	struct ka_engine engines[2] = { still_engine(world), still_engine(&other) };
	pthread_t threads[2];

	other.server.store = ka_store_open(message, world->url, 0);
	assert_non_null(other.server.store);
	ka_store_log_key(other.server.store, (const uint8_t[32]){ "a key for tests" });
	for (unsigned i = 0; i < 20; i++) {
		char name[16];
		(void)snprintf(name, sizeof(name), "s%u", i);
		(void)add_schedule(world, (struct ka_schedule_row){ .name = name, .frequency = KA_DAILY });
	}
	set_clock(world, NOW + days(2));
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, fire_often, &engines[i]), 0);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	ka_store_close(other.server.store);
	assert_int_equal(count_tasks(world, 0, INT64_MAX, NULL), 20);
}

/* Its checks get the configuration of the time at which it runs; a disabled one fails with AWS's code, and the task
 * goes on. */
static void
test_checks(void **state)
{
	struct world *world = *state;
	struct ka_engine engine = still_engine(world);
	const struct ka_audit_config_row config = { .role_arn = "arn:aws:iam::123456789012:role/audit",
		.checks = "{\"" CA_KEYS "\":{\"enabled\":true},\"" DEVICE_AGE "\":{\"enabled\":true,\"configuration\":"
			  "{\"CERT_AGE_THRESHOLD_IN_DAYS\":\"40\"}},\"" CA_EXPIRING "\":{\"enabled\":false}}" };
	struct ka_task_row *tasks;

	assert_int_equal(
	    ka_store_write(world->server.store, put_config, &(struct rows){ .config = &config }), KA_STORE_OK);
	(void)add_schedule(world,
	    (struct ka_schedule_row){ .name = "d",
		.frequency = KA_DAILY,
		.checks = "[\"" CA_KEYS "\",\"" DEVICE_AGE "\",\"" CA_EXPIRING "\"]" });
	(void)add_ca(world, example_cert(world, "roca"), NULL);
	(void)add_device(world, random_cert(world, 512), &(struct options){ .created = ka_clock_now() - days(41) });
	set_clock(world, NOW + days(1));
	ka_scheduler_fire(&engine);
	assert_int_equal(count_tasks(world, 0, INT64_MAX, &tasks), 1);
	assert_string_equal(tasks[0].scheduled_name, "d");
	run_engine(world, tasks[0].id, &(struct ka_engine_options){ .poll_ms = 5 });
	assert_int_equal(get_task(world, tasks[0].id).status, KA_TASK_COMPLETED);
	assert_int_equal(get_check(world, tasks[0].id, CA_KEYS).noncompliant, 1);
	assert_int_equal(get_check(world, tasks[0].id, DEVICE_AGE).noncompliant, 1);
	struct ka_task_check_row row = get_check(world, tasks[0].id, CA_EXPIRING);
	assert_int_equal(row.status, KA_RUN_FAILED);
	assert_string_equal(row.error_code, "AUDIT_CHECK_DISABLED");
}

/* With its threads: a schedule runs and its audit ends without anybody's help. */
static void
test_by_itself(void **state)
{
	struct world *world = *state;
	struct ka_task_row *tasks;
	struct ka_engine *engine =
	    ka_engine_start(&world->server, &(struct ka_engine_options){ .num_workers = 1, .poll_ms = 5 });

	assert_non_null(engine);
	(void)add_ca(world, example_cert(world, "roca"), NULL);
	(void)add_schedule(world, (struct ka_schedule_row){ .name = "d", .frequency = KA_DAILY });
	for (unsigned i = 1; i <= 3; i++) {
		set_clock(world, NOW + days(i));
		for (unsigned k = 0;
		     count_tasks(world, 0, INT64_MAX, &tasks) < i || tasks[i - 1].status == KA_TASK_IN_PROGRESS; k++) {
			assert_true(k < 30000);
			(void)usleep(2000);
		}
		assert_int_equal(tasks[i - 1].status, KA_TASK_COMPLETED);
	}
	ka_engine_stop(engine);
	assert_int_equal(count_tasks(world, 0, INT64_MAX, NULL), 3);
}

/* One message that was dropped, one that is to be sent. */
static enum ka_store_status
add_messages(struct ka_tx *tx, void *arg)
{
	struct world *world = arg;
	struct ka_outbox_row row = { .topic = "arn",
		.message = "m",
		.state = KA_OUTBOX_PENDING,
		.created = NOW,
		.since = NOW,
		.due = NOW };

	for (unsigned i = 0; i < 2; i++) {
		(void)snprintf(row.id, sizeof(row.id), "%0*u", (int)KA_MESSAGE_ID_LEN, i);
		if (ka_tx_outbox_insert(tx, &test_scope, &row) != KA_STORE_OK)
			return KA_STORE_FAILED;
	}
	if (ka_tx_outbox_get(tx, &row, &world->arena, row.id) != KA_STORE_OK)
		return KA_STORE_FAILED;
	return ka_tx_outbox_drop(tx, &row, NOW);
}

/* What the log says was deleted of a kind, and in how many transactions. */
struct deleted {
	struct world *world;
	const char *kind;
	unsigned rows, entries, most;
	uint64_t messages;
};

static enum ka_store_status
read_deleted(struct ka_tx *tx, void *arg)
{
	struct deleted *d = arg;
	const struct ka_scope scope = { "", "" };
	const struct ka_log_filter filter = { .actor = "keyassayd:retention" };
	const struct ka_page page = { .ascending = true, .limit = 1000 };
	struct ka_outbox_count count;
	struct ka_log_row *rows;
	size_t num;
	enum ka_store_status status = ka_tx_log_list(tx, &rows, &num, &d->world->arena, &scope, &filter, &page);

	d->rows = d->entries = d->most = 0;
	for (size_t i = 0; status == KA_STORE_OK && i < num; i++) {
		const char *deleted = strstr(rows[i].before, "\"deleted\":");
		unsigned here = deleted == NULL ? 0 : (unsigned)strtoul(deleted + strlen("\"deleted\":"), NULL, 10);

		if (strstr(rows[i].before, d->kind) == NULL)
			continue;
		d->rows += here;
		d->entries++;
		d->most = here > d->most ? here : d->most;
	}
	if (status == KA_STORE_OK && (status = ka_tx_outbox_count(tx, &count, KA_OUTBOX_PENDING)) == KA_STORE_OK)
		d->messages = count.num;
	return status;
}

static struct deleted
deleted_of(struct world *world, const char *kind)
{
	struct deleted d = { .world = world, .kind = kind };

	assert_int_equal(ka_store_read(world->server.store, read_deleted, &d), KA_STORE_OK);
	return d;
}

static void
test_retention(void **state)
{
	struct world *world = *state;
	struct ka_engine engine = still_engine(world);
	size_t num;

	for (unsigned i = 0; i < 600; i++)
		(void)add_device(world, random_cert(world, 512), &(struct options){ .not_after = NOW - days(1) });
	const char *old = add_task(world, NULL, (const char *[]){ DEVICE_EXPIRING, NULL });
	run_engine(world, old, &(struct ka_engine_options){ .poll_ms = 5 });
	set_clock(world, NOW + days(60));
	const char *young = add_task(world, NULL, (const char *[]){ DEVICE_EXPIRING, NULL });
	run_engine(world, young, &(struct ka_engine_options){ .poll_ms = 5 });
	(void)get_findings(world, &num, old);
	assert_int_equal(num, 600);
	set_clock(world, NOW + days(90) - 60000);
	ka_sweep(&engine);
	assert_int_equal(count_tasks(world, 0, INT64_MAX, NULL), 2);
	(void)get_findings(world, &num, old);
	assert_int_equal(num, 600);
	assert_int_equal(ka_store_write(world->server.store, add_messages, world), KA_STORE_OK);
	assert_int_equal(deleted_of(world, "").entries, 0);
	set_clock(world, NOW + days(90) + 3600000);
	ka_sweep(&engine);
	/* 600 findings and a task, a few in each transaction, so that nobody waits long; what is to be sent stays. */
	struct deleted audit = deleted_of(world, "\"audit\"");
	assert_int_equal(audit.rows, 601);
	assert_true(audit.entries >= 2 && audit.most <= 500);
	assert_int_equal(deleted_of(world, "\"notification\"").rows, 1);
	assert_int_equal(deleted_of(world, "\"notification\"").messages, 1);
	/* Once is enough. */
	ka_sweep(&engine);
	assert_int_equal(deleted_of(world, "\"audit\"").rows, 601);
	assert_int_equal(count_tasks(world, 0, INT64_MAX, NULL), 1);
	(void)get_findings(world, &num, old);
	assert_int_equal(num, 0);
	(void)get_findings(world, &num, young);
	assert_int_equal(num, 600);
	/* A task that never ended is nobody's to delete. */
	(void)add_task(world, NULL, (const char *[]){ DEVICE_EXPIRING, NULL });
	set_clock(world, NOW + days(1000));
	ka_sweep(&engine);
	assert_int_equal(count_tasks(world, 0, INT64_MAX, NULL), 1);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_years, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_not_before_its_time, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_missed, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_two_nodes, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_checks, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_by_itself, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_retention, world_open, world_close),
	};

	if (argc != 3) {
		fprintf(stderr, "usage: %s EXAMPLES TABLES\n", argv[0]);
		return 2;
	}
	examples_dir = argv[1];
	tables_dir = argv[2];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
