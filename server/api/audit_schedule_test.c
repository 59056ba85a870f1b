/* SPDX-License-Identifier: Apache-2.0 */
/* Scheduled audits, and tags, which they have. */
#include "server/api/world_test.h"

#define PATH(name) "/audit/scheduledaudits/" name
#define CHECKS "\"targetCheckNames\":[\"" CA_CHECK "\"]"
#define ARN(name) "arn:aws:iot:" TEST_REGION ":" TEST_ACCOUNT ":scheduledaudit/" name

static void
create(struct world *world, const char *name)
{
	call_ok(world, "POST", ka_arena_format(&world->arena, PATH("%s"), name), NULL, "{\"frequency\":\"DAILY\"," CHECKS "}");
	assert_string_equal(text_at(world, "scheduledAuditArn"), ka_arena_format(&world->arena, ARN("%s"), name));
}

static void
creates_describes_deletes(void **state)
{
	struct world *world = *state;

	call_ok(world, "POST", PATH("weekly"), NULL, "{\"frequency\":\"BIWEEKLY\",\"dayOfWeek\":\"TUE\"," CHECKS "}");
	call_ok(world, "GET", PATH("weekly"), NULL, NULL);
	assert_string_equal(text_at(world, "scheduledAuditName"), "weekly");
	assert_string_equal(text_at(world, "scheduledAuditArn"), ARN("weekly"));
	assert_string_equal(text_at(world, "frequency"), "BIWEEKLY");
	assert_string_equal(text_at(world, "dayOfWeek"), "TUE");
	assert_null(at(world, "dayOfMonth"));
	assert_string_equal(text_at(world, "targetCheckNames.0"), CA_CHECK);
	call_error(world, "POST", PATH("weekly"), NULL, "{\"frequency\":\"DAILY\"," CHECKS "}", "ResourceAlreadyExistsException", "exists already");
	assert_string_equal(text_at(world, "resourceId"), "weekly");
	assert_string_equal(text_at(world, "resourceArn"), ARN("weekly"));
	call_ok(world, "DELETE", PATH("weekly"), NULL, NULL);
	call_error(world, "GET", PATH("weekly"), NULL, NULL, "ResourceNotFoundException", "no scheduled audit weekly");
	call_error(world, "DELETE", PATH("weekly"), NULL, NULL, "ResourceNotFoundException", "no scheduled audit weekly");
	call_error(world, "PATCH", PATH("weekly"), NULL, "{}", "ResourceNotFoundException", "no scheduled audit weekly");
	assert_int_equal(num_changes(world), 2);
}

static void
days_go_with_frequencies(void **state)
{
	static const struct {
		const char *days, *message;
	} bad[] = {
		{ "\"frequency\":\"WEEKLY\"", "dayOfWeek: is required with frequency WEEKLY" },
		{ "\"frequency\":\"BIWEEKLY\"", "dayOfWeek: is required with frequency BIWEEKLY" },
		{ "\"frequency\":\"MONTHLY\"", "dayOfMonth: is required with frequency MONTHLY" },
		{ "\"frequency\":\"MONTHLY\",\"dayOfWeek\":\"MON\"", "dayOfWeek: frequency MONTHLY has no use for it" },
		{ "\"frequency\":\"WEEKLY\",\"dayOfMonth\":\"1\"", "dayOfWeek: is required with frequency WEEKLY" },
		{ "\"frequency\":\"WEEKLY\",\"dayOfWeek\":\"MON\",\"dayOfMonth\":\"1\"", "dayOfMonth: frequency WEEKLY has no use for it" },
		{ "\"frequency\":\"DAILY\",\"dayOfWeek\":\"MON\"", "dayOfWeek: frequency DAILY has no use for it" },
		{ "\"frequency\":\"DAILY\",\"dayOfMonth\":\"LAST\"", "dayOfMonth: frequency DAILY has no use for it" },
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		call_error(world, "POST", PATH("x"), NULL, ka_arena_format(&world->arena, "{%s," CHECKS "}", bad[i].days),
		    "InvalidRequestException", bad[i].message);
	call_error(world, "POST", PATH("x"), NULL, "{\"frequency\":\"DAILY\",\"targetCheckNames\":[]}", "InvalidRequestException",
	    "must name at least one check");
	call_error(world, "POST", PATH("x"), NULL, "{\"frequency\":\"DAILY\",\"targetCheckNames\":[\"LOGGING_DISABLED_CHECK\"]}",
	    "InvalidRequestException", "LOGGING_DISABLED_CHECK is not enabled");
	call_ok(world, "POST", PATH("x"), NULL, "{\"frequency\":\"MONTHLY\",\"dayOfMonth\":\"LAST\"," CHECKS "}");
}

static void
updates_what_is_sent(void **state)
{
	struct world *world = *state;

	create(world, "x");
	call_ok(world, "PATCH", PATH("x"), NULL, "{\"frequency\":\"WEEKLY\",\"dayOfWeek\":\"SAT\"}");
	assert_string_equal(text_at(world, "scheduledAuditArn"), ARN("x"));
	call_ok(world, "PATCH", PATH("x"), NULL, "{\"targetCheckNames\":[\"" DEVICE_CHECK "\",\"" CA_CHECK "\"]}");
	call_ok(world, "PATCH", PATH("x"), NULL, "{\"frequency\":\"BIWEEKLY\"}"); /* the day of the week is still good */
	call_ok(world, "GET", PATH("x"), NULL, NULL);
	assert_string_equal(text_at(world, "frequency"), "BIWEEKLY");
	assert_string_equal(text_at(world, "dayOfWeek"), "SAT");
	assert_string_equal(text_at(world, "targetCheckNames.0"), DEVICE_CHECK);
	call_error(world, "PATCH", PATH("x"), NULL, "{\"frequency\":\"MONTHLY\"}", "InvalidRequestException", "dayOfMonth: is required");
	call_ok(world, "PATCH", PATH("x"), NULL, "{\"frequency\":\"MONTHLY\",\"dayOfMonth\":\"31\"}");
	call_ok(world, "GET", PATH("x"), NULL, NULL);
	assert_null(at(world, "dayOfWeek")); /* dropped */
	assert_string_equal(text_at(world, "dayOfMonth"), "31");
	call_ok(world, "PATCH", PATH("x"), NULL, "{\"frequency\":\"DAILY\"}");
	call_error(world, "PATCH", PATH("x"), NULL, "{\"targetCheckNames\":[\"LOGGING_DISABLED_CHECK\"]}", "InvalidRequestException",
	    "is not enabled");
	call_ok(world, "GET", PATH("x"), NULL, NULL);
	assert_string_equal(text_at(world, "targetCheckNames.1"), CA_CHECK);
}

static void
five_at_most(void **state)
{
	static const char *const names[] = { "a", "b", "c", "d", "e" };
	struct world *world = *state;

	for (size_t i = 0; i < 5; i++)
		create(world, names[i]);
	call_error(world, "POST", PATH("f"), NULL, "{\"frequency\":\"DAILY\"," CHECKS "}", "LimitExceededException", "at most 5 are possible");
	assert_int_equal(world->status, 410);
	/* The name that is taken is told before the room that is not there. */
	call_error(world, "POST", PATH("a"), NULL, "{\"frequency\":\"DAILY\"," CHECKS "}", "ResourceAlreadyExistsException", "exists");

	call_ok(world, "GET", "/audit/scheduledaudits", "maxResults=2", NULL);
	assert_string_equal(text_at(world, "scheduledAudits.0.scheduledAuditName"), "a");
	assert_string_equal(text_at(world, "scheduledAudits.0.frequency"), "DAILY");
	assert_null(at(world, "scheduledAudits.0.targetCheckNames")); /* only Describe has them */
	const char *token = ka_arena_string(&world->arena, text_at(world, "nextToken"));
	call_ok(world, "DELETE", PATH("c"), NULL, NULL);
	call_ok(world, "GET", "/audit/scheduledaudits", ka_arena_format(&world->arena, "nextToken=%s", token), NULL);
	assert_int_equal(json_array_size(at(world, "scheduledAudits")), 2);
	assert_string_equal(text_at(world, "scheduledAudits.0.scheduledAuditName"), "d");
	assert_null(at(world, "nextToken"));
}

/* --- tags ----------------------------------------------------------------------------------------------------------------- */

static void
tags_come_and_go(void **state)
{
	struct world *world = *state;

	call_ok(world, "POST", PATH("x"), NULL,
	    "{\"frequency\":\"DAILY\"," CHECKS ",\"tags\":[{\"Key\":\"team\",\"Value\":\"iot\"},{\"Key\":\"empty\"}]}");
	call_ok(world, "GET", "/tags", "resourceArn=" ARN("x"), NULL);
	assert_int_equal(json_array_size(at(world, "tags")), 2);
	assert_string_equal(text_at(world, "tags.0.Key"), "empty");
	assert_string_equal(text_at(world, "tags.0.Value"), "");
	assert_string_equal(text_at(world, "tags.1.Value"), "iot");
	call_ok(world, "POST", "/tags", NULL,
	    "{\"resourceArn\":\"" ARN("x") "\",\"tags\":[{\"Key\":\"team\",\"Value\":\"ops\"},{\"Key\":\"Team\",\"Value\":\"x\"}]}");
	call_ok(world, "GET", "/tags", "resourceArn=arn%3Aaws%3Aiot%3A" TEST_REGION "%3A" TEST_ACCOUNT "%3Ascheduledaudit%2Fx", NULL);
	assert_int_equal(json_array_size(at(world, "tags")), 3); /* keys are case-sensitive */
	call_ok(world, "POST", "/untag", NULL, "{\"resourceArn\":\"" ARN("x") "\",\"tagKeys\":[\"team\",\"not-there\"]}");
	call_ok(world, "GET", "/tags", "resourceArn=" ARN("x"), NULL);
	assert_int_equal(json_array_size(at(world, "tags")), 2);
	call_error(world, "GET", "/tags", "nextToken=x&resourceArn=" ARN("x"), NULL, "InvalidRequestException", "one page only");
	/* They go with their resource. */
	call_ok(world, "DELETE", PATH("x"), NULL, NULL);
	call_error(world, "GET", "/tags", "resourceArn=" ARN("x"), NULL, "ResourceNotFoundException", "no such resource");
	create(world, "x");
	call_ok(world, "GET", "/tags", "resourceArn=" ARN("x"), NULL);
	assert_int_equal(json_array_size(at(world, "tags")), 0);
}

static void
tags_have_rules(void **state)
{
	struct world *world = *state;

	create(world, "x");
	call_error(world, "POST", "/tags", NULL, "{\"resourceArn\":\"" ARN("x") "\",\"tags\":[{\"Key\":\"aws:x\"}]}",
	    "InvalidRequestException", "tags[0].Key: keys that begin with aws: are reserved");
	call_error(world, "POST", "/tags", NULL, "{\"resourceArn\":\"" ARN("x") "\",\"tags\":[{\"Key\":\"AWS:x\"}]}",
	    "InvalidRequestException", "are reserved");
	call_error(world, "POST", "/tags", NULL, "{\"resourceArn\":\"" ARN("x") "\",\"tags\":[{\"Key\":\"a\"},{\"Key\":\"a\"}]}",
	    "InvalidRequestException", "tags[1].Key: \"a\" is given twice");
	call_error(world, "POST", "/tags", NULL, "{\"resourceArn\":\"" ARN("x") "\"}", "InvalidRequestException", "tags: is required");
	call_error(world, "POST", PATH("y"), NULL, "{\"frequency\":\"DAILY\"," CHECKS ",\"tags\":[{\"Key\":\"aws:\"}]}",
	    "InvalidRequestException", "are reserved");

	const char *many = "";
	for (int i = 0; i < 50; i++)
		many = ka_arena_format(&world->arena, "%s%s{\"Key\":\"k%d\"}", many, i == 0 ? "" : ",", i);
	call_ok(world, "POST", "/tags", NULL, ka_arena_format(&world->arena, "{\"resourceArn\":\"" ARN("x") "\",\"tags\":[%s]}", many));
	call_error(world, "POST", "/tags", NULL, "{\"resourceArn\":\"" ARN("x") "\",\"tags\":[{\"Key\":\"one-more\"}]}",
	    "LimitExceededException", "at most 50 tags");
	call_ok(world, "POST", "/tags", NULL, "{\"resourceArn\":\"" ARN("x") "\",\"tags\":[{\"Key\":\"k7\",\"Value\":\"new\"}]}");
	call_ok(world, "GET", "/tags", "resourceArn=" ARN("x"), NULL);
	assert_int_equal(json_array_size(at(world, "tags")), 50); /* the one too many was not kept */
	call_error(world, "POST", PATH("y"), NULL,
	    ka_arena_format(&world->arena, "{\"frequency\":\"DAILY\"," CHECKS ",\"tags\":[{\"Key\":\"z\"},%s]}", many),
	    "LimitExceededException", "at most 50 tags");
	call_error(world, "GET", PATH("y"), NULL, NULL, "ResourceNotFoundException", "y"); /* nothing half-made */
}

static void
only_what_is_there_has_tags(void **state)
{
	static const struct {
		const char *arn, *error_type, *message;
	} cases[] = {
		{ "x", "InvalidRequestException", "resourceArn: must be an ARN" },
		{ "", "InvalidRequestException", "resourceArn: must be an ARN" },
		{ ARN("x"), "ResourceNotFoundException", "no such resource" },
		{ "arn:aws:iot:us-east-1:" TEST_ACCOUNT ":scheduledaudit/here", "ResourceNotFoundException", "no such resource" },
		{ "arn:aws:iot:" TEST_REGION ":210987654321:scheduledaudit/here", "ResourceNotFoundException", "no such resource" },
		{ "arn:aws:iot:" TEST_REGION ":" TEST_ACCOUNT ":cacert/00", "ResourceNotFoundException", "no such resource" },
		{ "arn:aws:iot:" TEST_REGION ":" TEST_ACCOUNT ":cert/00", "InvalidRequestException", "other resources have none" },
		{ "arn:aws:iot:" TEST_REGION ":" TEST_ACCOUNT ":scheduledaudit/here/more", "ResourceNotFoundException", "no such" },
	};
	struct world *world = *state;

	create(world, "here");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		call_error(world, "POST", "/tags", NULL,
		    ka_arena_format(&world->arena, "{\"resourceArn\":\"%s\",\"tags\":[{\"Key\":\"a\"}]}", cases[i].arn), cases[i].error_type,
		    cases[i].message);
		call_error(world, "POST", "/untag", NULL,
		    ka_arena_format(&world->arena, "{\"resourceArn\":\"%s\",\"tagKeys\":[\"a\"]}", cases[i].arn), cases[i].error_type,
		    cases[i].message);
		call_error(world, "GET", "/tags", ka_arena_format(&world->arena, "resourceArn=%s", cases[i].arn), NULL,
		    cases[i].error_type, cases[i].message);
	}
	add_ca(world, 7);
	const char *ca = ka_arena_format(&world->arena, "arn:aws:iot:" TEST_REGION ":" TEST_ACCOUNT ":cacert/%s", cert_id(world, 7));
	call_ok(world, "POST", "/tags", NULL, ka_arena_format(&world->arena, "{\"resourceArn\":\"%s\",\"tags\":[{\"Key\":\"a\"}]}", ca));
	call_ok(world, "GET", "/tags", ka_arena_format(&world->arena, "resourceArn=%s", ca), NULL);
	assert_int_equal(json_array_size(at(world, "tags")), 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
	const struct CMUnitTest tests[] = {
		TEST(creates_describes_deletes),
		TEST(days_go_with_frequencies),
		TEST(updates_what_is_sent),
		TEST(five_at_most),
		TEST(tags_come_and_go),
		TEST(tags_have_rules),
		TEST(only_what_is_there_has_tags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
