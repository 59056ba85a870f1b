/* SPDX-License-Identifier: Apache-2.0 */
/* Every kernel's Fermat test agrees with GMP: random numbers, primes, pseudoprimes to base 2, extreme limbs, all
 * sizes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "weakgen/kernels.h"

static const uint32_t sizes[] = { 64, 100, 204, 205, 208, 256, 257, 512, 513, 768, 1023, 1024, 1025, 1280, 1536, 2049,
	4096, 8193 };

static bool
passes(mpz_srcptr n)
{
	mpz_t power, exponent;
	bool pass;

	mpz_init_set_ui(power, 2);
	mpz_init(exponent);
	mpz_sub_ui(exponent, n, 1);
	mpz_powm(power, power, exponent, n);
	pass = mpz_cmp_ui(power, 1) == 0;
	mpz_clear(power);
	mpz_clear(exponent);
	return pass;
}

/* Fills eight numbers of up to bits bits: some random, some prime, some of all ones, some shorter. */
static void
fill(mpz_t numbers[KA_WEAKGEN_LANES], gmp_randstate_t random, uint32_t bits, unsigned round)
{
	for (unsigned i = 0; i < KA_WEAKGEN_LANES; i++) {
		uint32_t len = (i + round) % 5 == 0 ? bits - 7 : bits;
		mpz_urandomb(numbers[i], random, len - 1);
		mpz_setbit(numbers[i], len - 1);
		mpz_setbit(numbers[i], 0);
		if ((i + round) % 3 == 0 && bits <= 1536) {
			mpz_clrbit(numbers[i], len - 2);
			mpz_nextprime(numbers[i], numbers[i]);
		} else if ((i + round) % 7 == 0) {
			mpz_set_ui(numbers[i], 0);
			mpz_setbit(numbers[i], bits);
			mpz_sub_ui(numbers[i], numbers[i], 1);
		} else if ((i + round) % 11 == 0) {
			mpz_set_ui(numbers[i], 1);
			mpz_setbit(numbers[i], bits - 1);
		}
	}
}

static void
compare(const struct ka_weakgen_kernels *kernels, uint32_t bits, unsigned num_rounds)
{
	gmp_randstate_t random;
	mpz_t numbers[KA_WEAKGEN_LANES];
	mpz_srcptr pointers[KA_WEAKGEN_LANES];
	void *scratch = aligned_alloc(64, kernels->fermat_scratch_len(bits));

	assert_non_null(scratch);
	gmp_randinit_default(random);
	gmp_randseed_ui(random, bits);
	for (unsigned i = 0; i < KA_WEAKGEN_LANES; i++) {
		mpz_init(numbers[i]);
		pointers[i] = numbers[i];
	}
	for (unsigned round = 0; round < num_rounds; round++) {
		fill(numbers, random, bits, round);
		unsigned mask = kernels->fermat(scratch, pointers, bits);
		for (unsigned i = 0; i < KA_WEAKGEN_LANES; i++)
			assert_int_equal((mask >> i) & 1, passes(numbers[i]));
	}
	for (unsigned i = 0; i < KA_WEAKGEN_LANES; i++)
		mpz_clear(numbers[i]);
	gmp_randclear(random);
	free(scratch);
}

/* Powers of random bases with random exponents, 0 and the largest among them. */
static void
compare_powers(const struct ka_weakgen_kernels *kernels, uint32_t bits, unsigned num_rounds)
{
	gmp_randstate_t random;
	mpz_t numbers[KA_WEAKGEN_LANES], bases[KA_WEAKGEN_LANES], exponents[KA_WEAKGEN_LANES], out[KA_WEAKGEN_LANES], wanted;
	mpz_srcptr n[KA_WEAKGEN_LANES], b[KA_WEAKGEN_LANES], e[KA_WEAKGEN_LANES];
	void *scratch = aligned_alloc(64, kernels->fermat_scratch_len(bits));

	assert_non_null(scratch);
	gmp_randinit_default(random);
	gmp_randseed_ui(random, bits);
	mpz_init(wanted);
	for (unsigned i = 0; i < KA_WEAKGEN_LANES; i++) {
		mpz_inits(numbers[i], bases[i], exponents[i], out[i], NULL);
		n[i] = numbers[i];
		b[i] = bases[i];
		e[i] = exponents[i];
	}
	for (unsigned round = 0; round < num_rounds; round++) {
		fill(numbers, random, bits, round);
		for (unsigned i = 0; i < KA_WEAKGEN_LANES; i++) {
			mpz_urandomm(bases[i], random, numbers[i]);
			mpz_urandomm(exponents[i], random, numbers[i]);
			if ((i + round) % 7 == 0)
				mpz_set_ui(bases[i], round % 3);
			if ((i + round) % 6 == 0)
				mpz_set_ui(exponents[i], round % 2);
			if ((i + round) % 9 == 0) {
				mpz_sub_ui(bases[i], numbers[i], 1);
				mpz_sub_ui(exponents[i], numbers[i], 1);
			}
		}
		kernels->power(scratch, out, b, e, n, bits);
		for (unsigned i = 0; i < KA_WEAKGEN_LANES; i++) {
			mpz_powm(wanted, bases[i], exponents[i], numbers[i]);
			assert_int_equal(mpz_cmp(out[i], wanted), 0);
		}
	}
	for (unsigned i = 0; i < KA_WEAKGEN_LANES; i++)
		mpz_clears(numbers[i], bases[i], exponents[i], out[i], NULL);
	mpz_clear(wanted);
	gmp_randclear(random);
	free(scratch);
}

static const struct ka_weakgen_kernels *
level(const char *name)
{
	const struct ka_weakgen_kernels *kernels = ka_weakgen_kernels_by_name(name);

	if (kernels == NULL)
		skip();
	return kernels;
}

static void
ifma_agrees_with_gmp(void **state)
{
	const struct ka_weakgen_kernels *kernels = level("avx512ifma");
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		compare(kernels, sizes[i], sizes[i] > 4096 ? 1 : sizes[i] > 1024 ? 2 : 12);
}

static void
ifma_powers_agree_with_gmp(void **state)
{
	const struct ka_weakgen_kernels *kernels = level("avx512ifma");
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		compare_powers(kernels, sizes[i], sizes[i] > 4096 ? 1 : sizes[i] > 1024 ? 2 : 20);
}

/* Composite, yet 2^(n-1) = 1: the kernel computes the power and decides nothing else. */
static void
pseudoprimes_pass(void **state)
{
	static const char *const pseudoprimes[KA_WEAKGEN_LANES] = { "341", "561", "2047", "1729", "3215031751", "46856248255981",
		"318665857834031151167461", "3317044064679887385961981" };
	const struct ka_weakgen_kernels *kernels = level("avx512ifma");
	mpz_t numbers[KA_WEAKGEN_LANES];
	mpz_srcptr pointers[KA_WEAKGEN_LANES];
	void *scratch = aligned_alloc(64, kernels->fermat_scratch_len(90));

	(void)state;
	assert_non_null(scratch);
	for (unsigned i = 0; i < KA_WEAKGEN_LANES; i++) {
		mpz_init_set_str(numbers[i], pseudoprimes[i], 10);
		pointers[i] = numbers[i];
	}
	assert_int_equal(kernels->fermat(scratch, pointers, 90), 0xff);
	for (unsigned i = 0; i < KA_WEAKGEN_LANES; i++)
		mpz_clear(numbers[i]);
	free(scratch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ifma_agrees_with_gmp),
		cmocka_unit_test(ifma_powers_agree_with_gmp),
		cmocka_unit_test(pseudoprimes_pass),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
