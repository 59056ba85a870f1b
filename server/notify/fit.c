/* SPDX-License-Identifier: Apache-2.0 */
/* What SNS limits: the length of a message, the characters of a subject. */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>

#include "server/notify/message.h"

#define FIRST_LIMIT ((size_t)4096)

static json_t *shorten(const json_t *value, size_t limit, bool is_top);

/* The first limit bytes at most, in whole characters. */
static json_t *
shorten_string(const json_t *value, size_t limit)
{
	const char *text = json_string_value(value);
	size_t len = json_string_length(value), at = 0;
	uint32_t character;

	if (len <= limit)
		return json_stringn(text, len);
	for (size_t size; at < len && (size = ka_utf8_next(&character, text + at, len - at)) > 0 && at + size <= limit;)
		at += size;
	struct ka_buf cut = { 0 };
	ka_buf_put(&cut, text, at);
	ka_buf_puts(&cut, "...");
	json_t *result = json_stringn(cut.data, cut.len);
	ka_buf_clear(&cut);
	return result;
}

static json_t *
shorten_array(const json_t *value, size_t limit)
{
	json_t *result = json_array();

	for (size_t i = 0; i < json_array_size(value) && i < limit; i++)
		if (json_array_append_new(result, shorten(json_array_get(value, i), limit, false)) != 0)
			ka_out_of_memory();
	return result;
}

static json_t *
shorten_object(const json_t *value, size_t limit, bool is_top)
{
	json_t *result = json_object(), *member;
	const char *name;
	size_t num = 0;

	json_object_foreach((json_t *)(uintptr_t)value, name, member) {
		if (!is_top && num++ == limit)
			break;
		if (json_object_set_new(result, name, shorten(member, limit, false)) != 0)
			ka_out_of_memory();
	}
	return result;
}

static json_t *
shorten(const json_t *value, size_t limit, bool is_top)
{
	json_t *result = json_is_string(value) ? shorten_string(value, limit)
	    : json_is_array(value)             ? shorten_array(value, limit)
	    : json_is_object(value)            ? shorten_object(value, limit, is_top)
					       : json_deep_copy(value);

	if (result == NULL)
		ka_out_of_memory();
	return result;
}

static int
append(const char *bytes, size_t len, void *arg)
{
	ka_buf_put(arg, bytes, len);
	return 0;
}

void
ka_notify_fit(struct ka_buf *message, size_t max)
{
	if (message->len <= max)
		return;
	json_t *whole = json_loadb(message->data, message->len, JSON_REJECT_DUPLICATES, NULL);
	for (size_t limit = FIRST_LIMIT; message->len > max && json_is_object(whole); limit /= 2) {
		json_t *part = shorten(whole, limit, true);

		message->len = 0;
		/* 15 digits keep the milliseconds of a time and invent none. */
		if (json_object_set_new(part, "truncated", json_true()) != 0 ||
		    json_dump_callback(part, append, message, JSON_COMPACT | JSON_REAL_PRECISION(15)) != 0)
			ka_out_of_memory();
		json_decref(part);
		if (limit == 0)
			break;
	}
	json_decref(whole);
	if (message->len > max) { /* hundreds of members at the top: not one of ours */
		message->len = 0;
		ka_buf_puts(message, "{\"truncated\":true}");
	}
}

void
ka_notify_subject(char out[KA_NOTIFY_MAX_SUBJECT + 1], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(out, KA_NOTIFY_MAX_SUBJECT + 1, format, args);
	va_end(args);
	for (char *c = out; *c != '\0'; c++)
		if (*c < 0x20 || *c > 0x7e || (c == out && *c == ' '))
			*c = '?';
}
