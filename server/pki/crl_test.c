/* SPDX-License-Identifier: Apache-2.0 */
/* The internal CA's list of revoked certificates, read by libcrypto: each number of entries at which a length in it takes another byte,
 * what cannot be added, what cannot be written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "common/buf.h"
#include "server/pki/ca.h"
#include "server/pki/make_cert_test.h"
#include "server/sigv4/auth.h"

#define NOW INT64_C(1700000000000)
#define DAY INT64_C(86400000)

static struct ka_arena arena;
static struct ka_auth *auth;
static struct ka_pki *pki;
static struct ka_slice cert;
static char dir[64], message[KA_PKI_MESSAGE_LEN];

static int
set_up(void **state)
{
	static const uint8_t key[KA_SECRET_KEY_LEN] = "a key for tests";

	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/keyassay-crl.XXXXXX");
	assert_non_null(mkdtemp(dir));
	auth = ka_auth_new(key, NULL);
	assert_true(ka_pki_create(message, auth, dir));
	pki = ka_pki_load(message, auth, dir);
	assert_non_null(pki);
	struct ka_pki_cert made;
	const char *pem = make_cert_pem(&arena, &(struct make_cert){ .key = "ec:P-256", .subject = "thing" });
	assert_int_equal(ka_pki_read(&made, message, &arena, pem, strlen(pem)), KA_PKI_OK);
	cert = made.der;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	ka_pki_free(pki);
	ka_auth_free(auth);
	(void)unlink(ka_arena_format(&arena, "%s/ca.pem", dir));
	(void)unlink(ka_arena_format(&arena, "%s/ca.key.sealed", dir));
	assert_int_equal(rmdir(dir), 0);
	ka_arena_clear(&arena);
	return 0;
}

static bool
put(void *arg, const void *bytes, size_t len)
{
	ka_buf_put(arg, bytes, len);
	return true;
}

static X509_CRL *
make(unsigned num)
{
	struct ka_pki_crl *crl = ka_pki_crl_new(message, pki);
	struct ka_buf text = { 0 };

	assert_non_null(crl);
	for (unsigned i = 0; i < num; i++)
		assert_true(ka_pki_crl_add(crl, message, cert, NOW - i * 1000, i % 2 == 1));
	assert_int_equal(ka_pki_crl_num(crl), num);
	assert_true(ka_pki_crl_write(crl, message, NOW, NOW + 7 * DAY, put, &text));
	ka_pki_crl_free(crl);
	BIO *bio = BIO_new_mem_buf(text.data, (int)text.len);
	X509_CRL *list = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL);
	assert_non_null(list);
	assert_int_equal(BIO_pending(bio), 0); /* nothing behind it */
	BIO_free(bio);
	ka_buf_clear(&text);
	return list;
}

/* An entry takes 35 bytes, on hold 49: 3, 6, 1600 and so on are where lengths of DER change their form. */
static void
lists_of_any_length(void **state)
{
	static const unsigned numbers[] = { 0, 1, 2, 3, 4, 5, 6, 7, 1200, 1400, 1500, 1550, 1600, 1700, 5000 };

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		X509_CRL *list = make(numbers[i]);
		const ASN1_INTEGER *number = X509_CRL_get_ext_d2i(list, NID_crl_number, NULL, NULL);
		int64_t value;

		assert_int_equal(X509_CRL_verify(list, pki->key), 1);
		assert_int_equal(X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(pki->cert)), 0);
		assert_int_equal(sk_X509_REVOKED_num(X509_CRL_get_REVOKED(list)), numbers[i] == 0 ? -1 : (int)numbers[i]);
		assert_true(ASN1_INTEGER_get_int64(&value, number) == 1 && value == NOW);
		ASN1_INTEGER_free((ASN1_INTEGER *)(uintptr_t)number);
		assert_int_equal(ASN1_TIME_cmp_time_t(X509_CRL_get0_lastUpdate(list), NOW / 1000), 0);
		assert_int_equal(ASN1_TIME_cmp_time_t(X509_CRL_get0_nextUpdate(list), (NOW + 7 * DAY) / 1000), 0);
		X509_CRL_free(list);
	}
}

static void
entries(void **state)
{
	X509_CRL *list = make(2);
	const unsigned char *at = cert.data;
	X509 *parsed = d2i_X509(NULL, &at, (long)cert.len);

	(void)state;
	for (int i = 0; i < 2; i++) {
		X509_REVOKED *entry = sk_X509_REVOKED_value(X509_CRL_get_REVOKED(list), i);
		ASN1_ENUMERATED *reason = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);

		assert_int_equal(
		    ASN1_INTEGER_cmp(X509_REVOKED_get0_serialNumber(entry), X509_get0_serialNumber(parsed)), 0);
		assert_int_equal(ASN1_TIME_cmp_time_t(X509_REVOKED_get0_revocationDate(entry), NOW / 1000 - i), 0);
		if (i == 0)
			assert_null(reason);
		else
			assert_int_equal(ASN1_ENUMERATED_get(reason), CRL_REASON_CERTIFICATE_HOLD);
		ASN1_ENUMERATED_free(reason);
	}
	X509_free(parsed);
	X509_CRL_free(list);
}

static void
what_is_no_certificate_is_refused(void **state)
{
	struct ka_pki_crl *crl = ka_pki_crl_new(message, pki);

	(void)state;
	assert_non_null(crl);
	assert_false(ka_pki_crl_add(crl, message, (struct ka_slice){ cert.data, cert.len - 1 }, NOW, false));
	assert_non_null(strstr(message, "does not parse"));
	assert_false(ka_pki_crl_add(crl, message, (struct ka_slice){ (const uint8_t *)"", 0 }, NOW, false));
	assert_int_equal(ka_pki_crl_num(crl), 0);
	ka_pki_crl_free(crl);
	ka_pki_crl_free(NULL);
}

struct limit {
	unsigned left;
};

static bool
put_some(void *arg, const void *bytes, size_t len)
{
	struct limit *limit = arg;

	(void)bytes;
	(void)len;
	return limit->left-- > 0;
}

static void
a_full_disk_is_said(void **state)
{
	struct ka_pki_crl *crl = ka_pki_crl_new(message, pki);
	unsigned num = 0;

	(void)state;
	assert_non_null(crl);
	for (unsigned i = 0; i < 500; i++)
		assert_true(ka_pki_crl_add(crl, message, cert, NOW, true));
	for (;; num++) {
		struct limit limit = { num };

		message[0] = '\0';
		if (ka_pki_crl_write(crl, message, NOW, NOW + DAY, put_some, &limit))
			break;
		assert_non_null(strstr(message, "cannot be made"));
	}
	assert_true(num > 5);
	ka_pki_crl_free(crl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lists_of_any_length, set_up, tear_down),
		cmocka_unit_test_setup_teardown(entries, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_certificate_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_full_disk_is_said, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
