/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/key/key.h"

struct ka_slice
ka_number_trim(struct ka_slice number)
{
	while (number.len > 0 && number.data[0] == 0) {
		number.data++;
		number.len--;
	}
	return number;
}

uint32_t
ka_number_bits(struct ka_slice number)
{
	uint32_t bits = 0;

	if (number.len == 0)
		return 0;
	for (unsigned top = number.data[0]; top != 0; top >>= 1)
		bits++;
	return (uint32_t)(number.len - 1) * 8 + bits;
}

enum ka_err
ka_key_fill_rsa(struct ka_key *key, struct ka_slice modulus, struct ka_slice exponent)
{
	struct ka_slice n = ka_number_trim(modulus), e = ka_number_trim(exponent);

	if (n.len == 0)
		return KA_ERR_KEY_MODULUS_ZERO;
	/* By length first: the count of bits of a larger number need not fit. */
	if (n.len > KA_KEY_MAX_BYTES || e.len > KA_KEY_MAX_BYTES)
		return KA_ERR_KEY_TOO_LARGE;
	if ((n.data[n.len - 1] & 1) == 0)
		return KA_ERR_KEY_MODULUS_EVEN;
	uint32_t bits = ka_number_bits(n);
	if (bits < KA_RSA_MIN_BITS)
		return KA_ERR_KEY_MODULUS_SMALL;
	if (exponent.len > 0 && (e.len == 0 || (e.len == 1 && e.data[0] == 1)))
		return KA_ERR_KEY_EXPONENT;
	key->algorithm = KA_KEY_RSA;
	key->bits = bits;
	key->modulus = n;
	key->exponent = e;
	return KA_OK;
}

enum ka_err
ka_key_set_rsa(struct ka_key *out_key, struct ka_slice modulus, struct ka_slice exponent)
{
	struct ka_key key = { .algorithm = KA_KEY_RSA };
	enum ka_err err = ka_key_fill_rsa(&key, modulus, exponent);

	if (err == KA_OK)
		*out_key = key;
	return err;
}

enum ka_err
ka_key_from_modulus(struct ka_key *out_key, struct ka_slice modulus)
{
	return ka_key_set_rsa(out_key, modulus, (struct ka_slice){ NULL, 0 });
}

enum ka_err
ka_key_set_ec(struct ka_key *out_key, enum ka_curve curve, struct ka_slice point)
{
	uint32_t bits = ka_curve_bits(curve);
	size_t field_len = (bits + 7) / 8;

	if (point.len == 0)
		return KA_ERR_KEY_POINT;
	switch (point.data[0]) {
	case 2:
	case 3:
		if (point.len < 2 || (bits > 0 && point.len != 1 + field_len))
			return KA_ERR_KEY_POINT;
		break;
	case 4:
	case 6: /* hybrid form: 04 with the sign of y in the lowest bit (X9.62 4.3.6); OpenSSL reads it */
	case 7:
		if (point.len < 3 || point.len % 2 == 0 || (bits > 0 && point.len != 1 + 2 * field_len))
			return KA_ERR_KEY_POINT;
		/* All curves known here are over prime fields, where that sign is the parity of y. */
		if (bits > 0 && point.data[0] != 4 && ((point.data[0] ^ point.data[point.len - 1]) & 1) != 0)
			return KA_ERR_KEY_POINT;
		break;
	default: /* 00, the point at infinity, is no public key (SEC 1 3.2.2.1) */
		return KA_ERR_KEY_POINT;
	}
	if (point.len > KA_KEY_MAX_BYTES)
		return KA_ERR_KEY_TOO_LARGE;
	*out_key = (struct ka_key){ .algorithm = KA_KEY_EC, .curve = curve, .bits = bits, .point = point };
	return KA_OK;
}

enum ka_err
ka_key_set_dsa(struct ka_key *out_key, struct ka_slice p, struct ka_slice q, struct ka_slice g, struct ka_slice y)
{
	bool inherited = p.len == 0 && q.len == 0 && g.len == 0;

	p = ka_number_trim(p);
	q = ka_number_trim(q);
	g = ka_number_trim(g);
	y = ka_number_trim(y);
	if (y.len == 0 || (!inherited && (p.len == 0 || q.len == 0 || g.len == 0)))
		return KA_ERR_KEY_DSA;
	if (p.len > KA_KEY_MAX_BYTES || q.len > KA_KEY_MAX_BYTES || g.len > KA_KEY_MAX_BYTES || y.len > KA_KEY_MAX_BYTES)
		return KA_ERR_KEY_TOO_LARGE;
	*out_key = (struct ka_key){ .algorithm = KA_KEY_DSA, .bits = ka_number_bits(p),
		.dsa_p = p, .dsa_q = q, .dsa_g = g, .dsa_y = y };
	return KA_OK;
}

enum ka_err
ka_key_set_raw(struct ka_key *out_key, enum ka_key_algorithm algorithm, struct ka_slice bytes)
{
	static const struct {
		enum ka_key_algorithm algorithm;
		uint32_t bits;
		size_t len;
	} rows[] = {
		/* RFC 8032 5.1.5 and 5.2.5, RFC 7748 5. */
		{ KA_KEY_ED25519, 256, 32 },
		{ KA_KEY_ED448, 456, 57 },
		{ KA_KEY_X25519, 255, 32 },
		{ KA_KEY_X448, 448, 56 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].algorithm != algorithm)
			continue;
		if (bytes.len != rows[i].len)
			return KA_ERR_KEY_LENGTH;
		*out_key = (struct ka_key){ .algorithm = algorithm, .bits = rows[i].bits, .point = bytes };
		return KA_OK;
	}
	return KA_ERR_ARGUMENT;
}
