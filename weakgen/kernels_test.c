/* SPDX-License-Identifier: Apache-2.0 */
/* Every level's kernels give what the scalar ones give: random input, extremes, all sizes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "weakgen/kernels.h"

#define NUM_ROUNDS 200

static const char *const levels[] = { "sha-ni", "avx512ifma-only", "avx512ifma" };

/* xorshift64*: the same numbers in every run. */
static uint32_t
next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t)(*state * UINT64_C(2685821657736338717) >> 32);
}

/* FIPS 180-4's example, so that the specification itself is tested against something. */
static void
sha1_of_abc(void **state)
{
	static const uint8_t wanted[KA_WEAKGEN_SHA1_LEN] = { 0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81, 0x6a, 0xba, 0x3e,
		0x25, 0x71, 0x78, 0x50, 0xc2, 0x6c, 0x9c, 0xd0, 0xd8, 0x9d };
	uint8_t buf[2 * KA_WEAKGEN_SHA1_BLOCK] = "abc";
	uint8_t digest[KA_WEAKGEN_SHA1_LEN];

	(void)state;
	ka_weakgen_sha1_short(ka_weakgen_sha1_scalar, digest, buf, 3);
	assert_memory_equal(digest, wanted, sizeof(wanted));
}

/* 56 bytes are the shortest message that needs a second block. */
static void
sha1_of_two_blocks(void **state)
{
	static const uint8_t wanted[KA_WEAKGEN_SHA1_LEN] = { 0x84, 0x98, 0x3e, 0x44, 0x1c, 0x3b, 0xd2, 0x6e, 0xba, 0xae,
		0x4a, 0xa1, 0xf9, 0x51, 0x29, 0xe5, 0xe5, 0x46, 0x70, 0xf1 };
	uint8_t buf[2 * KA_WEAKGEN_SHA1_BLOCK] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	uint8_t digest[KA_WEAKGEN_SHA1_LEN];

	(void)state;
	ka_weakgen_sha1_short(ka_weakgen_sha1_scalar, digest, buf, 56);
	assert_memory_equal(digest, wanted, sizeof(wanted));
}

static void
sha1_levels_agree(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (size_t level = 0; level < sizeof(levels) / sizeof(levels[0]); level++) {
		const struct ka_weakgen_kernels *kernels = ka_weakgen_kernels_by_name(levels[level]);

		for (unsigned round = 0; kernels != NULL && round < NUM_ROUNDS; round++) {
			uint32_t a[5], b[5];
			uint8_t block[KA_WEAKGEN_SHA1_BLOCK + 1];

			for (unsigned i = 0; i < sizeof(block); i++) {
				block[i] = (uint8_t)next_random(&seed);
			}
			for (unsigned i = 0; i < 5; i++) {
				a[i] = b[i] = next_random(&seed);
			}
			/* An odd address: no alignment is promised. */
			ka_weakgen_sha1_scalar(a, block + 1);
			kernels->sha1(b, block + 1);
			assert_memory_equal(a, b, sizeof(a));
		}
	}
}

static void
compare_sieves(const struct ka_weakgen_kernels *kernels, uint32_t bits, uint64_t *seed)
{
	uint16_t a[KA_WEAKGEN_PADDED_PRIMES], b[KA_WEAKGEN_PADDED_PRIMES];
	uint32_t digits[8192 / 32];
	struct ka_weakgen_sieve sieve = { 0 };

	assert_int_equal(ka_weakgen_sieve_init(&sieve, bits), KA_OK);
	for (unsigned round = 0; round < NUM_ROUNDS; round++) {
		for (uint32_t i = 0; i < sieve.num_digits; i++) {
			digits[i] = round == 0 ? 0 : round == 1 ? UINT32_MAX : next_random(seed);
		}
		ka_weakgen_residues_scalar(a, &sieve, digits);
		kernels->residues(b, &sieve, digits);
		assert_memory_equal(a, b, sizeof(a));
		assert_int_equal(ka_weakgen_delta_scalar(&sieve, a), kernels->delta(&sieve, b));
	}
	ka_weakgen_sieve_clear(&sieve);
}

static void
sieve_levels_agree(void **state)
{
	static const uint32_t sizes[] = { 32, 33, 256, 512, 1000, 1024, 1025, 2048, 4096, 8192 };
	uint64_t seed = 2;

	(void)state;
	for (size_t level = 0; level < sizeof(levels) / sizeof(levels[0]); level++) {
		const struct ka_weakgen_kernels *kernels = ka_weakgen_kernels_by_name(levels[level]);

		for (size_t i = 0; kernels != NULL && i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			compare_sieves(kernels, sizes[i], &seed);
		}
	}
}

/* Random numbers, numbers with a planted factor of the first, last or any prime of the sieve, extremes. */
static void
compare_wide(const struct ka_weakgen_kernels *kernels, uint32_t bits, uint32_t limit, gmp_randstate_t random)
{
	static const unsigned long planted[] = { 17881, 17891, 20011, 65521, 65519, 40009, 17863, 65537 };
	mpz_t numbers[KA_WEAKGEN_WIDE_LANES];
	mpz_srcptr pointers[KA_WEAKGEN_WIDE_LANES];
	struct ka_weakgen_wide wide;
	unsigned num_found = 0;

	assert_int_equal(ka_weakgen_wide_init(&wide, bits, limit), KA_OK);
	for (unsigned i = 0; i < KA_WEAKGEN_WIDE_LANES; i++) {
		mpz_init(numbers[i]);
		pointers[i] = numbers[i];
	}
	for (unsigned round = 0; round < NUM_ROUNDS; round++) {
		unsigned num = 1 + round % KA_WEAKGEN_WIDE_LANES, wanted;

		for (unsigned i = 0; i < num; i++) {
			mpz_urandomb(numbers[i], random, bits);
			if (round % 3 == 1) {
				mpz_mul_ui(numbers[i], numbers[i], planted[(round + i) % 8]);
				mpz_tdiv_r_2exp(numbers[i], numbers[i], bits);
			}
			if (round % 3 == 2) {
				/* The largest multiple of that many bits. */
				mpz_set_ui(numbers[i], 0);
				mpz_setbit(numbers[i], bits);
				mpz_sub_ui(numbers[i], numbers[i], 1);
				mpz_sub_ui(numbers[i], numbers[i], mpz_fdiv_ui(numbers[i], planted[(round + i) % 8]));
			}
			mpz_setbit(numbers[i], bits - 1);
		}
		wanted = ka_weakgen_wide_scalar(&wide, pointers, num);
		assert_int_equal(kernels->wide(&wide, pointers, num), wanted);
		num_found += wanted != 0;
	}
	assert_true(limit < 17881 ? num_found == 0 : num_found > NUM_ROUNDS / 10);
	for (unsigned i = 0; i < KA_WEAKGEN_WIDE_LANES; i++) {
		mpz_clear(numbers[i]);
	}
	ka_weakgen_wide_clear(&wide);
}

static void
wide_levels_agree(void **state)
{
	static const struct {
		uint32_t bits, limit;
	} cases[] = { { 256, 17881 }, { 257, 65536 }, { 512, 65521 }, { 1025, 165000 }, { 1537, 170000 }, { 2049, 300000 },
		{ 8193, 65536 }, { 512, 17880 } };
	gmp_randstate_t random;

	(void)state;
	gmp_randinit_default(random);
	for (size_t level = 0; level < sizeof(levels) / sizeof(levels[0]); level++) {
		const struct ka_weakgen_kernels *kernels = ka_weakgen_kernels_by_name(levels[level]);

		for (size_t i = 0; kernels != NULL && i < sizeof(cases) / sizeof(cases[0]); i++) {
			compare_wide(kernels, cases[i].bits, cases[i].limit, random);
		}
	}
	gmp_randclear(random);
}

/* The specification against division, prime by prime. */
static void
wide_means_a_factor(void **state)
{
	struct ka_weakgen_wide wide;
	gmp_randstate_t random;
	mpz_t number, prime;
	unsigned num_found = 0;

	(void)state;
	assert_int_equal(ka_weakgen_wide_init(&wide, 300, 65536), KA_OK);
	gmp_randinit_default(random);
	mpz_inits(number, prime, NULL);
	for (unsigned round = 0; round < NUM_ROUNDS; round++) {
		const mpz_srcptr pointer = number;
		bool found = false;

		mpz_urandomb(number, random, 300);
		mpz_setbit(number, 299);
		mpz_set_ui(prime, KA_WEAKGEN_LARGEST_PRIME);
		for (mpz_nextprime(prime, prime); mpz_cmp_ui(prime, 65536) <= 0; mpz_nextprime(prime, prime)) {
			found = found || mpz_divisible_p(number, prime) != 0;
		}
		assert_int_equal(ka_weakgen_wide_scalar(&wide, &pointer, 1), found);
		num_found += found;
	}
	/* 1 - ln 17863 / ln 65536 = 11.7 % */
	assert_in_range(num_found, NUM_ROUNDS / 25, NUM_ROUNDS / 4);
	mpz_clears(number, prime, NULL);
	gmp_randclear(random);
	ka_weakgen_wide_clear(&wide);
}

/* The definition, word by word, against the sieve by windows; deltas beyond the first window included. */
static void
delta_is_the_smallest(void **state)
{
	struct ka_weakgen_sieve sieve = { 0 };
	uint16_t residues[KA_WEAKGEN_PADDED_PRIMES], copy[KA_WEAKGEN_PADDED_PRIMES];
	unsigned num_far = 0;
	uint64_t seed = 3;

	(void)state;
	assert_int_equal(ka_weakgen_sieve_init(&sieve, 64), KA_OK);
	for (unsigned round = 0; round < 20 * NUM_ROUNDS; round++) {
		uint32_t digits[2] = { next_random(&seed) | 1, next_random(&seed) };
		uint32_t delta = 0;
		uint64_t x = (uint64_t)digits[1] << 32 | digits[0];

		ka_weakgen_residues_scalar(residues, &sieve, digits);
		for (uint32_t i = 0; i < KA_WEAKGEN_NUM_PRIMES; i++) {
			assert_int_equal(residues[i], x % sieve.primes[i]);
		}
		for (uint32_t i = 0; i < KA_WEAKGEN_NUM_PRIMES;) {
			if ((residues[i] + delta) % sieve.primes[i] <= 1) {
				delta += 2;
				i = 0;
				continue;
			}
			i++;
		}
		memcpy(copy, residues, sizeof(copy));
		assert_int_equal(ka_weakgen_delta_scalar(&sieve, copy), delta);
		num_far += delta >= 1024;
	}
	assert_true(num_far > 5);
	ka_weakgen_sieve_clear(&sieve);
}

static void
primes_are_the_first_2048(void **state)
{
	struct ka_weakgen_sieve sieve = { 0 };

	(void)state;
	assert_int_equal(ka_weakgen_sieve_init(&sieve, 32), KA_OK);
	assert_int_equal(sieve.primes[0], 3);
	assert_int_equal(sieve.primes[166], 997);
	assert_int_equal(sieve.primes[1227], 9973);
	assert_int_equal(sieve.primes[KA_WEAKGEN_NUM_PRIMES - 1], KA_WEAKGEN_LARGEST_PRIME);
	ka_weakgen_sieve_clear(&sieve);
}

static void
unknown_level_is_refused(void **state)
{
	(void)state;
	assert_null(ka_weakgen_kernels_by_name("abacus"));
	assert_non_null(ka_weakgen_kernels_by_name("scalar"));
	assert_non_null(ka_weakgen_kernels_best());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha1_of_abc),
		cmocka_unit_test(sha1_of_two_blocks),
		cmocka_unit_test(sha1_levels_agree),
		cmocka_unit_test(primes_are_the_first_2048),
		cmocka_unit_test(delta_is_the_smallest),
		cmocka_unit_test(sieve_levels_agree),
		cmocka_unit_test(wide_levels_agree),
		cmocka_unit_test(wide_means_a_factor),
		cmocka_unit_test(unknown_level_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
