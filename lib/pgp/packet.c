/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/pgp/pgp.h"

/* The length of a packet's body, in the octets at *at: RFC 4880 4.2.1 (old) and 4.2.2 (new). */
static bool
old_length(size_t *out_len, struct ka_slice bytes, size_t *at, unsigned length_type)
{
	size_t num_bytes = (size_t)1 << length_type;

	if (length_type == 3 || bytes.len - *at < num_bytes) /* 3: to the end of the file */
		return false;
	*out_len = 0;
	for (; num_bytes > 0; num_bytes--)
		*out_len = *out_len << 8 | bytes.data[(*at)++];
	return true;
}

static bool
new_length(size_t *out_len, struct ka_slice bytes, size_t *at)
{
	const uint8_t *in = bytes.data + *at;
	size_t left = bytes.len - *at;

	if (left >= 1 && in[0] < 192) {
		*out_len = in[0];
		*at += 1;
		return true;
	}
	if (left >= 2 && in[0] < 224) {
		*out_len = ((in[0] - 192u) << 8) + in[1] + 192;
		*at += 2;
		return true;
	}
	if (left >= 5 && in[0] == 255) {
		*out_len = (size_t)in[1] << 24 | (size_t)in[2] << 16 | (size_t)in[3] << 8 | in[4];
		*at += 5;
		return true;
	}
	return false; /* cut off, or a partial length */
}

bool
ka_pgp_packet_next(struct ka_pgp_packet *out, struct ka_slice bytes, size_t *at)
{
	size_t next = *at, len = 0;

	if (next == bytes.len || !(bytes.data[next] & 0x80))
		return false;
	unsigned head = bytes.data[next++];
	bool is_new = head & 0x40;
	if (is_new ? !new_length(&len, bytes, &next) : !old_length(&len, bytes, &next, head & 3))
		return false;
	if (len > bytes.len - next)
		return false;
	*out = (struct ka_pgp_packet){ is_new ? head & 0x3f : head >> 2 & 0x0f, { bytes.data + next, len } };
	*at = next + len;
	return true;
}

bool
ka_pgp_is_primary(unsigned tag)
{
	return tag == KA_PGP_PUBLIC_KEY || tag == KA_PGP_SECRET_KEY;
}

bool
ka_pgp_is_key(unsigned tag)
{
	return ka_pgp_is_primary(tag) || tag == KA_PGP_PUBLIC_SUBKEY || tag == KA_PGP_SECRET_SUBKEY;
}

/* x^24 + x^23 + x^18 + ... = 0x864cfb, four bits at a time: entry i is i * x^24 modulo it. */
uint32_t
ka_pgp_crc24(struct ka_slice bytes)
{
	static const uint32_t table[16] = {
		0x000000, 0x864cfb, 0x8ad50d, 0x0c99f6, 0x93e6e1, 0x15aa1a, 0x1933ec, 0x9f7f17,
		0xa18139, 0x27cdc2, 0x2b5434, 0xad18cf, 0x3267d8, 0xb42b23, 0xb8b2d5, 0x3efe2e,
	};
	uint32_t crc = 0xb704ce;

	for (size_t i = 0; i < bytes.len; i++) {
		crc = (crc << 4 & 0xffffff) ^ table[crc >> 20 ^ bytes.data[i] >> 4];
		crc = (crc << 4 & 0xffffff) ^ table[crc >> 20 ^ (bytes.data[i] & 0x0f)];
	}
	return crc;
}
