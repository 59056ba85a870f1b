/* SPDX-License-Identifier: Apache-2.0 */
/* A batch says of each key what ka_judge says and, of those that wait for a walk, what the walker found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <keyassay/keyassay.h>

#define ALL ((KA_CHECK_BIT(KA_NUM_CHECKS)) - 1)
#define NUM_OBJECTS 500u
#define LEN 256u
#define AT 1700000000

/* A walker that goes by a key's first byte: its lowest two bits are the answer, 3 stands for a type that is not made. */
struct fake_walk {
	size_t num;
	uint8_t marks[NUM_OBJECTS];
	unsigned num_runs;
	enum ka_err add_err, run_err;
	bool stopped;
};

static enum ka_err
fake_add(void *walk, size_t *out_handle, const struct ka_key *key)
{
	struct fake_walk *fake = walk;

	if (fake->add_err != KA_OK)
		return fake->add_err;
	if (key->modulus.data[0] % 4 == 3)
		return KA_ERR_ARGUMENT;
	fake->marks[fake->num] = key->modulus.data[0];
	/* Handles are the walker's own. */
	*out_handle = 1000 + 3 * fake->num++;
	return KA_OK;
}

static enum ka_err
fake_run(void *walk)
{
	struct fake_walk *fake = walk;

	fake->num_runs++;
	return fake->run_err;
}

static void
fake_result(const void *walk, size_t handle, struct ka_walk_result *out_result)
{
	const struct fake_walk *fake = walk;
	uint8_t mark = fake->marks[(handle - 1000) / 3];

	*out_result = (struct ka_walk_result){ .answer = fake->stopped ? KA_WALK_UNDECIDED : (enum ka_walk_answer)(mark % 4) };
	if (out_result->answer == KA_WALK_WEAK)
		out_result->id = (struct ka_debian_id){ KA_DEBIAN_BE32, KA_DEBIAN_NORND, mark };
	if (out_result->answer == KA_WALK_NOT_WEAK)
		out_result->miss = 1e-9;
}

static const struct ka_walker walker = { .add = fake_add, .run = fake_run, .result = fake_result };

static uint8_t moduli[NUM_OBJECTS][LEN];
static struct ka_object objects[NUM_OBJECTS];
static struct ka_ctx *ctx;

static int
set_up(void **state)
{
	uint64_t seed = 5;

	(void)state;
	for (size_t i = 0; i < NUM_OBJECTS; i++) {
		for (size_t k = 0; k < LEN; k++) {
			seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
			moduli[i][k] = (uint8_t)(seed >> 56);
		}
		moduli[i][LEN - 1] |= 1;
		if (i % 11 == 0) { /* 65537^0: ROCA, so a verdict with evidence */
			memset(moduli[i], 0, LEN);
			moduli[i][LEN - 1] = 1;
		}
		moduli[i][0] = (uint8_t)(0x80 | i);
		objects[i].key = (struct ka_key){ .algorithm = i % 5 == 4 ? KA_KEY_ED25519 : KA_KEY_RSA,
			.bits = i % 7 == 0 ? 1024 : 2048, .modulus = { moduli[i], LEN } };
		objects[i].has_validity = true;
		objects[i].not_before = AT - 10;
		objects[i].not_after = i % 3 == 0 ? AT - 5 : AT + 5;
	}
	ctx = ka_ctx_new();
	return ctx == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	ka_ctx_free(ctx);
	return 0;
}

static struct ka_batch *
new_batch(const struct ka_walker *with, struct fake_walk *walk)
{
	struct ka_batch *batch = NULL;

	assert_int_equal(ka_batch_new(&batch, ctx, ALL, AT, with, walk), KA_OK);
	return batch;
}

static void
add_all(struct ka_batch *batch)
{
	for (size_t i = 0; i < NUM_OBJECTS; i++) {
		struct ka_object copy = objects[i];
		size_t number = 0;

		assert_int_equal(ka_batch_add(batch, &number, &copy), KA_OK);
		assert_int_equal(number, i);
		memset(&copy, 0xee, sizeof(copy)); /* an object need not outlive the call */
	}
}

static const uint32_t debian = KA_CHECK_BIT(KA_CHECK_DEBIAN_WEAK);

/* All but debian-weak: as judged alone. */
static void
assert_rest_same(const struct ka_verdict *got, size_t i)
{
	struct ka_verdict want;

	ka_judge(&want, ctx, &objects[i], ALL, AT);
	assert_int_equal(got->passed & ~debian, want.passed & ~debian);
	assert_int_equal(got->failed & ~debian, want.failed & ~debian);
	assert_int_equal(got->not_applicable, want.not_applicable);
	assert_int_equal(got->undecided & ~debian, want.undecided & ~debian);
	for (size_t c = KA_CHECK_DEBIAN_WEAK + 1; c < KA_NUM_CHECKS; c++) {
		assert_int_equal(got->reasons[c], want.reasons[c]);
		assert_int_equal(got->whys[c], want.whys[c]);
	}
	if ((want.failed & KA_CHECK_BIT(KA_CHECK_ROCA)) != 0) {
		assert_int_equal(got->roca.primorial_prime, want.roca.primorial_prime);
		assert_memory_equal(got->roca.log, want.roca.log, want.roca.log_len);
	}
	if ((want.failed & KA_CHECK_BIT(KA_CHECK_VALIDITY)) != 0)
		assert_int_equal(got->validity.not_after, want.validity.not_after);
	/* In exactly one mask. */
	assert_int_equal(got->passed + got->failed + got->not_applicable + got->undecided, ALL);
}

static void
assert_undecided(const struct ka_verdict *verdict, enum ka_undecided why)
{
	assert_int_equal(verdict->undecided & debian, debian);
	assert_int_equal(verdict->whys[KA_CHECK_DEBIAN_WEAK], why);
}

static void
check_all(const struct ka_batch *batch, bool walked, bool stopped)
{
	for (size_t i = 0; i < NUM_OBJECTS; i++) {
		struct ka_verdict verdict;

		memset(&verdict, 0xdd, sizeof(verdict));
		assert_int_equal(ka_batch_verdict(&verdict, batch, i), KA_OK);
		assert_rest_same(&verdict, i);
		if (objects[i].key.algorithm == KA_KEY_ED25519) {
			assert_int_equal(verdict.not_applicable & debian, debian);
			continue;
		}
		unsigned mark = moduli[i][0] % 4;
		if (mark == 3)
			assert_undecided(&verdict, KA_UNDECIDED_NO_GENERATOR);
		else if (!walked)
			assert_undecided(&verdict, KA_UNDECIDED_NO_TABLE);
		else if (stopped || mark == KA_WALK_UNDECIDED)
			assert_undecided(&verdict, KA_UNDECIDED_WALK_STOPPED);
		else if (mark == KA_WALK_WEAK) {
			assert_int_equal(verdict.failed & debian, debian);
			assert_int_equal(verdict.reasons[KA_CHECK_DEBIAN_WEAK], KA_REASON_DEBIAN_WEAK);
			assert_int_equal(verdict.debian.id.architecture, KA_DEBIAN_BE32);
			assert_int_equal(verdict.debian.id.pid, moduli[i][0]);
		} else {
			assert_int_equal(verdict.passed & debian, debian);
			assert_true(verdict.debian_miss == 1e-9);
		}
	}
}

static void
walk_decides_what_waits(void **state)
{
	static struct fake_walk walk;
	struct ka_batch *batch = new_batch(&walker, &walk);
	struct ka_verdict verdict;
	size_t number = 77;

	(void)state;
	add_all(batch);
	assert_int_equal(ka_batch_waiting(batch), walk.num);
	assert_true(walk.num > 200);
	check_all(batch, false, false);
	assert_int_equal(ka_batch_finish(batch), KA_OK);
	check_all(batch, true, false);
	assert_int_equal(ka_batch_finish(batch), KA_OK); /* once is enough */
	assert_int_equal(walk.num_runs, 1);
	assert_int_equal(ka_batch_verdict(&verdict, batch, NUM_OBJECTS), KA_ERR_ARGUMENT);
	assert_int_equal(ka_batch_add(batch, &number, &objects[0]), KA_ERR_ARGUMENT);
	assert_int_equal(number, 77);
	ka_batch_free(batch);
	ka_batch_free(NULL);
}

static void
stopped_walk_is_said(void **state)
{
	static struct fake_walk walk = { .stopped = true };
	struct ka_batch *batch = new_batch(&walker, &walk);

	(void)state;
	add_all(batch);
	assert_int_equal(ka_batch_finish(batch), KA_OK);
	check_all(batch, true, true);
	ka_batch_free(batch);
}

static void
failed_walk_is_said(void **state)
{
	static struct fake_walk walk = { .stopped = true, .run_err = KA_ERR_NO_MEMORY };
	struct ka_batch *batch = new_batch(&walker, &walk);
	struct ka_verdict verdict;

	(void)state;
	add_all(batch);
	assert_int_equal(ka_batch_finish(batch), KA_ERR_NO_MEMORY);
	assert_int_equal(ka_batch_verdict(&verdict, batch, 1), KA_OK);
	assert_undecided(&verdict, KA_UNDECIDED_WALK_FAILED);
	ka_batch_free(batch);
}

/* Without a walker, and when nothing waits, nothing is walked. */
static void
no_walk_without_need(void **state)
{
	static struct fake_walk walk;
	struct ka_batch *batch = new_batch(NULL, NULL);
	struct ka_verdict verdict;
	size_t number;

	(void)state;
	assert_int_equal(ka_batch_add(batch, &number, &objects[1]), KA_OK);
	assert_int_equal(ka_batch_waiting(batch), 0);
	assert_int_equal(ka_batch_finish(batch), KA_OK);
	assert_int_equal(ka_batch_verdict(&verdict, batch, number), KA_OK);
	assert_undecided(&verdict, KA_UNDECIDED_NO_TABLE);
	ka_batch_free(batch);
	batch = new_batch(&walker, &walk);
	assert_int_equal(ka_batch_add(batch, &number, &objects[4]), KA_OK); /* Ed25519 */
	assert_int_equal(ka_batch_finish(batch), KA_OK);
	assert_int_equal(walk.num_runs, 0);
	ka_batch_free(batch);
}

/* What the walker could not take is not in the batch. */
static void
error_of_add_is_passed_on(void **state)
{
	static struct fake_walk walk = { .add_err = KA_ERR_NO_MEMORY };
	struct ka_batch *batch = new_batch(&walker, &walk);
	size_t number = 77;

	(void)state;
	assert_int_equal(ka_batch_add(batch, &number, &objects[0]), KA_ERR_NO_MEMORY);
	assert_int_equal(number, 77);
	walk.add_err = KA_OK;
	assert_int_equal(ka_batch_add(batch, &number, &objects[0]), KA_OK);
	assert_int_equal(number, 0);
	ka_batch_free(batch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walk_decides_what_waits),
		cmocka_unit_test(stopped_walk_is_said),
		cmocka_unit_test(failed_walk_is_said),
		cmocka_unit_test(no_walk_without_need),
		cmocka_unit_test(error_of_add_is_passed_on),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
