/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters from path, query and body, by the tables of real operations. Cases are data: what is sent, what must be refused with which
 * words, and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/api/parameters.h"
#include "server/api/params.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID_UPPER "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"

enum table { REGISTER_CA, DESCRIBE_CA, UPDATE_CA, LIST_CAS, REGISTER_DEVICE, UPDATE_CONFIG, LIST_TASKS, LIST_FINDINGS, SUPPRESS, SCHEDULE };

static const struct ka_route routes[] = {
	[REGISTER_CA] = { .name = "RegisterCACertificate", .path = "/cacertificate", .params = ka_params_register_ca_certificate },
	[DESCRIBE_CA] = { .name = "DescribeCACertificate", .path = "/cacertificate/{caCertificateId}",
	    .params = ka_params_describe_ca_certificate },
	[UPDATE_CA] = { .name = "UpdateCACertificate", .path = "/cacertificate/{caCertificateId}",
	    .params = ka_params_update_ca_certificate },
	[LIST_CAS] = { .name = "ListCACertificates", .path = "/cacertificates", .params = ka_params_list_ca_certificates },
	[REGISTER_DEVICE] = { .name = "RegisterCertificate", .path = "/certificate/register",
	    .params = ka_params_register_certificate },
	[UPDATE_CONFIG] = { .name = "UpdateAccountAuditConfiguration", .path = "/audit/configuration",
	    .params = ka_params_update_account_audit_configuration },
	[LIST_TASKS] = { .name = "ListAuditTasks", .path = "/audit/tasks", .params = ka_params_list_audit_tasks },
	[LIST_FINDINGS] = { .name = "ListAuditFindings", .path = "/audit/findings", .params = ka_params_list_audit_findings },
	[SUPPRESS] = { .name = "CreateAuditSuppression", .path = "/audit/suppressions/create",
	    .params = ka_params_create_audit_suppression },
	[SCHEDULE] = { .name = "CreateScheduledAudit", .path = "/audit/scheduledaudits/{scheduledAuditName}",
	    .params = ka_params_create_scheduled_audit },
};

struct run {
	struct ka_arena arena;
	struct ka_request request;
	struct ka_reply reply;
	bool ok;
};

static void
run(struct run *run, enum table table, const char *segment, const char *query, const char *body, const char *type)
{
	const struct ka_raw_header header = { "content-type", type };
	const struct ka_raw_request raw = {
		.method = "POST",
		.path = "",
		.query = query == NULL ? "" : query,
		.headers = &header,
		.num_headers = type != NULL,
		.body = { (const uint8_t *)body, body == NULL ? 0 : strlen(body) },
	};
	struct ka_route_match match = { .route = &routes[table] };

	if (segment != NULL)
		match.segments[0] = (struct ka_slice){ (const uint8_t *)segment, strlen(segment) };
	*run = (struct run){ .request = { .arena = NULL, .route = match.route } };
	run->request.arena = &run->arena;
	run->ok = ka_params_read(&run->reply, &run->request, &match, &raw);
}

static void
end(struct run *run)
{
	json_decref(run->request.body);
	ka_buf_clear(&run->reply.body);
	ka_arena_clear(&run->arena);
}

#define JSON "application/json"

static const struct {
	enum table table;
	const char *segment, *query, *body, *type;
	const char *message; /* part of it */
	const char *why;
} refusals[] = {
	/* Paths. */
	{ DESCRIBE_CA, "abc", NULL, NULL, NULL, "caCertificateId: must have at least 64 characters, has 3; seen: \"abc\"", "too short" },
	{ DESCRIBE_CA, ID "0", NULL, NULL, NULL, "must have at most 64 characters, has 65", "too long" },
	{ DESCRIBE_CA, ID "00", NULL, NULL, NULL, "has 66", "as long as an id with 0x, but without" },
	{ DESCRIBE_CA, "0x0x23456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef01", NULL, NULL, NULL, "has 66",
	    "0x comes off once" },
	{ DESCRIBE_CA, "g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", NULL, NULL, NULL,
	    "must match (0x)?[a-fA-F0-9]+", "not hexadecimal" },
	{ DESCRIBE_CA, "%", NULL, NULL, NULL, "% is not followed by two hexadecimal digits", "a broken escape" },
	{ DESCRIBE_CA, "%4", NULL, NULL, NULL, "% is not followed by two hexadecimal digits", "a cut escape" },
	{ DESCRIBE_CA, "%zz", NULL, NULL, NULL, "% is not followed by two hexadecimal digits", "no digits" },
	{ DESCRIBE_CA, "a%00b", NULL, NULL, NULL, "it has a NUL", "a NUL would end the text" },
	{ DESCRIBE_CA, "%ff", NULL, NULL, NULL, "it is not UTF-8", "bytes" },
	{ DESCRIBE_CA, "%c0%80", NULL, NULL, NULL, "it is not UTF-8", "an overlong NUL" },
	{ SCHEDULE, "a%20b", NULL, "{\"frequency\":\"DAILY\",\"targetCheckNames\":[\"X\"]}", JSON,
	    "scheduledAuditName: must match [a-zA-Z0-9_-]+; seen: \"a b\"", "a blank" },
	/* Queries. */
	{ LIST_CAS, NULL, "pageSize=0", NULL, NULL, "pageSize: must be 1 to 250; seen: \"0\"", "below" },
	{ LIST_CAS, NULL, "pageSize=251", NULL, NULL, "pageSize: must be 1 to 250", "above" },
	{ LIST_CAS, NULL, "pageSize=", NULL, NULL, "pageSize: must be a whole number", "empty" },
	{ LIST_CAS, NULL, "pageSize", NULL, NULL, "pageSize: must be a whole number", "no value at all" },
	{ LIST_CAS, NULL, "pageSize=-1", NULL, NULL, "must be a whole number", "a sign" },
	{ LIST_CAS, NULL, "pageSize=+1", NULL, NULL, "must be a whole number", "a sign" },
	{ LIST_CAS, NULL, "pageSize=%201", NULL, NULL, "must be a whole number", "a blank" },
	{ LIST_CAS, NULL, "pageSize=1e2", NULL, NULL, "must be a whole number", "an exponent" },
	{ LIST_CAS, NULL, "pageSize=0x10", NULL, NULL, "must be a whole number", "hexadecimal" },
	{ LIST_CAS, NULL, "pageSize=99999999999999999999999999", NULL, NULL, "must be a whole number", "more than 64 bits" },
	{ LIST_CAS, NULL, "pageSize=10&pageSize=10", NULL, NULL, "pageSize: is given twice in the query", "twice, even if the same" },
	{ LIST_CAS, NULL, "pageSize=10&page%53ize=10", NULL, NULL, "is given twice", "twice, one of them escaped" },
	{ LIST_CAS, NULL, "isAscendingOrder=True", NULL, NULL, "isAscendingOrder: must be true or false; seen: \"True\"", "a capital" },
	{ LIST_CAS, NULL, "isAscendingOrder=1", NULL, NULL, "must be true or false", "a number" },
	{ LIST_CAS, NULL, "isAscendingOrder=", NULL, NULL, "must be true or false", "empty" },
	{ LIST_CAS, NULL, "marker=a-b", NULL, NULL, "marker: must match [A-Za-z0-9+/]+={0,2}", "not base64" },
	{ LIST_CAS, NULL, "marker=", NULL, NULL, "marker: must match", "an empty token" },
	{ LIST_CAS, NULL, "templateName=%C3%A4", NULL, NULL, "templateName: must match", "outside ASCII" },
	{ UPDATE_CA, ID, "newStatus=BOGUS", NULL, NULL, "newStatus: must be one of ACTIVE, INACTIVE; seen: \"BOGUS\"", "an enum" },
	{ UPDATE_CA, ID, "newStatus=active", NULL, NULL, "must be one of ACTIVE, INACTIVE", "small letters" },
	{ UPDATE_CA, ID, "newStatus=", NULL, NULL, "must be one of ACTIVE, INACTIVE", "empty" },
	{ UPDATE_CA, ID, "newStatus=%1b[2J", NULL, NULL, "seen: \"\\x1b[2J\"", "what was seen is cleaned for terminals and logs" },
	{ LIST_TASKS, NULL, "endTime=2024-01-01T00%3A00%3A00Z", NULL, NULL, "startTime: is required", "a required one is missing" },
	{ LIST_TASKS, NULL, "startTime=&endTime=2024-01-01T00%3A00%3A00Z", NULL, NULL, "startTime: must be a time", "empty" },
	{ LIST_TASKS, NULL, "startTime=1704067200&endTime=2024-01-01T00%3A00%3A00Z", NULL, NULL, "startTime: must be a time",
	    "a number: the query has the other form" },
	{ LIST_TASKS, NULL, "startTime=2024-02-30T00%3A00%3A00Z&endTime=2024-01-01T00%3A00%3A00Z", NULL, NULL,
	    "startTime: must be a time", "no such day" },
	{ LIST_TASKS, NULL, "startTime=2024-01-01&endTime=2024-01-01T00%3A00%3A00Z", NULL, NULL, "startTime: must be a time",
	    "a date only" },
	/* Bodies as such. */
	{ REGISTER_CA, NULL, NULL, "{", JSON, "The body is not the JSON that this operation takes: line 1, column 1", "cut" },
	{ REGISTER_CA, NULL, NULL, "{\n\"caCertificate\":\n\"x\",}", JSON, "line 3, column", "a comma too many: the line is told" },
	{ REGISTER_CA, NULL, NULL, "{\"caCertificate\":\"a\",\"caCertificate\":\"b\"}", JSON, "duplicate object key", "which one counts?" },
	{ REGISTER_CA, NULL, NULL, "{\"caCertificate\":\"a\",\"x\":{\"y\":1,\"y\":2}}", JSON, "duplicate object key",
	    "also where nobody looks" },
	{ REGISTER_CA, NULL, NULL, "{\"caCertificate\":\"a\"} x", JSON, "end of file expected", "something behind" },
	{ REGISTER_CA, NULL, NULL, "{\"caCertificate\":\"a\\u0000b\"}", JSON, "\\u0000 is not allowed", "a NUL would end the text" },
	{ REGISTER_CA, NULL, NULL, "{\"caCertificate\":\"\xff\"}", JSON, "unable to decode byte 0xff", "not UTF-8" },
	{ REGISTER_CA, NULL, NULL, "{\"caCertificate\":\"\\ud800\"}", JSON, "invalid Unicode", "half a surrogate pair" },
	{ REGISTER_CA, NULL, NULL, "[]", JSON, "The body must be a JSON object", "a list" },
	{ REGISTER_CA, NULL, NULL, "\"x\"", JSON, "'[' or '{' expected", "a string" },
	{ REGISTER_CA, NULL, NULL, "null", JSON, "'[' or '{' expected", "null" },
	{ REGISTER_CA, NULL, NULL, "{\"a\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}", JSON, "nested 17 levels deep; at most 16", "too deep" },
	{ REGISTER_CA, NULL, NULL, "{\"n\":1e999}", JSON, "real number overflow", "no such number" },
	{ REGISTER_CA, NULL, NULL, "{\"n\":99999999999999999999}", JSON, "too big integer", "no such number" },
	{ REGISTER_CA, NULL, NULL, NULL, NULL, "caCertificate: is required", "no body at all" },
	{ REGISTER_CA, NULL, NULL, "{}", JSON, "caCertificate: is required", "an empty body" },
	{ REGISTER_CA, NULL, NULL, "{\"caCertificate\":null}", JSON, "caCertificate: is required", "null is absent" },
	/* Their members. */
	{ REGISTER_CA, NULL, NULL, "{\"caCertificate\":1}", JSON, "caCertificate: must be a string, is a number", "a number" },
	{ REGISTER_CA, NULL, NULL, "{\"caCertificate\":{}}", JSON, "caCertificate: must be a string, is an object", "an object" },
	{ REGISTER_CA, NULL, NULL, "{\"caCertificate\":\"\"}", JSON, "caCertificate: must have at least 1 characters, has 0", "empty" },
	{ REGISTER_CA, NULL, NULL, "{\"caCertificate\":\"x\",\"certificateMode\":\"default\"}", JSON,
	    "certificateMode: must be one of DEFAULT, SNI_ONLY", "small letters" },
	{ REGISTER_CA, NULL, NULL, "{\"caCertificate\":\"x\",\"tags\":{}}", JSON, "tags: must be a list, is an object", "an object" },
	{ REGISTER_CA, NULL, NULL, "{\"caCertificate\":\"x\",\"tags\":[{\"Key\":\"a\"},{\"Value\":\"b\"}]}", JSON,
	    "tags[1].Key: is required", "the second has no key" },
	{ REGISTER_CA, NULL, NULL, "{\"caCertificate\":\"x\",\"tags\":[{\"Key\":null}]}", JSON, "tags[0].Key: is required", "null is absent" },
	{ REGISTER_CA, NULL, NULL, "{\"caCertificate\":\"x\",\"tags\":[null]}", JSON, "tags[0]: must be an object, is null",
	    "in a list null is an element" },
	{ REGISTER_CA, NULL, NULL, "{\"caCertificate\":\"x\",\"tags\":[{\"Key\":\"\"}]}", JSON, "tags[0].Key: must have at least 1", "empty" },
	{ REGISTER_CA, NULL, NULL, "{\"caCertificate\":\"x\",\"tags\":[{\"Key\":\"a;b\"}]}", JSON, "tags[0].Key: must match", "a symbol" },
	{ REGISTER_CA, NULL, NULL, "{\"caCertificate\":\"x\",\"registrationConfig\":{\"roleArn\":\"short\"}}", JSON,
	    "registrationConfig.roleArn: must have at least 20 characters, has 5", "inside a structure" },
	{ REGISTER_CA, NULL, "setAsActive=yes", "{\"caCertificate\":\"x\"}", JSON, "setAsActive: must be true or false", "in the query" },
	{ UPDATE_CA, ID, NULL, "{\"removeAutoRegistration\":\"true\"}", JSON, "removeAutoRegistration: must be true or false, is a string",
	    "a string is no boolean in JSON" },
	{ UPDATE_CONFIG, NULL, NULL, "{\"auditNotificationTargetConfigurations\":{\"SQS\":{}}}", JSON,
	    "auditNotificationTargetConfigurations.SQS: must be one of SNS", "a key of a map is checked too" },
	{ UPDATE_CONFIG, NULL, NULL, "{\"auditCheckConfigurations\":{\"X\":{\"enabled\":1}}}", JSON,
	    "auditCheckConfigurations.X.enabled: must be true or false, is a number", "three levels down" },
	{ UPDATE_CONFIG, NULL, NULL, "{\"auditCheckConfigurations\":{\"\\u001b[31m\":{\"enabled\":1}}}", JSON,
	    "auditCheckConfigurations.\\x1b[31m.enabled", "keys are the client's words: cleaned" },
	{ LIST_FINDINGS, NULL, NULL, "{\"maxResults\":0}", JSON, "maxResults: must be 1 to 250, is 0", "below" },
	{ LIST_FINDINGS, NULL, NULL, "{\"maxResults\":251}", JSON, "maxResults: must be 1 to 250, is 251", "above" },
	{ LIST_FINDINGS, NULL, NULL, "{\"maxResults\":2.5}", JSON, "maxResults: must be a whole number", "a fraction" },
	{ LIST_FINDINGS, NULL, NULL, "{\"maxResults\":\"25\"}", JSON, "maxResults: must be a whole number, is a string", "a string" },
	{ LIST_FINDINGS, NULL, NULL, "{\"startTime\":\"2024-01-01T00:00:00Z\"}", JSON, "startTime: must be a time as a number of seconds",
	    "a string: the body has the other form" },
	{ LIST_FINDINGS, NULL, NULL, "{\"startTime\":1704067200000}", JSON, "seconds (not milliseconds)", "milliseconds" },
	{ LIST_FINDINGS, NULL, NULL, "{\"startTime\":-1}", JSON, "startTime: must be a number of seconds", "before 1970" },
	{ LIST_FINDINGS, NULL, NULL, "{\"resourceIdentifier\":{\"caCertificateId\":\"abc\"}}", JSON,
	    "resourceIdentifier.caCertificateId: must have at least 64", "too short" },
	{ SUPPRESS, NULL, NULL, "{\"checkName\":\"X\",\"resourceIdentifier\":{},\"clientRequestToken\":\"a b\"}", JSON,
	    "clientRequestToken: must match ^[a-zA-Z0-9-_]+$", "a blank" },
	{ SUPPRESS, NULL, NULL, "{\"checkName\":\"X\",\"resourceIdentifier\":{},\"clientRequestToken\":\"a\",\"description\":\"\xc3\xa9\"}",
	    JSON, "description: must match [\\p{Graph}\\x20]*", "outside ASCII" },
	{ SCHEDULE, "x", NULL, "{\"frequency\":\"HOURLY\",\"targetCheckNames\":[]}", JSON,
	    "frequency: must be one of DAILY, WEEKLY, BIWEEKLY, MONTHLY", "no such frequency" },
	{ SCHEDULE, "x", NULL, "{\"frequency\":\"DAILY\",\"targetCheckNames\":[1]}", JSON,
	    "targetCheckNames[0]: must be a string, is a number", "in a list" },
	{ SCHEDULE, "x", NULL, "{\"frequency\":\"MONTHLY\",\"dayOfMonth\":\"32\",\"targetCheckNames\":[]}", JSON,
	    "dayOfMonth: must match", "no such day" },
};

static void
refuses_what_the_model_refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct run r;

		run(&r, refusals[i].table, refusals[i].segment, refusals[i].query, refusals[i].body, refusals[i].type);
		if (r.ok || r.reply.error != KA_API_INVALID_REQUEST || strstr(r.reply.message, refusals[i].message) == NULL)
			fail_msg("case %zu (%s): wanted \"%s\", got %d \"%s\"", i, refusals[i].why, refusals[i].message, r.reply.error,
			    r.reply.message == NULL ? "" : r.reply.message);
		end(&r);
	}
}

static void
reads_each_kind_of_value(void **state)
{
	struct run r;
	int64_t ms = 0;

	(void)state;
	run(&r, LIST_CAS, NULL, "pageSize=250&unknown=1&isAscendingOrder=true&marker=QUJD%3D&&x", NULL, NULL);
	assert_true(r.ok);
	assert_int_equal(ka_param_int(&r.request, "pageSize", 25), 250);
	assert_true(ka_param_bool(&r.request, "ascendingOrder", false)); /* by the model's name */
	assert_string_equal(ka_param_text(&r.request, "marker"), "QUJD=");
	assert_null(ka_param_text(&r.request, "templateName"));
	assert_false(ka_param_given(&r.request, "templateName"));
	end(&r);

	run(&r, UPDATE_CA, ID_UPPER, "newStatus=INACTIVE", "{\"removeAutoRegistration\":true}", JSON);
	assert_true(r.ok);
	assert_string_equal(ka_param_text(&r.request, "certificateId"), ID);
	assert_int_equal(ka_param_enum(&r.request, "newStatus"), 2);
	assert_int_equal(ka_param_enum(&r.request, "newAutoRegistrationStatus"), 0);
	assert_true(ka_param_bool(&r.request, "removeAutoRegistration", false));
	end(&r);

	run(&r, DESCRIBE_CA, "0x" ID_UPPER, NULL, "this is passed over: the operation has no body", "text/plain");
	assert_true(r.ok);
	assert_string_equal(ka_param_text(&r.request, "certificateId"), ID);
	end(&r);

	run(&r, DESCRIBE_CA, "%30%78" ID, NULL, NULL, NULL);
	assert_true(r.ok);
	assert_string_equal(ka_param_text(&r.request, "certificateId"), ID);
	end(&r);

	run(&r, LIST_TASKS, NULL, "startTime=2023-11-14T22%3A13%3A20.500000Z&endTime=2024-01-01T00:00:00.250Z&taskType=SCHEDULED_AUDIT_TASK",
	    NULL, NULL);
	assert_true(r.ok);
	assert_true(ka_param_time(&r.request, &ms, "startTime"));
	assert_int_equal(ms, 1700000000500);
	assert_true(ka_param_time(&r.request, &ms, "endTime"));
	assert_int_equal(ms, 1704067200250);
	assert_int_equal(ka_param_enum(&r.request, "taskType"), KA_TASK_SCHEDULED);
	end(&r);

	run(&r, LIST_FINDINGS, NULL, NULL, "{\"startTime\":1704067200.5,\"endTime\":1704067200,\"maxResults\":250,\"taskId\":null}",
	    "Application/JSON; charset=utf-8");
	assert_true(r.ok);
	assert_true(ka_param_time(&r.request, &ms, "startTime"));
	assert_int_equal(ms, 1704067200500);
	assert_int_equal(ka_param_int(&r.request, "maxResults", 25), 250);
	assert_null(ka_param_text(&r.request, "taskId"));
	assert_false(ka_param_given(&r.request, "taskId"));
	end(&r);
}

/* What an operation sees of a structure is what the model knows, in the form that the store knows. */
static void
cleans_structures(void **state)
{
	struct run r;

	(void)state;
	run(&r, LIST_FINDINGS, NULL, NULL,
	    "{\"resourceIdentifier\":{\"caCertificateId\":\"0x" ID_UPPER "\",\"account\":null,\"bogus\":{\"deep\":[1]}},\"other\":[]}", JSON);
	assert_true(r.ok);
	assert_string_equal(ka_json_text(&r.arena, ka_param_json(&r.request, "resourceIdentifier")), "{\"caCertificateId\":\"" ID "\"}");
	end(&r);

	run(&r, UPDATE_CONFIG, NULL, NULL, "{\"auditCheckConfigurations\":{\"A\":null,\"B\":{\"enabled\":true,\"x\":1}}}", JSON);
	assert_true(r.ok);
	assert_string_equal(
	    ka_json_text(&r.arena, ka_param_json(&r.request, "auditCheckConfigurations")), "{\"B\":{\"enabled\":true}}");
	end(&r);
}

static void
counts_characters_not_bytes(void **state)
{
	struct run r;
	char body[1024] = "{\"caCertificate\":\"x\",\"tags\":[{\"Key\":\"";

	(void)state;
	/* 128 letters of two bytes each, and then one more. */
	for (int i = 0; i < 128; i++)
		strcat(body, "\xc3\xa9");
	size_t len = strlen(body);
	strcat(body, "\"}]}");
	run(&r, REGISTER_CA, NULL, NULL, body, JSON);
	assert_true(r.ok);
	end(&r);
	strcpy(body + len, "e\"}]}");
	run(&r, REGISTER_CA, NULL, NULL, body, JSON);
	assert_false(r.ok);
	assert_non_null(strstr(r.reply.message, "must have at most 128 characters, has 129"));
	end(&r);
}

static void
wants_json(void **state)
{
	static const char *const types[] = { "text/plain", "application/x-www-form-urlencoded", "application/jsonx", "", "application/" };
	struct run r;

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		run(&r, REGISTER_CA, NULL, NULL, "{\"caCertificate\":\"x\"}", types[i]);
		assert_false(r.ok);
		assert_int_equal(r.reply.error, KA_API_UNSUPPORTED_MEDIA_TYPE);
		end(&r);
	}
	run(&r, REGISTER_CA, NULL, NULL, "{\"caCertificate\":\"x\"}", NULL); /* nothing said: it must be meant */
	assert_true(r.ok);
	end(&r);
}

/* Bodies that would take a hundred times their length of memory. */
static void
bounds_what_a_body_becomes(void **state)
{
	struct run r;
	struct ka_buf body = { 0 };

	(void)state;
	for (unsigned num = KA_BODY_MAX_CONTAINERS - 2; num <= KA_BODY_MAX_CONTAINERS - 1; num++) {
		body.len = 0;
		ka_buf_puts(&body, "{\"caCertificate\":\"[[{{,,\\\"[\",\"x\":[");
		for (unsigned i = 0; i < num; i++)
			ka_buf_puts(&body, i == 0 ? "[]" : ",[]");
		ka_buf_put(&body, "]}", 3);
		run(&r, REGISTER_CA, NULL, NULL, body.data, JSON);
		assert_int_equal(r.ok, num == KA_BODY_MAX_CONTAINERS - 2); /* the object and the list around count as well */
		end(&r);
	}
	body.len = 0;
	ka_buf_puts(&body, "{\"x\":[1");
	for (unsigned i = 0; i < KA_BODY_MAX_VALUES; i++)
		ka_buf_puts(&body, ",1");
	ka_buf_put(&body, "]}", 3);
	run(&r, REGISTER_CA, NULL, NULL, body.data, JSON);
	assert_false(r.ok);
	assert_non_null(strstr(r.reply.message, "at most 1000 and 10000 are accepted"));
	end(&r);
	ka_buf_clear(&body);
}

static void
cuts_what_it_repeats(void **state)
{
	struct run r;
	char query[512] = "marker=";

	(void)state;
	memset(query + 7, '-', 300);
	run(&r, LIST_CAS, NULL, query, NULL, NULL);
	assert_false(r.ok);
	assert_non_null(strstr(r.reply.message, "-...\""));
	assert_true(strlen(r.reply.message) < 200);
	end(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_the_model_refuses),
		cmocka_unit_test(reads_each_kind_of_value),
		cmocka_unit_test(cleans_structures),
		cmocka_unit_test(counts_characters_not_bytes),
		cmocka_unit_test(wants_json),
		cmocka_unit_test(bounds_what_a_body_becomes),
		cmocka_unit_test(cuts_what_it_repeats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
