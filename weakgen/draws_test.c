/* SPDX-License-Identifier: Apache-2.0 */
/* Sixteen generators at once draw what each draws alone, and end in the same state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "weakgen/draws.h"
#include "weakgen/kernels.h"

#define LANES KA_WEAKGEN_DRAW_LANES
#define MAX_LEN 1088u

struct lanes {
	struct ka_weakgen_prng prngs[LANES];
	struct ka_weakgen_prng *prng_at[LANES];
	uint8_t outs[LANES][MAX_LEN];
	uint8_t *out_at[LANES];
};

static void
start(struct lanes *lanes, const struct ka_weakgen_machine *machine, size_t first_len)
{
	memset(lanes, 0, sizeof(*lanes));
	for (unsigned l = 0; l < LANES; l++) {
		/* Lane 5 has no process id; the positions in the pool differ by what was drawn before. */
		uint32_t pid = l == 5 ? 0 : 1 + 2749 * l;

		ka_weakgen_prng_init(&lanes->prngs[l], ka_weakgen_kernels_scalar.sha1, machine,
		    (enum ka_debian_randfile)(l % KA_DEBIAN_NUM_RANDFILES), pid);
		ka_weakgen_prng_add(&lanes->prngs[l], machine->time_len);
		ka_weakgen_prng_bytes(&lanes->prngs[l], lanes->outs[l], first_len + 3 * l);
		lanes->prng_at[l] = &lanes->prngs[l];
		lanes->out_at[l] = lanes->outs[l];
	}
}

/* Fields one by one: the struct has padding. The spare byte behind the pool is never read. */
static void
assert_same(const struct lanes *want, const struct lanes *got, size_t len)
{
	for (unsigned l = 0; l < LANES; l++) {
		const struct ka_weakgen_prng *a = &want->prngs[l], *b = &got->prngs[l];

		assert_memory_equal(want->outs[l], got->outs[l], len);
		assert_memory_equal(a->md, b->md, sizeof(a->md));
		assert_memory_equal(a->pool, b->pool, KA_WEAKGEN_POOL_LEN);
		assert_int_equal(a->index, b->index);
		assert_int_equal(a->fill, b->fill);
		assert_int_equal(a->count[0], b->count[0]);
		assert_int_equal(a->count[1], b->count[1]);
	}
}

static void
compare(const char *kernels_name, const struct ka_weakgen_machine *machine)
{
	static const size_t lens[] = { 1, 9, 10, 14, 32, 64, 65, 96, 128, 129, 256, 512, 1023, 1024 };
	const struct ka_weakgen_kernels *kernels = ka_weakgen_kernels_by_name(kernels_name);
	static struct lanes want, got;

	if (kernels == NULL) {
		skip();
	}
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		start(&want, machine, lens[i]);
		start(&got, machine, lens[i]);
		/* Many draws, so that every way to wrap comes up: position 1023 too, one in 1,000 for each lane. */
		for (unsigned round = 0; round < 100; round++) {
			ka_weakgen_draws_scalar(want.prng_at, want.out_at, lens[i]);
			kernels->draws(got.prng_at, got.out_at, lens[i]);
			if (round % 20 == 0 || memcmp(want.outs, got.outs, sizeof(want.outs)) != 0) {
				assert_same(&want, &got, lens[i]);
			}
		}
		assert_same(&want, &got, lens[i]);
	}
}

static void
same_as_scalar(void **state)
{
	/* The three of Debian's lists, and two that are not: 64 bits big-endian, and an odd time. */
	static const struct ka_weakgen_machine others[] = { { 8, 8, 144, true }, { 4, 6, 88, false } };
	const char *name = *state;

	for (unsigned a = 0; a < KA_DEBIAN_NUM_ARCHS; a++) {
		compare(name, ka_weakgen_machine_of((enum ka_debian_arch)a));
	}
	compare(name, &others[0]);
	compare(name, &others[1]);
}

int
main(void)
{
	static char sha_ni[] = "sha-ni", avx512[] = "avx512ifma";
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(same_as_scalar, sha_ni),
		cmocka_unit_test_prestate(same_as_scalar, avx512),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
