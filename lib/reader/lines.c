/* SPDX-License-Identifier: Apache-2.0 */
/* The line formats: every line that is neither empty nor a comment is an object or a fault. */
#include "lib/reader/format.h"

#include "lib/pem/marker.h"
#include "lib/reader/hex.h"
#include "lib/ssh/ssh.h"

#include <string.h>

/* A line without the blanks around it. at is its offset in the chunk. */
struct line {
	struct ka_slice text;
	size_t at;
	bool too_long; /* over the format's limit, which a caller's buffer need not exceed: so it is a fault even when it is here */
};

static bool
is_space(uint8_t c)
{
	return ka_is_blank(c) || c == '\r';
}

/* Takes the next line that is neither empty nor a comment. */
static bool
line_next(struct line *out, struct ka_reader *reader)
{
	size_t limit = ka_reader_limit(reader->format);

	while (reader->at < reader->chunk.len) {
		size_t line_at = reader->at;
		struct ka_slice rest = ka_chunk_from(reader, line_at);
		const uint8_t *line_break = memchr(rest.data, '\n', rest.len);
		size_t end = line_break != NULL ? (size_t)(line_break - rest.data) : rest.len, start = 0;
		size_t whole_len = line_break != NULL ? end + 1 : end;

		reader->at += whole_len;
		if (whole_len > limit) {
			*out = (struct line){ { rest.data, 0 }, line_at, true };
			return true;
		}
		while (start < end && is_space(rest.data[start]))
			start++;
		while (end > start && is_space(rest.data[end - 1]))
			end--;
		*out = (struct line){ { rest.data + start, end - start }, line_at + start, false };
		if (end > start && rest.data[start] != '#')
			return true;
	}
	return false;
}

size_t
ka_lines_cut(struct ka_slice bytes)
{
	size_t at = bytes.len;

	while (at > 0 && bytes.data[at - 1] != '\n')
		at--;
	return at;
}

size_t
ka_lines_resync(struct ka_slice bytes)
{
	const uint8_t *line_break = bytes.len > 0 ? memchr(bytes.data, '\n', bytes.len) : NULL;

	return line_break != NULL ? (size_t)(line_break - bytes.data) + 1 : bytes.len;
}

/* "Modulus=" is what openssl rsa -modulus prints, in front of the digits; 0x what programs write. */
static size_t
modulus_prefix_len(struct ka_slice text)
{
	static const char label[] = "modulus=";
	size_t len = 0;

	while (len < sizeof(label) - 1 && len < text.len && (text.data[len] | 0x20) == (label[len] | 0x20))
		len++;
	if (len != sizeof(label) - 1)
		len = 0;
	while (len > 0 && len < text.len && ka_is_blank(text.data[len]))
		len++;
	if (text.len - len >= 2 && text.data[len] == '0' && (text.data[len + 1] | 0x20) == 'x')
		len += 2;
	return len;
}

bool
ka_moduli_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader)
{
	struct line line;
	size_t len, bad;

	if (!line_next(&line, reader))
		return false;
	if (line.too_long)
		return ka_fault_at(out_fault, reader, KA_ERR_INPUT_TOO_LARGE, line.at);
	size_t prefix_len = modulus_prefix_len(line.text);
	struct ka_slice digits = { line.text.data + prefix_len, line.text.len - prefix_len };
	if (!ka_hex_decode(ka_arena_top(reader), &len, &bad, digits))
		return ka_fault_at(out_fault, reader, KA_ERR_INPUT_HEX, line.at + prefix_len + bad);

	struct ka_object object = { .kind = KA_OBJECT_MODULUS };
	enum ka_err err = ka_key_from_modulus(&object.key, (struct ka_slice){ ka_arena_top(reader), len });
	if (err != KA_OK)
		return ka_fault_at(out_fault, reader, err, line.at);
	reader->arena_used += len;
	*out = object;
	return true;
}

bool
ka_b64lines_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader)
{
	struct line line;
	size_t offset = 0;

	if (!line_next(&line, reader))
		return false;
	if (line.too_long)
		return ka_fault_at(out_fault, reader, KA_ERR_INPUT_TOO_LARGE, line.at);
	struct ka_base64_end end = reader->kernels->base64->decode(ka_arena_top(reader), line.text);
	if (end.in_len != line.text.len || !end.whole)
		return ka_fault_at(out_fault, reader, KA_ERR_INPUT_BASE64, line.at + end.in_len);
	struct ka_slice der = { ka_arena_top(reader), end.out_len };
	enum ka_err err = ka_certificate_read(out, &offset, der);
	if (err != KA_OK)
		return ka_fault_in(out_fault, err, offset);
	reader->arena_used += end.out_len;
	return true;
}

bool
ka_ssh_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader)
{
	struct line line;
	struct ka_ssh_line key;

	if (!line_next(&line, reader))
		return false;
	if (line.too_long)
		return ka_fault_at(out_fault, reader, KA_ERR_INPUT_TOO_LARGE, line.at);
	if (!ka_ssh_line_find(&key, line.text))
		return ka_fault_at(out_fault, reader, KA_ERR_SSH_LINE, line.at);
	return ka_ssh_line_object(out, out_fault, reader, &key);
}
