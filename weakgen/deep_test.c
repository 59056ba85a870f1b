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
#include "weakgen/rsa.h"

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

/* A walk over PIDs 0 to num_pids - 1. */
static struct ka_weakgen_deep *
new_walk(uint32_t num_pids, enum ka_weakgen_deep_way way, unsigned num_threads)
{
	const struct ka_weakgen_deep_options options = {
		.pid_count = num_pids,
		.way = way,
		.miss = KA_WEAKGEN_DEEP_MISS,
		.num_threads = num_threads,
	};
	struct ka_weakgen_deep *deep = NULL;

	assert_int_equal(ka_weakgen_deep_new(&deep, &options), KA_OK);
	return deep;
}

static void
assert_found(const struct ka_weakgen_deep *deep, size_t handle, struct ka_debian_id want)
{
	struct ka_walk_result result;

	ka_weakgen_deep_result(deep, handle, &result);
	assert_int_equal(result.answer, KA_WALK_WEAK);
	assert_int_equal(result.id.architecture, want.architecture);
	assert_int_equal(result.id.randfile, want.randfile);
	assert_int_equal(result.id.pid, want.pid);
}

static void
assert_answer(const struct ka_weakgen_deep *deep, size_t handle, enum ka_walk_answer want)
{
	struct ka_walk_result result;

	ka_weakgen_deep_result(deep, handle, &result);
	assert_int_equal(result.answer, want);
}

/* Keys of several types in one walk; each walks alone, whatever waits beside it. */
static void
finds_keys_of_its_universe_only(void **state)
{
	const enum ka_weakgen_deep_way way = *(const enum ka_weakgen_deep_way *)*state;
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
	struct ka_weakgen_deep *deep = new_walk(NUM_PIDS, way, 2);
	struct made *made = calloc(NUM_ROWS, sizeof(*made));
	size_t handles[NUM_ROWS];

	assert_non_null(made);
	for (size_t i = 0; i < NUM_ROWS; i++) {
		make(&made[i], rows[i].type, rows[i].id, rows[i].three ? exponent_three : exponent_f4);
		assert_int_equal(ka_weakgen_deep_add(deep, &handles[i], &made[i].key), KA_OK);
		assert_answer(deep, handles[i], KA_WALK_UNDECIDED);
	}
	memset(made, 0, NUM_ROWS * sizeof(*made)); /* keys are copied */
	assert_int_equal(ka_weakgen_deep_run(deep), KA_OK);
	for (size_t i = 0; i < NUM_ROWS; i++) {
		if (rows[i].id.pid < NUM_PIDS) {
			assert_found(deep, handles[i], rows[i].id);
		} else {
			assert_answer(deep, handles[i], KA_WALK_NOT_WEAK);
		}
	}
	ka_weakgen_deep_free(deep);
	free(made);
}

/* A modulus alone, and a sound one beside it. */
static void
bare_and_foreign_moduli(void **state)
{
	struct ka_weakgen_deep *deep = new_walk(NUM_PIDS, *(const enum ka_weakgen_deep_way *)*state, 1);
	struct made made;
	uint8_t sound[64];
	struct ka_key foreign = { .algorithm = KA_KEY_RSA, .bits = 512, .modulus = { sound, sizeof(sound) } };
	size_t weak_handle, sound_handle;
	mpz_t number;

	make(&made, "rsa:512", (struct ka_debian_id){ KA_DEBIAN_LE32, KA_DEBIAN_RND, 3 }, exponent_f4);
	made.key.exponent = (struct ka_slice){ NULL, 0 };
	memcpy(sound, made.bytes.modulus, sizeof(sound));
	/* The next number that needs a walk. */
	mpz_init(number);
	mpz_import(number, sizeof(sound), 1, 1, 0, 0, sound);
	do {
		mpz_add_ui(number, number, 6);
	} while (!ka_weakgen_rsa_is_possible(number));
	mpz_export(sound, NULL, 1, 1, 0, 0, number);
	mpz_clear(number);
	assert_int_equal(ka_weakgen_deep_add(deep, &weak_handle, &made.key), KA_OK);
	assert_int_equal(ka_weakgen_deep_add(deep, &sound_handle, &foreign), KA_OK);
	assert_int_equal(ka_weakgen_deep_run(deep), KA_OK);
	assert_found(deep, weak_handle, made.id);
	assert_answer(deep, sound_handle, KA_WALK_NOT_WEAK);
	ka_weakgen_deep_free(deep);
}

/* The smallest factor from low to high of the first prime less one, but 65537; 0: none. With it as exponent the stream's
 * key has another first prime. Of an odd number of bits the first prime gets one bit more, so it is the larger: p. */
static unsigned long
find_factor(const struct made *made, unsigned long low, unsigned long high)
{
	unsigned long factor = 0;
	mpz_t p;

	mpz_init(p);
	mpz_import(p, made->bytes.p_len, 1, 1, 0, 0, made->bytes.p);
	mpz_sub_ui(p, p, 1);
	for (unsigned long f = low; factor == 0 && f < high; f += 2) {
		if (f != 65537 && mpz_divisible_ui_p(p, f)) {
			factor = f;
		}
	}
	mpz_clear(p);
	return factor;
}

/* What is left of the first prime less one without its factors up to 2^20: too large to be factored. */
static struct ka_slice
large_factor(uint8_t bytes[64], const struct made *made)
{
	size_t len = 0;
	mpz_t p, divisor;

	mpz_inits(p, divisor, NULL);
	mpz_import(p, made->bytes.p_len, 1, 1, 0, 0, made->bytes.p);
	mpz_sub_ui(p, p, 1);
	for (unsigned long f = 2; f <= 1ul << 20; f++) {
		mpz_set_ui(divisor, f);
		(void)mpz_remove(p, p, divisor);
	}
	assert_true(mpz_sizeinbase(p, 2) > 130);
	mpz_export(bytes, &len, 1, 1, 0, 0, p);
	mpz_clears(p, divisor, NULL);
	return (struct ka_slice){ bytes, len };
}

static struct ka_slice
exponent_of(uint8_t bytes[8], unsigned long exponent)
{
	size_t len = 0;

	for (unsigned shift = 56; shift < 64; shift -= 8) {
		if (exponent >> shift != 0) {
			bytes[len++] = (uint8_t)(exponent >> shift);
		}
	}
	return (struct ka_slice){ bytes, len };
}

/* Behind a rejected prime the stream goes on with the rounds of a prime. All draws are of the same size, so a walk that
 * gets that wrong may fall into step again by chance: several keys. Beside each waits the key that kept the prime. */
static void
exponents_that_reject_primes(void **state)
{
	const enum ka_weakgen_deep_way way = *(const enum ka_weakgen_deep_way *)*state;
	struct ka_weakgen_deep *deep = new_walk(NUM_PIDS, way, 2);
	struct made *made = calloc(2, sizeof(*made));
	size_t handles[NUM_PIDS][2];
	bool wanted[NUM_PIDS] = { false };
	unsigned num = 0;

	assert_non_null(made);
	for (uint32_t pid = 0; pid < NUM_PIDS; pid++) {
		const struct ka_debian_id id = { KA_DEBIAN_LE64, KA_DEBIAN_RND, pid };
		uint8_t bytes[8];
		unsigned long factor;

		make(&made[0], "rsa:521", id, exponent_f4);
		factor = find_factor(&made[0], 17865, 1000000);
		/* Some exponents with another factor too: a small one, a large one. */
		factor *= pid % 3 == 0 ? 1 : pid % 3 == 1 ? 3 : 2147483647;
		if (factor == 0) {
			continue;
		}
		num++;
		wanted[pid] = true;
		make(&made[1], "rsa:521", id, exponent_of(bytes, factor));
		assert_true(made[1].bytes.exponent_mattered);
		assert_memory_not_equal(made[0].bytes.p, made[1].bytes.p, made[0].bytes.p_len);
		for (unsigned k = 0; k < 2; k++) {
			assert_int_equal(ka_weakgen_deep_add(deep, &handles[pid][k], &made[k].key), KA_OK);
		}
	}
	assert_true(num >= 5);
	assert_int_equal(ka_weakgen_deep_run(deep), KA_OK);
	for (uint32_t pid = 0; pid < NUM_PIDS; pid++) {
		for (unsigned k = 0; k < 2 && wanted[pid]; k++) {
			assert_found(deep, handles[pid][k], (struct ka_debian_id){ KA_DEBIAN_LE64, KA_DEBIAN_RND, pid });
		}
	}
	ka_weakgen_deep_free(deep);
	free(made);
}

/* The same with exponents of which no factor is known. */
static void
exponents_that_are_not_factored(void **state)
{
	const enum ka_weakgen_deep_way way = *(const enum ka_weakgen_deep_way *)*state;
	struct ka_weakgen_deep *deep = new_walk(NUM_PIDS, way, 2);
	struct made *made = calloc(2, sizeof(*made));
	size_t handles[8];

	assert_non_null(made);
	for (uint32_t pid = 0; pid < 8; pid++) {
		const struct ka_debian_id id = { KA_DEBIAN_BE32, KA_DEBIAN_NORND, pid };
		uint8_t bytes[64];

		make(&made[0], "rsa:521", id, exponent_f4);
		make(&made[1], "rsa:521", id, large_factor(bytes, &made[0]));
		assert_true(made[1].bytes.exponent_mattered);
		assert_int_equal(ka_weakgen_deep_add(deep, &handles[pid], &made[1].key), KA_OK);
	}
	assert_int_equal(ka_weakgen_deep_run(deep), KA_OK);
	for (uint32_t pid = 0; pid < 8; pid++) {
		assert_found(deep, handles[pid], (struct ka_debian_id){ KA_DEBIAN_BE32, KA_DEBIAN_NORND, pid });
	}
	ka_weakgen_deep_free(deep);
	free(made);
}

/* Which moduli need no walk: those that are not 1 modulo 3, have a small factor, or too small a beginning. Of the
 * generator's none. */
static void
impossible_moduli(void **state)
{
	struct ka_weakgen_deep *deep = new_walk(NUM_PIDS, KA_WEAKGEN_DEEP_CHEAPEST, 1);
	static const unsigned long factors[] = { 0, 3, 5, 17863, 17881 };
	struct made made;
	uint8_t bytes[64];
	mpz_t n;

	(void)state;
	mpz_init(n);
	for (uint32_t pid = 0; pid < 40; pid++) {
		make(&made, "rsa:513", (struct ka_debian_id){ (enum ka_debian_arch)(pid % 3), KA_DEBIAN_RND, pid }, exponent_f4);
		mpz_import(n, made.bytes.modulus_len, 1, 1, 0, 0, made.bytes.modulus);
		assert_true(ka_weakgen_rsa_is_possible(n));
	}
	for (unsigned i = 0; i < 5; i++) {
		struct ka_key key = { .algorithm = KA_KEY_RSA, .bits = 512, .modulus = { bytes, sizeof(bytes) } };
		size_t handle;

		/* 2^511 + 2^508 and on: 9/16. The first as it is, two less; the others with a factor, 1 modulo 3. */
		mpz_set_ui(n, 9);
		mpz_mul_2exp(n, n, 508);
		mpz_add_ui(n, n, 1);
		while (i > 0 &&
		    (!mpz_divisible_ui_p(n, factors[i]) || (factors[i] != 3 && mpz_tdiv_ui(n, 3) != 1) ||
			(factors[i] == 17881 && !ka_weakgen_rsa_is_possible(n)))) {
			mpz_add_ui(n, n, 2);
		}
		if (i == 0) {
			mpz_sub_ui(n, n, 2);
		}
		assert_int_equal(ka_weakgen_rsa_is_possible(n), factors[i] == 17881);
		mpz_export(bytes, NULL, 1, 1, 0, 0, n);
		assert_int_equal(ka_weakgen_deep_add(deep, &handle, &key), KA_OK);
		/* Known before the walk. */
		assert_answer(deep, handle, factors[i] == 17881 ? KA_WALK_UNDECIDED : KA_WALK_NOT_WEAK);
	}
	mpz_clear(n);
	ka_weakgen_deep_free(deep);
}

static void
dsa_keys(void **state)
{
	const struct ka_debian_id id = { KA_DEBIAN_BE32, KA_DEBIAN_RND, 9 };
	struct ka_weakgen_deep *deep = new_walk(NUM_PIDS, KA_WEAKGEN_DEEP_CHEAPEST, 2);
	struct ka_weakgen_prng prng;
	uint8_t p[64], q[20], g[1] = { 2 }, y[64];
	struct ka_key key = { .algorithm = KA_KEY_DSA, .bits = 512, .dsa_p = { p, sizeof(p) }, .dsa_q = { q, sizeof(q) },
		.dsa_g = { g, 1 }, .dsa_y = { y, 0 } };
	mpz_t numbers[4];
	size_t len, weak_handle, sound_handle;

	(void)state;
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
	assert_int_equal(ka_weakgen_deep_run(deep), KA_OK);
	assert_found(deep, weak_handle, id);
	assert_answer(deep, sound_handle, KA_WALK_NOT_WEAK);
	for (int i = 0; i < 4; i++) {
		mpz_clear(numbers[i]);
	}
	ka_weakgen_deep_free(deep);
}

static void
stop_at_first_progress(void *arg, const struct ka_weakgen_deep_progress *progress)
{
	atomic_bool *stop = arg;

	assert_int_equal(progress->streams_total, 9 * KA_DEBIAN_PID_COUNT);
	assert_true(progress->streams_done < progress->streams_total);
	assert_true(progress->part >= 0 && progress->part < 1);
	atomic_store(stop, true);
}

static void
stopped_walk_leaves_keys_undecided(void **state)
{
	const enum ka_weakgen_deep_way way = *(const enum ka_weakgen_deep_way *)*state;
	atomic_bool stop = false;
	const struct ka_weakgen_deep_options options = {
		.pid_count = KA_DEBIAN_PID_COUNT,
		.way = way,
		.miss = KA_WEAKGEN_DEEP_MISS,
		.num_threads = 2,
		.stop = &stop,
		.progress = stop_at_first_progress,
		.progress_arg = &stop,
	};
	struct ka_weakgen_deep *deep;
	struct made made;
	size_t handle;

	assert_int_equal(ka_weakgen_deep_new(&deep, &options), KA_OK);
	/* The last of all streams. */
	make(&made, "rsa:1024", (struct ka_debian_id){ KA_DEBIAN_BE32, KA_DEBIAN_NOREADRND, 32767 }, exponent_f4);
	assert_int_equal(ka_weakgen_deep_add(deep, &handle, &made.key), KA_OK);
	assert_int_equal(ka_weakgen_deep_run(deep), KA_OK);
	assert_true(stop);
	assert_answer(deep, handle, KA_WALK_UNDECIDED);
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
	struct ka_weakgen_deep *deep = new_walk(1, KA_WEAKGEN_DEEP_CHEAPEST, 1);
	size_t handle = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(ka_weakgen_deep_add(deep, &handle, &rows[i]), KA_ERR_ARGUMENT);
		assert_int_equal(handle, 77);
	}
	ka_weakgen_deep_free(deep);
	ka_weakgen_deep_free(NULL);
}

static void
refuses_senseless_options(void **state)
{
	static const struct ka_weakgen_deep_options rows[] = {
		{ .pid_count = 0, .miss = 0.5, .num_threads = 1 },
		{ .pid_count = KA_WEAKGEN_MAX_PIDS + 1, .miss = 0.5, .num_threads = 1 },
		{ .first_pid = 1, .pid_count = KA_WEAKGEN_MAX_PIDS, .miss = 0.5, .num_threads = 1 },
		{ .pid_count = 1, .miss = 0, .num_threads = 1 },
		{ .pid_count = 1, .miss = 1, .num_threads = 1 },
		{ .pid_count = 1, .miss = 0.5, .num_threads = 0 },
	};
	struct ka_weakgen_deep *deep = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(ka_weakgen_deep_new(&deep, &rows[i]), KA_ERR_ARGUMENT);
		assert_null(deep);
	}
}

/* Beyond Linux' default: the last PIDs that there can be. */
static void
high_pids(void **state)
{
	const struct ka_weakgen_deep_options options = {
		.first_pid = KA_WEAKGEN_MAX_PIDS - NUM_PIDS,
		.pid_count = NUM_PIDS,
		.way = *(const enum ka_weakgen_deep_way *)*state,
		.miss = KA_WEAKGEN_DEEP_MISS,
		.num_threads = 2,
	};
	struct ka_weakgen_deep *deep;
	struct made made;
	size_t handle;

	assert_int_equal(ka_weakgen_deep_new(&deep, &options), KA_OK);
	make(&made, "rsa:512", (struct ka_debian_id){ KA_DEBIAN_LE32, KA_DEBIAN_RND, 4194303 }, exponent_f4);
	assert_int_equal(ka_weakgen_deep_add(deep, &handle, &made.key), KA_OK);
	assert_int_equal(ka_weakgen_deep_run(deep), KA_OK);
	assert_found(deep, handle, made.id);
	ka_weakgen_deep_free(deep);
}

/* A stream's first prime comes after a geometric number of candidates. With a cap that misses half of the keys about half
 * of them are found, and what is said of the others says so. */
static void
cap_misses_as_stated(void **state)
{
	enum { NUM_KEYS = 9 * NUM_PIDS };
	struct ka_weakgen_deep_options options = {
		.pid_count = NUM_PIDS,
		.way = KA_WEAKGEN_DEEP_BY_DIVISION,
		.cap = ka_weakgen_cap_for(256, 0.5),
		.num_threads = 2,
	};
	struct ka_weakgen_deep *deep;
	struct made made;
	size_t handles[NUM_KEYS], num_found = 0;

	(void)state;
	assert_int_equal(ka_weakgen_deep_new(&deep, &options), KA_OK);
	for (uint32_t i = 0; i < NUM_KEYS; i++) {
		const struct ka_debian_id id = { (enum ka_debian_arch)(i % 3), (enum ka_debian_randfile)(i / 3 % 3), i / 9 };

		make(&made, "rsa:512", id, exponent_f4);
		assert_int_equal(ka_weakgen_deep_add(deep, &handles[i], &made.key), KA_OK);
	}
	assert_int_equal(ka_weakgen_deep_run(deep), KA_OK);
	for (size_t i = 0; i < NUM_KEYS; i++) {
		struct ka_walk_result result;

		ka_weakgen_deep_result(deep, handles[i], &result);
		if (result.answer == KA_WALK_WEAK) {
			num_found++;
			continue;
		}
		assert_int_equal(result.answer, KA_WALK_NOT_WEAK);
		assert_true(result.miss > 0.4 && result.miss <= 0.5);
	}
	print_message("%zu of %d found\n", num_found, NUM_KEYS);
	/* 108 are expected, with a standard deviation of 7. */
	assert_true(num_found > 75 && num_found < 145);
	ka_weakgen_deep_free(deep);
}

static void
caps_and_chances(void **state)
{
	static const uint32_t sizes[] = { 256, 512, 1024, 2048, 4096, 8192 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		double mean = ka_weakgen_mean_candidates(sizes[i]);
		uint64_t cap = ka_weakgen_cap_for(sizes[i], 1e-9);

		assert_true(ka_weakgen_miss_of(sizes[i], cap) <= 1e-9);
		assert_true(ka_weakgen_miss_of(sizes[i], cap - 1) > 1e-9);
		/* 21 times the mean; a bit less for small means, where exp(-1/m) is above 1 - 1/m. */
		assert_true((double)cap > 19.5 * mean && (double)cap < 21 * mean);
	}
	/* 41, 82 and 163 were counted over whole tables. */
	assert_true(ka_weakgen_mean_candidates(1024) > 40 && ka_weakgen_mean_candidates(1024) < 42);
	assert_true(ka_weakgen_mean_candidates(4096) > 160 && ka_weakgen_mean_candidates(4096) < 165);
	assert_int_equal(ka_weakgen_cap_for(256, 0.9999), 1);
}

int
main(void)
{
	static enum ka_weakgen_deep_way first = KA_WEAKGEN_DEEP_FIRST_PRIMES, division = KA_WEAKGEN_DEEP_BY_DIVISION;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(finds_keys_of_its_universe_only, &first),
		cmocka_unit_test_prestate(finds_keys_of_its_universe_only, &division),
		cmocka_unit_test_prestate(bare_and_foreign_moduli, &first),
		cmocka_unit_test_prestate(bare_and_foreign_moduli, &division),
		cmocka_unit_test_prestate(exponents_that_reject_primes, &first),
		cmocka_unit_test_prestate(exponents_that_reject_primes, &division),
		cmocka_unit_test_prestate(exponents_that_are_not_factored, &first),
		cmocka_unit_test_prestate(exponents_that_are_not_factored, &division),
		cmocka_unit_test_prestate(high_pids, &first),
		cmocka_unit_test_prestate(high_pids, &division),
		cmocka_unit_test_prestate(stopped_walk_leaves_keys_undecided, &first),
		cmocka_unit_test_prestate(stopped_walk_leaves_keys_undecided, &division),
		cmocka_unit_test(cap_misses_as_stated),
		cmocka_unit_test(caps_and_chances),
		cmocka_unit_test(impossible_moduli),
		cmocka_unit_test(dsa_keys),
		cmocka_unit_test(refuses_what_cannot_be_made),
		cmocka_unit_test(refuses_senseless_options),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
