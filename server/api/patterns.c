/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/patterns.h"

#include <stddef.h>
#include <string.h>

#include "common/buf.h"
#include "server/api/unicode_lzn.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool
is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* One or more characters, each of a class or listed in extra. */
static bool
all_of(const char *text, bool (*in_class)(char), const char *extra)
{
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++)
		if (!in_class(*text) && strchr(extra, *text) == NULL)
			return false;
	return true;
}

bool
ka_is_digits(const char *text)
{
	return all_of(text, is_digit, "");
}

bool
ka_is_hex_id(const char *text)
{
	return all_of(text[0] == '0' && text[1] == 'x' ? text + 2 : text, is_hex, "");
}

bool
ka_is_hex_colons(const char *text)
{
	return all_of(text, is_hex, ":");
}

bool
ka_is_alnum_dash(const char *text)
{
	return all_of(text, is_alnum, "-");
}

bool
ka_is_name(const char *text)
{
	return all_of(text, is_alnum, "_-");
}

bool
ka_is_name_colons(const char *text)
{
	return all_of(text, is_alnum, ":_-");
}

bool
ka_is_base64(const char *text)
{
	size_t digits = 0;

	while (is_alnum(text[digits]) || text[digits] == '+' || text[digits] == '/')
		digits++;
	size_t padding = strspn(text + digits, "=");
	return digits > 0 && padding <= 2 && text[digits + padding] == '\0';
}

bool
ka_is_printable(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

bool
ka_is_policy_name(const char *text)
{
	return all_of(text, is_alnum, "_+=,.@-");
}

bool
ka_is_day_of_month(const char *text)
{
	if (strcmp(text, "LAST") == 0)
		return true;
	if (text[0] < '1' || text[0] > '9')
		return false;
	if (text[1] == '\0')
		return true;
	if (!is_digit(text[1]) || text[2] != '\0')
		return false;
	return text[0] < '3' || (text[0] == '3' && text[1] <= '1');
}

static bool
is_lzn(uint32_t c)
{
	size_t low = 0, high = sizeof(ka_unicode_lzn) / sizeof(ka_unicode_lzn[0]);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c < ka_unicode_lzn[middle].first)
			high = middle;
		else if (c > ka_unicode_lzn[middle].last)
			low = middle + 1;
		else
			return true;
	}
	return false;
}

bool
ka_is_tag_key(const char *text)
{
	size_t len = strlen(text);

	for (size_t at = 0; at < len;) {
		uint32_t c;
		size_t used = ka_utf8_next(&c, text + at, len - at);

		if (used == 0)
			return false;
		if (!is_lzn(c) && (c > 0x7f || strchr("_.:/=+-@", (int)c) == NULL))
			return false;
		at += used;
	}
	return true;
}

void
ka_normalise_certificate_id(char *text)
{
	size_t len = strlen(text);

	if (text[0] == '0' && text[1] == 'x') {
		memmove(text, text + 2, len - 1);
		len -= 2;
	}
	for (size_t i = 0; i < len; i++)
		if (text[i] >= 'A' && text[i] <= 'F')
			text[i] = (char)(text[i] - 'A' + 'a');
}
