/* SPDX-License-Identifier: Apache-2.0 */
/* A deep walk over few process ids finds the keys of these, with their identity, and no others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "weakgen/bn.h"
#include "weakgen/deep.h"

#define NUM_PIDS 24u

static const uint8_t f4[] = { 0x01, 0x00, 0x01 };
static const uint8_t three[] = { 0x03 };
static const struct ka_slice exponent_f4 = { f4, sizeof(f4) };
static const struct ka_slice exponent_three = { three, sizeof(three) };

struct made {
	struct ka_weakgen_key bytes;
	struct ka_key key;
	struct ka_debian_id id;
};

static void
make(struct made *made, const char *type_name, struct ka_debian_id id, struct ka_slice exponent)
{
	struct ka_weakgen_type type;
	struct ka_weakgen *weakgen;

	assert_int_equal(ka_weakgen_type_parse(&type, type_name), KA_OK);
	assert_int_equal(ka_weakgen_new(&weakgen, &type), KA_OK);
	assert_int_equal(ka_weakgen_make(&made->bytes, weakgen, ka_weakgen_machine_of(id.architecture), id.randfile, id.pid,
			     exponent),
	    KA_OK);
	ka_weakgen_free(weakgen);
	made->id = id;
	made->key = (struct ka_key){ .algorithm = type.algorithm, .curve = type.curve, .bits = type.bits };
	if (type.algorithm == KA_KEY_RSA) {
		made->key.modulus = (struct ka_slice){ made->bytes.modulus, made->bytes.modulus_len };
		made->key.exponent = exponent;
	} else {
		made->key.point = (struct ka_slice){ made->bytes.point, made->bytes.point_len };
	}
}

static void
assert_found(const struct ka_weakgen_deep *deep, size_t handle, struct ka_debian_id want)
{
	struct ka_debian_id id;

	assert_int_equal(ka_weakgen_deep_answer(deep, handle, &id), KA_WEAKGEN_WEAK);
	assert_int_equal(id.architecture, want.architecture);
	assert_int_equal(id.randfile, want.randfile);
	assert_int_equal(id.pid, want.pid);
}

static void
assert_answer(const struct ka_weakgen_deep *deep, size_t handle, enum ka_weakgen_answer want)
{
	struct ka_debian_id id;

	assert_int_equal(ka_weakgen_deep_answer(deep, handle, &id), want);
}

/* Keys of several types in one walk; each walks alone, whatever waits beside it. */
static void
finds_keys_of_its_universe_only(void **state)
{
	static const struct {
		const char *type;
		struct ka_debian_id id;
		bool three;
	} rows[] = {
		{ "rsa:512", { KA_DEBIAN_LE64, KA_DEBIAN_RND, 7 }, false },
		{ "rsa:512", { KA_DEBIAN_BE32, KA_DEBIAN_NOREADRND, NUM_PIDS - 1 }, true },
		{ "rsa:512", { KA_DEBIAN_LE32, KA_DEBIAN_NORND, 0 }, false },
		{ "rsa:521", { KA_DEBIAN_LE32, KA_DEBIAN_NORND, 11 }, false }, /* odd: the first prime is a bit longer */
		{ "rsa:1024", { KA_DEBIAN_LE64, KA_DEBIAN_NORND, 1 }, false },
		{ "ec:secp256r1", { KA_DEBIAN_BE32, KA_DEBIAN_RND, 5 }, false },
		{ "ec:secp384r1", { KA_DEBIAN_LE64, KA_DEBIAN_NOREADRND, 23 }, false },
		{ "rsa:512", { KA_DEBIAN_LE64, KA_DEBIAN_RND, NUM_PIDS }, false }, /* outside: not found */
		{ "ec:secp256r1", { KA_DEBIAN_LE64, KA_DEBIAN_RND, NUM_PIDS + 3 }, false },
	};
	enum { NUM_ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct ka_weakgen_deep *deep = ka_weakgen_deep_new(NUM_PIDS);
	struct made *made = calloc(NUM_ROWS, sizeof(*made));
	size_t handles[NUM_ROWS];

	(void)state;
	assert_non_null(deep);
	assert_non_null(made);
	for (size_t i = 0; i < NUM_ROWS; i++) {
		make(&made[i], rows[i].type, rows[i].id, rows[i].three ? exponent_three : exponent_f4);
		assert_int_equal(ka_weakgen_deep_add(deep, &handles[i], &made[i].key), KA_OK);
		assert_answer(deep, handles[i], KA_WEAKGEN_UNDECIDED);
	}
	memset(made, 0, NUM_ROWS * sizeof(*made)); /* keys are copied */
	assert_int_equal(ka_weakgen_deep_run(deep, 2, NULL, NULL, NULL), KA_OK);
	for (size_t i = 0; i < NUM_ROWS; i++) {
		if (rows[i].id.pid < NUM_PIDS) {
			assert_found(deep, handles[i], rows[i].id);
		} else {
			assert_answer(deep, handles[i], KA_WEAKGEN_NOT_WEAK);
		}
	}
	ka_weakgen_deep_free(deep);
	free(made);
}

/* A modulus alone, and a sound one beside it. */
static void
bare_and_foreign_moduli(void **state)
{
	struct ka_weakgen_deep *deep = ka_weakgen_deep_new(NUM_PIDS);
	struct made made;
	uint8_t sound[64];
	struct ka_key foreign = { .algorithm = KA_KEY_RSA, .bits = 512, .modulus = { sound, sizeof(sound) } };
	size_t weak_handle, sound_handle;

	(void)state;
	assert_non_null(deep);
	make(&made, "rsa:512", (struct ka_debian_id){ KA_DEBIAN_LE32, KA_DEBIAN_RND, 3 }, exponent_f4);
	made.key.exponent = (struct ka_slice){ NULL, 0 };
	memcpy(sound, made.bytes.modulus, sizeof(sound));
	sound[40] ^= 0x10;
	assert_int_equal(ka_weakgen_deep_add(deep, &weak_handle, &made.key), KA_OK);
	assert_int_equal(ka_weakgen_deep_add(deep, &sound_handle, &foreign), KA_OK);
	assert_int_equal(ka_weakgen_deep_run(deep, 1, NULL, NULL, NULL), KA_OK);
	assert_found(deep, weak_handle, made.id);
	assert_answer(deep, sound_handle, KA_WEAKGEN_NOT_WEAK);
	ka_weakgen_deep_free(deep);
}

/* With an exponent that divides the first prime less one, the stream's key has another first prime: the walk has to
 * go on. */
static void
exponent_that_rejects_a_prime(void **state)
{
	struct ka_debian_id id = { KA_DEBIAN_LE64, KA_DEBIAN_RND, 0 };
	struct ka_weakgen_deep *deep = ka_weakgen_deep_new(NUM_PIDS);
	struct made usual, other;
	unsigned long factor = 0;
	uint8_t bytes[8];
	size_t len = 0, handle;
	mpz_t p;

	(void)state;
	assert_non_null(deep);
	mpz_init(p);
	/* Of an odd number of bits the first prime gets one more, so it is the larger: p. */
	for (id.pid = 0; factor == 0 && id.pid < NUM_PIDS; id.pid++) {
		make(&usual, "rsa:521", id, exponent_f4);
		mpz_import(p, usual.bytes.p_len, 1, 1, 0, 0, usual.bytes.p);
		mpz_sub_ui(p, p, 1);
		for (unsigned long f = 17865; factor == 0 && f < 1000000; f += 2) {
			if (f != 65537 && mpz_divisible_ui_p(p, f)) {
				factor = f;
			}
		}
	}
	id.pid--;
	assert_int_not_equal(factor, 0);
	mpz_set_ui(p, factor);
	mpz_export(bytes, &len, 1, 1, 0, 0, p);
	mpz_clear(p);
	make(&other, "rsa:521", id, (struct ka_slice){ bytes, len });
	assert_true(other.bytes.exponent_mattered);
	assert_memory_not_equal(other.bytes.p, usual.bytes.p, usual.bytes.p_len);
	assert_int_equal(ka_weakgen_deep_add(deep, &handle, &other.key), KA_OK);
	assert_int_equal(ka_weakgen_deep_run(deep, 2, NULL, NULL, NULL), KA_OK);
	assert_found(deep, handle, id);
	ka_weakgen_deep_free(deep);
}

static void
dsa_keys(void **state)
{
	const struct ka_debian_id id = { KA_DEBIAN_BE32, KA_DEBIAN_RND, 9 };
	struct ka_weakgen_deep *deep = ka_weakgen_deep_new(NUM_PIDS);
	struct ka_weakgen_prng prng;
	uint8_t p[64], q[20], g[1] = { 2 }, y[64];
	struct ka_key key = { .algorithm = KA_KEY_DSA, .bits = 512, .dsa_p = { p, sizeof(p) }, .dsa_q = { q, sizeof(q) },
		.dsa_g = { g, 1 }, .dsa_y = { y, 0 } };
	mpz_t numbers[4];
	size_t len, weak_handle, sound_handle;

	(void)state;
	assert_non_null(deep);
	memset(p, 0xd5, sizeof(p));
	memset(q, 0xb7, sizeof(q));
	for (int i = 0; i < 4; i++) {
		mpz_init(numbers[i]);
	}
	mpz_import(numbers[0], sizeof(p), 1, 1, 0, 0, p);
	mpz_import(numbers[1], sizeof(q), 1, 1, 0, 0, q);
	mpz_set_ui(numbers[2], 2);
	ka_weakgen_prng_init(
	    &prng, ka_weakgen_kernels_scalar.sha1, ka_weakgen_machine_of(id.architecture), id.randfile, id.pid);
	assert_int_equal(ka_weakgen_bn_rand_range(numbers[3], &prng, numbers[1]), KA_OK);
	mpz_powm(numbers[3], numbers[2], numbers[3], numbers[0]);
	mpz_export(y, &len, 1, 1, 0, 0, numbers[3]);
	key.dsa_y.len = len;
	assert_int_equal(ka_weakgen_deep_add(deep, &weak_handle, &key), KA_OK);
	y[0] ^= 1;
	assert_int_equal(ka_weakgen_deep_add(deep, &sound_handle, &key), KA_OK);
	assert_int_equal(ka_weakgen_deep_run(deep, 2, NULL, NULL, NULL), KA_OK);
	assert_found(deep, weak_handle, id);
	assert_answer(deep, sound_handle, KA_WEAKGEN_NOT_WEAK);
	for (int i = 0; i < 4; i++) {
		mpz_clear(numbers[i]);
	}
	ka_weakgen_deep_free(deep);
}

static void
stopped_walk_leaves_keys_undecided(void **state)
{
	struct ka_weakgen_deep *deep = ka_weakgen_deep_new(KA_DEBIAN_PID_COUNT);
	atomic_bool stop = true;
	struct made made;
	size_t handle;

	(void)state;
	assert_non_null(deep);
	make(&made, "rsa:512", (struct ka_debian_id){ KA_DEBIAN_BE32, KA_DEBIAN_NOREADRND, 32767 }, exponent_f4);
	assert_int_equal(ka_weakgen_deep_add(deep, &handle, &made.key), KA_OK);
	assert_int_equal(ka_weakgen_deep_run(deep, 2, &stop, NULL, NULL), KA_OK);
	assert_answer(deep, handle, KA_WEAKGEN_UNDECIDED);
	ka_weakgen_deep_free(deep);
}

static void
refuses_what_cannot_be_made(void **state)
{
	static const uint8_t number[200] = { 0x80, [199] = 1 };
	const struct ka_slice bytes = { number, 64 }, tiny = { number, 2 }, huge = { number, 200 };
	const struct ka_key rows[] = {
		{ .algorithm = KA_KEY_ED25519, .bits = 256, .point = bytes },
		{ .algorithm = KA_KEY_RSA, .bits = 511, .modulus = bytes },
		{ .algorithm = KA_KEY_EC, .curve = KA_CURVE_EXPLICIT, .bits = 256, .point = bytes },
		{ .algorithm = KA_KEY_DSA, .bits = 512, .dsa_y = bytes },
		{ .algorithm = KA_KEY_DSA, .bits = 512, .dsa_p = bytes, .dsa_q = tiny, .dsa_g = tiny, .dsa_y = bytes },
		{ .algorithm = KA_KEY_DSA, .bits = 512, .dsa_p = bytes, .dsa_q = huge, .dsa_g = tiny, .dsa_y = bytes },
	};
	struct ka_weakgen_deep *deep = ka_weakgen_deep_new(1);
	size_t handle = 77;

	(void)state;
	assert_non_null(deep);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(ka_weakgen_deep_add(deep, &handle, &rows[i]), KA_ERR_ARGUMENT);
		assert_int_equal(handle, 77);
	}
	assert_null(ka_weakgen_deep_new(0));
	ka_weakgen_deep_free(deep);
	ka_weakgen_deep_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_keys_of_its_universe_only),
		cmocka_unit_test(bare_and_foreign_moduli),
		cmocka_unit_test(exponent_that_rejects_a_prime),
		cmocka_unit_test(dsa_keys),
		cmocka_unit_test(stopped_walk_leaves_keys_undecided),
		cmocka_unit_test(refuses_what_cannot_be_made),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
