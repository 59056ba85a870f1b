/* SPDX-License-Identifier: Apache-2.0 */
/* One PEM block: labels, headers, body, END. Every block gives one object, one fault, a walk over several objects, or nothing
 * when its label says that it holds no key. */
#include "lib/reader/format.h"

#include "lib/pem/marker.h"
#include "lib/pgp/pgp.h"
#include "lib/ssh/ssh.h"
#include "lib/x509/object.h"

#include <string.h>

typedef enum ka_err (*read_fn)(struct ka_object *out, size_t *out_offset, struct ka_slice der);

enum content { OBJECT, BUNDLE, PGP, SSH_PRIVATE, SSH_PUBLIC, ENCRYPTED, NO_KEYS };

struct label {
	const char *text;
	size_t len;
	enum content content;
	read_fn read; /* OBJECT */
};

/* RFC 7468 and OpenSSL's pem.h. The commonest first. */
#define LABEL(text, content, read) { text, sizeof(text) - 1, content, read }
static const struct label labels[] = {
	LABEL("CERTIFICATE", OBJECT, ka_certificate_read),
	LABEL("PUBLIC KEY", OBJECT, ka_public_key_read),
	LABEL("CERTIFICATE REQUEST", OBJECT, ka_certificate_request_read),
	LABEL("NEW CERTIFICATE REQUEST", OBJECT, ka_certificate_request_read),
	LABEL("X509 CERTIFICATE", OBJECT, ka_certificate_read),
	LABEL("TRUSTED CERTIFICATE", OBJECT, ka_trusted_certificate_read),
	LABEL("RSA PUBLIC KEY", OBJECT, ka_public_key_read),
	LABEL("PRIVATE KEY", OBJECT, ka_private_key_read),
	LABEL("RSA PRIVATE KEY", OBJECT, ka_private_key_read),
	LABEL("EC PRIVATE KEY", OBJECT, ka_private_key_read),
	LABEL("DSA PRIVATE KEY", OBJECT, ka_private_key_read),
	LABEL("PKCS7", BUNDLE, NULL),
	LABEL("PKCS #7 SIGNED DATA", BUNDLE, NULL),
	LABEL("CMS", BUNDLE, NULL),
	LABEL("PGP PUBLIC KEY BLOCK", PGP, NULL),
	LABEL("PGP PRIVATE KEY BLOCK", PGP, NULL),
	LABEL("OPENSSH PRIVATE KEY", SSH_PRIVATE, NULL),
	LABEL("SSH2 PUBLIC KEY", SSH_PUBLIC, NULL),
	LABEL("SSH2 ENCRYPTED PRIVATE KEY", ENCRYPTED, NULL),
	LABEL("ENCRYPTED PRIVATE KEY", ENCRYPTED, NULL),
	LABEL("X509 CRL", NO_KEYS, NULL),
	LABEL("CRL", NO_KEYS, NULL),
	LABEL("EC PARAMETERS", NO_KEYS, NULL),
	LABEL("DH PARAMETERS", NO_KEYS, NULL),
	LABEL("X9.42 DH PARAMETERS", NO_KEYS, NULL),
	LABEL("DSA PARAMETERS", NO_KEYS, NULL),
	LABEL("PARAMETERS", NO_KEYS, NULL),
	LABEL("ATTRIBUTE CERTIFICATE", NO_KEYS, NULL),
	LABEL("SSL SESSION PARAMETERS", NO_KEYS, NULL),
	LABEL("OpenVPN Static key V1", NO_KEYS, NULL),
	LABEL("SSH SIGNATURE", NO_KEYS, NULL),
	LABEL("PGP MESSAGE", NO_KEYS, NULL),
	LABEL("PGP SIGNATURE", NO_KEYS, NULL),
	LABEL("PGP SIGNED MESSAGE", NO_KEYS, NULL),
};

static const struct label *
find_label(struct ka_slice text)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		if (labels[i].len == text.len && memcmp(labels[i].text, text.data, text.len) == 0)
			return &labels[i];
	}
	return NULL;
}

/* Goes behind the block, or to the BEGIN that cuts it off. */
static void
skip_block(struct ka_reader *reader, const struct ka_marker *begin)
{
	struct ka_marker marker;

	switch (ka_marker_find(&marker, reader->chunk, begin->end)) {
	case KA_MARKER_BEGIN:
		reader->at = marker.start;
		break;
	case KA_MARKER_END:
		reader->at = marker.end;
		break;
	case KA_MARKER_NONE:
		reader->at = reader->chunk.len;
		break;
	}
}

static bool
contains(struct ka_slice line, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= line.len; i++) {
		if (memcmp(line.data + i, word, len) == 0)
			return true;
	}
	return false;
}

/* RFC 1421 4.4, RFC 4880 6.2, RFC 4716 3.3: lines with a colon, and lines that go on with the one above. Returns the offset of
 * the first line that is neither, and whether a header says that the body is encrypted (RFC 1421 4.6.1.1). */
static size_t
skip_headers(bool *out_encrypted, struct ka_slice text, size_t at)
{
	bool goes_on = false, in_headers = false;
	struct ka_marker marker;

	*out_encrypted = false;
	while (at < text.len && ka_marker_read(&marker, text, at) == KA_MARKER_NONE) {
		size_t end = ka_line_end(text, at);
		struct ka_slice line = { text.data + at, end - at };
		bool colon = memchr(line.data, ':', line.len) != NULL;
		if (!colon && !goes_on && !(in_headers && line.len > 0 && ka_is_blank(line.data[0])))
			break;
		if (contains(line, "Proc-Type:") && contains(line, "ENCRYPTED"))
			*out_encrypted = true;
		goes_on = line.len > 0 && line.data[line.len - 1] == '\\';
		in_headers = true;
		at = end < text.len && text.data[end] == '\r' ? end + 1 : end;
		at = at < text.len && text.data[at] == '\n' ? at + 1 : at;
	}
	return at;
}

/* The decoded body, or why there is none. */
struct body {
	struct ka_slice bytes;
	enum ka_err err;
	size_t offset; /* of err, in the chunk */
};

static bool
same_label(const struct ka_marker *a, const struct ka_marker *b)
{
	return a->well_formed && b->well_formed && a->ssh2 == b->ssh2 && a->label.len == b->label.len &&
	    memcmp(a->label.data, b->label.data, a->label.len) == 0;
}

static struct body
failed(enum ka_err err, size_t offset)
{
	return (struct body){ .err = err, .offset = offset };
}

/* RFC 4880 6.1: '=' and four characters, the CRC-24 of the body, which may be absent. Moves *stop behind it. */
static bool
check_crc(struct ka_slice text, size_t *stop, struct ka_slice body)
{
	uint8_t crc[4];
	size_t at = *stop;

	if (at == text.len || text.data[at] != '=')
		return true;
	if (text.len - at < 5)
		return false;
	struct ka_base64_end end = ka_base64_scalar.decode(crc, (struct ka_slice){ text.data + at + 1, 4 });
	if (end.out_len != 3 || ka_pgp_crc24(body) != ((uint32_t)crc[0] << 16 | (uint32_t)crc[1] << 8 | crc[2]))
		return false;
	at += 5;
	while (at < text.len && (ka_is_blank(text.data[at]) || ka_is_line_break(text.data[at])))
		at++;
	*stop = at;
	return true;
}

/* Says how the block ends at the offset where the base64 stopped, and moves the reader behind it. */
static struct body
close_body(struct ka_reader *reader, const struct ka_marker *begin, struct ka_base64_end end, size_t stop)
{
	struct ka_slice text = reader->chunk;
	struct ka_marker marker = { .kind = KA_MARKER_NONE };

	if (stop < text.len && ka_marker_at_line_start(text, begin->end, stop))
		ka_marker_read(&marker, text, stop);
	if (marker.kind == KA_MARKER_END) {
		reader->at = marker.end;
		if (!same_label(begin, &marker))
			return failed(KA_ERR_PEM_LABEL, marker.start);
		if (!end.whole)
			return failed(KA_ERR_PEM_BASE64, stop);
		if (end.out_len == 0)
			return failed(KA_ERR_PEM_EMPTY, begin->start);
		return (struct body){ .bytes = { ka_arena_top(reader), end.out_len } };
	}
	if (marker.kind == KA_MARKER_BEGIN) {
		reader->at = marker.start;
		return failed(KA_ERR_PEM_NO_END, begin->start);
	}
	skip_block(reader, begin);
	if (stop == text.len || (text.data[stop] == '-' && ka_marker_may_follow(text, stop)))
		return failed(KA_ERR_PEM_NO_END, begin->start);
	return failed(KA_ERR_PEM_BASE64, stop);
}

/* Decodes the body. Headers are looked for only when the base64 stops early: almost no block has any. */
static struct body
read_body(struct ka_reader *reader, const struct ka_marker *begin, bool with_crc)
{
	size_t at = begin->end;
	struct ka_base64_end end = reader->kernels->base64->decode(ka_arena_top(reader), ka_chunk_from(reader, at));
	size_t stop = at + end.in_len;

	if (stop < reader->chunk.len && !ka_marker_at_line_start(reader->chunk, at, stop)) {
		bool encrypted;
		size_t body = skip_headers(&encrypted, reader->chunk, at);
		if (encrypted) {
			skip_block(reader, begin);
			return failed(KA_ERR_PEM_ENCRYPTED, begin->start);
		}
		if (body != at) {
			end = reader->kernels->base64->decode(ka_arena_top(reader), ka_chunk_from(reader, body));
			stop = body + end.in_len;
		}
	}
	size_t crc_at = stop;
	if (with_crc && end.whole && ka_marker_at_line_start(reader->chunk, at, stop) &&
	    !check_crc(reader->chunk, &stop, (struct ka_slice){ ka_arena_top(reader), end.out_len })) {
		skip_block(reader, begin);
		return failed(KA_ERR_PGP_ARMOR, crc_at);
	}
	return close_body(reader, begin, end, stop);
}

static bool
ssh_block(struct ka_object *out, struct ka_fault *out_fault, const struct label *label, struct ka_slice bytes)
{
	static const struct ka_slice any_type = { NULL, 0 };
	struct ka_object object = { .kind = KA_OBJECT_SSH_KEY };
	size_t offset = 0;
	enum ka_err err = label->content == SSH_PRIVATE ? ka_ssh_private_read(&object.key, &offset, bytes)
							: ka_ssh_blob_read(&object.key, &offset, any_type, bytes);

	if (err != KA_OK)
		return ka_fault_in(out_fault, err, offset);
	*out = object;
	return true;
}

bool
ka_block_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader, const struct ka_marker *begin)
{
	if (!begin->well_formed) {
		reader->at = begin->end;
		return ka_fault_at(out_fault, reader, KA_ERR_PEM_BEGIN, begin->start);
	}
	const struct label *label = find_label(begin->label);
	if (label == NULL || label->content == NO_KEYS || label->content == ENCRYPTED) {
		skip_block(reader, begin);
		if (label == NULL)
			return ka_fault_at(out_fault, reader, KA_ERR_PEM_LABEL_UNKNOWN, begin->start);
		return label->content == ENCRYPTED && ka_fault_at(out_fault, reader, KA_ERR_PEM_ENCRYPTED, begin->start);
	}

	struct body body = read_body(reader, begin, label->content == PGP);
	if (body.err != KA_OK)
		return ka_fault_at(out_fault, reader, body.err, body.offset);
	reader->arena_used += body.bytes.len;
	if (label->content == SSH_PRIVATE || label->content == SSH_PUBLIC)
		return ssh_block(out, out_fault, label, body.bytes);
	if (label->content == PGP) {
		ka_pgp_start(reader, body.bytes, false);
		return ka_nested_next(out, out_fault, reader);
	}
	if (label->content == BUNDLE)
		return !ka_bundle_start(out_fault, reader, body.bytes, false) || ka_nested_next(out, out_fault, reader);

	size_t offset = 0;
	enum ka_err err = label->read(out, &offset, body.bytes);
	return err == KA_OK || ka_fault_in(out_fault, err, offset);
}
