/* SPDX-License-Identifier: Apache-2.0 */
/* What an input is, by its first bytes. */
#include "lib/reader/format.h"

#include "lib/pem/marker.h"

#include <string.h>

#define MODULUS_MIN_DIGITS 128u

static struct ka_slice
skip_indent(struct ka_slice head)
{
	if (head.len >= 3 && memcmp(head.data, "\xef\xbb\xbf", 3) == 0)
		head = (struct ka_slice){ head.data + 3, head.len - 3 };
	while (head.len > 0 && (ka_is_blank(head.data[0]) || ka_is_line_break(head.data[0])))
		head = (struct ka_slice){ head.data + 1, head.len - 1 };
	return head;
}

/* An old-format OpenPGP key packet of any length type, or a new-format one, and then its version: RFC 4880 4.2, 5.5.2. Those of
 * secret keys too. */
static bool
is_pgp(struct ka_slice head)
{
	static const uint8_t old_length_len[] = { 1, 2, 4, 0 };
	size_t length_len;
	unsigned tag;

	if (head.len < 7 || head.data[0] < 0x80)
		return false;
	if (head.data[0] & 0x40) {
		tag = head.data[0] & 0x3f;
		length_len = head.data[1] < 192 ? 1 : head.data[1] < 224 ? 2 : 5;
	} else {
		tag = head.data[0] >> 2 & 0x0f;
		length_len = old_length_len[head.data[0] & 3];
	}
	uint8_t version = head.data[1 + length_len];
	return (tag == 5 || tag == 6 || tag == 7 || tag == 14) && version >= 2 && version <= 6;
}

/* A SEQUENCE. One of the short form must show its first element too: '0' is a digit, and what begins with it may be text. */
static bool
is_der(struct ka_slice head)
{
	if (head.len < 6 || head.data[0] != 0x30)
		return false;
	if (head.data[1] >= 0x80)
		return head.data[1] <= 0x84;
	if (head.data[2] == 0x30)
		return head.data[3] + 2u <= head.data[1] && head.data[4] == 0x06;
	return (head.data[2] == 0x02 || head.data[2] == 0x06) && head.data[3] + 2u <= head.data[1];
}

/* What may stand behind the first bracket. '[section]' and '{ awk }' are text. */
static bool
is_json(struct ka_slice text)
{
	if (text.len == 0 || (text.data[0] != '{' && text.data[0] != '['))
		return false;
	struct ka_slice inside = skip_indent((struct ka_slice){ text.data + 1, text.len - 1 });
	if (inside.len == 0)
		return true;
	uint8_t c = inside.data[0];
	return text.data[0] == '{' ? c == '"' || c == '}' : c == '{' || c == ']';
}

static bool
is_hex_digit(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool
is_modulus_line(struct ka_slice line, bool whole)
{
	static const char label[] = "modulus=";
	size_t at = 0, num_digits;

	while (line.len > 0 && (ka_is_blank(line.data[line.len - 1]) || line.data[line.len - 1] == '\r'))
		line.len--;
	while (at < line.len && ka_is_blank(line.data[at]))
		at++;
	if (line.len - at >= sizeof(label) - 1) {
		size_t i = 0;
		while (i < sizeof(label) - 1 && (line.data[at + i] | 0x20) == (label[i] | 0x20))
			i++;
		if (i == sizeof(label) - 1)
			at += i;
	}
	if (line.len - at >= 2 && line.data[at] == '0' && (line.data[at + 1] | 0x20) == 'x')
		at += 2;
	for (num_digits = 0; at < line.len && is_hex_digit(line.data[at]); at++)
		num_digits++;
	return at == line.len && (num_digits >= MODULUS_MIN_DIGITS || !whole);
}

/* Every full line is a modulus; the last, which may be cut off, begins like one. */
static bool
are_moduli(struct ka_slice head)
{
	size_t at = 0, num_whole = 0;

	while (at < head.len) {
		const uint8_t *line_break = memchr(head.data + at, '\n', head.len - at);
		size_t end = line_break != NULL ? (size_t)(line_break - head.data) : head.len;
		struct ka_slice line = { head.data + at, end - at };
		bool empty = line.len == 0 || (line.len == 1 && line.data[0] == '\r') || line.data[0] == '#';
		/* The only line is whole, whether it has an end or not. */
		bool whole = line_break != NULL || num_whole == 0;
		if (!empty && !is_modulus_line(line, whole))
			return false;
		num_whole += !empty && whole;
		at = end + 1;
	}
	return num_whole > 0;
}

/* The first line is base64 only, longer than a line of PEM, or long enough for a key, and its first bytes are a SEQUENCE. */
static bool
are_b64lines(struct ka_slice head)
{
	uint8_t first[8];
	size_t end = ka_line_end(head, 0);

	if (end < 40)
		return false;
	struct ka_base64_end decoded = ka_base64_scalar.decode(first, (struct ka_slice){ head.data, sizeof(first) });
	if (decoded.out_len != 6 || !is_der((struct ka_slice){ first, 6 }))
		return false;
	for (size_t i = 0; i < end; i++) {
		uint8_t c = head.data[i];
		bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
		if (!letter && !(c >= '0' && c <= '9') && c != '+' && c != '/' && c != '=' && !ka_is_blank(c))
			return false;
	}
	return true;
}

enum ka_format
ka_format_guess(struct ka_slice head)
{
	if (is_pgp(head))
		return KA_FORMAT_PGP;
	struct ka_slice text = skip_indent(head);
	if (is_json(text))
		return KA_FORMAT_JWK;
	if (are_moduli(text))
		return KA_FORMAT_MODULI;
	if (is_der(head))
		return KA_FORMAT_DER;
	if (are_b64lines(text))
		return KA_FORMAT_B64LINES;
	return KA_FORMAT_TEXT;
}
