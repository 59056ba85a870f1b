/* SPDX-License-Identifier: Apache-2.0 */
/* The SubjectPublicKeyInfo of a key as DER. Written back to front, so that every length is known when its header is due. */
#include "lib/key/key.h"

struct writer {
	uint8_t *start;
	uint8_t *at; /* what is written lies from here to the end of the buffer */
	bool full;
};

static void
put(struct writer *out, struct ka_slice bytes)
{
	if (out->full || bytes.len > (size_t)(out->at - out->start)) {
		out->full = true;
		return;
	}
	if (bytes.len > 0) {
		out->at -= bytes.len;
		memcpy(out->at, bytes.data, bytes.len);
	}
}

static void
put_byte(struct writer *out, size_t byte)
{
	uint8_t value = (uint8_t)byte;

	put(out, (struct ka_slice){ &value, 1 });
}

/* Puts tag and length before all that was written since the end of the element was at end. */
static void
put_header(struct writer *out, unsigned tag, const uint8_t *end)
{
	size_t len = (size_t)(end - out->at);

	if (len < 0x80) {
		put_byte(out, len);
	} else {
		size_t num_bytes = 0;
		for (size_t rest = len; rest > 0; rest >>= 8) {
			put_byte(out, rest & 0xff);
			num_bytes++;
		}
		put_byte(out, 0x80 | num_bytes);
	}
	put_byte(out, tag);
}

static void
put_unsigned(struct writer *out, struct ka_slice number)
{
	const uint8_t *end = out->at;

	put(out, number);
	if (number.len == 0 || (number.data[0] & 0x80))
		put_byte(out, 0);
	put_header(out, KA_DER_INTEGER, end);
}

static void
put_oid(struct writer *out, struct ka_slice oid)
{
	const uint8_t *end = out->at;

	put(out, oid);
	put_header(out, KA_DER_OID, end);
}

/* Puts the contents of subjectPublicKey. */
static void
put_value(struct writer *out, const struct ka_key *key)
{
	const uint8_t *end = out->at;

	switch (key->algorithm) {
	case KA_KEY_RSA:
	case KA_KEY_RSA_PSS:
		put_unsigned(out, key->exponent);
		put_unsigned(out, key->modulus);
		put_header(out, KA_DER_SEQUENCE, end);
		break;
	case KA_KEY_DSA:
		put_unsigned(out, key->dsa_y);
		break;
	case KA_KEY_EC:
	case KA_KEY_ED25519:
	case KA_KEY_ED448:
	case KA_KEY_X25519:
	case KA_KEY_X448:
	case KA_KEY_OTHER:
		put(out, key->point);
		break;
	}
}

static void
put_parameters(struct writer *out, const struct ka_key *key)
{
	const uint8_t *end = out->at;

	if (key->algorithm == KA_KEY_RSA) {
		put_header(out, KA_DER_NULL, end);
	} else if (key->algorithm == KA_KEY_EC) {
		put_oid(out, ka_curve_oid_of(key->curve));
	} else if (key->algorithm == KA_KEY_DSA && key->dsa_p.len > 0) {
		put_unsigned(out, key->dsa_g);
		put_unsigned(out, key->dsa_q);
		put_unsigned(out, key->dsa_p);
		put_header(out, KA_DER_SEQUENCE, end);
	}
}

static bool
can_encode(const struct ka_key *key)
{
	if (ka_algorithm_oid_of(key->algorithm).len == 0)
		return false;
	if (key->algorithm == KA_KEY_RSA || key->algorithm == KA_KEY_RSA_PSS)
		return key->exponent.len > 0;
	return key->algorithm != KA_KEY_EC || ka_curve_oid_of(key->curve).len > 0;
}

enum ka_err
ka_key_spki(uint8_t *out, size_t *out_len, size_t max_len, const struct ka_key *key)
{
	struct writer writer = { .start = out, .at = out + max_len };
	const uint8_t *const end = writer.at;

	if (!can_encode(key))
		return KA_ERR_ARGUMENT;
	put_value(&writer, key);
	put_byte(&writer, 0); /* no unused bits */
	put_header(&writer, KA_DER_BIT_STRING, end);
	const uint8_t *algorithm_end = writer.at;
	put_parameters(&writer, key);
	put_oid(&writer, ka_algorithm_oid_of(key->algorithm));
	put_header(&writer, KA_DER_SEQUENCE, algorithm_end);
	put_header(&writer, KA_DER_SEQUENCE, end);
	if (writer.full)
		return KA_ERR_SPACE;
	*out_len = (size_t)(end - writer.at);
	memmove(out, writer.at, *out_len);
	return KA_OK;
}
