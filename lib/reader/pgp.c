/* SPDX-License-Identifier: Apache-2.0 */
/* OpenPGP packets, binary or out of an armor: every key and subkey is an object, whose comment is the user id. */
#include "lib/reader/format.h"

#include "lib/pgp/pgp.h"

void
ka_pgp_start(struct ka_reader *reader, struct ka_slice packets, bool in_input)
{
	reader->nested = packets;
	reader->nested_at = 0;
	reader->nested_comment = (struct ka_slice){ NULL, 0 };
	reader->nested_kind = KA_NESTED_PGP;
	reader->nested_in_input = in_input;
	reader->nested_found = false;
}

/* The first user id between a primary key and the next. */
static struct ka_slice
find_user_id(struct ka_slice packets, size_t at)
{
	struct ka_pgp_packet packet;

	while (ka_pgp_packet_next(&packet, packets, &at) && !ka_pgp_is_primary(packet.tag)) {
		if (packet.tag == KA_PGP_USER_ID)
			return packet.body;
	}
	return (struct ka_slice){ NULL, 0 };
}

bool
ka_pgp_packets_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader)
{
	struct ka_slice packets = reader->nested;
	struct ka_pgp_packet packet;
	size_t offset = 0;

	while (reader->nested_at < packets.len) {
		size_t start = reader->nested_at;
		if (!ka_pgp_packet_next(&packet, packets, &reader->nested_at)) {
			reader->nested_at = packets.len;
			reader->nested_found = true;
			return ka_fault_in_nested(out_fault, reader, KA_ERR_PGP_PACKET, packets.data, start);
		}
		if (!ka_pgp_is_key(packet.tag))
			continue;
		reader->nested_found = true;
		if (ka_pgp_is_primary(packet.tag))
			reader->nested_comment = find_user_id(packets, reader->nested_at);
		struct ka_object object = { .kind = KA_OBJECT_PGP_KEY, .comment = reader->nested_comment };
		enum ka_err err = ka_pgp_key_read(&object.key, &offset, &packet);
		if (err != KA_OK)
			return ka_fault_in_nested(out_fault, reader, err, packet.body.data, offset);
		*out = object;
		return true;
	}
	if (reader->nested_found)
		return false;
	reader->nested_found = true;
	return ka_fault_in_nested(out_fault, reader, KA_ERR_PGP_NO_KEY, packets.data, 0);
}

bool
ka_pgp_next(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader)
{
	struct ka_slice rest = ka_chunk_from(reader, reader->at);

	if (rest.len == 0)
		return false;
	reader->at = reader->chunk.len;
	ka_pgp_start(reader, rest, true);
	return ka_pgp_packets_next(out, out_fault, reader);
}

/* A border is a primary key that is not the first: what comes in front of the first belongs to no key. */
size_t
ka_pgp_cut(struct ka_slice bytes)
{
	struct ka_pgp_packet packet;
	size_t at = 0, border = 0;
	bool any = false;

	for (size_t start = 0; ka_pgp_packet_next(&packet, bytes, &at); start = at) {
		if (!ka_pgp_is_primary(packet.tag))
			continue;
		if (any)
			border = start;
		any = true;
	}
	return border;
}
