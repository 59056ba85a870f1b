/* SPDX-License-Identifier: Apache-2.0 */
/* The public functions: names of types, exponents, private keys, proofs. Whether keys are the right ones is
 * vectors_test.c's matter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <gmp.h>

#include "weakgen/weakgen.h"

static const uint8_t f4_bytes[] = { 1, 0, 1 };
static const uint8_t three_bytes[] = { 3 };
static const struct ka_slice f4 = { f4_bytes, sizeof(f4_bytes) };
static const struct ka_slice three = { three_bytes, sizeof(three_bytes) };
static const struct ka_slice none = { NULL, 0 };

static struct ka_weakgen *
workshop(const char *name)
{
	struct ka_weakgen_type type;
	struct ka_weakgen *weakgen;

	assert_int_equal(ka_weakgen_type_parse(&type, name), KA_OK);
	assert_int_equal(ka_weakgen_new(&weakgen, &type), KA_OK);
	return weakgen;
}

static struct ka_weakgen_key *
make_with(struct ka_weakgen *weakgen, uint32_t pid, struct ka_slice exponent)
{
	struct ka_weakgen_key *key = malloc(sizeof(*key));

	assert_non_null(key);
	assert_int_equal(
	    ka_weakgen_make(key, weakgen, ka_weakgen_machine_of(KA_DEBIAN_LE32), KA_DEBIAN_NORND, pid, exponent),
	    KA_OK);
	return key;
}

static void
type_names(void **state)
{
	static const char *const good[] = { "rsa:512", "rsa:2048", "rsa:2049", "rsa:16384", "ec:secp192r1",
		"ec:secp224r1", "ec:secp256r1", "ec:secp384r1", "ec:secp521r1", "ec:secp256k1" };
	static const char *const bad[] = { "", "rsa", "rsa:", "rsa:511", "rsa:16385", "rsa:02048", "rsa:+2048",
		"rsa: 2048", "rsa:2048 ", "rsa:0x800", "rsa:18446744073709553664", "rsa:4294969344", "RSA:2048",
		"ec:", "ec:P-256", "ec:brainpoolP256r1", "dsa:1024" };
	char name[KA_WEAKGEN_TYPE_NAME_LEN];
	struct ka_weakgen_type type;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(ka_weakgen_type_parse(&type, good[i]), KA_OK);
		ka_weakgen_type_name(name, &type);
		assert_string_equal(name, good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(ka_weakgen_type_parse(&type, bad[i]), KA_ERR_ARGUMENT);
	}
}

static void
arguments_are_checked(void **state)
{
	static const uint8_t two = 2, one = 1;
	struct ka_weakgen *weakgen = workshop("rsa:512");
	struct ka_weakgen_machine machine = *ka_weakgen_machine_of(KA_DEBIAN_BE32);
	struct ka_weakgen_type type = { .algorithm = KA_KEY_DSA, .bits = 1024 };
	struct ka_weakgen *other = NULL;
	struct ka_weakgen_key *key = make_with(weakgen, 1, f4);

	(void)state;
	assert_null(ka_weakgen_machine_of((enum ka_debian_arch)3));
	assert_int_equal(ka_weakgen_new(&other, &type), KA_ERR_ARGUMENT);
	assert_int_equal(ka_weakgen_make(key, weakgen, &machine, KA_DEBIAN_RND, 1, none), KA_ERR_ARGUMENT);
	assert_int_equal(
	    ka_weakgen_make(key, weakgen, &machine, KA_DEBIAN_RND, 1, (struct ka_slice){ &two, 1 }), KA_ERR_ARGUMENT);
	assert_int_equal(
	    ka_weakgen_make(key, weakgen, &machine, KA_DEBIAN_RND, 1, (struct ka_slice){ &one, 1 }), KA_ERR_ARGUMENT);
	assert_int_equal(ka_weakgen_make(key, weakgen, &machine, (enum ka_debian_randfile)3, 1, f4), KA_ERR_ARGUMENT);
	machine.long_len = 16;
	assert_int_equal(ka_weakgen_make(key, weakgen, &machine, KA_DEBIAN_RND, 1, f4), KA_ERR_ARGUMENT);
	free(key);
	ka_weakgen_free(weakgen);
	ka_weakgen_free(NULL);
}

/* A product of primes above 17863 matters now and then; then another key comes out, fit for the exponent, and 3 gives
 * the key that every small exponent gives. */
static void
exponent_matters(void **state)
{
	struct ka_weakgen *weakgen = workshop("rsa:512");
	uint8_t bytes[256];
	size_t len = 0;
	mpz_t e, p;
	unsigned num_mattered = 0;

	(void)state;
	mpz_init_set_ui(e, 1);
	mpz_init_set_ui(p, 17863);
	for (unsigned i = 0; i < 60; i++) {
		mpz_nextprime(p, p);
		mpz_mul(e, e, p);
	}
	mpz_export(bytes, &len, 1, 1, 0, 0, e);
	assert_true(len < sizeof(bytes));
	for (uint32_t pid = 0; pid < 300; pid++) {
		struct ka_weakgen_key *with_three = make_with(weakgen, pid, three);
		struct ka_weakgen_key *with_f4 = make_with(weakgen, pid, f4);
		struct ka_weakgen_key *with_e = make_with(weakgen, pid, (struct ka_slice){ bytes, len });
		bool same = with_e->modulus_len == with_three->modulus_len &&
		    memcmp(with_e->modulus, with_three->modulus, with_e->modulus_len) == 0;

		assert_false(with_three->exponent_mattered);
		assert_int_equal(same, !with_e->exponent_mattered);
		assert_int_equal(with_f4->modulus_len, 64);
		if (with_e->exponent_mattered) {
			mpz_import(p, with_e->p_len, 1, 1, 0, 0, with_e->p);
			mpz_sub_ui(p, p, 1);
			mpz_gcd(p, p, e);
			assert_int_equal(mpz_cmp_ui(p, 1), 0);
			num_mattered++;
		}
		free(with_three);
		free(with_f4);
		free(with_e);
	}
	assert_true(num_mattered > 0 && num_mattered < 30);
	mpz_clears(e, p, NULL);
	ka_weakgen_free(weakgen);
}

static void
private_keys_fit_their_space(void **state)
{
	struct ka_weakgen *weakgen = workshop("rsa:512");
	struct ka_weakgen_key *key = make_with(weakgen, 9, f4);
	static uint8_t der[KA_WEAKGEN_DER_MAX_LEN];
	uint8_t even = 4;
	size_t len = 0, again = 0;

	(void)state;
	assert_int_equal(ka_weakgen_key_der(der, &len, sizeof(der), key, f4), KA_OK);
	/* SEQUENCE of two length bytes, INTEGER 0, INTEGER of 65 bytes. */
	assert_int_equal(der[0], 0x30);
	assert_int_equal(der[1], 0x82);
	assert_int_equal(len, 4u + (size_t)(der[2] << 8 | der[3]));
	assert_memory_equal(der + 4, "\2\1\0\2\101\0", 6);
	assert_memory_equal(der + 10, key->modulus, key->modulus_len);
	assert_int_equal(ka_weakgen_key_der(der, &again, len, key, f4), KA_OK);
	assert_int_equal(again, len);
	assert_int_equal(ka_weakgen_key_der(der, &again, len - 1, key, f4), KA_ERR_SPACE);
	assert_int_equal(ka_weakgen_key_der(der, &again, len, key, (struct ka_slice){ &even, 1 }), KA_ERR_ARGUMENT);
	assert_int_equal(ka_weakgen_key_der(der, &again, len, key, none), KA_ERR_ARGUMENT);
	assert_int_equal(again, len);
	free(key);
	ka_weakgen_free(weakgen);
}

static bool
proved(const struct ka_key *key, uint32_t pid)
{
	const struct ka_debian_id id = { .architecture = KA_DEBIAN_LE32, .randfile = KA_DEBIAN_NORND, .pid = pid };
	bool same = false;

	assert_int_equal(ka_weakgen_prove(NULL, &same, key, &id), KA_OK);
	return same;
}

static void
proves_rsa(void **state)
{
	struct ka_weakgen *weakgen = workshop("rsa:777");
	struct ka_weakgen_key *made = make_with(weakgen, 31337, f4);
	struct ka_key key = { .algorithm = KA_KEY_RSA, .bits = 777, .modulus = { made->modulus, made->modulus_len } };
	static const uint8_t odd_one[] = { 1 };

	(void)state;
	assert_true(proved(&key, 31337));
	assert_false(proved(&key, 31336));
	key.exponent = three;
	assert_true(proved(&key, 31337));
	/* An exponent that nothing can be made with does not make the modulus any better. */
	key.exponent = (struct ka_slice){ odd_one, 1 };
	assert_true(proved(&key, 31337));
	made->modulus[made->modulus_len - 1] ^= 2;
	assert_false(proved(&key, 31337));
	free(made);
	ka_weakgen_free(weakgen);
}

static void
proves_ec(void **state)
{
	struct ka_weakgen *weakgen = workshop("ec:secp521r1");
	struct ka_weakgen_key *made = make_with(weakgen, 7, none);
	uint8_t compressed[1 + KA_WEAKGEN_MAX_EC_LEN];
	struct ka_key key = { .algorithm = KA_KEY_EC,
		.curve = KA_CURVE_SECP521R1,
		.bits = 521,
		.point = { made->point, made->point_len } };

	(void)state;
	assert_int_equal(made->point_len, 133);
	assert_true(proved(&key, 7));
	assert_false(proved(&key, 8));
	memcpy(compressed, made->point, sizeof(compressed));
	compressed[0] = (uint8_t)(2 + (made->point[132] & 1));
	key.point = (struct ka_slice){ compressed, sizeof(compressed) };
	assert_true(proved(&key, 7));
	/* The other point with this x is its negative: another key. */
	compressed[0] ^= 1;
	assert_false(proved(&key, 7));
	free(made);
	ka_weakgen_free(weakgen);
}

static void
cannot_tell(void **state)
{
	struct ka_debian_id id = { .architecture = (enum ka_debian_arch)9 };
	struct ka_key key = { .algorithm = KA_KEY_RSA, .bits = 1024, .modulus = f4 };
	bool same = true;

	(void)state;
	assert_int_equal(ka_weakgen_prove(NULL, &same, &key, &id), KA_ERR_ARGUMENT);
	id.architecture = KA_DEBIAN_LE64;
	key.algorithm = KA_KEY_ED25519;
	assert_int_equal(ka_weakgen_prove(NULL, &same, &key, &id), KA_ERR_ARGUMENT);
	key.algorithm = KA_KEY_EC;
	key.curve = KA_CURVE_EXPLICIT;
	assert_int_equal(ka_weakgen_prove(NULL, &same, &key, &id), KA_ERR_ARGUMENT);
	assert_true(same);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(type_names),
		cmocka_unit_test(arguments_are_checked),
		cmocka_unit_test(exponent_matters),
		cmocka_unit_test(private_keys_fit_their_space),
		cmocka_unit_test(proves_rsa),
		cmocka_unit_test(proves_ec),
		cmocka_unit_test(cannot_tell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
