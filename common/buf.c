/* SPDX-License-Identifier: Apache-2.0 */
#include "common/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
ka_out_of_memory(void)
{
	fputs("keyassay: out of memory\n", stderr);
	exit(3);
}

void
ka_buf_grow(struct ka_buf *buf, size_t extra)
{
	size_t cap = buf->cap < 256 ? 256 : buf->cap;
	while (cap - buf->len < extra) {
		if (cap > SIZE_MAX / 2) {
			ka_out_of_memory();
		}
		cap *= 2;
	}
	char *data = realloc(buf->data, cap);
	if (data == NULL) {
		ka_out_of_memory();
	}
	buf->data = data;
	buf->cap = cap;
}

void
ka_buf_clear(struct ka_buf *buf)
{
	free(buf->data);
	*buf = (struct ka_buf){ 0 };
}

void
ka_buf_decimal(struct ka_buf *buf, uint64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);
	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	ka_buf_put(buf, digits + at, sizeof(digits) - at);
}

void
ka_buf_double(struct ka_buf *buf, double number)
{
	ka_buf_format(buf, "%.1f", number);
}

void
ka_buf_hex(struct ka_buf *buf, const uint8_t *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	ka_buf_reserve(buf, 2 * len);
	char *out = buf->data + buf->len;
	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[data[i] >> 4];
		out[2 * i + 1] = digits[data[i] & 15];
	}
	buf->len += 2 * len;
}

void
ka_buf_format(struct ka_buf *buf, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	va_list again;
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len >= 0) {
		ka_buf_reserve(buf, (size_t)len + 1);
		vsnprintf(buf->data + buf->len, (size_t)len + 1, format, again);
		buf->len += (size_t)len;
	}
	va_end(again);
}

void
ka_buf_integer(struct ka_buf *buf, const uint8_t *data, size_t len)
{
	while (len > 0 && data[0] == 0) {
		data++;
		len--;
	}
	if (len <= 8) {
		uint64_t number = 0;
		for (size_t i = 0; i < len; i++)
			number = number << 8 | data[i];
		ka_buf_decimal(buf, number);
		return;
	}
	/* Schoolbook: divide by 10^9 in place and collect the remainders from the low end. */
	struct ka_buf number = { 0 };
	ka_buf_put(&number, data, len);
	struct ka_buf groups = { 0 };
	uint8_t *bytes = (uint8_t *)number.data;
	size_t head = 0;
	while (head < len) {
		uint64_t rest = 0;
		for (size_t i = head; i < len; i++) {
			rest = rest << 8 | bytes[i];
			bytes[i] = (uint8_t)(rest / 1000000000u);
			rest %= 1000000000u;
		}
		while (head < len && bytes[head] == 0)
			head++;
		uint32_t group = (uint32_t)rest;
		ka_buf_put(&groups, &group, sizeof(group));
	}
	for (size_t i = groups.len / sizeof(uint32_t); i-- > 0;) {
		uint32_t group;
		memcpy(&group, groups.data + i * sizeof(group), sizeof(group));
		ka_buf_format(buf, (i + 1) * sizeof(group) == groups.len ? "%u" : "%09u", group);
	}
	ka_buf_clear(&groups);
	ka_buf_clear(&number);
}

size_t
ka_utf8_next(uint32_t *out_char, const char *data, size_t len)
{
	const uint8_t *in = (const uint8_t *)data;
	if (in[0] < 0x80) {
		*out_char = in[0];
		return 1;
	}
	size_t want = in[0] >= 0xc2 && in[0] < 0xe0 ? 2 : (in[0] & 0xf0) == 0xe0 ? 3 : in[0] >= 0xf0 && in[0] < 0xf5 ? 4 : 0;
	if (want == 0 || want > len)
		return 0;
	uint32_t c = in[0] & (0xffu >> (want + 1));
	for (size_t i = 1; i < want; i++) {
		if ((in[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (in[i] & 0x3f);
	}
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	if (c < least[want] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*out_char = c;
	return want;
}

/* Characters that a reader cannot see, or that change the order in which others are shown. */
static bool
char_is_hidden(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
	    (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff0 && c <= 0xfffb) ||
	    c >= 0xe0000;
}

size_t
ka_buf_clean(struct ka_buf *buf, const char *data, size_t len)
{
	size_t columns = 0;
	for (size_t at = 0; at < len;) {
		uint32_t c;
		size_t used = ka_utf8_next(&c, data + at, len - at);
		size_t before = buf->len;
		if (used == 0) {
			ka_buf_format(buf, "\\x%02x", (uint8_t)data[at]);
			columns += buf->len - before;
			at++;
			continue;
		}
		if (char_is_hidden(c)) {
			ka_buf_format(buf, c < 0x80 ? "\\x%02x" : "\\u{%04x}", c);
			columns += buf->len - before;
		} else {
			ka_buf_put(buf, data + at, used);
			columns++;
		}
		at += used;
	}
	return columns;
}

void
ka_buf_oid(struct ka_buf *buf, struct ka_slice oid)
{
	uint64_t arc = 0;
	bool first = true, inside = false;
	for (size_t i = 0; i < oid.len; i++) {
		if (arc >> 57 != 0)
			break;
		arc = arc << 7 | (oid.data[i] & 0x7f);
		inside = (oid.data[i] & 0x80) != 0;
		if (inside)
			continue;
		if (first) {
			uint64_t top = arc < 80 ? arc / 40 : 2;
			ka_buf_decimal(buf, top);
			arc -= top * 40;
			first = false;
		}
		ka_buf_putc(buf, '.');
		ka_buf_decimal(buf, arc);
		arc = 0;
	}
	if (first || inside || arc != 0)
		ka_buf_putc(buf, '?');
}
