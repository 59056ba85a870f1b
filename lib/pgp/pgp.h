/* SPDX-License-Identifier: Apache-2.0 */
/* pgp.h - OpenPGP packets and keys: RFC 4880, RFC 6637, RFC 9580. */
#ifndef KA_LIB_PGP_PGP_H
#define KA_LIB_PGP_PGP_H

#include <keyassay/key.h>

/* RFC 4880 4.3 */
enum ka_pgp_tag {
	KA_PGP_SECRET_KEY = 5,
	KA_PGP_PUBLIC_KEY = 6,
	KA_PGP_SECRET_SUBKEY = 7,
	KA_PGP_USER_ID = 13,
	KA_PGP_PUBLIC_SUBKEY = 14
};

struct ka_pgp_packet {
	unsigned tag;
	struct ka_slice body;
};

/* ka_pgp_packet_next takes the packet at *at and moves *at behind it; false when it is malformed or cut off. Partial and
 * indeterminate lengths are refused: RFC 4880 4.2.2.4 allows them for data packets only. */
bool ka_pgp_packet_next(struct ka_pgp_packet *out, struct ka_slice bytes, size_t *at);

/* ka_pgp_is_primary and ka_pgp_is_key say what a tag is. */
bool ka_pgp_is_primary(unsigned tag);
bool ka_pgp_is_key(unsigned tag);

/* ka_pgp_key_read reads the public half of a key packet. Algorithms without a name in key.h, such as Elgamal, are
 * KA_KEY_OTHER. On failure *out_offset is where in the packet's body. */
KA_MUST_CHECK enum ka_err ka_pgp_key_read(struct ka_key *out_key, size_t *out_offset, const struct ka_pgp_packet *packet);

/* ka_pgp_crc24 is the armor's checksum, RFC 4880 6.1. */
uint32_t ka_pgp_crc24(struct ka_slice bytes);

#endif
