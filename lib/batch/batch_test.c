/* SPDX-License-Identifier: Apache-2.0 */
/* A batch says of each object what judging it alone says, for any number of them, and touches nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <keyassay/keyassay.h>

#include "lib/table/table_build_test.h"

#define ALL ((KA_CHECK_BIT(KA_NUM_CHECKS)) - 1)
#define PIDS 40u
#define NUM_KEYS (9 * PIDS)
#define NUM_OBJECTS 1000u
#define LEN 256u
#define AT 1700000000

static uint64_t fingerprints[NUM_KEYS];
static uint8_t moduli[NUM_OBJECTS][LEN];
static struct ka_object objects[NUM_OBJECTS];
static struct ka_ctx *ctx;
static uint8_t *file;

static enum ka_err
prove(void *arg, bool *out_same, const struct ka_key *key, const struct ka_debian_id *id)
{
	(void)arg;
	(void)key;
	if (id->pid % 3 == 0)
		return KA_ERR_INTERNAL;
	*out_same = id->pid % 3 == 1;
	return KA_OK;
}

/* Some of everything: sound keys, weak keys of both kinds, keys without table, expired certificates, other algorithms. */
static void
make_object(size_t i, uint64_t *seed)
{
	static const enum ka_curve curves[] = { KA_CURVE_SECP256R1, KA_CURVE_OTHER, KA_CURVE_BRAINPOOLP256R1, KA_CURVE_SECP192R1 };
	struct ka_object *object = &objects[i];

	for (size_t k = 0; k < LEN; k += 8)
		build_put(moduli[i] + k, build_random(seed), 8);
	moduli[i][0] |= 0x80;
	moduli[i][LEN - 1] |= 1;
	object->key = (struct ka_key){ .algorithm = KA_KEY_RSA, .bits = 8 * LEN, .modulus = { moduli[i], LEN } };
	object->has_validity = i % 3 != 0;
	object->not_before = AT - 10 + (int64_t)(i % 20);
	object->not_after = object->not_before + 5;
	switch (i % 7) {
	case 0: /* in the table */
		for (size_t k = 0; k < 8; k++)
			moduli[i][LEN - 16 + k] = (uint8_t)(fingerprints[i % NUM_KEYS] >> (56 - 8 * k));
		break;
	case 1: /* 65537^0 modulo anything: a logarithm */
		memset(moduli[i], 0, LEN);
		moduli[i][LEN - 1] = 1;
		break;
	case 2:
		object->key.bits = 1024;
		object->key.modulus.len = 128;
		break;
	case 3:
		object->key.algorithm = KA_KEY_EC;
		object->key.curve = curves[i % 4];
		object->key.bits = ka_curve_bits(object->key.curve);
		object->key.point = object->key.modulus;
		break;
	case 4:
		object->key.algorithm = (enum ka_key_algorithm)(i / 7 % (KA_KEY_X448 + 1));
		break;
	default:
		break;
	}
}

static int
set_up(void **state)
{
	const struct build build = { "rsa:2048", 65537, PIDS, 6, 5, 9, fingerprints, NUM_KEYS, NULL, 0 };
	struct ka_table table;
	uint64_t seed = 77;
	size_t len;

	(void)state;
	for (size_t i = 0; i < NUM_KEYS; i++)
		fingerprints[i] = build_random(&seed);
	for (size_t i = 0; i < NUM_OBJECTS; i++)
		make_object(i, &seed);
	file = build_table(&len, &build);
	ctx = ka_ctx_new();
	if (ctx == NULL || ka_table_open(&table, (struct ka_slice){ file, len }) != KA_OK ||
		ka_ctx_add_table(ctx, &table) != KA_OK)
		return -1;
	ka_ctx_set_prover(ctx, prove, NULL);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	ka_ctx_free(ctx);
	free(file);
	return 0;
}

static void
assert_same(const struct ka_verdict *a, const struct ka_verdict *b)
{
	assert_int_equal(a->passed, b->passed);
	assert_int_equal(a->failed, b->failed);
	assert_int_equal(a->not_applicable, b->not_applicable);
	assert_int_equal(a->undecided, b->undecided);
	assert_memory_equal(a->reasons, b->reasons, sizeof(a->reasons));
	assert_memory_equal(a->whys, b->whys, sizeof(a->whys));
	if ((a->failed & KA_CHECK_BIT(KA_CHECK_DEBIAN_WEAK)) != 0)
		assert_memory_equal(&a->debian, &b->debian, sizeof(a->debian));
	if ((a->failed & KA_CHECK_BIT(KA_CHECK_ROCA)) != 0) {
		assert_int_equal(a->roca.primorial_prime, b->roca.primorial_prime);
		assert_int_equal(a->roca.log_len, b->roca.log_len);
		assert_memory_equal(a->roca.log, b->roca.log, a->roca.log_len);
	}
}

static void
batch_is_judging_each(void **state)
{
	static const size_t nums[] = { 0, 1, 2, 31, 32, 33, 63, 64, 65, 500, NUM_OBJECTS };
	static struct ka_verdict verdicts[NUM_OBJECTS + 1];
	struct ka_verdict poison, alone;
	uint32_t seen_failed = 0, seen_passed = 0, seen_undecided = 0, seen_not_applicable = 0;

	(void)state;
	memset(&poison, 0xa5, sizeof(poison));
	for (size_t k = 0; k < sizeof(nums) / sizeof(nums[0]); k++) {
		for (uint32_t checks = 0; checks <= ALL; checks++) {
			memset(verdicts, 0xa5, sizeof(verdicts));
			ka_judge_batch(verdicts, ctx, objects, nums[k], checks, AT);
			for (size_t i = 0; i < nums[k]; i++) {
				memset(&alone, 0, sizeof(alone));
				ka_judge(&alone, ctx, &objects[i], checks, AT);
				assert_same(&verdicts[i], &alone);
				seen_failed |= alone.failed;
				seen_passed |= alone.passed;
				seen_undecided |= alone.undecided;
				seen_not_applicable |= alone.not_applicable;
			}
			assert_memory_equal(&verdicts[nums[k]], &poison, sizeof(poison));
		}
	}
	assert_int_equal(seen_failed, ALL);
	assert_int_equal(seen_passed, ALL);
	assert_int_equal(seen_not_applicable, ALL);
	assert_int_equal(seen_undecided, KA_CHECK_BIT(KA_CHECK_DEBIAN_WEAK) | KA_CHECK_BIT(KA_CHECK_KEY_SIZE));
}

/* Clearing 256 bytes of evidence for each sound key would cost more than judging it. */
static void
evidence_of_sound_keys_is_not_written(void **state)
{
	struct ka_verdict verdict, poison;

	(void)state;
	memset(&verdict, 0xa5, sizeof(verdict));
	poison = verdict;
	ka_judge(&verdict, ctx, &objects[5], ALL, objects[5].not_before);
	assert_int_equal(verdict.failed, 0);
	assert_memory_equal(&verdict.roca, &poison.roca, sizeof(verdict.roca));
	assert_memory_equal(&verdict.debian, &poison.debian, sizeof(verdict.debian));
	assert_memory_equal(&verdict.size, &poison.size, sizeof(verdict.size));
	assert_memory_equal(&verdict.validity, &poison.validity, sizeof(verdict.validity));
}

static void
nothing_of_an_earlier_verdict_stays(void **state)
{
	struct ka_verdict verdict;

	(void)state;
	ka_judge(&verdict, ctx, &objects[1], ALL, AT);
	assert_int_not_equal(verdict.failed & KA_CHECK_BIT(KA_CHECK_ROCA), 0);
	ka_judge(&verdict, ctx, &objects[5], ALL, objects[5].not_before);
	assert_int_equal(verdict.failed | verdict.undecided, 0);
	ka_judge(&verdict, ctx, &objects[5], 0, AT);
	assert_int_equal(verdict.passed | verdict.failed | verdict.undecided | verdict.not_applicable, 0);
	for (size_t i = 0; i < KA_NUM_CHECKS; i++)
		assert_int_equal(verdict.reasons[i] | verdict.whys[i], 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(batch_is_judging_each),
		cmocka_unit_test(evidence_of_sound_keys_is_not_written),
		cmocka_unit_test(nothing_of_an_earlier_verdict_stays),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
