/* SPDX-License-Identifier: Apache-2.0 */
/* Many streams at once give what each gives alone, with every level of kernels, and with kernels that err. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "weakgen/batch.h"

#define MAX_STREAMS 60u

/* Streams 0 to num - 1, spread over the universe; results come in any order. */
struct collector {
	uint32_t num, next;
	uint32_t stop_after; /* 0: never */
	uint32_t num_done;
	struct ka_weakgen_result results[MAX_STREAMS];
	bool known[MAX_STREAMS];
};

static struct ka_debian_id
stream(uint32_t index)
{
	return (struct ka_debian_id){
		.architecture = (enum ka_debian_arch)(index % 3),
		.randfile = (enum ka_debian_randfile)(index / 3 % 3),
		.pid = 500 * index,
	};
}

static bool
collector_next(void *arg, struct ka_debian_id *out_id)
{
	struct collector *collector = arg;

	if (collector->next == collector->num) {
		return false;
	}
	*out_id = stream(collector->next++);
	return true;
}

static void
collector_done(void *arg, const struct ka_debian_id *id, const struct ka_weakgen_result *result)
{
	struct collector *collector = arg;
	uint32_t index = id->pid / 500;

	assert_true(index < collector->num);
	assert_false(collector->known[index]);
	collector->known[index] = true;
	collector->results[index] = *result;
	collector->num_done++;
}

static bool
collector_stop(void *arg)
{
	struct collector *collector = arg;

	return collector->stop_after != 0 && collector->num_done >= collector->stop_after;
}

static void
collect(struct collector *collector, const char *type_name, const struct ka_weakgen_kernels *kernels, uint32_t num)
{
	const struct ka_weakgen_feed feed = {
		.arg = collector,
		.next = collector_next,
		.done = collector_done,
		.stop = collector_stop,
	};
	struct ka_weakgen_type type;

	*collector = (struct collector){ .num = num, .stop_after = collector->stop_after };
	assert_int_equal(ka_weakgen_type_parse(&type, type_name), KA_OK);
	assert_int_equal(ka_weakgen_batch_run(&type, kernels, &feed), KA_OK);
}

/* What the public function makes, one key at a time. */
static void
assert_right(const struct collector *collector, const char *type_name)
{
	static const uint8_t f4[] = { 1, 0, 1 };
	static struct ka_weakgen_key key;
	struct ka_weakgen_type type;
	struct ka_weakgen *weakgen;

	assert_int_equal(ka_weakgen_type_parse(&type, type_name), KA_OK);
	assert_int_equal(ka_weakgen_new(&weakgen, &type), KA_OK);
	for (uint32_t i = 0; i < collector->num; i++) {
		const struct ka_debian_id id = stream(i);

		assert_int_equal(ka_weakgen_make(&key, weakgen, ka_weakgen_machine_of(id.architecture), id.randfile,
				     id.pid, (struct ka_slice){ f4, sizeof(f4) }),
		    KA_OK);
		assert_true(collector->known[i]);
		assert_true(collector->results[i].fingerprint == ka_weakgen_fingerprint(&key));
		assert_int_equal(collector->results[i].has_other, key.exponent_mattered);
	}
	ka_weakgen_free(weakgen);
}

static void
levels_agree(void **state)
{
	static const char *const levels[] = { "scalar", "sha-ni", "avx512ifma-only", "avx512ifma" };
	static const struct {
		const char *type;
		uint32_t num;
	} types[] = { { "rsa:512", 60 }, { "rsa:513", 20 }, { "rsa:1024", 20 }, { "rsa:1279", 10 }, { "rsa:2048", 5 }, { "rsa:3000", 3 },
		{ "rsa:512", 1 }, { "rsa:512", 0 }, { "ec:secp224r1", 60 } };
	static struct collector collector;

	(void)state;
	for (size_t level = 0; level < sizeof(levels) / sizeof(levels[0]); level++) {
		const struct ka_weakgen_kernels *kernels = ka_weakgen_kernels_by_name(levels[level]);

		for (size_t i = 0; kernels != NULL && i < sizeof(types) / sizeof(types[0]); i++) {
			collect(&collector, types[i].type, kernels, types[i].num);
			assert_right(&collector, types[i].type);
		}
	}
}

/* One composite in sixteen is called prime. */
static unsigned
careless_fermat(void *scratch, const mpz_srcptr numbers[KA_WEAKGEN_LANES], uint32_t bits)
{
	unsigned mask = ka_weakgen_kernels_best()->fermat(scratch, numbers, bits);

	for (unsigned i = 0; i < KA_WEAKGEN_LANES; i++) {
		if (mpz_getlimbn(numbers[i], 0) / 2 % 16 == 0) {
			mask |= 1u << i;
		}
	}
	return mask;
}

/* Whatever Fermat's test lets through, the rounds of Miller and Rabin find it. */
static void
pseudoprimes_are_refuted(void **state)
{
	static struct collector collector;
	struct ka_weakgen_kernels careless = *ka_weakgen_kernels_best();

	(void)state;
	if (careless.fermat == NULL) {
		skip();
	}
	careless.fermat = careless_fermat;
	collect(&collector, "rsa:512", &careless, 40);
	assert_right(&collector, "rsa:512");
	careless.power = NULL;
	collect(&collector, "rsa:512", &careless, 40);
	assert_right(&collector, "rsa:512");
}

/* Keeps the last prime that was offered for a stream. */
static bool
collector_prime(void *arg, const struct ka_debian_id *id, mpz_srcptr prime)
{
	struct collector *collector = arg;

	collector->results[id->pid / 500].other_fingerprint = mpz_get_ui(prime);
	/* Of every third stream the second prime is asked for. */
	return id->pid % 3 == 0 && !collector->results[id->pid / 500].has_other &&
	    (collector->results[id->pid / 500].has_other = true);
}

static void
collector_prime_done(void *arg, const struct ka_debian_id *id, const struct ka_weakgen_result *result)
{
	struct collector *collector = arg;

	(void)result;
	assert_false(collector->known[id->pid / 500]);
	collector->known[id->pid / 500] = true;
	collector->num_done++;
}

/* Pseudoprimes are offered as well, but before a stream is done its true primes are. */
static void
true_primes_are_offered(void **state)
{
	static struct collector honest, careful;
	struct ka_weakgen_kernels careless = *ka_weakgen_kernels_best();
	struct ka_weakgen_feed feed = {
		.arg = &honest,
		.next = collector_next,
		.done = collector_prime_done,
		.stop = collector_stop,
		.prime = collector_prime,
	};
	struct ka_weakgen_type type;

	(void)state;
	if (careless.fermat == NULL) {
		skip();
	}
	careless.fermat = careless_fermat;
	assert_int_equal(ka_weakgen_type_parse(&type, "rsa:512"), KA_OK);
	honest = careful = (struct collector){ .num = 50 };
	assert_int_equal(ka_weakgen_batch_run(&type, &ka_weakgen_kernels_scalar, &feed), KA_OK);
	feed.arg = &careful;
	assert_int_equal(ka_weakgen_batch_run(&type, ka_weakgen_kernels_best(), &feed), KA_OK);
	assert_int_equal(honest.num_done, 50);
	assert_memory_equal(honest.results, careful.results, sizeof(honest.results));
	/* Those that go on to a second prime would count pseudoprimes: the first one only. */
	careful = (struct collector){ .num = 50 };
	for (uint32_t i = 0; i < 50; i++) {
		careful.results[i].has_other = honest.results[i].has_other = true;
	}
	assert_int_equal(ka_weakgen_batch_run(&type, &careless, &feed), KA_OK);
	assert_int_equal(careful.num_done, 50);
	for (uint32_t i = 0; i < 50; i++) {
		if (stream(i).pid % 3 != 0) {
			assert_true(honest.results[i].other_fingerprint == careful.results[i].other_fingerprint);
		}
	}
}

static void
stops_when_told(void **state)
{
	static struct collector collector;

	(void)state;
	collector.stop_after = 9;
	collect(&collector, "rsa:512", ka_weakgen_kernels_best(), 60);
	assert_true(collector.num_done >= 9 && collector.num_done < 40);
	for (uint32_t i = 0; i < 60; i++) {
		collector.num_done -= collector.known[i];
	}
	assert_int_equal(collector.num_done, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_agree),
		cmocka_unit_test(pseudoprimes_are_refuted),
		cmocka_unit_test(true_primes_are_offered),
		cmocka_unit_test(stops_when_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
