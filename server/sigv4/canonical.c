/* SPDX-License-Identifier: Apache-2.0 */
#include "server/sigv4/canonical.h"

#include <stdlib.h>
#include <string.h>

static bool
is_unreserved(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
	    c == '_' || c == '~';
}

static void
put_path(struct ka_buf *out, const char *path)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *path != '\0'; path++) {
		uint8_t c = (uint8_t)*path;

		if (is_unreserved(c) || c == '/') {
			ka_buf_putc(out, *path);
			continue;
		}
		ka_buf_put(out, (char[]){ '%', digits[c >> 4], digits[c & 15] }, 3);
	}
}

struct pair {
	struct ka_slice key, value;
};

static int
compare_slices(struct ka_slice a, struct ka_slice b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len > 0 ? memcmp(a.data, b.data, len) : 0;

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int
compare_pairs(const void *a, const void *b)
{
	const struct pair *left = a, *right = b;
	int order = compare_slices(left->key, right->key);

	return order != 0 ? order : compare_slices(left->value, right->value);
}

static size_t
count_pairs(const char *query)
{
	size_t num = 1;

	for (; *query != '\0'; query++)
		num += *query == '&';
	return num;
}

static struct pair
read_pair(const char *text, size_t len)
{
	const char *sign = memchr(text, '=', len);
	size_t key_len = sign == NULL ? len : (size_t)(sign - text);
	size_t value_len = sign == NULL ? 0 : len - key_len - 1;

	return (
	    struct pair){ { (const uint8_t *)text, key_len }, { (const uint8_t *)text + len - value_len, value_len } };
}

/* The pairs as they came, sorted by name, then value; "=" is added where there is none. */
static void
put_query(struct ka_buf *out, struct ka_arena *arena, const char *query)
{
	if (query[0] == '\0')
		return;
	size_t num = count_pairs(query);
	struct pair *pairs = ka_arena_take(arena, num * sizeof(*pairs));
	for (size_t i = 0; i < num; i++) {
		size_t len = strcspn(query, "&");

		pairs[i] = read_pair(query, len);
		query += len + 1;
	}
	if (num > 1)
		qsort(pairs, num, sizeof(*pairs), compare_pairs);
	for (size_t i = 0; i < num; i++) {
		if (i > 0)
			ka_buf_putc(out, '&');
		ka_buf_put(out, pairs[i].key.data, pairs[i].key.len);
		ka_buf_putc(out, '=');
		ka_buf_put(out, pairs[i].value.data, pairs[i].value.len);
	}
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Without blanks at the ends; runs of blanks inside become one space. */
static void
put_value(struct ka_buf *out, const char *value)
{
	bool blank = false, begun = false;

	for (; *value != '\0'; value++) {
		if (is_space(*value)) {
			blank = begun;
			continue;
		}
		if (blank)
			ka_buf_putc(out, ' ');
		ka_buf_putc(out, *value);
		blank = false;
		begun = true;
	}
}

static bool
is_named(const struct ka_raw_header *header, struct ka_slice name)
{
	return strncmp(header->name, (const char *)name.data, name.len) == 0 && header->name[name.len] == '\0';
}

/* All values of a header, in the order they came, separated by commas. */
static void
put_header(struct ka_buf *out, const struct ka_raw_request *raw, struct ka_slice name, const char *hidden)
{
	bool first = true;

	ka_buf_put(out, name.data, name.len);
	ka_buf_putc(out, ':');
	for (size_t i = 0; i < raw->num_headers; i++) {
		if (!is_named(&raw->headers[i], name))
			continue;
		if (!first)
			ka_buf_putc(out, ',');
		first = false;
		if (hidden != NULL && strcmp(hidden, raw->headers[i].name) == 0)
			ka_buf_puts(out, "(not shown)");
		else
			put_value(out, raw->headers[i].value);
	}
	ka_buf_putc(out, '\n');
}

void
ka_canonical_request(struct ka_buf *out, struct ka_arena *arena, const struct ka_raw_request *raw,
    const struct ka_authorization *authorization, const char *payload_hash, const char *hidden)
{
	ka_buf_puts(out, raw->method);
	ka_buf_putc(out, '\n');
	put_path(out, raw->path);
	ka_buf_putc(out, '\n');
	put_query(out, arena, raw->query);
	ka_buf_putc(out, '\n');
	for (size_t i = 0; i < authorization->num_signed_headers; i++)
		put_header(out, raw, authorization->signed_headers[i], hidden);
	ka_buf_putc(out, '\n');
	ka_buf_put(out, authorization->signed_list.data, authorization->signed_list.len);
	ka_buf_putc(out, '\n');
	ka_buf_puts(out, payload_hash);
}

const char *
ka_canonical_header(size_t *out_num, const struct ka_raw_request *raw, const char *name)
{
	const char *value = NULL;
	size_t num = 0;

	for (size_t i = 0; i < raw->num_headers; i++) {
		if (strcmp(raw->headers[i].name, name) != 0)
			continue;
		value = raw->headers[i].value;
		num++;
	}
	if (out_num != NULL)
		*out_num = num;
	return num == 1 ? value : NULL;
}
