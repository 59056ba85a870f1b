/* SPDX-License-Identifier: Apache-2.0 */
/* Names, sizes and object identifiers of all curves against OpenSSL's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/ec.h>
#include <openssl/objects.h>

#include "lib/key/key.h"

#define FIRST KA_CURVE_SECP224R1

static int
nid_of(const char *name)
{
	if (strcmp(name, "secp192r1") == 0)
		return NID_X9_62_prime192v1;
	if (strcmp(name, "secp256r1") == 0)
		return NID_X9_62_prime256v1;
	return OBJ_sn2nid(name);
}

static void
curves_are_openssls(void **state)
{
	(void)state;
	for (int i = FIRST; i < KA_NUM_CURVES; i++) {
		enum ka_curve curve = (enum ka_curve)i, found;
		const char *name = ka_curve_name(curve);
		struct ka_slice oid = ka_curve_oid_of(curve);
		EC_GROUP *group = EC_GROUP_new_by_curve_name(nid_of(name));
		const ASN1_OBJECT *object = OBJ_nid2obj(nid_of(name));

		assert_non_null(group);
		assert_int_equal(EC_GROUP_get_degree(group), ka_curve_bits(curve));
		assert_int_equal(OBJ_length(object), oid.len);
		assert_memory_equal(OBJ_get0_data(object), oid.data, oid.len);
		assert_int_equal(ka_curve_of_oid(oid), curve);
		assert_true(ka_curve_by_name(&found, name));
		assert_int_equal(found, curve);
		EC_GROUP_free(group);
	}
}

/* WTLS curves that are curves of SEC 2 under another OID. */
static void
other_oids(void **state)
{
	static const struct {
		const char *name;
		enum ka_curve curve;
	} rows[] = {
		{ "wap-wsg-idm-ecid-wtls6", KA_CURVE_SECP112R1 },
		{ "wap-wsg-idm-ecid-wtls7", KA_CURVE_SECP160R2 },
		{ "wap-wsg-idm-ecid-wtls12", KA_CURVE_SECP224R1 },
		{ "wap-wsg-idm-ecid-wtls1", KA_CURVE_OTHER }, /* over a binary field */
		{ "sect163k1", KA_CURVE_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const ASN1_OBJECT *object = OBJ_nid2obj(OBJ_sn2nid(rows[i].name));
		const struct ka_slice oid = { OBJ_get0_data(object), OBJ_length(object) };

		assert_int_equal(ka_curve_of_oid(oid), rows[i].curve);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(curves_are_openssls),
		cmocka_unit_test(other_oids),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
