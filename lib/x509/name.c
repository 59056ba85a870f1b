/* SPDX-License-Identifier: Apache-2.0 */
/* Names: looked over when an object is read, written as text when a person wants to see one. */
#include "lib/der/utf8.h"
#include "lib/x509/object.h"

/*
 * Name ::= CHOICE { rdnSequence SEQUENCE OF RelativeDistinguishedName }
 * RelativeDistinguishedName ::= SET SIZE (1..MAX) OF AttributeTypeAndValue
 * AttributeTypeAndValue ::= SEQUENCE { type OBJECT IDENTIFIER, value ANY }
 */
KA_DER_INLINE bool
attribute_take(struct ka_der *in, struct ka_slice *out_oid, unsigned *out_tag, struct ka_der *out_value)
{
	struct ka_der body;

	return ka_der_take(in, KA_DER_SEQUENCE, &body) &&
	    ka_der_oid(&body, out_oid) &&
	    ka_der_element(&body, out_tag, out_value) &&
	    ka_der_finish(&body);
}

bool
ka_name_take(struct ka_der *in, struct ka_slice *out_name)
{
	struct ka_der name, rdn, value;
	struct ka_slice whole, oid;
	unsigned tag;

	if (!ka_der_take_whole(in, KA_DER_SEQUENCE, &name, &whole))
		return false;
	while (!ka_der_at_end(&name)) {
		const uint8_t *start = name.at;
		if (!ka_der_take(&name, KA_DER_SET, &rdn))
			return false;
		if (ka_der_at_end(&rdn))
			return ka_der_fail_at(in, start, KA_ERR_X509_NAME);
		do {
			if (!attribute_take(&rdn, &oid, &tag, &value))
				return false;
		} while (!ka_der_at_end(&rdn));
	}
	*out_name = whole;
	return true;
}

/* A text that is cut at a character's border when it is full. */
struct text {
	char *out;
	size_t len;
	size_t max_len; /* without the NUL */
	bool full;
};

static void
put(struct text *text, const char *bytes, size_t len)
{
	if (text->full || len > text->max_len - text->len) {
		text->full = true;
		return;
	}
	memcpy(text->out + text->len, bytes, len);
	text->len += len;
}

static void
put_string(struct text *text, const char *string)
{
	put(text, string, strlen(string));
}

static void
put_hex(struct text *text, const char *before, uint8_t byte)
{
	static const char digits[] = "0123456789ABCDEF";
	char hex[3];
	size_t before_len = strlen(before);

	if (before_len > 0)
		hex[0] = before[0];
	hex[before_len] = digits[byte >> 4];
	hex[before_len + 1] = digits[byte & 15];
	put(text, hex, before_len + 2);
}

/* Characters that look like nothing, or like something else: C1 controls, soft hyphen, those that change the direction of text or have
 * no width (Unicode's Bidi_Control and default ignorables of the general punctuation block), interlinear annotation, tags. */
static bool
deceives(uint32_t point)
{
	return (point >= 0x7f && point < 0xa0) || point == 0xad || point == 0x61c || point == 0x180e ||
	    (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) || (point >= 0x2060 && point <= 0x206f) ||
	    point == 0xfeff || (point >= 0xfff9 && point <= 0xfffb) || (point >= 0xe0000 && point <= 0xe0fff);
}

/* One character of a value; RFC 4514 2.4 says what is escaped. */
static void
put_point(struct text *text, uint32_t point, bool first, bool last)
{
	uint8_t utf8[4];
	size_t len = ka_utf8_encode(utf8, point);

	if (point < 0x20 || deceives(point)) {
		char hex[3 * 4];
		struct text all = { hex, 0, sizeof(hex), false };
		for (size_t i = 0; i < len; i++)
			put_hex(&all, "\\", utf8[i]);
		put(text, hex, all.len);
		return;
	}
	if ((point < 0x80 && strchr("\"+,;<>\\", (int)point) != NULL) || (first && (point == '#' || point == ' ')) ||
	    (last && point == ' ')) {
		char escaped[2] = { '\\', (char)point };
		put(text, escaped, 2);
		return;
	}
	put(text, (const char *)utf8, len);
}

/* The bytes of one character of a string type; 1 stands for UTF-8's one to four. */
static size_t
unit_len(unsigned tag)
{
	return tag == KA_DER_BMP_STRING ? 2 : tag == KA_DER_UNIVERSAL_STRING ? 4 : 1;
}

/* Reads the first character of a string type and returns its length, or 0 when it is ill-formed. */
static size_t
next_point(uint32_t *out_point, struct ka_slice bytes, unsigned tag)
{
	size_t unit = unit_len(tag);
	uint32_t point = 0;

	if (tag == KA_DER_T61_STRING && bytes.data[0] >= 0x80) {
		/* In practice Latin-1, whatever T.61 says. */
		*out_point = bytes.data[0];
		return 1;
	}
	if (unit == 1)
		return ka_utf8_decode(out_point, bytes);
	if (bytes.len < unit)
		return 0;
	for (size_t i = 0; i < unit; i++)
		point = point << 8 | bytes.data[i];
	*out_point = point;
	return ka_utf8_is_scalar(point) ? unit : 0;
}

static bool
is_string(unsigned tag)
{
	switch (tag) {
	case KA_DER_UTF8_STRING:
	case KA_DER_PRINTABLE_STRING:
	case KA_DER_T61_STRING:
	case KA_DER_IA5_STRING:
	case KA_DER_BMP_STRING:
	case KA_DER_UNIVERSAL_STRING:
	case 0x12: /* NumericString */
	case 0x1a: /* VisibleString */
		return true;
	default:
		return false;
	}
}

static void
put_value(struct text *text, unsigned tag, struct ka_slice bytes, struct ka_slice whole)
{
	bool first = true;

	if (!is_string(tag)) {
		/* RFC 4514 2.4: the whole BER encoding in hex. */
		put_string(text, "#");
		for (size_t i = 0; i < whole.len && !text->full; i++)
			put_hex(text, "", whole.data[i]);
		return;
	}
	while (bytes.len > 0 && !text->full) {
		uint32_t point;
		size_t used = next_point(&point, bytes, tag);
		if (used > 0) {
			put_point(text, point, first, bytes.len == used);
		} else {
			/* The whole unit, so that the next one is not read askew. */
			for (used = 0; used < unit_len(tag) && used < bytes.len; used++)
				put_hex(text, "\\", bytes.data[used]);
		}
		bytes = (struct ka_slice){ bytes.data + used, bytes.len - used };
		first = false;
	}
}

/* Attribute types with a short name: RFC 4514 3, RFC 4519, and the ones that certificates use beside them. */
static const struct {
	const char *name;
	uint8_t oid_len;
	uint8_t oid[10];
} types[] = {
	{ "CN", 3, { 0x55, 0x04, 0x03 } },
	{ "SN", 3, { 0x55, 0x04, 0x04 } },
	{ "serialNumber", 3, { 0x55, 0x04, 0x05 } },
	{ "C", 3, { 0x55, 0x04, 0x06 } },
	{ "L", 3, { 0x55, 0x04, 0x07 } },
	{ "ST", 3, { 0x55, 0x04, 0x08 } },
	{ "STREET", 3, { 0x55, 0x04, 0x09 } },
	{ "O", 3, { 0x55, 0x04, 0x0a } },
	{ "OU", 3, { 0x55, 0x04, 0x0b } },
	{ "title", 3, { 0x55, 0x04, 0x0c } },
	{ "businessCategory", 3, { 0x55, 0x04, 0x0f } },
	{ "postalCode", 3, { 0x55, 0x04, 0x11 } },
	{ "GN", 3, { 0x55, 0x04, 0x2a } },
	{ "dnQualifier", 3, { 0x55, 0x04, 0x2e } },
	{ "organizationIdentifier", 3, { 0x55, 0x04, 0x61 } },
	{ "DC", 10, { 0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x19 } },
	{ "UID", 10, { 0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x01 } },
	{ "emailAddress", 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01 } },
};

static void
put_number(struct text *text, uint64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	put(text, digits + at, sizeof(digits) - at);
}

/* Whether every sub-identifier fits in 63 bits. */
static bool
is_short(struct ka_slice oid)
{
	size_t num_bytes = 0;

	for (size_t i = 0; i < oid.len; i++) {
		if (++num_bytes > 9)
			return false;
		if (!(oid.data[i] & 0x80))
			num_bytes = 0;
	}
	return true;
}

static void
put_type(struct text *text, struct ka_slice oid)
{
	uint64_t number = 0;
	bool first = true;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (ka_slice_equal(oid, (struct ka_slice){ types[i].oid, types[i].oid_len })) {
			put_string(text, types[i].name);
			return;
		}
	}
	/* Legal (2.25 has sub-identifiers of 128 bits), but in no name that was ever seen: its contents in hex, as of an odd value. */
	if (!is_short(oid)) {
		put_string(text, "#");
		for (size_t i = 0; i < oid.len && !text->full; i++)
			put_hex(text, "", oid.data[i]);
		return;
	}
	for (size_t i = 0; i < oid.len; i++) {
		number = number << 7 | (oid.data[i] & 0x7f);
		if (oid.data[i] & 0x80)
			continue;
		if (first) {
			uint64_t root = number < 80 ? number / 40 : 2;
			put_number(text, root);
			number -= root * 40;
			first = false;
		}
		put_string(text, ".");
		put_number(text, number);
		number = 0;
	}
}

size_t
ka_name_text(char *out, size_t max_len, struct ka_slice name)
{
	struct ka_der_fault fault;
	struct ka_der in = ka_der_init(&fault, name), body, rdn, value;
	struct text text = { out, 0, max_len > 0 ? max_len - 1 : 0, max_len == 0 };
	struct ka_slice oid;
	unsigned tag;

	if (name.len > 0 && ka_der_take(&in, KA_DER_SEQUENCE, &body)) {
		while (!ka_der_at_end(&body) && ka_der_take(&body, KA_DER_SET, &rdn)) {
			if (text.len > 0)
				put_string(&text, ", ");
			for (bool first = true; !ka_der_at_end(&rdn); first = false) {
				if (!first)
					put_string(&text, "+");
				if (!attribute_take(&rdn, &oid, &tag, &value))
					break;
				/* The value with its header stands behind the type. */
				const uint8_t *value_start = oid.data + oid.len;
				put_type(&text, oid);
				put_string(&text, "=");
				put_value(&text, tag, ka_der_rest(&value),
				    (struct ka_slice){ value_start, (size_t)(value.end - value_start) });
			}
		}
	}
	if (max_len > 0)
		out[text.len] = '\0';
	return text.len;
}
