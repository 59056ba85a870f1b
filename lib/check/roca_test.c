/* SPDX-License-Identifier: Apache-2.0 */
/* ROCA. Keys with the structure of CVE-2017-15361 are built here with GMP, and the logarithm in the evidence is checked by
 * raising 65537 to it; near misses are built residue by residue. Independent vectors: KEYASSAY_VECTORS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <gmp.h>

#include <keyassay/keyassay.h>

#include "lib/check/roca.h"
#include "lib/table/table_build_test.h"

#define MAX_PRIMES 256u
#define MAX_BYTES (2 * KA_KEY_MAX_BYTES)

static uint64_t seed = 42;
static unsigned primes[MAX_PRIMES];
static unsigned orders[MAX_PRIMES];
static size_t num_primes; /* odd ones up to 1427 */

static int
set_up(void **state)
{
	(void)state;
	for (unsigned p = 3; p <= 1427; p += 2) {
		bool is_prime = true;
		for (unsigned d = 3; d * d <= p; d += 2)
			is_prime &= p % d != 0;
		if (!is_prime)
			continue;
		unsigned order = 1;
		for (unsigned power = 65537 % p; power != 1; power = power * (65537 % p) % p)
			order++;
		primes[num_primes] = p;
		orders[num_primes++] = order;
	}
	return 0;
}

static void
primorial(mpz_t out, unsigned limit)
{
	mpz_set_ui(out, 2);
	for (size_t i = 0; i < num_primes && primes[i] <= limit; i++)
		mpz_mul_ui(out, out, primes[i]);
}

/* The order of 65537 modulo the primorial: the least common multiple of its orders. */
static void
primorial_order(mpz_t out, unsigned limit)
{
	mpz_set_ui(out, 1);
	for (size_t i = 0; i < num_primes && primes[i] <= limit; i++)
		mpz_lcm_ui(out, out, orders[i]);
}

static void
random_bits(mpz_t out, size_t bits)
{
	mpz_set_ui(out, 0);
	for (size_t i = 0; i < bits; i += 32) {
		mpz_mul_2exp(out, out, 32);
		mpz_add_ui(out, out, (unsigned long)(build_random(&seed) >> 32));
	}
	mpz_fdiv_r_2exp(out, out, bits);
}

static struct ka_slice
to_bytes(uint8_t *room, const mpz_t n)
{
	size_t len = 0;

	assert_in_range(mpz_sizeinbase(n, 2), 0, 8 * MAX_BYTES);
	mpz_export(room, &len, 1, 1, 1, 0, n);
	return (struct ka_slice){ room, len };
}

/* A prime k M + (65537^a mod M) of exactly so many bits, the two highest set. */
static void
roca_prime(mpz_t out, size_t bits, unsigned limit)
{
	mpz_t m, a, k, power;

	mpz_inits(m, a, k, power, NULL);
	primorial(m, limit);
	do {
		random_bits(a, 600);
		mpz_set_ui(power, 65537);
		mpz_powm(power, power, a, m);
		random_bits(out, bits);
		mpz_setbit(out, bits - 1);
		mpz_setbit(out, bits - 2);
		mpz_fdiv_q(k, out, m);
		mpz_mul(out, k, m);
		mpz_add(out, out, power);
	} while (mpz_sizeinbase(out, 2) != bits || mpz_tstbit(out, bits - 2) == 0 || mpz_probab_prime_p(out, 20) == 0);
	mpz_clears(m, a, k, power, NULL);
}

static void
assert_log_is_right(const struct ka_roca_evidence *evidence, const mpz_t n)
{
	mpz_t m, order, log, power, rest;

	mpz_inits(m, order, log, power, rest, NULL);
	assert_int_equal(evidence->generator, 65537);
	primorial(m, evidence->primorial_prime);
	primorial_order(order, evidence->primorial_prime);
	assert_in_range(evidence->log_len, 1, KA_ROCA_LOG_MAX);
	assert_true(evidence->log_len == 1 || evidence->log[0] != 0);
	mpz_import(log, evidence->log_len, 1, 1, 1, 0, evidence->log);
	assert_true(mpz_cmp(log, order) < 0);
	mpz_set_ui(power, 65537);
	mpz_powm(power, power, log, m);
	mpz_mod(rest, n, m);
	assert_int_equal(mpz_cmp(power, rest), 0);
	mpz_clears(m, order, log, power, rest, NULL);
}

static bool
judged_roca(struct ka_verdict *out_verdict, struct ka_slice modulus, uint32_t bits, const char *kernels)
{
	struct ka_ctx *ctx = ka_ctx_new();
	struct ka_object object = { .key = { .algorithm = KA_KEY_RSA, .bits = bits, .modulus = modulus } };

	assert_non_null(ctx);
	if (kernels != NULL)
		ka_ctx_set_kernels(ctx, ka_kernels_by_name(kernels));
	memset(out_verdict, 0, sizeof(*out_verdict));
	ka_judge(out_verdict, ctx, &object, KA_CHECK_BIT(KA_CHECK_ROCA), 0);
	ka_ctx_free(ctx);
	assert_int_equal(out_verdict->passed | out_verdict->failed, KA_CHECK_BIT(KA_CHECK_ROCA));
	return out_verdict->failed != 0;
}

static void
built_keys_are_found_with_their_logarithm(void **state)
{
	static const struct {
		size_t bits;
		unsigned limit;
		unsigned evidence;
		const char *why;
	} rows[] = {
		{ 512, 167, 167, "smallest of the first class" },
		{ 960, 167, 167, "largest of the first class" },
		{ 992, 353, 353, "smallest of the second class" },
		{ 1024, 353, 353, "the usual size of smart cards" },
		{ 1952, 353, 353, "largest of the second class" },
		{ 1984, 701, 701, "smallest of the third class" },
		{ 2048, 701, 701, "the usual size" },
		{ 3072, 701, 701, "the usual size" },
		{ 3968, 1427, 1427, "smallest of the fourth class" },
		{ 4096, 1427, 1427, "the usual size" },
		{ 2048, 167, 167, "a larger key with the smallest primorial: the evidence falls back" },
		{ 2048, 353, 353, "a larger key with the second primorial" },
		{ 2048, 173, 167, "a primorial between the published ones" },
		{ 2222, 701, 701, "a size that nobody uses" },
	};
	static const char *const levels[] = { "scalar", "avx2", "avx512" };
	uint8_t room[MAX_BYTES];
	mpz_t p, q, n;

	(void)state;
	mpz_inits(p, q, n, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		roca_prime(p, rows[i].bits / 2, rows[i].limit);
		roca_prime(q, rows[i].bits / 2, rows[i].limit);
		mpz_mul(n, p, q);
		struct ka_slice modulus = to_bytes(room, n);
		for (size_t level = 0; level < 3; level++) {
			struct ka_verdict verdict;
			if (ka_kernels_by_name(levels[level]) == NULL)
				continue;
			if (!judged_roca(&verdict, modulus, (uint32_t)rows[i].bits, levels[level]))
				fail_msg("%zu bits, %s: not found by %s", rows[i].bits, rows[i].why, levels[level]);
			assert_int_equal(verdict.reasons[KA_CHECK_ROCA], KA_REASON_ROCA);
			assert_int_equal(verdict.roca.primorial_prime, rows[i].evidence);
			assert_log_is_right(&verdict.roca, n);
		}
		/* Neither its primes' neighbour nor its double have the form. */
		struct ka_verdict verdict;
		mpz_nextprime(q, q);
		mpz_mul(q, q, p);
		assert_false(judged_roca(&verdict, to_bytes(room, q), (uint32_t)rows[i].bits, NULL));
		mpz_mul_2exp(n, n, 1);
		assert_false(judged_roca(&verdict, to_bytes(room, n), (uint32_t)rows[i].bits + 1, NULL));
	}
	mpz_clears(p, q, n, NULL);
}

/* The number below the primorial of 167, times 2 for oddness, with given logarithms modulo each odd prime; n is made longer by
 * a random multiple of the primorial. */
static void
from_logarithms(mpz_t n, const unsigned *logs, size_t num, size_t bits)
{
	mpz_t m, part, prime, k;

	mpz_inits(m, part, prime, k, NULL);
	primorial(m, primes[num - 1]);
	mpz_fdiv_q_2exp(n, m, 1); /* odd, and 0 modulo every odd prime: the part for 2 */
	for (size_t i = 0; i < num; i++) {
		mpz_set_ui(prime, primes[i]);
		mpz_fdiv_q_ui(part, m, primes[i]);
		mpz_invert(k, part, prime);
		mpz_mul(part, part, k);
		mpz_set_ui(k, 65537);
		mpz_powm_ui(k, k, logs[i], prime);
		mpz_addmul(n, part, k);
	}
	mpz_mod(n, n, m);
	random_bits(k, bits - mpz_sizeinbase(m, 2));
	mpz_addmul(n, k, m);
	mpz_clears(m, part, prime, k, NULL);
}

/* A system of congruences has a solution exactly when each two of them agree: another criterion than the code's. */
static bool
agree(const unsigned *logs, size_t num)
{
	for (size_t i = 0; i < num; i++) {
		for (size_t j = 0; j < i; j++) {
			unsigned a = orders[i], b = orders[j];
			while (b != 0) {
				unsigned rest = a % b;
				a = b;
				b = rest;
			}
			if (logs[i] % a != logs[j] % a)
				return false;
		}
	}
	return true;
}

static void
residues_in_the_subgroups_are_not_enough(void **state)
{
	unsigned logs[MAX_PRIMES];
	uint8_t room[MAX_BYTES];
	unsigned num_yes = 0, num_no = 0;
	const size_t num = 38; /* the odd primes up to 167 */
	mpz_t n;

	(void)state;
	mpz_init(n);
	assert_int_equal(primes[num - 1], 167);
	for (unsigned round = 0; round < 3000; round++) {
		uint64_t a = build_random(&seed);
		for (size_t i = 0; i < num; i++)
			logs[i] = (unsigned)((round % 8 == 0 ? build_random(&seed) : a) % orders[i]);
		/* All from one logarithm, then one or two of them moved: by anything, or by a factor of the order. */
		for (unsigned move = 0; move < round % 3; move++) {
			size_t i = (size_t)(build_random(&seed) % num);
			unsigned by = (unsigned)(build_random(&seed) % orders[i]);
			if (round % 2 == 0 && by > 0)
				by = orders[i] / by;
			logs[i] = (logs[i] + by) % orders[i];
		}
		from_logarithms(n, logs, num, 2048);
		struct ka_slice modulus = to_bytes(room, n);
		struct ka_verdict verdict;
		bool found = judged_roca(&verdict, modulus, 2048, NULL);
		if (found != agree(logs, num))
			fail_msg("round %u: found %d", round, found);
		if (found)
			assert_log_is_right(&verdict.roca, n);
		*(found ? &num_yes : &num_no) += 1;
	}
	/* Both answers were tried, often. */
	assert_in_range(num_yes, 500, 2500);
	assert_in_range(num_no, 500, 2500);
	mpz_clear(n);
}

static void
a_single_wrong_prime_is_enough(void **state)
{
	unsigned logs[MAX_PRIMES];
	uint8_t room[MAX_BYTES];
	struct ka_verdict verdict;
	mpz_t n, m;

	(void)state;
	mpz_inits(n, m, NULL);
	primorial(m, 167);
	for (size_t i = 0; i < 38; i++) {
		for (size_t k = 0; k < 38; k++)
			logs[k] = 1234567890u % orders[k];
		from_logarithms(n, logs, 38, 1024);
		assert_true(judged_roca(&verdict, to_bytes(room, n), 1024, NULL));
		/* A multiple of the prime has no logarithm. So n + d M / p, with d such that p divides it. */
		mpz_fdiv_q_ui(m, m, primes[i]);
		while (!mpz_divisible_ui_p(n, primes[i]))
			mpz_add(n, n, m);
		mpz_mul_ui(m, m, primes[i]);
		assert_false(judged_roca(&verdict, to_bytes(room, n), 1024, NULL));
	}
	mpz_clears(n, m, NULL);
}

static void
odd_numbers_at_the_edges(void **state)
{
	struct ka_roca_evidence evidence;
	struct ka_verdict verdict;
	static uint8_t bytes[MAX_BYTES + 1];
	mpz_t n, m;

	(void)state;
	mpz_inits(n, m, NULL);
	assert_false(ka_roca_log(&evidence, (struct ka_slice){ NULL, 0 }));
	assert_false(judged_roca(&verdict, (struct ka_slice){ NULL, 0 }, 0, NULL));
	assert_false(judged_roca(&verdict, (struct ka_slice){ bytes, 256 }, 2048, NULL)); /* zero */
	bytes[255] = 1;
	assert_true(ka_roca_log(&evidence, (struct ka_slice){ bytes, 256 }));
	assert_int_equal(evidence.log_len, 1);
	assert_int_equal(evidence.log[0], 0);
	assert_int_equal(evidence.primorial_prime, 1427);

	/* 65537 plus half the primorial is even, and a power of 65537 modulo all odd primes. */
	primorial(m, 1427);
	mpz_fdiv_q_2exp(n, m, 1);
	mpz_add_ui(n, n, 65537);
	assert_int_equal(mpz_even_p(n) != 0, 1);
	assert_false(ka_roca_log(&evidence, to_bytes(bytes, n)));
	mpz_add(n, n, m);
	assert_false(judged_roca(&verdict, to_bytes(bytes, n), 2048, NULL));

	/* The largest logarithm there is: order - 1. */
	primorial(m, 1427);
	mpz_set_ui(n, 65537);
	mpz_invert(n, n, m);
	struct ka_slice inverse = to_bytes(bytes, n);
	assert_true(ka_roca_log(&evidence, inverse));
	assert_int_equal(evidence.primorial_prime, 1427);
	assert_log_is_right(&evidence, n);
	primorial_order(m, 1427);
	assert_int_equal(evidence.log_len, (mpz_sizeinbase(m, 2) + 7) / 8);

	/* Longer than any parser gives: decided all the same, by all lengths modulo four. */
	for (size_t more = 0; more < 5; more++) {
		primorial(m, 1427);
		mpz_set_ui(n, 1);
		mpz_mul_2exp(n, n, 8 * (KA_KEY_MAX_BYTES + more));
		mpz_fdiv_q(n, n, m);
		mpz_mul(n, n, m);
		mpz_add(n, n, m);
		mpz_add_ui(n, n, 65537);
		assert_true(judged_roca(&verdict, to_bytes(bytes, n), KA_RSA_MAX_BITS, NULL));
		assert_log_is_right(&verdict.roca, n);
		assert_int_equal(verdict.roca.log[0], 1);
		mpz_add_ui(n, n, 2);
		assert_false(judged_roca(&verdict, to_bytes(bytes, n), KA_RSA_MAX_BITS, NULL));
	}

	struct ka_object ec = { .key = { .algorithm = KA_KEY_EC, .curve = KA_CURVE_SECP256R1, .bits = 256 } };
	struct ka_ctx *ctx = ka_ctx_new();
	assert_non_null(ctx);
	ka_judge(&verdict, ctx, &ec, KA_CHECK_BIT(KA_CHECK_ROCA), 0);
	assert_int_equal(verdict.not_applicable, KA_CHECK_BIT(KA_CHECK_ROCA));
	ka_ctx_free(ctx);
	mpz_clears(n, m, NULL);
}

static void
vectors_are_classified(void **state)
{
	const char *folder = getenv("KEYASSAY_VECTORS");
	static char path[4096], line[9000];
	static uint8_t room[MAX_BYTES];
	unsigned num_rows = 0, num_found = 0;
	mpz_t n;

	(void)state;
	if (folder == NULL) {
		skip();
		return;
	}
	snprintf(path, sizeof(path), "%s/roca/generated.csv", folder);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	mpz_init(n);
	assert_non_null(fgets(line, sizeof(line), file)); /* the header */
	while (fgets(line, sizeof(line), file) != NULL) {
		char name[16];
		unsigned bits;
		int hex_at = 0;
		struct ka_verdict verdict;
		assert_int_equal(sscanf(line, "%15[a-z],%u,%n", name, &bits, &hex_at), 2);
		line[strcspn(line, "\r\n")] = '\0';
		assert_int_equal(mpz_set_str(n, line + hex_at, 16), 0);
		bool found = judged_roca(&verdict, to_bytes(room, n), bits, NULL);
		if (found != (strcmp(name, "roca") == 0))
			fail_msg("row %u (%s, %u bits): found %d", num_rows + 2, name, bits, found);
		if (found) {
			unsigned want = bits >= 3968 ? 1427 : bits >= 1984 ? 701 : bits >= 992 ? 353 : 167;
			assert_int_equal(verdict.roca.primorial_prime, want);
			assert_log_is_right(&verdict.roca, n);
		}
		num_rows++;
		num_found += found;
	}
	fclose(file);
	mpz_clear(n);
	assert_in_range(num_rows, 100, 100000);
	assert_in_range(num_found, 50, num_rows - 50);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(built_keys_are_found_with_their_logarithm),
		cmocka_unit_test(residues_in_the_subgroups_are_not_enough),
		cmocka_unit_test(a_single_wrong_prime_is_enough),
		cmocka_unit_test(odd_numbers_at_the_edges),
		cmocka_unit_test(vectors_are_classified),
	};
	return cmocka_run_group_tests(tests, set_up, NULL);
}
