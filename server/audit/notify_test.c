/* SPDX-License-Identifier: Apache-2.0 */
/* An audit that ends tells of it, in the transaction that ends it and once, however it ended. */
#include "server/audit/audit_world_test.h"

#include "server/notify/message.h"

#define TOPIC "arn:aws:sns:eu-west-1:123456789012:audits"
#define TASK "00112233445566778899aabbccddeeff"

static enum ka_store_status
enable(struct ka_tx *tx, void *arg)
{
	const struct ka_audit_config_row row = {
		"role", "{\"SNS\":{\"targetArn\":\"" TOPIC "\",\"enabled\":true}}", NULL
	};

	(void)arg;
	return ka_tx_audit_config_put(tx, &test_scope, &row);
}

struct look {
	struct world *world;
	struct ka_outbox_row *rows;
	size_t num;
};

static enum ka_store_status
read_outbox(struct ka_tx *tx, void *arg)
{
	struct look *look = arg;
	const struct ka_outbox_filter all = { 0 };
	const struct ka_page page = { .ascending = true, .limit = 100 };
	enum ka_store_status status = ka_tx_outbox_list(tx, &look->rows, &look->num, &look->world->arena, &all, &page);

	for (size_t i = 0; status == KA_STORE_OK && i < look->num; i++)
		status = ka_tx_outbox_get(tx, &look->rows[i], &look->world->arena, look->rows[i].id);
	return status;
}

static struct look
outbox(struct world *world)
{
	struct look look = { .world = world };

	assert_int_equal(ka_store_read(world->server.store, read_outbox, &look), KA_STORE_OK);
	return look;
}

/* The one message, which says all of these. */
static void
assert_told(struct world *world, const char *const *parts)
{
	struct look look = outbox(world);

	assert_int_equal(look.num, 1);
	assert_string_equal(look.rows[0].topic, TOPIC);
	assert_string_equal(look.rows[0].account, TEST_ACCOUNT);
	assert_int_equal(look.rows[0].created, get_task(world, TASK).ended);
	for (; *parts != NULL; parts++)
		if (strstr(look.rows[0].message, *parts) == NULL)
			fail_msg("no %s in %s", *parts, look.rows[0].message);
}

static struct ka_audit_step *
begin(struct world *world, const char *const *checks)
{
	struct ka_audit_step *step = new_worker(world, "one", 2);

	assert_int_equal(ka_store_write(world->server.store, enable, NULL), KA_STORE_OK);
	(void)add_task(world, TASK, checks);
	assert_true(worker_claims(world, step));
	return step;
}

static void
test_completed_is_told_with_the_last_step(void **state)
{
	struct world *world = *state;

	for (unsigned i = 0; i < 3; i++)
		(void)add_ca(world, debian_cert(world, "rsa:2048", 100 + i), NULL);
	struct ka_audit_step *step = begin(world, (const char *[]){ CA_KEYS, NULL });
	enum ka_audit_outcome outcome = KA_AUDIT_CONTINUES;
	while (outcome == KA_AUDIT_CONTINUES) {
		assert_int_equal(outbox(world).num, 0);
		assert_int_equal(worker_judges(world, step), KA_STORE_OK);
		outcome = worker_stores(world, step);
	}
	assert_int_equal(outcome, KA_AUDIT_ENDED);
	assert_told(world,
	    (const char *[]){ "\"taskStatus\":\"COMPLETED\"", "\"nonCompliantChecksCount\":1", "\"nonCompliantResourcesCount\":3",
		"\"totalResourcesCount\":3", NULL });
	/* Who comes late adds nothing. */
	assert_int_equal(worker_stores(world, step), KA_AUDIT_LOST);
	assert_int_equal(outbox(world).num, 1);
	free_worker(step);
}

static void
test_canceled_is_told(void **state)
{
	struct world *world = *state;
	struct ka_audit_step *step = begin(world, (const char *[]){ CA_KEYS, CA_EXPIRING, NULL });

	cancel_task(world, TASK);
	assert_int_equal(outbox(world).num, 0); /* the request is not the end */
	assert_int_equal(worker_judges(world, step), KA_STORE_OK);
	assert_int_equal(worker_stores(world, step), KA_AUDIT_ENDED);
	assert_told(world, (const char *[]){ "\"taskStatus\":\"CANCELED\"", "\"canceledChecksCount\":2", NULL });
	free_worker(step);
}

static void
test_failed_is_told(void **state)
{
	struct world *world = *state;
	struct ka_audit_step *step = begin(world, (const char *[]){ "LOGGING_DISABLED_CHECK", NULL });

	assert_int_equal(worker_judges(world, step), KA_STORE_OK);
	assert_int_equal(worker_stores(world, step), KA_AUDIT_ENDED);
	assert_told(world,
	    (const char *[]){ "\"taskStatus\":\"FAILED\"", "\"failedChecksCount\":1", "\"checkRunStatus\":\"FAILED\"", "\"message\":\"", NULL });
	free_worker(step);
}

static void
test_given_up_is_told(void **state)
{
	struct world *world = *state;
	struct ka_audit_step *step = begin(world, (const char *[]){ CA_KEYS, NULL });

	assert_int_equal(ka_store_write(world->server.store, ka_audit_step_give_up, step), KA_STORE_OK);
	assert_told(world, (const char *[]){ "\"taskStatus\":\"FAILED\"", "could not be read from the database", NULL });
	free_worker(step);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_completed_is_told_with_the_last_step, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_canceled_is_told, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_failed_is_told, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_given_up_is_told, world_open, world_close),
	};

	if (argc != 3) {
		fprintf(stderr, "usage: %s EXAMPLES TABLES\n", argv[0]);
		return 2;
	}
	examples_dir = argv[1];
	tables_dir = argv[2];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
