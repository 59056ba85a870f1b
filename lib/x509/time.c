/* SPDX-License-Identifier: Apache-2.0 */
/* Times as RFC 3339 text. */
#include "lib/x509/object.h"

#define SECONDS_PER_DAY 86400
#define DAYS_0000_TO_1970 719528
#define FIRST_TIME ((int64_t)-DAYS_0000_TO_1970 * SECONDS_PER_DAY) /* 0000-01-01T00:00:00Z */
#define LAST_TIME INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

/* The day's date in the Gregorian calendar; days since 1970. */
static void
date_of_day(int64_t days, unsigned *out_year, unsigned *out_month, unsigned *out_day)
{
	/* Years that begin in March have their leap day at the end; 146097 days are 400 years, from 0000-03-01. */
	int64_t since = days + DAYS_0000_TO_1970 - 60 + 146097;
	int64_t era = since / 146097, day = since % 146097;
	int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	int64_t day_of_year = day - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * day_of_year + 2) / 153; /* 0 is March */

	*out_day = (unsigned)(day_of_year - (153 * month + 2) / 5 + 1);
	*out_month = (unsigned)(month < 10 ? month + 3 : month - 9);
	*out_year = (unsigned)(year + (era - 1) * 400 + (month >= 10));
}

static void
put_digits(char *out, unsigned value, unsigned num_digits)
{
	while (num_digits > 0) {
		out[--num_digits] = (char)('0' + value % 10);
		value /= 10;
	}
}

void
ka_time_text(char out[KA_TIME_TEXT_SIZE], int64_t t)
{
	unsigned year, month, day;

	/* Other times cannot come from a certificate; the text has four digits for the year. */
	t = t < FIRST_TIME ? FIRST_TIME : t > LAST_TIME ? LAST_TIME : t;
	int64_t days = (t - FIRST_TIME) / SECONDS_PER_DAY - DAYS_0000_TO_1970;
	unsigned second = (unsigned)(t - days * SECONDS_PER_DAY);
	date_of_day(days, &year, &month, &day);
	memcpy(out, "0000-00-00T00:00:00Z", KA_TIME_TEXT_SIZE);
	put_digits(out, year, 4);
	put_digits(out + 5, month, 2);
	put_digits(out + 8, day, 2);
	put_digits(out + 11, second / 3600, 2);
	put_digits(out + 14, second / 60 % 60, 2);
	put_digits(out + 17, second % 60, 2);
}

static bool
take_digits(const char **at, unsigned num_digits, unsigned *out_value)
{
	unsigned value = 0;

	for (unsigned i = 0; i < num_digits; i++) {
		unsigned digit = (unsigned)(unsigned char)(*at)[i] - '0';
		if (digit > 9)
			return false;
		value = value * 10 + digit;
	}
	*at += num_digits;
	*out_value = value;
	return true;
}

static bool
take_char(const char **at, char lower, char upper)
{
	if (**at != lower && **at != upper)
		return false;
	(*at)++;
	return true;
}

/* time-offset = "Z" / ("+" / "-") time-hour ":" time-minute */
static bool
take_offset(const char **at, int64_t *out_seconds)
{
	unsigned hour, minute;
	int64_t sign;

	*out_seconds = 0;
	if (take_char(at, 'z', 'Z'))
		return true;
	if (**at != '+' && **at != '-')
		return false;
	sign = *(*at)++ == '-' ? -1 : 1;
	if (!take_digits(at, 2, &hour) || !take_char(at, ':', ':') || !take_digits(at, 2, &minute) || hour > 23 || minute > 59)
		return false;
	*out_seconds = sign * (int64_t)(hour * 3600 + minute * 60);
	return true;
}

enum ka_err
ka_time_parse(int64_t *out_t, const char *text)
{
	unsigned year, month, day, hour, minute, second;
	const char *at = text;
	int64_t t, offset;

	if (!take_digits(&at, 4, &year) || !take_char(&at, '-', '-') || !take_digits(&at, 2, &month) ||
	    !take_char(&at, '-', '-') || !take_digits(&at, 2, &day) || !(take_char(&at, 't', 'T') || take_char(&at, ' ', ' ')) ||
	    !take_digits(&at, 2, &hour) || !take_char(&at, ':', ':') || !take_digits(&at, 2, &minute) ||
	    !take_char(&at, ':', ':') || !take_digits(&at, 2, &second))
		return KA_ERR_ARGUMENT;
	if (*at == '.') {
		const char *fraction = ++at;
		while (*at >= '0' && *at <= '9')
			at++;
		if (at == fraction)
			return KA_ERR_ARGUMENT;
	}
	/* A leap second is judged as the second before it. */
	if (!take_offset(&at, &offset) || *at != '\0' ||
	    !ka_der_civil(&t, year, month, day, hour, minute, second == 60 ? 59 : second))
		return KA_ERR_ARGUMENT;
	/* The offset may lead out of the four-digit years. */
	if (t - offset < FIRST_TIME || t - offset > LAST_TIME)
		return KA_ERR_ARGUMENT;
	*out_t = t - offset;
	return KA_OK;
}
