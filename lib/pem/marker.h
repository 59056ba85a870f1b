/* SPDX-License-Identifier: Apache-2.0 */
/* marker.h - the BEGIN and END lines of RFC 7468 (PEM), RFC 4880 (OpenPGP armor) and RFC 4716 (SSH2, four dashes).
 *
 * Whether a line is a marker depends on the line alone, never on what came before it: so a stream may be cut in front of any
 * BEGIN and read from there, and an END that is missing costs one block, not the rest of the file.
 *
 * What is taken, beyond RFC 7468, because files in the field have it: blanks or a byte order mark in front of a marker (a block
 * indented in YAML), blanks behind it, CR alone as the end of a line, and a BEGIN directly behind the dashes of an END (two
 * files put together of which the first had no newline at its end). */
#ifndef KA_LIB_PEM_MARKER_H
#define KA_LIB_PEM_MARKER_H

#include <keyassay/base.h>

enum ka_marker_kind { KA_MARKER_NONE = 0, KA_MARKER_BEGIN, KA_MARKER_END };

struct ka_marker {
	enum ka_marker_kind kind;
	bool well_formed; /* has a label, the dashes behind it, and nothing else behind them */
	bool ssh2; /* RFC 4716 */
	struct ka_slice label; /* when well_formed */
	size_t start; /* offset of the first dash */
	size_t end; /* offset behind the line, or of the BEGIN that follows an END directly */
};

/* ka_marker_read looks at the line that starts at an offset of the text. */
enum ka_marker_kind ka_marker_read(struct ka_marker *out, struct ka_slice text, size_t at);

/* ka_marker_find gives the first marker at or behind a line's start; KA_MARKER_NONE when there is none. */
enum ka_marker_kind ka_marker_find(struct ka_marker *out, struct ka_slice text, size_t from);

/* ka_marker_at_line_start says whether only blanks or a byte order mark stand between the line's start and at. The text from
 * "from" on is looked at, which is a line's start. */
bool ka_marker_at_line_start(struct ka_slice text, size_t from, size_t at);

/* ka_marker_may_follow says whether the rest of the text at at, which has no end of line, could become a marker. */
bool ka_marker_may_follow(struct ka_slice text, size_t at);

/* ka_line_end returns the offset of the CR or LF that ends the line at an offset, or the text's length. */
size_t ka_line_end(struct ka_slice text, size_t at);

static inline bool
ka_is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static inline bool
ka_is_line_break(uint8_t c)
{
	return c == '\n' || c == '\r';
}

#endif
