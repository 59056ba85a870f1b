/* SPDX-License-Identifier: Apache-2.0 */
/* The cursor over DER: each row is one element, what reads it, and why the answer is right. */
#define _DEFAULT_SOURCE /* timegm */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "lib/der/asm_test.h"
#include "lib/der/der.h"

enum reader { ANY, SEQUENCE, INTEGER, UNSIGNED, SMALL, OID, NULL_, BOOLEAN, BITS, BYTES };

struct row {
	const char *why;
	enum reader reader;
	enum ka_err err;
	const char *text; /* ^ is where the fault must be */
	const char *contents; /* what is given on success, for the readers that give a slice */
};

static const struct row rows[] = {
	{ "X.690 8.1.3.4: the short form, nothing inside", ANY, KA_OK, "0500", "" },
	{ "the short form's largest length", ANY, KA_OK, "04{aa*127}", "aa*127" },
	{ "the long form's smallest length in DER", ANY, KA_OK, "04 8180 aa*128", "aa*128" },
	{ "two length bytes", ANY, KA_OK, "04 820100 aa*256", "aa*256" },
	{ "three length bytes", ANY, KA_OK, "04 83010000 aa*65536", "aa*65536" },
	{ "four length bytes, minimal, longer than what is there", ANY, KA_ERR_DER_TRUNCATED, "^04 8401000000 aa*99", NULL },
	{ "nothing", ANY, KA_ERR_DER_TRUNCATED, "^", NULL },
	{ "a tag without length", ANY, KA_ERR_DER_TRUNCATED, "^04", NULL },
	{ "a long length of which one byte is missing", ANY, KA_ERR_DER_TRUNCATED, "^04 8201", NULL },
	{ "a long length of which all bytes are missing", ANY, KA_ERR_DER_TRUNCATED, "^04 81", NULL },
	{ "one byte of the contents is missing", ANY, KA_ERR_DER_TRUNCATED, "^04 03 aaaa", NULL },
	{ "the length is a byte longer than the contents, long form", ANY, KA_ERR_DER_TRUNCATED, "^04 8181 aa*128", NULL },
	{ "the length of all that a 32-bit number can say", ANY, KA_ERR_DER_TRUNCATED, "^04 84ffffffff 00", NULL },
	{ "five length bytes: no object here is so large", ANY, KA_ERR_DER_TRUNCATED, "^04 850100000000 00", NULL },
	{ "five length bytes of which the first is zero: not the shortest form", ANY, KA_ERR_DER_LENGTH,
	    "^04 850000000001 aa", NULL },
	{ "eight length bytes, which overflow a pointer", ANY, KA_ERR_DER_TRUNCATED, "^04 88ffffffffffffffff 00", NULL },
	{ "X.690 8.1.3.5 c: ff is reserved", ANY, KA_ERR_DER_LENGTH, "^04 ff 00*200", NULL },
	{ "X.690 10.1: 0 in the long form", ANY, KA_ERR_DER_LENGTH, "^04 8100", NULL },
	{ "X.690 10.1: 127 fits the short form", ANY, KA_ERR_DER_LENGTH, "^04 817f aa*127", NULL },
	{ "X.690 10.1: 128 in two bytes", ANY, KA_ERR_DER_LENGTH, "^04 820080 aa*128", NULL },
	{ "X.690 10.1: 256 in three bytes", ANY, KA_ERR_DER_LENGTH, "^04 83000100 aa*256", NULL },
	{ "X.690 10.1: indefinite, constructed", ANY, KA_ERR_DER_INDEFINITE, "^30 80 0500 0000", NULL },
	{ "indefinite and primitive: not even BER", ANY, KA_ERR_DER_INDEFINITE, "^04 80 00 0000", NULL },
	{ "a tag number above 30", ANY, KA_ERR_DER_TAG_NUMBER, "^1f 1f 00", NULL },
	{ "X.690 8.1.5: end-of-contents is no element", ANY, KA_ERR_DER_TAG, "^0000", NULL },
	{ "with contents neither", ANY, KA_ERR_DER_TAG, "^00{aa}", NULL },
	{ "nor constructed", ANY, KA_ERR_DER_TAG, "^20{0500}", NULL },
	{ "number 0 of another class is a tag like others", ANY, KA_OK, "80{aa}", "aa" },
	{ "a tag number above 30 in another class", ANY, KA_ERR_DER_TAG_NUMBER, "^bf 8101 00", NULL },

	{ "the tag asked for", SEQUENCE, KA_OK, "30{0500}", "0500" },
	{ "SET for SEQUENCE", SEQUENCE, KA_ERR_DER_TAG, "^31{0500}", NULL },
	{ "SEQUENCE without the constructed bit", SEQUENCE, KA_ERR_DER_TAG, "^10{0500}", NULL },
	{ "the tag is looked at before the length", SEQUENCE, KA_ERR_DER_TAG, "^04 ff", NULL },
	{ "no element is left", SEQUENCE, KA_ERR_DER_TRUNCATED, "^", NULL },

	{ "zero", INTEGER, KA_OK, "02{00}", "00" },
	{ "minus one", INTEGER, KA_OK, "02{ff}", "ff" },
	{ "128 needs its zero byte", INTEGER, KA_OK, "02{0080}", "0080" },
	{ "-129 needs its ff", INTEGER, KA_OK, "02{ff7f}", "ff7f" },
	{ "X.690 8.3.1: at least one byte", INTEGER, KA_ERR_DER_INTEGER, "^02{}", NULL },
	{ "X.690 8.3.2: 127 with a zero byte", INTEGER, KA_ERR_DER_INTEGER, "^02{007f}", NULL },
	{ "X.690 8.3.2: 0 in two bytes", INTEGER, KA_ERR_DER_INTEGER, "^02{0000}", NULL },
	{ "X.690 8.3.2: -128 with ff", INTEGER, KA_ERR_DER_INTEGER, "^02{ff80}", NULL },
	{ "X.690 8.3.2: -1 in two bytes", INTEGER, KA_ERR_DER_INTEGER, "^02{ffff}", NULL },
	{ "ENUMERATED is no INTEGER", INTEGER, KA_ERR_DER_TAG, "^0a{01}", NULL },
	{ "a constructed INTEGER", INTEGER, KA_ERR_DER_TAG, "^22{020101}", NULL },

	{ "zero is the empty number", UNSIGNED, KA_OK, "02{00}", "" },
	{ "the zero byte in front is dropped", UNSIGNED, KA_OK, "02{0080}", "80" },
	{ "no zero byte, nothing dropped", UNSIGNED, KA_OK, "02{7f00}", "7f00" },
	{ "negative, refused with the caller's error", UNSIGNED, KA_ERR_KEY_MODULUS_NEGATIVE, "^02{80}", NULL },
	{ "negative by the first of many bits", UNSIGNED, KA_ERR_KEY_MODULUS_NEGATIVE, "^02{c5aa*200}", NULL },
	{ "not the shortest form comes before the sign", UNSIGNED, KA_ERR_DER_INTEGER, "^02{ff80}", NULL },

	{ "a version", SMALL, KA_OK, "02{02}", NULL },
	{ "the largest that one byte says", SMALL, KA_OK, "02{7f}", NULL },
	{ "128 is not small", SMALL, KA_ERR_X509_VERSION, "^02{0080}", NULL },
	{ "negative is not small", SMALL, KA_ERR_X509_VERSION, "^02{ff}", NULL },

	{ "1.2.840.113549", OID, KA_OK, "06{2a864886f70d}", "2a864886f70d" },
	{ "a sub-identifier may end in zero bits", OID, KA_OK, "06{2a8100}", "2a8100" },
	{ "X.690 8.19.2: the last byte's top bit is set", OID, KA_ERR_DER_OID, "^06{2a86}", NULL },
	{ "the same in three bytes, which are read in line", OID, KA_ERR_DER_OID, "^06{550483}", NULL },
	{ "three bytes of which the second begins with 80", OID, KA_ERR_DER_OID, "^06{558003}", NULL },
	{ "three bytes of which the first begins with 80", OID, KA_ERR_DER_OID, "^06{800403}", NULL },
	{ "three bytes, two of them one sub-identifier", OID, KA_OK, "06{2a8137}", "2a8137" },
	{ "X.690 8.19.2: a sub-identifier begins with 80", OID, KA_ERR_DER_OID, "^06{2a8001}", NULL },
	{ "the first sub-identifier begins with 80", OID, KA_ERR_DER_OID, "^06{8001}", NULL },
	{ "empty", OID, KA_ERR_DER_OID, "^06{}", NULL },
	{ "RELATIVE-OID", OID, KA_ERR_DER_TAG, "^0d{2a}", NULL },

	{ "NULL", NULL_, KA_OK, "0500", NULL },
	{ "NULL with contents", NULL_, KA_ERR_DER_NULL, "^05{00}", NULL },
	{ "NULL with a long length of 0", NULL_, KA_ERR_DER_LENGTH, "^058100", NULL },

	{ "X.690 11.1: TRUE", BOOLEAN, KA_OK, "01{ff}", NULL },
	{ "FALSE", BOOLEAN, KA_OK, "01{00}", NULL },
	{ "BER's other TRUE", BOOLEAN, KA_ERR_DER_BOOLEAN, "^01{01}", NULL },
	{ "empty", BOOLEAN, KA_ERR_DER_BOOLEAN, "^01{}", NULL },
	{ "two bytes", BOOLEAN, KA_ERR_DER_BOOLEAN, "^01{ffff}", NULL },

	{ "X.690 8.6.2.3: no bits", BITS, KA_OK, "03{00}", "" },
	{ "whole bytes", BITS, KA_OK, "03{00abcd}", "abcd" },
	{ "four unused bits, all zero", BITS, KA_OK, "03{04f0}", "f0" },
	{ "seven unused bits, all zero", BITS, KA_OK, "03{0780}", "80" },
	{ "no count of unused bits", BITS, KA_ERR_DER_BIT_STRING, "^03{}", NULL },
	{ "eight unused bits", BITS, KA_ERR_DER_BIT_STRING, "^03{0800}", NULL },
	{ "ff unused bits", BITS, KA_ERR_DER_BIT_STRING, "^03{ff00}", NULL },
	{ "unused bits of no byte", BITS, KA_ERR_DER_BIT_STRING, "^03{01}", NULL },
	{ "X.690 11.2.1: an unused bit is set", BITS, KA_ERR_DER_BIT_STRING, "^03{0101}", NULL },
	{ "the highest of the unused bits is set", BITS, KA_ERR_DER_BIT_STRING, "^03{0740}", NULL },
	{ "BER's constructed BIT STRING", BITS, KA_ERR_DER_TAG, "^23{03020000}", NULL },
	{ "a key is whole bytes", BYTES, KA_OK, "03{00abcd}", "abcd" },
	{ "a key of no bytes is for the caller to refuse", BYTES, KA_OK, "03{00}", "" },
	{ "unused bits, though zero, in a key", BYTES, KA_ERR_DER_BIT_STRING, "^03{04f0}", NULL },
};

static bool
read_row(struct ka_der *in, enum reader reader, struct ka_slice *out)
{
	struct ka_der body = *in;
	unsigned tag, small;
	bool flag;

	switch (reader) {
	case ANY:
		return ka_der_element(in, &tag, &body) && ((*out = ka_der_rest(&body)), true);
	case SEQUENCE:
		return ka_der_take(in, KA_DER_SEQUENCE, &body) && ((*out = ka_der_rest(&body)), true);
	case INTEGER:
		return ka_der_integer(in, out);
	case UNSIGNED:
		return ka_der_unsigned(in, out, KA_ERR_KEY_MODULUS_NEGATIVE);
	case SMALL:
		return ka_der_small(in, &small, KA_ERR_X509_VERSION);
	case OID:
		return ka_der_oid(in, out);
	case NULL_:
		return ka_der_null(in);
	case BOOLEAN:
		return ka_der_boolean(in, &flag);
	case BITS:
	case BYTES:
		return ka_der_bit_string(in, KA_DER_BIT_STRING, reader == BYTES, &body) && ((*out = ka_der_rest(&body)), true);
	}
	return false;
}

static void
elements_are_read_as_the_rows_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct asm_bytes bytes = asm_make(row->text);
		struct ka_der_fault fault;
		struct ka_der in = ka_der_init(&fault, asm_slice(&bytes));
		struct ka_slice out = { NULL, 0 };
		bool ok = read_row(&in, row->reader, &out);
		if (ok != (row->err == KA_OK) || fault.err != row->err)
			fail_msg("%s: %s", row->why, ka_err_name(fault.err));
		if (!ok) {
			if (fault.offset != bytes.mark)
				fail_msg("%s: offset %zu", row->why, fault.offset);
			if (row->reader <= SEQUENCE && in.at != bytes.data)
				fail_msg("%s: the cursor moved", row->why);
		} else if (!ka_der_finish(&in)) {
			fail_msg("%s: not all of it taken", row->why);
		}
		if (row->contents != NULL) {
			struct asm_bytes contents = asm_make(row->contents);
			if (!ka_slice_equal(out, asm_slice(&contents)))
				fail_msg("%s: other contents", row->why);
			asm_free(&contents);
		}
		asm_free(&bytes);
	}
}

/* Whatever is cut off the end of an element, it is not read. */
static void
cut_elements_are_truncated(void **state)
{
	static const char *const texts[] = { "0500", "02{00ff}", "30{0500 0500}", "04{aa*127}", "04{aa*128}", "04{aa*256}" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct asm_bytes whole = asm_make(texts[i]);
		for (size_t len = 0; len < whole.len; len++) {
			struct asm_bytes cut = asm_copy(whole.data, len);
			struct ka_der_fault fault;
			struct ka_der in = ka_der_init(&fault, asm_slice(&cut));
			assert_false(ka_der_skip(&in));
			assert_int_equal(fault.err, KA_ERR_DER_TRUNCATED);
			assert_int_equal(fault.offset, 0);
			asm_free(&cut);
		}
		asm_free(&whole);
	}
}

static void
the_first_fault_stays(void **state)
{
	static const uint8_t bytes[] = { 0x30, 0x02, 0x05, 0x01, 0x04 };
	struct ka_der_fault fault;
	struct ka_der in = ka_der_init(&fault, (struct ka_slice){ bytes, sizeof(bytes) }), body, ignored;

	(void)state;
	assert_true(ka_der_take(&in, KA_DER_SEQUENCE, &body));
	assert_false(ka_der_skip(&body)); /* the NULL says one byte, none is left in the SEQUENCE */
	assert_int_equal(fault.err, KA_ERR_DER_TRUNCATED);
	assert_int_equal(fault.offset, 2);
	assert_false(ka_der_take(&in, KA_DER_SEQUENCE, &ignored));
	assert_false(ka_der_finish(&in));
	assert_int_equal(fault.err, KA_ERR_DER_TRUNCATED);
	assert_int_equal(fault.offset, 2);
}

static void
trailing_bytes_are_named_where_they_start(void **state)
{
	static const uint8_t bytes[] = { 0x05, 0x00, 0x00 };
	struct ka_der_fault fault;
	struct ka_der in = ka_der_init(&fault, (struct ka_slice){ bytes, sizeof(bytes) });

	(void)state;
	assert_true(ka_der_null(&in));
	assert_false(ka_der_finish(&in));
	assert_int_equal(fault.err, KA_ERR_DER_TRAILING);
	assert_int_equal(fault.offset, 2);
}

/* base.h: an empty slice may have NULL data. A sanitizer would say so if a pointer were computed from it. */
static void
an_empty_slice_without_data_is_truncated(void **state)
{
	struct ka_der_fault fault;
	struct ka_der in = ka_der_init(&fault, (struct ka_slice){ NULL, 0 });

	(void)state;
	assert_true(ka_der_at_end(&in));
	assert_false(ka_der_skip(&in));
	assert_int_equal(fault.err, KA_ERR_DER_TRUNCATED);
	assert_int_equal(fault.offset, 0);
}

#define BAD INT64_MIN

static const struct {
	const char *why;
	const char *text;
	int64_t time;
} times[] = {
	{ "RFC 5280 4.1.2.5.1: 70 is 1970", "17{'700101000000Z'}", 0 },
	{ "50 is 1950", "17{'500101000000Z'}", -631152000 },
	{ "49 is 2049", "17{'491231235959Z'}", 2524607999 },
	{ "2050 needs GeneralizedTime", "18{'20500101000000Z'}", 2524608000 },
	{ "RFC 5280 4.1.2.5: no well-defined end", "18{'99991231235959Z'}", 253402300799 },
	{ "GeneralizedTime before 2050: not as the RFC says, but clear; OpenSSL reads it too", "18{'20240229120000Z'}", 1709208000 },
	{ "year 0", "18{'00000101000000Z'}", -62167219200 },
	{ "year 0 has a leap day", "18{'00000229000000Z'}", -62162121600 },
	{ "leap day of a year divisible by 4", "17{'240229000000Z'}", 1709164800 },
	{ "leap day of a year divisible by 400", "17{'000229000000Z'}", 951782400 },
	{ "the second before", "17{'691231235959Z'}", -1 },
	{ "no leap day in 2023", "17{'230229000000Z'}", BAD },
	{ "no leap day in 1900: divisible by 100", "18{'19000229000000Z'}", BAD },
	{ "no leap day in 2100", "18{'21000229000000Z'}", BAD },
	{ "30 February", "17{'240230000000Z'}", BAD },
	{ "31 April", "17{'240431000000Z'}", BAD },
	{ "32 January", "17{'240132000000Z'}", BAD },
	{ "day 0", "17{'240100000000Z'}", BAD },
	{ "month 0", "17{'240001000000Z'}", BAD },
	{ "month 13", "17{'241301000000Z'}", BAD },
	{ "hour 24", "17{'240101240000Z'}", BAD },
	{ "minute 60", "17{'240101006000Z'}", BAD },
	{ "second 60: a leap second is not allowed for", "17{'161231235960Z'}", BAD },
	{ "without seconds", "17{'2401010000Z'}", BAD },
	{ "RFC 5280 4.1.2.5.2: no fractions", "18{'20240101000000.5Z'}", BAD },
	{ "an offset instead of Z", "17{'240101000000+0000'}", BAD },
	{ "no Z", "18{'20240101000000'}", BAD },
	{ "lower-case z", "17{'240101000000z'}", BAD },
	{ "13 characters, but Z is missing", "17{'2401010000000'}", BAD },
	{ "a GeneralizedTime's text in a UTCTime", "17{'20240101000000Z'}", BAD },
	{ "a UTCTime's text in a GeneralizedTime", "18{'240101000000Z'}", BAD },
	{ "a letter in the year", "17{'2x0101000000Z'}", BAD },
	{ "a sign in the year", "17{'-10101000000Z'}", BAD },
	{ "a blank in the century", "18{20 '0240101000000Z'}", BAD },
	{ "a character below the digits", "17{'24010/000000Z'}", BAD },
	{ "a character above the digits", "17{'24010:000000Z'}", BAD },
	{ "a byte with the top bit set", "17{'24010' b1 '000000Z'}", BAD },
	{ "NUL in the second", "17{'2401010000' 0030 'Z'}", BAD },
	{ "empty", "17{}", BAD },
	{ "empty", "18{}", BAD },
};

static void
times_are_read_as_the_rows_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct asm_bytes bytes = asm_make(times[i].text);
		struct ka_der_fault fault;
		struct ka_der in = ka_der_init(&fault, asm_slice(&bytes));
		int64_t t = 42;
		bool ok = ka_der_time(&in, &t);
		if (ok != (times[i].time != BAD) || t != (ok ? times[i].time : 42))
			fail_msg("%s: %s gives %lld", times[i].why, times[i].text, (long long)t);
		if (!ok && (fault.err != KA_ERR_DER_TIME || fault.offset != 0))
			fail_msg("%s: %s at %zu", times[i].why, ka_err_name(fault.err), fault.offset);
		asm_free(&bytes);
	}
}

/* The specification of the word-wide look at OIDs: byte by byte. */
static bool
oid_is_valid(struct ka_slice oid)
{
	bool first = true;

	for (size_t i = 0; i < oid.len; i++) {
		if (first && oid.data[i] == 0x80)
			return false;
		first = !(oid.data[i] & 0x80);
	}
	return oid.len > 0 && first;
}

static void
oids_of_every_length_are_judged_as_byte_by_byte(void **state)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0x81, 0xff };
	uint32_t random = 1;
	unsigned num_valid = 0;

	(void)state;
	for (unsigned n = 0; n < 400000; n++) {
		size_t before = n % 9, len = n / 9 % 20;
		uint8_t bytes[32];
		/* Mostly bytes that begin nothing, so that long valid ones come up. */
		for (size_t i = 0; i < before + len; i++) {
			random = random * 1664525 + 1013904223;
			bytes[i] = random >> 28 < 4 ? values[(random >> 20) % sizeof(values)] : (uint8_t)(random >> 16 & 0x7f);
		}
		struct asm_bytes copy = asm_copy(bytes, before + len);
		struct ka_slice oid = { copy.data + before, len };
		bool expected = oid_is_valid(oid);
		if (ka_der_oid_is_valid(oid, copy.data) != expected)
			fail_msg("%zu bytes behind %zu, number %u", len, before, n);
		num_valid += expected;
		asm_free(&copy);
	}
	assert_in_range(num_valid, 100000, 350000);
}

/* Every byte in every place of both types: a digit makes another time or a wrong one, any other byte is refused. */
static void
every_byte_of_a_time_is_looked_at(void **state)
{
	static const char *const texts[] = { "17{'111111111111Z'}", "18{'11111111111111Z'}" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct asm_bytes bytes = asm_make(texts[i]);
		for (size_t at = 2; at < bytes.len; at++) {
			uint8_t good = bytes.data[at];
			for (unsigned byte = 0; byte < 256; byte++) {
				struct ka_der_fault fault;
				struct ka_der in = ka_der_init(&fault, asm_slice(&bytes));
				int64_t t = 42;
				bytes.data[at] = (uint8_t)byte;
				bool ok = ka_der_time(&in, &t), is_digit = byte >= '0' && byte <= '9';
				if (at + 1 == bytes.len ? ok != (byte == 'Z') : ok && !is_digit)
					fail_msg("%s: %02x at %zu", texts[i], byte, at);
				/* The last digits of minute and second, and those of the year, may be any. */
				bool any = at + 2 == bytes.len || at + 4 == bytes.len || at < bytes.len - 11;
				if (any && is_digit && !ok)
					fail_msg("%s: digit %c at %zu refused", texts[i], (int)byte, at);
			}
			bytes.data[at] = good;
		}
		asm_free(&bytes);
	}
}

/* Every field with every value of two digits. */
static void
fields_have_their_ranges(void **state)
{
	static const struct {
		size_t at;
		unsigned first, last;
	} fields[] = { { 2, 1, 12 }, { 4, 1, 31 }, { 6, 0, 23 }, { 8, 0, 59 }, { 10, 0, 59 } };

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		for (unsigned value = 0; value < 100; value++) {
			struct asm_bytes bytes = asm_make("17{'240101000000Z'}");
			struct ka_der_fault fault;
			struct ka_der in = ka_der_init(&fault, asm_slice(&bytes));
			int64_t t;
			bytes.data[2 + fields[i].at] = (uint8_t)('0' + value / 10);
			bytes.data[3 + fields[i].at] = (uint8_t)('0' + value % 10);
			if (ka_der_time(&in, &t) != (value >= fields[i].first && value <= fields[i].last))
				fail_msg("%02u at %zu", value, fields[i].at);
			asm_free(&bytes);
		}
	}
}

static void
a_time_of_another_type_is_a_wrong_tag(void **state)
{
	struct asm_bytes bytes = asm_make("0c{'240101000000Z'}");
	struct ka_der_fault fault;
	struct ka_der in = ka_der_init(&fault, asm_slice(&bytes));
	int64_t t;

	(void)state;
	assert_false(ka_der_time(&in, &t));
	assert_int_equal(fault.err, KA_ERR_DER_TAG);
	asm_free(&bytes);
}

/* The C library knows the calendar too: every day of the ten thousand years. */
static void
civil_agrees_with_timegm(void **state)
{
	(void)state;
	for (int year = 0; year <= 9999; year++) {
		for (int month = 1; month <= 12; month++) {
			int last_day = 0;
			for (int day = 0; day <= 32; day++) {
				struct tm tm = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = 23,
					.tm_min = 59, .tm_sec = 58 };
				time_t expected = timegm(&tm);
				int64_t t;
				bool exists = tm.tm_mday == day && tm.tm_mon == month - 1;
				bool ok = ka_der_civil(&t, (unsigned)year, (unsigned)month, (unsigned)day, 23, 59, 58);
				if (ok != exists || (ok && t != (int64_t)expected))
					fail_msg("%d-%d-%d", year, month, day);
				last_day = ok ? day : last_day;
			}
			assert_in_range(last_day, 28, 31);
		}
	}
	int64_t t;
	assert_false(ka_der_civil(&t, 10000, 1, 1, 0, 0, 0));
	assert_false(ka_der_civil(&t, 2000, UINT32_MAX, 1, 0, 0, 0));
	assert_false(ka_der_civil(&t, 2000, 1, UINT32_MAX, 0, 0, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_are_read_as_the_rows_say),
		cmocka_unit_test(cut_elements_are_truncated),
		cmocka_unit_test(the_first_fault_stays),
		cmocka_unit_test(trailing_bytes_are_named_where_they_start),
		cmocka_unit_test(an_empty_slice_without_data_is_truncated),
		cmocka_unit_test(times_are_read_as_the_rows_say),
		cmocka_unit_test(oids_of_every_length_are_judged_as_byte_by_byte),
		cmocka_unit_test(every_byte_of_a_time_is_looked_at),
		cmocka_unit_test(fields_have_their_ranges),
		cmocka_unit_test(a_time_of_another_type_is_a_wrong_tag),
		cmocka_unit_test(civil_agrees_with_timegm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
