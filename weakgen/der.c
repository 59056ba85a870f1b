/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes private keys. Not done by libcrypto, which weakgen does not need otherwise, and so little DER that it is
 * written backwards: contents first, then their length and tag, so that no length is ever computed ahead.
 */
#include "weakgen/ec.h"

#include <stdlib.h>
#include <string.h>

#define TAG_INTEGER 0x02
#define TAG_BIT_STRING 0x03
#define TAG_OCTET_STRING 0x04
#define TAG_OID 0x06
#define TAG_SEQUENCE 0x30
#define TAG_PARAMETERS 0xa0 /* [0] of ECPrivateKey */
#define TAG_PUBLIC_KEY 0xa1 /* [1] of ECPrivateKey */

/* Free space ends at pos; what has been written stands from pos to the end. */
struct writer {
	uint8_t *bytes;
	size_t pos;
	size_t end;
	bool full;
};

static void
put(struct writer *w, const uint8_t *bytes, size_t len)
{
	if (w->full || w->pos < len) {
		w->full = true;
		return;
	}
	w->pos -= len;
	memcpy(w->bytes + w->pos, bytes, len);
}

static void
put_byte(struct writer *w, uint8_t byte)
{
	put(w, &byte, 1);
}

/* Puts tag and length before what has been written since mark was the position. */
static void
close_element(struct writer *w, uint8_t tag, size_t mark)
{
	size_t len = mark - w->pos;
	uint8_t num = 0;

	if (len < 0x80) {
		put_byte(w, (uint8_t)len);
	} else {
		for (; len > 0; len >>= 8) {
			put_byte(w, (uint8_t)len);
			num++;
		}
		put_byte(w, (uint8_t)(0x80 | num));
	}
	put_byte(w, tag);
}

static void
put_element(struct writer *w, uint8_t tag, const uint8_t *bytes, size_t len)
{
	size_t mark = w->pos;

	put(w, bytes, len);
	close_element(w, tag, mark);
}

static void
put_integer(struct writer *w, const mpz_t number)
{
	uint8_t bytes[KA_KEY_MAX_BYTES] = { 0 };
	size_t mark = w->pos;
	size_t len = 0;

	mpz_export(bytes, &len, 1, 1, 0, 0, number);
	put(w, bytes, len);
	/* Zero is one byte; a set top bit would mean a negative number. */
	if (len == 0 || bytes[0] >= 0x80) {
		put_byte(w, 0);
	}
	close_element(w, TAG_INTEGER, mark);
}

/* RSAPrivateKey ::= SEQUENCE { version 0, n, e, d, p, q, d mod p-1, d mod q-1, q^-1 mod p }. d is what OpenSSL 0.9.8
 * computed: the inverse modulo (p - 1)(q - 1), not modulo their least common multiple. */
static enum ka_err
put_rsa(struct writer *w, const struct ka_weakgen_key *key, struct ka_slice exponent)
{
	mpz_t n, e, d, p, q, p1, q1, t;
	enum ka_err err = KA_ERR_ARGUMENT;
	size_t mark = w->pos;

	mpz_inits(n, e, d, p, q, p1, q1, t, NULL);
	mpz_import(n, key->modulus_len, 1, 1, 0, 0, key->modulus);
	mpz_import(e, exponent.len, 1, 1, 0, 0, exponent.data);
	mpz_import(p, key->p_len, 1, 1, 0, 0, key->p);
	mpz_import(q, key->q_len, 1, 1, 0, 0, key->q);
	mpz_sub_ui(p1, p, 1);
	mpz_sub_ui(q1, q, 1);
	mpz_mul(t, p1, q1);
	if (mpz_cmp_ui(e, 1) <= 0 || mpz_invert(d, e, t) == 0) {
		goto out;
	}
	/* q < p are primes: the inverse exists. */
	(void)mpz_invert(t, q, p);
	put_integer(w, t);
	mpz_mod(t, d, q1);
	put_integer(w, t);
	mpz_mod(t, d, p1);
	put_integer(w, t);
	put_integer(w, q);
	put_integer(w, p);
	put_integer(w, d);
	put_integer(w, e);
	put_integer(w, n);
	mpz_set_ui(t, 0);
	put_integer(w, t);
	close_element(w, TAG_SEQUENCE, mark);
	err = KA_OK;
out:
	mpz_clears(n, e, d, p, q, p1, q1, t, NULL);
	return err;
}

/* ECPrivateKey ::= SEQUENCE { version 1, OCTET STRING, [0] OID of the curve, [1] BIT STRING with the point } */
static enum ka_err
put_ec(struct writer *w, const struct ka_weakgen_key *key)
{
	const struct ka_weakgen_curve *curve = ka_weakgen_curve_find(key->type.curve);
	const uint8_t version = 1;
	size_t end = w->pos, mark = w->pos;

	if (curve == NULL) {
		return KA_ERR_ARGUMENT;
	}
	put(w, key->point, key->point_len);
	put_byte(w, 0); /* no unused bits */
	close_element(w, TAG_BIT_STRING, mark);
	close_element(w, TAG_PUBLIC_KEY, mark);
	mark = w->pos;
	put_element(w, TAG_OID, curve->oid, curve->oid_len);
	close_element(w, TAG_PARAMETERS, mark);
	put_element(w, TAG_OCTET_STRING, key->secret, key->secret_len);
	put_element(w, TAG_INTEGER, &version, 1);
	close_element(w, TAG_SEQUENCE, end);
	return KA_OK;
}

enum ka_err
ka_weakgen_key_der(
    uint8_t *out, size_t *out_len, size_t max_len, const struct ka_weakgen_key *key, struct ka_slice exponent)
{
	struct writer w = { .pos = KA_WEAKGEN_DER_MAX_LEN, .end = KA_WEAKGEN_DER_MAX_LEN };
	enum ka_err err = KA_ERR_ARGUMENT;

	if (exponent.len > KA_KEY_MAX_BYTES) {
		return KA_ERR_ARGUMENT;
	}
	w.bytes = malloc(KA_WEAKGEN_DER_MAX_LEN);
	if (w.bytes == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	if (key->type.algorithm == KA_KEY_RSA) {
		err = put_rsa(&w, key, exponent);
	} else if (key->type.algorithm == KA_KEY_EC) {
		err = put_ec(&w, key);
	}
	if (err == KA_OK && (w.full || w.end - w.pos > max_len)) {
		err = KA_ERR_SPACE;
	}
	if (err == KA_OK) {
		*out_len = w.end - w.pos;
		memcpy(out, w.bytes + w.pos, *out_len);
	}
	free(w.bytes);
	return err;
}
