/* SPDX-License-Identifier: Apache-2.0 */
/* Public keys: as SubjectPublicKeyInfo and as RSAPublicKey, and from the numbers of other formats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/key/key.h"
#include "lib/x509/parts_test.h"
#include "lib/x509/read_test.h"

#define RSA(numbers) SPKI(OID_RSA "0500", "30{" numbers "}")
#define E "02{010001}"
#define P256(value) SPKI(OID_EC OID_P256, value)
#define FIELD_P256 "30{06{2a8648ce3d0101}02{00ffffffff00000001 00*12 ff*12}}"
#define EXPLICIT(version, field, rest) "30{" version field "30{04{aa*32}04{bb*32}}04{" POINT_P256 "}02{7f*32}" rest "}"
#define DSA_PARAMETERS "30{02{17}02{0b}02{04}}"

static const struct read_row rows[] = {
	{ "RFC 3279 2.3.1", KA_OK, SPKI_RSA },
	{ "RSAPublicKey on its own", KA_OK, RSA_VALUE },
	{ "RSA without parameters, which old certificates have", KA_OK, SPKI(OID_RSA, RSA_VALUE) },
	{ "RSASSA-PSS without parameters", KA_OK, SPKI(OID_PSS, RSA_VALUE) },
	{ "RSASSA-PSS with parameters", KA_OK, SPKI(OID_PSS "30{a0{30{06{608648016503040201}}}}", RSA_VALUE) },
	{ "exponent 2: even, but a matter for a check", KA_OK, RSA("02{00c5a1}02{02}") },
	{ "exponent 3", KA_OK, RSA("02{00c5a1}02{03}") },
	{ "an exponent of 300 bytes", KA_OK, RSA("02{00c5a1}02{7f*300}") },
	{ "an exponent larger than the modulus", KA_OK, RSA("02{00c5a1}02{0100000001}") },
	{ "the largest modulus: 16,384 bits", KA_OK, RSA("02{00 ff*2048}" E) },
	{ "a modulus of 16,383 bits", KA_OK, RSA("02{7f ff*2047}" E) },
	{ "the smallest modulus: 16 bits", KA_OK, RSA("02{008001}" E) },
	{ "16,385 bits", KA_ERR_KEY_TOO_LARGE, SPKI(OID_RSA "0500", "30{^02{01 ff*2048}" E "}") },
	{ "a million bits", KA_ERR_KEY_TOO_LARGE, SPKI(OID_RSA "0500", "30{^02{01 ff*125000}" E "}") },
	{ "an exponent of 16,384 bits", KA_OK, RSA("02{00c5a1}02{00 ff*2048}") },
	{ "an exponent of 16,385 bits", KA_ERR_KEY_TOO_LARGE, RSA("02{00c5a1}02{01 ff*2048}") },
	{ "15 bits", KA_ERR_KEY_MODULUS_SMALL, SPKI(OID_RSA "0500", "30{^02{7fff}" E "}") },
	{ "modulus 1", KA_ERR_KEY_MODULUS_SMALL, RSA("02{01}" E) },
	{ "modulus 0", KA_ERR_KEY_MODULUS_ZERO, SPKI(OID_RSA "0500", "30{^02{00}" E "}") },
	{ "a negative modulus", KA_ERR_KEY_MODULUS_NEGATIVE, SPKI(OID_RSA "0500", "30{^02{c5a1}" E "}") },
	{ "modulus -1", KA_ERR_KEY_MODULUS_NEGATIVE, RSA("02{ff}" E) },
	{ "an even modulus", KA_ERR_KEY_MODULUS_EVEN, SPKI(OID_RSA "0500", "30{^02{00c5a2}" E "}") },
	{ "an even modulus of 16,384 bits", KA_ERR_KEY_MODULUS_EVEN, RSA("02{00 ff*2047 fe}" E) },
	{ "a modulus not in the shortest form", KA_ERR_DER_INTEGER, SPKI(OID_RSA "0500", "30{^02{0045a1}" E "}") },
	{ "an empty modulus", KA_ERR_DER_INTEGER, RSA("^02{}" E) },
	{ "exponent 0", KA_ERR_KEY_EXPONENT, SPKI(OID_RSA "0500", "30{02{00c5a1}^02{00}}") },
	{ "exponent 1", KA_ERR_KEY_EXPONENT, SPKI(OID_RSA "0500", "30{02{00c5a1}^02{01}}") },
	{ "exponent -1", KA_ERR_KEY_EXPONENT_NEGATIVE, SPKI(OID_RSA "0500", "30{02{00c5a1}^02{ff}}") },
	{ "exponent -65537", KA_ERR_KEY_EXPONENT_NEGATIVE, SPKI(OID_RSA "0500", "30{02{00c5a1}^02{feffff}}") },
	{ "an exponent not in the shortest form", KA_ERR_DER_INTEGER, SPKI(OID_RSA "0500", "30{02{00c5a1}^02{0003}}") },
	{ "no exponent", KA_ERR_DER_TRUNCATED, SPKI(OID_RSA "0500", "30{02{00c5a1}^}") },
	{ "three numbers", KA_ERR_DER_TRAILING, SPKI(OID_RSA "0500", "30{" RSA_NUMBERS "^02{03}}") },
	{ "something behind the SEQUENCE, in the BIT STRING", KA_ERR_DER_TRAILING, SPKI(OID_RSA "0500", RSA_VALUE "^00") },
	{ "no SEQUENCE", KA_ERR_DER_TAG, SPKI(OID_RSA "0500", "^" RSA_NUMBERS) },
	{ "an empty BIT STRING", KA_ERR_DER_TRUNCATED, SPKI(OID_RSA "0500", "^") },
	{ "unused bits", KA_ERR_DER_BIT_STRING, "30{" ALG_RSA "^03{01" RSA_VALUE "}}" },
	{ "unused bits, all zero: a key is whole bytes", KA_ERR_DER_BIT_STRING, "30{" ALG_RSA "^03{01 30{02{00c5a1}02{0102}}}}" },
	{ "an OCTET STRING, which looks like an encrypted key", KA_ERR_DER_TAG, "30{" ALG_RSA "^04{00" RSA_VALUE "}}" },
	{ "RSA with parameters that are no NULL", KA_ERR_KEY_ALGORITHM, "30{30{" OID_RSA "^30{}}03{00" RSA_VALUE "}}" },
	{ "RSA with a NULL that is not empty", KA_ERR_DER_NULL, "30{30{" OID_RSA "^05{00}}03{00" RSA_VALUE "}}" },
	{ "RSA with two NULLs", KA_ERR_DER_TRAILING, "30{30{" OID_RSA "0500^0500}03{00" RSA_VALUE "}}" },
	{ "RSASSA-PSS with parameters that are an OID", KA_ERR_KEY_ALGORITHM, "30{30{" OID_PSS "^" OID_PSS "}03{00" RSA_VALUE "}}" },
	{ "RSASSA-PSS with parameters that are cut off", KA_ERR_DER_TRUNCATED, "30{30{" OID_PSS "^3005}03{00" RSA_VALUE "}}" },
	{ "an RSAPublicKey with three numbers", KA_ERR_DER_TRAILING, "30{" RSA_NUMBERS "^02{03}}" },
	{ "an RSAPublicKey with an even modulus", KA_ERR_KEY_MODULUS_EVEN, "30{^02{00c5a0}" E "}" },
	{ "an RSAPublicKey with something behind", KA_ERR_DER_TRAILING, RSA_VALUE "^00" },
	{ "an RSAPublicKey with a length of its own in five bytes", KA_ERR_DER_LENGTH, "^3085 0000000009" RSA_NUMBERS },

	{ "P-256, uncompressed", KA_OK, P256(POINT_P256) },
	{ "compressed, even", KA_OK, P256("02 11*32") },
	{ "compressed, odd", KA_OK, P256("03 11*32") },
	{ "hybrid, even y", KA_OK, P256("06 11*32 22*32") },
	{ "hybrid, odd y", KA_OK, P256("07 11*32 23*32") },
	{ "P-521: 66 bytes each", KA_OK, SPKI(OID_EC "06{2b81040023}", "04 01*132") },
	{ "a curve that is unknown here", KA_OK, SPKI(OID_EC "06{2b81040001}", "04 11*42") },
	{ "X9.62 explicit parameters of a prime field", KA_OK, SPKI(OID_EC EXPLICIT("02{01}", FIELD_P256, "02{01}"), POINT_P256) },
	{ "without cofactor", KA_OK, SPKI(OID_EC EXPLICIT("02{01}", FIELD_P256, ""), POINT_P256) },
	{ "explicit parameters of a binary field", KA_OK,
	    SPKI(OID_EC EXPLICIT("02{01}", "30{06{2a8648ce3d0102}30{02{00a3}}}", "02{02}"), "04 11*42") },
	{ "the point at infinity", KA_ERR_KEY_POINT, P256("^00") },
	{ "no point", KA_ERR_KEY_POINT, P256("^") },
	{ "form 5", KA_ERR_KEY_POINT, P256("^05 11*32") },
	{ "form 1", KA_ERR_KEY_POINT, P256("^01 11*32") },
	{ "form 8", KA_ERR_KEY_POINT, P256("^08 11*64") },
	{ "a byte too few", KA_ERR_KEY_POINT, P256("^04 11*63") },
	{ "a byte too many", KA_ERR_KEY_POINT, P256("^04 11*65") },
	{ "x only", KA_ERR_KEY_POINT, P256("^04 11*32") },
	{ "form only", KA_ERR_KEY_POINT, P256("^04") },
	{ "compressed, a byte too few", KA_ERR_KEY_POINT, P256("^02 11*31") },
	{ "compressed, a byte too many", KA_ERR_KEY_POINT, P256("^03 11*33") },
	{ "compressed with both coordinates", KA_ERR_KEY_POINT, P256("^02 11*64") },
	{ "P-384's length on P-256", KA_ERR_KEY_POINT, P256("^04 11*96") },
	{ "hybrid 06, but y is odd", KA_ERR_KEY_POINT, P256("^06 11*32 23*32") },
	{ "hybrid 07, but y is even", KA_ERR_KEY_POINT, P256("^07 11*32 22*32") },
	{ "hybrid, a byte too few", KA_ERR_KEY_POINT, P256("^06 11*63") },
	{ "infinity on an unknown curve", KA_ERR_KEY_POINT, SPKI(OID_EC "06{2b81040001}", "^00") },
	{ "coordinates of different lengths on an unknown curve", KA_ERR_KEY_POINT, SPKI(OID_EC "06{2b81040001}", "^04 11*41") },
	{ "an unknown curve's point larger than any", KA_ERR_KEY_TOO_LARGE, SPKI(OID_EC "06{2b81040001}", "^04 11*2048") },
	{ "RFC 5480 2.1.1: the parameters are missing", KA_ERR_KEY_CURVE, SPKI(OID_EC "^", POINT_P256) },
	{ "RFC 5480 2.1.1: implicitCurve", KA_ERR_KEY_CURVE, SPKI(OID_EC "^0500", POINT_P256) },
	{ "two curves", KA_ERR_DER_TRAILING, SPKI(OID_EC OID_P256 "^" OID_P384, POINT_P256) },
	{ "a curve whose OID is cut off", KA_ERR_DER_OID, SPKI(OID_EC "^06{2a86}", POINT_P256) },
	{ "explicit: version 128", KA_ERR_KEY_CURVE, SPKI(OID_EC EXPLICIT("^02{0080}", FIELD_P256, ""), POINT_P256) },
	{ "explicit: a negative prime", KA_ERR_KEY_CURVE,
	    SPKI(OID_EC EXPLICIT("02{01}", "30{06{2a8648ce3d0101}^02{85}}", ""), POINT_P256) },
	{ "explicit: the prime is 0", KA_ERR_KEY_CURVE, SPKI(OID_EC EXPLICIT("02{01}", "30{06{2a8648ce3d0101}02{00}}", ""), POINT_P256) },
	{ "explicit: a prime of 16,385 bits", KA_ERR_KEY_CURVE,
	    SPKI(OID_EC EXPLICIT("02{01}", "30{06{2a8648ce3d0101}02{01 ff*2048}}", ""), POINT_P256) },
	{ "explicit: two primes", KA_ERR_DER_TRAILING,
	    SPKI(OID_EC EXPLICIT("02{01}", "30{06{2a8648ce3d0101}02{05}^02{05}}", ""), POINT_P256) },
	{ "explicit: no field", KA_ERR_DER_TRUNCATED, SPKI(OID_EC "30{02{01}^}", POINT_P256) },
	{ "explicit: something behind the cofactor", KA_ERR_DER_TRAILING,
	    SPKI(OID_EC EXPLICIT("02{01}", FIELD_P256, "02{01}^02{01}"), POINT_P256) },

	{ "DSA", KA_OK, SPKI(OID_DSA DSA_PARAMETERS, "02{08}") },
	{ "RFC 3279 2.3.2: inherited parameters", KA_OK, SPKI(OID_DSA, "02{08}") },
	{ "inherited, written as NULL", KA_OK, SPKI(OID_DSA "0500", "02{08}") },
	{ "y = 0", KA_ERR_KEY_DSA, SPKI(OID_DSA DSA_PARAMETERS, "^02{00}") },
	{ "y negative", KA_ERR_KEY_DSA, SPKI(OID_DSA DSA_PARAMETERS, "^02{88}") },
	{ "y inherited? no", KA_ERR_DER_TRUNCATED, SPKI(OID_DSA, "^") },
	{ "p, q, g and y of 16,384 bits", KA_OK,
	    SPKI(OID_DSA "30{02{00 ff*2048}02{00 ff*2048}02{00 ff*2048}}", "02{00 ff*2048}") },
	{ "y of 16,385 bits", KA_ERR_KEY_TOO_LARGE, SPKI(OID_DSA DSA_PARAMETERS, "^02{01 ff*2048}") },
	{ "something behind y", KA_ERR_DER_TRAILING, SPKI(OID_DSA DSA_PARAMETERS, "02{08}^00") },
	{ "p = 0", KA_ERR_KEY_DSA, SPKI(OID_DSA "^30{02{00}02{0b}02{04}}", "02{08}") },
	{ "q = 0", KA_ERR_KEY_DSA, SPKI(OID_DSA "^30{02{17}02{00}02{04}}", "02{08}") },
	{ "all zero is not inherited", KA_ERR_KEY_DSA, SPKI(OID_DSA "^30{02{00}02{00}02{00}}", "02{08}") },
	{ "g negative", KA_ERR_KEY_DSA, SPKI(OID_DSA "30{02{17}02{0b}^02{84}}", "02{08}") },
	{ "p and q only", KA_ERR_DER_TRUNCATED, SPKI(OID_DSA "30{02{17}02{0b}^}", "02{08}") },
	{ "four parameters", KA_ERR_DER_TRAILING, SPKI(OID_DSA "30{02{17}02{0b}02{04}^02{04}}", "02{08}") },
	{ "parameters that are an OID", KA_ERR_KEY_ALGORITHM, SPKI(OID_DSA "^06{2a03}", "02{08}") },

	{ "Ed25519", KA_OK, SPKI(OID_ED25519, "aa*32") },
	{ "Ed448", KA_OK, SPKI(OID_ED448, "aa*57") },
	{ "X25519", KA_OK, SPKI(OID_X25519, "aa*32") },
	{ "X448", KA_OK, SPKI(OID_X448, "aa*56") },
	{ "Ed25519, a byte too few", KA_ERR_KEY_LENGTH, SPKI(OID_ED25519, "^aa*31") },
	{ "Ed25519, a byte too many", KA_ERR_KEY_LENGTH, SPKI(OID_ED25519, "^aa*33") },
	{ "Ed25519, empty", KA_ERR_KEY_LENGTH, SPKI(OID_ED25519, "^") },
	{ "Ed25519, wrapped in an OCTET STRING", KA_ERR_KEY_LENGTH, SPKI(OID_ED25519, "^04{aa*32}") },
	{ "Ed448 with Ed25519's length", KA_ERR_KEY_LENGTH, SPKI(OID_ED448, "^aa*32") },
	{ "X448 with Ed448's length", KA_ERR_KEY_LENGTH, SPKI(OID_X448, "^aa*57") },
	{ "RFC 8410 3: no parameters", KA_ERR_KEY_ALGORITHM, SPKI(OID_ED25519 "^0500", "aa*32") },
	{ "RFC 8410 3: no parameters", KA_ERR_KEY_ALGORITHM, SPKI(OID_X448 "^0500", "aa*56") },

	{ "X.509's rsa with the key's size", KA_OK, SPKI("06{55080101}02{10}", RSA_VALUE) },
	{ "X.509's rsa without parameters", KA_OK, SPKI("06{55080101}", RSA_VALUE) },
	{ "X.509's rsa with an even modulus", KA_ERR_KEY_MODULUS_EVEN, SPKI("06{55080101}02{10}", "30{02{00c5a0}02{03}}") },
	{ "X.509's rsa with two parameters", KA_ERR_DER_TRAILING, SPKI("06{55080101}02{10}^0500", RSA_VALUE) },
	{ "an unknown algorithm", KA_OK, SPKI("06{2a0304}30{0500}", "aa") },
	{ "an unknown algorithm may have unused bits", KA_OK, "30{30{06{2a0304}}03{04a0}}" },
	{ "an OID that RSA's begins with", KA_OK, SPKI("06{2a864886f70d0101}0500", "aa") },
	{ "an OID that begins with RSA's", KA_OK, SPKI("06{2a864886f70d01010101}0500", "aa") },
	{ "an unknown algorithm with two parameters", KA_ERR_DER_TRAILING, SPKI("06{2a0304}0500^0500", "aa") },
	{ "no algorithm", KA_ERR_DER_TRUNCATED, "30{30{^}03{00aa}}" },
	{ "no key", KA_ERR_DER_TRUNCATED, "30{30{06{2a0304}}^}" },
	{ "two keys", KA_ERR_DER_TRAILING, "30{30{06{2a0304}}03{00aa}^03{00aa}}" },
	{ "an algorithm that is an INTEGER", KA_ERR_DER_TAG, "30{30{^0202}03{00aa}}" },
	{ "an algorithm that is nested", KA_ERR_DER_TAG, "30{30{^30{06{2a0304}}}03{00aa}}" },
	{ "nothing", KA_ERR_DER_TRUNCATED, "^" },
	{ "an empty SEQUENCE", KA_ERR_DER_TRUNCATED, "30{^}" },
};

static void
keys_are_read_as_the_rows_say(void **state)
{
	(void)state;
	read_rows(rows, sizeof(rows) / sizeof(rows[0]), ka_public_key_read);
}

static const struct {
	const char *text;
	enum ka_key_algorithm algorithm;
	enum ka_curve curve;
	uint32_t bits;
	const char *value; /* modulus, point or y */
	const char *curve_oid;
} keys[] = {
	{ SPKI_RSA, KA_KEY_RSA, KA_CURVE_NONE, 16, "c5a1", "" },
	{ RSA("02{00 ff*2048}" E), KA_KEY_RSA, KA_CURVE_NONE, 16384, "ff*2048", "" },
	{ RSA("02{01 ff*128}" E), KA_KEY_RSA, KA_CURVE_NONE, 1025, "01 ff*128", "" },
	{ SPKI(OID_PSS, RSA_VALUE), KA_KEY_RSA_PSS, KA_CURVE_NONE, 16, "c5a1", "" },
	{ P256(POINT_P256), KA_KEY_EC, KA_CURVE_SECP256R1, 256, POINT_P256, "2a8648ce3d030107" },
	{ P256("03 11*32"), KA_KEY_EC, KA_CURVE_SECP256R1, 256, "03 11*32", "2a8648ce3d030107" },
	{ SPKI(OID_EC OID_P384, "04 11*96"), KA_KEY_EC, KA_CURVE_SECP384R1, 384, "04 11*96", "2b81040022" },
	{ SPKI(OID_EC "06{2b81040023}", "04 01*132"), KA_KEY_EC, KA_CURVE_SECP521R1, 521, "04 01*132", "2b81040023" },
	{ SPKI(OID_EC "06{2b8104000a}", POINT_P256), KA_KEY_EC, KA_CURVE_SECP256K1, 256, POINT_P256, "2b8104000a" },
	{ SPKI(OID_EC "06{2b81040021}", "04 01*56"), KA_KEY_EC, KA_CURVE_SECP224R1, 224, "04 01*56", "2b81040021" },
	{ SPKI(OID_EC "06{2a8648ce3d030101}", "04 01*48"), KA_KEY_EC, KA_CURVE_SECP192R1, 192, "04 01*48", "2a8648ce3d030101" },
	{ SPKI(OID_EC "06{2b2403030208010107}", POINT_P256), KA_KEY_EC, KA_CURVE_BRAINPOOLP256R1, 256, POINT_P256,
	    "2b2403030208010107" },
	{ SPKI(OID_EC "06{2b240303020801010b}", "04 01*96"), KA_KEY_EC, KA_CURVE_BRAINPOOLP384R1, 384, "04 01*96",
	    "2b240303020801010b" },
	{ SPKI(OID_EC "06{2b240303020801010d}", "04 01*128"), KA_KEY_EC, KA_CURVE_BRAINPOOLP512R1, 512, "04 01*128",
	    "2b240303020801010d" },
	{ SPKI(OID_EC "06{2b81040001}", "04 11*42"), KA_KEY_EC, KA_CURVE_OTHER, 0, "04 11*42", "2b81040001" },
	{ SPKI(OID_EC EXPLICIT("02{01}", FIELD_P256, ""), POINT_P256), KA_KEY_EC, KA_CURVE_EXPLICIT, 256, POINT_P256, "" },
	{ SPKI(OID_DSA DSA_PARAMETERS, "02{08}"), KA_KEY_DSA, KA_CURVE_NONE, 5, "08", "" },
	{ SPKI(OID_DSA, "02{08}"), KA_KEY_DSA, KA_CURVE_NONE, 0, "08", "" },
	{ SPKI(OID_ED25519, "aa*32"), KA_KEY_ED25519, KA_CURVE_NONE, 256, "aa*32", "" },
	{ SPKI(OID_ED448, "aa*57"), KA_KEY_ED448, KA_CURVE_NONE, 456, "aa*57", "" },
	{ SPKI(OID_X25519, "aa*32"), KA_KEY_X25519, KA_CURVE_NONE, 255, "aa*32", "" },
	{ SPKI(OID_X448, "aa*56"), KA_KEY_X448, KA_CURVE_NONE, 448, "aa*56", "" },
	{ SPKI("06{55080101}02{10}", RSA_VALUE), KA_KEY_RSA, KA_CURVE_NONE, 16, "c5a1", "" },
	{ SPKI("06{2b0e03020c}" DSA_PARAMETERS, "02{08}"), KA_KEY_DSA, KA_CURVE_NONE, 5, "08", "" },
	{ SPKI("06{2b0e03021b}" DSA_PARAMETERS, "02{08}"), KA_KEY_DSA, KA_CURVE_NONE, 5, "08", "" },
	{ SPKI("06{2a8648ce380403}" DSA_PARAMETERS, "02{08}"), KA_KEY_DSA, KA_CURVE_NONE, 5, "08", "" },
	{ SPKI("06{2a8648ce380402}" DSA_PARAMETERS, "02{08}"), KA_KEY_OTHER, KA_CURVE_NONE, 0, "", "" },
	{ SPKI("06{2a0304}", "aa"), KA_KEY_OTHER, KA_CURVE_NONE, 0, "", "" },
};

static void
keys_give_their_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct asm_bytes bytes = asm_make(keys[i].text), value = asm_make(keys[i].value), oid = asm_make(keys[i].curve_oid);
		struct ka_object object;
		assert_int_equal(ka_public_key_read(&object, NULL, asm_slice(&bytes)), KA_OK);
		const struct ka_key *key = &object.key;
		struct ka_slice got = key->modulus.len > 0 ? key->modulus : key->point.len > 0 ? key->point : key->dsa_y;
		assert_int_equal(object.kind, KA_OBJECT_PUBLIC_KEY);
		assert_int_equal(key->algorithm, keys[i].algorithm);
		assert_int_equal(key->curve, keys[i].curve);
		assert_int_equal(key->bits, keys[i].bits);
		assert_true(ka_slice_equal(got, asm_slice(&value)));
		assert_true(ka_slice_equal(key->curve_oid, asm_slice(&oid)));
		assert_true(ka_slice_equal(key->spki, asm_slice(&bytes)));
		assert_true(ka_slice_equal(object.der, asm_slice(&bytes)));
		assert_true(key->algorithm_oid.len >= 3);
		read_cuts(asm_slice(&bytes), ka_public_key_read);
		asm_free(&bytes);
		asm_free(&value);
		asm_free(&oid);
	}
}

static void
a_bare_modulus_is_a_key_without_exponent(void **state)
{
	static const struct {
		const char *why;
		const char *modulus;
		enum ka_err err;
		uint32_t bits;
	} moduli[] = {
		{ "16 bits", "8001", KA_OK, 16 },
		{ "leading zeros are dropped", "00*5000 8001", KA_OK, 16 },
		{ "16,384 bits behind a zero", "00 ff*2048", KA_OK, 16384 },
		{ "16,385 bits", "01 ff*2048", KA_ERR_KEY_TOO_LARGE, 0 },
		{ "empty", "", KA_ERR_KEY_MODULUS_ZERO, 0 },
		{ "zero", "00*256", KA_ERR_KEY_MODULUS_ZERO, 0 },
		{ "even", "8000", KA_ERR_KEY_MODULUS_EVEN, 0 },
		{ "15 bits", "7fff", KA_ERR_KEY_MODULUS_SMALL, 0 },
		{ "8 bits", "ff", KA_ERR_KEY_MODULUS_SMALL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(moduli) / sizeof(moduli[0]); i++) {
		struct asm_bytes bytes = asm_make(moduli[i].modulus);
		struct ka_key key = { .bits = 42 };
		enum ka_err err = ka_key_from_modulus(&key, asm_slice(&bytes));
		if (err != moduli[i].err || key.bits != (err == KA_OK ? moduli[i].bits : 42))
			fail_msg("%s: %s, %u bits", moduli[i].why, ka_err_name(err), key.bits);
		if (err == KA_OK) {
			assert_int_equal(key.algorithm, KA_KEY_RSA);
			assert_int_equal(key.exponent.len, 0);
			assert_int_equal(key.spki.len, 0);
			assert_true(key.modulus.data[0] != 0);
		}
		asm_free(&bytes);
	}
	struct ka_key key;
	assert_int_equal(ka_key_from_modulus(&key, (struct ka_slice){ NULL, 0 }), KA_ERR_KEY_MODULUS_ZERO);
}

/* Other formats give numbers with leading zeros, and have no "unknown" exponent. */
static void
constructors_refuse_what_readers_refuse(void **state)
{
	static const uint8_t bytes[] = { 0, 0, 0xc5, 0xa1 }, zero[] = { 0, 0 }, one[] = { 0, 1 }, three[] = { 0, 3 };
	const struct ka_slice none = { NULL, 0 }, n = { bytes, 4 }, is_zero = { zero, 2 }, is_one = { one, 2 }, is_three = { three, 2 };
	struct ka_key key;

	(void)state;
	assert_int_equal(ka_key_set_rsa(&key, n, is_zero), KA_ERR_KEY_EXPONENT);
	assert_int_equal(ka_key_set_rsa(&key, n, is_one), KA_ERR_KEY_EXPONENT);
	assert_int_equal(ka_key_set_rsa(&key, n, is_three), KA_OK);
	assert_int_equal(key.modulus.len, 2);
	assert_int_equal(key.exponent.len, 1);
	assert_int_equal(ka_key_set_ec(&key, KA_CURVE_SECP256R1, none), KA_ERR_KEY_POINT);
	assert_int_equal(ka_key_set_dsa(&key, none, none, none, none), KA_ERR_KEY_DSA);
	assert_int_equal(ka_key_set_dsa(&key, n, none, n, n), KA_ERR_KEY_DSA);
	assert_int_equal(ka_key_set_dsa(&key, n, n, is_zero, n), KA_ERR_KEY_DSA);
	assert_int_equal(ka_key_set_dsa(&key, n, n, n, is_three), KA_OK);
	assert_int_equal(key.bits, 16);
	assert_int_equal(ka_key_set_raw(&key, KA_KEY_RSA, n), KA_ERR_ARGUMENT);
	assert_int_equal(ka_key_set_raw(&key, KA_KEY_ED25519, n), KA_ERR_KEY_LENGTH);
	assert_int_equal(ka_key_set_raw(&key, KA_KEY_ED25519, none), KA_ERR_KEY_LENGTH);
}

static void
names_are_those_of_the_contract(void **state)
{
	static const struct {
		const char *name;
		enum ka_curve curve;
		uint32_t bits;
	} curves[] = {
		{ "secp224r1", KA_CURVE_SECP224R1, 224 }, { "P-224", KA_CURVE_SECP224R1, 224 },
		{ "secp256r1", KA_CURVE_SECP256R1, 256 }, { "P-256", KA_CURVE_SECP256R1, 256 },
		{ "secp384r1", KA_CURVE_SECP384R1, 384 }, { "P-384", KA_CURVE_SECP384R1, 384 },
		{ "secp521r1", KA_CURVE_SECP521R1, 521 }, { "P-521", KA_CURVE_SECP521R1, 521 },
		{ "secp256k1", KA_CURVE_SECP256K1, 256 }, { "secp192r1", KA_CURVE_SECP192R1, 192 },
		{ "brainpoolP256r1", KA_CURVE_BRAINPOOLP256R1, 256 }, { "brainpoolP384r1", KA_CURVE_BRAINPOOLP384R1, 384 },
		{ "brainpoolP512r1", KA_CURVE_BRAINPOOLP512R1, 512 },
	};
	static const char *const unknown[] = { "", "other", "explicit", "p-256", "SECP256R1", "secp256r", "secp256r11", "P-255" };
	enum ka_curve curve;

	(void)state;
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		assert_true(ka_curve_by_name(&curve, curves[i].name));
		assert_int_equal(curve, curves[i].curve);
		assert_int_equal(ka_curve_bits(curve), curves[i].bits);
		assert_true(ka_curve_by_name(&curve, ka_curve_name(curve)));
		assert_int_equal(curve, curves[i].curve);
		assert_int_equal(ka_curve_of_oid(ka_curve_oid_of(curve)), curve);
	}
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_false(ka_curve_by_name(&curve, unknown[i]));
	assert_string_equal(ka_curve_name(KA_CURVE_NONE), "");
	assert_string_equal(ka_curve_name(KA_CURVE_OTHER), "other");
	assert_string_equal(ka_curve_name(KA_CURVE_EXPLICIT), "explicit");
	assert_string_equal(ka_curve_name((enum ka_curve)99), "other");
	assert_int_equal(ka_curve_bits((enum ka_curve)99), 0);
	assert_int_equal(ka_curve_oid_of((enum ka_curve)99).len, 0);
	assert_int_equal(ka_algorithm_oid_of((enum ka_key_algorithm)99).len, 0);
	assert_string_equal(ka_key_algorithm_name(KA_KEY_RSA), "RSA");
	assert_string_equal(ka_key_algorithm_name(KA_KEY_RSA_PSS), "RSASSA-PSS");
	assert_string_equal(ka_key_algorithm_name(KA_KEY_EC), "EC");
	assert_string_equal(ka_key_algorithm_name(KA_KEY_DSA), "DSA");
	assert_string_equal(ka_key_algorithm_name(KA_KEY_ED25519), "Ed25519");
	assert_string_equal(ka_key_algorithm_name(KA_KEY_ED448), "Ed448");
	assert_string_equal(ka_key_algorithm_name(KA_KEY_X25519), "X25519");
	assert_string_equal(ka_key_algorithm_name(KA_KEY_X448), "X448");
	assert_string_equal(ka_key_algorithm_name(KA_KEY_OTHER), "other");
	assert_string_equal(ka_key_algorithm_name((enum ka_key_algorithm)99), "other");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_read_as_the_rows_say),
		cmocka_unit_test(keys_give_their_values),
		cmocka_unit_test(a_bare_modulus_is_a_key_without_exponent),
		cmocka_unit_test(constructors_refuse_what_readers_refuse),
		cmocka_unit_test(names_are_those_of_the_contract),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
