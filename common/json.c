/* SPDX-License-Identifier: Apache-2.0 */
#include "common/json.h"

#include <keyassay/object.h>

void
ka_json_name(struct ka_json *json, const char *name)
{
	if (json->comma)
		ka_buf_putc(json->buf, ',');
	json->comma = true;
	if (name == NULL)
		return;
	ka_buf_putc(json->buf, '"');
	ka_buf_puts(json->buf, name);
	ka_buf_put(json->buf, "\":", 2);
}

void
ka_json_open(struct ka_json *json, const char *name, char open)
{
	ka_json_name(json, name);
	ka_buf_putc(json->buf, open);
	json->comma = false;
}

void
ka_json_close(struct ka_json *json, char close)
{
	ka_buf_putc(json->buf, close);
	json->comma = true;
}

static bool
byte_is_plain(uint8_t c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* Writes the escape for the bytes at the head of data; returns how many it stands for. */
static size_t
put_escaped(struct ka_buf *buf, const char *data, size_t len)
{
	uint8_t c = (uint8_t)data[0];
	switch (c) {
	case '"':
		ka_buf_put(buf, "\\\"", 2);
		return 1;
	case '\\':
		ka_buf_put(buf, "\\\\", 2);
		return 1;
	case '\n':
		ka_buf_put(buf, "\\n", 2);
		return 1;
	case '\r':
		ka_buf_put(buf, "\\r", 2);
		return 1;
	case '\t':
		ka_buf_put(buf, "\\t", 2);
		return 1;
	default:
		break;
	}
	/* DEL is legal in JSON; escaped all the same, because output is also read on terminals. So are C1 controls. */
	uint32_t character;
	size_t used = ka_utf8_next(&character, data, len);
	if (used == 0) {
		ka_buf_put(buf, "\xef\xbf\xbd", 3);
		return 1;
	}
	if (character < 0xa0)
		ka_buf_format(buf, "\\u%04x", character);
	else
		ka_buf_put(buf, data, used);
	return used;
}

void
ka_json_bytes(struct ka_json *json, const char *name, const char *data, size_t len)
{
	ka_json_name(json, name);
	ka_buf_reserve(json->buf, len + 2);
	ka_buf_putc(json->buf, '"');
	for (size_t at = 0; at < len;) {
		size_t run = at;
		while (run < len && byte_is_plain((uint8_t)data[run]))
			run++;
		ka_buf_put(json->buf, data + at, run - at);
		at = run;
		if (at < len)
			at += put_escaped(json->buf, data + at, len - at);
	}
	ka_buf_putc(json->buf, '"');
}

void
ka_json_string(struct ka_json *json, const char *name, const char *text)
{
	ka_json_bytes(json, name, text, strlen(text));
}

void
ka_json_number(struct ka_json *json, const char *name, uint64_t number)
{
	ka_json_name(json, name);
	ka_buf_decimal(json->buf, number);
}

void
ka_json_double(struct ka_json *json, const char *name, double number)
{
	ka_json_name(json, name);
	ka_buf_double(json->buf, number);
}

void
ka_json_bool(struct ka_json *json, const char *name, bool truth)
{
	ka_json_name(json, name);
	ka_buf_puts(json->buf, truth ? "true" : "false");
}

void
ka_json_hex(struct ka_json *json, const char *name, const uint8_t *data, size_t len)
{
	ka_json_name(json, name);
	ka_buf_putc(json->buf, '"');
	ka_buf_hex(json->buf, data, len);
	ka_buf_putc(json->buf, '"');
}

void
ka_json_time(struct ka_json *json, const char *name, int64_t time)
{
	char text[KA_TIME_TEXT_SIZE];
	ka_time_text(text, time);
	ka_json_string(json, name, text);
}

void
ka_json_millis(struct ka_json *json, const char *name, int64_t ms)
{
	uint64_t magnitude = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;

	ka_json_name(json, name);
	if (ms < 0)
		ka_buf_putc(json->buf, '-');
	ka_buf_decimal(json->buf, magnitude / 1000);
	if (magnitude % 1000 == 0)
		return;
	ka_buf_format(json->buf, ".%03u", (unsigned)(magnitude % 1000));
	while (json->buf->data[json->buf->len - 1] == '0')
		json->buf->len--;
}

void
ka_json_raw(struct ka_json *json, const char *name, const char *text)
{
	ka_json_name(json, name);
	ka_buf_puts(json->buf, text);
}
