/* SPDX-License-Identifier: Apache-2.0 */
/* The curves' constants and the two ways of multiplying: both against each other and against what must hold on any
 * curve. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "weakgen/ec.h"

/* Of usual kinds, and of each that is not: a = 0, any a, an order longer or shorter than the field, a base point (1, 2). */
static const enum ka_curve curves[] = { KA_CURVE_SECP192R1, KA_CURVE_SECP224R1, KA_CURVE_SECP256R1, KA_CURVE_SECP384R1,
	KA_CURVE_SECP521R1, KA_CURVE_SECP256K1, KA_CURVE_SECP112R2, KA_CURVE_SECP128R2, KA_CURVE_SECP160R1, KA_CURVE_SECP160K1,
	KA_CURVE_PRIME239V2, KA_CURVE_WTLS8, KA_CURVE_WTLS9 };

#define NUM_CURVES (sizeof(curves) / sizeof(curves[0]))

static void
assert_on_curve(const struct ka_weakgen_key *key, const struct ka_weakgen_curve *curve)
{
	size_t len = (key->point_len - 1) / 2;
	mpz_t p, a, b, x, y, t;

	mpz_init_set_str(p, curve->p, 16);
	mpz_init_set_str(a, curve->a, 16);
	mpz_init_set_str(b, curve->b, 16);
	mpz_inits(x, y, t, NULL);
	mpz_import(x, len, 1, 1, 0, 0, key->point + 1);
	mpz_import(y, len, 1, 1, 0, 0, key->point + 1 + len);
	/* y^2 - (x^2 + a) x - b */
	mpz_mul(t, x, x);
	mpz_add(t, t, a);
	mpz_mul(t, t, x);
	mpz_add(t, t, b);
	mpz_submul(t, y, y);
	assert_true(mpz_divisible_p(t, p));
	mpz_clears(p, a, b, x, y, t, NULL);
}

static void
point_of(struct ka_weakgen_key *out, struct ka_weakgen_ec *ec, const mpz_t secret)
{
	memset(out, 0, sizeof(*out));
	ka_weakgen_ec_point(ec, secret);
	ka_weakgen_ec_export(out, ec);
}

/* (n - 1) G = -G: holds only when n is the order of G and the arithmetic is right. */
static void
order_is_the_order(void **state)
{
	static struct ka_weakgen_key one, last;

	(void)state;
	for (size_t i = 0; i < NUM_CURVES; i++) {
		const struct ka_weakgen_curve *curve = ka_weakgen_curve_find(curves[i]);
		struct ka_weakgen_ec *ec;
		mpz_t k, sum, p;
		size_t len;

		assert_int_equal(ka_weakgen_ec_new(&ec, curves[i], KA_WEAKGEN_EC_ONE), KA_OK);
		mpz_init_set_ui(k, 1);
		point_of(&one, ec, k);
		assert_on_curve(&one, curve);
		mpz_set_str(k, curve->n, 16);
		assert_true(mpz_probab_prime_p(k, 30));
		mpz_sub_ui(k, k, 1);
		point_of(&last, ec, k);
		len = (one.point_len - 1) / 2;
		assert_memory_equal(one.point, last.point, 1 + len);
		mpz_init_set_str(p, curve->p, 16);
		assert_true(mpz_probab_prime_p(p, 30));
		mpz_init(sum);
		mpz_import(sum, len, 1, 1, 0, 0, one.point + 1 + len);
		mpz_import(k, len, 1, 1, 0, 0, last.point + 1 + len);
		mpz_add(sum, sum, k);
		assert_int_equal(mpz_cmp(sum, p), 0);
		mpz_clears(k, sum, p, NULL);
		ka_weakgen_ec_free(ec);
	}
}

static void
both_ways_agree(void **state)
{
	static struct ka_weakgen_key a, b;
	gmp_randstate_t random;
	mpz_t k, n;

	(void)state;
	gmp_randinit_default(random);
	mpz_inits(k, n, NULL);
	for (size_t i = 0; i < NUM_CURVES; i++) {
		struct ka_weakgen_ec *plain, *tabled;

		assert_int_equal(ka_weakgen_ec_new(&plain, curves[i], KA_WEAKGEN_EC_ONE), KA_OK);
		assert_int_equal(ka_weakgen_ec_new(&tabled, curves[i], KA_WEAKGEN_EC_MANY), KA_OK);
		mpz_set_str(n, ka_weakgen_curve_find(curves[i])->n, 16);
		for (unsigned round = 0; round < 30; round++) {
			/* Small, with runs of zeros, near n, random. */
			if (round < 10) {
				mpz_set_ui(k, round + 1);
			} else if (round < 14) {
				mpz_set_ui(k, 1);
				mpz_mul_2exp(k, k, 8 * round);
			} else if (round < 18) {
				mpz_sub_ui(k, n, round - 13);
			} else {
				mpz_urandomm(k, random, n);
			}
			point_of(&a, plain, k);
			point_of(&b, tabled, k);
			assert_memory_equal(&a, &b, sizeof(a));
			assert_on_curve(&a, ka_weakgen_curve_find(curves[i]));
		}
		ka_weakgen_ec_free(plain);
		ka_weakgen_ec_free(tabled);
	}
	mpz_clears(k, n, NULL);
	gmp_randclear(random);
}

static void
unknown_curves_are_refused(void **state)
{
	struct ka_weakgen_ec *ec = NULL;

	(void)state;
	assert_int_equal(ka_weakgen_ec_new(&ec, KA_CURVE_BRAINPOOLP256R1, KA_WEAKGEN_EC_ONE), KA_ERR_ARGUMENT);
	assert_null(ka_weakgen_curve_find(KA_CURVE_NONE));
	assert_null(ka_weakgen_curve_find_name("secp256"));
	ka_weakgen_ec_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_is_the_order),
		cmocka_unit_test(both_ways_agree),
		cmocka_unit_test(unknown_curves_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
