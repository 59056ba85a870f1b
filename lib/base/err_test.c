/* SPDX-License-Identifier: Apache-2.0 */
/* Names and numbers of errors are part of the output contract: unique, in the class of their prefix. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <keyassay/keyassay.h>

struct row {
	unsigned number;
	const char *name;
	const char *text;
};

static const struct row rows[] = {
#define ROW(symbol, number, name, text) { number, name, text },
	KA_ERR_LIST(ROW)
#undef ROW
};
#define NUM_ROWS (sizeof(rows) / sizeof(rows[0]))

static const char *const classes[] = { NULL, "call", "der", "pem", "x509", "key", "ssh", "jwk", "pgp", "table", "input" };

static void
numbers_and_names_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < NUM_ROWS; i++) {
		for (size_t j = i + 1; j < NUM_ROWS; j++) {
			assert_int_not_equal(rows[i].number, rows[j].number);
			assert_string_not_equal(rows[i].name, rows[j].name);
		}
	}
}

static void
high_byte_is_the_class_of_the_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < NUM_ROWS; i++) {
		unsigned class_number = rows[i].number >> 8;
		assert_in_range(class_number, 1, sizeof(classes) / sizeof(classes[0]) - 1);
		const char *class_name = classes[class_number];
		size_t len = strlen(class_name);
		assert_int_equal(strncmp(rows[i].name, class_name, len), 0);
		assert_int_equal(rows[i].name[len], '.');
	}
}

static void
lookups_return_what_the_list_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < NUM_ROWS; i++) {
		assert_string_equal(ka_err_name((enum ka_err)rows[i].number), rows[i].name);
		assert_string_equal(ka_err_text((enum ka_err)rows[i].number), rows[i].text);
	}
	assert_string_equal(ka_err_name(KA_OK), "ok");
	assert_string_equal(ka_err_name((enum ka_err)0xffff), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_and_names_are_unique),
		cmocka_unit_test(high_byte_is_the_class_of_the_name),
		cmocka_unit_test(lookups_return_what_the_list_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
