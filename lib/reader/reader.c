/* SPDX-License-Identifier: Apache-2.0 */
/* The public reader: dispatch over the table of formats. */
#include "lib/reader/format.h"

#include <keyassay/check.h>

#include <string.h>

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)

/* 8 MiB hold the base64 of a DER object of KA_OBJECT_MAX_BYTES with any line breaks. A modulus of KA_RSA_MAX_BITS has 4096
 * digits; an SSH certificate of that size with a list of principals stays under 64 KiB, sshd's own limit for a key line is
 * 8 KiB. */
static const struct ka_format_ops formats[] = {
	[KA_FORMAT_AUTO] = { "auto", ka_text_next, ka_text_cut, ka_text_resync, 8 * MIB },
	[KA_FORMAT_PEM] = { "pem", ka_text_next, ka_text_cut, ka_text_resync, 8 * MIB },
	[KA_FORMAT_DER] = { "der", ka_derstream_next, ka_derstream_cut, ka_derstream_resync, 8 * MIB },
	[KA_FORMAT_B64LINES] = { "b64lines", ka_b64lines_next, ka_lines_cut, ka_lines_resync, 8 * MIB },
	[KA_FORMAT_MODULI] = { "moduli", ka_moduli_next, ka_lines_cut, ka_lines_resync, 64 * KIB },
	[KA_FORMAT_SSH] = { "ssh", ka_ssh_next, ka_lines_cut, ka_lines_resync, 64 * KIB },
	[KA_FORMAT_JWK] = { "jwk", ka_jwk_next, NULL, NULL, 8 * MIB },
	[KA_FORMAT_PGP] = { NULL, ka_pgp_next, ka_pgp_cut, NULL, 8 * MIB },
	[KA_FORMAT_TEXT] = { NULL, ka_text_next, ka_text_cut, ka_text_resync, 8 * MIB },
};
#define NUM_FORMATS (sizeof(formats) / sizeof(formats[0]))

static const struct ka_format_ops *
ops_of(enum ka_format format)
{
	return (size_t)format < NUM_FORMATS && formats[format].next != NULL ? &formats[format] : &formats[KA_FORMAT_TEXT];
}

bool
ka_format_by_name(enum ka_format *out_format, const char *name)
{
	for (size_t i = 0; i < NUM_FORMATS; i++) {
		if (formats[i].name != NULL && strcmp(name, formats[i].name) == 0) {
			*out_format = (enum ka_format)i;
			return true;
		}
	}
	return false;
}

size_t
ka_reader_cut(enum ka_format format, struct ka_slice bytes, bool last)
{
	const struct ka_format_ops *ops = ops_of(format);

	if (last)
		return bytes.len;
	return ops->cut != NULL ? ops->cut(bytes) : 0;
}

size_t
ka_reader_limit(enum ka_format format)
{
	return ops_of(format)->limit;
}

size_t
ka_reader_resync(enum ka_format format, struct ka_slice bytes)
{
	const struct ka_format_ops *ops = ops_of(format);

	return ops->resync != NULL ? ops->resync(bytes) : bytes.len;
}

void
ka_reader_init(struct ka_reader *reader, const struct ka_kernels *kernels, enum ka_format format, struct ka_slice chunk,
	uint64_t base, bool last, uint8_t *arena, size_t arena_len)
{
	if (kernels == NULL)
		kernels = ka_kernels_by_name("scalar");
	*reader = (struct ka_reader){ .format = format == KA_FORMAT_AUTO ? ka_format_guess(chunk) : format,
		.kernels = kernels,
		.chunk = chunk,
		.base = base,
		.last = last,
		.arena = arena,
		.arena_len = arena_len };
}

bool
ka_reader_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader)
{
	if (reader->arena_len < reader->chunk.len) {
		if (reader->at == reader->chunk.len)
			return false;
		reader->at = reader->chunk.len;
		return ka_fault_at(out_fault, reader, KA_ERR_SPACE, 0);
	}
	*out_fault = (struct ka_fault){ .err = KA_OK };
	if (reader->nested_kind != KA_NESTED_NONE) {
		if (ka_nested_next(out, out_fault, reader))
			goto found;
		reader->nested_kind = KA_NESTED_NONE;
	}
	if (!ops_of(reader->format)->next(out, out_fault, reader))
		return false;
found:
	if (out_fault->err == KA_OK)
		reader->num_objects++;
	return true;
}
