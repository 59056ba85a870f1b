/* SPDX-License-Identifier: Apache-2.0 */
/* calendar.c - when a schedule runs. Days are numbered from 1970-01-01, a Thursday; all in UTC. */
#include <stdlib.h>
#include <string.h>

#include "server/audit/audit.h"

/* How long after midnight: FNV-1a of the name, in milliseconds of a day. */
static int64_t
time_of_day(const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *name != '\0'; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619u;
	return hash % KA_MS_PER_DAY;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* The first day from which a run would come after a time. */
static int64_t
day_after(int64_t after, int64_t offset)
{
	return floor_div(after - offset, KA_MS_PER_DAY) + 1;
}

/* 0 is Sunday, as in the model's list. */
static int64_t
weekday_of(int64_t day)
{
	return ((day + 4) % 7 + 7) % 7;
}

static int64_t
weekday_by_name(const char *name)
{
	static const char *const names[] = { "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT" };

	for (int64_t i = 0; i < 7; i++)
		if (name != NULL && strcmp(names[i], name) == 0)
			return i;
	return 0;
}

static int64_t
next_weekday(int64_t day, int64_t weekday)
{
	return day + (weekday - weekday_of(day) + 7) % 7;
}

static int64_t
next_weekly(const struct ka_schedule_row *schedule, int64_t after, int64_t offset)
{
	return next_weekday(day_after(after, offset), weekday_by_name(schedule->day_of_week));
}

/* The first run is on the first matching day after the schedule was made; then every fourteen days, whenever it is
 * asked. */
static int64_t
next_biweekly(const struct ka_schedule_row *schedule, int64_t after, int64_t offset)
{
	int64_t first = next_weekly(schedule, schedule->created, offset);
	int64_t day = next_weekly(schedule, after, offset);

	if (day <= first)
		return first;
	return (day - first) % 14 == 0 ? day : day + 7;
}

/* --- months ------------------------------------------------------------------------------------------------------- */

/* Days from 1970-01-01 to the first of a month, month counted from 0; proleptic Gregorian. */
static int64_t
first_of_month(int64_t year, int64_t month)
{
	static const int64_t before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	/* A leap day counts from March of its year on. */
	int64_t last = month < 2 ? year - 1 : year;

	return 365 * (year - 1970) + floor_div(last, 4) - floor_div(last, 100) + floor_div(last, 400) - 477 +
	    before[month];
}

static int64_t
day_in_month(int64_t year, int64_t month, const char *day_of_month)
{
	int64_t first = first_of_month(year, month);
	int64_t length = (month == 11 ? first_of_month(year + 1, 0) : first_of_month(year, month + 1)) - first;
	int64_t day = length;

	if (day_of_month != NULL && strcmp(day_of_month, "LAST") != 0)
		day = strtol(day_of_month, NULL, 10);
	if (day < 1)
		day = 1;
	return first + (day < length ? day : length) - 1;
}

static int64_t
next_monthly(const struct ka_schedule_row *schedule, int64_t after, int64_t offset)
{
	int64_t from = day_after(after, offset);
	/* The year is never too late; then month by month. */
	int64_t year = 1970 + floor_div(from, 366), month = 0, day;

	if (from < 0)
		year--;
	while ((day = day_in_month(year, month, schedule->day_of_month)) < from) {
		year += month == 11;
		month = (month + 1) % 12;
	}
	return day;
}

int64_t
ka_schedule_next(const struct ka_schedule_row *schedule, int64_t after)
{
	static int64_t (*const next_of[])(const struct ka_schedule_row *schedule, int64_t after, int64_t offset) = {
		[KA_WEEKLY] = next_weekly,
		[KA_BIWEEKLY] = next_biweekly,
		[KA_MONTHLY] = next_monthly,
	};
	int64_t offset = time_of_day(schedule->name);
	int64_t day = schedule->frequency == KA_DAILY ? day_after(after, offset)
						      : next_of[schedule->frequency](schedule, after, offset);

	return day * KA_MS_PER_DAY + offset;
}
