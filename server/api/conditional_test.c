/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "server/api/conditional.h"

static bool
matches(const char *value, const char *etag)
{
	const struct ka_raw_header headers[] = { { "host", "\"a\"" }, { "if-none-match", value } };

	return ka_etag_matches(&(struct ka_raw_request){ .headers = headers, .num_headers = 2 }, etag);
}

static void
test_tags(void **state)
{
	(void)state;
	assert_true(matches("\"a\"", "\"a\""));
	assert_true(matches("*", "\"a\""));
	assert_true(matches("W/\"a\"", "\"a\""));
	assert_true(matches("\"x\", W/\"y,z\" ,\"a\"", "\"a\""));
	assert_true(matches("\"x\",,\t\"a\"", "\"a\""));
	assert_true(matches("\"\"", "\"\""));
	assert_false(matches("", "\"a\""));
	assert_false(matches("\"b\"", "\"a\""));
	assert_false(matches("\"aa\"", "\"a\""));
	assert_false(matches("\"A\"", "\"a\""));
	/* Not tags. */
	assert_false(matches("a", "\"a\""));
	assert_false(matches("\"a", "\"a\""));
	assert_false(matches("a\"", "\"a\""));
	assert_false(matches("W/", "\"a\""));
	assert_false(matches("x \"a\"", "\"a\""));
	assert_false(matches("** \"a\"", "\"a\""));
	assert_false(ka_etag_matches(&(struct ka_raw_request){ 0 }, "\"a\""));
}

static void
test_cache_control(void **state)
{
	struct ka_arena arena = { 0 };

	(void)state;
	assert_string_equal(ka_cache_control(&arena, 30), "private, max-age=30");
	assert_string_equal(ka_cache_control(&arena, 0), "private, no-cache");
	assert_string_equal(ka_cache_control(&arena, -5), "private, no-cache");
	ka_arena_clear(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_tags), cmocka_unit_test(test_cache_control) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
