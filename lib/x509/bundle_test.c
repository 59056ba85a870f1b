/* SPDX-License-Identifier: Apache-2.0 */
/* PKCS #7 / CMS bundles, with the BER that their makers use around the certificates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/x509/parts_test.h"
#include "lib/x509/read_test.h"

#define C1 "30{02{01}}"
#define C2 "30{02{02}}"
/* The same with indefinite lengths wherever BER allows them. */
#define BER_BUNDLE(certificates, rest) \
	"3080" OID_SIGNED_DATA "a080 3080 02{01} 3180 0000 3080" OID_DATA "0000 a080" certificates "0000" rest "3180 0000 0000 0000 0000"

struct row {
	const char *why;
	enum ka_err err;
	const char *text;
	const char *certificates; /* one behind the other */
};

static const struct row rows[] = {
	{ "one certificate", KA_OK, BUNDLE("a0{" C1 "}", ""), C1 },
	{ "two, in their order", KA_OK, BUNDLE("a0{" C2 C1 "}", ""), C2 C1 },
	{ "CRLs behind the certificates", KA_OK, BUNDLE("a0{" C1 "}", "a1{30{30{}}}"), C1 },
	{ "RFC 5652 10.2.2: other choices are passed over", KA_OK, BUNDLE("a0{a1{30{}}" C1 "a3{06{2a03}0500}" C2 "a2{}}", ""), C1 C2 },
	{ "indefinite lengths", KA_OK, BER_BUNDLE(C1 C2, ""), C1 C2 },
	{ "indefinite lengths, CRLs", KA_OK, BER_BUNDLE(C1, "a180 3080 0000 0000"), C1 },
	{ "an indefinite certificate is given as it is: its reader refuses it", KA_OK, BUNDLE("a0{30800201010000" C2 "}", ""),
	    "30800201010000" C2 },
	{ "a length in more bytes than needed, which BER allows", KA_OK,
	    "3083000032" OID_SIGNED_DATA "a0820023 30{02{01}31{}30{" OID_DATA "}a0810a" C1 C2 "31{}}", C1 C2 },
	{ "content of its own, in pieces", KA_OK,
	    "3080" OID_SIGNED_DATA "a080 3080 02{01} 3100 3080" OID_DATA "a080 2480 04{aabb} 04{cc} 0000 0000 0000 a0{" C1 "}"
	    "3100 0000 0000 0000", C1 },

	{ "nothing", KA_ERR_DER_TRUNCATED, "^", NULL },
	{ "a certificate", KA_ERR_DER_TAG, "30{^30{}}", NULL },
	{ "PKCS #7 data, not signed", KA_ERR_X509_UNRECOGNISED, "30{" OID_DATA "a0{04{aa}}}", NULL },
	{ "an OID that signedData's begins with", KA_ERR_X509_UNRECOGNISED, "30{06{2a864886f70d0107}a0{}}", NULL },
	{ "no content", KA_ERR_DER_TRUNCATED, "30{" OID_SIGNED_DATA "^}", NULL },
	{ "[1] instead of [0]", KA_ERR_DER_TAG, "30{" OID_SIGNED_DATA "^a1{}}", NULL },
	{ "no certificates", KA_ERR_X509_NO_CERTIFICATES, BUNDLE("^", ""), NULL },
	{ "CRLs only", KA_ERR_X509_NO_CERTIFICATES, BUNDLE("", "^a1{30{30{}}}"), NULL },
	{ "an empty set of certificates", KA_ERR_X509_NO_CERTIFICATES, BUNDLE("a0{}", ""), NULL },
	{ "an empty set of indefinite length", KA_ERR_X509_NO_CERTIFICATES, BER_BUNDLE("", ""), NULL },
	{ "other choices only", KA_ERR_X509_NO_CERTIFICATES, BUNDLE("a0{a1{30{}}}", ""), NULL },
	{ "a certificate that is cut off by the set", KA_ERR_DER_TRUNCATED, BUNDLE("a0{" C1 "^3005 0201}", ""), NULL },
	{ "a set that is longer than the bundle", KA_ERR_DER_TRUNCATED,
	    "30{" OID_SIGNED_DATA "a0{30{02{01}31{}30{" OID_DATA "}^a07f" C1 "}}}", NULL },
	{ "indefinite without end", KA_ERR_DER_TRUNCATED, "3080" OID_SIGNED_DATA "a080 3080 02{01} 3100 30{" OID_DATA "} a080" C1, NULL },
	{ "indefinite, half an end", KA_ERR_DER_TRUNCATED, "3080" OID_SIGNED_DATA "a000 00", NULL },
	{ "something behind", KA_ERR_DER_TRAILING, BUNDLE("a0{" C1 "}", "") "^00", NULL },
	{ "something behind the end of an indefinite length", KA_ERR_DER_TRAILING, BER_BUNDLE(C1, "") "^0000", NULL },
	{ "indefinite and primitive", KA_ERR_DER_INDEFINITE, "30{^0680 2a03 0000}", NULL },
	{ "a high tag number", KA_ERR_DER_TAG_NUMBER, BUNDLE("a0{^1f8101 00}", ""), NULL },
	{ "a length of 127 bytes", KA_ERR_DER_TRUNCATED, "^30ff 01*127 00", NULL },
	{ "a length that overflows 64 bits", KA_ERR_DER_TRUNCATED, "^3089 010000000000000002 0000", NULL },
	{ "a length that wraps to a small one in 64 bits, at the front of zeros", KA_ERR_DER_TRUNCATED,
	    "^3088 8000000000000002 0000", NULL },
};

static void
bundles_are_read_as_the_rows_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct asm_bytes bytes = asm_make(rows[i].text);
		struct ka_bundle bundle = { .next = 42 };
		size_t offset = SIZE_MAX;
		enum ka_err err = ka_bundle_open(&bundle, &offset, asm_slice(&bytes));
		if (err != rows[i].err || (err != KA_OK && bundle.next != 42))
			fail_msg("%s: %s at %zu", rows[i].why, ka_err_name(err), offset);
		if (err != KA_OK && (offset > bytes.len || (bytes.mark != ASM_NO_MARK && offset != bytes.mark)))
			fail_msg("%s: offset %zu", rows[i].why, offset);
		if (err == KA_OK) {
			struct asm_bytes expected = asm_make(rows[i].certificates);
			struct ka_slice certificate;
			size_t at = 0;
			while (ka_bundle_next(&certificate, &bundle)) {
				if (certificate.len > expected.len - at ||
				    memcmp(certificate.data, expected.data + at, certificate.len) != 0)
					fail_msg("%s: another certificate", rows[i].why);
				at += certificate.len;
			}
			if (at != expected.len || ka_bundle_next(&certificate, &bundle))
				fail_msg("%s: %zu of %zu bytes of certificates", rows[i].why, at, expected.len);
			asm_free(&expected);
		}
		asm_free(&bytes);
	}
}

static void
cut_bundles_are_refused(void **state)
{
	static const char *const texts[] = { BUNDLE("a0{" C1 C2 "}", "a1{30{}}"), BER_BUNDLE(C1 C2, "a180 3080 0000 0000") };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct asm_bytes whole = asm_make(texts[i]);
		for (size_t len = 0; len < whole.len; len++) {
			struct asm_bytes cut = asm_copy(whole.data, len);
			struct ka_bundle bundle;
			size_t offset = SIZE_MAX;
			enum ka_err err = ka_bundle_open(&bundle, &offset, asm_slice(&cut));
			if (err != KA_ERR_DER_TRUNCATED || offset > len)
				fail_msg("cut to %zu: %s at %zu", len, ka_err_name(err), offset);
			asm_free(&cut);
		}
		asm_free(&whole);
	}
}

/* A million levels take a million steps, not a stack. */
static void
deep_nesting_is_no_recursion(void **state)
{
	struct asm_bytes bytes = asm_make("3080" OID_SIGNED_DATA "a080 3080 02{01} 3100 3080 00*2000000");
	struct ka_bundle bundle;

	(void)state;
	for (size_t at = 22; at + 2 <= bytes.len; at += 2) {
		bytes.data[at] = 0x30;
		bytes.data[at + 1] = 0x80;
	}
	assert_int_equal(ka_bundle_open(&bundle, NULL, asm_slice(&bytes)), KA_ERR_DER_TRUNCATED);
	asm_free(&bytes);
}

/* A real certificate in a bundle is read by its own reader. */
static void
a_certificate_of_a_bundle_is_read(void **state)
{
	struct asm_bytes bytes = asm_make(BUNDLE("a0{" CERTIFICATE_GOOD CERTIFICATE_V1 "}", ""));
	struct ka_bundle bundle;
	struct ka_slice der;
	struct ka_object object;

	(void)state;
	assert_int_equal(ka_bundle_open(&bundle, NULL, asm_slice(&bytes)), KA_OK);
	assert_true(ka_bundle_next(&der, &bundle));
	assert_int_equal(ka_certificate_read(&object, NULL, der), KA_OK);
	assert_int_equal(object.version, 3);
	assert_true(ka_bundle_next(&der, &bundle));
	assert_int_equal(ka_certificate_read(&object, NULL, der), KA_OK);
	assert_int_equal(object.version, 1);
	assert_false(ka_bundle_next(&der, &bundle));
	asm_free(&bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bundles_are_read_as_the_rows_say),
		cmocka_unit_test(cut_bundles_are_refused),
		cmocka_unit_test(deep_nesting_is_no_recursion),
		cmocka_unit_test(a_certificate_of_a_bundle_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
