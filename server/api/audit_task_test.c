/* SPDX-License-Identifier: Apache-2.0 */
/* Audit tasks as operations see them: start, describe, list, cancel. No worker runs here: tasks stay as they were stored. */
#include <stdio.h>

#include "server/api/world_test.h"
#include "server/clock.h"

#define START "{\"targetCheckNames\":[\"" CA_CHECK "\"]}"

static const char *
start(struct world *world)
{
	call_ok(world, "POST", "/audit/tasks", NULL, START);
	assert_int_equal(strlen(text_at(world, "taskId")), 32);
	return ka_arena_string(&world->arena, text_at(world, "taskId"));
}

static const char *
task_path(struct world *world, const char *id, const char *rest)
{
	return ka_arena_format(&world->arena, "/audit/tasks/%s%s", id, rest);
}

static void
starts_and_describes(void **state)
{
	struct world *world = *state;
	int64_t before = ka_clock_now();

	call_ok(world, "POST", "/audit/tasks", NULL, "{\"targetCheckNames\":[\"" DEVICE_CHECK "\",\"" CA_CHECK "\"]}");
	const char *id = ka_arena_string(&world->arena, text_at(world, "taskId"));
	call_ok(world, "GET", task_path(world, id, ""), NULL, NULL);
	assert_string_equal(text_at(world, "taskStatus"), "IN_PROGRESS");
	assert_string_equal(text_at(world, "taskType"), "ON_DEMAND_AUDIT_TASK");
	assert_null(at(world, "scheduledAuditName"));
	assert_int_equal(int_at(world, "taskStatistics.totalChecks"), 2);
	assert_int_equal(int_at(world, "taskStatistics.inProgressChecks"), 2);
	assert_int_equal(int_at(world, "taskStatistics.compliantChecks"), 0);
	assert_string_equal(text_at(world, "auditDetails." CA_CHECK ".checkRunStatus"), "IN_PROGRESS");
	assert_null(at(world, "auditDetails." CA_CHECK ".checkCompliant")); /* nobody knows yet */
	assert_int_equal(int_at(world, "auditDetails." CA_CHECK ".totalResourcesCount"), 0);
	double started = json_number_value(at(world, "taskStartTime"));
	assert_true(started * 1000 >= (double)before - 1 && started * 1000 <= (double)ka_clock_now() + 1);
	assert_int_equal(num_changes(world), 1);
}

static void
refuses_what_cannot_run(void **state)
{
	static const struct {
		const char *body, *message;
	} cases[] = {
		{ "{}", "targetCheckNames: is required" },
		{ "{\"targetCheckNames\":[]}", "targetCheckNames: must name at least one check" },
		{ "{\"targetCheckNames\":[\"\"]}", "no audit check is called \"\"" },
		{ "{\"targetCheckNames\":[\"CA_CERTIFICATE_KEY_QUALTY_CHECK\"]}", "Did you mean CA_CERTIFICATE_KEY_QUALITY_CHECK?" },
		{ "{\"targetCheckNames\":[\"ca_certificate_key_quality_check\"]}", "no audit check is called" },
		{ "{\"targetCheckNames\":[\"" CA_CHECK "\",\"" CA_CHECK "\"]}", "names " CA_CHECK " twice" },
		{ "{\"targetCheckNames\":[\"" CA_CHECK "\",\"LOGGING_DISABLED_CHECK\"]}", "LOGGING_DISABLED_CHECK is not enabled" },
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		call_error(world, "POST", "/audit/tasks", NULL, cases[i].body, "InvalidRequestException", cases[i].message);
	assert_int_equal(num_changes(world), 0);
}

static void
ten_at_a_time(void **state)
{
	struct world *world = *state;
	const char *id = NULL;

	/* A scheduled one does not count. */
	add_task(world, "f1", KA_TASK_SCHEDULED, KA_TASK_IN_PROGRESS, ka_clock_now());
	for (int i = 0; i < 10; i++)
		id = start(world);
	call_error(world, "POST", "/audit/tasks", NULL, START, "LimitExceededException", "10 on-demand audits are in progress");
	assert_int_equal(world->status, 410);
	/* A cancel that no worker has carried out yet still holds its place. */
	call_ok(world, "PUT", task_path(world, id, "/cancel"), NULL, NULL);
	call_error(world, "POST", "/audit/tasks", NULL, START, "LimitExceededException", "in progress");
	world->account = OTHER_ACCOUNT;
	start(world); /* another account has ten of its own */
	world->account = TEST_ACCOUNT;
}

static void
cancels_what_runs(void **state)
{
	struct world *world = *state;
	const char *id = start(world);

	call_ok(world, "PUT", task_path(world, id, "/cancel"), NULL, NULL);
	assert_string_equal(world->text, "{}");
	assert_int_equal(num_changes(world), 2);
	call_ok(world, "PUT", task_path(world, id, "/cancel"), NULL, NULL);
	assert_int_equal(num_changes(world), 2); /* the second one changed nothing */

	static const enum ka_task_status ended[] = { KA_TASK_COMPLETED, KA_TASK_FAILED, KA_TASK_CANCELED };
	for (size_t i = 0; i < 3; i++) {
		const char *over = ka_arena_format(&world->arena, "e%zu", i + 1);

		add_task(world, over, KA_TASK_ON_DEMAND, ended[i], ka_clock_now());
		call_error(world, "PUT", task_path(world, task_id(world, over), "/cancel"), NULL, NULL, "InvalidRequestException", "has ended");
	}
	call_error(world, "PUT", "/audit/tasks/unknown/cancel", NULL, NULL, "ResourceNotFoundException", "no audit task unknown");
	world->account = OTHER_ACCOUNT;
	call_error(world, "PUT", task_path(world, id, "/cancel"), NULL, NULL, "ResourceNotFoundException", "no audit task");
	call_error(world, "GET", task_path(world, id, ""), NULL, NULL, "ResourceNotFoundException", "no audit task");
	world->account = TEST_ACCOUNT;
	call_error(world, "GET", "/audit/tasks/a_b", NULL, NULL, "InvalidRequestException", "taskId: must match");
}

static void
forgets_after_ninety_days(void **state)
{
	struct world *world = *state;
	int64_t now = ka_clock_now();

	add_task(world, "dead", KA_TASK_SCHEDULED, KA_TASK_COMPLETED, now - 90 * DAY - 1000);
	add_task(world, "feed", KA_TASK_SCHEDULED, KA_TASK_COMPLETED, now - 90 * DAY + 60000);
	call_error(world, "GET", task_path(world, task_id(world, "dead"), ""), NULL, NULL, "ResourceNotFoundException", "no audit task dead");
	call_ok(world, "GET", task_path(world, task_id(world, "feed"), ""), NULL, NULL);
	assert_string_equal(text_at(world, "scheduledAuditName"), "nightly");
	world->server.retention_days = 100;
	call_ok(world, "GET", task_path(world, task_id(world, "dead"), ""), NULL, NULL);
	world->server.retention_days = 0;
}

static const char *
time_text(struct world *world, int64_t ms)
{
	char text[KA_TIME_TEXT_SIZE];

	ka_time_text(text, ms / 1000);
	return ka_arena_format(&world->arena, "%.19s.%03dZ", text, (int)(ms % 1000));
}

/* The name that an id was made of. */
static const char *
name_at(struct world *world, const char *path)
{
	const char *id = text_at(world, path);

	assert_int_equal(strlen(id), KA_TASK_ID_LEN);
	return ka_arena_text(&world->arena, id, strcspn(id, "0"));
}

/* The names of all pages, joined by commas. */
static const char *
list(struct world *world, int64_t from, int64_t to, const char *more)
{
	const char *all = "", *token = NULL;

	do {
		const char *query = ka_arena_format(&world->arena, "startTime=%s&endTime=%s%s%s%s", time_text(world, from), time_text(world, to),
		    more, token == NULL ? "" : "&nextToken=", token == NULL ? "" : token);

		call_ok(world, "GET", "/audit/tasks", query, NULL);
		for (size_t i = 0; i < json_array_size(at(world, "tasks")); i++)
			all = ka_arena_format(&world->arena, "%s%s%s", all, all[0] == '\0' ? "" : ",",
			    name_at(world, ka_arena_format(&world->arena, "tasks.%zu.taskId", i)));
		token = json_string_value(at(world, "nextToken"));
		token = ka_arena_string(&world->arena, token);
	} while (token != NULL);
	return all;
}

static void
lists_newest_first(void **state)
{
	struct world *world = *state;
	int64_t now = ka_clock_now();

	add_task(world, "a", KA_TASK_ON_DEMAND, KA_TASK_COMPLETED, now - 5 * DAY);
	add_task(world, "b", KA_TASK_SCHEDULED, KA_TASK_FAILED, now - 4 * DAY);
	add_task(world, "c", KA_TASK_ON_DEMAND, KA_TASK_CANCELED, now - 3 * DAY);
	add_task(world, "d", KA_TASK_SCHEDULED, KA_TASK_COMPLETED, now - 2 * DAY);
	add_task(world, "e", KA_TASK_ON_DEMAND, KA_TASK_IN_PROGRESS, now - DAY);
	assert_string_equal(list(world, now - 10 * DAY, now, ""), "e,d,c,b,a");
	assert_string_equal(list(world, now - 10 * DAY, now, "&maxResults=1"), "e,d,c,b,a");
	assert_string_equal(list(world, now - 10 * DAY, now, "&maxResults=2"), "e,d,c,b,a");
	assert_string_equal(list(world, now - 10 * DAY, now, "&maxResults=5"), "e,d,c,b,a");
	assert_string_equal(list(world, now - 4 * DAY, now - 2 * DAY, ""), "d,c,b"); /* both ends belong to it */
	assert_string_equal(list(world, now - 4 * DAY + 1, now - 2 * DAY - 1, ""), "c");
	assert_string_equal(list(world, now - 10 * DAY, now, "&taskType=SCHEDULED_AUDIT_TASK"), "d,b");
	assert_string_equal(list(world, now - 10 * DAY, now, "&taskType=ON_DEMAND_AUDIT_TASK&maxResults=1"), "e,c,a");
	assert_string_equal(list(world, now - 10 * DAY, now, "&taskStatus=COMPLETED"), "d,a");
	assert_string_equal(list(world, now - 10 * DAY, now, "&taskStatus=CANCELED"), "c");
	assert_string_equal(list(world, now - 10 * DAY, now, "&taskStatus=FAILED&taskType=ON_DEMAND_AUDIT_TASK"), "");
	world->account = OTHER_ACCOUNT;
	assert_string_equal(list(world, now - 10 * DAY, now, ""), "");
	world->account = TEST_ACCOUNT;
}

static void
refuses_times_that_make_no_range(void **state)
{
	struct world *world = *state;
	int64_t now = ka_clock_now();

	call_error(world, "GET", "/audit/tasks",
	    ka_arena_format(&world->arena, "startTime=%s&endTime=%s", time_text(world, now), time_text(world, now - 1)), NULL,
	    "InvalidRequestException", "endTime: is before startTime");
	call_error(world, "GET", "/audit/tasks",
	    ka_arena_format(&world->arena, "startTime=%s&endTime=%s", time_text(world, now - 90 * DAY - 1), time_text(world, now)), NULL,
	    "InvalidRequestException", "startTime: is longer ago than audits are kept (90 days)");
	call_ok(world, "GET", "/audit/tasks",
	    ka_arena_format(&world->arena, "startTime=%s&endTime=%s", time_text(world, now - 90 * DAY + 60000), time_text(world, now)),
	    NULL);
	call_error(world, "GET", "/audit/tasks", NULL, NULL, "InvalidRequestException", "startTime: is required");
}

/* Rows that come in between are neither shown twice nor do they hide others; a token fits its own list only. */
static void
pages_survive_inserts_and_no_tampering(void **state)
{
	struct world *world = *state;
	int64_t now = ka_clock_now();
	const char *range = ka_arena_format(&world->arena, "startTime=%s&endTime=%s", time_text(world, now - 10 * DAY), time_text(world, now));

	for (int i = 0; i < 6; i++)
		add_task(world, ka_arena_format(&world->arena, "b%c", 'a' + i), KA_TASK_ON_DEMAND, KA_TASK_COMPLETED, now - 9 * DAY + i * DAY);
	call_ok(world, "GET", "/audit/tasks", ka_arena_format(&world->arena, "%s&maxResults=3", range), NULL);
	assert_string_equal(name_at(world, "tasks.2.taskId"), "bd");
	char *token = ka_arena_string(&world->arena, text_at(world, "nextToken"));
	add_task(world, "face", KA_TASK_ON_DEMAND, KA_TASK_COMPLETED, now);
	add_task(world, "beef", KA_TASK_ON_DEMAND, KA_TASK_COMPLETED, now - 7 * DAY);
	call_ok(world, "GET", "/audit/tasks", ka_arena_format(&world->arena, "%s&maxResults=10&nextToken=%s", range, token), NULL);
	assert_int_equal(json_array_size(at(world, "tasks")), 4);
	assert_string_equal(name_at(world, "tasks.0.taskId"), "beef");
	assert_string_equal(name_at(world, "tasks.1.taskId"), "bc");
	assert_null(at(world, "nextToken"));

	call_error(world, "GET", "/audit/tasks",
	    ka_arena_format(&world->arena, "%s&taskStatus=COMPLETED&nextToken=%s", range, token), NULL, "InvalidRequestException",
	    "nextToken is not a token of this list");
	call_error(world, "GET", "/audit/scheduledaudits", ka_arena_format(&world->arena, "nextToken=%s", token), NULL,
	    "InvalidRequestException", "nextToken is not a token of this list");
	world->account = OTHER_ACCOUNT;
	call_error(world, "GET", "/audit/tasks", ka_arena_format(&world->arena, "%s&nextToken=%s", range, token), NULL,
	    "InvalidRequestException", "nextToken is not a token of this list");
	world->account = TEST_ACCOUNT;
	token[10] ^= 1;
	call_error(world, "GET", "/audit/tasks", ka_arena_format(&world->arena, "%s&nextToken=%s", range, token), NULL,
	    "InvalidRequestException", "nextToken is not a token of this list");
	call_error(world, "GET", "/audit/tasks", ka_arena_format(&world->arena, "%s&nextToken=", range), NULL,
	    "InvalidRequestException", "nextToken is not a token of this list");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
	const struct CMUnitTest tests[] = {
		TEST(starts_and_describes),
		TEST(refuses_what_cannot_run),
		TEST(ten_at_a_time),
		TEST(cancels_what_runs),
		TEST(forgets_after_ninety_days),
		TEST(lists_newest_first),
		TEST(refuses_times_that_make_no_range),
		TEST(pages_survive_inserts_and_no_tampering),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
