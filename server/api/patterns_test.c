/* SPDX-License-Identifier: Apache-2.0 */
/* Each pattern of the service model: what it takes and, more, what it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/api/patterns.h"

typedef bool (*pattern_fn)(const char *text);

static const struct {
	pattern_fn matches;
	const char *text;
	bool wanted;
	const char *why;
} cases[] = {
	{ ka_is_digits, "0123456789", true, "digits" },
	{ ka_is_digits, "", false, "+ wants one" },
	{ ka_is_digits, "12a", false, "a letter" },
	{ ka_is_digits, "-1", false, "a sign" },
	{ ka_is_digits, "\xd9\xa1", false, "Arabic digit one: [0-9] is ASCII" },
	{ ka_is_hex_id, "00ffAA", true, "both cases" },
	{ ka_is_hex_id, "0x12", true, "the optional prefix" },
	{ ka_is_hex_id, "0x", false, "only a prefix" },
	{ ka_is_hex_id, "0X12", false, "the prefix is small" },
	{ ka_is_hex_id, "12x", false, "x elsewhere" },
	{ ka_is_hex_id, "g0", false, "not a digit" },
	{ ka_is_hex_id, "", false, "+ wants one" },
	{ ka_is_hex_colons, "12:af", true, "a serial number" },
	{ ka_is_hex_colons, "12-af", false, "another separator" },
	{ ka_is_hex_colons, "", false, "+ wants one" },
	{ ka_is_alnum_dash, "abc-123-XYZ", true, "a task id" },
	{ ka_is_alnum_dash, "a_b", false, "no underscore here" },
	{ ka_is_alnum_dash, "a b", false, "a blank" },
	{ ka_is_alnum_dash, "", false, "+ wants one" },
	{ ka_is_name, "a_b-C9", true, "a name" },
	{ ka_is_name, "a.b", false, "a dot" },
	{ ka_is_name, "a\n", false, "a line break at the end, which $ would pass in some engines" },
	{ ka_is_name, "\xc3\xa4", false, "a letter outside ASCII" },
	{ ka_is_name, "", false, "+ wants one" },
	{ ka_is_name_colons, "a_b-C9:d", true, "the name of a thing group" },
	{ ka_is_name_colons, "a.b", false, "a dot" },
	{ ka_is_name_colons, "", false, "+ wants one" },
	{ ka_is_base64, "QUJD", true, "whole" },
	{ ka_is_base64, "QUI=", true, "one =" },
	{ ka_is_base64, "QQ==", true, "two =" },
	{ ka_is_base64, "a+/9", true, "both symbols" },
	{ ka_is_base64, "QQ===", false, "three =" },
	{ ka_is_base64, "=", false, "nothing but =" },
	{ ka_is_base64, "Q=Q", false, "= inside" },
	{ ka_is_base64, "a-_9", false, "the URL alphabet" },
	{ ka_is_base64, "", false, "+ wants one" },
	{ ka_is_printable, "", true, "* takes nothing" },
	{ ka_is_printable, "Accepted until May: see #12 ~", true, "graph and blank" },
	{ ka_is_printable, "a\tb", false, "a tab" },
	{ ka_is_printable, "a\x7f", false, "DEL" },
	{ ka_is_printable, "caf\xc3\xa9", false, "Graph is ASCII" },
	{ ka_is_policy_name, "My_Policy+=,.@-1", true, "all symbols" },
	{ ka_is_policy_name, "a/b", false, "a slash" },
	{ ka_is_policy_name, "", false, "+ wants one" },
	{ ka_is_day_of_month, "1", true, "first" },
	{ ka_is_day_of_month, "9", true, "one digit" },
	{ ka_is_day_of_month, "10", true, "two digits" },
	{ ka_is_day_of_month, "29", true, "two digits" },
	{ ka_is_day_of_month, "31", true, "last number" },
	{ ka_is_day_of_month, "LAST", true, "the word" },
	{ ka_is_day_of_month, "0", false, "no such day" },
	{ ka_is_day_of_month, "01", false, "a leading zero" },
	{ ka_is_day_of_month, "32", false, "one too many" },
	{ ka_is_day_of_month, "39", false, "above 31" },
	{ ka_is_day_of_month, "40", false, "above 31" },
	{ ka_is_day_of_month, "100", false, "three digits" },
	{ ka_is_day_of_month, "1x", false, "a letter behind" },
	{ ka_is_day_of_month, "last", false, "small letters" },
	{ ka_is_day_of_month, "LAST1", false, "more behind" },
	{ ka_is_day_of_month, "", false, "empty" },
	{ ka_is_tag_key, "", true, "* takes nothing; the length is another rule" },
	{ ka_is_tag_key, "team:a/b=c+d-e@f.g_h 1", true, "all symbols and a blank" },
	{ ka_is_tag_key, "caf\xc3\xa9", true, "a letter outside ASCII" },
	{ ka_is_tag_key, "\xe6\x97\xa5\xe6\x9c\xac", true, "ideographs" },
	{ ka_is_tag_key, "\xf0\x9f\x94\x91", false, "an emoji is a symbol" },
	{ ka_is_tag_key, "\xe2\x82\xac", false, "the euro is a symbol" },
	{ ka_is_tag_key, "a;b", false, "a semicolon" },
	{ ka_is_tag_key, "a\"b", false, "a quotation mark" },
	{ ka_is_tag_key, "a\nb", false, "a control character" },
	{ ka_is_tag_key, "\xff", false, "not UTF-8" },
};

static void
takes_what_the_model_takes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (cases[i].matches(cases[i].text) != cases[i].wanted)
			fail_msg("case %zu \"%s\" (%s): wanted %d", i, cases[i].text, cases[i].why, cases[i].wanted);
}

static void
normalises_certificate_ids(void **state)
{
	char prefixed[] = "0xABCdef01", plain[] = "ABCDEF", odd[] = "xyz0x", only[] = "0x", empty[] = "";

	(void)state;
	ka_normalise_certificate_id(prefixed);
	assert_string_equal(prefixed, "abcdef01");
	ka_normalise_certificate_id(plain);
	assert_string_equal(plain, "abcdef");
	ka_normalise_certificate_id(odd);
	assert_string_equal(odd, "xyz0x"); /* what is no id is left for the pattern to refuse */
	ka_normalise_certificate_id(only);
	assert_string_equal(only, "");
	ka_normalise_certificate_id(empty);
	assert_string_equal(empty, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_the_model_takes),
		cmocka_unit_test(normalises_certificate_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
