/* SPDX-License-Identifier: Apache-2.0 */
#include "weakgen/near_sieve.h"

#include <gmp.h>

#include <stdlib.h>

#define LIMB_BITS 52u
#define PACK_LIMIT (UINT64_C(1) << 50)

/* Kernels read whole vectors. */
#define PATTERN_SLACK 64u

static void
find_primes(uint16_t primes[KA_WEAKGEN_NEAR_PRIMES])
{
	unsigned num = 0;

	for (uint16_t candidate = 3; num < KA_WEAKGEN_NEAR_PRIMES; candidate += 2) {
		uint16_t d = 3;

		while (d * d <= candidate && candidate % d != 0) {
			d += 2;
		}
		if (d * d > candidate) {
			primes[num++] = candidate;
		}
	}
}

static size_t
pattern_len(uint32_t prime)
{
	return KA_WEAKGEN_NEAR_WINDOW / 8 + prime + PATTERN_SLACK;
}

static void
make_pattern(uint8_t *pattern, uint32_t prime)
{
	for (uint32_t h = 0; h < 8 * pattern_len(prime); h++) {
		if (2 * h % prime > 1) {
			pattern[h / 8] |= (uint8_t)(1u << (h % 8));
		}
	}
}

static void
add_prime(struct ka_weakgen_near_pack *pack, uint32_t prime, const uint8_t *pattern)
{
	pack->primes[pack->num] = prime;
	pack->inverses[pack->num] = 1.0 / prime;
	pack->whole[pack->num] = prime;
	pack->patterns[pack->num] = pattern;
	pack->modulus *= prime;
	pack->num++;
}

/* The largest prime with the smallest ones that still fit, so that packs are full. */
static void
make_packs(struct ka_weakgen_near_sieve *sieve)
{
	uint16_t primes[KA_WEAKGEN_NEAR_PRIMES];
	unsigned low = 0, high = KA_WEAKGEN_NEAR_PRIMES;
	uint8_t *pattern = sieve->patterns;

	find_primes(primes);
	while (low < high) {
		struct ka_weakgen_near_pack *pack = &sieve->packs[sieve->num_packs++];

		pack->modulus = 1;
		for (unsigned i = 0; i < KA_WEAKGEN_NEAR_PACK; i++) {
			pack->primes[i] = pack->inverses[i] = 1;
			pack->whole[i] = 1;
		}
		while (low < high && pack->num < KA_WEAKGEN_NEAR_PACK) {
			uint16_t prime = pack->modulus * primes[high - 1] < PACK_LIMIT ? primes[high - 1] : primes[low];

			if (pack->modulus * prime >= PACK_LIMIT) {
				break;
			}
			if (prime == primes[high - 1]) {
				high--;
			} else {
				low++;
			}
			make_pattern(pattern, prime);
			add_prime(pack, prime, pattern);
			pattern += pattern_len(prime);
		}
	}
}

static void
make_powers(struct ka_weakgen_near_sieve *sieve, uint32_t shift)
{
	mpz_t modulus, power, two;

	mpz_inits(modulus, power, two, NULL);
	for (uint32_t k = 0; k < sieve->num_packs; k++) {
		mpz_set_ui(modulus, sieve->packs[k].modulus);
		mpz_set_ui(two, 2);
		/* The product is odd: 2 has an inverse. */
		(void)mpz_invert(power, two, modulus);
		mpz_powm_ui(power, power, shift, modulus);
		for (uint32_t i = 0; i <= sieve->num_limbs; i++) {
			sieve->powers[k * (sieve->num_limbs + 1) + i] = mpz_get_ui(power);
			mpz_mul_2exp(power, power, LIMB_BITS);
			mpz_mod(power, power, modulus);
		}
	}
	mpz_clears(modulus, power, two, NULL);
}

enum ka_err
ka_weakgen_near_sieve_new(struct ka_weakgen_near_sieve **out, uint32_t num_limbs, uint32_t shift)
{
	struct ka_weakgen_near_sieve *sieve = calloc(1, sizeof(*sieve));
	uint16_t primes[KA_WEAKGEN_NEAR_PRIMES];
	size_t len = 0;

	if (sieve == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	find_primes(primes);
	for (unsigned i = 0; i < KA_WEAKGEN_NEAR_PRIMES; i++) {
		len += pattern_len(primes[i]);
	}
	sieve->num_limbs = num_limbs;
	sieve->patterns = calloc(1, len);
	sieve->powers = calloc(KA_WEAKGEN_NEAR_MAX_PACKS * ((size_t)num_limbs + 1), sizeof(*sieve->powers));
	if (sieve->patterns == NULL || sieve->powers == NULL) {
		ka_weakgen_near_sieve_free(sieve);
		return KA_ERR_NO_MEMORY;
	}
	make_packs(sieve);
	make_powers(sieve, shift);
	*out = sieve;
	return KA_OK;
}

void
ka_weakgen_near_sieve_free(struct ka_weakgen_near_sieve *sieve)
{
	if (sieve == NULL) {
		return;
	}
	free(sieve->patterns);
	free(sieve->powers);
	free(sieve);
}

unsigned
ka_weakgen_near_deltas(uint16_t out[KA_WEAKGEN_NEAR_DELTAS], const uint8_t *x, size_t len)
{
	uint16_t primes[KA_WEAKGEN_NEAR_PRIMES];
	unsigned num = 0;
	mpz_t number;

	mpz_init(number);
	mpz_import(number, len, 1, 1, 0, 0, x);
	find_primes(primes);
	for (uint32_t delta = 0; delta < 2 * KA_WEAKGEN_NEAR_WINDOW && num < KA_WEAKGEN_NEAR_DELTAS; delta += 2) {
		unsigned i = 0;

		while (i < KA_WEAKGEN_NEAR_PRIMES && (mpz_fdiv_ui(number, primes[i]) + delta) % primes[i] > 1) {
			i++;
		}
		if (i == KA_WEAKGEN_NEAR_PRIMES) {
			out[num++] = (uint16_t)delta;
		}
	}
	mpz_clear(number);
	return num;
}
