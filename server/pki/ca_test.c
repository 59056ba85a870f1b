/* SPDX-License-Identifier: Apache-2.0 */
/* The internal CA: made, kept, damaged; what it signs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "server/pki/ca.h"
#include "server/pki/make_cert_test.h"
#include "server/sigv4/auth.h"

#define NOW INT64_C(1700000000000)

static struct ka_arena arena;
static struct ka_auth *auth;
static char dir[64], message[KA_PKI_MESSAGE_LEN];

static const char *
in_dir(const char *name)
{
	return ka_arena_format(&arena, "%s/%s", dir, name);
}

static int
set_up(void **state)
{
	static const uint8_t key[KA_SECRET_KEY_LEN] = "a key for tests";

	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/keyassay-ca.XXXXXX");
	assert_non_null(mkdtemp(dir));
	auth = ka_auth_new(key, NULL);
	message[0] = '\0';
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	ka_auth_free(auth);
	(void)unlink(in_dir("ca.pem"));
	(void)unlink(in_dir("ca.key.sealed"));
	assert_int_equal(rmdir(dir), 0); /* nothing else is left behind */
	ka_arena_clear(&arena);
	return 0;
}

static struct ka_slice
read_file(const char *name)
{
	uint8_t *data = ka_arena_take(&arena, 65536);
	FILE *file = fopen(in_dir(name), "rb");

	assert_non_null(file);
	size_t len = fread(data, 1, 65536, file);
	(void)fclose(file);
	return (struct ka_slice){ data, len };
}

static void
write_file(const char *name, struct ka_slice bytes)
{
	FILE *file = fopen(in_dir(name), "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes.data, 1, bytes.len, file), bytes.len);
	assert_int_equal(fclose(file), 0);
}

static struct ka_pki *
load(void)
{
	struct ka_pki *pki = ka_pki_load(message, auth, dir);

	if (pki == NULL)
		fail_msg("%s", message);
	return pki;
}

static void
made_once_and_kept(void **state)
{
	struct ka_pki_cert cert;
	struct stat st;

	(void)state;
	assert_null(ka_pki_load(message, auth, dir));
	assert_non_null(strstr(message, "ca.pem"));
	assert_true(ka_pki_create(message, auth, dir));
	assert_int_equal(stat(in_dir("ca.key.sealed"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	struct ka_slice pem = read_file("ca.pem");
	assert_int_equal(ka_pki_read(&cert, message, &arena, (const char *)pem.data, pem.len), KA_PKI_OK);
	assert_int_equal(ka_pki_check_ca(message, &cert, cert.object.not_before * 1000, NULL), KA_PKI_OK);
	assert_int_equal(cert.object.key.curve, KA_CURVE_SECP256R1);
	assert_int_equal(cert.object.not_after, INT64_C(2524607999));
	struct ka_pki *pki = load();
	assert_string_equal(ka_pki_id(pki), cert.id);
	ka_pki_free(pki);
	/* A second init does not take the first one's CA away. */
	assert_false(ka_pki_create(message, auth, dir));
	assert_non_null(strstr(message, "is there already"));
	assert_true(ka_pki_same(read_file("ca.pem"), pem));
	ka_pki_free(load());
}

static void
a_crash_in_between_is_made_good(void **state)
{
	(void)state;
	assert_true(ka_pki_create(message, auth, dir));
	assert_int_equal(unlink(in_dir("ca.pem")), 0);
	assert_true(ka_pki_create(message, auth, dir));
	ka_pki_free(load());
}

static void
damage_is_noticed(void **state)
{
	static const uint8_t other_key[KA_SECRET_KEY_LEN] = "another key";

	(void)state;
	assert_true(ka_pki_create(message, auth, dir));
	struct ka_slice pem = read_file("ca.pem"), sealed = read_file("ca.key.sealed");
	/* Nothing of the key is readable. */
	assert_null(memmem(sealed.data, sealed.len, "\x2a\x86\x48\xce\x3d", 5));
	for (size_t i = 0; i < sealed.len; i += 7) {
		uint8_t *copy = (uint8_t *)ka_arena_text(&arena, sealed.data, sealed.len);
		copy[i] ^= 1;
		write_file("ca.key.sealed", (struct ka_slice){ copy, sealed.len });
		assert_null(ka_pki_load(message, auth, dir));
		assert_non_null(strstr(message, "ca.key.sealed does not open"));
	}
	write_file("ca.key.sealed", (struct ka_slice){ sealed.data, sealed.len / 2 });
	assert_null(ka_pki_load(message, auth, dir));
	write_file("ca.key.sealed", (struct ka_slice){ sealed.data, 0 });
	assert_null(ka_pki_load(message, auth, dir));
	write_file("ca.key.sealed", sealed);
	write_file("ca.pem", (struct ka_slice){ pem.data, pem.len / 2 });
	assert_null(ka_pki_load(message, auth, dir));
	assert_non_null(strstr(message, "ca.pem: the certificate cannot be read"));
	const char *stranger =
	    make_cert_pem(&arena, &(struct make_cert){ .key = "ec:P-256", .constraints = "CA:TRUE" });
	write_file("ca.pem", (struct ka_slice){ (const uint8_t *)stranger, strlen(stranger) });
	assert_null(ka_pki_load(message, auth, dir));
	assert_non_null(strstr(message, "is not the key of ca.pem"));
	write_file("ca.pem", pem);
	struct ka_auth *other = ka_auth_new(other_key, NULL);
	assert_null(ka_pki_load(message, other, dir));
	assert_non_null(strstr(message, "secret.key is not the one"));
	ka_auth_free(other);
	ka_pki_free(load());
	assert_null(ka_pki_load(message, auth, in_dir("nowhere")));
	assert_non_null(strstr(message, "nowhere"));
	assert_false(ka_pki_create(message, auth, in_dir("nowhere")));
}

static void
what_it_signs(void **state)
{
	struct ka_pki_cert first, second;
	const char *public_pem, *private_pem;
	char name[64];

	(void)state;
	assert_true(ka_pki_create(message, auth, dir));
	struct ka_pki *pki = load();
	struct ka_slice pem = read_file("ca.pem");
	struct ka_pki_cert ca;
	assert_int_equal(ka_pki_read(&ca, message, &arena, (const char *)pem.data, pem.len), KA_PKI_OK);

	const char *csr =
	    make_request_pem(&arena, &(struct make_cert){ .key = "ec:P-384", .subject = "whatever it says" });
	assert_int_equal(ka_pki_issue(&first, message, &arena, pki, csr, strlen(csr), NOW, NULL), KA_PKI_OK);
	assert_int_equal(ka_pki_issue(&second, message, &arena, pki, csr, strlen(csr), NOW, NULL), KA_PKI_OK);
	assert_string_not_equal(first.id, second.id);
	assert_memory_equal(first.spki_sha256, second.spki_sha256, 32);
	assert_int_equal(ka_pki_check_issuer(message, &first, ca.der), KA_PKI_OK);
	assert_int_equal(ka_pki_check_device(message, &first, NOW, NULL), KA_PKI_OK);
	assert_int_equal(ka_pki_check_ca(message, &first, NOW, NULL), KA_PKI_BASIC_CONSTRAINTS);
	(void)ka_name_text(name, sizeof(name), first.object.subject);
	assert_string_equal(name, "CN=AWS IoT Certificate");
	assert_int_equal(first.object.version, 3);
	assert_int_equal(first.object.not_before, NOW / 1000 - 120);
	assert_int_equal(first.object.not_after, INT64_C(2524607999));
	assert_int_equal(first.object.serial.len, 16);
	assert_true(first.object.serial.data[0] < 0x80);

	assert_int_equal(ka_pki_make_pair(&first, &public_pem, &private_pem, message, &arena, pki, NOW), KA_PKI_OK);
	assert_int_equal(first.object.key.bits, 2048);
	assert_int_equal(ka_pki_check_issuer(message, &first, ca.der), KA_PKI_OK);
	struct ka_object object;
	assert_int_equal(
	    ka_pki_read_one(&object, message, &arena, private_pem, strlen(private_pem), KA_OBJECT_PRIVATE_KEY, "key"),
	    KA_PKI_OK);
	assert_true(ka_pki_same(object.key.modulus, first.object.key.modulus));
	assert_int_equal(
	    ka_pki_read_one(&object, message, &arena, public_pem, strlen(public_pem), KA_OBJECT_PUBLIC_KEY, "key"),
	    KA_PKI_OK);
	assert_true(ka_pki_same(object.key.modulus, first.object.key.modulus));
	ka_pki_free(pki);
}

/* A request with the key of the example, which nobody has: it cannot be signed by it, and that is not what it is
 * refused for. */
static void
weak_keys_are_not_signed(void **state)
{
	char pem[8192] = "";
	struct ka_pki_cert roca, out;
	FILE *file = fopen(*state, "r");

	assert_non_null(file);
	size_t len = fread(pem, 1, sizeof(pem), file);
	(void)fclose(file);
	assert_int_equal(ka_pki_read(&roca, message, &arena, pem, len), KA_PKI_OK);
	/* The request of another key, of the same length, with this modulus in it. */
	const char *csr = make_request_pem(&arena, &(struct make_cert){ .key = "rsa:2048", .subject = "x" });
	struct ka_object object;
	assert_int_equal(
	    ka_pki_read_one(&object, message, &arena, csr, strlen(csr), KA_OBJECT_CERTIFICATE_REQUEST, "request"),
	    KA_PKI_OK);
	assert_int_equal(object.key.modulus.len, roca.object.key.modulus.len);
	uint8_t *der = (uint8_t *)ka_arena_text(&arena, object.der.data, object.der.len);
	memcpy(der + (object.key.modulus.data - object.der.data), roca.object.key.modulus.data,
	    roca.object.key.modulus.len);
	csr = make_der_pem(&arena, "CERTIFICATE REQUEST", (struct ka_slice){ der, object.der.len });
	assert_true(ka_pki_create(message, auth, dir));
	struct ka_pki *pki = load();
	struct ka_ctx *ctx = ka_ctx_new();
	assert_int_equal(ka_pki_issue(&out, message, &arena, pki, csr, strlen(csr), NOW, ctx), KA_PKI_WEAK_KEY);
	assert_int_equal(strncmp(message, "CERTIFICATE_KEY_VULNERABILITY_CVE-2017-15361: ", 46), 0);
	assert_int_equal(ka_pki_issue(&out, message, &arena, pki, csr, strlen(csr), NOW, NULL), KA_PKI_REQUEST);
	assert_string_equal(message, "the request is not signed by its own key");
	ka_ctx_free(ctx);
	ka_pki_free(pki);
}

int
main(int argc, char **argv)
{
	void *roca = (void *)(uintptr_t)(argc > 1 ? argv[1] : "examples/roca-ca.pem");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(made_once_and_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_crash_in_between_is_made_good, set_up, tear_down),
		cmocka_unit_test_setup_teardown(damage_is_noticed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_it_signs, set_up, tear_down),
		cmocka_unit_test_prestate_setup_teardown(weak_keys_are_not_signed, set_up, tear_down, roca),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
