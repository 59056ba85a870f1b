/* SPDX-License-Identifier: Apache-2.0 */
/* JSON documents, one or several one behind the other: JWKs, JWK sets, arrays of JWKs. */
#include "lib/reader/format.h"

#include "lib/jwk/json.h"
#include "lib/jwk/jwk.h"

#include <string.h>

static bool
key_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader, struct ka_slice value)
{
	size_t used = 0, offset = 0;
	enum ka_err err = ka_jwk_read(out, &used, &offset, ka_arena_top(reader), value);

	if (err != KA_OK)
		return ka_fault_at(out_fault, reader, err, (size_t)(value.data - reader->chunk.data) + offset);
	reader->arena_used += used;
	return true;
}

bool
ka_jwk_element_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader)
{
	struct ka_slice value;

	return ka_json_element(&value, reader->nested, &reader->nested_at) && key_next(out, out_fault, reader, value);
}

bool
ka_jwk_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader)
{
	struct ka_slice text = reader->chunk;
	size_t offset = 0;

	if (reader->at == 0 && text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0) /* RFC 8259 8.1 */
		reader->at = 3;
	for (;;) {
		size_t start = reader->at = ka_json_space(text, reader->at);
		if (start == text.len)
			return false;
		enum ka_err err = ka_json_check(text, &reader->at, &offset);
		if (err != KA_OK) {
			reader->at = text.len;
			return ka_fault_at(out_fault, reader, err, offset);
		}
		struct ka_slice value = { text.data + start, reader->at - start };
		if (!ka_jwk_set(&reader->nested, value))
			return key_next(out, out_fault, reader, value);
		reader->nested_at = 0;
		reader->nested_kind = KA_NESTED_JWK;
		if (ka_jwk_element_next(out, out_fault, reader))
			return true;
		reader->nested_kind = KA_NESTED_NONE;
	}
}
