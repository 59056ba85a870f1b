/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Points in Jacobian coordinates, (X, Y, Z) for (X/Z^2, Y/Z^3), Z = 0 for the point at infinity; the formulas are the
 * textbook ones (Hankerson, Menezes, Vanstone, Guide to Elliptic Curve Cryptography, 3.2.2, algorithms 3.21 and 3.22,
 * doubling for any a). Nothing here runs in constant time: the private numbers have been public since 2008.
 *
 * One key: double and add. Many keys: with T[i][d] = d 2^(8i) G at hand, the point is the sum of T[i][i-th byte of
 * the secret].
 */
#include "weakgen/ec.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW_BITS 8u
#define WINDOW_SIZE (1u << WINDOW_BITS)

struct affine {
	mpz_t x, y;
};

struct jacobian {
	mpz_t x, y, z;
};

struct ka_weakgen_ec {
	const struct ka_weakgen_curve *curve;
	mpz_t p, a, n;
	mpz_t secret;
	struct affine base, public;
	struct jacobian sum;
	mpz_t t[6]; /* scratch */
	uint32_t num_windows;
	/* table[i * WINDOW_SIZE + d], d from 1 on; NULL for double and add */
	struct affine *table;
};

static void
mul_mod(mpz_t out, const mpz_t a, const mpz_t b, const struct ka_weakgen_ec *ec)
{
	mpz_mul(out, a, b);
	mpz_mod(out, out, ec->p);
}

static void
point_double(struct jacobian *r, struct ka_weakgen_ec *ec)
{
	mpz_t *t = ec->t;

	if (mpz_sgn(r->z) == 0) {
		return;
	}
	/* t0 = y^2, t1 = 4 x y^2, t2 = 3 x^2 + a z^4 */
	mul_mod(t[0], r->y, r->y, ec);
	mul_mod(t[1], r->x, t[0], ec);
	mpz_mul_2exp(t[1], t[1], 2);
	mul_mod(t[2], r->z, r->z, ec);
	mul_mod(t[2], t[2], t[2], ec);
	mpz_mul(t[2], t[2], ec->a);
	mpz_mul(t[3], r->x, r->x);
	mpz_addmul_ui(t[2], t[3], 3);
	mpz_mod(t[2], t[2], ec->p);
	mpz_mul(r->z, r->z, r->y);
	mpz_mul_2exp(r->z, r->z, 1);
	mpz_mod(r->z, r->z, ec->p);
	/* x = t2^2 - 2 t1, y = t2 (t1 - x) - 8 y^4 */
	mpz_mul(r->x, t[2], t[2]);
	mpz_submul_ui(r->x, t[1], 2);
	mpz_mod(r->x, r->x, ec->p);
	mpz_sub(t[1], t[1], r->x);
	mpz_mul(r->y, t[2], t[1]);
	mpz_mul(t[0], t[0], t[0]);
	mpz_submul_ui(r->y, t[0], 8);
	mpz_mod(r->y, r->y, ec->p);
}

static void
point_add(struct jacobian *r, struct ka_weakgen_ec *ec, const struct affine *q)
{
	mpz_t *t = ec->t;

	if (mpz_sgn(r->z) == 0) {
		mpz_set(r->x, q->x);
		mpz_set(r->y, q->y);
		mpz_set_ui(r->z, 1);
		return;
	}
	/* t1 = qx z^2 - x, t2 = qy z^3 - y */
	mul_mod(t[0], r->z, r->z, ec);
	mpz_mul(t[1], q->x, t[0]);
	mpz_sub(t[1], t[1], r->x);
	mpz_mod(t[1], t[1], ec->p);
	mul_mod(t[0], t[0], r->z, ec);
	mpz_mul(t[2], q->y, t[0]);
	mpz_sub(t[2], t[2], r->y);
	mpz_mod(t[2], t[2], ec->p);
	if (mpz_sgn(t[1]) == 0) {
		if (mpz_sgn(t[2]) == 0) {
			point_double(r, ec);
			return;
		}
		mpz_set_ui(r->z, 0);
		return;
	}
	mul_mod(r->z, r->z, t[1], ec);
	/* t3 = t1^2, t4 = t1^3, t5 = x t1^2 */
	mul_mod(t[3], t[1], t[1], ec);
	mul_mod(t[4], t[3], t[1], ec);
	mul_mod(t[5], r->x, t[3], ec);
	/* x = t2^2 - t4 - 2 t5, y = t2 (t5 - x) - y t4 */
	mpz_mul(r->x, t[2], t[2]);
	mpz_sub(r->x, r->x, t[4]);
	mpz_submul_ui(r->x, t[5], 2);
	mpz_mod(r->x, r->x, ec->p);
	mpz_sub(t[5], t[5], r->x);
	mpz_mul(t[4], t[4], r->y);
	mpz_mul(r->y, t[2], t[5]);
	mpz_sub(r->y, r->y, t[4]);
	mpz_mod(r->y, r->y, ec->p);
}

/* The point must not be the one at infinity. */
static void
point_affine(struct affine *out, struct ka_weakgen_ec *ec, const struct jacobian *r)
{
	mpz_t *t = ec->t;

	/* p is prime and z not 0: the inverse exists. */
	(void)mpz_invert(t[0], r->z, ec->p);
	mul_mod(t[1], t[0], t[0], ec);
	mul_mod(t[2], t[1], t[0], ec);
	mul_mod(out->x, r->x, t[1], ec);
	mul_mod(out->y, r->y, t[2], ec);
}

static enum ka_err
make_table(struct ka_weakgen_ec *ec)
{
	struct affine unit;

	/* Of some curves the order has one bit more than the field. */
	ec->num_windows = (uint32_t)(mpz_sizeinbase(ec->n, 2) + WINDOW_BITS - 1) / WINDOW_BITS;
	ec->table = calloc((size_t)ec->num_windows * WINDOW_SIZE, sizeof(*ec->table));
	if (ec->table == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	mpz_init_set(unit.x, ec->base.x);
	mpz_init_set(unit.y, ec->base.y);
	for (uint32_t i = 0; i < ec->num_windows; i++) {
		struct affine *row = ec->table + (size_t)i * WINDOW_SIZE;

		mpz_set_ui(ec->sum.z, 0);
		for (uint32_t d = 1; d < WINDOW_SIZE; d++) {
			mpz_inits(row[d].x, row[d].y, NULL);
			point_add(&ec->sum, ec, &unit);
			point_affine(&row[d], ec, &ec->sum);
		}
		/* 256 times the unit of this row is the unit of the next. */
		point_add(&ec->sum, ec, &unit);
		point_affine(&unit, ec, &ec->sum);
	}
	mpz_clears(unit.x, unit.y, NULL);
	return KA_OK;
}

enum ka_err
ka_weakgen_ec_new(struct ka_weakgen_ec **out, enum ka_curve curve, enum ka_weakgen_ec_use use)
{
	const struct ka_weakgen_curve *found = ka_weakgen_curve_find(curve);
	struct ka_weakgen_ec *ec;

	if (found == NULL) {
		return KA_ERR_ARGUMENT;
	}
	ec = calloc(1, sizeof(*ec));
	if (ec == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	ec->curve = found;
	mpz_inits(ec->secret, ec->public.x, ec->public.y, ec->sum.x, ec->sum.y, ec->sum.z, NULL);
	for (unsigned i = 0; i < sizeof(ec->t) / sizeof(ec->t[0]); i++) {
		mpz_init(ec->t[i]);
	}
	mpz_init_set_str(ec->p, found->p, 16);
	mpz_init_set_str(ec->a, found->a, 16);
	mpz_init_set_str(ec->n, found->n, 16);
	mpz_init_set_str(ec->base.x, found->gx, 16);
	mpz_init_set_str(ec->base.y, found->gy, 16);
	if (use == KA_WEAKGEN_EC_MANY) {
		enum ka_err err = make_table(ec);

		if (err != KA_OK) {
			ka_weakgen_ec_free(ec);
			return err;
		}
	}
	*out = ec;
	return KA_OK;
}

void
ka_weakgen_ec_free(struct ka_weakgen_ec *ec)
{
	if (ec == NULL) {
		return;
	}
	for (size_t i = 0; ec->table != NULL && i < (size_t)ec->num_windows * WINDOW_SIZE; i++) {
		if (i % WINDOW_SIZE != 0) {
			mpz_clears(ec->table[i].x, ec->table[i].y, NULL);
		}
	}
	free(ec->table);
	for (unsigned i = 0; i < sizeof(ec->t) / sizeof(ec->t[0]); i++) {
		mpz_clear(ec->t[i]);
	}
	mpz_clears(ec->p, ec->a, ec->n, ec->secret, ec->base.x, ec->base.y, ec->public.x, ec->public.y, ec->sum.x,
	    ec->sum.y, ec->sum.z, NULL);
	free(ec);
}

/* The byte of the secret that belongs to a window. */
static unsigned
window_digit(const mpz_t secret, uint32_t window)
{
	unsigned digit = 0;

	for (unsigned b = 0; b < WINDOW_BITS; b++) {
		digit |= (unsigned)mpz_tstbit(secret, window * WINDOW_BITS + b) << b;
	}
	return digit;
}

void
ka_weakgen_ec_point(struct ka_weakgen_ec *ec, const mpz_t secret)
{
	mpz_set(ec->secret, secret);
	mpz_set_ui(ec->sum.z, 0);
	if (ec->table == NULL) {
		for (size_t i = mpz_sizeinbase(secret, 2); i-- > 0;) {
			point_double(&ec->sum, ec);
			if (mpz_tstbit(secret, i)) {
				point_add(&ec->sum, ec, &ec->base);
			}
		}
	}
	for (uint32_t i = 0; ec->table != NULL && i < ec->num_windows; i++) {
		unsigned digit = window_digit(secret, i);

		if (digit != 0) {
			point_add(&ec->sum, ec, &ec->table[(size_t)i * WINDOW_SIZE + digit]);
		}
	}
	point_affine(&ec->public, ec, &ec->sum);
}

enum ka_err
ka_weakgen_ec_make(struct ka_weakgen_ec *ec, struct ka_weakgen_prng *prng)
{
	mpz_t secret;
	enum ka_err err;

	mpz_init(secret);
	do {
		err = ka_weakgen_bn_rand_range(secret, prng, ec->n);
	} while (err == KA_OK && mpz_sgn(secret) == 0);
	if (err == KA_OK) {
		ka_weakgen_ec_point(ec, secret);
	}
	mpz_clear(secret);
	return err;
}

uint64_t
ka_weakgen_ec_fingerprint(const struct ka_weakgen_ec *ec)
{
	uint64_t fingerprint = 0;
	mpz_t low;

	mpz_init(low);
	mpz_tdiv_r_2exp(low, ec->public.x, 64);
	mpz_export(&fingerprint, NULL, -1, sizeof(fingerprint), 0, 0, low);
	mpz_clear(low);
	return fingerprint;
}

/* Writes a number as len big-endian bytes, zeros in front. */
static void
export_padded(uint8_t *out, size_t len, const mpz_t number)
{
	size_t used = mpz_sgn(number) == 0 ? 0 : (mpz_sizeinbase(number, 2) + 7) / 8;

	memset(out, 0, len);
	mpz_export(out + len - used, NULL, 1, 1, 0, 0, number);
}

void
ka_weakgen_ec_export(struct ka_weakgen_key *out_key, const struct ka_weakgen_ec *ec)
{
	size_t field_len = (ec->curve->bits + 7) / 8;

	/* As long as the order (RFC 5915, 3), which need not be as long as the field. */
	out_key->secret_len = (mpz_sizeinbase(ec->n, 2) + 7) / 8;
	export_padded(out_key->secret, out_key->secret_len, ec->secret);
	out_key->point_len = 1 + 2 * field_len;
	out_key->point[0] = 0x04;
	export_padded(out_key->point + 1, field_len, ec->public.x);
	export_padded(out_key->point + 1 + field_len, field_len, ec->public.y);
}
