/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/der/der.h"

bool
ka_der_long_length(const struct ka_der *in, const uint8_t **length_at, unsigned first, size_t *out_len)
{
	const uint8_t *at = *length_at;
	unsigned num_bytes = first & 0x7f;
	size_t len = 0;

	if (num_bytes == 0)
		return ka_der_fail(in, KA_ERR_DER_INDEFINITE);
	if (num_bytes == 0x7f) /* reserved: X.690 8.1.3.5 */
		return ka_der_fail(in, KA_ERR_DER_LENGTH);
	if (num_bytes > (size_t)(in->end - at))
		return ka_der_fail(in, KA_ERR_DER_TRUNCATED);
	if (at[0] == 0)
		return ka_der_fail(in, KA_ERR_DER_LENGTH);
	if (num_bytes > 4) /* no object here is so long */
		return ka_der_fail(in, KA_ERR_DER_TRUNCATED);
	for (unsigned i = 0; i < num_bytes; i++)
		len = len << 8 | at[i];
	if (len < 0x80)
		return ka_der_fail(in, KA_ERR_DER_LENGTH);
	*length_at = at + num_bytes;
	*out_len = len;
	return true;
}

bool
ka_der_integer(struct ka_der *in, struct ka_slice *out_contents)
{
	const uint8_t *start = in->at;
	struct ka_der body;

	if (!ka_der_take(in, KA_DER_INTEGER, &body))
		return false;
	struct ka_slice contents = ka_der_rest(&body);
	if (contents.len == 0)
		return ka_der_fail_at(in, start, KA_ERR_DER_INTEGER);
	/* X.690 8.3.2: the first nine bits are neither all zero nor all one. */
	if (contents.len > 1) {
		unsigned first = contents.data[0], second = contents.data[1] >> 7;
		if ((first == 0x00 && second == 0) || (first == 0xff && second == 1))
			return ka_der_fail_at(in, start, KA_ERR_DER_INTEGER);
	}
	*out_contents = contents;
	return true;
}

bool
ka_der_unsigned(struct ka_der *in, struct ka_slice *out_number, enum ka_err negative)
{
	const uint8_t *start = in->at;
	struct ka_slice contents;

	if (!ka_der_integer(in, &contents))
		return false;
	if (contents.data[0] & 0x80)
		return ka_der_fail_at(in, start, negative);
	if (contents.data[0] == 0)
		contents = (struct ka_slice){ contents.data + 1, contents.len - 1 };
	*out_number = contents;
	return true;
}

bool
ka_der_small(struct ka_der *in, unsigned *out_value, enum ka_err other)
{
	const uint8_t *start = in->at;
	struct ka_slice contents;

	if (!ka_der_integer(in, &contents))
		return false;
	if (contents.len != 1 || contents.data[0] > 0x7f)
		return ka_der_fail_at(in, start, other);
	*out_value = contents.data[0];
	return true;
}

bool
ka_der_oid(struct ka_der *in, struct ka_slice *out_oid)
{
	const uint8_t *start = in->at;
	struct ka_der body;

	if (!ka_der_take(in, KA_DER_OID, &body))
		return false;
	struct ka_slice oid = ka_der_rest(&body);
	/* X.690 8.19: sub-identifiers of seven bits a byte; the last byte of each has a clear top bit, the first is not 0x80. */
	if (oid.len == 0 || (oid.data[oid.len - 1] & 0x80))
		return ka_der_fail_at(in, start, KA_ERR_DER_OID);
	bool first = true;
	for (size_t i = 0; i < oid.len; i++) {
		if (first && oid.data[i] == 0x80)
			return ka_der_fail_at(in, start, KA_ERR_DER_OID);
		first = !(oid.data[i] & 0x80);
	}
	*out_oid = oid;
	return true;
}

bool
ka_der_null(struct ka_der *in)
{
	const uint8_t *start = in->at;
	struct ka_der body;

	if (!ka_der_take(in, KA_DER_NULL, &body))
		return false;
	return ka_der_at_end(&body) || ka_der_fail_at(in, start, KA_ERR_DER_NULL);
}

bool
ka_der_boolean(struct ka_der *in, bool *out_value)
{
	const uint8_t *start = in->at;
	struct ka_der body;

	if (!ka_der_take(in, KA_DER_BOOLEAN, &body))
		return false;
	if (body.end - body.at != 1 || (*body.at != 0x00 && *body.at != 0xff))
		return ka_der_fail_at(in, start, KA_ERR_DER_BOOLEAN);
	*out_value = *body.at != 0;
	return true;
}

bool
ka_der_bit_string(struct ka_der *in, unsigned tag, bool whole_bytes, struct ka_der *out_bytes)
{
	const uint8_t *start = in->at;
	struct ka_der body;

	if (!ka_der_take(in, tag, &body))
		return false;
	if (ka_der_at_end(&body))
		return ka_der_fail_at(in, start, KA_ERR_DER_BIT_STRING);
	unsigned unused = *body.at++;
	if (unused > 7 || (unused > 0 && ka_der_at_end(&body)) || (whole_bytes && unused != 0))
		return ka_der_fail_at(in, start, KA_ERR_DER_BIT_STRING);
	/* X.690 11.2.1: unused bits are zero. */
	if (unused > 0 && (body.end[-1] & ((1u << unused) - 1)) != 0)
		return ka_der_fail_at(in, start, KA_ERR_DER_BIT_STRING);
	*out_bytes = body;
	return true;
}

static bool
two_digits(const uint8_t *at, unsigned *out_value)
{
	unsigned tens = (unsigned)at[0] - '0', ones = (unsigned)at[1] - '0';

	if (tens > 9 || ones > 9)
		return false;
	*out_value = tens * 10 + ones;
	return true;
}

bool
ka_der_civil(int64_t *out_time, unsigned year, unsigned month, unsigned day, unsigned hour, unsigned minute, unsigned second)
{
	static const uint8_t month_days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	/* Days before each month of a year that begins in March, so that the leap day is the last. */
	static const uint16_t days_before[12] = { 306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (year > 9999 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59)
		return false;
	if (day > month_days[month - 1] + (unsigned)(leap && month == 2))
		return false;
	/* 400 years are 146097 days; 719468 days lie between 0000-03-01 and 1970-01-01. */
	int64_t y = (int64_t)year - (month <= 2) + 400;
	int64_t days = y * 365 + y / 4 - y / 100 + y / 400 + days_before[month - 1] + day - 1 - 146097 - 719468;
	*out_time = ((days * 24 + hour) * 60 + minute) * 60 + second;
	return true;
}

bool
ka_der_time(struct ka_der *in, int64_t *out_time)
{
	const uint8_t *start = in->at;
	unsigned tag, century, year, month, day, hour, minute, second;
	struct ka_der body;

	if (!ka_der_element(in, &tag, &body))
		return false;
	struct ka_slice text = ka_der_rest(&body);
	const uint8_t *at = text.data;
	if (tag == KA_DER_UTC_TIME && text.len == 13) {
		if (!two_digits(at, &year))
			return ka_der_fail_at(in, start, KA_ERR_DER_TIME);
		century = year < 50 ? 20 : 19;
	} else if (tag == KA_DER_GENERALIZED_TIME && text.len == 15) {
		if (!two_digits(at, &century) || !two_digits(at + 2, &year))
			return ka_der_fail_at(in, start, KA_ERR_DER_TIME);
		at += 2;
	} else {
		return ka_der_fail_at(in, start,
		    tag == KA_DER_UTC_TIME || tag == KA_DER_GENERALIZED_TIME ? KA_ERR_DER_TIME : KA_ERR_DER_TAG);
	}
	if (!two_digits(at + 2, &month) || !two_digits(at + 4, &day) || !two_digits(at + 6, &hour) ||
	    !two_digits(at + 8, &minute) || !two_digits(at + 10, &second) || at[12] != 'Z' ||
	    !ka_der_civil(out_time, century * 100 + year, month, day, hour, minute, second))
		return ka_der_fail_at(in, start, KA_ERR_DER_TIME);
	return true;
}
