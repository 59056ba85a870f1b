/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of registration: for each a certificate that passes, one that fails, and the edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/asn1.h>

#include "server/pki/make_cert_test.h"
#include "server/pki/pki.h"

#define NOW INT64_C(1700000000)
#define CA "critical,CA:TRUE"
#define LIKE_AWS "The CA certificate does not have the basicConstraints extension as true: "

static struct ka_arena arena;

static int
tear_down(void **state)
{
	(void)state;
	ka_arena_clear(&arena);
	return 0;
}

struct row {
	const char *what;
	struct make_cert cert;
	enum ka_pki_fault ca, device; /* what the two functions say */
	const char *says;             /* part of the message of the first that refuses */
};

static const struct row rows[] = {
	/* Signature algorithms: reference 3.10. */
	{ "RSA, SHA-256", { .key = "rsa:2048", .constraints = CA }, 0, 0, NULL },
	{ "RSA, SHA-384", { .key = "rsa:2048", .constraints = CA, .digest = "SHA384" }, 0, 0, NULL },
	{ "RSA, SHA-512", { .key = "rsa:2048", .constraints = CA, .digest = "SHA512" }, 0, 0, NULL },
	{ "RSA, SHA-1", { .key = "rsa:2048", .constraints = CA, .digest = "SHA1" }, KA_PKI_SIGNATURE_ALGORITHM,
	    KA_PKI_SIGNATURE_ALGORITHM, "is sha1WithRSAEncryption; accepted are" },
	{ "RSA, MD5", { .key = "rsa:2048", .constraints = CA, .digest = "MD5" }, KA_PKI_SIGNATURE_ALGORITHM,
	    KA_PKI_SIGNATURE_ALGORITHM, "md5WithRSAEncryption" },
	{ "RSA, SHA-224", { .key = "rsa:2048", .constraints = CA, .digest = "SHA224" }, KA_PKI_SIGNATURE_ALGORITHM,
	    KA_PKI_SIGNATURE_ALGORITHM, "sha224WithRSAEncryption" },
	{ "PSS, SHA-256", { .key = "rsa:2048", .constraints = CA, .pss = true }, 0, 0, NULL },
	{ "PSS, SHA-384", { .key = "rsa:2048", .constraints = CA, .pss = true, .digest = "SHA384" }, 0, 0, NULL },
	{ "PSS, SHA-512", { .key = "rsa:2048", .constraints = CA, .pss = true, .digest = "SHA512" }, 0, 0, NULL },
	{ "PSS, salt of 20 bytes, which is not written out",
	    { .key = "rsa:2048", .constraints = CA, .pss = true, .salt_len = 20 }, 0, 0, NULL },
	{ "PSS, longest salt", { .key = "rsa:2048", .constraints = CA, .pss = true, .salt_len = 222 }, 0, 0, NULL },
	{ "PSS, SHA-1", { .key = "rsa:2048", .constraints = CA, .pss = true, .digest = "SHA1" },
	    KA_PKI_SIGNATURE_ALGORITHM, KA_PKI_SIGNATURE_ALGORITHM, "is rsassaPss with SHA-1; accepted" },
	{ "PSS, SHA-224", { .key = "rsa:2048", .constraints = CA, .pss = true, .digest = "SHA224" },
	    KA_PKI_SIGNATURE_ALGORITHM, KA_PKI_SIGNATURE_ALGORITHM, "with a hash other than" },
	{ "PSS, masked by SHA-384", { .key = "rsa:2048", .constraints = CA, .pss = true, .mask_digest = "SHA384" },
	    KA_PKI_SIGNATURE_ALGORITHM, KA_PKI_SIGNATURE_ALGORITHM, "another for the mask" },
	{ "PSS, masked by SHA-1", { .key = "rsa:2048", .constraints = CA, .pss = true, .mask_digest = "SHA1" },
	    KA_PKI_SIGNATURE_ALGORITHM, KA_PKI_SIGNATURE_ALGORITHM, "with SHA-1" },
	{ "a key for PSS only", { .key = "rsa-pss:2048", .constraints = CA, .pss = true }, 0, 0, NULL },
	{ "EC P-256, SHA-256", { .key = "ec:P-256", .constraints = CA }, 0, 0, NULL },
	{ "EC P-384, SHA-384", { .key = "ec:P-384", .constraints = CA, .digest = "SHA384" }, 0, 0, NULL },
	{ "EC P-521, SHA-512", { .key = "ec:P-521", .constraints = CA, .digest = "SHA512" }, 0, 0, NULL },
	{ "EC, SHA-1", { .key = "ec:P-256", .constraints = CA, .digest = "SHA1" }, KA_PKI_SIGNATURE_ALGORITHM,
	    KA_PKI_SIGNATURE_ALGORITHM, "ecdsa-with-SHA1" },
	{ "EC secp256k1", { .key = "ec:secp256k1", .constraints = CA }, 0, 0, NULL },
	{ "EC brainpool", { .key = "ec:brainpoolP384r1", .constraints = CA }, 0, 0, NULL },
	{ "DSA, SHA-256", { .key = "dsa:2048", .constraints = CA }, 0, 0, NULL },
	{ "DSA, SHA-384", { .key = "dsa:2048", .constraints = CA, .digest = "SHA384" }, KA_PKI_SIGNATURE_ALGORITHM,
	    KA_PKI_SIGNATURE_ALGORITHM, "accepted are" },
	{ "Ed25519", { .key = "ed25519", .constraints = CA, .digest = "" }, KA_PKI_SIGNATURE_ALGORITHM,
	    KA_PKI_SIGNATURE_ALGORITHM, "ED25519" },
	/* Key size. */
	{ "RSA of 2047 bits", { .key = "rsa:2047", .constraints = CA }, KA_PKI_KEY_SIZE, KA_PKI_KEY_SIZE,
	    "RSA 2047 bits; RSA and DSA" },
	{ "RSA of 1024 bits", { .key = "rsa:1024", .constraints = CA }, KA_PKI_KEY_SIZE, KA_PKI_KEY_SIZE,
	    "RSA 1024 bits" },
	{ "RSA of 3072 bits", { .key = "rsa:3072", .constraints = CA }, 0, 0, NULL },
	{ "DSA of 1024 bits", { .key = "dsa:1024", .constraints = CA }, KA_PKI_KEY_SIZE, KA_PKI_KEY_SIZE,
	    "DSA 1024 bits" },
	{ "EC P-224", { .key = "ec:P-224", .constraints = CA }, KA_PKI_KEY_SIZE, KA_PKI_KEY_SIZE,
	    "EC secp224r1, 224 bits" },
	{ "EC, a curve without a name here", { .key = "ec:sect283k1", .constraints = CA }, KA_PKI_KEY_SIZE,
	    KA_PKI_KEY_SIZE, "unknown curve" },
	{ "EC, P-256 spelt out", { .key = "ec-explicit:P-256", .constraints = CA }, KA_PKI_KEY_SIZE, KA_PKI_KEY_SIZE,
	    "curve given by its parameters" },
	{ "X25519 signed by another", { .key = "x25519", .issuer = "I", .signer = "rsa:2048", .constraints = CA },
	    KA_PKI_KEY_SIZE, KA_PKI_KEY_SIZE, "not accepted: X25519" },
	{ "Ed25519 signed by RSA", { .key = "ed25519", .issuer = "I", .signer = "rsa:2048", .constraints = CA }, 0, 0,
	    NULL },
	/* Validity: the first and the last second count. */
	{ "begins now", { .key = "ec:P-256", .constraints = CA, .not_before = NOW }, 0, 0, NULL },
	{ "begins in a second", { .key = "ec:P-256", .constraints = CA, .not_before = NOW + 1 }, KA_PKI_VALIDITY,
	    KA_PKI_VALIDITY,
	    "is not yet valid: valid from 2023-11-14T22:13:21Z to 2040-01-01T00:00:00Z, and it is 2023-11-14T22:13:20Z "
	    "now" },
	{ "ends now", { .key = "ec:P-256", .constraints = CA, .not_after = NOW }, 0, 0, NULL },
	{ "ended a second ago", { .key = "ec:P-256", .constraints = CA, .not_after = NOW - 1 }, KA_PKI_VALIDITY,
	    KA_PKI_VALIDITY, "is expired: valid from 2020" },
	{ "ends before it begins",
	    { .key = "ec:P-256", .constraints = CA, .not_before = NOW + 9, .not_after = NOW - 9 }, KA_PKI_VALIDITY,
	    KA_PKI_VALIDITY, "valid from" },
	{ "ends in 9999", { .key = "ec:P-256", .constraints = CA, .not_after = 253402300799 }, 0, 0, NULL },
	/* basicConstraints: for CAs only. */
	{ "no basicConstraints", { .key = "ec:P-256" }, KA_PKI_BASIC_CONSTRAINTS, 0, LIKE_AWS "it has no extensions" },
	{ "version 1", { .key = "ec:P-256", .version = 1 }, KA_PKI_BASIC_CONSTRAINTS, 0,
	    LIKE_AWS "it has no extensions" },
	{ "CA:FALSE", { .key = "ec:P-256", .constraints = "CA:FALSE" }, KA_PKI_BASIC_CONSTRAINTS, 0,
	    LIKE_AWS "it says CA:FALSE" },
	{ "CA:TRUE, not critical", { .key = "ec:P-256", .constraints = "CA:TRUE" }, 0, 0, NULL },
	{ "with a path length", { .key = "ec:P-256", .constraints = "critical,CA:TRUE,pathlen:0" }, 0, 0, NULL },
	{ "twice", { .key = "ec:P-256", .constraints = CA, .constraints_again = "CA:FALSE" }, KA_PKI_BASIC_CONSTRAINTS,
	    0, LIKE_AWS "it has two such extensions" },
	{ "not what it should be", { .key = "ec:P-256", .constraints = "critical,DER:0500" }, KA_PKI_BASIC_CONSTRAINTS,
	    0, LIKE_AWS "its extension is malformed" },
	{ "a negative path length", { .key = "ec:P-256", .constraints = "DER:30060101ff0201ff" },
	    KA_PKI_BASIC_CONSTRAINTS, 0, LIKE_AWS "its path length is negative" },
	/* Self signature. */
	{ "its issuer's name, another's key", { .key = "ec:P-256", .signer = "ec:P-256#2", .constraints = CA },
	    KA_PKI_SELF_SIGNATURE, 0, "subject and issuer are both CN=Test CA, but" },
	{ "the same by RSA", { .key = "rsa:2048", .signer = "rsa:2048#2", .constraints = CA }, KA_PKI_SELF_SIGNATURE, 0,
	    "did not sign" },
	{ "an EC key, signed by RSA", { .key = "ec:P-256", .signer = "rsa:2048", .constraints = CA },
	    KA_PKI_SELF_SIGNATURE, 0, "did not sign" },
	{ "empty names, another's key", { .key = "ec:P-256", .signer = "rsa:2048", .subject = "", .constraints = CA },
	    KA_PKI_SELF_SIGNATURE, 0, "are both (empty)" },
	{ "an intermediate CA: who signed is not known here",
	    { .key = "ec:P-256", .signer = "rsa:2048", .issuer = "Root", .constraints = CA }, 0, 0, NULL },
};
#define NUM_ROWS (sizeof(rows) / sizeof(rows[0]))

static void
rules_say_which_and_what(void **state)
{
	(void)state;
	for (size_t i = 0; i < NUM_ROWS; i++) {
		const struct row *row = &rows[i];
		struct ka_pki_cert cert;
		char ca[KA_PKI_MESSAGE_LEN] = "", device[KA_PKI_MESSAGE_LEN] = "";
		const char *pem = make_cert_pem(&arena, &row->cert);

		assert_int_equal(ka_pki_read(&cert, ca, &arena, pem, strlen(pem)), KA_PKI_OK);
		enum ka_pki_fault as_ca = ka_pki_check_ca(ca, &cert, NOW * 1000 + 999, NULL);
		enum ka_pki_fault as_device = ka_pki_check_device(device, &cert, NOW * 1000, NULL);
		if (as_ca != row->ca || as_device != row->device)
			fail_msg("%s: CA %d (%s), device %d (%s)", row->what, (int)as_ca, ca, (int)as_device, device);
		const char *message = as_ca != KA_PKI_OK ? ca : device;
		if (row->says != NULL && strstr(message, row->says) == NULL)
			fail_msg("%s: %s", row->what, message);
		if (row->says == NULL)
			assert_string_equal(message, "");
		ka_arena_clear(&arena);
	}
}

/* One bit anywhere behind the names' start that is signed, or in the signature: the self signature no longer holds. */
static void
each_changed_bit_is_noticed(void **state)
{
	static const struct make_cert kinds[] = { { .key = "rsa:2048", .constraints = CA },
		{ .key = "ec:P-256", .constraints = CA }, { .key = "rsa:2048", .pss = true, .constraints = CA } };
	unsigned num_refused = 0, num_passed = 0;

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		struct ka_slice der = make_cert_der(&arena, &kinds[k]);
		uint8_t *bytes = (uint8_t *)ka_arena_text(&arena, der.data, der.len);
		for (size_t bit = 0; bit < der.len * 8; bit += 3) {
			struct ka_arena inner = { 0 };
			struct ka_pki_cert cert;
			char message[KA_PKI_MESSAGE_LEN];

			bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			if (ka_pki_read_der(&cert, message, &inner, (struct ka_slice){ bytes, der.len }) != KA_PKI_OK ||
			    memcmp(cert.subject_sha256, cert.issuer_sha256, 32) != 0 ||
			    ka_pki_check_ca(message, &cert, NOW * 1000, NULL) != KA_PKI_OK) {
				num_refused++;
			} else {
				num_passed++;
				print_error("kind %zu: bit %zu of byte %zu changed, and it was accepted\n", k, bit % 8,
				    bit / 8);
			}
			bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			ka_arena_clear(&inner);
		}
	}
	assert_int_equal(num_passed, 0);
	assert_true(num_refused > 3000);
}

/* The outer algorithm says SHA-384, the inner one, which is signed, SHA-256. */
static void
algorithms_inside_and_outside_are_the_same(void **state)
{
	struct ka_slice der = make_cert_der(&arena, &(struct make_cert){ .key = "rsa:2048", .constraints = CA });
	uint8_t *bytes = (uint8_t *)ka_arena_text(&arena, der.data, der.len);
	static const uint8_t oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b };
	struct ka_pki_cert cert;
	char message[KA_PKI_MESSAGE_LEN];
	size_t last = 0;

	(void)state;
	for (size_t i = 0; i + sizeof(oid) < der.len; i++) {
		if (memcmp(bytes + i, oid, sizeof(oid)) == 0)
			last = i;
	}
	bytes[last + sizeof(oid) - 1] = 0x0c;
	assert_int_equal(ka_pki_read_der(&cert, message, &arena, (struct ka_slice){ bytes, der.len }), KA_PKI_OK);
	assert_int_equal(ka_pki_check_ca(message, &cert, NOW * 1000, NULL), KA_PKI_SIGNATURE_ALGORITHM);
	assert_non_null(strstr(message, "inside"));
	assert_int_equal(ka_pki_check_device(message, &cert, NOW * 1000, NULL), KA_PKI_SIGNATURE_ALGORITHM);
}

/* The examples are CA certificates with known keys; which of them is weak is for the context to say. */
static void
weak_keys_are_refused_with_the_reason_code(void **state)
{
	static const char *const files[] = { "roca-ca.pem", "sound-ca.pem" };
	struct ka_ctx *ctx = ka_ctx_new();

	for (size_t i = 0; i < 2; i++) {
		char path[512], pem[16384], message[KA_PKI_MESSAGE_LEN] = "";
		struct ka_pki_cert cert;
		(void)snprintf(path, sizeof(path), "%s/%s", (const char *)*state, files[i]);
		FILE *file = fopen(path, "r");
		assert_non_null(file);
		size_t len = fread(pem, 1, sizeof(pem), file);
		(void)fclose(file);
		assert_int_equal(ka_pki_read(&cert, message, &arena, pem, len), KA_PKI_OK);
		int64_t now = (cert.object.not_before + 1) * 1000;
		assert_int_equal(ka_pki_check_ca(message, &cert, now, NULL), KA_PKI_OK);
		enum ka_pki_fault expected = i == 0 ? KA_PKI_WEAK_KEY : KA_PKI_OK;
		assert_int_equal(ka_pki_check_ca(message, &cert, now, ctx), expected);
		assert_int_equal(ka_pki_check_device(message, &cert, now, ctx), expected);
		if (i == 0)
			assert_int_equal(strncmp(message, "CERTIFICATE_KEY_VULNERABILITY_CVE-2017-15361: ", 46), 0);
	}
	ka_ctx_free(ctx);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(rules_say_which_and_what, tear_down),
		cmocka_unit_test_teardown(each_changed_bit_is_noticed, tear_down),
		cmocka_unit_test_teardown(algorithms_inside_and_outside_are_the_same, tear_down),
		cmocka_unit_test_prestate_setup_teardown(weak_keys_are_refused_with_the_reason_code, NULL, tear_down,
		    (void *)(uintptr_t)(argc > 1 ? argv[1] : ".")),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
