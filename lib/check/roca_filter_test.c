/* SPDX-License-Identifier: Apache-2.0 */
/* The ROCA filter: its constants recomputed, its kernels against the definition, and what it costs in false alarms. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <keyassay/keyassay.h>

#include "lib/check/roca.h"
#include "lib/check/roca_const.h"
#include "lib/check/roca_filter.h"
#include "lib/kernel/kernel.h"
#include "lib/table/table_build_test.h"

static const char *const levels[] = { "scalar", "avx2", "avx512" };
#define NUM_LEVELS (sizeof(levels) / sizeof(levels[0]))
#define NUM_PRIMES (sizeof(ka_roca_primes) / sizeof(ka_roca_primes[0]))
#define NUM_PRIMORIALS (sizeof(ka_roca_primorials) / sizeof(ka_roca_primorials[0]))
#define NUM_FILTER (sizeof(ka_roca_filter) / sizeof(ka_roca_filter[0]))

static bool
is_prime(unsigned n)
{
	for (unsigned d = 2; d * d <= n; d++) {
		if (n % d == 0)
			return false;
	}
	return n > 1;
}

static void
primes_and_orders(void **state)
{
	unsigned next = 3;

	(void)state;
	for (size_t i = 0; i < NUM_PRIMES; i++) {
		const unsigned p = ka_roca_primes[i].prime;
		while (!is_prime(next))
			next++;
		assert_int_equal(p, next++);
		unsigned power = 65537 % p, order = 1;
		for (; power != 1; order++)
			power = power * (65537 % p) % p;
		assert_int_equal(ka_roca_primes[i].order, order);
	}
	assert_int_equal(next, 1428);
}

static void
primorials_and_chances(void **state)
{
	/* Nemec et al.: the first 39, 71, 126, 225 primes. */
	static const unsigned num_primes[NUM_PRIMORIALS] = { 39, 71, 126, 225 };

	(void)state;
	for (size_t i = 0; i < NUM_PRIMORIALS; i++) {
		/* The order of 65537 is the product over primes r of the highest power of r in any of the orders. */
		double chance = 0;
		assert_int_equal(ka_roca_primorials[i].num_primes + 1, num_primes[i]);
		assert_int_equal(ka_roca_primes[ka_roca_primorials[i].num_primes - 1].prime, ka_roca_primorials[i].largest_prime);
		for (unsigned r = 2; r < 1427; r++) {
			unsigned most = 0;
			if (!is_prime(r))
				continue;
			for (size_t k = 0; k < ka_roca_primorials[i].num_primes; k++) {
				unsigned times = 0;
				for (unsigned order = ka_roca_primes[k].order; order % r == 0; order /= r)
					times++;
				most = times > most ? times : most;
			}
			chance += most * log2(r);
		}
		for (size_t k = 0; k < ka_roca_primorials[i].num_primes; k++)
			chance -= log2(ka_roca_primes[k].prime - 1);
		assert_true(fabs(chance - ka_roca_primorials[i].log2_chance) < 1e-6);
	}
}

static void
filter_constants(void **state)
{
	uint64_t product = 1, weight = 1;

	(void)state;
	for (size_t i = 0; i < NUM_FILTER; i++) {
		const uint32_t p = ka_roca_filter[i].prime;
		uint32_t members[4] = { 0 };
		uint32_t power = 1;
		do {
			members[power / 32] |= UINT32_C(1) << power % 32;
			power = power * (65537 % p) % p;
		} while (power != 1);
		assert_memory_equal(ka_roca_filter[i].members, members, sizeof(members));
		product *= p;
	}
	assert_int_equal(product, KA_ROCA_FILTER_PRODUCT);
	for (size_t i = 0; i < KA_ROCA_NUM_WEIGHTS; i++) {
		assert_int_equal(ka_roca_weights[KA_ROCA_NUM_WEIGHTS - 1 - i], weight);
		weight = (weight << 32) % product;
	}
}

/* Horner's rule, byte by byte. */
static uint64_t
modulo(const uint8_t *n, size_t len, uint64_t m)
{
	uint64_t rest = 0;

	for (size_t i = 0; i < len; i++)
		rest = (rest << 8 | n[i]) % m;
	return rest;
}

static void
kernels_fold_as_the_scalar_one(void **state)
{
	static uint8_t bytes[KA_KEY_MAX_BYTES + 64];
	static uint32_t largest[KA_ROCA_NUM_WEIGHTS];
	uint64_t seed = 11;

	(void)state;
	for (size_t i = 0; i < KA_ROCA_NUM_WEIGHTS; i++)
		largest[i] = KA_FOLD_MAX_MODULUS - 1;
	for (size_t len = 0; len <= KA_KEY_MAX_BYTES; len += len < 600 ? 1 : 37) {
		bool ones = len % 5 == 0;
		/* An exact copy, so that a sanitizer sees every byte read outside. */
		size_t shift = (size_t)(build_random(&seed) % 64);
		uint8_t *copy = malloc(len + shift + 1);
		assert_non_null(copy);
		for (size_t i = 0; i < len; i++)
			copy[shift + i] = ones ? 0xff : (uint8_t)build_random(&seed);
		uint64_t sum = ka_roca_scalar.fold(ka_roca_weights + KA_ROCA_NUM_WEIGHTS, copy + shift, len);
		uint64_t large = ka_roca_scalar.fold(largest + KA_ROCA_NUM_WEIGHTS, copy + shift, len);
		assert_int_equal(sum % KA_ROCA_FILTER_PRODUCT, modulo(copy + shift, len, KA_ROCA_FILTER_PRODUCT));
		for (size_t i = 0; i < NUM_LEVELS; i++) {
			const struct ka_kernels *kernels = ka_kernels_by_name(levels[i]);
			if (kernels == NULL)
				continue;
			assert_int_equal(kernels->roca->fold(ka_roca_weights + KA_ROCA_NUM_WEIGHTS, copy + shift, len), sum);
			assert_int_equal(kernels->roca->fold(largest + KA_ROCA_NUM_WEIGHTS, copy + shift, len), large);
		}
		free(copy);
	}
	/* The longest modulus of ones and the largest weights: the sum that must not overflow. */
	memset(bytes, 0xff, sizeof(bytes));
	uint64_t sum = ka_roca_scalar.fold(largest + KA_ROCA_NUM_WEIGHTS, bytes, KA_KEY_MAX_BYTES);
	assert_int_equal(sum, UINT64_C(512) * UINT32_MAX * (KA_FOLD_MAX_MODULUS - 1));
	assert_true(sum / 512 / UINT32_MAX == KA_FOLD_MAX_MODULUS - 1);
}

static uint64_t pretended;

static uint64_t
pretend(const uint32_t *weights_end, const uint8_t *n, size_t n_len)
{
	(void)weights_end;
	(void)n;
	(void)n_len;
	return pretended;
}

/* The modulus 1 has a logarithm, so what is reported is what the filter lets pass: of all residues there are, those that are
 * powers of 65537 modulo each of its primes, 3 * 2 * 6 * 13. */
static void
filter_passes_powers_only(void **state)
{
	static const uint8_t one[] = { 1 };
	const struct ka_roca_kernel kernel = { .fold = pretend };
	struct ka_kernels kernels = *ka_kernels_best();
	struct ka_object object = { .key = { .algorithm = KA_KEY_RSA, .bits = 1, .modulus = { one, 1 } } };
	struct ka_ctx *ctx = ka_ctx_new();
	struct ka_verdict verdict;
	unsigned num_passed = 0;

	(void)state;
	assert_non_null(ctx);
	kernels.roca = &kernel;
	ka_ctx_set_kernels(ctx, &kernels);
	for (pretended = 0; pretended < KA_ROCA_FILTER_PRODUCT; pretended++) {
		ka_judge(&verdict, ctx, &object, KA_CHECK_BIT(KA_CHECK_ROCA), 0);
		num_passed += verdict.failed != 0;
	}
	assert_int_equal(num_passed, 3 * 2 * 6 * 13);
	uint64_t power = 1;
	for (unsigned i = 0; i < 500; i++, power = power * 65537 % KA_ROCA_FILTER_PRODUCT) {
		pretended = power + UINT64_C(1000000007) * KA_ROCA_FILTER_PRODUCT;
		ka_judge(&verdict, ctx, &object, KA_CHECK_BIT(KA_CHECK_ROCA), 0);
		assert_int_not_equal(verdict.failed, 0);
	}
	ka_ctx_free(ctx);
}

/* 100,000 moduli of 2048 bits that mean nothing, against both CVE checks, one by one and in a batch. */
static void
random_moduli_are_sound(void **state)
{
	enum { BATCH = 1000, ROUNDS = 100, LEN = 256, PIDS = 1000 };
	static uint8_t moduli[BATCH][LEN];
	static struct ka_object objects[BATCH];
	static struct ka_verdict verdicts[BATCH];
	static uint64_t fingerprints[9 * PIDS];
	const uint32_t checks = KA_CHECK_BIT(KA_CHECK_DEBIAN_WEAK) | KA_CHECK_BIT(KA_CHECK_ROCA);
	const struct build build = { "rsa:2048", 65537, PIDS, 11, 6, 19, fingerprints, 9 * PIDS, NULL, 0 };
	struct ka_ctx *ctx = ka_ctx_new();
	struct ka_table table;
	uint64_t seed = 2048;
	size_t len, num_seen = 0;

	(void)state;
	assert_non_null(ctx);
	for (size_t i = 0; i < 9 * PIDS; i++)
		fingerprints[i] = build_random(&seed);
	uint8_t *file = build_table(&len, &build);
	assert_int_equal(ka_table_open(&table, (struct ka_slice){ file, len }), KA_OK);
	assert_int_equal(ka_ctx_add_table(ctx, &table), KA_OK);
	for (size_t round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < BATCH; i++) {
			for (size_t k = 0; k < LEN; k += 8)
				build_put(moduli[i] + k, build_random(&seed), 8);
			moduli[i][0] |= 0x80;
			moduli[i][LEN - 1] |= 1;
			assert_int_equal(ka_key_from_modulus(&objects[i].key, (struct ka_slice){ moduli[i], LEN }), KA_OK);
		}
		ka_ctx_set_kernels(ctx, round % 2 == 0 ? ka_kernels_best() : ka_kernels_by_name("scalar"));
		ka_judge_batch(verdicts, ctx, objects, BATCH, checks, 0);
		for (size_t i = 0; i < BATCH; i++, num_seen++)
			assert_int_equal(verdicts[i].passed, checks);
	}
	assert_int_equal(num_seen, 100000);
	free(file);
	ka_ctx_free(ctx);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(primes_and_orders),
		cmocka_unit_test(primorials_and_chances),
		cmocka_unit_test(filter_constants),
		cmocka_unit_test(kernels_fold_as_the_scalar_one),
		cmocka_unit_test(filter_passes_powers_only),
		cmocka_unit_test(random_moduli_are_sound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
