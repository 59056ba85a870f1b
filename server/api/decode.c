/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/decode.h"

#include "common/buf.h"

static int
hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int
ka_decode_byte(size_t *at, struct ka_slice text)
{
	if (*at >= text.len)
		return -1;
	if (text.data[*at] != '%')
		return text.data[(*at)++];
	if (text.len - *at < 3)
		return -1;
	int high = hex_value(text.data[*at + 1]), low = hex_value(text.data[*at + 2]);
	if (high < 0 || low < 0)
		return -1;
	*at += 3;
	return high * 16 + low;
}

char *
ka_decode(const char **out_why, struct ka_arena *arena, struct ka_slice text)
{
	char *out = ka_arena_take(arena, text.len + 1);
	size_t at = 0, len = 0;

	while (at < text.len) {
		int byte = ka_decode_byte(&at, text);

		if (byte < 0) {
			*out_why = "% is not followed by two hexadecimal digits";
			return NULL;
		}
		if (byte == 0) {
			*out_why = "it has a NUL";
			return NULL;
		}
		out[len++] = (char)byte;
	}
	for (size_t i = 0; i < len;) {
		uint32_t character;
		size_t used = ka_utf8_next(&character, out + i, len - i);

		if (used == 0) {
			*out_why = "it is not UTF-8";
			return NULL;
		}
		i += used;
	}
	return out;
}
