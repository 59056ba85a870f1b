/* SPDX-License-Identifier: Apache-2.0 */
/* The tally of what could not be decided: kept from chunk to chunk, bounded, told to people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "server/audit/undecided.h"

static void
test_none(void **state)
{
	struct ka_undecided_tally tally;
	struct ka_arena arena = { 0 };

	(void)state;
	assert_true(ka_undecided_read(&tally, NULL));
	assert_null(ka_undecided_write(&arena, &tally));
	assert_null(ka_undecided_message(&arena, &tally, 100));
	ka_arena_clear(&arena);
}

static void
test_kept(void **state)
{
	struct ka_undecided_tally tally = { 0 }, again;
	struct ka_arena arena = { 0 };

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		ka_undecided_add(&tally, "no table (RSA-1536)");
	ka_undecided_add(&tally, "it cannot be read");
	tally.total = 4;
	assert_true(ka_undecided_read(&again, ka_undecided_write(&arena, &tally)));
	ka_undecided_add(&again, "it cannot be read");
	again.total++;
	assert_string_equal(ka_undecided_message(&arena, &again, 1000),
	    "5 of 1000 certificates could not be decided and are not known to be compliant: 3: no table (RSA-1536); "
	    "2: it cannot be read.");
	ka_arena_clear(&arena);
}

/* Thousands of odd key sizes and reasons longer than any: the message stays within the model's 2,048 characters,
 * nothing is uncounted. */
static void
test_bounded(void **state)
{
	struct ka_undecided_tally tally = { 0 }, again;
	struct ka_arena arena = { 0 };
	char why[300];

	(void)state;
	for (unsigned i = 0; i < 5000; i++) {
		(void)snprintf(why, sizeof(why), "%u %0250d", i % 2500, 0);
		ka_undecided_add(&tally, why);
		tally.total++;
		if (i % 100 == 0) {
			assert_true(ka_undecided_read(&again, ka_undecided_write(&arena, &tally)));
			tally = again;
		}
	}
	const char *message = ka_undecided_message(&arena, &tally, INT64_MAX);
	assert_true(strlen(message) <= 2048);
	assert_non_null(strstr(message, "5000 of 9223372036854775807 certificates"));
	assert_non_null(strstr(message, " 2: 7 000"));
	assert_non_null(strstr(message, "; 4984: other reasons."));
	ka_arena_clear(&arena);
}

static void
test_damaged(void **state)
{
	static const char *const bad[] = { "", "{", "[]", "1", "{}", "{\"total\":0,\"whys\":{}}", "{\"total\":1}",
		"{\"total\":1,\"whys\":[]}", "{\"total\":\"1\",\"whys\":{}}",
		"{\"total\":9,\"whys\":{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1}}" };
	struct ka_undecided_tally tally;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (ka_undecided_read(&tally, bad[i]))
			fail_msg("read: %s", bad[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
