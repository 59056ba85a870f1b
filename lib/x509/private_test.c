/* SPDX-License-Identifier: Apache-2.0 */
/* Private key files: the public half comes out, or the reason why not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/x509/parts_test.h"
#include "lib/x509/read_test.h"

#define ALG_ED25519 "30{" OID_ED25519 "}"
#define ED25519_SECRET "04{aa*32}"
#define PARAMETERS_P256 "a0{" OID_P256 "}"
#define PARAMETERS_P384 "a0{" OID_P384 "}"

static const struct read_row rows[] = {
	{ "RFC 8017 A.1.2", KA_OK, RSA_PRIVATE },
	{ "RFC 8017: version 1 and a third prime", KA_OK,
	    "30{02{01}" RSA_NUMBERS "02{11}02{0d}02{0b}02{01}02{01}02{01}30{30{02{03}02{01}02{01}}}}" },
	{ "RFC 5915", KA_OK, EC_PRIVATE(PARAMETERS_P256, EC_PUBLIC) },
	{ "OpenSSL's DSAPrivateKey", KA_OK, DSA_PRIVATE },
	{ "RFC 5208: RSA in PKCS #8", KA_OK, PKCS8_RSA },
	{ "RSASSA-PSS in PKCS #8", KA_OK, PKCS8("02{00}", "30{" OID_PSS "}", RSA_PRIVATE, "") },
	{ "EC in PKCS #8, the curve outside only", KA_OK, PKCS8("02{00}", ALG_P256, EC_PRIVATE("", EC_PUBLIC), "") },
	{ "EC in PKCS #8, the curve twice", KA_OK, PKCS8("02{00}", ALG_P256, EC_PRIVATE(PARAMETERS_P256, EC_PUBLIC), "") },
	{ "RFC 5958: EC with the public key outside only", KA_OK,
	    PKCS8("02{01}", ALG_P256, EC_PRIVATE("", ""), "81{00" POINT_P256 "}") },
	{ "RFC 8410 10.3: Ed25519 with public key", KA_OK, PKCS8("02{01}", ALG_ED25519, ED25519_SECRET, "81{00 bb*32}") },
	{ "RFC 8410 10.3: attributes and public key", KA_OK,
	    PKCS8("02{01}", ALG_ED25519, ED25519_SECRET, "a0{30{06{2a03}31{0500}}}81{00 bb*32}") },
	{ "attributes behind an RSA key", KA_OK, PKCS8("02{00}", ALG_RSA, RSA_PRIVATE, "a0{}") },
	{ "an unknown algorithm with public key", KA_OK, PKCS8("02{01}", "30{06{2a0304}}", "00", "81{00bb}") },

	{ "Ed25519 without public key", KA_ERR_KEY_NO_PUBLIC, PKCS8("02{00}", ALG_ED25519, ED25519_SECRET, "") },
	{ "DSA in PKCS #8: only x is there", KA_ERR_KEY_NO_PUBLIC,
	    PKCS8("02{00}", "30{" OID_DSA "30{02{17}02{0b}02{04}}}", "02{03}", "") },
	{ "EC without public key", KA_ERR_KEY_NO_PUBLIC, EC_PRIVATE(PARAMETERS_P256, "") },
	{ "EC in PKCS #8 without public key", KA_ERR_KEY_NO_PUBLIC, PKCS8("02{00}", ALG_P256, EC_PRIVATE("", ""), "") },
	{ "an unknown algorithm without public key", KA_ERR_KEY_NO_PUBLIC, PKCS8("02{00}", "30{06{2a0304}}", "00", "") },
	{ "encrypted, PBES2", KA_ERR_PEM_ENCRYPTED, "^30{30{06{2a864886f70d01050d}30{}}04{aa*16}}" },
	{ "encrypted, PKCS #12's 3DES", KA_ERR_PEM_ENCRYPTED, "30{30{06{2a864886f70d010c0103}30{}}04{aa*16}}" },
	{ "a DigestInfo looks like an encrypted key", KA_ERR_DER_TAG, "30{^30{06{608648016503040201}0500}04{aa*32}}" },

	{ "nothing", KA_ERR_DER_TRUNCATED, "^" },
	{ "an empty SEQUENCE", KA_ERR_DER_TRUNCATED, "30{^}" },
	{ "a version only", KA_ERR_DER_TRUNCATED, "30{02{00}^}" },
	{ "RSA of version 2", KA_ERR_X509_VERSION, "30{^02{02}" RSA_NUMBERS "02{11}02{0d}02{0b}02{01}02{01}02{01}}" },
	{ "RSA of version -1", KA_ERR_X509_VERSION, "30{^02{ff}" RSA_NUMBERS "02{11}02{0d}02{0b}02{01}02{01}02{01}}" },
	{ "RSA with a number missing", KA_ERR_DER_TRUNCATED, "30{02{00}" RSA_NUMBERS "02{11}02{0d}02{0b}02{01}02{01}^}" },
	{ "RSA with a number too many", KA_ERR_DER_TAG, "30{02{00}" RSA_NUMBERS "02{11}02{0d}02{0b}02{01}02{01}02{01}^02{01}}" },
	{ "RSA with two lists of primes", KA_ERR_DER_TRAILING,
	    "30{02{01}" RSA_NUMBERS "02{11}02{0d}02{0b}02{01}02{01}02{01}30{}^30{}}" },
	{ "RSA with an even modulus", KA_ERR_KEY_MODULUS_EVEN,
	    "30{02{00}^02{00c5a0}02{010001}02{11}02{0d}02{0b}02{01}02{01}02{01}}" },
	{ "RSA with a private number not in the shortest form", KA_ERR_DER_INTEGER,
	    "30{02{00}" RSA_NUMBERS "^02{0011}02{0d}02{0b}02{01}02{01}02{01}}" },
	{ "an RSAPublicKey", KA_ERR_X509_VERSION, "30{^" RSA_NUMBERS "}" },
	{ "EC of version 2", KA_ERR_X509_VERSION, "30{^02{02}04{aa*32}" PARAMETERS_P256 EC_PUBLIC "}" },
	{ "EC without a curve", KA_ERR_KEY_CURVE, EC_PRIVATE("", "^" EC_PUBLIC) },
	{ "EC whose curve is NULL", KA_ERR_KEY_CURVE, EC_PRIVATE("a0{^0500}", EC_PUBLIC) },
	{ "EC with two curves in [0]", KA_ERR_DER_TRAILING, EC_PRIVATE("a0{" OID_P256 "^" OID_P384 "}", EC_PUBLIC) },
	{ "EC with a point of another curve's length", KA_ERR_KEY_POINT, EC_PRIVATE(PARAMETERS_P384, "a1{03{00^" POINT_P256 "}}") },
	{ "EC with two public keys", KA_ERR_DER_TRAILING, EC_PRIVATE(PARAMETERS_P256, EC_PUBLIC "^" EC_PUBLIC) },
	{ "EC with two BIT STRINGs in [1]", KA_ERR_DER_TRAILING,
	    EC_PRIVATE(PARAMETERS_P256, "a1{03{00" POINT_P256 "}^03{00}}") },
	{ "EC: the public key before the curve", KA_ERR_KEY_CURVE, EC_PRIVATE("", "^" EC_PUBLIC PARAMETERS_P256) },
	{ "EC in PKCS #8 with two different curves", KA_ERR_KEY_CURVE,
	    PKCS8("02{00}", ALG_P256, "30{02{01}04{aa*32}^" PARAMETERS_P384 EC_PUBLIC "}", "") },
	{ "DSA with y = 0", KA_ERR_KEY_DSA, "^30{02{00}02{17}02{0b}02{04}02{00}02{03}}" },
	{ "DSA with p = 0", KA_ERR_KEY_DSA, "^30{02{00}02{00}02{0b}02{04}02{08}02{03}}" },
	{ "DSA with p, q and g 0, which is not the same as inherited", KA_ERR_KEY_DSA, "^30{02{00}02{00}02{00}02{00}02{08}02{03}}" },
	{ "DSA with a negative q", KA_ERR_KEY_DSA, "30{02{00}02{17}^02{8b}02{04}02{08}02{03}}" },
	{ "DSA of version 2", KA_ERR_X509_VERSION, "30{^02{02}02{17}02{0b}02{04}02{08}02{03}}" },
	{ "PKCS #8 of version 2", KA_ERR_X509_VERSION, PKCS8("^02{02}", ALG_RSA, RSA_PRIVATE, "") },
	{ "PKCS #8 with something behind the key", KA_ERR_DER_TRAILING, PKCS8("02{00}", ALG_RSA, RSA_PRIVATE, "^0500") },
	{ "PKCS #8 EC with something behind the key", KA_ERR_DER_TRAILING,
	    PKCS8("02{00}", ALG_P256, EC_PRIVATE("", EC_PUBLIC), "^0500") },
	{ "PKCS #8 with something behind RSAPrivateKey", KA_ERR_DER_TRAILING, PKCS8("02{00}", ALG_RSA, RSA_PRIVATE "^00", "") },
	{ "PKCS #8 with something behind ECPrivateKey", KA_ERR_DER_TRAILING,
	    PKCS8("02{00}", ALG_P256, EC_PRIVATE("", EC_PUBLIC) "^00", "") },
	{ "PKCS #8 with two public keys", KA_ERR_DER_TRAILING,
	    PKCS8("02{01}", ALG_ED25519, ED25519_SECRET, "81{00 bb*32}^81{00 bb*32}") },
	{ "PKCS #8 Ed25519 with a short public key", KA_ERR_KEY_LENGTH, PKCS8("02{01}", ALG_ED25519, ED25519_SECRET, "81{00^bb*31}") },
	{ "PKCS #8 with unused bits in the public key", KA_ERR_DER_BIT_STRING,
	    PKCS8("02{01}", ALG_ED25519, ED25519_SECRET, "^81{04 b0*32}") },
	{ "PKCS #8 Ed25519 with parameters", KA_ERR_KEY_ALGORITHM,
	    PKCS8("02{01}", "30{" OID_ED25519 "^0500}", ED25519_SECRET, "81{00 bb*32}") },
	{ "PKCS #8 whose key is a BIT STRING", KA_ERR_DER_TAG, "30{02{00}" ALG_RSA "^03{00" RSA_PRIVATE "}}" },
	{ "PKCS #8 RSA that says EC inside", KA_ERR_DER_TAG,
	    PKCS8("02{00}", ALG_RSA, "30{02{01}^04{aa*32}}", "") },
	{ "a SubjectPublicKeyInfo", KA_ERR_DER_TAG, SPKI_RSA },
};

static void
files_are_read_as_the_rows_say(void **state)
{
	(void)state;
	read_rows(rows, sizeof(rows) / sizeof(rows[0]), ka_private_key_read);
	/* What this reader takes, the one that recognises takes too, and nothing else. */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct asm_bytes bytes = asm_make(rows[i].text);
		struct ka_object object = { .kind = KA_OBJECT_NONE };
		enum ka_err err = ka_object_read(&object, NULL, asm_slice(&bytes));
		if ((object.kind == KA_OBJECT_PRIVATE_KEY) != (rows[i].err == KA_OK))
			fail_msg("%s: %s", rows[i].why, ka_err_name(err));
		asm_free(&bytes);
	}
}

static const struct {
	const char *text;
	enum ka_key_algorithm algorithm;
	enum ka_curve curve;
	uint32_t bits;
	const char *number; /* modulus, point, or y */
	bool has_oid;
} keys[] = {
	{ RSA_PRIVATE, KA_KEY_RSA, KA_CURVE_NONE, 16, "c5a1", false },
	{ PKCS8_RSA, KA_KEY_RSA, KA_CURVE_NONE, 16, "c5a1", true },
	{ PKCS8("02{00}", "30{" OID_PSS "}", RSA_PRIVATE, ""), KA_KEY_RSA_PSS, KA_CURVE_NONE, 16, "c5a1", true },
	{ EC_PRIVATE(PARAMETERS_P256, EC_PUBLIC), KA_KEY_EC, KA_CURVE_SECP256R1, 256, POINT_P256, false },
	{ PKCS8("02{00}", ALG_P256, EC_PRIVATE("", EC_PUBLIC), ""), KA_KEY_EC, KA_CURVE_SECP256R1, 256, POINT_P256, true },
	{ PKCS8("02{01}", ALG_P256, EC_PRIVATE("", ""), "81{00" POINT_P256 "}"), KA_KEY_EC, KA_CURVE_SECP256R1, 256,
	    POINT_P256, true },
	{ PKCS8("02{01}", ALG_ED25519, ED25519_SECRET, "81{00 bb*32}"), KA_KEY_ED25519, KA_CURVE_NONE, 256, "bb*32", true },
	{ DSA_PRIVATE, KA_KEY_DSA, KA_CURVE_NONE, 5, "08", false },
};

static void
the_public_half_comes_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct asm_bytes bytes = asm_make(keys[i].text), number = asm_make(keys[i].number);
		struct ka_object object;
		assert_int_equal(ka_private_key_read(&object, NULL, asm_slice(&bytes)), KA_OK);
		const struct ka_key *key = &object.key;
		assert_int_equal(object.kind, KA_OBJECT_PRIVATE_KEY);
		assert_ptr_equal(object.der.data, bytes.data);
		assert_int_equal(object.der.len, bytes.len);
		assert_int_equal(key->algorithm, keys[i].algorithm);
		assert_int_equal(key->curve, keys[i].curve);
		assert_int_equal(key->bits, keys[i].bits);
		assert_int_equal(key->algorithm_oid.len > 0, keys[i].has_oid);
		assert_int_equal(key->spki.len, 0);
		struct ka_slice got = key->modulus.len > 0 ? key->modulus : key->point.len > 0 ? key->point : key->dsa_y;
		assert_true(ka_slice_equal(got, asm_slice(&number)));
		slices_inside(&object, asm_slice(&bytes));
		read_cuts(asm_slice(&bytes), ka_private_key_read);
		read_cuts(asm_slice(&bytes), ka_object_read);
		asm_free(&bytes);
		asm_free(&number);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_read_as_the_rows_say),
		cmocka_unit_test(the_public_half_comes_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
