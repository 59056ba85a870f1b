/* SPDX-License-Identifier: Apache-2.0 */
/* Key packets: RFC 4880 5.5.2 and 13, RFC 6637 9, RFC 9580 5.5.5.
 *
 *   version 2, 3   version, time (4), days valid (2), algorithm, key
 *   version 4      version, time (4), algorithm, key
 *   version 5, 6   version, time (4), algorithm, length of the key (4), key
 *
 * In a secret key packet the secret half follows, which is not looked at. */
#include "lib/pgp/pgp.h"

#include "lib/key/key.h"

/* A cursor over a packet's body; the first failure is noted. */
struct body {
	struct ka_slice bytes;
	size_t at;
	enum ka_err err;
	size_t err_offset;
};

static bool
fail(struct body *in, enum ka_err err, size_t offset)
{
	in->err = err;
	in->err_offset = offset;
	return false;
}

static bool
take(struct body *in, struct ka_slice *out, size_t len)
{
	if (in->bytes.len - in->at < len)
		return fail(in, KA_ERR_PGP_PACKET, in->at);
	*out = (struct ka_slice){ in->bytes.data + in->at, len };
	in->at += len;
	return true;
}

static bool
take_byte(struct body *in, unsigned *out)
{
	struct ka_slice byte;

	if (!take(in, &byte, 1))
		return false;
	*out = byte.data[0];
	return true;
}

/* RFC 4880 3.2: a count of bits, then the number. Bits above the count are not refused: other software trims them too. */
static bool
take_mpi(struct body *in, struct ka_slice *out)
{
	size_t start = in->at;
	struct ka_slice count;

	if (!take(in, &count, 2))
		return false;
	size_t num_bits = (size_t)count.data[0] << 8 | count.data[1];
	if (!take(in, out, (num_bits + 7) / 8))
		return fail(in, KA_ERR_PGP_PACKET, start);
	return true;
}

static bool
made(struct body *in, enum ka_err err, size_t start)
{
	return err == KA_OK || fail(in, err, start);
}

static bool
rsa_read(struct ka_key *out_key, struct body *in)
{
	size_t start = in->at;
	struct ka_slice n, e;

	if (!(take_mpi(in, &n) && take_mpi(in, &e)))
		return false;
	if (e.len == 0)
		return fail(in, KA_ERR_KEY_EXPONENT, start);
	return made(in, ka_key_set_rsa(out_key, n, e), start);
}

static bool
dsa_read(struct ka_key *out_key, struct body *in)
{
	size_t start = in->at;
	struct ka_slice p, q, g, y;

	return take_mpi(in, &p) &&
	    take_mpi(in, &q) &&
	    take_mpi(in, &g) &&
	    take_mpi(in, &y) &&
	    made(in, ka_key_set_dsa(out_key, p, q, g, y), start);
}

static bool
elgamal_read(struct ka_key *out_key, struct body *in)
{
	struct ka_slice p, g, y;

	if (!(take_mpi(in, &p) && take_mpi(in, &g) && take_mpi(in, &y)))
		return false;
	*out_key = (struct ka_key){ .algorithm = KA_KEY_OTHER };
	return true;
}

/* The curves whose keys are no SEC 1 points: RFC 9580 9.2, and the draft names that GnuPG writes. */
struct raw_curve {
	uint8_t oid_len;
	uint8_t oid[10];
	enum ka_key_algorithm algorithm;
	uint8_t key_len;
};

static const struct raw_curve raw_curves[] = {
	{ 9, { 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01 }, KA_KEY_ED25519, 32 },
	{ 10, { 0x2b, 0x06, 0x01, 0x04, 0x01, 0x97, 0x55, 0x01, 0x05, 0x01 }, KA_KEY_X25519, 32 },
	{ 3, { 0x2b, 0x65, 0x70 }, KA_KEY_ED25519, 32 },
	{ 3, { 0x2b, 0x65, 0x6e }, KA_KEY_X25519, 32 },
	{ 3, { 0x2b, 0x65, 0x71 }, KA_KEY_ED448, 57 },
	{ 3, { 0x2b, 0x65, 0x6f }, KA_KEY_X448, 56 },
};

static bool
point_read(struct ka_key *out_key, struct body *in)
{
	size_t start = in->at;
	struct ka_slice oid, point;
	unsigned oid_len;

	if (!take_byte(in, &oid_len))
		return false;
	if (oid_len == 0 || oid_len == 0xff) /* RFC 6637 9 */
		return fail(in, KA_ERR_PGP_PACKET, start);
	if (!(take(in, &oid, oid_len) && take_mpi(in, &point)))
		return false;
	for (size_t i = 0; i < sizeof(raw_curves) / sizeof(raw_curves[0]); i++) {
		const struct raw_curve *curve = &raw_curves[i];
		if (!ka_slice_equal(oid, (struct ka_slice){ curve->oid, curve->oid_len }))
			continue;
		/* RFC 9580 11.2.2: 0x40 in front, so that it is a number without leading zeros. */
		if (point.len == curve->key_len + 1u && point.data[0] == 0x40)
			point = (struct ka_slice){ point.data + 1, point.len - 1 };
		return made(in, ka_key_set_raw(out_key, curve->algorithm, point), start);
	}
	enum ka_curve curve = ka_curve_of_oid(oid);
	if (!made(in, ka_key_set_ec(out_key, curve, point), start))
		return false;
	if (curve == KA_CURVE_OTHER)
		out_key->curve_oid = oid;
	return true;
}

/* The parameters of the key derivation follow, RFC 6637 9. */
static bool
ecdh_read(struct ka_key *out_key, struct body *in)
{
	struct ka_slice ignored;
	unsigned len;

	return point_read(out_key, in) && take_byte(in, &len) && take(in, &ignored, len);
}

static bool
raw_read(struct ka_key *out_key, struct body *in, enum ka_key_algorithm algorithm, size_t len)
{
	size_t start = in->at;
	struct ka_slice bytes;

	return take(in, &bytes, len) && made(in, ka_key_set_raw(out_key, algorithm, bytes), start);
}

static bool
x25519_read(struct ka_key *out_key, struct body *in)
{
	return raw_read(out_key, in, KA_KEY_X25519, 32);
}

static bool
x448_read(struct ka_key *out_key, struct body *in)
{
	return raw_read(out_key, in, KA_KEY_X448, 56);
}

static bool
ed25519_read(struct ka_key *out_key, struct body *in)
{
	return raw_read(out_key, in, KA_KEY_ED25519, 32);
}

static bool
ed448_read(struct ka_key *out_key, struct body *in)
{
	return raw_read(out_key, in, KA_KEY_ED448, 57);
}

/* RFC 4880 9.1, RFC 9580 9.1, by number. */
typedef bool (*algorithm_read)(struct ka_key *out_key, struct body *in);
static const algorithm_read algorithms[] = {
	[1] = rsa_read,
	[2] = rsa_read,
	[3] = rsa_read,
	[16] = elgamal_read,
	[17] = dsa_read,
	[18] = ecdh_read,
	[19] = point_read,
	[20] = elgamal_read,
	[22] = point_read,
	[25] = x25519_read,
	[26] = x448_read,
	[27] = ed25519_read,
	[28] = ed448_read,
};

static bool
key_read(struct ka_key *out_key, struct body *in, bool is_public)
{
	struct ka_slice ignored;
	unsigned version, algorithm;

	if (!take_byte(in, &version))
		return false;
	if (version < 2 || version > 6)
		return fail(in, KA_ERR_PGP_VERSION, 0);
	if (!(take(in, &ignored, version < 4 ? 6 : 4) && take_byte(in, &algorithm)))
		return false;
	if (version >= 5 && !take(in, &ignored, 4))
		return false;
	if (algorithm >= sizeof(algorithms) / sizeof(algorithms[0]) || algorithms[algorithm] == NULL) {
		*out_key = (struct ka_key){ .algorithm = KA_KEY_OTHER };
		return true;
	}
	if (!algorithms[algorithm](out_key, in))
		return false;
	return !is_public || in->at == in->bytes.len || fail(in, KA_ERR_PGP_PACKET, in->at);
}

enum ka_err
ka_pgp_key_read(struct ka_key *out_key, size_t *out_offset, const struct ka_pgp_packet *packet)
{
	struct body in = { .bytes = packet->body };
	struct ka_key key = { .algorithm = KA_KEY_OTHER };

	if (!key_read(&key, &in, packet->tag == KA_PGP_PUBLIC_KEY || packet->tag == KA_PGP_PUBLIC_SUBKEY)) {
		*out_offset = in.err_offset;
		return in.err;
	}
	*out_key = key;
	return KA_OK;
}
