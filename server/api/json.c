/* SPDX-License-Identifier: Apache-2.0 */
/* JSON of replies that common/json.h does not have. */
#include "server/api/api.h"

#include <string.h>

/* RFC 4648, section 4; a line break, escaped for JSON, behind every 64 characters and at the end (RFC 7468). */
static void
put_base64_lines(struct ka_buf *buf, struct ka_slice bytes)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	ka_buf_reserve(buf, bytes.len / 3 * 4 + bytes.len / 48 * 2 + 8);
	for (size_t at = 0; at < bytes.len; at += 3) {
		size_t left = bytes.len - at;
		uint32_t group = (uint32_t)bytes.data[at] << 16;

		if (left > 1)
			group |= (uint32_t)bytes.data[at + 1] << 8;
		if (left > 2)
			group |= bytes.data[at + 2];
		ka_buf_putc(buf, digits[group >> 18]);
		ka_buf_putc(buf, digits[group >> 12 & 63]);
		ka_buf_putc(buf, left > 1 ? digits[group >> 6 & 63] : '=');
		ka_buf_putc(buf, left > 2 ? digits[group & 63] : '=');
		if ((at / 3) % 16 == 15 || left <= 3)
			ka_buf_put(buf, "\\n", 2);
	}
}

void
ka_json_pem(struct ka_json *json, const char *name, struct ka_slice der)
{
	ka_json_name(json, name);
	ka_buf_puts(json->buf, "\"-----BEGIN CERTIFICATE-----\\n");
	put_base64_lines(json->buf, der);
	ka_buf_puts(json->buf, "-----END CERTIFICATE-----\\n\"");
}

static int
append(const char *bytes, size_t len, void *arg)
{
	ka_buf_put(arg, bytes, len);
	return 0;
}

void
ka_json_tree(struct ka_json *json, const char *name, const json_t *value)
{
	ka_json_name(json, name);
	if (json_dump_callback(value, append, json->buf, JSON_COMPACT | JSON_ENCODE_ANY) != 0)
		ka_out_of_memory();
}

const char *
ka_json_text(struct ka_arena *arena, const json_t *value)
{
	struct ka_buf buf = { 0 };

	if (json_dump_callback(value, append, &buf, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY) != 0)
		ka_out_of_memory();
	const char *text = ka_arena_text(arena, buf.data, buf.len);
	ka_buf_clear(&buf);
	return text;
}
