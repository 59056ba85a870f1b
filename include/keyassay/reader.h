/* SPDX-License-Identifier: Apache-2.0 */
/* reader.h - from the bytes of a file or stream to objects.
 *
 * A stream is read in chunks. The caller fills a buffer, asks ka_reader_cut how much of it ends at an object's border,
 * reads the objects of that chunk with ka_reader_next, keeps the rest and goes on:
 *
 *     bytes --ka_reader_cut--> chunk --ka_reader_next--> ka_object | ka_fault
 *
 * Objects hold slices into the chunk or into the arena, which is the caller's too and must be at least as long as the
 * chunk: decoding never makes bytes more, so all objects of a chunk fit and live until the next ka_reader_init.
 *
 * When ka_reader_cut finds no border in a full buffer, the caller makes the buffer larger, up to ka_reader_limit. When
 * there is still none, what stands at the start is larger than keyassay reads: the caller reports KA_ERR_INPUT_TOO_LARGE
 * at that offset, drops what ka_reader_resync says, and goes on. */
#ifndef KEYASSAY_READER_H
#define KEYASSAY_READER_H

#include <keyassay/object.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ka_format {
	KA_FORMAT_AUTO = 0, /* by the first bytes: see ka_format_guess */
	KA_FORMAT_PEM, /* text with PEM blocks; with KA_FORMAT_AUTO also OpenSSH lines between them */
	KA_FORMAT_DER, /* DER objects one behind the other */
	KA_FORMAT_B64LINES, /* one base64 DER certificate a line */
	KA_FORMAT_MODULI, /* one RSA modulus in hex a line */
	KA_FORMAT_SSH, /* OpenSSH public keys and authorized_keys lines */
	KA_FORMAT_JWK, /* a JWK or a JWK set */
	KA_FORMAT_PGP, /* binary OpenPGP packets */
	KA_FORMAT_TEXT /* what AUTO guesses for text: PEM blocks (OpenPGP armor too) and OpenSSH lines, mixed */
};

/* Something in the input that could not be read. */
struct ka_fault {
	enum ka_err err;
	bool in_object; /* offset counts from the start of the decoded object (DER), not of the input */
	uint64_t offset; /* where: bytes from the start of the input, or of the decoded object */
};

struct ka_kernels; /* CPU-specific variants, chosen at run time: check.h */

/* Reads one chunk. Fill with ka_reader_init; the members are not part of the contract. */
struct ka_reader {
	enum ka_format format;
	const struct ka_kernels *kernels;
	struct ka_slice chunk;
	uint64_t base; /* offset of the chunk in the input */
	size_t at; /* offset in the chunk of what comes next */
	uint8_t *arena;
	size_t arena_len;
	size_t arena_used;
	struct ka_bundle bundle; /* PKCS #7 being walked */
	struct ka_slice nested; /* JWK set or OpenPGP block being walked */
	size_t nested_at; /* offset in nested of what comes next */
	struct ka_slice nested_comment; /* user id of the OpenPGP primary key */
	uint8_t nested_kind;
	bool nested_found; /* an OpenPGP key packet was seen in it */
	bool nested_in_input; /* nested or bundle is a part of the chunk, so offsets count from the start of the input */
	bool last; /* no bytes follow this chunk */
	uint64_t num_objects; /* since ka_reader_init */
	uint64_t reserved[4];
};

/* ka_format_guess looks at the first bytes of an input (as many as there are, up to a few KiB) and returns which format
 * AUTO is: DER for 30 .., JWK for '{"' and '[{', PGP for binary packets, MODULI when every full line is one hexadecimal
 * number of at least 128 digits (0x allowed), B64LINES when the first line is base64 of a DER SEQUENCE, otherwise TEXT. */
KA_API enum ka_format ka_format_guess(struct ka_slice head);

/* ka_format_by_name: "auto", "pem", "der", "b64lines", "moduli", "ssh", "jwk"; false when unknown. */
KA_API bool ka_format_by_name(enum ka_format *out_format, const char *name);

/* ka_reader_cut returns how many of the bytes can be read as a chunk of their own: up to the last border between objects;
 * 0 when there is none yet and more bytes are needed. format must not be KA_FORMAT_AUTO. With last = true it is all of
 * them. For a format without borders inside (JWK) it is 0 until last. */
KA_API size_t ka_reader_cut(enum ka_format format, struct ka_slice bytes, bool last);

/* ka_reader_limit returns the longest chunk in which one object of a format must fit: 8 MiB, and 64 KiB for the line formats
 * moduli and ssh. */
KA_API size_t ka_reader_limit(enum ka_format format);

/* ka_reader_resync returns the offset of the next place behind the first byte where reading can start again: the next line,
 * the next BEGIN line (PEM, TEXT), what looks like the next certificate (DER). bytes.len when there is none: then drop all
 * but the last byte (it may be the newline in front of that place), append what follows in the input and ask again. */
KA_API size_t ka_reader_resync(enum ka_format format, struct ka_slice bytes);

/* ka_reader_init starts a chunk that ka_reader_cut cut. base is the chunk's offset in the input (only for offsets of
 * faults). kernels may be NULL for the portable ones. arena_len >= chunk.len, else the chunk is one fault
 * KA_ERR_SPACE. */
KA_API void ka_reader_init(struct ka_reader *reader, const struct ka_kernels *kernels, enum ka_format format,
	struct ka_slice chunk, uint64_t base, bool last, uint8_t *arena, size_t arena_len);

/* ka_reader_next returns true with *out_fault.err KA_OK and *out an object, or true with a fault set and *out untouched
 * (go on: what follows is still read), or false at the end of the chunk. Text between objects is passed over in silence
 * (KA_FORMAT_TEXT, PEM); in line formats (b64lines, moduli, ssh) every line that is neither empty nor a comment is an
 * object or a fault. */
KA_API bool ka_reader_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader);

#ifdef __cplusplus
}
#endif

#endif
