/* SPDX-License-Identifier: Apache-2.0 */
/* Who signed: proof of possession, issuers of device certificates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/asn1.h>

#include "server/pki/make_cert_test.h"
#include "server/pki/pki.h"

#define NOW INT64_C(1700000000)
#define CODE "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define WRONG "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdee"

static struct ka_arena arena;

static int
tear_down(void **state)
{
	(void)state;
	ka_arena_clear(&arena);
	return 0;
}

static void
read_made(struct ka_pki_cert *out, const struct make_cert *cert)
{
	char message[KA_PKI_MESSAGE_LEN];
	const char *pem = make_cert_pem(&arena, cert);

	assert_int_equal(ka_pki_read(out, message, &arena, pem, strlen(pem)), KA_PKI_OK);
}

static void
proof_of_possession(void **state)
{
	static const struct {
		const char *what;
		const char *ca_key;
		struct make_cert proof;
		enum ka_pki_fault fault;
		const char *says;
	} rows[] = {
		{ "as it should be", "ec:P-256",
		    { .key = "rsa:2048", .subject = CODE, .issuer = "My CA", .signer = "ec:P-256" }, KA_PKI_OK, "" },
		{ "RSA", "rsa:2048", { .key = "ec:P-256", .subject = CODE, .issuer = "My CA", .signer = "rsa:2048" },
		    KA_PKI_OK, "" },
		{ "RSASSA-PSS", "rsa:2048",
		    { .key = "ec:P-256", .subject = CODE, .issuer = "My CA", .signer = "rsa:2048", .pss = true },
		    KA_PKI_OK, "" },
		{ "a short key of its own does not matter", "ec:P-256",
		    { .key = "rsa:1024", .subject = CODE, .issuer = "My CA", .signer = "ec:P-256" }, KA_PKI_OK, "" },
		{ "signed by its own key", "ec:P-256", { .key = "ec:P-256#2", .subject = CODE, .issuer = "My CA" },
		    KA_PKI_PROOF, "is not signed by the key of its issuer CN=My CA" },
		{ "signed by an RSA key", "ec:P-256",
		    { .key = "ec:P-256#2", .subject = CODE, .issuer = "My CA", .signer = "rsa:2048" }, KA_PKI_PROOF,
		    "not signed" },
		{ "another issuer", "ec:P-256",
		    { .key = "rsa:2048", .subject = CODE, .issuer = "Other CA", .signer = "ec:P-256" }, KA_PKI_PROOF,
		    "names CN=Other CA as its issuer, but the CA is CN=My CA" },
		{ "SHA-1 proves nothing", "rsa:2048",
		    { .key = "rsa:2048", .subject = CODE, .issuer = "My CA", .signer = "rsa:2048", .digest = "SHA1" },
		    KA_PKI_SIGNATURE_ALGORITHM, "sha1WithRSAEncryption" },
		{ "expired", "ec:P-256",
		    { .key = "rsa:2048",
			.subject = CODE,
			.issuer = "My CA",
			.signer = "ec:P-256",
			.not_after = NOW - 1 },
		    KA_PKI_VALIDITY, "the verification certificate is expired" },
		{ "not yet valid", "ec:P-256",
		    { .key = "rsa:2048",
			.subject = CODE,
			.issuer = "My CA",
			.signer = "ec:P-256",
			.not_before = NOW + 1 },
		    KA_PKI_VALIDITY, "the verification certificate is not yet valid" },
		{ "another code", "ec:P-256",
		    { .key = "rsa:2048", .subject = WRONG, .issuer = "My CA", .signer = "ec:P-256" }, KA_PKI_CODE,
		    "its subject is CN=" WRONG },
		{ "no common name", "ec:P-256",
		    { .key = "rsa:2048", .subject = "", .issuer = "My CA", .signer = "ec:P-256" }, KA_PKI_CODE,
		    "its subject is (empty)" },
		{ "two common names", "ec:P-256",
		    { .key = "rsa:2048", .subject = CODE, .also = WRONG, .issuer = "My CA", .signer = "ec:P-256" },
		    KA_PKI_CODE, "must be" },
		{ "the code and more", "ec:P-256",
		    { .key = "rsa:2048", .subject = CODE "0", .issuer = "My CA", .signer = "ec:P-256" }, KA_PKI_CODE,
		    "must be" },
		{ "as a PrintableString", "ec:P-256",
		    { .key = "rsa:2048",
			.subject = CODE,
			.subject_type = V_ASN1_PRINTABLESTRING,
			.issuer = "My CA",
			.signer = "ec:P-256" },
		    KA_PKI_OK, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_pki_cert ca, proof;
		char message[KA_PKI_MESSAGE_LEN] = "";

		read_made(
		    &ca, &(struct make_cert){ .key = rows[i].ca_key, .subject = "My CA", .constraints = "CA:TRUE" });
		read_made(&proof, &rows[i].proof);
		enum ka_pki_fault fault = ka_pki_check_proof(message, &proof, &ca, CODE, NOW * 1000);
		if (fault != rows[i].fault || strstr(message, rows[i].says) == NULL)
			fail_msg("%s: %d: %s", rows[i].what, (int)fault, message);
	}
}

static void
issuers(void **state)
{
	static const char *const keys[] = { "rsa:2048", "rsa-pss:2048", "ec:P-256", "ec:P-384", "ec:P-521",
		"ec:secp256k1", "dsa:2048" };
	const size_t num = sizeof(keys) / sizeof(keys[0]);

	(void)state;
	for (size_t i = 0; i < num; i++) {
		struct ka_pki_cert device;
		char message[KA_PKI_MESSAGE_LEN] = "";

		read_made(&device,
		    &(struct make_cert){
			.key = "ec:P-256#3", .subject = "thing", .issuer = "My CA", .signer = keys[i], .pss = i == 1 });
		for (size_t k = 0; k < num; k++) {
			struct ka_slice ca = make_cert_der(&arena,
			    &(struct make_cert){
				.key = keys[k], .subject = "My CA", .constraints = "CA:TRUE", .pss = k == 1 });
			enum ka_pki_fault fault = ka_pki_check_issuer(message, &device, ca);
			if (fault != (i == k ? KA_PKI_OK : KA_PKI_ISSUER))
				fail_msg("signed by %s, checked with %s: %d", keys[i], keys[k], (int)fault);
		}
		struct ka_slice other = make_cert_der(&arena,
		    &(struct make_cert){
			.key = keys[i], .subject = "Your CA", .constraints = "CA:TRUE", .pss = i == 1 });
		assert_int_equal(ka_pki_check_issuer(message, &device, other), KA_PKI_ISSUER);
		assert_non_null(strstr(message, "names CN=My CA as its issuer, but the CA is CN=Your CA"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(proof_of_possession, tear_down),
		cmocka_unit_test_teardown(issuers, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
