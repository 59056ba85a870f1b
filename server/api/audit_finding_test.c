/* SPDX-License-Identifier: Apache-2.0 */
/* Findings: filters, pages, what is related to them. */
#include <stdio.h>

#include "server/api/world_test.h"
#include "server/clock.h"

static const char *
list_body(struct world *world, const char *filter, const char *token)
{
	return ka_arena_format(&world->arena, "{%s%s%s%s}", filter, token == NULL ? "" : ",\"nextToken\":\"", token == NULL ? "" : token,
	    token == NULL ? "" : "\"");
}

/* The last digits of the ids of all pages, joined by commas. */
static const char *
list(struct world *world, const char *filter)
{
	const char *all = "", *token = NULL;

	do {
		call_ok(world, "POST", "/audit/findings", NULL, list_body(world, filter, token));
		for (size_t i = 0; i < json_array_size(at(world, "findings")); i++)
			all = ka_arena_format(&world->arena, "%s%s%lx", all, all[0] == '\0' ? "" : ",",
			    strtoul(text_at(world, ka_arena_format(&world->arena, "findings.%zu.findingId", i)) + 16, NULL, 16));
		token = ka_arena_string(&world->arena, json_string_value(at(world, "nextToken")));
	} while (token != NULL);
	return all;
}

/* Two audits. The first: a weak CA, the same accepted, a device. The second: the CA again. */
static int
with_findings(void **state)
{
	(void)world_open(state);
	struct world *world = *state;
	int64_t now = ka_clock_now() / 1000 * 1000;

	add_ca(world, 1);
	add_finding(world, 1, "a", CA_CHECK, KA_RESOURCE_CA, 1, now - 4 * DAY, false);
	add_finding(world, 2, "a", CA_CHECK, KA_RESOURCE_CA, 2, now - 4 * DAY, true);
	add_finding(world, 3, "a", DEVICE_CHECK, KA_RESOURCE_DEVICE, 1, now - 4 * DAY, false);
	add_finding(world, 4, "b", CA_CHECK, KA_RESOURCE_CA, 1, now - 2 * DAY, false);
	add_finding(world, 5, "c", CA_CHECK, KA_RESOURCE_CA, 1, now - 91 * DAY, false);
	return 0;
}

static const char *
by_time(struct world *world, int64_t from, int64_t to, const char *more)
{
	return ka_arena_format(
	    &world->arena, "\"startTime\":%lld.%03lld,\"endTime\":%lld.%03lld%s", (long long)from / 1000, (long long)from % 1000,
	    (long long)to / 1000, (long long)to % 1000, more);
}

static void
filters(void **state)
{
	struct world *world = *state;
	const char *a = ka_arena_format(&world->arena, "\"taskId\":\"%s\"", task_id(world, "a"));
	int64_t now = ka_clock_now() / 1000 * 1000;

	assert_string_equal(list(world, a), "1,2,3");
	assert_string_equal(list(world, ka_arena_format(&world->arena, "%s,\"maxResults\":1", a)), "1,2,3");
	assert_string_equal(list(world, ka_arena_format(&world->arena, "%s,\"maxResults\":2", a)), "1,2,3");
	assert_string_equal(list(world, ka_arena_format(&world->arena, "%s,\"maxResults\":3", a)), "1,2,3");
	assert_string_equal(list(world, ka_arena_format(&world->arena, "%s,\"checkName\":\"" DEVICE_CHECK "\"", a)), "3");
	assert_string_equal(list(world, ka_arena_format(&world->arena, "%s,\"listSuppressedFindings\":true", a)), "2");
	assert_string_equal(list(world, ka_arena_format(&world->arena, "%s,\"listSuppressedFindings\":false", a)), "1,3");
	assert_string_equal(list(world,
				ka_arena_format(&world->arena, "%s,\"resourceIdentifier\":{\"caCertificateId\":\"%s\"}", a, cert_id(world, 1))),
	    "1");
	assert_string_equal(
	    list(world,
		ka_arena_format(&world->arena, "%s,\"resourceIdentifier\":{\"deviceCertificateId\":\"%s\"}", a, cert_id(world, 1))),
	    "3");
	assert_string_equal(list(world,
				ka_arena_format(&world->arena,
				    "%s,\"resourceIdentifier\":{\"deviceCertificateArn\":\"arn:aws:iot:" TEST_REGION ":" TEST_ACCOUNT
				    ":cert/%s\"}",
				    a, cert_id(world, 1))),
	    "3");
	/* Nothing that keyassay finds has such a resource. */
	assert_string_equal(list(world, ka_arena_format(&world->arena, "%s,\"resourceIdentifier\":{\"clientId\":\"x\"}", a)), "");
	assert_string_equal(list(world, "\"taskId\":\"00000000000000000000000000000000\""), "");
	assert_string_equal(list(world, "\"taskId\":\"no-such-task\""), "");

	assert_string_equal(list(world, by_time(world, now - 10 * DAY, now, "")), "1,2,3,4");
	assert_string_equal(list(world, by_time(world, now - 10 * DAY, now, ",\"maxResults\":1")), "1,2,3,4");
	assert_string_equal(list(world, by_time(world, 0, now, "")), "1,2,3,4"); /* the fifth is too old to be kept */
	assert_string_equal(
	    list(world, ka_arena_format(&world->arena, "\"taskId\":\"%s\"", task_id(world, "c"))), ""); /* nor by its task */
	world->account = OTHER_ACCOUNT;
	assert_string_equal(list(world, a), "");
	world->account = TEST_ACCOUNT;
}

static void
refuses_filters_that_make_no_sense(void **state)
{
	static const struct {
		const char *body, *message;
	} cases[] = {
		{ "{}", "taskId, or startTime together with endTime, is required" },
		{ "{\"checkName\":\"" CA_CHECK "\"}", "taskId, or startTime together with endTime, is required" },
		{ "{\"startTime\":1}", "endTime is missing" },
		{ "{\"endTime\":1}", "startTime is missing" },
		{ "{\"taskId\":\"a\",\"startTime\":1}", "taskId: cannot be combined" },
		{ "{\"taskId\":\"a\",\"startTime\":1,\"endTime\":2}", "taskId: cannot be combined" },
		{ "{\"startTime\":2,\"endTime\":1}", "endTime: is before startTime" },
		{ "{\"taskId\":\"a\",\"checkName\":\"X\"}", "no audit check is called \"X\"" },
		{ "{\"taskId\":\"a_b\"}", "taskId: must match" },
		{ "{\"taskId\":\"a\",\"resourceIdentifier\":{}}", "resourceIdentifier: must have exactly one member" },
		{ "{\"taskId\":\"a\",\"resourceIdentifier\":{\"bogus\":1}}", "resourceIdentifier: must have exactly one member" },
		{ "{\"taskId\":\"a\",\"resourceIdentifier\":{\"clientId\":\"a\",\"account\":\"123456789012\"}}",
		    "resourceIdentifier: must have exactly one member" },
		{ "{\"taskId\":\"a\",\"resourceIdentifier\":{\"deviceCertificateArn\":\"arn:aws:iot:us-east-1:1:cert/x\"}}",
		    "deviceCertificateArn is not one of this account and region" },
		{ "{\"taskId\":\"a\",\"nextToken\":\"00\"}", "nextToken is not a token of this list" },
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		call_error(world, "POST", "/audit/findings", NULL, cases[i].body, "InvalidRequestException", cases[i].message);
}

static const char *
finding_path(struct world *world, unsigned number)
{
	return ka_arena_format(&world->arena, "/audit/findings/%032x", number);
}

static void
describes(void **state)
{
	struct world *world = *state;

	call_ok(world, "GET", finding_path(world, 2), NULL, NULL);
	assert_string_equal(text_at(world, "finding.findingId") + 31, "2");
	assert_string_equal(text_at(world, "finding.taskId"), task_id(world, "a"));
	assert_string_equal(text_at(world, "finding.checkName"), CA_CHECK);
	assert_string_equal(text_at(world, "finding.severity"), "CRITICAL");
	assert_string_equal(text_at(world, "finding.nonCompliantResource.resourceType"), "CA_CERTIFICATE");
	assert_int_equal(json_object_size(at(world, "finding.nonCompliantResource.resourceIdentifier")), 1);
	assert_string_equal(
	    text_at(world, "finding.nonCompliantResource.resourceIdentifier.caCertificateId"), cert_id(world, 2));
	assert_string_equal(text_at(world, "finding.nonCompliantResource.additionalInfo.generator"), "65537");
	assert_string_equal(text_at(world, "finding.reasonForNonComplianceCode"), "CERTIFICATE_KEY_VULNERABILITY_CVE-2017-15361");
	assert_true(json_is_true(at(world, "finding.isSuppressed")));
	assert_true(json_is_number(at(world, "finding.findingTime")));
	assert_true(json_number_value(at(world, "finding.findingTime")) - json_number_value(at(world, "finding.taskStartTime")) > 1.49);
	assert_int_equal(json_array_size(at(world, "finding.relatedResources")), 0);

	call_ok(world, "GET", finding_path(world, 3), NULL, NULL);
	assert_string_equal(text_at(world, "finding.nonCompliantResource.resourceType"), "DEVICE_CERTIFICATE");
	assert_string_equal(
	    text_at(world, "finding.nonCompliantResource.resourceIdentifier.deviceCertificateId"), cert_id(world, 1));
	assert_true(json_is_false(at(world, "finding.isSuppressed")));

	call_error(world, "GET", finding_path(world, 9), NULL, NULL, "ResourceNotFoundException", "no audit finding");
	call_error(world, "GET", finding_path(world, 5), NULL, NULL, "ResourceNotFoundException", "no audit finding"); /* too old */
	call_error(world, "GET", "/audit/findings/not-a-hex-id", NULL, NULL, "ResourceNotFoundException", "no audit finding");
	call_error(world, "GET", "/audit/findings/a.b", NULL, NULL, "InvalidRequestException", "findingId: must match");
	world->account = OTHER_ACCOUNT;
	call_error(world, "GET", finding_path(world, 1), NULL, NULL, "ResourceNotFoundException", "no audit finding");
	world->account = TEST_ACCOUNT;
}

static void
relates_the_device_certificates_of_a_ca(void **state)
{
	struct world *world = *state;
	const char *token = NULL, *query;
	size_t total = 0;

	for (unsigned i = 0; i < 23; i++)
		add_device(world, 100 + i, 1);
	add_device(world, 200, 2); /* of another CA */
	call_ok(world, "GET", finding_path(world, 1), NULL, NULL);
	assert_int_equal(json_array_size(at(world, "finding.relatedResources")), 10); /* at most ten inline */
	assert_string_equal(text_at(world, "finding.relatedResources.0.resourceType"), "DEVICE_CERTIFICATE");
	assert_string_equal(
	    text_at(world, "finding.relatedResources.0.resourceIdentifier.deviceCertificateId"), cert_id(world, 100));
	assert_string_equal(text_at(world, "finding.relatedResources.0.additionalInfo.CERTIFICATE_STATUS"), "ACTIVE");
	assert_string_equal(text_at(world, "finding.relatedResources.0.additionalInfo.REGISTRATION_TIME"), "1100");
	call_ok(world, "POST", "/audit/findings", NULL,
	    ka_arena_format(&world->arena, "{\"taskId\":\"%s\"}", task_id(world, "a")));
	assert_int_equal(json_array_size(at(world, "findings.0.relatedResources")), 10);
	assert_int_equal(json_array_size(at(world, "findings.1.relatedResources")), 1);
	assert_int_equal(json_array_size(at(world, "findings.2.relatedResources")), 0); /* a device's has none */

	do {
		query = ka_arena_format(&world->arena, "findingId=%032x&maxResults=7%s%s", 1, token == NULL ? "" : "&nextToken=",
		    token == NULL ? "" : token);
		call_ok(world, "GET", "/audit/relatedResources", query, NULL);
		for (size_t i = 0; i < json_array_size(at(world, "relatedResources")); i++, total++)
			assert_string_equal(text_at(world,
						ka_arena_format(&world->arena,
						    "relatedResources.%zu.resourceIdentifier.deviceCertificateId", i)),
			    cert_id(world, 100 + (unsigned)total));
		token = ka_arena_string(&world->arena, json_string_value(at(world, "nextToken")));
	} while (token != NULL);
	assert_int_equal(total, 23);

	call_ok(world, "GET", "/audit/relatedResources", ka_arena_format(&world->arena, "findingId=%032x", 3), NULL);
	assert_int_equal(json_array_size(at(world, "relatedResources")), 0);
	call_ok(world, "GET", "/audit/relatedResources", ka_arena_format(&world->arena, "findingId=%032x&maxResults=7", 1), NULL);
	token = ka_arena_string(&world->arena, text_at(world, "nextToken"));
	call_error(world, "GET", "/audit/relatedResources",
	    ka_arena_format(&world->arena, "findingId=%032x&nextToken=%s", 2, token), NULL, "InvalidRequestException",
	    "nextToken is not a token of this list"); /* of another finding */
	call_error(world, "GET", "/audit/relatedResources", "findingId=x", NULL, "ResourceNotFoundException", "no audit finding x");
	call_error(world, "GET", "/audit/relatedResources", NULL, NULL, "InvalidRequestException", "findingId: is required");
}

/* A list that is read while an audit goes on shows every finding, and none twice. */
static void
pages_survive_inserts(void **state)
{
	struct world *world = *state;
	const char *a = ka_arena_format(&world->arena, "\"taskId\":\"%s\",\"maxResults\":2", task_id(world, "a"));

	call_ok(world, "POST", "/audit/findings", NULL, list_body(world, a, NULL));
	const char *token = ka_arena_string(&world->arena, text_at(world, "nextToken"));
	assert_non_null(token);
	add_finding(world, 6, "a", CA_CHECK, KA_RESOURCE_CA, 3, ka_clock_now(), false);
	call_ok(world, "POST", "/audit/findings", NULL, list_body(world, a, token));
	assert_int_equal(json_array_size(at(world, "findings")), 2);
	assert_string_equal(text_at(world, "findings.0.findingId") + 31, "3");
	assert_string_equal(text_at(world, "findings.1.findingId") + 31, "6");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, with_findings, world_close)
	const struct CMUnitTest tests[] = {
		TEST(filters),
		TEST(refuses_filters_that_make_no_sense),
		TEST(describes),
		TEST(relates_the_device_certificates_of_a_ca),
		TEST(pages_survive_inserts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
