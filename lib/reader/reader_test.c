/* SPDX-License-Identifier: Apache-2.0 */
/* What the reader says of inputs: a row each, with its reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <keyassay/keyassay.h>

#include "lib/reader/samples.h"
#include "lib/reader/trace_rows_test.h"

#define ED_KEY "public_key Ed25519 256\n"
#define EC_KEY "certificate EC secp256r1\n"
#define ED_CERT "certificate Ed25519 256\n"
#define MODULUS "modulus RSA 512\n"

static const struct trace_row rows[] = {
	ROW(KA_FORMAT_PEM, "", "", "nothing gives nothing"),
	ROW(KA_FORMAT_PEM, ED_PUB, ED_KEY, "one block"),
	ROW(KA_FORMAT_PEM, EC_CERT ED_PUB, EC_KEY ED_KEY, "two blocks"),
	ROW(KA_FORMAT_PEM, "subject=CN = a\nissuer - b\n----\n" EC_CERT "text\n" ED_PUB "text\n", EC_KEY ED_KEY,
		"RFC 7468 2: text between blocks"),
	ROW(KA_FORMAT_PEM, "-----BEGIN PUBLIC KEY-----\r\n" ED_BODY "\r\n-----END PUBLIC KEY-----\r\n", ED_KEY, "CRLF"),
	ROW(KA_FORMAT_PEM, "-----BEGIN PUBLIC KEY-----\r" ED_BODY "\r-----END PUBLIC KEY-----\r", ED_KEY, "CR alone"),
	ROW(KA_FORMAT_PEM, "-----BEGIN PUBLIC KEY----- \t\n" ED_BODY "  \n-----END PUBLIC KEY-----  \n", ED_KEY, "blanks behind lines"),
	ROW(KA_FORMAT_PEM, "  -----BEGIN PUBLIC KEY-----\n  " ED_BODY "\n  -----END PUBLIC KEY-----\n", ED_KEY, "indented, as in YAML"),
	ROW(KA_FORMAT_PEM, "\xef\xbb\xbf" ED_PUB, ED_KEY, "a byte order mark"),
	ROW(KA_FORMAT_PEM, "-----BEGIN PUBLIC KEY-----\n" ED_BODY "\n-----END PUBLIC KEY-----", ED_KEY, "no newline at the end"),
	ROW(KA_FORMAT_PEM, "-----BEGIN PUBLIC KEY-----\n" ED_BODY "\n-----END PUBLIC KEY-----" ED_PUB, ED_KEY ED_KEY,
		"files put together, the first without a newline at its end"),
	ROW(KA_FORMAT_PEM, "-----BEGIN PUBLIC KEY-----\nComment: a-b\nX: y\n\n" ED_BODY "\n-----END PUBLIC KEY-----\n", ED_KEY,
		"RFC 1421 headers"),
	ROW(KA_FORMAT_PEM, "-----BEGIN PUBLIC KEY-----\nComment: a\n b\nX: y\n" ED_BODY "\n-----END PUBLIC KEY-----\n", ED_KEY,
		"a header on two lines, no empty line"),
	ROW(KA_FORMAT_PEM, "-----BEGIN NEW CERTIFICATE REQUEST-----\n" ED_BODY "\n-----END NEW CERTIFICATE REQUEST-----\n",
		"fault der.tag +4\n", "the label says what is in it"),
	ROW(KA_FORMAT_PEM, "-----BEGIN PUBLIC KEY-----\nX: y\\\n" ED_PUB, "fault pem.no-end @0\n" ED_KEY,
		"no header goes on in a BEGIN line"),
	ROW(KA_FORMAT_PEM, PKCS7, EC_KEY ED_CERT, "every certificate of a bundle"),
	ROW(KA_FORMAT_PEM, PKCS7 ED_PUB, EC_KEY ED_CERT ED_KEY, "and on behind the bundle"),
	ROW(KA_FORMAT_PEM, "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" ED_PUB, ED_KEY,
		"parameters hold no key"),
	ROW(KA_FORMAT_PEM, "-----BEGIN X509 CRL-----\n*\n-----END X509 CRL-----\n" ED_PUB, ED_KEY, "a CRL is not looked at"),
	ROW(KA_FORMAT_PEM, "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n- -----BEGIN PUBLIC KEY-----\n", "",
		"a message is no key, and has no END"),

	ROW(KA_FORMAT_PEM, "-----BEGIN PUBLIC KEY-----\n" ED_BODY "\n", "fault pem.no-end @0\n", "the end is missing"),
	ROW(KA_FORMAT_PEM, "-----BEGIN PUBLIC KEY-----\n" ED_BODY "\n-----E", "fault pem.no-end @0\n", "cut off in the END line"),
	ROW(KA_FORMAT_PEM, "x\n-----BEGIN PUBLIC KEY-----\n" ED_BODY "\n" ED_PUB, "fault pem.no-end @2\n" ED_KEY,
		"a missing END costs one block only"),
	ROW(KA_FORMAT_PEM, "-----BEGIN PUBLIC KEY-----\n" ED_BODY "\n-----END CERTIFICATE-----\n" ED_PUB,
		"fault pem.label @88\n" ED_KEY, "another label at the end"),
	ROW(KA_FORMAT_PEM, "-----BEGIN PUBLIC KEY-----\n" ED_BODY "\n-----END PUBLIC KEY--\n" ED_PUB, "fault pem.label @88\n" ED_KEY,
		"dashes are missing at the end"),
	ROW(KA_FORMAT_PEM, "-----BEGIN PUBLIC KEY-----\n" ED_BODY "\n-----END PUBLIC KEY----- x\n" ED_PUB,
		"fault pem.label @88\n" ED_KEY, "text behind the END"),
	ROW(KA_FORMAT_PEM, "-----BEGIN PUBLIC KEY\n" ED_BODY "\n-----END PUBLIC KEY-----\n" ED_PUB, "fault pem.begin @0\n" ED_KEY,
		"dashes are missing at the start"),
	ROW(KA_FORMAT_PEM, "-----BEGIN -----\n" ED_BODY "\n-----END -----\n", "fault pem.begin @0\n", "no label"),
	ROW(KA_FORMAT_PEM, "-----BEGIN PUBLIC KEY-----" ED_BODY "-----END PUBLIC KEY-----\n" ED_PUB, "fault pem.begin @0\n" ED_KEY,
		"all on one line"),
	ROW(KA_FORMAT_PEM, "-----BEGIN PUBLIC KEY-----\n" ED_BODY "-----END PUBLIC KEY-----\n" ED_PUB, "fault pem.base64 @87\n" ED_KEY,
		"END not on a line of its own"),
	ROW(KA_FORMAT_PEM, "x -----BEGIN PUBLIC KEY-----\n" ED_BODY "\n-----END PUBLIC KEY-----\n", "", "BEGIN within a line is text"),
	ROW(KA_FORMAT_PEM, "-----BEGIN PUBLIC KEY-----\nMCow*QYDK2Vw\n-----END PUBLIC KEY-----\n" ED_PUB,
		"fault pem.base64 @31\n" ED_KEY, "a character that is not base64"),
	ROW(KA_FORMAT_PEM, "-----BEGIN PUBLIC KEY-----\nMCowBQY\n-----END PUBLIC KEY-----\n" ED_PUB, "fault pem.base64 @35\n" ED_KEY,
		"padding is missing"),
	ROW(KA_FORMAT_PEM, "-----BEGIN PUBLIC KEY-----\nMCow\nBQ==\nMCow\n-----END PUBLIC KEY-----\n", "fault pem.base64 @37\n",
		"text behind the padding"),
	ROW(KA_FORMAT_PEM, "-----BEGIN PUBLIC KEY-----\n\n-----END PUBLIC KEY-----\n" ED_PUB, "fault pem.empty @0\n" ED_KEY, "nothing in it"),
	ROW(KA_FORMAT_PEM, "-----BEGIN PUBLIC KEY-----\nX: y\n\n-----END PUBLIC KEY-----\n", "fault pem.empty @0\n", "headers only"),
	ROW(KA_FORMAT_PEM, "-----BEGIN COFFEE-----\nMCow\n-----END COFFEE-----\n" ED_PUB, "fault pem.label-unknown @0\n" ED_KEY,
		"a label that nobody knows"),
	ROW(KA_FORMAT_PEM, "-----BEGIN certificate-----\n" EC_BODY "-----END certificate-----\n", "fault pem.label-unknown @0\n",
		"labels are case-sensitive"),
	ROW(KA_FORMAT_PEM, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMCow\n-----END ENCRYPTED PRIVATE KEY-----\n" ED_PUB,
		"fault pem.encrypted @0\n" ED_KEY, "the public half is not readable"),
	ROW(KA_FORMAT_PEM,
		"-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMCow\n-----END EC PRIVATE KEY-----\n" ED_PUB,
		"fault pem.encrypted @0\n" ED_KEY, "RFC 1421 4.6.1.1"),
	ROW(KA_FORMAT_PEM, "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n-----END PRIVATE KEY-----\n",
		"fault key.no-public +48\n", "no public half in it"),
	ROW(KA_FORMAT_PEM, "-----BEGIN CERTIFICATE-----\nMIIBbDCC\n-----END CERTIFICATE-----\n" EC_CERT,
		"fault der.truncated +0\n" EC_KEY, "a body that is cut off"),
	ROW(KA_FORMAT_PEM, "-----END PUBLIC KEY-----\n" ED_PUB, ED_KEY, "an END of nothing is text"),
	ROW(KA_FORMAT_PEM, "---- BEGIN PUBLIC KEY ----\n" ED_BODY "\n-----END PUBLIC KEY-----\n", "fault pem.label @88\n",
		"dashes of two kinds"),

	ROW(KA_FORMAT_MODULI, "", "", "nothing gives nothing"),
	ROW(KA_FORMAT_MODULI, HEX "\n", MODULUS, "one line"),
	ROW(KA_FORMAT_MODULI, HEX, MODULUS, "no newline"),
	ROW(KA_FORMAT_MODULI, "0x" HEX "\r\n\n  \n# comment\n 0X00" HEX "\t\n", MODULUS MODULUS, "what files have around numbers"),
	ROW(KA_FORMAT_MODULI, "Modulus=" HEX "\nmodulus= 0x" HEX "\n", MODULUS MODULUS, "what openssl prints"),
	ROW(KA_FORMAT_MODULI, "f0001\n", "modulus RSA 20\n", "an odd number of digits"),
	ROW(KA_FORMAT_MODULI, "bits,modulus\n" HEX "\n", "fault input.hex @1\n" MODULUS, "the first line of a CSV file"),
	ROW(KA_FORMAT_MODULI, HEX "," HEX "\n", "fault input.hex @128\n", "two numbers on a line"),
	ROW(KA_FORMAT_MODULI, "0x\n", "fault input.hex @2\n", "no digits"),
	ROW(KA_FORMAT_MODULI, "Modulus=\n", "fault input.hex @8\n", "no digits"),
	ROW(KA_FORMAT_MODULI, "0xg1\n", "fault input.hex @2\n", "no digit"),
	ROW(KA_FORMAT_MODULI, "f0g\n", "fault input.hex @2\n", "no digit at the end"),
	ROW(KA_FORMAT_MODULI, "-15\n", "fault input.hex @0\n", "no sign"),
	ROW(KA_FORMAT_MODULI, "00\nf0000\nf1\n" HEX, "fault key.modulus-zero @0\nfault key.modulus-even @3\nfault key.modulus-small @9\n" MODULUS,
		"numbers that are no modulus"),

	ROW(KA_FORMAT_B64LINES, EC_LINE "\n" EC_LINE, EC_KEY EC_KEY, "one certificate a line"),
	ROW(KA_FORMAT_B64LINES, EC_LINE "\r\n\n# x\n " EC_LINE " \n", EC_KEY EC_KEY, "empty lines and comments"),
	ROW(KA_FORMAT_B64LINES, "MIIB*\n" EC_LINE "\n", "fault input.base64 @4\n" EC_KEY, "no base64"),
	ROW(KA_FORMAT_B64LINES, "MIIBb\n" EC_LINE "\n", "fault input.base64 @5\n" EC_KEY, "cut off"),
	ROW(KA_FORMAT_B64LINES, ED_BODY "\n" EC_LINE "\n", "fault der.tag +4\n" EC_KEY, "a key is no certificate"),
	ROW(KA_FORMAT_B64LINES, "-----BEGIN CERTIFICATE-----\n" EC_LINE "\n", "fault input.base64 @0\n" EC_KEY, "PEM is another format"),
};

TRACE_ROWS_TESTS(rows)

static struct trace got;

static void
a_nul_in_text_is_a_character(void **state)
{
	(void)state;
	static const char in[] = "a\0b\n" ED_PUB "\0\n" ED_PUB "-----BEGIN PUBLIC KEY-----\nMC\0w";

	got.with_digest = false;
	trace_whole(&got, NULL, KA_FORMAT_PEM, (struct ka_slice){ (const uint8_t *)in, sizeof(in) - 1 });
	assert_string_equal(got.text, ED_KEY ED_KEY "fault pem.base64 @261\n");
}

static void
a_small_arena_is_refused(void **state)
{
	(void)state;
	struct ka_reader reader;
	struct ka_object object;
	struct ka_fault fault;
	uint8_t arena[64];
	struct ka_slice chunk = { (const uint8_t *)ED_PUB, sizeof(ED_PUB) - 1 };

	ka_reader_init(&reader, NULL, KA_FORMAT_PEM, chunk, 7, true, arena, sizeof(arena));
	assert_true(ka_reader_next(&object, &fault, &reader));
	assert_int_equal(fault.err, KA_ERR_SPACE);
	assert_int_equal(fault.offset, 7);
	assert_false(ka_reader_next(&object, &fault, &reader));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TRACE_ROWS_UNIT_TESTS,
		cmocka_unit_test(a_nul_in_text_is_a_character),
		cmocka_unit_test(a_small_arena_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
