/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/pem/marker.h"

#include <string.h>

#define BOM "\xef\xbb\xbf"
#define BOM_LEN 3u

struct shape {
	const char *opening;
	size_t opening_len;
	enum ka_marker_kind kind;
	bool ssh2;
	const char *closing;
	size_t closing_len;
};

#define SHAPE(opening, kind, ssh2, closing) { opening, sizeof(opening) - 1, kind, ssh2, closing, sizeof(closing) - 1 }
static const struct shape shapes[] = {
	SHAPE("-----BEGIN ", KA_MARKER_BEGIN, false, "-----"),
	SHAPE("-----END ", KA_MARKER_END, false, "-----"),
	SHAPE("---- BEGIN ", KA_MARKER_BEGIN, true, " ----"),
	SHAPE("---- END ", KA_MARKER_END, true, " ----"),
};
#define NUM_SHAPES (sizeof(shapes) / sizeof(shapes[0]))

static bool
starts_with(struct ka_slice text, size_t at, const char *prefix, size_t len)
{
	return text.len - at >= len && memcmp(text.data + at, prefix, len) == 0;
}

size_t
ka_line_end(struct ka_slice text, size_t at)
{
	while (at < text.len && !ka_is_line_break(text.data[at]))
		at++;
	return at;
}

/* Behind CR, LF or CRLF. */
static size_t
skip_line_break(struct ka_slice text, size_t at)
{
	if (at < text.len && text.data[at] == '\r')
		at++;
	if (at < text.len && text.data[at] == '\n')
		at++;
	return at;
}

static size_t
skip_indent(struct ka_slice text, size_t at)
{
	if (starts_with(text, at, BOM, BOM_LEN))
		at += BOM_LEN;
	while (at < text.len && ka_is_blank(text.data[at]))
		at++;
	return at;
}

/* RFC 7468 3: a label is of printable characters; '-' only one at a time, so dashes end it. OpenSSL takes any characters;
 * so does this, save control characters. */
static size_t
label_len(struct ka_slice text, size_t at, const struct shape *shape)
{
	size_t start = at;

	for (; at < text.len && text.data[at] >= ' ' && text.data[at] != 0x7f; at++) {
		if (text.data[at] == (uint8_t)shape->closing[0] && starts_with(text, at, shape->closing, shape->closing_len))
			return at - start;
	}
	return 0;
}

/* Sets out->well_formed, label and end. at is behind the opening. */
static void
read_label(struct ka_marker *out, struct ka_slice text, size_t at, const struct shape *shape)
{
	size_t len = label_len(text, at, shape);

	out->well_formed = false;
	if (len != 0) {
		size_t behind = at + len + shape->closing_len;
		if (shape->kind == KA_MARKER_END && starts_with(text, behind, shapes[0].opening, shapes[0].opening_len)) {
			out->well_formed = true;
			out->label = (struct ka_slice){ text.data + at, len };
			out->end = behind;
			return;
		}
		while (behind < text.len && ka_is_blank(text.data[behind]))
			behind++;
		if (behind == text.len || ka_is_line_break(text.data[behind])) {
			out->well_formed = true;
			out->label = (struct ka_slice){ text.data + at, len };
			out->end = skip_line_break(text, behind);
			return;
		}
	}
	out->label = (struct ka_slice){ NULL, 0 };
	out->end = skip_line_break(text, ka_line_end(text, at));
}

enum ka_marker_kind
ka_marker_read(struct ka_marker *out, struct ka_slice text, size_t at)
{
	at = skip_indent(text, at);
	out->kind = KA_MARKER_NONE;
	if (at == text.len || text.data[at] != '-')
		return KA_MARKER_NONE;
	for (size_t i = 0; i < NUM_SHAPES; i++) {
		const struct shape *shape = &shapes[i];
		if (!starts_with(text, at, shape->opening, shape->opening_len))
			continue;
		out->kind = shape->kind;
		out->ssh2 = shape->ssh2;
		out->start = at;
		read_label(out, text, at + shape->opening_len, shape);
		return out->kind;
	}
	return KA_MARKER_NONE;
}

bool
ka_marker_at_line_start(struct ka_slice text, size_t from, size_t at)
{
	while (at > from && ka_is_blank(text.data[at - 1]))
		at--;
	if (at - from >= BOM_LEN && memcmp(text.data + at - BOM_LEN, BOM, BOM_LEN) == 0)
		at -= BOM_LEN;
	return at == from || ka_is_line_break(text.data[at - 1]);
}

enum ka_marker_kind
ka_marker_find(struct ka_marker *out, struct ka_slice text, size_t from)
{
	size_t at = from;

	while (at < text.len) {
		const uint8_t *dash = memchr(text.data + at, '-', text.len - at);
		if (dash == NULL)
			break;
		at = (size_t)(dash - text.data);
		if (ka_marker_at_line_start(text, from, at) && ka_marker_read(out, text, at) != KA_MARKER_NONE)
			return out->kind;
		while (at < text.len && text.data[at] == '-') /* rulers of dashes cost one step */
			at++;
	}
	out->kind = KA_MARKER_NONE;
	return KA_MARKER_NONE;
}

bool
ka_marker_may_follow(struct ka_slice text, size_t at)
{
	static const char bom[] = BOM;

	for (size_t i = 0; i < BOM_LEN && at + i < text.len; i++) {
		if (text.data[at + i] != (uint8_t)bom[i])
			break;
		if (at + i + 1 == text.len)
			return true;
	}
	at = skip_indent(text, at);
	for (size_t i = 0; i < NUM_SHAPES; i++) {
		if (text.len - at < shapes[i].opening_len && memcmp(text.data + at, shapes[i].opening, text.len - at) == 0)
			return true;
	}
	return false;
}
