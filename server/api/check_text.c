/* SPDX-License-Identifier: Apache-2.0 */
/* Strings against shapes. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "server/api/params.h"

#define MAX_SEEN_LEN 64u
#define MAX_RULE_LEN 512u

static void
put_place(struct ka_buf *buf, const struct ka_place *place)
{
	if (place->parent != NULL)
		put_place(buf, place->parent);
	if (place->name == NULL) {
		ka_buf_format(buf, "[%zu]", place->index);
		return;
	}
	if (place->parent != NULL)
		ka_buf_putc(buf, '.');
	/* Keys of maps are the client's words. */
	(void)ka_buf_clean(buf, place->name, strnlen(place->name, MAX_SEEN_LEN));
}

void
ka_check_refuse(const struct ka_checking *checking, const struct ka_place *place, const char *seen, size_t seen_len,
    const char *rule, ...)
{
	char rule_text[MAX_RULE_LEN];
	struct ka_buf message = { 0 };
	va_list args;

	va_start(args, rule);
	(void)vsnprintf(rule_text, sizeof(rule_text), rule, args);
	va_end(args);
	put_place(&message, place);
	ka_buf_format(&message, ": %s", rule_text);
	if (seen != NULL) {
		ka_buf_puts(&message, "; seen: \"");
		(void)ka_buf_clean(&message, seen, seen_len < MAX_SEEN_LEN ? seen_len : MAX_SEEN_LEN);
		ka_buf_puts(&message, seen_len > MAX_SEEN_LEN ? "...\"" : "\"");
	}
	ka_reply_error(checking->reply, checking->request, KA_API_INVALID_REQUEST, "%.*s", (int)message.len, message.data);
	ka_buf_clear(&message);
}

/* Characters, as the model counts lengths. text is UTF-8. */
static int64_t
count_characters(const char *text)
{
	int64_t count = 0;

	for (; *text != '\0'; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

static bool
check_length(const struct ka_checking *checking, const struct ka_place *place, const struct ka_shape *shape, const char *text)
{
	int64_t count = count_characters(text);

	if (shape->has_min && count < shape->min) {
		ka_check_refuse(checking, place, text, strlen(text), "must have at least %lld characters, has %lld",
		    (long long)shape->min, (long long)count);
		return false;
	}
	if (shape->has_max && count > shape->max) {
		ka_check_refuse(checking, place, text, strlen(text), "must have at most %lld characters, has %lld",
		    (long long)shape->max, (long long)count);
		return false;
	}
	return true;
}

static bool
check_enum(struct ka_value *out, const struct ka_checking *checking, const struct ka_place *place, const struct ka_shape *shape,
    const char *text)
{
	char list[MAX_RULE_LEN / 2] = "";
	size_t len = 0;

	for (unsigned i = 0; shape->values[i] != NULL; i++) {
		if (strcmp(text, shape->values[i]) == 0) {
			out->number = i + 1;
			return true;
		}
		int added = snprintf(list + len, sizeof(list) - len, "%s%s", i == 0 ? "" : ", ", shape->values[i]);
		if (added > 0 && (size_t)added < sizeof(list) - len)
			len += (size_t)added;
	}
	ka_check_refuse(checking, place, text, strlen(text), "must be one of %s", list);
	return false;
}

static bool
check_string(struct ka_value *out, const struct ka_checking *checking, const struct ka_place *place, const struct ka_shape *shape,
    char *text)
{
	if (shape->normalise != NULL)
		shape->normalise(text);
	out->text = text;
	if (shape->values != NULL)
		return check_enum(out, checking, place, shape, text);
	if (!check_length(checking, place, shape, text))
		return false;
	if (shape->matches == NULL || shape->matches(text))
		return true;
	ka_check_refuse(checking, place, text, strlen(text), "must match %s", shape->pattern);
	return false;
}

static bool
check_boolean(struct ka_value *out, const struct ka_checking *checking, const struct ka_place *place, const char *text)
{
	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
		out->number = text[0] == 't';
		return true;
	}
	ka_check_refuse(checking, place, text, strlen(text), "must be true or false");
	return false;
}

/* Decimal digits only: what a client writes in another way it may have meant in another way. */
static bool
check_integer(struct ka_value *out, const struct ka_checking *checking, const struct ka_place *place, const struct ka_shape *shape,
    const char *text)
{
	size_t len = strlen(text), digits = strspn(text, "0123456789");
	int64_t number = 0;

	if (digits == 0 || digits != len || len > 18) {
		ka_check_refuse(checking, place, text, len, "must be a whole number of %lld to %lld", (long long)shape->min,
		    (long long)shape->max);
		return false;
	}
	for (size_t i = 0; i < len; i++)
		number = number * 10 + (text[i] - '0');
	if (number < shape->min || number > shape->max) {
		ka_check_refuse(checking, place, text, len, "must be %lld to %lld", (long long)shape->min, (long long)shape->max);
		return false;
	}
	out->number = number;
	return true;
}

/* Milliseconds of the fraction of a second behind the dot; further digits are dropped. */
static int64_t
fraction_millis(const char *text)
{
	const char *dot = strchr(text, '.');
	int64_t ms = 0, weight = 100;

	for (; dot != NULL && weight > 0 && dot[1] >= '0' && dot[1] <= '9'; dot++, weight /= 10)
		ms += (dot[1] - '0') * weight;
	return ms;
}

static bool
check_time(struct ka_value *out, const struct ka_checking *checking, const struct ka_place *place, const char *text)
{
	int64_t seconds;

	if (ka_time_parse(&seconds, text) != KA_OK) {
		ka_check_refuse(checking, place, text, strlen(text), "must be a time such as 2024-01-01T00:00:00Z (RFC 3339)");
		return false;
	}
	out->number = seconds * 1000 + fraction_millis(text);
	return true;
}

bool
ka_check_text(
    struct ka_value *out, const struct ka_checking *checking, const struct ka_place *place, const struct ka_shape *shape, char *text)
{
	out->given = true;
	switch (shape->type) {
	case KA_SHAPE_STRING:
		return check_string(out, checking, place, shape, text);
	case KA_SHAPE_BOOLEAN:
		return check_boolean(out, checking, place, text);
	case KA_SHAPE_INTEGER:
		return check_integer(out, checking, place, shape, text);
	case KA_SHAPE_TIMESTAMP:
		return check_time(out, checking, place, text);
	case KA_SHAPE_STRUCTURE:
	case KA_SHAPE_LIST:
	case KA_SHAPE_MAP:
	default:
		/* The tables put these into bodies only. */
		ka_check_refuse(checking, place, NULL, 0, "cannot be given as text");
		return false;
	}
}
