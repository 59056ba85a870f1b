/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/jwk/json.h"

#include "lib/der/utf8.h"

#include <string.h>

size_t
ka_json_space(struct ka_slice text, size_t at)
{
	while (at < text.len &&
	    (text.data[at] == ' ' || text.data[at] == '\t' || text.data[at] == '\n' || text.data[at] == '\r'))
		at++;
	return at;
}

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static int
hex_value(uint8_t c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
at_byte(struct ka_slice text, size_t at, char c)
{
	return at < text.len && text.data[at] == (uint8_t)c;
}

/* RFC 8259 7. Moves *at behind the string; at the offending byte when it gives false. */
static bool
check_escape(struct ka_slice text, size_t *at)
{
	++*at;
	if (*at == text.len || text.data[*at] == '\0' || strchr("\"\\/bfnrtu", text.data[*at]) == NULL)
		return false;
	bool is_unicode = text.data[*at] == 'u';
	++*at;
	for (unsigned i = 0; is_unicode && i < 4; i++, ++*at) {
		if (*at == text.len || hex_value(text.data[*at]) < 0)
			return false;
	}
	return true;
}

static bool
check_string(struct ka_slice text, size_t *at)
{
	++*at;
	while (*at < text.len && text.data[*at] != '"') {
		uint8_t c = text.data[*at];
		if (c < 0x20)
			return false;
		if (c == '\\') {
			if (!check_escape(text, at))
				return false;
		} else if (c < 0x80) {
			++*at;
		} else {
			uint32_t point;
			size_t len = ka_utf8_decode(&point, (struct ka_slice){ text.data + *at, text.len - *at });
			if (len == 0)
				return false;
			*at += len;
		}
	}
	if (*at == text.len)
		return false;
	++*at;
	return true;
}

static bool
check_digits(struct ka_slice text, size_t *at)
{
	if (*at == text.len || !is_digit(text.data[*at]))
		return false;
	while (*at < text.len && is_digit(text.data[*at]))
		++*at;
	return true;
}

/* RFC 8259 6: no leading zero, no sign but '-', digits behind the point and the exponent. */
static bool
check_number(struct ka_slice text, size_t *at)
{
	if (at_byte(text, *at, '-'))
		++*at;
	if (at_byte(text, *at, '0'))
		++*at;
	else if (!check_digits(text, at))
		return false;
	if (at_byte(text, *at, '.')) {
		++*at;
		if (!check_digits(text, at))
			return false;
	}
	if (at_byte(text, *at, 'e') || at_byte(text, *at, 'E')) {
		++*at;
		if (at_byte(text, *at, '+') || at_byte(text, *at, '-'))
			++*at;
		return check_digits(text, at);
	}
	return true;
}

static bool
check_word(struct ka_slice text, size_t *at, const char *word)
{
	for (; *word != '\0'; word++, ++*at) {
		if (!at_byte(text, *at, *word))
			return false;
	}
	return true;
}

static bool
check_scalar(struct ka_slice text, size_t *at)
{
	if (*at == text.len)
		return false;
	switch (text.data[*at]) {
	case '"':
		return check_string(text, at);
	case 't':
		return check_word(text, at, "true");
	case 'f':
		return check_word(text, at, "false");
	case 'n':
		return check_word(text, at, "null");
	default:
		return check_number(text, at);
	}
}

/* "name" : and the white space behind it. */
static bool
check_name(struct ka_slice text, size_t *at)
{
	if (!at_byte(text, *at, '"') || !check_string(text, at))
		return false;
	*at = ka_json_space(text, *at);
	if (!at_byte(text, *at, ':'))
		return false;
	*at = ka_json_space(text, *at + 1);
	return true;
}

/* Not recursive: the closing bracket of each open level is kept in the array. */
static enum ka_err
check_value(struct ka_slice text, size_t *at)
{
	char closing[KA_JSON_MAX_DEPTH];
	unsigned depth = 0;

	for (;;) {
		/* At a value's first byte. */
		if (at_byte(text, *at, '{') || at_byte(text, *at, '[')) {
			if (depth == KA_JSON_MAX_DEPTH)
				return KA_ERR_JWK_DEPTH;
			closing[depth] = text.data[*at] == '{' ? '}' : ']';
			*at = ka_json_space(text, *at + 1);
			if (!at_byte(text, *at, closing[depth])) {
				depth++;
				if (closing[depth - 1] == '}' && !check_name(text, at))
					return KA_ERR_JWK_SYNTAX;
				continue;
			}
			++*at;
		} else if (!check_scalar(text, at)) {
			return KA_ERR_JWK_SYNTAX;
		}
		/* Behind a value: levels end, or the next member or element begins. */
		for (; depth > 0; depth--) {
			*at = ka_json_space(text, *at);
			if (!at_byte(text, *at, closing[depth - 1]))
				break;
			++*at;
		}
		if (depth == 0)
			return KA_OK;
		if (!at_byte(text, *at, ','))
			return KA_ERR_JWK_SYNTAX;
		*at = ka_json_space(text, *at + 1);
		if (closing[depth - 1] == '}' && !check_name(text, at))
			return KA_ERR_JWK_SYNTAX;
	}
}

enum ka_err
ka_json_check(struct ka_slice text, size_t *at, size_t *out_offset)
{
	size_t end = *at;
	enum ka_err err = check_value(text, &end);

	if (err != KA_OK)
		*out_offset = end;
	else
		*at = end;
	return err;
}

/* Takes the value at *at of checked text. */
static struct ka_slice
take_value(struct ka_slice text, size_t *at)
{
	size_t start = *at;

	if (check_value(text, at) != KA_OK) /* cannot be */
		*at = text.len;
	return (struct ka_slice){ text.data + start, *at - start };
}

/* Steps over the opening bracket or the comma in front of the next member or element; false at the closing bracket. */
static bool
step(struct ka_slice text, size_t *at)
{
	*at = ka_json_space(text, *at == 0 ? 1 : *at);
	if (at_byte(text, *at, ','))
		*at = ka_json_space(text, *at + 1);
	return *at + 1 < text.len;
}

bool
ka_json_member(struct ka_slice *out_name, struct ka_slice *out_value, struct ka_slice object, size_t *at)
{
	if (!step(object, at))
		return false;
	*out_name = ka_json_string(take_value(object, at));
	*at = ka_json_space(object, *at);
	*at = ka_json_space(object, *at + 1); /* the colon */
	*out_value = take_value(object, at);
	return true;
}

bool
ka_json_element(struct ka_slice *out_value, struct ka_slice array, size_t *at)
{
	if (!step(array, at))
		return false;
	*out_value = take_value(array, at);
	return true;
}

bool
ka_json_equals(struct ka_slice string, const char *text)
{
	size_t at = 0;

	for (; *text != '\0'; text++) {
		if (at == string.len)
			return false;
		unsigned c = string.data[at++];
		if (c == '\\') {
			c = string.data[at++];
			if (c == 'u') {
				c = 0;
				for (unsigned i = 0; i < 4; i++)
					c = c << 4 | (unsigned)hex_value(string.data[at++]);
			} else if (c != '"' && c != '\\' && c != '/') {
				return false; /* a control character: in no text that is compared */
			}
		}
		if (c != (uint8_t)*text)
			return false;
	}
	return at == string.len;
}
