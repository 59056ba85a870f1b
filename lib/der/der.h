/* SPDX-License-Identifier: Apache-2.0 */
/* der.h - a cursor over DER (X.690 section 10 and 11), strict: shortest lengths, no indefinite length, shortest integers.
 *
 * This is the only code that moves a pointer over an object's bytes. A parser is a column of these calls joined by &&, under the
 * ASN.1 that it reads. Each returns false when the input is not as asked; the first failure is noted in the fault that all
 * cursors of an object share, with the offset of the element at which it happened. Outputs are written only on success. */
#ifndef KA_LIB_DER_DER_H
#define KA_LIB_DER_DER_H

#include <keyassay/err.h>

#include <string.h>

/* The cursor's steps are a few instructions each, of which most vanish where tags are constants: calls would cost more than they. */
#if defined(__GNUC__)
#define KA_DER_INLINE static inline __attribute__((always_inline))
#define KA_DER_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#else
#define KA_DER_INLINE static inline
#define KA_DER_UNLIKELY(condition) (condition)
#endif

#define KA_DER_BOOLEAN 0x01u
#define KA_DER_INTEGER 0x02u
#define KA_DER_BIT_STRING 0x03u
#define KA_DER_OCTET_STRING 0x04u
#define KA_DER_NULL 0x05u
#define KA_DER_OID 0x06u
#define KA_DER_UTF8_STRING 0x0cu
#define KA_DER_PRINTABLE_STRING 0x13u
#define KA_DER_T61_STRING 0x14u
#define KA_DER_IA5_STRING 0x16u
#define KA_DER_UTC_TIME 0x17u
#define KA_DER_GENERALIZED_TIME 0x18u
#define KA_DER_UNIVERSAL_STRING 0x1cu
#define KA_DER_BMP_STRING 0x1eu
#define KA_DER_SEQUENCE 0x30u
#define KA_DER_SET 0x31u
#define KA_DER_CONTEXT(n) (0x80u | (n)) /* [n] IMPLICIT, primitive */
#define KA_DER_CONTEXT_CONSTRUCTED(n) (0xa0u | (n)) /* [n] EXPLICIT, or IMPLICIT and constructed */

struct ka_der_fault {
	const uint8_t *start; /* of the object: offsets count from here */
	enum ka_err err; /* KA_OK while nothing has failed */
	size_t offset;
};

struct ka_der {
	const uint8_t *at;
	const uint8_t *end;
	struct ka_der_fault *fault;
};

/* ka_der_init starts at the first byte of an object. */
static inline struct ka_der
ka_der_init(struct ka_der_fault *fault, struct ka_slice bytes)
{
	static const uint8_t nothing[1] = { 0 };
	/* C has no arithmetic on NULL, which an empty slice may have. */
	const uint8_t *start = bytes.data != NULL ? bytes.data : nothing;

	*fault = (struct ka_der_fault){ .start = start };
	return (struct ka_der){ start, start + bytes.len, fault };
}

/* ka_der_fault_note notes an error at a place, unless one is noted. */
void ka_der_fault_note(struct ka_der_fault *fault, const uint8_t *at, enum ka_err err);

/* ka_der_fail_at notes an error at a place and returns false. */
static inline bool
ka_der_fail_at(const struct ka_der *in, const uint8_t *at, enum ka_err err)
{
	ka_der_fault_note(in->fault, at, err);
	return false;
}

static inline bool
ka_der_fail(const struct ka_der *in, enum ka_err err)
{
	return ka_der_fail_at(in, in->at, err);
}

static inline bool
ka_der_at_end(const struct ka_der *in)
{
	return in->at == in->end;
}

/* ka_der_finish refuses bytes behind the last element. */
static inline bool
ka_der_finish(const struct ka_der *in)
{
	return in->at == in->end || ka_der_fail(in, KA_ERR_DER_TRAILING);
}

/* ka_der_next_is says whether an element with this tag comes next. */
static inline bool
ka_der_next_is(const struct ka_der *in, unsigned tag)
{
	return in->at != in->end && *in->at == tag;
}

static inline struct ka_slice
ka_der_rest(const struct ka_der *in)
{
	return (struct ka_slice){ in->at, (size_t)(in->end - in->at) };
}

/* The bytes of in from start on, up to where it stands now. */
static inline struct ka_slice
ka_der_since(const struct ka_der *in, const uint8_t *start)
{
	return (struct ka_slice){ start, (size_t)(in->at - start) };
}

/* ka_der_length_read reads the length of the element from at on, which is not in the short form; end is where the bytes end. Returns the
 * header's length, or 0 when the length is wrong. It takes no cursor: one whose address is never taken stays in registers. */
size_t ka_der_length_read(struct ka_der_fault *fault, const uint8_t *at, const uint8_t *end, size_t *out_len);

/* ka_der_header reads the header of the next element, which has at least one byte left: *out_body is the contents' start. */
KA_DER_INLINE bool
ka_der_header(const struct ka_der *in, const uint8_t **out_body, size_t *out_len)
{
	const uint8_t *at = in->at;
	size_t left = (size_t)(in->end - at), len, header_len;

	if (KA_DER_UNLIKELY(left < 2))
		return ka_der_fail(in, KA_ERR_DER_TRUNCATED);
	if (at[1] < 0x80) {
		len = at[1];
		header_len = 2;
	} else if (at[1] == 0x81 && left >= 3 && at[2] >= 0x80) {
		len = at[2];
		header_len = 3;
	} else if (at[1] == 0x82 && left >= 4 && at[2] != 0) {
		len = (size_t)at[2] << 8 | at[3];
		header_len = 4;
	} else {
		size_t long_len = 0;
		header_len = ka_der_length_read(in->fault, at, in->end, &long_len);
		if (header_len == 0)
			return false;
		len = long_len;
	}
	if (KA_DER_UNLIKELY(len > left - header_len))
		return ka_der_fail(in, KA_ERR_DER_TRUNCATED);
	*out_body = at + header_len;
	*out_len = len;
	return true;
}

/* ka_der_element takes the next element, whatever its tag. */
KA_DER_INLINE bool
ka_der_element(struct ka_der *in, unsigned *out_tag, struct ka_der *out_body)
{
	const uint8_t *body;
	size_t len;

	if (KA_DER_UNLIKELY(in->end - in->at < 2))
		return ka_der_fail(in, KA_ERR_DER_TRUNCATED);
	unsigned tag = *in->at;
	if (KA_DER_UNLIKELY((tag & 0x1f) == 0x1f))
		return ka_der_fail(in, KA_ERR_DER_TAG_NUMBER);
	/* X.690 8.1.5: universal number 0 is no type; it ends an indefinite length. */
	if (KA_DER_UNLIKELY((tag & ~0x20u) == 0))
		return ka_der_fail(in, KA_ERR_DER_TAG);
	if (KA_DER_UNLIKELY(!ka_der_header(in, &body, &len)))
		return false;
	in->at = body + len;
	*out_tag = tag;
	*out_body = (struct ka_der){ body, body + len, in->fault };
	return true;
}

/* ka_der_take takes the next element, which must have this tag (of a number below 31). */
KA_DER_INLINE bool
ka_der_take(struct ka_der *in, unsigned tag, struct ka_der *out_body)
{
	const uint8_t *body;
	size_t len;

	if (KA_DER_UNLIKELY(in->at == in->end))
		return ka_der_fail(in, KA_ERR_DER_TRUNCATED);
	if (KA_DER_UNLIKELY(*in->at != tag))
		return ka_der_fail(in, KA_ERR_DER_TAG);
	if (KA_DER_UNLIKELY(!ka_der_header(in, &body, &len)))
		return false;
	in->at = body + len;
	*out_body = (struct ka_der){ body, body + len, in->fault };
	return true;
}

/* ka_der_take_whole also gives the element's bytes, tag included. */
KA_DER_INLINE bool
ka_der_take_whole(struct ka_der *in, unsigned tag, struct ka_der *out_body, struct ka_slice *out_whole)
{
	const uint8_t *start = in->at;

	if (!ka_der_take(in, tag, out_body))
		return false;
	*out_whole = ka_der_since(in, start);
	return true;
}

/* ka_der_skip passes over the next element; its contents are not looked at. */
KA_DER_INLINE bool
ka_der_skip(struct ka_der *in)
{
	unsigned tag;
	struct ka_der body;

	return ka_der_element(in, &tag, &body);
}

/* ka_der_integer takes an INTEGER and gives its contents: two's complement, at least one byte, shortest form. */
KA_DER_INLINE bool
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

/* ka_der_unsigned takes an INTEGER that is not negative and gives it without leading zero byte (empty for 0); negative is the
 * error for one that is. */
bool ka_der_unsigned(struct ka_der *in, struct ka_slice *out_number, enum ka_err negative);

/* ka_der_small takes an INTEGER from 0 to 127. */
bool ka_der_small(struct ka_der *in, unsigned *out_value, enum ka_err other);

/* ka_der_oid_is_valid says whether the contents of an OBJECT IDENTIFIER are well formed; start is the object's, in which they lie. */
bool ka_der_oid_is_valid(struct ka_slice oid, const uint8_t *start);

/* ka_der_oid takes an OBJECT IDENTIFIER and gives its contents. */
KA_DER_INLINE bool
ka_der_oid(struct ka_der *in, struct ka_slice *out_oid)
{
	const uint8_t *start = in->at;
	struct ka_der body;

	if (!ka_der_take(in, KA_DER_OID, &body))
		return false;
	struct ka_slice oid = ka_der_rest(&body);
	/* Attribute types (2.5.4.*) and extensions (2.5.29.*) are three single-byte sub-identifiers, and most of a certificate's OIDs. */
	bool is_plain = oid.len == 3 && ((oid.data[0] | oid.data[1] | oid.data[2]) & 0x80) == 0;
	if (!is_plain && !ka_der_oid_is_valid(oid, in->fault->start))
		return ka_der_fail_at(in, start, KA_ERR_DER_OID);
	*out_oid = oid;
	return true;
}

/* ka_der_null takes a NULL. */
bool ka_der_null(struct ka_der *in);

/* ka_der_boolean takes a BOOLEAN. */
bool ka_der_boolean(struct ka_der *in, bool *out_value);

/* ka_der_bit_string takes a BIT STRING, or one with another tag, and gives a cursor over its bytes behind the count of unused bits;
 * unused bits must be 0 in number (whole_bytes) or in value. */
bool ka_der_bit_string(struct ka_der *in, unsigned tag, bool whole_bytes, struct ka_der *out_bytes);

/* ka_der_time takes a UTCTime or GeneralizedTime in the forms of RFC 5280 4.1.2.5: YYMMDDHHMMSSZ (1950 to 2049) and
 * YYYYMMDDHHMMSSZ; seconds since 1970. */
bool ka_der_time(struct ka_der *in, int64_t *out_time);

/* ka_der_civil gives seconds since 1970 for a date and time of the Gregorian calendar, year 0 to 9999; false when there is no such. */
bool ka_der_civil(int64_t *out_time, unsigned year, unsigned month, unsigned day, unsigned hour, unsigned minute, unsigned second);

static inline bool
ka_slice_equal(struct ka_slice a, struct ka_slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

#endif
