/* SPDX-License-Identifier: Apache-2.0 */
#include "weakgen/near.h"

#include <stdlib.h>

#define LIMB_BITS 52u
#define PERIOD (2 * KA_WEAKGEN_NEAR_WHEEL)

/* Fractions of 64 bits are exact to one unit, and rho's error counts delta times. */
#define TOLERANCE (2 * KA_WEAKGEN_NEAR_MAX_DELTA)

static void
make_wheel(struct ka_weakgen_wheel *wheel)
{
	for (uint32_t c = 0; c < KA_WEAKGEN_NEAR_WHEEL; c++) {
		unsigned num = 0;

		for (uint32_t delta = 0; delta < PERIOD; delta += 2) {
			uint32_t r = c + delta;

			if (r % 3 > 1 && r % 5 > 1 && r % 7 > 1) {
				wheel->deltas[c][num++] = delta;
			}
		}
		wheel->deltas[c][num] = wheel->deltas[c][num - 1];
	}
}

/* The highest limbs of a modulus, shifted so that it has up to 2 num_limbs of them; and its ratio. */
static void
put_limbs(struct ka_weakgen_moduli *moduli, size_t i)
{
	uint32_t num_limbs = moduli->num_limbs;
	uint64_t *limbs = moduli->limbs + i * (num_limbs + 2);
	signed long exponent;
	double mantissa;
	mpz_t shifted, limb;

	mpz_inits(shifted, limb, NULL);
	mpz_mul_2exp(shifted, moduli->numbers[i], moduli->shift);
	for (uint32_t k = 0; k < num_limbs + 2; k++) {
		mpz_tdiv_q_2exp(limb, shifted, (mp_bitcnt_t)LIMB_BITS * (2 * num_limbs - 1 - k));
		mpz_tdiv_r_2exp(limb, limb, LIMB_BITS);
		limbs[k] = 0;
		mpz_export(&limbs[k], NULL, -1, sizeof(limbs[k]), 0, 0, limb);
	}
	/* With N' = N 2^shift and x' = x 2^shift = y 2^(52 (num_limbs - 1)): N / x^2 = N' 2^shift / x'^2. */
	mantissa = mpz_get_d_2exp(&exponent, shifted);
	moduli->tops[i] = mantissa;
	exponent += (signed long)moduli->shift - 2 * (signed long)LIMB_BITS * ((signed long)num_limbs - 1);
	for (; exponent > 0; exponent--) {
		mantissa *= 2;
	}
	moduli->ratios[i] = mantissa;
	mpz_clears(shifted, limb, NULL);
}

static enum ka_err
make_groups(struct ka_weakgen_moduli *moduli)
{
	size_t num_groups = (moduli->num + KA_WEAKGEN_NEAR_GROUP - 1) / KA_WEAKGEN_NEAR_GROUP;
	size_t stride = moduli->num_limbs + 2;

	moduli->grouped = aligned_alloc(
	    64, num_groups * stride * KA_WEAKGEN_NEAR_GROUP * sizeof(*moduli->grouped));
	if (moduli->grouped == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	for (size_t i = 0; i < num_groups * KA_WEAKGEN_NEAR_GROUP; i++) {
		const uint64_t *limbs = moduli->limbs + (i < moduli->num ? i : moduli->num - 1) * stride;
		uint64_t *group = moduli->grouped + i / KA_WEAKGEN_NEAR_GROUP * stride * KA_WEAKGEN_NEAR_GROUP;

		for (size_t k = 0; k < stride; k++) {
			group[k * KA_WEAKGEN_NEAR_GROUP + i % KA_WEAKGEN_NEAR_GROUP] = limbs[k];
		}
	}
	return ka_weakgen_near_sieve_new(&moduli->sieve, moduli->num_limbs, moduli->shift);
}

/* What is sorted: a modulus as a fraction, and where it stands. */
struct sorted {
	double top;
	size_t place;
};

static int
compare(const void *a, const void *b)
{
	double x = ((const struct sorted *)a)->top, y = ((const struct sorted *)b)->top;

	return (x > y) - (x < y);
}

static enum ka_err
fill(struct ka_weakgen_moduli *moduli, const struct ka_slice *slices, size_t num)
{
	struct sorted *sorted = calloc(num, sizeof(*sorted));
	signed long exponent;
	mpz_t number;

	if (sorted == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	mpz_init(number);
	for (size_t i = 0; i < num; i++) {
		mpz_import(number, slices[i].len, 1, 1, 0, 0, slices[i].data);
		sorted[i] = (struct sorted){ mpz_get_d_2exp(&exponent, number), i };
	}
	mpz_clear(number);
	qsort(sorted, num, sizeof(*sorted), compare);
	for (size_t i = 0; i < num; i++) {
		const struct ka_slice *slice = &slices[sorted[i].place];

		moduli->places[i] = sorted[i].place;
		mpz_init(moduli->numbers[i]);
		mpz_import(moduli->numbers[i], slice->len, 1, 1, 0, 0, slice->data);
		moduli->num++;
		put_limbs(moduli, i);
	}
	free(sorted);
	return num >= KA_WEAKGEN_NEAR_MANY ? make_groups(moduli) : KA_OK;
}

enum ka_err
ka_weakgen_moduli_new(struct ka_weakgen_moduli **out, uint32_t bits, const struct ka_slice *slices, size_t num)
{
	struct ka_weakgen_moduli *moduli = calloc(1, sizeof(*moduli));
	uint32_t num_limbs = (bits + LIMB_BITS - 1) / LIMB_BITS;
	/* Kernels load whole groups. */
	size_t room = num + KA_WEAKGEN_NEAR_GROUP;
	enum ka_err err = KA_ERR_NO_MEMORY;

	if (moduli == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	moduli->bits = bits;
	moduli->num_limbs = num_limbs;
	moduli->shift = LIMB_BITS * num_limbs - bits;
	moduli->places = calloc(num, sizeof(*moduli->places));
	moduli->numbers = calloc(num, sizeof(*moduli->numbers));
	moduli->tops = calloc(room, sizeof(*moduli->tops));
	moduli->limbs = calloc(num * (num_limbs + 2), sizeof(*moduli->limbs));
	moduli->ratios = calloc(room, sizeof(*moduli->ratios));
	make_wheel(&moduli->wheel);
	if (moduli->places != NULL && moduli->numbers != NULL && moduli->tops != NULL && moduli->limbs != NULL &&
	    moduli->ratios != NULL) {
		err = fill(moduli, slices, num);
	}
	if (err != KA_OK) {
		ka_weakgen_moduli_free(moduli);
		return err;
	}
	*out = moduli;
	return KA_OK;
}

void
ka_weakgen_moduli_free(struct ka_weakgen_moduli *moduli)
{
	if (moduli == NULL) {
		return;
	}
	for (size_t i = 0; i < moduli->num; i++) {
		mpz_clear(moduli->numbers[i]);
	}
	free(moduli->places);
	free(moduli->numbers);
	free(moduli->tops);
	free(moduli->limbs);
	free(moduli->ratios);
	free(moduli->grouped);
	ka_weakgen_near_sieve_free(moduli->sieve);
	free(moduli);
}

/* The first 64 bits behind the point of number / by. */
static uint64_t
fraction(mpz_t scratch, mpz_srcptr number, mpz_srcptr by)
{
	uint64_t value = 0;

	mpz_mul_2exp(scratch, number, 64);
	mpz_tdiv_q(scratch, scratch, by);
	mpz_tdiv_r_2exp(scratch, scratch, 64);
	mpz_export(&value, NULL, -1, sizeof(value), 0, 0, scratch);
	return value;
}

bool
ka_weakgen_near_exact(const struct ka_weakgen_moduli *moduli, size_t modulus, const uint8_t *x)
{
	mpz_srcptr number = moduli->numbers[modulus];
	mpz_t start, quotient, rest, scratch;
	const uint32_t *spokes;
	uint64_t t, rho;
	bool found = false;

	mpz_inits(start, quotient, rest, scratch, NULL);
	mpz_import(start, (moduli->bits + 7) / 8, 1, 1, 0, 0, x);
	mpz_tdiv_qr(quotient, rest, number, start);
	t = fraction(scratch, rest, start);
	rho = fraction(scratch, quotient, start);
	spokes = moduli->wheel.deltas[mpz_tdiv_ui(start, KA_WEAKGEN_NEAR_WHEEL)];
	for (uint32_t base = 0; !found && base < KA_WEAKGEN_NEAR_MAX_DELTA; base += PERIOD) {
		for (unsigned i = 0; !found && i < KA_WEAKGEN_NEAR_SPOKES; i++) {
			uint32_t delta = base + spokes[i];

			if (t - delta * rho + TOLERANCE <= 2 * TOLERANCE) {
				mpz_add_ui(scratch, start, delta);
				found = mpz_divisible_p(number, scratch) != 0;
			}
		}
	}
	mpz_clears(start, quotient, rest, scratch, NULL);
	return found;
}
