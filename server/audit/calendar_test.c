/* SPDX-License-Identifier: Apache-2.0 */
/* When schedules run: over eighty years, against the C library's calendar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "server/audit/audit.h"

#define START 1600000000000 /* 2020-09-13 */
#define YEARS(num) ((int64_t)(num)*365 * KA_MS_PER_DAY)

static struct tm
calendar(int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	assert_non_null(gmtime_r(&seconds, &tm));
	return tm;
}

static int
month_length(const struct tm *tm)
{
	struct tm next = { .tm_year = tm->tm_year, .tm_mon = tm->tm_mon + 1, .tm_mday = 0 };
	time_t last = timegm(&next);
	struct tm day;

	return gmtime_r(&last, &day)->tm_mday;
}

/* Whether a schedule may run on the day of a time; biweekly ones are looked at elsewhere. */
static bool
is_its_day(const struct ka_schedule_row *s, int64_t ms)
{
	static const char *const names[] = { "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT" };
	struct tm tm = calendar(ms);

	if (s->frequency == KA_DAILY)
		return true;
	if (s->frequency != KA_MONTHLY)
		return strcmp(names[tm.tm_wday], s->day_of_week) == 0;
	int wanted = 31;
	if (strcmp(s->day_of_month, "LAST") != 0)
		(void)sscanf(s->day_of_month, "%d", &wanted);
	int length = month_length(&tm);
	return tm.tm_mday == (wanted < length ? wanted : length);
}

/* Runs come on the right days, at the same time of day, and no right day is left out. */
static void
walk(const struct ka_schedule_row *s, int64_t years)
{
	int64_t time_of_day = -1, last = -1, run = s->created;

	while (run < START + YEARS(years)) {
		int64_t next = ka_schedule_next(s, run);

		assert_true(next > run);
		assert_int_equal(ka_schedule_next(s, next - 1), next);
		assert_true(is_its_day(s, next));
		if (time_of_day < 0)
			time_of_day = next % KA_MS_PER_DAY;
		assert_int_equal(next % KA_MS_PER_DAY, time_of_day);
		if (last >= 0)
			for (int64_t day = last + KA_MS_PER_DAY; day < next; day += KA_MS_PER_DAY)
				if (is_its_day(s, day) &&
				    (s->frequency != KA_BIWEEKLY || next - last != 14 * (int64_t)KA_MS_PER_DAY))
					fail_msg(
					    "left out a day between %lld and %lld", (long long)last, (long long)next);
		if (last >= 0 && s->frequency == KA_BIWEEKLY)
			assert_int_equal(next - last, 14 * (int64_t)KA_MS_PER_DAY);
		last = next;
		run = next;
	}
}

static void
test_walks(void **state)
{
	static const char *const week[] = { "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT" };
	static const char *const month[] = { "1", "2", "15", "28", "29", "30", "31", "LAST" };
	static const char *const names[] = { "a", "AWSIoTDeviceDefenderDailyAudit", "nightly-4", "z_z" };

	(void)state;
	for (size_t n = 0; n < 4; n++) {
		struct ka_schedule_row s = {
			.name = names[n], .frequency = KA_DAILY, .created = START + (int64_t)n * 12345678
		};

		walk(&s, 10);
		for (size_t i = 0; i < 7; i++) {
			s.day_of_week = week[i];
			s.frequency = KA_WEEKLY;
			walk(&s, 20);
			s.frequency = KA_BIWEEKLY;
			walk(&s, 20);
		}
		s.frequency = KA_MONTHLY;
		for (size_t i = 0; i < 8; i++) {
			s.day_of_month = month[i];
			walk(&s, 80);
		}
	}
}

static int64_t
at(int year, int month, int day)
{
	struct tm tm = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day };

	return (int64_t)timegm(&tm) * 1000;
}

static int64_t
day_of_next(const struct ka_schedule_row *s, int64_t after)
{
	return ka_schedule_next(s, after) / KA_MS_PER_DAY * KA_MS_PER_DAY;
}

/* The facts of the reference (3.5), by date. */
static void
test_short_months(void **state)
{
	struct ka_schedule_row s = { .name = "m", .frequency = KA_MONTHLY, .day_of_month = "31" };

	(void)state;
	assert_int_equal(day_of_next(&s, at(2024, 2, 1)), at(2024, 2, 29));
	assert_int_equal(day_of_next(&s, at(2023, 2, 1)), at(2023, 2, 28));
	assert_int_equal(day_of_next(&s, at(2023, 3, 1)), at(2023, 3, 31));
	assert_int_equal(day_of_next(&s, at(2023, 4, 1)), at(2023, 4, 30));
	s.day_of_month = "30";
	assert_int_equal(day_of_next(&s, at(2024, 2, 1)), at(2024, 2, 29));
	assert_int_equal(day_of_next(&s, at(2024, 3, 1)), at(2024, 3, 30));
	s.day_of_month = "29";
	assert_int_equal(day_of_next(&s, at(2100, 2, 1)), at(2100, 2, 28));
	s.day_of_month = "LAST";
	assert_int_equal(day_of_next(&s, at(2024, 2, 1)), at(2024, 2, 29));
	assert_int_equal(day_of_next(&s, at(2024, 12, 1)), at(2024, 12, 31));
	s.day_of_month = "1";
	assert_int_equal(day_of_next(&s, at(2024, 12, 2)), at(2025, 1, 1));
}

/* The other week stays the other week, however long after its creation a schedule is asked. */
static void
test_biweekly(void **state)
{
	struct ka_schedule_row s = {
		.name = "b", .frequency = KA_BIWEEKLY, .day_of_week = "WED", .created = at(2024, 1, 1)
	};

	(void)state;
	assert_int_equal(day_of_next(&s, at(2024, 1, 1)), at(2024, 1, 3));
	assert_int_equal(day_of_next(&s, at(2024, 1, 4)), at(2024, 1, 17));
	assert_int_equal(day_of_next(&s, at(2024, 1, 9)), at(2024, 1, 17));
	assert_int_equal(day_of_next(&s, at(2024, 1, 16)), at(2024, 1, 17));
	assert_int_equal(day_of_next(&s, at(2024, 1, 18)), at(2024, 1, 31));
	assert_int_equal(day_of_next(&s, at(2020, 1, 1)), at(2024, 1, 3)); /* never before the first */
}

/* Not all at midnight, not all at once; always the same for one name. */
static void
test_spread(void **state)
{
	unsigned hours[24] = { 0 };

	(void)state;
	for (unsigned i = 0; i < 2400; i++) {
		char name[16];
		(void)snprintf(name, sizeof(name), "audit-%u", i);
		const struct ka_schedule_row s = { .name = name, .frequency = KA_DAILY };
		int64_t run = ka_schedule_next(&s, START);

		assert_int_equal(ka_schedule_next(&s, START + YEARS(3)) % KA_MS_PER_DAY, run % KA_MS_PER_DAY);
		hours[run % KA_MS_PER_DAY / 3600000]++;
	}
	for (size_t i = 0; i < 24; i++)
		assert_in_range(hours[i], 30, 250);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walks),
		cmocka_unit_test(test_short_months),
		cmocka_unit_test(test_biweekly),
		cmocka_unit_test(test_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
