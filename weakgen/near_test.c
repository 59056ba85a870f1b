/* SPDX-License-Identifier: Apache-2.0 */
/* Divisors at every distance are found, whatever the size; nothing else is, or (by kernels) hardly ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "weakgen/kernels.h"

#define LANES KA_WEAKGEN_NEAR_LANES
#define MAX_LEN 1024u
#define FEW 6u
#define MANY 77u

/* Eight numbers drawn, and moduli of which each belongs to one of them or to none. */
struct scene {
	uint32_t bits;
	uint8_t xs[LANES][MAX_LEN];
	const uint8_t *x_at[LANES];
	unsigned num_moduli;
	uint8_t bytes[MANY][2 * MAX_LEN];
	struct ka_slice moduli[MANY];
	unsigned owner[MANY]; /* a lane, or LANES for a random modulus */
};

static gmp_randstate_t random_state;

/* As the generator draws it: two high bits set, odd. extreme: with long runs of ones or zeros below the highest bits.
 * There kernels need not do well: see near_ifma.c. */
static void
random_x(mpz_t out, uint32_t bits, bool extreme)
{
	mpz_urandomb(out, random_state, bits);
	if (extreme) {
		mpz_t runs;

		mpz_init(runs);
		mpz_rrandomb(runs, random_state, bits - 128);
		mpz_tdiv_q_2exp(out, out, bits - 128);
		mpz_mul_2exp(out, out, bits - 128);
		mpz_add(out, out, runs);
		mpz_clear(runs);
	}
	mpz_setbit(out, bits - 1);
	mpz_setbit(out, bits - 2);
	mpz_setbit(out, 0);
}

/* Of many moduli kernels know a number's first deltas: one of these. Of few they try all that the trial division by 3, 5 and
 * 7 lets pass: the first one at or above the number given. */
static unsigned long
possible_delta(const struct scene *scene, unsigned lane, mpz_srcptr x, unsigned long delta)
{
	if (scene->num_moduli == MANY) {
		uint16_t deltas[KA_WEAKGEN_NEAR_DELTAS];
		unsigned num = ka_weakgen_near_deltas(deltas, scene->xs[lane], (scene->bits + 7) / 8);

		assert_true(num > 45);
		return deltas[delta % num];
	}
	for (;; delta += 2) {
		unsigned long r = mpz_fdiv_ui(x, 105) + delta;

		if (r % 3 > 1 && r % 5 > 1 && r % 7 > 1) {
			return delta;
		}
	}
}

static void
export_bytes(uint8_t *out, size_t len, mpz_srcptr number)
{
	size_t used = (mpz_sizeinbase(number, 2) + 7) / 8;

	memset(out, 0, len);
	mpz_export(out + len - used, NULL, 1, 1, 0, 0, number);
}

/* bits: of the numbers drawn. The other factor has as many, or one less for moduli of an odd size. */
static void
make_scene(struct scene *scene, unsigned num_moduli, uint32_t bits, bool odd_size, bool extreme, unsigned long delta)
{
	mpz_t xs[LANES], p, q;

	mpz_inits(p, q, NULL);
	scene->bits = bits;
	scene->num_moduli = num_moduli;
	for (unsigned l = 0; l < LANES; l++) {
		mpz_init(xs[l]);
		random_x(xs[l], bits, extreme);
		export_bytes(scene->xs[l], (bits + 7) / 8, xs[l]);
		scene->x_at[l] = scene->xs[l];
	}
	for (unsigned m = 0; m < num_moduli; m++) {
		size_t len = (2 * bits + 7) / 8;

		scene->owner[m] = m % 3 == 2 ? LANES : (unsigned)gmp_urandomm_ui(random_state, LANES);
		random_x(q, odd_size ? bits - 1 : bits, extreme);
		if (scene->owner[m] == LANES) {
			random_x(p, bits, extreme);
		} else {
			unsigned lane = scene->owner[m];

			/* Another delta for each modulus, where all are tried. */
			mpz_add_ui(p, xs[lane], possible_delta(scene, lane, xs[lane], num_moduli == MANY ? delta + m : delta));
		}
		mpz_mul(p, p, q);
		export_bytes(scene->bytes[m], len, p);
		scene->moduli[m] = (struct ka_slice){ scene->bytes[m], len };
	}
	for (unsigned l = 0; l < LANES; l++) {
		mpz_clear(xs[l]);
	}
	mpz_clears(p, q, NULL);
}

struct marks {
	unsigned num;
	bool maybe[LANES][MANY];
};

static void
mark(void *arg, unsigned x, size_t modulus)
{
	struct marks *marks = arg;

	assert_true(x < LANES && modulus < marks->num);
	marks->maybe[x][modulus] = true;
}

static unsigned long num_pairs, num_false;

static void
check_scene(const struct scene *scene, const struct ka_weakgen_kernels *kernels)
{
	struct ka_weakgen_moduli *moduli;
	struct marks marks = { .num = scene->num_moduli };

	assert_int_equal(ka_weakgen_moduli_new(&moduli, scene->bits, scene->moduli, scene->num_moduli), KA_OK);
	if (kernels != NULL) {
		void *scratch = aligned_alloc(64, kernels->near_scratch_len(moduli->num_limbs));

		assert_non_null(scratch);
		kernels->near(scratch, moduli, scene->x_at, mark, &marks);
		free(scratch);
	}
	for (unsigned l = 0; l < LANES; l++) {
		for (unsigned m = 0; m < scene->num_moduli; m++) {
			bool near = scene->owner[moduli->places[m]] == l;

			if (kernels == NULL) {
				assert_int_equal(ka_weakgen_near_exact(moduli, m, scene->xs[l]), near);
			} else if (near) {
				assert_true(marks.maybe[l][m]);
			} else {
				num_pairs++;
				num_false += marks.maybe[l][m];
			}
		}
	}
	ka_weakgen_moduli_free(moduli);
}

static void
check(const struct ka_weakgen_kernels *kernels, unsigned num_moduli)
{
	/* Around full limbs and words, and the halves of key sizes. */
	static const uint32_t sizes[] = { 256, 257, 260, 261, 311, 312, 313, 384, 512, 520, 521, 640, 767, 768, 1023, 1024,
		1025, 1040, 1041, 1280, 1536, 2048, 2049, 4096, 8191, 8192 };
	static const unsigned long deltas[] = { 0, 2, 4, 6, 100, 208, 210, 212, 1000, 4094, 8000, 8150 };
	static struct scene scene;

	gmp_randinit_default(random_state);
	gmp_randseed_ui(random_state, 2008);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (size_t k = 0; k < sizeof(deltas) / sizeof(deltas[0]); k++) {
			make_scene(&scene, num_moduli, sizes[i], k % 2 == 1, k % 3 == 1, deltas[k]);
			check_scene(&scene, kernels);
		}
	}
	gmp_randclear(random_state);
}

static void
exact_finds_divisors(void **state)
{
	(void)state;
	check(NULL, FEW);
}

/* The first delta of the whole trial division is among the first that the short sieve finds. */
static void
deltas_contain_the_right_one(void **state)
{
	enum { BITS = 512, NUM = 2000 };
	struct ka_weakgen_sieve sieve;
	unsigned sum = 0, furthest = 0;
	mpz_t x;

	(void)state;
	gmp_randinit_default(random_state);
	mpz_init(x);
	assert_int_equal(ka_weakgen_sieve_init(&sieve, BITS), KA_OK);
	for (unsigned i = 0; i < NUM; i++) {
		uint16_t deltas[KA_WEAKGEN_NEAR_DELTAS], residues[KA_WEAKGEN_PADDED_PRIMES];
		uint32_t digits[BITS / 32] = { 0 }, want;
		uint8_t bytes[BITS / 8];
		unsigned num, at = 0;

		random_x(x, BITS, i % 4 == 0);
		export_bytes(bytes, sizeof(bytes), x);
		mpz_export(digits, NULL, -1, 4, 0, 0, x);
		ka_weakgen_residues_scalar(residues, &sieve, digits);
		want = ka_weakgen_delta_scalar(&sieve, residues);
		num = ka_weakgen_near_deltas(deltas, bytes, sizeof(bytes));
		while (at < num && deltas[at] != want) {
			at++;
		}
		assert_true(at < num);
		sum += at;
		furthest = at > furthest ? at : furthest;
	}
	/* Geometric with 0.34: 1.9 in the mean. */
	print_message("at place %.2f in the mean, at most %u\n", (double)sum / NUM, furthest);
	assert_true(sum > 1.7 * NUM && sum < 2.2 * NUM && furthest < 40);
	ka_weakgen_sieve_clear(&sieve);
	mpz_clear(x);
	gmp_randclear(random_state);
}

static void
kernel_finds_divisors(void **state)
{
	const struct ka_weakgen_kernels *kernels = ka_weakgen_kernels_by_name(*state);

	if (kernels == NULL || kernels->near == NULL) {
		skip();
	}
	num_pairs = num_false = 0;
	check(kernels, FEW);
	check(kernels, MANY);
	/* A pair that is none passes with a chance of 585 deltas times 8,206 2^-32: one in 900; with 64 deltas one in
	 * 8,000. Numbers with long runs of zeros or ones have more. */
	print_message("%lu of %lu pairs pass that are none\n", num_false, num_pairs);
	assert_true(num_pairs > 10000);
	assert_true(num_false < num_pairs / 200);

}

int
main(void)
{
	static char avx512[] = "avx512ifma";
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_finds_divisors),
		cmocka_unit_test(deltas_contain_the_right_one),
		cmocka_unit_test_prestate(kernel_finds_divisors, avx512),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
