/* SPDX-License-Identifier: Apache-2.0 */
#include "weakgen/reject.h"

#include "weakgen/rsa.h"

#include <string.h>

/* Factors are looked for up to here; nobody uses exponents that have larger ones and are not prime. */
#define TRIAL_LIMIT (1ul << 20)

/* Deltas are below this, but for a chance of 2^-50; all factors that count are larger. */
#define MAX_DELTA KA_WEAKGEN_NEAR_MAX_DELTA

/* The candidates' least chance of being taken for primes though they are not. */
#define ROUNDS 24

static void
add_factor(struct ka_weakgen_reject *reject, unsigned long factor)
{
	if (reject->num_factors == KA_WEAKGEN_REJECT_MAX_FACTORS) {
		reject->has_others = true;
		return;
	}
	reject->factors[reject->num_factors++] = factor;
}

static void
find_factors(struct ka_weakgen_reject *reject)
{
	mpz_t rest, divisor;

	mpz_init_set(rest, reject->exponents);
	mpz_init(divisor);
	for (unsigned long f = 3; f < TRIAL_LIMIT && mpz_cmp_ui(rest, 1) > 0; f += 2) {
		if (!mpz_divisible_ui_p(rest, f)) {
			continue;
		}
		mpz_set_ui(divisor, f);
		(void)mpz_remove(rest, rest, divisor);
		if (f > KA_WEAKGEN_LARGEST_PRIME) {
			add_factor(reject, f);
		}
	}
	if (mpz_cmp_ui(rest, 1) > 0) {
		if (mpz_fits_ulong_p(rest) && mpz_probab_prime_p(rest, ROUNDS) > 0) {
			add_factor(reject, mpz_get_ui(rest));
		} else {
			reject->has_others = true;
		}
	}
	mpz_clears(rest, divisor, NULL);
}

enum ka_err
ka_weakgen_reject_init(struct ka_weakgen_reject *reject, const struct ka_weakgen_kernels *kernels, uint32_t bits,
    mpz_srcptr exponents)
{
	*reject = (struct ka_weakgen_reject){ .kernels = kernels, .bits = bits };
	mpz_inits(reject->candidate, reject->common, NULL);
	mpz_init_set(reject->exponents, exponents);
	find_factors(reject);
	return ka_weakgen_sieve_init(&reject->sieve, bits);
}

void
ka_weakgen_reject_clear(struct ka_weakgen_reject *reject)
{
	mpz_clears(reject->candidate, reject->common, reject->exponents, NULL);
	ka_weakgen_sieve_clear(&reject->sieve);
}

/* A big-endian number as limbs, lowest first; returns how many. */
static mp_size_t
load_limbs(mp_limb_t *limbs, const uint8_t *bytes, size_t len)
{
	mp_size_t num = 0;

	while (len > 0) {
		size_t take = len < sizeof(mp_limb_t) ? len : sizeof(mp_limb_t);
		mp_limb_t limb = 0;

		len -= take;
		for (size_t i = 0; i < take; i++) {
			limb = limb << 8 | bytes[len + i];
		}
		limbs[num++] = limb;
	}
	return num;
}

/* Would the trial division by the smallest primes let delta pass? */
static bool
may_be_delta(const mp_limb_t *limbs, mp_size_t num, unsigned long delta)
{
	static const uint8_t primes[] = { 3, 5, 7, 11, 13, 17, 19, 23, 29 };
	const mp_limb_t product = 3234846615u;
	unsigned long r = mpn_mod_1(limbs, num, product) + delta;

	for (unsigned i = 0; i < sizeof(primes); i++) {
		if (r % primes[i] <= 1) {
			return false;
		}
	}
	return true;
}

/* Might x + delta be 1 modulo one of the factors? With 65537 that may be so for one number in 200, and is for one in 300 of
 * these. */
static bool
may_share(const struct ka_weakgen_reject *reject, const uint8_t *x)
{
	mp_limb_t limbs[KA_RSA_MAX_BITS / 2 / GMP_NUMB_BITS + 1];
	mp_size_t num = load_limbs(limbs, x, (reject->bits + 7) / 8);

	for (unsigned i = 0; i < reject->num_factors; i++) {
		unsigned long factor = reject->factors[i], r = mpn_mod_1(limbs, num, factor);
		unsigned long delta = r <= 1 ? 1 - r : factor + 1 - r;

		if (delta % 2 == 0 && delta < MAX_DELTA && may_be_delta(limbs, num, delta)) {
			return true;
		}
	}
	return false;
}

bool
ka_weakgen_reject_test(struct ka_weakgen_reject *reject, const uint8_t *x)
{
	if (!reject->has_others && !may_share(reject, x)) {
		return false;
	}
	ka_weakgen_rsa_sift(reject->candidate, x, reject->bits, &reject->sieve, reject->kernels);
	mpz_sub_ui(reject->common, reject->candidate, 1);
	mpz_gcd(reject->common, reject->common, reject->exponents);
	return mpz_cmp_ui(reject->common, 1) != 0 && mpz_probab_prime_p(reject->candidate, ROUNDS) > 0;
}
