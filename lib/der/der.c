/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/der/der.h"
#include "lib/kernel/load.h"

void
ka_der_fault_note(struct ka_der_fault *fault, const uint8_t *at, enum ka_err err)
{
	if (fault->err != KA_OK)
		return;
	fault->err = err;
	fault->offset = (size_t)(at - fault->start);
}

/* What is wrong with a length of so many bytes at a place, or KA_OK. */
static enum ka_err
length_check(const uint8_t *at, unsigned num_bytes, size_t left)
{
	if (num_bytes == 0)
		return KA_ERR_DER_INDEFINITE;
	if (num_bytes == 0x7f) /* reserved: X.690 8.1.3.5 */
		return KA_ERR_DER_LENGTH;
	if (num_bytes > left)
		return KA_ERR_DER_TRUNCATED;
	if (at[0] == 0 || (num_bytes == 1 && at[0] < 0x80))
		return KA_ERR_DER_LENGTH;
	return num_bytes > 4 ? KA_ERR_DER_TRUNCATED : KA_OK; /* no object here is so long */
}

size_t
ka_der_length_read(struct ka_der_fault *fault, const uint8_t *at, const uint8_t *end, size_t *out_len)
{
	const uint8_t *bytes = at + 2;
	unsigned num_bytes = at[1] & 0x7f;
	enum ka_err err = length_check(bytes, num_bytes, (size_t)(end - bytes));
	size_t len = 0;

	if (err != KA_OK) {
		ka_der_fault_note(fault, at, err);
		return 0;
	}
	for (unsigned i = 0; i < num_bytes; i++)
		len = len << 8 | bytes[i];
	*out_len = len;
	return 2 + num_bytes;
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

/* Eight bytes, the first in the lowest. */
static uint64_t
load8(const uint8_t *at)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	uint64_t bytes;

	/* Said so because gcc 12 makes eight loads of the shifts when one of two calls is conditional. */
	memcpy(&bytes, at, sizeof(bytes));
	return bytes;
#else
	return ka_load_le64(at);
#endif
}

/* Whether the eight bytes, the first in the lowest, hold a sub-identifier that begins with 0x80: that byte behind a byte whose top
 * bit is clear. before is the byte in front of the first. */
static bool
has_padding(uint64_t bytes, uint64_t before)
{
	const uint64_t tops = UINT64_C(0x8080808080808080), rest = ~tops;
	uint64_t others = bytes ^ tops; /* zero where a byte is 0x80 */
	uint64_t is_80 = ~(((others & rest) + rest) | others | rest);
	uint64_t begins = ~(bytes << 8 | before) & tops;

	return (is_80 & begins) != 0;
}

/* X.690 8.19: sub-identifiers of seven bits a byte; the last byte of each has a clear top bit, the first is not 0x80. */
bool
ka_der_oid_is_valid(struct ka_slice oid, const uint8_t *start)
{
	if (oid.len == 0 || (oid.data[oid.len - 1] & 0x80))
		return false;
	/* Almost all OIDs have three to nine bytes and stand well behind the start of an object. The eight bytes that end with the OID's
	 * last are then all inside, and those in front of it are shifted out. */
	const uint8_t *end = oid.data + oid.len;
	if (oid.len <= 8 && end - start >= 8)
		return !has_padding(load8(end - 8) >> (64 - 8 * oid.len), 0);
	/* Two loads that overlap: the first byte of the second is judged with the first. */
	if (oid.len > 8 && oid.len < 16)
		return !has_padding(load8(oid.data), 0) && !has_padding(load8(end - 8), 0x80);
	bool first = true;
	for (size_t i = 0; i < oid.len; i++) {
		if (first && oid.data[i] == 0x80)
			return false;
		first = !(oid.data[i] & 0x80);
	}
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

static bool
is_leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool
ka_der_civil(int64_t *out_time, unsigned year, unsigned month, unsigned day, unsigned hour, unsigned minute, unsigned second)
{
	static const uint8_t month_days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	/* Days before each month of a year that begins in March, so that the leap day is the last. */
	static const uint16_t days_before[12] = { 306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275 };
	unsigned y = year - (month <= 2) + 400;

	if (year > 9999 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59)
		return false;
	if (day > month_days[month - 1] && !(month == 2 && day == 29 && is_leap(year)))
		return false;
	/* 400 years are 146097 days; 719468 days lie between 0000-03-01 and 1970-01-01. */
	int64_t days = (int64_t)(y * 365 + y / 4 - y / 100 + y / 400 + days_before[month - 1] + day - 1) - 146097 - 719468;
	*out_time = ((days * 24 + hour) * 60 + minute) * 60 + second;
	return true;
}

/* Eight digits as four numbers of two, the first in the lowest byte of *out_pairs, the others in each second byte above it; false when
 * one is no digit. */
static bool
digits_read(uint64_t *out_pairs, uint64_t digits)
{
	const uint64_t zeros = UINT64_C(0x3030303030303030), tops = UINT64_C(0x8080808080808080);
	uint64_t values = digits ^ zeros; /* 0 to 9 where there is a digit, else more */

	/* 9 + 0x76 is 0x7f: one more sets the top bit. A value whose own top is set may carry into its neighbour, but is caught itself. */
	if (((values | (values + UINT64_C(0x7676767676767676))) & tops) != 0)
		return false;
	*out_pairs = values * 10 + (values >> 8);
	return true;
}

/* YYMMDDHHMMSSZ */
static bool
time_text_read(int64_t *out_time, const uint8_t *at, unsigned century, unsigned pivot)
{
	uint64_t date, time;

	if (!digits_read(&date, load8(at)) || !digits_read(&time, UINT64_C(0x3030303000000000) | ka_load_le32(at + 8)) || at[12] != 'Z')
		return false;
	unsigned year = date & 0xff;
	return ka_der_civil(out_time, (century + (year < pivot)) * 100 + year, date >> 16 & 0xff, date >> 32 & 0xff, date >> 48 & 0xff,
	    time & 0xff, time >> 16 & 0xff);
}

bool
ka_der_time(struct ka_der *in, int64_t *out_time)
{
	const uint8_t *start = in->at;
	unsigned tag, century;
	struct ka_der body;

	if (!ka_der_element(in, &tag, &body))
		return false;
	struct ka_slice text = ka_der_rest(&body);
	if (tag == KA_DER_UTC_TIME) {
		/* RFC 5280 4.1.2.5.1: 50 to 99 are 19xx, 00 to 49 are 20xx. */
		if (text.len == 13 && time_text_read(out_time, text.data, 19, 50))
			return true;
	} else if (tag == KA_DER_GENERALIZED_TIME) {
		if (text.len == 15 && two_digits(text.data, &century) && time_text_read(out_time, text.data + 2, century, 0))
			return true;
	} else {
		return ka_der_fail_at(in, start, KA_ERR_DER_TAG);
	}
	return ka_der_fail_at(in, start, KA_ERR_DER_TIME);
}
