/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSA_generate_key_ex of OpenSSL 0.9.8 (rsa_gen.c) with BN_generate_prime_ex and BN_is_prime_fasttest_ex (bn_prime.c)
 * below it: two primes, each the first candidate that passes k rounds of Miller and Rabin, drawn again while the
 * exponent shares a factor with p - 1. What must be exact is the order and size of the draws: one for each candidate
 * and one for each round.
 */
/*
 * How sure is it that these are the generator's keys?
 *
 * A candidate is taken when it passes all of the generator's own rounds with the bases that it draws. So there is nothing
 * to err: were it composite, the generator would have taken it too. (It hardly ever did. Damgard, Landrock, Pomerance,
 * Math. Comp. 61, 1993: a random odd number of k bits that passes t rounds is composite with a chance below
 * k^(3/2) 2^t t^(-1/2) 4^(2 - sqrt(tk)): 2^-84 for 256 bits and their 12 rounds, 2^-81 for 384 and 7, 2^-88 for 512 and
 * 6, 2^-89 for 1024 and 3 and for 1536 and 2. That candidates have two high bits set and no small factor in c or c - 1
 * may cost up to 2^9 of it; that with kernels they have passed Fermat's test to base 2 before gains far more.)
 *
 * A candidate that Fermat's test or a factor shows to be composite is rejected without its first round. The error would
 * be one that this round does not find. The paper bounds the share of such numbers among all by 2^-56 for 500 bits and
 * 2^-75 for 600 with one round; for 250 it only proves 2^-14, but there too the numbers that have many liars are those of
 * a special form, (x + 1)(2x + 1) with both prime and the like, some 2^-128 of all. Every published key of 512 bits and
 * more agrees.
 */
#include "weakgen/rsa.h"

/* BN_prime_checks_for_size: rounds for an error below 2^-80 with random candidates. */
unsigned
ka_weakgen_rsa_rounds(uint32_t bits)
{
	static const struct {
		uint32_t bits;
		unsigned rounds;
	} table[] = {
		{ 1300, 2 },
		{ 850, 3 },
		{ 650, 4 },
		{ 550, 5 },
		{ 450, 6 },
		{ 400, 7 },
		{ 350, 8 },
		{ 300, 9 },
		{ 250, 12 },
		{ 200, 15 },
		{ 150, 18 },
	};

	for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (bits >= table[i].bits) {
			return table[i].rounds;
		}
	}
	return 27;
}

/* The first prime gets the odd bit. */
static uint32_t
prime_bits(const struct ka_weakgen_rsa *rsa)
{
	return rsa->has_p ? rsa->bits / 2 : (rsa->bits + 1) / 2;
}

void
ka_weakgen_rsa_init(struct ka_weakgen_rsa *rsa)
{
	*rsa = (struct ka_weakgen_rsa){ .state = KA_WEAKGEN_RSA_DONE };
	mpz_inits(
	    rsa->candidate, rsa->p, rsa->q, rsa->exponent, rsa->base, rsa->less_one, rsa->odd_part, rsa->power, NULL);
}

void
ka_weakgen_rsa_clear(struct ka_weakgen_rsa *rsa)
{
	mpz_clears(
	    rsa->candidate, rsa->p, rsa->q, rsa->exponent, rsa->base, rsa->less_one, rsa->odd_part, rsa->power, NULL);
}

void
ka_weakgen_rsa_start(
    struct ka_weakgen_rsa *rsa, const struct ka_weakgen_prng *prng, uint32_t bits, const mpz_t exponent)
{
	rsa->prng = *prng;
	rsa->bits = bits;
	rsa->has_p = false;
	rsa->exponent_mattered = false;
	rsa->state = KA_WEAKGEN_RSA_DRAW;
	mpz_set(rsa->exponent, exponent);
}

void
ka_weakgen_rsa_sift(mpz_t out_candidate, const uint8_t *drawn, uint32_t bits, const struct ka_weakgen_sieve *sieve,
    const struct ka_weakgen_kernels *kernels)
{
	uint32_t digits[KA_RSA_MAX_BITS / 64 + 1] = { 0 };
	uint16_t rests[KA_WEAKGEN_PADDED_PRIMES];
	uint32_t len = (bits + 7) / 8;

	for (uint32_t i = 0; i < len; i++) {
		digits[i / 4] |= (uint32_t)drawn[len - 1 - i] << (8 * (i % 4));
	}
	kernels->residues(rests, sieve, digits);
	mpz_import(out_candidate, len, 1, 1, 0, 0, drawn);
	mpz_add_ui(out_candidate, out_candidate, kernels->delta(sieve, rests));
}

void
ka_weakgen_rsa_draw(
    struct ka_weakgen_rsa *rsa, const struct ka_weakgen_sieve *sieve, const struct ka_weakgen_kernels *kernels)
{
	uint8_t buf[KA_WEAKGEN_MAX_DRAW_LEN];
	uint32_t bits = prime_bits(rsa);

	ka_weakgen_bn_draw(buf, &rsa->prng, bits, KA_WEAKGEN_TOP_TWO, true);
	ka_weakgen_rsa_sift(rsa->candidate, buf, bits, sieve, kernels);
	rsa->state = KA_WEAKGEN_RSA_TEST;
}

/* Draws the base of a round: 1 to candidate - 1. */
static enum ka_err
draw_base(struct ka_weakgen_rsa *rsa)
{
	enum ka_err err;

	mpz_sub_ui(rsa->less_one, rsa->candidate, 1);
	err = ka_weakgen_bn_rand_range(rsa->base, &rsa->prng, rsa->less_one);
	if (err != KA_OK) {
		return err;
	}
	mpz_add_ui(rsa->base, rsa->base, 1);
	return KA_OK;
}

/* One round: is base^odd_part = 1, or base^(odd_part 2^i) = -1 for an i < twos? */
static bool
round_passes(struct ka_weakgen_rsa *rsa, mp_bitcnt_t twos)
{
	mpz_powm(rsa->power, rsa->base, rsa->odd_part, rsa->candidate);
	if (mpz_cmp_ui(rsa->power, 1) == 0) {
		return true;
	}
	for (mp_bitcnt_t i = 0; i < twos; i++) {
		if (mpz_cmp(rsa->power, rsa->less_one) == 0) {
			return true;
		}
		mpz_mul(rsa->power, rsa->power, rsa->power);
		mpz_mod(rsa->power, rsa->power, rsa->candidate);
	}
	return false;
}

/* A prime was found: keep it or, if the exponent does not suit it, look for another one. */
static void
take_prime(struct ka_weakgen_rsa *rsa)
{
	mpz_sub_ui(rsa->less_one, rsa->candidate, 1);
	mpz_gcd(rsa->power, rsa->less_one, rsa->exponent);
	rsa->state = KA_WEAKGEN_RSA_DRAW;
	if (rsa->has_p && mpz_cmp(rsa->p, rsa->candidate) == 0) {
		return; /* the original's test for degenerate keys; takes a broken generator to come true */
	}
	if (mpz_cmp_ui(rsa->power, 1) != 0) {
		rsa->exponent_mattered = true;
		return;
	}
	if (!rsa->has_p) {
		rsa->has_p = true;
		mpz_swap(rsa->p, rsa->candidate);
		return;
	}
	mpz_swap(rsa->q, rsa->candidate);
	if (mpz_cmp(rsa->p, rsa->q) < 0) {
		mpz_swap(rsa->p, rsa->q);
	}
	rsa->state = KA_WEAKGEN_RSA_DONE;
}

enum ka_err
ka_weakgen_rsa_test(struct ka_weakgen_rsa *rsa)
{
	unsigned rounds = ka_weakgen_rsa_rounds(prime_bits(rsa));
	mp_bitcnt_t twos;

	mpz_sub_ui(rsa->less_one, rsa->candidate, 1);
	twos = mpz_scan1(rsa->less_one, 0);
	mpz_tdiv_q_2exp(rsa->odd_part, rsa->less_one, twos);
	for (unsigned i = 0; i < rounds; i++) {
		enum ka_err err = draw_base(rsa);

		if (err != KA_OK) {
			return err;
		}
		if (!round_passes(rsa, twos)) {
			rsa->state = KA_WEAKGEN_RSA_DRAW;
			return KA_OK;
		}
	}
	take_prime(rsa);
	return KA_OK;
}

enum ka_err
ka_weakgen_rsa_claim(
    struct ka_weakgen_rsa *rsa, enum ka_err (*add)(void *arg, mpz_srcptr number, mpz_srcptr base), void *arg)
{
	unsigned rounds = ka_weakgen_rsa_rounds(prime_bits(rsa));

	for (unsigned i = 0; i < rounds; i++) {
		enum ka_err err = draw_base(rsa);

		if (err == KA_OK) {
			err = add(arg, rsa->candidate, rsa->base);
		}
		if (err != KA_OK) {
			return err;
		}
	}
	take_prime(rsa);
	return KA_OK;
}

enum ka_err
ka_weakgen_rsa_reject(struct ka_weakgen_rsa *rsa)
{
	rsa->state = KA_WEAKGEN_RSA_DRAW;
	return draw_base(rsa);
}

bool
ka_weakgen_rsa_is_possible(mpz_srcptr modulus)
{
	size_t bits = mpz_sizeinbase(modulus, 2);

	/* 9/16 is 0.1001 in binary. */
	if (bits < 4 || (!mpz_tstbit(modulus, bits - 2) && !mpz_tstbit(modulus, bits - 3) && !mpz_tstbit(modulus, bits - 4))) {
		return false;
	}
	if (mpz_tdiv_ui(modulus, 3) != 1) {
		return false;
	}
	/* Odd numbers, not only primes: this is done once for each key. */
	for (unsigned long d = 5; d <= KA_WEAKGEN_LARGEST_PRIME; d += 2) {
		if (mpz_divisible_ui_p(modulus, d)) {
			return false;
		}
	}
	return true;
}

uint64_t
ka_weakgen_rsa_fingerprint(struct ka_weakgen_rsa *rsa)
{
	uint64_t fingerprint = 0;

	mpz_mul(rsa->power, rsa->p, rsa->q);
	mpz_tdiv_q_2exp(rsa->power, rsa->power, 64);
	mpz_tdiv_r_2exp(rsa->power, rsa->power, 64);
	mpz_export(&fingerprint, NULL, -1, sizeof(fingerprint), 0, 0, rsa->power);
	return fingerprint;
}
