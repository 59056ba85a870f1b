/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 3339 both ways. */
#define _DEFAULT_SOURCE /* timegm */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <stdio.h>
#include <time.h>

#include <keyassay/keyassay.h>

#define BAD INT64_MIN

static const struct {
	const char *why;
	const char *text;
	int64_t time;
} rows[] = {
	{ "the epoch", "1970-01-01T00:00:00Z", 0 },
	{ "RFC 3339 5.8, example 1", "1985-04-12T23:20:50.52Z", 482196050 },
	{ "RFC 3339 5.8, example 2: 8 hours behind", "1996-12-19T16:39:57-08:00", 851042397 },
	{ "RFC 3339 5.8, example 3: a leap second is the second before it", "1990-12-31T23:59:60Z", 662687999 },
	{ "RFC 3339 5.8, example 4: the same in California", "1990-12-31T15:59:60-08:00", 662687999 },
	{ "RFC 3339 5.8, example 5: 20 minutes ahead", "1937-01-01T12:00:27.87+00:20", -1041337173 },
	{ "lower-case t and z", "1970-01-01t00:00:00z", 0 },
	{ "RFC 3339 5.6: a blank for T", "1970-01-01 00:00:00Z", 0 },
	{ "RFC 3339 4.3: unknown offset", "1970-01-01T00:00:00-00:00", 0 },
	{ "the largest offsets", "1970-01-01T23:59:00+23:59", 0 },
	{ "many digits of a second", "1970-01-01T00:00:00.999999999999999999999Z", 0 },
	{ "leap day", "2024-02-29T00:00:00Z", 1709164800 },
	{ "the first that there is", "0000-01-01T00:00:00Z", -62167219200 },
	{ "the last that there is", "9999-12-31T23:59:59Z", 253402300799 },

	{ "nothing", "", BAD },
	{ "a date only", "1970-01-01", BAD },
	{ "no offset", "1970-01-01T00:00:00", BAD },
	{ "no seconds", "1970-01-01T00:00Z", BAD },
	{ "no hyphens", "19700101T000000Z", BAD },
	{ "cut off in the year", "197", BAD },
	{ "cut off in the offset", "1970-01-01T00:00:00+01", BAD },
	{ "cut off behind the colon of the offset", "1970-01-01T00:00:00+01:", BAD },
	{ "an offset without colon", "1970-01-01T00:00:00+0100", BAD },
	{ "offset of 24 hours", "1970-01-01T00:00:00+24:00", BAD },
	{ "offset of 60 minutes", "1970-01-01T00:00:00+00:60", BAD },
	{ "a point without digits", "1970-01-01T00:00:00.Z", BAD },
	{ "a comma for the point", "1970-01-01T00:00:00,5Z", BAD },
	{ "something behind", "1970-01-01T00:00:00Z ", BAD },
	{ "something behind an offset", "1970-01-01T00:00:00+01:000", BAD },
	{ "a blank in front", " 1970-01-01T00:00:00Z", BAD },
	{ "a year of five digits", "10000-01-01T00:00:00Z", BAD },
	{ "a sign", "-970-01-01T00:00:00Z", BAD },
	{ "month 0", "1970-00-01T00:00:00Z", BAD },
	{ "month 13", "1970-13-01T00:00:00Z", BAD },
	{ "day 0", "1970-01-00T00:00:00Z", BAD },
	{ "31 April", "1970-04-31T00:00:00Z", BAD },
	{ "no leap day", "2023-02-29T00:00:00Z", BAD },
	{ "no leap day in 1900", "1900-02-29T00:00:00Z", BAD },
	{ "hour 24", "1970-01-01T24:00:00Z", BAD },
	{ "minute 60", "1970-01-01T00:60:00Z", BAD },
	{ "second 61", "1970-01-01T00:00:61Z", BAD },
	{ "a letter", "1970-01-01T0o:00:00Z", BAD },
	{ "a digit of another script", "1970-01-01T00:00:0\xd9\xa0Z", BAD },
	{ "another letter for T", "1970-01-01_00:00:00Z", BAD },
	{ "an offset that leads behind the last year", "9999-12-31T23:59:59-01:00", BAD },
	{ "an offset that leads before the first year", "0000-01-01T00:00:00+00:01", BAD },
	{ "seconds since 1970", "1700000000", BAD },
	{ "a word", "now", BAD },
};

static void
texts_are_parsed_as_the_rows_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t t = 42;
		enum ka_err err = ka_time_parse(&t, rows[i].text);
		if (err != (rows[i].time == BAD ? KA_ERR_ARGUMENT : KA_OK) || t != (rows[i].time == BAD ? 42 : rows[i].time))
			fail_msg("%s: %s gives %s, %lld", rows[i].why, rows[i].text, ka_err_name(err), (long long)t);
	}
}

static void
text_agrees_with_the_c_library(void **state)
{
	char text[KA_TIME_TEXT_SIZE], expected[64];

	(void)state;
	/* A step that is no divisor of a day, through all the years. */
	for (int64_t t = -62167219200; t <= 253402300799; t += 86399 * 3) {
		time_t seconds = (time_t)t;
		struct tm tm;
		int64_t back = 42;
		ka_time_text(text, t);
		assert_non_null(gmtime_r(&seconds, &tm));
		(void)snprintf(expected, sizeof(expected), "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
		    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
		assert_string_equal(text, expected);
		assert_int_equal(ka_time_parse(&back, text), KA_OK);
		assert_int_equal(back, t);
	}
}

static void
times_outside_of_the_years_are_clamped(void **state)
{
	static const struct {
		int64_t time;
		const char *text;
	} edges[] = {
		{ -62167219200, "0000-01-01T00:00:00Z" },
		{ -62167219201, "0000-01-01T00:00:00Z" },
		{ INT64_MIN, "0000-01-01T00:00:00Z" },
		{ 253402300799, "9999-12-31T23:59:59Z" },
		{ 253402300800, "9999-12-31T23:59:59Z" },
		{ INT64_MAX, "9999-12-31T23:59:59Z" },
	};
	char text[KA_TIME_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
		ka_time_text(text, edges[i].time);
		assert_string_equal(text, edges[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_parsed_as_the_rows_say),
		cmocka_unit_test(text_agrees_with_the_c_library),
		cmocka_unit_test(times_outside_of_the_years_are_clamped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
