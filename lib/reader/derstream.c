/* SPDX-License-Identifier: Apache-2.0 */
/* DER objects one behind the other. Here only the outermost header is looked at, for its length; lib/x509 reads the rest. */
#include "lib/reader/format.h"

#define SEQUENCE 0x30u
#define OBJECT_IDENTIFIER 0x06u

enum extent { EXTENT_KNOWN, EXTENT_OPEN, EXTENT_UNSURE, EXTENT_NONE };

/* The length of the object at the start of the bytes, header included. EXTENT_OPEN: BER's indefinite length, which only bundles
 * may have; EXTENT_UNSURE: more bytes are needed to tell; EXTENT_NONE: no object starts here, and *out_err says why. */
static enum extent
object_extent(size_t *out_len, size_t *out_header_len, enum ka_err *out_err, struct ka_slice bytes)
{
	size_t len = 0;

	*out_err = KA_ERR_DER_TAG;
	if (bytes.data[0] != SEQUENCE)
		return EXTENT_NONE;
	if (bytes.len < 2)
		return EXTENT_UNSURE;
	unsigned first = bytes.data[1];
	if (first == 0x80)
		return EXTENT_OPEN;
	size_t num_bytes = first < 0x80 ? 0 : first & 0x7f;
	*out_err = KA_ERR_DER_LENGTH;
	if (num_bytes > 4)
		return EXTENT_NONE;
	if (bytes.len < 2 + num_bytes)
		return EXTENT_UNSURE;
	for (size_t i = 0; i < num_bytes; i++)
		len = len << 8 | bytes.data[2 + i];
	*out_err = KA_ERR_X509_TOO_LARGE;
	if (len > KA_OBJECT_MAX_BYTES)
		return EXTENT_NONE;
	*out_header_len = 2 + num_bytes;
	*out_len = *out_header_len + (num_bytes == 0 ? first : len);
	return EXTENT_KNOWN;
}

/* A place that looks like a certificate: SEQUENCE of 256 to 65535 bytes whose first element is a SEQUENCE. Returns its offset
 * behind from, or bytes.len. With may_be_cut_off the bytes may end inside of it. */
static size_t
find_object(struct ka_slice bytes, size_t from, bool may_be_cut_off)
{
	for (size_t at = from; at + 1 < bytes.len; at++) {
		if (bytes.data[at] != SEQUENCE || bytes.data[at + 1] != 0x82)
			continue;
		if (bytes.len - at <= 4) {
			if (may_be_cut_off)
				return at;
		} else if (bytes.data[at + 4] == SEQUENCE) {
			return at;
		}
	}
	return bytes.len;
}

/* ContentInfo begins with an OBJECT IDENTIFIER, no other object read here does. */
static bool
is_bundle(struct ka_slice object, size_t header_len)
{
	return object.len > header_len && object.data[header_len] == OBJECT_IDENTIFIER;
}

bool
ka_derstream_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader)
{
	size_t at = reader->at, len = 0, header_len = 0, offset = 0;
	struct ka_slice rest = ka_chunk_from(reader, at);
	enum ka_err err;

	if (rest.len == 0)
		return false;
	enum extent extent = object_extent(&len, &header_len, &err, rest);
	if (extent == EXTENT_NONE) {
		reader->at = find_object(reader->chunk, at + 1, false);
		return ka_fault_at(out_fault, reader, err, at);
	}
	if (extent == EXTENT_UNSURE || (extent == EXTENT_KNOWN && len > rest.len)) {
		reader->at = reader->chunk.len;
		return ka_fault_at(out_fault, reader, KA_ERR_DER_TRUNCATED, at);
	}
	if (extent == EXTENT_OPEN) {
		len = rest.len;
		header_len = 2;
	}
	struct ka_slice der = { rest.data, len };
	reader->at = at + len;
	if (is_bundle(der, header_len))
		return !ka_bundle_start(out_fault, reader, der, true) || ka_nested_next(out, out_fault, reader);
	err = ka_object_read(out, &offset, der);
	return err == KA_OK || ka_fault_at(out_fault, reader, err, at + offset);
}

size_t
ka_derstream_cut(struct ka_slice bytes)
{
	size_t at = 0;

	while (at < bytes.len) {
		size_t len = 0, header_len, next;
		enum ka_err err;
		switch (object_extent(&len, &header_len, &err, (struct ka_slice){ bytes.data + at, bytes.len - at })) {
		case EXTENT_KNOWN:
			if (len > bytes.len - at)
				return at;
			at += len;
			break;
		case EXTENT_NONE:
			next = find_object(bytes, at + 1, false);
			if (next == bytes.len)
				return at;
			at = next;
			break;
		case EXTENT_OPEN:
		case EXTENT_UNSURE:
			return at;
		}
	}
	return at;
}

size_t
ka_derstream_resync(struct ka_slice bytes)
{
	return find_object(bytes, 1, true);
}
