/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a request: authentication, path, method, role, parameters; the forms of replies. */
#include "server/api/params.h"
#include "server/api/world_test.h"

static void
lets_nobody_in(void **state)
{
	struct world *world = *state;

	world->role = "nobody";
	call_error(world, "GET", "/audit/configuration", NULL, NULL, "MissingAuthenticationTokenException", "who are you?");
	assert_int_equal(world->status, 403);
	assert_string_equal(world->operation, "");
	/* Nor is anything told about which paths there are. */
	call_error(world, "GET", "/nothing", NULL, NULL, "MissingAuthenticationTokenException", "who are you?");
	world->role = "admin";
}

static const struct {
	const char *method, *path;
	const char *operation; /* "": none */
	const char *error_type, *allow;
} paths[] = {
	{ "GET", "/audit/configuration", "DescribeAccountAuditConfiguration", NULL, NULL },
	{ "GET", "/%61udit/configur%61tion", "DescribeAccountAuditConfiguration", NULL, NULL },
	{ "GET", "/audit/scheduledaudits", "ListScheduledAudits", NULL, NULL },
	{ "POST", "/audit/suppressions/list", "ListAuditSuppressions", NULL, NULL },
	{ "GET", "/audit/tasks/abc", "DescribeAuditTask", "ResourceNotFoundException", NULL },
	{ "PUT", "/audit/tasks/abc/cancel", "CancelAuditTask", "ResourceNotFoundException", NULL },
	{ "GET", "/audit/tasks/cancel", "DescribeAuditTask", "ResourceNotFoundException", NULL },
	{ "GET", "/", "", "UnknownOperationException", NULL },
	{ "GET", "", "", "UnknownOperationException", NULL },
	{ "GET", "audit/configuration", "", "UnknownOperationException", NULL },
	{ "GET", "/audit", "", "UnknownOperationException", NULL },
	{ "GET", "/audit/configuration/", "", "UnknownOperationException", NULL },
	{ "GET", "//audit/configuration", "", "UnknownOperationException", NULL },
	{ "GET", "/audit%2fconfiguration", "", "UnknownOperationException", NULL }, /* an escaped slash parts nothing */
	{ "GET", "/audit/configuration%", "", "UnknownOperationException", NULL },
	{ "GET", "/audit/configuration%00", "", "UnknownOperationException", NULL },
	{ "GET", "/Audit/configuration", "", "UnknownOperationException", NULL },
	{ "GET", "/audit/tasks/", "", "UnknownOperationException", NULL }, /* an empty name names nothing */
	{ "PUT", "/audit/tasks/abc/cancel/x", "", "UnknownOperationException", NULL },
	{ "GET", "/audit/tasks/abc/cancel", "", "MethodNotAllowedException", "PUT" },
	{ "DELETE", "/audit/tasks/abc", "", "MethodNotAllowedException", "GET" },
	{ "HEAD", "/audit/configuration", "", "MethodNotAllowedException", "GET, PATCH, DELETE" },
	{ "get", "/audit/configuration", "", "MethodNotAllowedException", "GET, PATCH, DELETE" },
	{ "PUT", "/audit/scheduledaudits/x", "", "MethodNotAllowedException", "GET, POST, PATCH, DELETE" },
	{ "POST", "/audit/scheduledaudits", "", "MethodNotAllowedException", "GET" },
};

static void
finds_operations(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		call(world, paths[i].method, paths[i].path, NULL, NULL);
		if (strcmp(world->operation, paths[i].operation) != 0)
			fail_msg("%s %s: wanted %s, got %s", paths[i].method, paths[i].path, paths[i].operation, world->operation);
		if (paths[i].error_type == NULL)
			assert_null(world->error_type);
		else
			assert_string_equal(world->error_type, paths[i].error_type);
		if (paths[i].allow == NULL)
			assert_null(world->allow);
		else
			assert_string_equal(world->allow, paths[i].allow);
	}
}

static bool
requires_anything(const struct ka_route *route)
{
	for (const struct ka_param *param = route->params; param->name != NULL; param++)
		if (param->required)
			return true;
	return false;
}

/* Each operation with each role: exactly those that may pass the door. Behind it parameters are refused, so nothing runs; what requires
 * none is knocked at only by those who may not. */
static void
keeps_roles_apart(void **state)
{
	static const struct {
		const char *name;
		enum ka_role role;
	} roles[] = { { "admin", KA_ROLE_ADMIN }, { "auditor", KA_ROLE_AUDITOR }, { "reader", KA_ROLE_READER } };
	struct world *world = *state;

	for (const struct ka_route *route = ka_routes(); route->name != NULL; route++)
		for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
			/* A path parameter of 200 characters is refused behind the door. */
			char path[512] = "", *out = path;

			for (const char *c = route->path; *c != '\0'; c++) {
				if (*c != '{') {
					*out++ = *c;
					continue;
				}
				memset(out, 'a', 200);
				out += 200;
				c = strchr(c, '}');
			}
			*out = '\0';
			if (roles[i].role <= route->least && !requires_anything(route))
				continue;
			world->role = roles[i].name;
			call(world, ka_method_name(route->method), path, "nextToken=x&maxResults=x&marker=-", "{\"taskId\":1,\"tags\":1}");
			bool denied = world->error_type != NULL && strcmp(world->error_type, "AccessDeniedException") == 0;
			if (denied != (roles[i].role > route->least))
				fail_msg("%s as %s: %s", route->name, roles[i].name, world->text);
		}
	world->role = "reader";
	call_error(world, "POST", "/audit/tasks", NULL, "{}", "AccessDeniedException", "has the role reader; iot:StartOnDemandAuditTask takes the role auditor");
	assert_int_equal(world->status, 403);
	world->role = "admin";
}

/* What the code takes for granted of the tables: places for a path's names, limits of integers. */
static void
tables_keep_to_the_rules(void **state)
{
	(void)state;
	for (const struct ka_route *route = ka_routes(); route->name != NULL; route++) {
		unsigned names = 0;

		for (const char *c = route->path; *c != '\0'; c++)
			names += *c == '{';
		assert_true(names <= KA_MAX_PATH_PARAMS);
		for (const struct ka_param *param = route->params; param->name != NULL; param++)
			if (param->shape->type == KA_SHAPE_INTEGER)
				assert_true(param->shape->has_min && param->shape->has_max);
	}
}

/* What may change nothing is read by those who may only read, and the other way round. */
static void
readers_cannot_write(void **state)
{
	(void)state;
	for (const struct ka_route *route = ka_routes(); route->name != NULL; route++) {
		if (route->writes)
			assert_true(route->least < KA_ROLE_READER);
		assert_int_equal(ka_api_is_write(ka_method_name(route->method), route->path), route->writes);
	}
	assert_false(ka_api_is_write("POST", "/nothing"));
	assert_false(ka_api_is_write("BREW", "/audit/tasks"));
	assert_true(ka_api_is_write("PUT", "/audit/tasks/%41/cancel"));
}

static enum ka_store_status
agree(struct ka_tx *tx, void *arg)
{
	(void)tx;
	(void)arg;
	return KA_STORE_OK;
}

static enum ka_store_status
give_up(struct ka_tx *tx, void *arg)
{
	(void)tx;
	(void)arg;
	return KA_STORE_ABORTED;
}

/* A transaction that is run again may come to another result: what the first run refused does not count. */
static void
forgets_what_an_earlier_run_refused(void **state)
{
	struct world *world = *state;
	const struct ka_request request = { .server = &world->server, .arena = &world->arena, .id = "test" };
	struct ka_reply reply = { .error = KA_API_LIMIT_EXCEEDED };

	assert_true(ka_api_write(&reply, &request, agree, NULL));
	assert_int_equal(reply.error, KA_API_OK);
	/* Giving up without a word is a bug, and told as one. */
	reply.error = KA_API_LIMIT_EXCEEDED;
	assert_false(ka_api_write(&reply, &request, give_up, NULL));
	assert_int_equal(reply.error, KA_API_INTERNAL_FAILURE);
}

static void
every_error_has_its_status(void **state)
{
	static const unsigned statuses[] = { 400, 401, 403, 404, 405, 406, 409, 410, 413, 415, 500, 503 };

	(void)state;
	for (unsigned error = 1; error < KA_NUM_API_ERRORS; error++) {
		const char *name = ka_api_error_name((enum ka_api_error)error);
		size_t i = 0;

		assert_non_null(name);
		assert_string_equal(name + strlen(name) - 9, "Exception");
		while (i < sizeof(statuses) / sizeof(statuses[0]) && statuses[i] != ka_api_error_status((enum ka_api_error)error))
			i++;
		assert_true(i < sizeof(statuses) / sizeof(statuses[0]));
	}
	assert_int_equal(ka_api_error_status(KA_API_OK), 200);
	assert_null(ka_api_error_name(KA_API_OK));
	/* The odd ones (reference, section 0). */
	assert_int_equal(ka_api_error_status(KA_API_LIMIT_EXCEEDED), 410);
	assert_int_equal(ka_api_error_status(KA_API_TRANSFER_ALREADY_COMPLETED), 410);
	assert_int_equal(ka_api_error_status(KA_API_CERTIFICATE_STATE), 406);
	assert_int_equal(ka_api_error_status(KA_API_THROTTLING), 400);
}

static void
writes_times_as_seconds(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = {
		{ 0, "0" },
		{ 1, "0.001" },
		{ 10, "0.01" },
		{ 100, "0.1" },
		{ 999, "0.999" },
		{ 1000, "1" },
		{ 1596168096157, "1596168096.157" },
		{ 1704067200500, "1704067200.5" },
		{ 1704067200000, "1704067200" },
		{ -1, "-0.001" },
		{ -1500, "-1.5" },
		{ INT64_MAX, "9223372036854775.807" },
		{ INT64_MIN, "-9223372036854775.808" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ka_buf buf = { 0 };
		struct ka_json json = { .buf = &buf };

		ka_json_millis(&json, NULL, cases[i].ms);
		ka_buf_putc(&buf, '\0');
		assert_string_equal(buf.data, cases[i].text);
		ka_buf_clear(&buf);
	}
}

/* RFC 4648, section 10, and lines of 64 characters. */
static void
writes_pem(void **state)
{
	static const char *const vectors[][2] = { { "f", "Zg==\\n" }, { "fo", "Zm8=\\n" }, { "foo", "Zm9v\\n" }, { "foob", "Zm9vYg==\\n" },
		{ "fooba", "Zm9vYmE=\\n" }, { "foobar", "Zm9vYmFy\\n" }, { "", "" },
		{ "012345678901234567890123456789012345678901234567", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3\\n" },
		{ "0123456789012345678901234567890123456789012345678",
		    "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3\\nOA==\\n" } };

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct ka_buf buf = { 0 }, wanted = { 0 };
		struct ka_json json = { .buf = &buf };

		ka_json_pem(&json, NULL, (struct ka_slice){ (const uint8_t *)vectors[i][0], strlen(vectors[i][0]) });
		ka_buf_format(&wanted, "\"-----BEGIN CERTIFICATE-----\\n%s-----END CERTIFICATE-----\\n\"", vectors[i][1]);
		assert_int_equal(buf.len, wanted.len);
		assert_memory_equal(buf.data, wanted.data, buf.len);
		ka_buf_clear(&buf);
		ka_buf_clear(&wanted);
	}
}

static void
takes_arns_apart(void **state)
{
	static const char *const others[] = { "", "arn:aws:iot:eu-west-1:123456789012:", "arn:aws:iot:eu-west-1:123456789012:cacert",
		"arn:aws:iot:eu-west-1:123456789012:cacert/", "arn:aws:iot:eu-west-1:123456789012:/x",
		"arn:aws:iot:us-east-1:123456789012:cacert/x", "arn:aws:iot:eu-west-1:123456789013:cacert/x",
		"arn:aws:sns:eu-west-1:123456789012:cacert/x" };
	struct world *world = *state;
	const struct ka_request request = { .arena = &world->arena, .scope = test_scope };
	const char *kind, *name;

	assert_string_equal(ka_arn(&request, "cacert", "ab"), "arn:aws:iot:eu-west-1:123456789012:cacert/ab");
	assert_true(ka_arn_read(&kind, &name, &request, ka_arn(&request, "cacert", "a/b")));
	assert_string_equal(kind, "cacert");
	assert_string_equal(name, "a/b");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(ka_arn_read(&kind, &name, &request, others[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lets_nobody_in),
		cmocka_unit_test(finds_operations),
		cmocka_unit_test(keeps_roles_apart),
		cmocka_unit_test(tables_keep_to_the_rules),
		cmocka_unit_test(readers_cannot_write),
		cmocka_unit_test(forgets_what_an_earlier_run_refused),
		cmocka_unit_test(every_error_has_its_status),
		cmocka_unit_test(writes_times_as_seconds),
		cmocka_unit_test(writes_pem),
		cmocka_unit_test(takes_arns_apart),
	};

	return cmocka_run_group_tests(tests, world_open, world_close);
}
