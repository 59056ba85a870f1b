/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates and requests: each row differs from a good one in one place. Those of real makers are in real_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/x509/parts_test.h"
#include "lib/x509/read_test.h"

static const struct read_row certificates[] = {
	{ "v3 with an extension", KA_OK, CERTIFICATE_GOOD },
	{ "v3 without extensions", KA_OK, CERTIFICATE_WITH_REST(V3, "") },
	{ "v1: no version is written", KA_OK, CERTIFICATE_V1 },
	{ "v2 without unique identifiers", KA_OK, CERTIFICATE_WITH_REST(V2, "") },
	{ "v2 with both unique identifiers", KA_OK, CERTIFICATE_WITH_REST(V2, "81{00aa}82{00bb}") },
	{ "v3 with a unique identifier whose last bits are unused", KA_OK, CERTIFICATE_WITH_REST(V3, "82{04b0}" EXTENSIONS) },
	{ "RFC 5280 4.1.2.2: negative serial numbers are to be handled", KA_OK,
	    CERTIFICATE(V3, "02{85}", ALG_SIGNATURE, NAME_A, VALIDITY, NAME_B, SPKI_RSA, "") },
	{ "serial number 0 occurs", KA_OK, CERTIFICATE(V3, "02{00}", ALG_SIGNATURE, NAME_A, VALIDITY, NAME_B, SPKI_RSA, "") },
	{ "signature algorithm without parameters", KA_OK,
	    CERTIFICATE(V3, SERIAL, "30{06{2a8648ce3d040302}}", NAME_A, VALIDITY, NAME_B, SPKI_RSA, "") },
	{ "RFC 5280 4.1.2.6: the subject may be empty", KA_OK, CERTIFICATE_WITH_SUBJECT("30{}") },
	{ "critical FALSE written out: against DER, but common", KA_OK,
	    CERTIFICATE_WITH_REST(V3, "a3{30{30{06{551d13}01010004{3000}}}}") },
	{ "the same extension twice: a matter for path validation", KA_OK, CERTIFICATE_WITH_REST(V3, "a3{30{" EXTENSION EXTENSION "}}") },
	{ "a key of an unknown algorithm", KA_OK, CERTIFICATE_WITH_KEY(SPKI("06{2a0304}", "aabb")) },
	{ "notAfter before notBefore: judged, not refused", KA_OK, CERTIFICATE_WITH_VALIDITY("30{" NOT_AFTER NOT_BEFORE "}") },

	{ "nothing", KA_ERR_DER_TRUNCATED, "^" },
	{ "an empty SEQUENCE", KA_ERR_DER_TRUNCATED, "30{^}" },
	{ "text", KA_ERR_DER_TAG, "^'-----BEGIN'" },
	{ "SET outside", KA_ERR_DER_TAG, "^31{" ALG_SIGNATURE "}" },
	{ "indefinite length outside", KA_ERR_DER_INDEFINITE, "^3080 30{} 0000" },
	{ "indefinite length of the signed part", KA_ERR_DER_INDEFINITE, "30{^3080" V3 SERIAL "0000" ALG_SIGNATURE SIGNATURE "}" },
	{ "a length of five bytes", KA_ERR_DER_TRUNCATED, "^3085 0100000000 00*64" },
	{ "a long length for a short signed part", KA_ERR_DER_LENGTH, "30{^308103 020105" ALG_SIGNATURE SIGNATURE "}" },
	{ "the signed part only", KA_ERR_DER_TRUNCATED, "30{30{" V3 SERIAL ALG_SIGNATURE NAME_A VALIDITY NAME_B SPKI_RSA "}^}" },
	{ "no signature", KA_ERR_DER_TRUNCATED,
	    "30{30{" V3 SERIAL ALG_SIGNATURE NAME_A VALIDITY NAME_B SPKI_RSA "}" ALG_SIGNATURE "^}" },
	{ "something behind the signature", KA_ERR_DER_TRAILING,
	    "30{30{" V3 SERIAL ALG_SIGNATURE NAME_A VALIDITY NAME_B SPKI_RSA "}" ALG_SIGNATURE SIGNATURE "^0500}" },
	{ "the signature is an OCTET STRING", KA_ERR_DER_TAG,
	    "30{30{" V3 SERIAL ALG_SIGNATURE NAME_A VALIDITY NAME_B SPKI_RSA "}" ALG_SIGNATURE "^04{00aa}}" },
	{ "the signature without its count of unused bits", KA_ERR_DER_BIT_STRING,
	    "30{30{" V3 SERIAL ALG_SIGNATURE NAME_A VALIDITY NAME_B SPKI_RSA "}" ALG_SIGNATURE "^03{}}" },

	{ "X.690 11.5: v1 is the default and not written", KA_ERR_X509_VERSION,
	    SIGNED("^a0{02{00}}" SERIAL ALG_SIGNATURE NAME_A VALIDITY NAME_B SPKI_RSA) },
	{ "version 4", KA_ERR_X509_VERSION, SIGNED("^a0{02{03}}" SERIAL ALG_SIGNATURE NAME_A VALIDITY NAME_B SPKI_RSA) },
	{ "version 128", KA_ERR_X509_VERSION, SIGNED("^a0{02{7f}}" SERIAL) },
	{ "version -1", KA_ERR_X509_VERSION, SIGNED("a0{^02{ff}}" SERIAL) },
	{ "version 258, whose low byte is 2", KA_ERR_X509_VERSION, SIGNED("a0{^02{0102}}" SERIAL) },
	{ "the version in two bytes", KA_ERR_DER_INTEGER, SIGNED("a0{^02{0002}}" SERIAL) },
	{ "two versions", KA_ERR_DER_TRAILING, SIGNED("a0{02{02}^02{02}}" SERIAL) },
	{ "no version in [0]", KA_ERR_DER_TRUNCATED, SIGNED("a0{^}" SERIAL) },
	{ "[0] primitive", KA_ERR_DER_TAG, SIGNED("^80{02}" SERIAL) },

	{ "an empty serial number", KA_ERR_DER_INTEGER, SIGNED(V3 "^02{}" ALG_SIGNATURE) },
	{ "a serial number not in the shortest form", KA_ERR_DER_INTEGER, SIGNED(V3 "^02{0001}" ALG_SIGNATURE) },
	{ "no serial number", KA_ERR_DER_TAG, SIGNED(V3 "^" ALG_SIGNATURE) },

	{ "signature algorithm without OID", KA_ERR_DER_TRUNCATED, SIGNED(V3 SERIAL "30{^}") },
	{ "signature algorithm whose OID is cut off", KA_ERR_DER_OID, SIGNED(V3 SERIAL "30{^06{2a86}}") },
	{ "two parameters of a signature algorithm", KA_ERR_DER_TRAILING, SIGNED(V3 SERIAL "30{06{2a03}0500^0500}") },

	{ "the issuer's RDN is a SEQUENCE", KA_ERR_DER_TAG, SIGNED(V3 SERIAL ALG_SIGNATURE "30{^30{}}") },
	{ "RFC 5280 4.1.2.4: an empty RDN", KA_ERR_X509_NAME, CERTIFICATE_WITH_SUBJECT("30{^31{}}") },
	{ "an empty RDN behind a good one", KA_ERR_X509_NAME,
	    CERTIFICATE_WITH_SUBJECT("30{31{" ATTRIBUTE(OID_CN, "0c{'a'}") "}^31{}}") },
	{ "an attribute without value", KA_ERR_DER_TRUNCATED, CERTIFICATE_WITH_SUBJECT(NAME_OF("30{" OID_CN "^}")) },
	{ "an attribute with two values", KA_ERR_DER_TRAILING,
	    CERTIFICATE_WITH_SUBJECT(NAME_OF("30{" OID_CN "0c{'a'}^0c{'b'}}")) },
	{ "an attribute without type", KA_ERR_DER_TAG, CERTIFICATE_WITH_SUBJECT(NAME_OF("30{^0c{'a'}}")) },
	{ "an attribute whose value is longer than its SEQUENCE", KA_ERR_DER_TRUNCATED,
	    CERTIFICATE_WITH_SUBJECT(NAME_OF("30{" OID_CN "^0c05 'a'}")) },
	{ "an attribute's SEQUENCE is longer than its SET", KA_ERR_DER_TRUNCATED, CERTIFICATE_WITH_SUBJECT("30{31{^3010 0603550403}}") },
	{ "a high tag number as a value", KA_ERR_DER_TAG_NUMBER, CERTIFICATE_WITH_SUBJECT(NAME_OF("30{" OID_CN "^1f8100 00}")) },

	{ "one time", KA_ERR_DER_TRUNCATED, CERTIFICATE_WITH_VALIDITY("30{" NOT_BEFORE "^}") },
	{ "three times", KA_ERR_DER_TRAILING, CERTIFICATE_WITH_VALIDITY("30{" NOT_BEFORE NOT_AFTER "^" NOT_AFTER "}") },
	{ "31 June", KA_ERR_DER_TIME, CERTIFICATE_WITH_VALIDITY("30{^17{'240631000000Z'}" NOT_AFTER "}") },
	{ "29 February 2023", KA_ERR_DER_TIME, CERTIFICATE_WITH_VALIDITY("30{" NOT_BEFORE "^17{'230229000000Z'}}") },
	{ "a time as text", KA_ERR_DER_TAG, CERTIFICATE_WITH_VALIDITY("30{" NOT_BEFORE "^13{'20340101'}}") },

	{ "no key", KA_ERR_DER_TRUNCATED, SIGNED(V3 SERIAL ALG_SIGNATURE NAME_A VALIDITY NAME_B "^") },
	{ "an even modulus", KA_ERR_KEY_MODULUS_EVEN, CERTIFICATE_WITH_KEY(SPKI(OID_RSA "0500", "30{^02{00c5a0}02{010001}}")) },
	{ "a modulus longer than the BIT STRING", KA_ERR_DER_TRUNCATED, CERTIFICATE_WITH_KEY(SPKI(OID_RSA "0500", "30{^0220 00c5a1}")) },

	{ "unique identifiers in v1", KA_ERR_X509_UNIQUE_ID, CERTIFICATE_WITH_REST("", "^81{00aa}") },
	{ "the subject's unique identifier in v1", KA_ERR_X509_UNIQUE_ID, CERTIFICATE_WITH_REST("", "^82{00aa}") },
	{ "unique identifiers in the wrong order", KA_ERR_DER_TRAILING, CERTIFICATE_WITH_REST(V2, "82{00aa}^81{00bb}") },
	{ "a unique identifier twice", KA_ERR_DER_TRAILING, CERTIFICATE_WITH_REST(V2, "81{00aa}^81{00aa}") },
	{ "a unique identifier without its count of unused bits", KA_ERR_DER_BIT_STRING, CERTIFICATE_WITH_REST(V2, "^81{}") },
	{ "a constructed unique identifier", KA_ERR_DER_TRAILING, CERTIFICATE_WITH_REST(V2, "^a1{030200aa}") },
	{ "a unique identifier behind the extensions", KA_ERR_DER_TRAILING, CERTIFICATE_WITH_REST(V3, EXTENSIONS "^81{00aa}") },

	{ "extensions in v1", KA_ERR_X509_EXTENSIONS, CERTIFICATE_WITH_REST("", "^" EXTENSIONS) },
	{ "extensions in v2", KA_ERR_X509_EXTENSIONS, CERTIFICATE_WITH_REST(V2, "^" EXTENSIONS) },
	{ "RFC 5280 4.1: SIZE (1..MAX)", KA_ERR_X509_EXTENSIONS, CERTIFICATE_WITH_REST(V3, "^a3{30{}}") },
	{ "[3] without anything", KA_ERR_DER_TRUNCATED, CERTIFICATE_WITH_REST(V3, "a3{^}") },
	{ "extensions twice", KA_ERR_DER_TRAILING, CERTIFICATE_WITH_REST(V3, EXTENSIONS "^" EXTENSIONS) },
	{ "two lists of extensions", KA_ERR_DER_TRAILING, CERTIFICATE_WITH_REST(V3, "a3{30{" EXTENSION "}^30{" EXTENSION "}}") },
	{ "an extension without value", KA_ERR_DER_TRUNCATED, CERTIFICATE_WITH_REST(V3, "a3{30{30{06{551d13}^}}}") },
	{ "an extension with two values", KA_ERR_DER_TRAILING, CERTIFICATE_WITH_REST(V3, "a3{30{30{06{551d13}04{}^04{}}}}") },
	{ "critical is 01", KA_ERR_DER_BOOLEAN, CERTIFICATE_WITH_REST(V3, "a3{30{30{06{551d13}^01010104{}}}}") },
	{ "critical behind the value", KA_ERR_DER_TRAILING, CERTIFICATE_WITH_REST(V3, "a3{30{30{06{551d13}04{}^0101ff}}}") },
	{ "the value is an INTEGER", KA_ERR_DER_TAG, CERTIFICATE_WITH_REST(V3, "a3{30{30{06{551d13}^0200}}}") },
	{ "an extension in an indefinite length", KA_ERR_DER_INDEFINITE, CERTIFICATE_WITH_REST(V3, "a3{30{^3080 06{551d13}04{} 0000}}") },
	{ "[4], which no version defines", KA_ERR_DER_TRAILING, CERTIFICATE_WITH_REST(V3, EXTENSIONS "^a4{}") },
};

static const struct read_row requests[] = {
	{ "v1 with an attribute", KA_OK, REQUEST_GOOD },
	{ "no attributes", KA_OK, REQUEST("02{00}", "a0{}") },
	{ "[0] left out, as some old makers do", KA_OK, REQUEST("02{00}", "") },
	{ "version 3, as some makers write it", KA_OK, REQUEST("02{02}", "a0{}") },
	{ "an empty subject", KA_OK, SIGNED("02{00}30{}" SPKI_RSA "a0{}") },
	{ "an attribute with an empty set of values", KA_OK, REQUEST("02{00}", "a0{30{06{2a03}31{}}}") },

	{ "version 4", KA_ERR_X509_VERSION, SIGNED("^02{03}" NAME_B SPKI_RSA "a0{}") },
	{ "version -1", KA_ERR_X509_VERSION, SIGNED("^02{ff}" NAME_B SPKI_RSA "a0{}") },
	{ "no version", KA_ERR_DER_TAG, SIGNED("^" NAME_B SPKI_RSA "a0{}") },
	{ "a certificate", KA_ERR_DER_TAG, CERTIFICATE_GOOD },
	{ "a certificate of v1, whose serial number stands where the version should", KA_ERR_X509_VERSION, CERTIFICATE_V1 },
	{ "no key", KA_ERR_DER_TAG, SIGNED("02{00}" NAME_B "^a0{}") },
	{ "extensions as in a certificate", KA_ERR_DER_TAG, REQUEST("02{00}", "^" EXTENSIONS) },
	{ "two lists of attributes", KA_ERR_DER_TRAILING, REQUEST("02{00}", "a0{}^a0{}") },
	{ "an attribute without values", KA_ERR_DER_TRUNCATED, REQUEST("02{00}", "a0{30{06{2a03}^}}") },
	{ "an attribute whose values are a SEQUENCE", KA_ERR_DER_TAG, REQUEST("02{00}", "a0{30{06{2a03}^30{}}}") },
	{ "an attribute with two sets", KA_ERR_DER_TRAILING, REQUEST("02{00}", "a0{30{06{2a03}31{}^31{}}}") },
	{ "a value that is cut off", KA_ERR_DER_TRUNCATED, REQUEST("02{00}", "a0{30{06{2a03}31{^0c05 'a'}}}") },
	{ "something behind the signature", KA_ERR_DER_TRAILING,
	    "30{30{02{00}" NAME_B SPKI_RSA "a0{}}" ALG_SIGNATURE SIGNATURE "^30{}}" },
};

static void
certificates_are_read_as_the_rows_say(void **state)
{
	(void)state;
	read_rows(certificates, sizeof(certificates) / sizeof(certificates[0]), ka_certificate_read);
}

static void
requests_are_read_as_the_rows_say(void **state)
{
	(void)state;
	read_rows(requests, sizeof(requests) / sizeof(requests[0]), ka_certificate_request_read);
}

/* The slice must be what the text assembles to. */
static void
same(struct ka_slice slice, const char *text)
{
	struct asm_bytes bytes = asm_make(text);
	assert_int_equal(slice.len, bytes.len);
	assert_memory_equal(slice.data, bytes.data, bytes.len);
	asm_free(&bytes);
}

static void
a_certificate_gives_its_parts(void **state)
{
	struct asm_bytes bytes = asm_make(CERTIFICATE_GOOD);
	struct ka_object object;

	(void)state;
	assert_int_equal(ka_certificate_read(&object, NULL, asm_slice(&bytes)), KA_OK);
	assert_int_equal(object.kind, KA_OBJECT_CERTIFICATE);
	assert_int_equal(object.version, 3);
	assert_true(object.has_validity);
	assert_int_equal(object.not_before, 1704067200);
	assert_int_equal(object.not_after, 2019686400);
	same(object.der, CERTIFICATE_GOOD);
	same(object.tbs, "30{" V3 SERIAL ALG_SIGNATURE NAME_A VALIDITY NAME_B SPKI_RSA EXTENSIONS "}");
	same(object.serial, "05");
	same(object.issuer, NAME_A);
	same(object.subject, NAME_B);
	same(object.signature_algorithm, ALG_SIGNATURE);
	same(object.extensions, "30{" EXTENSION "}");
	assert_int_equal(object.comment.len, 0);
	same(object.key.spki, SPKI_RSA);
	same(object.key.modulus, "c5a1");
	same(object.key.exponent, "010001");
	assert_int_equal(object.key.bits, 16);
	assert_int_equal(object.key.algorithm, KA_KEY_RSA);
	asm_free(&bytes);
}

static void
a_request_gives_its_parts(void **state)
{
	struct asm_bytes bytes = asm_make(REQUEST_GOOD);
	struct ka_object object;

	(void)state;
	assert_int_equal(ka_certificate_request_read(&object, NULL, asm_slice(&bytes)), KA_OK);
	assert_int_equal(object.kind, KA_OBJECT_CERTIFICATE_REQUEST);
	assert_int_equal(object.version, 0);
	assert_false(object.has_validity);
	same(object.der, REQUEST_GOOD);
	same(object.tbs, "30{02{00}" NAME_B SPKI_RSA ATTRIBUTES "}");
	same(object.subject, NAME_B);
	assert_int_equal(object.issuer.len, 0);
	assert_int_equal(object.serial.len, 0);
	assert_int_equal(object.extensions.len, 0);
	same(object.key.spki, SPKI_RSA);
	asm_free(&bytes);
}

static void
versions_are_numbered_from_1(void **state)
{
	static const char *const texts[] = { CERTIFICATE_V1, CERTIFICATE_WITH_REST(V2, ""), CERTIFICATE_WITH_REST(V3, "") };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct asm_bytes bytes = asm_make(texts[i]);
		struct ka_object object;
		assert_int_equal(ka_certificate_read(&object, NULL, asm_slice(&bytes)), KA_OK);
		assert_int_equal(object.version, i + 1);
		assert_int_equal(object.extensions.len, 0);
		asm_free(&bytes);
	}
}

static void
cut_objects_are_refused(void **state)
{
	static const struct {
		const char *text;
		read_fn read;
	} objects[] = {
		{ CERTIFICATE_GOOD, ka_certificate_read },
		{ CERTIFICATE_V1, ka_certificate_read },
		{ REQUEST_GOOD, ka_certificate_request_read },
		{ CERTIFICATE_GOOD, ka_object_read },
		{ REQUEST_GOOD, ka_object_read },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
		struct asm_bytes bytes = asm_make(objects[i].text);
		read_cuts(asm_slice(&bytes), objects[i].read);
		asm_free(&bytes);
	}
}

/* Every inner length made shorter or longer by one: the object no longer fits together. */
static void
wrong_inner_lengths_are_refused(void **state)
{
	struct asm_bytes bytes = asm_make(CERTIFICATE_GOOD);
	struct ka_object object;
	unsigned num_lengths = 0;

	(void)state;
	/* Offsets of the lengths of all elements on the way to the modulus, found by walking. */
	for (size_t at = 0; at + 1 < bytes.len;) {
		uint8_t tag = bytes.data[at];
		size_t length_at = at + 1, header_len = 2;
		if (bytes.data[length_at] & 0x80) {
			header_len += bytes.data[length_at] & 0x7f;
			length_at = at + header_len - 1;
		}
		for (int change = -1; change <= 1; change += 2) {
			uint8_t good = bytes.data[length_at];
			bytes.data[length_at] = (uint8_t)(good + change);
			if (ka_certificate_read(&object, NULL, asm_slice(&bytes)) == KA_OK)
				fail_msg("length at %zu changed by %d", length_at, change);
			bytes.data[length_at] = good;
			num_lengths++;
		}
		/* Into constructed elements, over primitive ones. */
		at += header_len + (tag & 0x20 ? 0 : bytes.data[length_at]);
	}
	assert_in_range(num_lengths, 60, 100);
	assert_int_equal(ka_certificate_read(&object, NULL, asm_slice(&bytes)), KA_OK);
	asm_free(&bytes);
}

static void
the_largest_object_is_read_and_one_byte_more_is_not(void **state)
{
	struct asm_bytes small = asm_make(CERTIFICATE_WITH_REST(V3, "a3{30{30{06{551d13}04{}}}}"));
	size_t most = KA_OBJECT_MAX_BYTES;
	char text[4096];
	struct ka_object object;
	size_t offset = 0;

	(void)state;
	/* The value's length makes four headers longer by three bytes each, the outer two already have two. */
	for (size_t fill = most - small.len - 32; ; fill++) {
		(void)snprintf(text, sizeof(text), CERTIFICATE_WITH_REST(V3, "a3{30{30{06{551d13}04{00*%zu}}}}"), fill);
		struct asm_bytes large = asm_make(text);
		enum ka_err err = ka_certificate_read(&object, &offset, asm_slice(&large));
		size_t len = large.len;
		asm_free(&large);
		if (len > most) {
			assert_int_equal(len, most + 1);
			assert_int_equal(err, KA_ERR_X509_TOO_LARGE);
			assert_int_equal(offset, most);
			break;
		}
		assert_int_equal(err, KA_OK);
	}
	asm_free(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificates_are_read_as_the_rows_say),
		cmocka_unit_test(requests_are_read_as_the_rows_say),
		cmocka_unit_test(a_certificate_gives_its_parts),
		cmocka_unit_test(a_request_gives_its_parts),
		cmocka_unit_test(versions_are_numbered_from_1),
		cmocka_unit_test(cut_objects_are_refused),
		cmocka_unit_test(wrong_inner_lengths_are_refused),
		cmocka_unit_test(the_largest_object_is_read_and_one_byte_more_is_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
