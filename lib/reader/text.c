/* SPDX-License-Identifier: Apache-2.0 */
/* Text: PEM blocks and, save for KA_FORMAT_PEM, OpenSSH lines, between which anything may stand. */
#include "lib/reader/format.h"

#include "lib/pem/marker.h"
#include "lib/ssh/ssh.h"

static size_t
behind_line(struct ka_slice text, size_t at)
{
	size_t end = ka_line_end(text, at);

	return end < text.len ? end + 1 : end;
}

bool
ka_text_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader)
{
	struct ka_slice text = reader->chunk;
	bool with_ssh = reader->format != KA_FORMAT_PEM;
	struct ka_marker marker;

	while (reader->at < text.len) {
		enum ka_marker_kind kind = with_ssh ? ka_marker_read(&marker, text, reader->at)
						    : ka_marker_find(&marker, text, reader->at);
		if (kind == KA_MARKER_BEGIN) {
			if (ka_block_next(out, out_fault, reader, &marker))
				return true;
			continue;
		}
		if (kind == KA_MARKER_END) {
			reader->at = marker.end;
			continue;
		}
		if (!with_ssh)
			break;
		size_t start = reader->at, end = ka_line_end(text, start);
		struct ka_ssh_line line;
		reader->at = end < text.len ? end + 1 : end;
		if (ka_ssh_line_find(&line, (struct ka_slice){ text.data + start, end - start }))
			return ka_ssh_line_object(out, out_fault, reader, &line);
	}
	reader->at = text.len;
	return false;
}

/* What the markers of one line, from its start to the end of bytes, say about the borders behind them. */
enum line_says { SAYS_NOTHING, SAYS_OPEN, SAYS_CLOSED };

static enum line_says
read_line(size_t *out_begin, struct ka_slice bytes, size_t at)
{
	enum line_says says = SAYS_NOTHING;
	struct ka_marker marker;

	for (;;) {
		size_t start = at;
		enum ka_marker_kind kind = ka_marker_read(&marker, bytes, start);
		if (kind == KA_MARKER_NONE)
			return says;
		at = marker.end;
		bool whole = at < bytes.len || ka_is_line_break(bytes.data[at - 1]);
		if (kind == KA_MARKER_BEGIN) {
			*out_begin = start;
			return whole && !marker.well_formed ? SAYS_CLOSED : SAYS_OPEN;
		}
		if (!whole) /* a BEGIN may yet follow the END's dashes, or the dashes may not be the end of the line */
			return says;
		says = SAYS_CLOSED;
		if (ka_is_line_break(bytes.data[at - 1]))
			return says;
	}
}

/* A border is every line's start outside of a block, and every BEGIN. So: the last marker tells. It is looked for from the
 * back, since it is near. */
size_t
ka_text_cut(struct ka_slice bytes)
{
	size_t last_border = 0, end = bytes.len;
	bool at_end = true;

	while (end > 0) {
		size_t start = end, begin = 0;
		while (start > 0 && !ka_is_line_break(bytes.data[start - 1]))
			start--;
		if (at_end)
			last_border = start;
		at_end = false;
		switch (read_line(&begin, bytes, start)) {
		case SAYS_OPEN:
			return begin;
		case SAYS_CLOSED:
			return last_border;
		case SAYS_NOTHING:
			break;
		}
		end = start > 0 ? start - 1 : 0;
	}
	return last_border;
}

/* The next BEGIN; or the last line, when it could become one. */
size_t
ka_text_resync(struct ka_slice bytes)
{
	struct ka_marker marker;
	size_t at = bytes.len > 0 ? behind_line(bytes, 0) : 0;

	while (ka_marker_find(&marker, bytes, at) == KA_MARKER_END)
		at = marker.end;
	if (marker.kind == KA_MARKER_BEGIN)
		return marker.start;
	size_t start = bytes.len;
	while (start > at && !ka_is_line_break(bytes.data[start - 1]))
		start--;
	return ka_marker_may_follow(bytes, start) && start > 0 ? start : bytes.len;
}
