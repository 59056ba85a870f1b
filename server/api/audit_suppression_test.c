/* SPDX-License-Identifier: Apache-2.0 */
/* Suppressions: one for each pair of check and resource, one for each token. */
#include <stdio.h>

#include "server/api/world_test.h"
#include "server/clock.h"

#define BASE "/audit/suppressions/"

/* {"checkName":...,"resourceIdentifier":{...}} of a number, and more members. */
static const char *
body(struct world *world, unsigned number, const char *more)
{
	return ka_arena_format(&world->arena, "{\"checkName\":\"" CA_CHECK "\",\"resourceIdentifier\":{\"caCertificateId\":\"%s\"}%s}",
	    cert_id(world, number), more);
}

static const char *
seconds(struct world *world, int64_t offset_ms)
{
	return ka_arena_format(&world->arena, "%lld", (long long)(ka_clock_now() + offset_ms) / 1000);
}

static void
create(struct world *world, unsigned number, const char *end)
{
	call_ok(world, "POST", BASE "create", NULL,
	    body(world, number, ka_arena_format(&world->arena, "%s,\"clientRequestToken\":\"token-%u\"", end, number)));
	assert_string_equal(world->text, "{}");
}

static const char *
until(struct world *world, int64_t offset_ms)
{
	return ka_arena_format(&world->arena, ",\"expirationDate\":%s", seconds(world, offset_ms));
}

#define FOREVER ",\"suppressIndefinitely\":true"

static void
creates_and_describes(void **state)
{
	struct world *world = *state;
	const char *end = seconds(world, 7 * DAY);

	create(world, 1, ka_arena_format(&world->arena, ",\"expirationDate\":%s,\"description\":\"Accepted: #12\"", end));
	call_ok(world, "POST", BASE "describe", NULL, body(world, 1, ""));
	assert_string_equal(text_at(world, "checkName"), CA_CHECK);
	assert_string_equal(text_at(world, "resourceIdentifier.caCertificateId"), cert_id(world, 1));
	assert_int_equal(int_at(world, "expirationDate"), strtoll(end, NULL, 10));
	assert_true(json_is_false(at(world, "suppressIndefinitely")));
	assert_string_equal(text_at(world, "description"), "Accepted: #12");
	assert_int_equal(num_changes(world), 1);

	create(world, 2, FOREVER);
	call_ok(world, "POST", BASE "describe", NULL, body(world, 2, ""));
	assert_true(json_is_true(at(world, "suppressIndefinitely")));
	assert_null(at(world, "expirationDate"));
	assert_null(at(world, "description"));
	call_error(world, "POST", BASE "describe", NULL, body(world, 3, ""), "ResourceNotFoundException", "No suppression");
	/* The same certificate, written in another way. */
	call_ok(world, "POST", BASE "describe", NULL,
	    ka_arena_format(&world->arena,
		"{\"checkName\":\"" CA_CHECK "\",\"resourceIdentifier\":{\"caCertificateId\":\"0x%s\",\"bogus\":1}}", cert_id(world, 2)));
}

static void
refuses_what_is_no_suppression(void **state)
{
	struct world *world = *state;
#define TOKEN ",\"clientRequestToken\":\"t\""
	const struct {
		const char *body, *message;
	} cases[] = {
		{ body(world, 1, TOKEN), "expirationDate, or suppressIndefinitely as true, is required" },
		{ body(world, 1, TOKEN ",\"suppressIndefinitely\":false"), "expirationDate, or suppressIndefinitely as true, is required" },
		{ body(world, 1, ka_arena_format(&world->arena, TOKEN FOREVER "%s", until(world, DAY))), "contradicts suppressIndefinitely" },
		{ body(world, 1, ka_arena_format(&world->arena, TOKEN "%s", until(world, -1000))), "expirationDate: is over already" },
		{ body(world, 1, TOKEN ",\"expirationDate\":0"), "expirationDate: is over already" },
		{ body(world, 1, FOREVER), "clientRequestToken: is required" },
		{ "{\"checkName\":\"X\",\"resourceIdentifier\":{\"account\":\"123456789012\"}" TOKEN FOREVER "}", "no audit check is called" },
		{ "{\"checkName\":\"" CA_CHECK "\",\"resourceIdentifier\":{}" TOKEN FOREVER "}", "must have exactly one member" },
		{ "{\"checkName\":\"" CA_CHECK "\",\"resourceIdentifier\":{\"account\":\"123456789012\"}" TOKEN FOREVER "}",
		    CA_CHECK " is about resources with a caCertificateId" },
		{ ka_arena_format(&world->arena,
		      "{\"checkName\":\"" DEVICE_CHECK "\",\"resourceIdentifier\":{\"caCertificateId\":\"%s\"}" TOKEN FOREVER "}",
		      cert_id(world, 1)),
		    DEVICE_CHECK " is about resources with a deviceCertificateId" },
		{ "{\"checkName\":\"" CA_CHECK "\"" TOKEN FOREVER "}", "resourceIdentifier: is required" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		call_error(world, "POST", BASE "create", NULL, cases[i].body, "InvalidRequestException", cases[i].message);
	assert_int_equal(num_changes(world), 0);
	/* A check that is about something else takes whatever names one thing. */
	call_ok(world, "POST", BASE "create", NULL,
	    "{\"checkName\":\"LOGGING_DISABLED_CHECK\",\"resourceIdentifier\":{\"account\":\"123456789012\"}" TOKEN FOREVER "}");
}

static void
one_for_each_pair_and_token(void **state)
{
	struct world *world = *state;

	create(world, 1, FOREVER);
	call_error(world, "POST", BASE "create", NULL, body(world, 1, ",\"clientRequestToken\":\"other\"" FOREVER),
	    "ResourceAlreadyExistsException", "suppressed for this resource already");
	assert_int_equal(world->status, 409);
	assert_non_null(text_at(world, "resourceId"));
	assert_non_null(text_at(world, "resourceArn"));
	call_error(world, "POST", BASE "create", NULL, body(world, 2, ",\"clientRequestToken\":\"token-1\"" FOREVER),
	    "ResourceAlreadyExistsException", "clientRequestToken: was used");
	call_error(world, "POST", BASE "describe", NULL, body(world, 2, ""), "ResourceNotFoundException", ""); /* nothing half-done */
	assert_int_equal(num_changes(world), 1);
	world->account = OTHER_ACCOUNT;
	create(world, 1, FOREVER); /* another account */
	world->account = TEST_ACCOUNT;
}

static void
updates_what_is_sent(void **state)
{
	struct world *world = *state;

	create(world, 1, ka_arena_format(&world->arena, "%s,\"description\":\"one\"", until(world, DAY)));
	call_ok(world, "PATCH", BASE "update", NULL, body(world, 1, ",\"description\":\"two\""));
	call_ok(world, "POST", BASE "describe", NULL, body(world, 1, ""));
	assert_string_equal(text_at(world, "description"), "two");
	assert_true(json_is_false(at(world, "suppressIndefinitely")));
	call_ok(world, "PATCH", BASE "update", NULL, body(world, 1, FOREVER));
	call_ok(world, "POST", BASE "describe", NULL, body(world, 1, ""));
	assert_string_equal(text_at(world, "description"), "two");
	assert_true(json_is_true(at(world, "suppressIndefinitely")));
	assert_null(at(world, "expirationDate"));
	call_ok(world, "PATCH", BASE "update", NULL, body(world, 1, ""));
	call_error(world, "PATCH", BASE "update", NULL, body(world, 1, ",\"suppressIndefinitely\":false"), "InvalidRequestException",
	    "expirationDate, or suppressIndefinitely as true, is required"); /* then until when? */
	call_error(world, "PATCH", BASE "update", NULL, body(world, 1, until(world, -1000)), "InvalidRequestException", "is over already");
	call_ok(world, "PATCH", BASE "update", NULL, body(world, 1, until(world, 2 * DAY)));
	call_ok(world, "POST", BASE "describe", NULL, body(world, 1, ""));
	assert_true(json_is_false(at(world, "suppressIndefinitely")));
	assert_non_null(at(world, "expirationDate"));
	call_error(world, "PATCH", BASE "update", NULL, body(world, 2, FOREVER), "ResourceNotFoundException", "No suppression");
}

static void
deletes_once_or_more(void **state)
{
	struct world *world = *state;

	create(world, 1, FOREVER);
	call_ok(world, "POST", BASE "delete", NULL, body(world, 1, ""));
	call_error(world, "POST", BASE "describe", NULL, body(world, 1, ""), "ResourceNotFoundException", "No suppression");
	assert_int_equal(num_changes(world), 2);
	call_ok(world, "POST", BASE "delete", NULL, body(world, 1, ""));
	assert_int_equal(num_changes(world), 2);
}

/* The numbers of the certificates of all pages. */
static const char *
list(struct world *world, const char *filter)
{
	const char *all = "", *token = NULL;

	do {
		call_ok(world, "POST", BASE "list", NULL,
		    ka_arena_format(&world->arena, "{\"nextToken\":%s%s}",
			token == NULL ? "null" : ka_arena_format(&world->arena, "\"%s\"", token), filter));
		for (size_t i = 0; i < json_array_size(at(world, "suppressions")); i++)
			all = ka_arena_format(&world->arena, "%s%s%lx", all, all[0] == '\0' ? "" : ",",
			    strtoul(text_at(world,
					ka_arena_format(&world->arena, "suppressions.%zu.resourceIdentifier.caCertificateId", i)) +
				    48,
				NULL, 16));
		token = ka_arena_string(&world->arena, json_string_value(at(world, "nextToken")));
	} while (token != NULL);
	return all;
}

static void
lists_by_expiration(void **state)
{
	struct world *world = *state;

	create(world, 1, FOREVER);
	create(world, 2, until(world, 3 * DAY));
	create(world, 3, until(world, DAY));
	create(world, 4, FOREVER);
	create(world, 5, until(world, 2 * DAY));
	assert_string_equal(list(world, ""), "3,5,2,1,4");
	assert_string_equal(list(world, ",\"maxResults\":1"), "3,5,2,1,4");
	assert_string_equal(list(world, ",\"maxResults\":2"), "3,5,2,1,4");
	assert_string_equal(list(world, ",\"ascendingOrder\":false"), "4,1,2,5,3");
	assert_string_equal(list(world, ",\"ascendingOrder\":false,\"maxResults\":2"), "4,1,2,5,3");
	assert_string_equal(list(world, ",\"checkName\":\"" CA_CHECK "\",\"maxResults\":2"), "3,5,2,1,4");
	assert_string_equal(list(world, ",\"checkName\":\"" DEVICE_CHECK "\""), "");
	assert_string_equal(
	    list(world, ka_arena_format(&world->arena, ",\"resourceIdentifier\":{\"caCertificateId\":\"%s\"}", cert_id(world, 5))), "5");
	call_error(world, "POST", BASE "list", NULL, "{\"checkName\":\"X\"}", "InvalidRequestException", "no audit check");
	call_error(world, "POST", BASE "list", NULL, "{\"nextToken\":\"x\"}", "InvalidRequestException", "nextToken is not a token");
	call_ok(world, "POST", BASE "list", NULL, "{\"maxResults\":2}");
	call_error(world, "POST", BASE "list", NULL,
	    ka_arena_format(&world->arena, "{\"ascendingOrder\":false,\"nextToken\":\"%s\"}", text_at(world, "nextToken")),
	    "InvalidRequestException", "nextToken is not a token");
}

/* Time goes on: a file tells the clock of tests how much. */
static void
an_expired_one_makes_room(void **state)
{
	struct world *world = *state;
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/clock", world->dir);
	create(world, 1, until(world, DAY));
	assert_int_equal(setenv("KEYASSAYD_TEST_CLOCK", path, 1), 0);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	(void)fprintf(file, "%lld", (long long)(2 * DAY));
	(void)fclose(file);
	call_ok(world, "POST", BASE "describe", NULL, body(world, 1, "")); /* it is still told */
	call_error(world, "POST", BASE "create", NULL, body(world, 1, FOREVER ",\"clientRequestToken\":\"a b\""),
	    "InvalidRequestException", "clientRequestToken");
	call_ok(world, "POST", BASE "create", NULL, body(world, 1, FOREVER ",\"clientRequestToken\":\"second\""));
	call_ok(world, "POST", BASE "describe", NULL, body(world, 1, ""));
	assert_true(json_is_true(at(world, "suppressIndefinitely")));
	assert_int_equal(unsetenv("KEYASSAYD_TEST_CLOCK"), 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
	const struct CMUnitTest tests[] = {
		TEST(creates_and_describes),
		TEST(refuses_what_is_no_suppression),
		TEST(one_for_each_pair_and_token),
		TEST(updates_what_is_sent),
		TEST(deletes_once_or_more),
		TEST(lists_by_expiration),
		TEST(an_expired_one_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
