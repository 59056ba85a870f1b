/* SPDX-License-Identifier: Apache-2.0 */
/* The curves' constants and the keys on them against OpenSSL 3, which still has every curve that 0.9.8 had. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/ec.h>
#include <openssl/objects.h>

#include "weakgen/ec.h"
#include "weakgen/kernels.h"

/* OpenSSL's names where they differ. */
static int
nid_of(const char *name)
{
	if (strcmp(name, "secp192r1") == 0) {
		return NID_X9_62_prime192v1;
	}
	if (strcmp(name, "secp256r1") == 0) {
		return NID_X9_62_prime256v1;
	}
	return OBJ_sn2nid(name);
}

static void
assert_number(const char *hex, const BIGNUM *want)
{
	BIGNUM *got = NULL;

	assert_int_equal(BN_hex2bn(&got, hex), strlen(hex));
	assert_int_equal(BN_cmp(got, want), 0);
	BN_free(got);
}

static void
compare_constants(const struct ka_weakgen_curve *curve, const EC_GROUP *group)
{
	BIGNUM *p = BN_new(), *a = BN_new(), *b = BN_new(), *x = BN_new(), *y = BN_new();

	assert_int_equal(EC_GROUP_get_curve(group, p, a, b, NULL), 1);
	assert_int_equal(EC_POINT_get_affine_coordinates(group, EC_GROUP_get0_generator(group), x, y, NULL), 1);
	assert_number(curve->p, p);
	assert_number(curve->a, a);
	assert_number(curve->b, b);
	assert_number(curve->gx, x);
	assert_number(curve->gy, y);
	assert_number(curve->n, EC_GROUP_get0_order(group));
	assert_int_equal(curve->bits, BN_num_bits(p));
	BN_free(p);
	BN_free(a);
	BN_free(b);
	BN_free(x);
	BN_free(y);
}

/* Drawn as the vulnerable generator draws; OpenSSL computes the point. */
static void
compare_keys(const struct ka_weakgen_curve *curve, const EC_GROUP *group)
{
	const struct ka_weakgen_type type = { .algorithm = KA_KEY_EC, .curve = curve->curve, .bits = curve->bits };
	static struct ka_weakgen_key key;
	struct ka_weakgen *weakgen;
	EC_POINT *point = EC_POINT_new(group);

	assert_int_equal(ka_weakgen_new(&weakgen, &type), KA_OK);
	for (uint32_t i = 0; i < 18; i++) {
		const enum ka_debian_arch architecture = (enum ka_debian_arch)(i % 3);
		uint8_t want[1 + 2 * KA_WEAKGEN_MAX_EC_LEN];
		BIGNUM *secret;

		assert_int_equal(ka_weakgen_make(&key, weakgen, ka_weakgen_machine_of(architecture),
				     (enum ka_debian_randfile)(i / 3 % 3), 1000 * i, (struct ka_slice){ NULL, 0 }),
		    KA_OK);
		secret = BN_bin2bn(key.secret, (int)key.secret_len, NULL);
		assert_true(!BN_is_zero(secret) && BN_cmp(secret, EC_GROUP_get0_order(group)) < 0);
		assert_int_equal(key.secret_len, BN_num_bytes(EC_GROUP_get0_order(group)));
		assert_int_equal(EC_POINT_mul(group, point, secret, NULL, NULL, NULL), 1);
		assert_int_equal(
		    EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, want, sizeof(want), NULL), key.point_len);
		assert_memory_equal(key.point, want, key.point_len);
		BN_free(secret);
	}
	ka_weakgen_free(weakgen);
	EC_POINT_free(point);
}

static void
curves_are_openssls(void **state)
{
	unsigned num = 0;

	(void)state;
	for (int i = KA_CURVE_NONE; i < KA_NUM_CURVES; i++) {
		const struct ka_weakgen_curve *curve = ka_weakgen_curve_find((enum ka_curve)i);
		const ASN1_OBJECT *object;
		EC_GROUP *group;

		if (curve == NULL) {
			continue;
		}
		num++;
		assert_ptr_equal(ka_weakgen_curve_find_name(curve->name), curve);
		object = OBJ_nid2obj(nid_of(curve->name));
		assert_non_null(object);
		assert_int_equal(OBJ_length(object), curve->oid_len);
		assert_memory_equal(OBJ_get0_data(object), curve->oid, curve->oid_len);
		group = EC_GROUP_new_by_curve_name(nid_of(curve->name));
		assert_non_null(group);
		compare_constants(curve, group);
		compare_keys(curve, group);
		EC_GROUP_free(group);
	}
	assert_int_equal(num, 22);
}

/* The names under which 0.9.8 had the same curve twice. */
static void
other_names(void **state)
{
	static const char *const names[] = { "prime192v1", "prime256v1", "wap-wsg-idm-ecid-wtls6", "wap-wsg-idm-ecid-wtls7",
		"wap-wsg-idm-ecid-wtls12" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct ka_weakgen_curve *curve = ka_weakgen_curve_find_name(names[i]);
		EC_GROUP *group = EC_GROUP_new_by_curve_name(OBJ_sn2nid(names[i]));

		assert_non_null(curve);
		assert_non_null(group);
		compare_constants(curve, group);
		EC_GROUP_free(group);
	}
	assert_null(ka_weakgen_curve_find_name("wap-wsg-idm-ecid-wtls1")); /* a binary field */
	assert_null(ka_weakgen_curve_find_name("brainpoolP256r1"));        /* after 0.9.8 */
}

/* As many curves over prime fields as OpenSSL has, but for Brainpool and SM2, which came later. */
static void
none_is_missing(void **state)
{
	static EC_builtin_curve list[200];
	size_t num = EC_get_builtin_curves(list, sizeof(list) / sizeof(list[0])), num_prime = 0;

	(void)state;
	assert_true(num > 50 && num <= sizeof(list) / sizeof(list[0]));
	for (size_t i = 0; i < num; i++) {
		EC_GROUP *group = EC_GROUP_new_by_curve_name(list[i].nid);
		const char *name = OBJ_nid2sn(list[i].nid);

		assert_non_null(group);
		if (EC_GROUP_get_field_type(group) == NID_X9_62_prime_field && strncmp(name, "brainpool", 9) != 0 &&
		    list[i].nid != NID_sm2) {
			num_prime++;
			if (ka_weakgen_curve_find_name(name) == NULL) {
				fail_msg("%s is missing", name);
			}
		}
		EC_GROUP_free(group);
	}
	assert_int_equal(num_prime, 25);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(curves_are_openssls),
		cmocka_unit_test(other_names),
		cmocka_unit_test(none_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
