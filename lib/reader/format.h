/* SPDX-License-Identifier: Apache-2.0 */
/* format.h - what each input format must be able to do, and what their readers share.
 *
 * Cutting and reading must agree: read in chunks that cut gave, an input yields the same objects and faults as read in one
 * piece. So whether a place is a border may depend only on the bytes in front of it in the same chunk and the few behind it
 * that say what starts there; reader_split_test.c tries every split. */
#ifndef KA_LIB_READER_FORMAT_H
#define KA_LIB_READER_FORMAT_H

#include "lib/kernel/kernel.h"
#include "lib/pem/base64.h"

#include <keyassay/reader.h>

struct ka_format_ops {
	const char *name;
	/* As ka_reader_next. May leave out_fault alone when it gives an object. */
	bool (*next)(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader);
	/* As ka_reader_cut, when more bytes may follow. NULL: there is no border inside. */
	size_t (*cut)(struct ka_slice bytes);
	/* As ka_reader_resync. NULL: there is no way back. */
	size_t (*resync)(struct ka_slice bytes);
	size_t limit;
};

/* lib/reader/text.c */
bool ka_text_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader);
size_t ka_text_cut(struct ka_slice bytes);
size_t ka_text_resync(struct ka_slice bytes);

/* lib/reader/lines.c */
bool ka_moduli_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader);
bool ka_b64lines_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader);
bool ka_ssh_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader);
size_t ka_lines_cut(struct ka_slice bytes);
size_t ka_lines_resync(struct ka_slice bytes);

/* lib/reader/ssh.c: the key of one line, whose offset in the chunk is given; with a fault when there is none that can be read. */
struct ka_ssh_line;
bool ka_ssh_line_object(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader, const struct ka_ssh_line *line);

/* lib/reader/derstream.c */
bool ka_derstream_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader);
size_t ka_derstream_cut(struct ka_slice bytes);
size_t ka_derstream_resync(struct ka_slice bytes);

/* lib/reader/block.c: a PEM block whose BEGIN stands at reader->at. False when it holds nothing to report. */
struct ka_marker;
bool ka_block_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader, const struct ka_marker *begin);

/* lib/reader/jwk.c */
bool ka_jwk_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader);
bool ka_jwk_element_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader);

/* lib/reader/pgp.c. ka_pgp_start begins a walk over packets; in_input: they are part of the input itself. */
void ka_pgp_start(struct ka_reader *reader, struct ka_slice packets, bool in_input);
bool ka_pgp_packets_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader);
bool ka_pgp_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader);
size_t ka_pgp_cut(struct ka_slice bytes);

/* lib/reader/nested.c: the objects of a bundle that the input holds as one. What is being walked stands in reader->nested_kind. */
enum ka_nested { KA_NESTED_NONE = 0, KA_NESTED_BUNDLE, KA_NESTED_PGP, KA_NESTED_JWK };

/* ka_bundle_start opens a PKCS #7; a fault goes to out_fault and false is given. in_input: der is part of the input itself. */
bool ka_bundle_start(struct ka_fault *out_fault, struct ka_reader *reader, struct ka_slice der, bool in_input);
/* ka_fault_in_nested sets a fault at an offset behind start, a place in reader->nested. */
bool ka_fault_in_nested(struct ka_fault *out, const struct ka_reader *reader, enum ka_err err, const uint8_t *start, size_t offset);
bool ka_nested_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader);

/* ka_fault_at sets a fault at an offset of the chunk; ka_fault_in one at an offset of a decoded object. Both return true, as
 * ka_reader_next does for a fault. */
static inline bool
ka_fault_at(struct ka_fault *out, const struct ka_reader *reader, enum ka_err err, size_t offset)
{
	*out = (struct ka_fault){ .err = err, .offset = reader->base + offset };
	return true;
}

static inline bool
ka_fault_in(struct ka_fault *out, enum ka_err err, size_t offset)
{
	*out = (struct ka_fault){ .err = err, .in_object = true, .offset = offset };
	return true;
}

/* Where the next decoded bytes go. There is room for as many bytes as the chunk has behind any offset that is not less than
 * what has been read: decoding never makes bytes more. */
static inline uint8_t *
ka_arena_top(struct ka_reader *reader)
{
	return reader->arena + reader->arena_used;
}

/* The bytes of the chunk from an offset on. */
static inline struct ka_slice
ka_chunk_from(const struct ka_reader *reader, size_t at)
{
	return (struct ka_slice){ reader->chunk.data + at, reader->chunk.len - at };
}

#endif
