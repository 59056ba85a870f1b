/* SPDX-License-Identifier: Apache-2.0 */
/* A key's SubjectPublicKeyInfo: that of its certificate, byte for byte, wherever that one is written in the usual way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <stdlib.h>

#include "lib/key/key.h"
#include "lib/x509/parts_test.h"
#include "lib/x509/read_test.h"

/* Read a key, write it, compare; written is NULL when it is the same as read. */
static const struct {
	const char *why;
	const char *text;
	const char *written;
} rows[] = {
	{ "RSA", SPKI_RSA, NULL },
	{ "RSA without parameters gets its NULL", SPKI(OID_RSA, RSA_VALUE), SPKI_RSA },
	{ "RSA under its old name gets the usual one", SPKI("06{55080101}02{10}", RSA_VALUE), SPKI_RSA },
	{ "RSAPublicKey", RSA_VALUE, SPKI_RSA },
	{ "RSA, no zero byte before the modulus", SPKI(OID_RSA "0500", "30{02{45a1*3}02{03}}"), NULL },
	{ "RSA of 1016 bits: a length of 127", SPKI(OID_RSA "0500", "30{02{7f*127}02{03}}"), NULL },
	{ "RSA of 1023 bits: a length of 128", SPKI(OID_RSA "0500", "30{02{7f*128}02{03}}"), NULL },
	{ "RSA of 1024 bits: a length of 129", SPKI(OID_RSA "0500", "30{02{00 ff*128}02{03}}"), NULL },
	{ "RSA of 2048 bits", SPKI(OID_RSA "0500", "30{02{00 ff*256}02{010001}}"), NULL },
	{ "RSA of 16,384 bits", SPKI(OID_RSA "0500", "30{02{00 ff*2048}02{010001}}"), NULL },
	{ "an exponent that needs a zero byte", SPKI(OID_RSA "0500", "30{02{00c5a1}02{0080}}"), NULL },
	{ "RSASSA-PSS without parameters", SPKI(OID_PSS, RSA_VALUE), NULL },
	{ "EC, uncompressed", SPKI(OID_EC OID_P256, POINT_P256), NULL },
	{ "EC, compressed: written as it was read", SPKI(OID_EC OID_P256, "02 11*32"), NULL },
	{ "EC, secp521r1: a length of 134", SPKI(OID_EC "06{2b81040023}", "04 01*132"), NULL },
	{ "EC, brainpool", SPKI(OID_EC "06{2b240303020801010d}", "04 01*128"), NULL },
	{ "DSA", SPKI(OID_DSA "30{02{17}02{0b}02{04}}", "02{0088}"), NULL },
	{ "DSA, inherited parameters", SPKI(OID_DSA, "02{08}"), NULL },
	{ "DSA, inherited written as NULL", SPKI(OID_DSA "0500", "02{08}"), SPKI(OID_DSA, "02{08}") },
	{ "Ed25519", SPKI(OID_ED25519, "aa*32"), NULL },
	{ "Ed448", SPKI(OID_ED448, "aa*57"), NULL },
	{ "X25519", SPKI(OID_X25519, "aa*32"), NULL },
	{ "X448", SPKI(OID_X448, "aa*56"), NULL },
};

static void
keys_are_written_as_the_rows_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct asm_bytes bytes = asm_make(rows[i].text);
		struct asm_bytes expected = asm_make(rows[i].written != NULL ? rows[i].written : rows[i].text);
		struct ka_object object;
		uint8_t out[4096];
		size_t len = 0;
		assert_int_equal(ka_public_key_read(&object, NULL, asm_slice(&bytes)), KA_OK);
		assert_int_equal(ka_key_spki(out, &len, sizeof(out), &object.key), KA_OK);
		if (!ka_slice_equal((struct ka_slice){ out, len }, asm_slice(&expected)))
			fail_msg("%s", rows[i].why);
		asm_free(&bytes);
		asm_free(&expected);
	}
}

/* Every buffer that is too small is refused, the first that is not is filled to its last byte. */
static void
a_small_buffer_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct asm_bytes bytes = asm_make(rows[i].text);
		struct ka_object object;
		enum ka_err err = KA_ERR_SPACE;
		size_t max_len = 1, len = 0;
		assert_int_equal(ka_public_key_read(&object, NULL, asm_slice(&bytes)), KA_OK);
		for (; err == KA_ERR_SPACE; max_len++) {
			uint8_t *out = malloc(max_len);
			assert_non_null(out);
			err = ka_key_spki(out, &len, max_len, &object.key);
			if (err == KA_ERR_SPACE && len != 0)
				fail_msg("%s: length written in spite of the error", rows[i].why);
			free(out);
		}
		assert_int_equal(err, KA_OK);
		assert_int_equal(len, max_len - 1);
		asm_free(&bytes);
	}
}

static void
keys_that_cannot_be_written_are_refused(void **state)
{
	static const struct {
		const char *why;
		const char *text;
	} keys[] = {
		{ "unknown algorithm", SPKI("06{2a0304}", "aa") },
		{ "unknown curve", SPKI(OID_EC "06{2b81040001}", "04 11*42") },
		{ "explicit parameters",
		    SPKI(OID_EC "30{02{01}30{06{2a8648ce3d0101}02{05}}30{}04{}02{05}}", "04 11*2") },
	};
	struct ka_object object;
	uint8_t out[4096];
	size_t len = 42;

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct asm_bytes bytes = asm_make(keys[i].text);
		assert_int_equal(ka_public_key_read(&object, NULL, asm_slice(&bytes)), KA_OK);
		if (ka_key_spki(out, &len, sizeof(out), &object.key) != KA_ERR_ARGUMENT || len != 42)
			fail_msg("%s", keys[i].why);
		asm_free(&bytes);
	}
	static const uint8_t modulus[] = { 0xc5, 0xa1 };
	struct ka_key key;
	assert_int_equal(ka_key_from_modulus(&key, (struct ka_slice){ modulus, sizeof(modulus) }), KA_OK);
	assert_int_equal(ka_key_spki(out, &len, sizeof(out), &key), KA_ERR_ARGUMENT); /* no exponent */
	key.algorithm = (enum ka_key_algorithm)99;
	assert_int_equal(ka_key_spki(out, &len, sizeof(out), &key), KA_ERR_ARGUMENT);
	assert_int_equal(len, 42);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_written_as_the_rows_say),
		cmocka_unit_test(a_small_buffer_is_refused),
		cmocka_unit_test(keys_that_cannot_be_written_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
