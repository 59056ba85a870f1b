/* SPDX-License-Identifier: Apache-2.0 */
/* Exactly one certificate: what counts as one, what is said of all else; NUL in names; identity. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/asn1.h>
#include <openssl/sha.h>

#include "server/pki/internal.h"
#include "server/pki/make_cert_test.h"

static struct ka_arena arena;

static int
tear_down(void **state)
{
	(void)state;
	ka_arena_clear(&arena);
	return 0;
}

static const struct make_cert plain = { .key = "ec:P-256", .constraints = "critical,CA:TRUE" };

static void
assert_read(const char *pem, enum ka_pki_fault expected, const char *says)
{
	struct ka_pki_cert cert;
	char message[KA_PKI_MESSAGE_LEN] = "";

	enum ka_pki_fault fault = ka_pki_read(&cert, message, &arena, pem, strlen(pem));
	if (fault != expected || strstr(message, says) == NULL)
		fail_msg("%d: %s, not %s", (int)fault, message, says);
}

static void
exactly_one_certificate(void **state)
{
	const char *pem = make_cert_pem(&arena, &plain), *other = make_cert_pem(&arena, &plain);

	(void)state;
	assert_read(pem, KA_PKI_OK, "");
	assert_read(ka_arena_format(&arena, "Certificate:\n  Data: of my CA\n%stext behind it\n", pem), KA_PKI_OK, "");
	assert_read(ka_arena_format(&arena, "\r\n\r\n%s", pem), KA_PKI_OK, "");
	assert_read(ka_arena_format(&arena, "%s%s", pem, other), KA_PKI_FORMAT, "more than one certificate");
	assert_read(ka_arena_format(&arena, "%s%s", pem, pem), KA_PKI_FORMAT, "more than one certificate");
	assert_read(
	    ka_arena_format(&arena, "%s%s", pem, make_key_pem(&arena, "ec:P-256")), KA_PKI_FORMAT, "private_key");
	assert_read(
	    ka_arena_format(&arena, "%s%s", make_key_pem(&arena, "ec:P-256"), pem), KA_PKI_FORMAT, "private_key");
	assert_read(
	    make_request_pem(&arena, &plain), KA_PKI_FORMAT, "certificate_request where exactly one certificate");
	assert_read("", KA_PKI_FORMAT, "no PEM certificate");
	assert_read("hello", KA_PKI_FORMAT, "no PEM certificate");
	assert_read("-----BEGIN CERTIFICATE-----\n", KA_PKI_FORMAT, "pem.no-end");
	assert_read("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", KA_PKI_FORMAT, "pem.empty");
	assert_read("-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n", KA_PKI_FORMAT,
	    "der.truncated) at byte 0 of the decoded");
	assert_read("-----BEGIN CERTIFICATE-----\nM*==\n-----END CERTIFICATE-----\n", KA_PKI_FORMAT,
	    "pem.base64) at byte 29 of the PEM");
	assert_read("-----BEGIN NONSENSE-----\nMAA=\n-----END NONSENSE-----\n", KA_PKI_FORMAT, "pem.label-unknown");
}

static void
der_is_read_and_copied(void **state)
{
	struct ka_slice der = make_cert_der(&arena, &plain);
	struct ka_pki_cert cert, from_pem;
	char message[KA_PKI_MESSAGE_LEN];
	uint8_t sum[32];

	(void)state;
	assert_int_equal(ka_pki_read_der(&cert, message, &arena, der), KA_PKI_OK);
	assert_ptr_not_equal(cert.der.data, der.data);
	assert_true(ka_pki_same(cert.der, der));
	const char *pem = make_der_pem(&arena, "CERTIFICATE", der);
	assert_int_equal(ka_pki_read(&from_pem, message, &arena, pem, strlen(pem)), KA_PKI_OK);
	assert_string_equal(from_pem.id, cert.id);
	assert_memory_equal(from_pem.spki_sha256, cert.spki_sha256, 32);
	assert_memory_equal(cert.subject_sha256, cert.issuer_sha256, 32);
	(void)SHA256(der.data, der.len, sum);
	for (size_t i = 0; i < 32; i++) {
		char hex[3] = { cert.id[2 * i], cert.id[2 * i + 1], 0 };
		assert_int_equal(strtoul(hex, NULL, 16), sum[i]);
	}
	(void)SHA256(cert.object.subject.data, cert.object.subject.len, sum);
	assert_memory_equal(cert.subject_sha256, sum, 32);
	(void)SHA256(cert.object.key.spki.data, cert.object.key.spki.len, sum);
	assert_memory_equal(cert.spki_sha256, sum, 32);
	for (size_t len = 0; len < der.len; len++)
		assert_int_equal(
		    ka_pki_read_der(&cert, message, &arena, (struct ka_slice){ der.data, len }), KA_PKI_FORMAT);
	assert_non_null(strstr(message, "der.truncated"));
}

static void
nul_in_names_is_refused(void **state)
{
	static const struct {
		struct make_cert cert;
		enum ka_pki_fault fault;
		const char *says;
	} rows[] = {
		{ { .key = "ec:P-256", .subject = "bank.example\0.evil.example", .subject_len = 26 }, KA_PKI_FORMAT,
		    "subject has a NUL character in it: CN=bank.example\\00.evil.example" },
		{ { .key = "ec:P-256", .subject = "\0", .subject_len = 1 }, KA_PKI_FORMAT, "NUL" },
		{ { .key = "ec:P-256", .subject = "a\0", .subject_len = 2, .subject_type = V_ASN1_IA5STRING },
		    KA_PKI_FORMAT, "NUL" },
		{ { .key = "ec:P-256", .subject = "\0a\0\0\0b", .subject_len = 6, .subject_type = V_ASN1_BMPSTRING },
		    KA_PKI_FORMAT, "NUL" },
		{ { .key = "ec:P-256", .subject = "\0a\1\0\0b", .subject_len = 6, .subject_type = V_ASN1_BMPSTRING },
		    KA_PKI_OK, "" },
		{ { .key = "ec:P-256", .subject = "\0\0\0a", .subject_len = 4, .subject_type = V_ASN1_UNIVERSALSTRING },
		    KA_PKI_OK, "" },
		{ { .key = "ec:P-256", .subject = "fine \xc3\xa9\xe4\xb8\xad\xf0\x9f\x94\x91" }, KA_PKI_OK, "" },
		{ { .key = "ec:P-256", .subject = "fine", .also = "too" }, KA_PKI_OK, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_read(make_cert_pem(&arena, &rows[i].cert), rows[i].fault, rows[i].says);
	/* A name of the issuer only. */
	struct ka_slice der =
	    make_cert_der(&arena, &(struct make_cert){ .key = "ec:P-256", .subject = "S", .issuer = "Xissuer" });
	uint8_t *bytes = (uint8_t *)ka_arena_text(&arena, der.data, der.len);
	*(uint8_t *)memmem(bytes, der.len, "Xissuer", 7) = 0;
	assert_read(make_der_pem(&arena, "CERTIFICATE", (struct ka_slice){ bytes, der.len }), KA_PKI_FORMAT,
	    "issuer has a NUL");
}

static void
common_names(void **state)
{
	static const struct {
		struct make_cert cert;
		const char *name;
	} rows[] = {
		{ { .key = "ec:P-256", .subject = "abc" }, "abc" },
		{ { .key = "ec:P-256", .subject = "" }, NULL },
		{ { .key = "ec:P-256", .subject = "abc", .also = "abc" }, NULL },
		{ { .key = "ec:P-256", .subject = "\0a\0b", .subject_len = 4, .subject_type = V_ASN1_BMPSTRING },
		    "ab" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_object object;
		assert_int_equal(ka_certificate_read(&object, NULL, make_cert_der(&arena, &rows[i].cert)), KA_OK);
		const char *name = ka_pki_common_name(&arena, object.subject);
		if (rows[i].name == NULL)
			assert_null(name);
		else
			assert_string_equal(name, rows[i].name);
	}
}

static void
long_names_are_cut_in_messages(void **state)
{
	char subject[65], text[KA_PKI_NAME_LEN];
	struct ka_object object;

	(void)state;
	memset(subject, '<', 64);
	subject[64] = '\0';
	assert_int_equal(
	    ka_certificate_read(&object, NULL,
		make_cert_der(&arena, &(struct make_cert){ .key = "ec:P-256", .subject = subject, .also = subject })),
	    KA_OK);
	(void)ka_pki_name_text(text, object.subject);
	assert_true(strlen(text) < sizeof(text));
	assert_string_equal(text + strlen(text) - 3, "...");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(exactly_one_certificate, tear_down),
		cmocka_unit_test_teardown(der_is_read_and_copied, tear_down),
		cmocka_unit_test_teardown(nul_in_names_is_refused, tear_down),
		cmocka_unit_test_teardown(common_names, tear_down),
		cmocka_unit_test_teardown(long_names_are_cut_in_messages, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
