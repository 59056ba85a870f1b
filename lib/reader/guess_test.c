/* SPDX-License-Identifier: Apache-2.0 */
/* What AUTO takes an input for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <keyassay/keyassay.h>

#include "lib/reader/samples.h"

struct row {
	const char *in;
	size_t in_len;
	enum ka_format format;
	const char *why;
};

#define ROW(in, format, why) { in, sizeof(in) - 1, format, why }
#define HEX64 "f2c2529e3cf5951e54c1d2a64b7ac27ac398fcfa03a1d494fa2b9855a856ff3a"

static const struct row rows[] = {
	ROW("", KA_FORMAT_TEXT, "nothing"),
	ROW("x", KA_FORMAT_TEXT, "one byte"),
	ROW("0", KA_FORMAT_TEXT, "30 alone is a digit"),
	ROW(EC_CERT, KA_FORMAT_TEXT, "PEM"),
	ROW("ssh-rsa AAAA", KA_FORMAT_TEXT, "an OpenSSH line"),
	ROW("\xc3\x84 key\n" EC_CERT, KA_FORMAT_TEXT, "UTF-8 text that begins beyond ASCII"),

	ROW("\x30\x82\x01\x6c\x30\x82", KA_FORMAT_DER, "a certificate"),
	ROW("\x30\x80\x06\x09\x2a\x86", KA_FORMAT_DER, "BER, as some PKCS #7 is"),
	ROW("\x30\x84\x00\x00\x01\x00", KA_FORMAT_DER, "a length that is too long: the reader says so"),
	ROW("\x30\x2a\x30\x05\x06\x03", KA_FORMAT_DER, "an Ed25519 key"),
	ROW("\x30\x77\x02\x01\x01\x04", KA_FORMAT_DER, "an EC private key"),
	ROW("\x30\x85\x00\x00\x00\x00", KA_FORMAT_TEXT, "no length of 5 bytes"),
	ROW("0Y0S text", KA_FORMAT_TEXT, "text that begins like an EC key"),
	ROW("\x30\x77\x31\x01\x01\x04", KA_FORMAT_TEXT, "a SEQUENCE that holds a SET first"),

	ROW("\x99\x01\x0d\x04TTTT", KA_FORMAT_PGP, "an OpenPGP key, old format"),
	ROW("\xc6\xc0\x4d\x04TTTT", KA_FORMAT_PGP, "new format"),
	ROW("\x95\x01\x0d\x04TTTT", KA_FORMAT_PGP, "a secret key"),
	ROW("\x99\x01\x0d\x09TTTT", KA_FORMAT_TEXT, "a version that there is not"),
	ROW("\xd1\x01\x04\x04TTTT", KA_FORMAT_TEXT, "another packet"),

	ROW("{\"kty\":\"RSA\"}", KA_FORMAT_JWK, "a JWK"),
	ROW("\xef\xbb\xbf\r\n { \n\"keys\":[]}", KA_FORMAT_JWK, "a byte order mark and white space"),
	ROW("[ {}]", KA_FORMAT_JWK, "an array of objects"),
	ROW("[]", KA_FORMAT_JWK, "an empty array"),
	ROW("[server]\nkey=x\n", KA_FORMAT_TEXT, "a configuration file"),
	ROW("{ print $1 }", KA_FORMAT_TEXT, "a program"),
	ROW("[1,2]", KA_FORMAT_TEXT, "JSON that holds no object"),

	ROW("0x" HEX "\n", KA_FORMAT_MODULI, "a modulus"),
	ROW(HEX, KA_FORMAT_MODULI, "no 0x, no newline"),
	ROW("Modulus=" HEX "\n# x\n\n  0X" HEX "\r\n", KA_FORMAT_MODULI, "what openssl prints, comments, CRLF"),
	ROW("# moduli\n" HEX "\n0xf2", KA_FORMAT_MODULI, "the last line may be cut off"),
	ROW("30820122" HEX "\n", KA_FORMAT_MODULI, "DER in hexadecimal is taken for a number"),
	ROW(HEX64 "\n" HEX64 "\n", KA_FORMAT_TEXT, "fingerprints are too short"),
	ROW(HEX "\n" HEX64 "\n" HEX "\n", KA_FORMAT_TEXT, "every line must be a modulus"),
	ROW(HEX "g\n", KA_FORMAT_TEXT, "no digit"),
	ROW("# " HEX "\n", KA_FORMAT_TEXT, "comments only"),

	ROW(EC_LINE "\n", KA_FORMAT_B64LINES, "a certificate on a line"),
	ROW(EC_LINE, KA_FORMAT_B64LINES, "no newline"),
	ROW(ED_BODY "\n", KA_FORMAT_B64LINES, "a key on a line: the reader says that it is no certificate"),
	ROW("MIIBbDCC\n", KA_FORMAT_TEXT, "too short"),
	ROW("AAAA" EC_LINE "\n", KA_FORMAT_TEXT, "base64, but of no SEQUENCE"),
	ROW("MIIB " EC_LINE " a.example\n", KA_FORMAT_TEXT, "text behind it"),
};

static void
rows_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t *copy = malloc(rows[i].in_len + 1); /* so that a sanitizer sees the end */
		assert_non_null(copy);
		memcpy(copy + 1, rows[i].in, rows[i].in_len);
		enum ka_format format = ka_format_guess((struct ka_slice){ copy + 1, rows[i].in_len });
		free(copy);
		if (format != rows[i].format)
			fail_msg("row %zu (%s): %d, expected %d\n%s", i, rows[i].why, format, rows[i].format, rows[i].in);
	}
}

/* A head of any length gets an answer and reads no byte behind its end. */
static void
every_head_is_answered(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t len = 1; len <= rows[i].in_len; len++) {
			uint8_t *copy = malloc(len);
			assert_non_null(copy);
			memcpy(copy, rows[i].in, len);
			assert_in_range(ka_format_guess((struct ka_slice){ copy, len }), KA_FORMAT_PEM, KA_FORMAT_TEXT);
			free(copy);
		}
	}
}

static void
names_are_those_of_the_command_line(void **state)
{
	(void)state;
	static const char *const names[] = { "auto", "pem", "der", "b64lines", "moduli", "ssh", "jwk" };
	enum ka_format format;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_true(ka_format_by_name(&format, names[i]));
		assert_int_equal(format, i);
	}
	assert_false(ka_format_by_name(&format, "pgp"));
	assert_false(ka_format_by_name(&format, "PEM"));
	assert_false(ka_format_by_name(&format, ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_hold),
		cmocka_unit_test(every_head_is_answered),
		cmocka_unit_test(names_are_those_of_the_command_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
