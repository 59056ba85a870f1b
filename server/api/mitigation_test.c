/* SPDX-License-Identifier: Apache-2.0 */
/* Mitigation as operations see it. No worker runs here: where one is needed, the test takes its steps. What the operations
 * refuse is shown in tests/server/; here is what takes a clock, a task half done, or a look at the log. */
#include "server/action/step.h"
#include "server/api/world_test.h"

#define ACTIONS "/mitigationactions/actions/"
#define TASKS "/audit/mitigationactions/tasks/"
#define EXECUTIONS "/audit/mitigationactions/executions"
#define OFF "{\"updateCACertificateParams\":{\"action\":\"DEACTIVATE\"}}"

static void
create(struct world *world, const char *name, const char *params)
{
	call_ok(world, "POST", ka_arena_format(&world->arena, ACTIONS "%s", name), NULL,
	    ka_arena_format(&world->arena, "{\"roleArn\":\"" ROLE_ARN "\",\"actionParams\":%s}", params));
}

static const char *
start_body(struct world *world, const char *token)
{
	return ka_arena_format(&world->arena,
	    "{\"target\":{\"auditTaskId\":\"%s\"},\"auditCheckToActionsMapping\":{\"" CA_CHECK
	    "\":[\"off\"]},\"clientRequestToken\":\"%s\"}",
	    task_id(world, "aa"), token);
}

static const char *
task_path(struct world *world, const char *id, const char *rest)
{
	return ka_arena_format(&world->arena, TASKS "%s%s", id, rest);
}

/* An audit that has ended, with a finding on each of three CAs, and an action. */
static void
prepare(struct world *world)
{
	world->now = TEST_NOW;
	add_task(world, "aa", KA_TASK_ON_DEMAND, KA_TASK_COMPLETED, TEST_NOW - 5000);
	for (unsigned i = 1; i <= 3; i++) {
		add_ca(world, i);
		add_finding(world, i, "aa", CA_CHECK, KA_RESOURCE_CA, i, TEST_NOW - 4000, false);
	}
	create(world, "off", OFF);
}

/* --- a worker's steps --------------------------------------------------------------------------------------------- */

static enum ka_store_status
claim(struct ka_tx *tx, void *arg)
{
	struct world *world = arg;
	struct ka_mitigation_row row;

	/* Only requests have the time of the test. */
	return ka_tx_mitigation_claim(tx, &row, &world->arena, "w", INT64_MAX, INT64_MAX);
}

/* Deals with one finding of the task that waits longest. */
static enum ka_action_outcome
one_step(struct world *world, const char *id)
{
	struct ka_action_step step = {
		.crypto = ka_crypto_new(), .scope = test_scope, .task_id = id, .worker = "w", .lease_ms = 0, .chunk = 1
	};

	assert_int_equal(ka_store_write(world->server.store, claim, world), KA_STORE_OK);
	assert_int_equal(ka_store_write(world->server.store, ka_action_step, &step), KA_STORE_OK);
	ka_crypto_free((struct ka_crypto *)(uintptr_t)step.crypto);
	return step.outcome;
}

static const char *
execution_status(struct world *world, const char *id, unsigned finding)
{
	call_ok(
	    world, "GET", EXECUTIONS, ka_arena_format(&world->arena, "taskId=%s&findingId=%032x", id, finding), NULL);
	return json_array_size(at(world, "actionsExecutions")) == 0 ? "" : text_at(world, "actionsExecutions.0.status");
}

static void
shows_a_task_half_done(void **state)
{
	struct world *world = *state;

	prepare(world);
	call_ok(world, "POST", task_path(world, "t", ""), NULL, start_body(world, "k"));
	assert_string_equal(text_at(world, "taskId"), "t");
	for (unsigned i = 1; i <= 3; i++)
		assert_string_equal(execution_status(world, "t", i), "PENDING");
	assert_null(at(world, "actionsExecutions.0.startTime"));
	assert_string_equal(text_at(world, "actionsExecutions.0.actionName"), "off");

	assert_int_equal(one_step(world, "t"), KA_ACTION_CONTINUES);
	assert_string_equal(execution_status(world, "t", 1), "COMPLETED");
	assert_non_null(at(world, "actionsExecutions.0.endTime"));
	assert_string_equal(execution_status(world, "t", 2), "PENDING");
	call_ok(world, "GET", task_path(world, "t", ""), NULL, NULL);
	assert_string_equal(text_at(world, "taskStatus"), "IN_PROGRESS");
	assert_null(at(world, "endTime"));
	assert_int_equal(int_at(world, "taskStatistics." CA_CHECK ".totalFindingsCount"), 1);
	assert_int_equal(int_at(world, "taskStatistics." CA_CHECK ".succeededFindingsCount"), 1);

	call_ok(world, "PUT", task_path(world, "t", "/cancel"), NULL, NULL);
	assert_string_equal(execution_status(world, "t", 1), "COMPLETED");
	assert_string_equal(execution_status(world, "t", 3), "CANCELED");
	while (one_step(world, "t") == KA_ACTION_CONTINUES)
		;
	call_ok(world, "GET", task_path(world, "t", ""), NULL, NULL);
	assert_string_equal(text_at(world, "taskStatus"), "CANCELED");
	assert_int_equal(int_at(world, "taskStatistics." CA_CHECK ".totalFindingsCount"), 3);
	assert_int_equal(int_at(world, "taskStatistics." CA_CHECK ".canceledFindingsCount"), 2);
	assert_string_equal(execution_status(world, "t", 1), "COMPLETED");
	assert_string_equal(execution_status(world, "t", 2), "CANCELED");
	call_error(world, "PUT", task_path(world, "t", "/cancel"), NULL, NULL, "InvalidRequestException", "has ended");

	/* What comes to its end has nothing that waits. */
	call_ok(world, "POST", task_path(world, "u", ""), NULL, start_body(world, "l"));
	add_finding(world, 9, "bb", CA_CHECK, KA_RESOURCE_CA, 1, TEST_NOW - 4000, false); /* of another audit */
	assert_string_equal(execution_status(world, "u", 9), "");
	while (one_step(world, "u") == KA_ACTION_CONTINUES)
		;
	for (unsigned i = 1; i <= 3; i++)
		assert_string_equal(execution_status(world, "u", i), "COMPLETED");
	assert_string_equal(execution_status(world, "u", 9), "");
}

/* The end of retention, for tasks and for what they may be started over. */
static void
forgets_after_ninety_days(void **state)
{
	struct world *world = *state;

	prepare(world);
	call_ok(world, "POST", task_path(world, "t", ""), NULL, start_body(world, "k"));
	call_ok(world, "POST", task_path(world, "running", ""), NULL, start_body(world, "l"));
	while (one_step(world, "t") == KA_ACTION_CONTINUES)
		;
	world->now = TEST_NOW + 90 * DAY - 60000;
	call_ok(world, "GET", task_path(world, "t", ""), NULL, NULL);
	world->now = TEST_NOW + 90 * DAY + 1;
	call_error(world, "GET", task_path(world, "t", ""), NULL, NULL, "ResourceNotFoundException",
	    "no audit mitigation actions task t");
	assert_string_equal(execution_status(world, "t", 1), "");
	call_ok(world, "GET", task_path(world, "running", ""), NULL, NULL);
	call_error(world, "POST", task_path(world, "u", ""), NULL, start_body(world, "m"), "InvalidRequestException",
	    "has no audit task");
	call_error(world, "POST", task_path(world, "u", ""), NULL,
	    "{\"target\":{\"findingIds\":[\"00000000000000000000000000000001\"]},\"auditCheckToActionsMapping\":{"
	    "\"" CA_CHECK "\":[\"off\"]},\"clientRequestToken\":\"m\"}",
	    "InvalidRequestException", "has no audit finding");
	world->server.retention_days = 100;
	call_ok(world, "GET", task_path(world, "t", ""), NULL, NULL);
	world->server.retention_days = 0;
}

static void
logs_what_changes(void **state)
{
	struct world *world = *state;

	prepare(world);
	size_t before = num_changes(world);
	create(world, "off", OFF); /* the same again */
	call_ok(world, "PATCH", ACTIONS "off", NULL, "{}");
	call_ok(world, "PATCH", ACTIONS "off", NULL, "{\"roleArn\":\"" ROLE_ARN "\"}");
	call_ok(world, "DELETE", ACTIONS "unknown", NULL, NULL);
	assert_int_equal(num_changes(world), before);
	call_ok(world, "PATCH", ACTIONS "off", NULL, "{\"roleArn\":\"" ROLE_ARN "-2\"}");
	assert_int_equal(num_changes(world), before + 1);
	call_ok(world, "POST", task_path(world, "t", ""), NULL, start_body(world, "k"));
	call_ok(world, "POST", task_path(world, "t", ""), NULL, start_body(world, "k"));
	assert_int_equal(num_changes(world), before + 2);
	call_ok(world, "PUT", task_path(world, "t", "/cancel"), NULL, NULL);
	call_ok(world, "PUT", task_path(world, "t", "/cancel"), NULL, NULL);
	assert_int_equal(num_changes(world), before + 3);
	call_ok(world, "DELETE", ACTIONS "off", NULL, NULL);
	assert_int_equal(num_changes(world), before + 4);
}

/* Nothing of one account is seen, used or in the way in another. */
static void
keeps_accounts_apart(void **state)
{
	struct world *world = *state;

	prepare(world);
	call_ok(world, "POST", task_path(world, "t", ""), NULL, start_body(world, "k"));
	world->account = OTHER_ACCOUNT;
	call_error(world, "GET", ACTIONS "off", NULL, NULL, "ResourceNotFoundException", "no mitigation action off");
	call_error(
	    world, "GET", task_path(world, "t", ""), NULL, NULL, "ResourceNotFoundException", "no audit mitigation");
	call_error(world, "PUT", task_path(world, "t", "/cancel"), NULL, NULL, "ResourceNotFoundException",
	    "no audit mitigation");
	assert_string_equal(execution_status(world, "t", 1), "");
	call_ok(world, "DELETE", ACTIONS "off", NULL, NULL);
	call_error(world, "POST", task_path(world, "t", ""), NULL, start_body(world, "k"), "InvalidRequestException",
	    "has no audit task");
	create(world, "off", "{\"updateDeviceCertificateParams\":{\"action\":\"DEACTIVATE\"}}");
	world->account = TEST_ACCOUNT;
	call_ok(world, "GET", ACTIONS "off", NULL, NULL);
	assert_string_equal(text_at(world, "actionType"), "UPDATE_CA_CERTIFICATE");
}

/* Running tasks have ten places in an account and region, and a task that ends makes room. */
static void
ten_at_a_time(void **state)
{
	struct world *world = *state;

	prepare(world);
	for (unsigned i = 0; i < 10; i++) {
		const char *name = ka_arena_format(&world->arena, "t%u", i);

		call_ok(world, "POST", task_path(world, name, ""), NULL, start_body(world, name));
	}
	call_error(world, "POST", task_path(world, "u", ""), NULL, start_body(world, "u"), "LimitExceededException",
	    "10 audit mitigation actions tasks are in progress");
	assert_int_equal(world->status, 410);
	while (one_step(world, "t0") == KA_ACTION_CONTINUES)
		for (unsigned i = 1; i < 10; i++) /* the others have their turn */
			assert_int_equal(
			    one_step(world, ka_arena_format(&world->arena, "t%u", i)), KA_ACTION_CONTINUES);
	call_ok(world, "POST", task_path(world, "u", ""), NULL, start_body(world, "u"));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
	const struct CMUnitTest tests[] = {
		TEST(shows_a_task_half_done),
		TEST(forgets_after_ninety_days),
		TEST(logs_what_changes),
		TEST(keeps_accounts_apart),
		TEST(ten_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
