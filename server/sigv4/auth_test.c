/* SPDX-License-Identifier: Apache-2.0 */
/* secret.key, sealed secrets, page tokens, and the primitives under them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "server/sigv4/internal.h"

static const uint8_t secret_key[KA_SECRET_KEY_LEN] = "0123456789abcdef0123456789abcde";

static struct ka_slice
slice_of(const char *text)
{
	return (struct ka_slice){ (const uint8_t *)text, strlen(text) };
}

/* RFC 5869 2.2 and 2.3 written out for one block, without salt: 32 zero bytes. */
static void
test_derive(void **state)
{
	struct ka_crypto *crypto = ka_crypto_new();
	const uint8_t zeros[32] = { 0 };
	uint8_t pseudorandom[32], expected[32], derived[32];
	const struct ka_slice input = { secret_key, 32 };
	const struct ka_slice parts[] = { slice_of("some purpose"), { (const uint8_t *)"\x01", 1 } };

	(void)state;
	ka_crypto_hmac(pseudorandom, crypto, zeros, sizeof(zeros), &input, 1);
	ka_crypto_hmac(expected, crypto, pseudorandom, sizeof(pseudorandom), parts, 2);
	ka_crypto_derive(derived, secret_key, "some purpose");
	assert_memory_equal(derived, expected, 32);
	ka_crypto_derive(derived, secret_key, "other purpose");
	assert_memory_not_equal(derived, expected, 32);
	ka_crypto_free(crypto);
}

/* The GCM specification's test case 14 in its words: AES-256, key and nonce zero, one block of zeros. */
static void
test_open_known(void **state)
{
	struct ka_crypto *crypto = ka_crypto_new();
	const uint8_t key[32] = { 0 }, zeros[16] = { 0 };
	static const uint8_t sealed[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xce, 0xa7, 0x40, 0x3d, 0x4d, 0x60, 0x6b,
		0x6e, 0x07, 0x4e, 0xc5, 0xd3, 0xba, 0xf3, 0x9d, 0x18, 0xd0, 0xd1, 0xc8, 0xa7, 0x99, 0x99, 0x6b, 0xf0,
		0x26, 0x5b, 0x98, 0xb5, 0xd4, 0x8a, 0xb9, 0x19 };
	uint8_t plain[sizeof(sealed)];
	size_t len;

	(void)state;
	assert_true(ka_crypto_open(
	    plain, &len, crypto, key, (struct ka_slice){ sealed, sizeof(sealed) }, (struct ka_slice){ 0 }));
	assert_int_equal(len, 16);
	assert_memory_equal(plain, zeros, 16);
	ka_crypto_free(crypto);
}

static void
test_base64(void **state)
{
	static const char *const bad[] = { "", "A", "AA", "AAA", "AAAA=", "====", "A===", "AB==", "AAB=", "AA=A",
		"AA A", " AAAA", "AAAA ", "AAA\n", "AAAAAAAA====", "AA==AAAA", "-_-_", "AAA\xff" };
	uint8_t bytes[64], again[64];
	char text[100];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (ka_crypto_base64_read(bytes, &len, bad[i], strlen(bad[i])))
			fail_msg("decoded: \"%s\"", bad[i]);
	for (size_t num = 1; num < 48; num++) {
		ka_crypto_random(bytes, num);
		ka_crypto_base64(text, (struct ka_slice){ bytes, num });
		assert_true(ka_crypto_base64_read(again, &len, text, strlen(text)));
		assert_int_equal(len, num);
		assert_memory_equal(again, bytes, num);
	}
}

static void
test_page_tokens(void **state)
{
	struct ka_auth *auth = ka_auth_new(secret_key, NULL);
	struct ka_arena arena = { 0 };
	struct ka_slice bytes;

	(void)state;
	for (size_t len = 0; len < 40; len++) {
		const uint8_t value[40] = "0123456789012345678901234567890123456789";
		const char *token =
		    ka_auth_token_seal(&arena, auth, (struct ka_slice){ value, len }, "ListCertificates");

		/* The model's pattern for markers: [A-Za-z0-9+/]+={0,2}. */
		size_t body = strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
		assert_true(body > 0 && body + strspn(token + body, "=") == strlen(token) && strlen(token + body) <= 2);
		assert_true(ka_auth_token_open(&bytes, &arena, auth, token, "ListCertificates"));
		assert_int_equal(bytes.len, len);
		assert_memory_equal(bytes.data, value, len);
		assert_false(ka_auth_token_open(&bytes, &arena, auth, token, "ListCACertificates"));
		assert_false(ka_auth_token_open(&bytes, &arena, auth, token, "ListCertificates "));
		for (size_t i = 0; i < strlen(token); i++) {
			char *other = ka_arena_string(&arena, token);

			other[i] = other[i] == 'A' ? 'B' : 'A';
			assert_false(ka_auth_token_open(&bytes, &arena, auth, other, "ListCertificates"));
			other[i] = '\0';
			assert_false(ka_auth_token_open(&bytes, &arena, auth, other, "ListCertificates"));
		}
	}
	ka_auth_free(auth);
	const uint8_t other_key[KA_SECRET_KEY_LEN] = { 0 };
	auth = ka_auth_new(secret_key, NULL);
	struct ka_auth *other = ka_auth_new(other_key, NULL);
	const char *token = ka_auth_token_seal(&arena, other, slice_of("x"), "c");
	assert_true(ka_auth_token_open(&bytes, &arena, other, token, "c"));
	assert_false(ka_auth_token_open(&bytes, &arena, auth, token, "c"));
	/* Where the context ends and the bytes begin is part of what is authenticated. */
	uint8_t shifted[64];
	char text[100];
	size_t len;
	token = ka_auth_token_seal(&arena, auth, slice_of("bX"), "a");
	assert_true(ka_crypto_base64_read(shifted, &len, token, strlen(token)));
	ka_crypto_base64(text, (struct ka_slice){ shifted + 1, len - 1 });
	assert_false(ka_auth_token_open(&bytes, &arena, auth, text, "ab"));
	ka_auth_free(other);
	ka_auth_free(auth);
	ka_arena_clear(&arena);
}

static void
test_sealed_files(void **state)
{
	struct ka_auth *auth = ka_auth_new(secret_key, NULL);
	struct ka_arena arena = { 0 };
	struct ka_slice plain, sealed = ka_auth_seal(&arena, auth, slice_of("-----BEGIN PRIVATE KEY-----"), "ca.key");

	(void)state;
	assert_null(memmem(sealed.data, sealed.len, "PRIVATE", 7));
	assert_true(ka_auth_open(&plain, &arena, auth, sealed, "ca.key"));
	assert_int_equal(plain.len, 27);
	assert_memory_equal(plain.data, "-----BEGIN PRIVATE KEY-----", 27);
	assert_false(ka_auth_open(&plain, &arena, auth, sealed, "other"));
	for (size_t i = 0; i <= sealed.len; i++) {
		struct ka_slice damaged = ka_arena_slice(&arena, sealed);
		uint8_t *bytes = (uint8_t *)(uintptr_t)damaged.data;

		if (i < sealed.len) {
			bytes[i] ^= 0x40;
			assert_false(ka_auth_open(&plain, &arena, auth, damaged, "ca.key"));
			damaged.len = i;
			assert_false(ka_auth_open(&plain, &arena, auth, damaged, "ca.key"));
		}
	}
	sealed = ka_auth_seal(&arena, auth, (struct ka_slice){ 0 }, "empty");
	assert_true(ka_auth_open(&plain, &arena, auth, sealed, "empty"));
	assert_int_equal(plain.len, 0);
	ka_auth_free(auth);
	ka_arena_clear(&arena);
}

static void
put_file(const char *path, size_t len, mode_t mode)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	for (size_t i = 0; i < len; i++)
		assert_int_not_equal(fputc('k', file), EOF);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void
test_secret_key_file(void **state)
{
	char folder[] = "/tmp/keyassay-auth-XXXXXX", path[64], again[64], message[KA_STORE_MESSAGE_LEN];
	uint8_t key[KA_SECRET_KEY_LEN], other[KA_SECRET_KEY_LEN];
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/secret.key", folder);
	(void)snprintf(again, sizeof(again), "%s/secret.key.new", folder);
	assert_false(ka_secret_key_load(key, message, path));
	assert_non_null(strstr(message, "No such file"));
	put_file(again, 3, 0644); /* left by a crash */
	assert_true(ka_secret_key_create(message, path));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_nlink, 1);
	assert_int_equal(access(again, F_OK), -1);
	assert_true(ka_secret_key_load(key, message, path));
	/* A key that is there is never replaced. */
	assert_false(ka_secret_key_create(message, path));
	assert_non_null(strstr(message, "File exists"));
	assert_true(ka_secret_key_load(other, message, path));
	assert_memory_equal(key, other, sizeof(key));

	assert_int_equal(chmod(path, 0640), 0);
	assert_false(ka_secret_key_load(key, message, path));
	assert_non_null(strstr(message, "chmod 600"));
	for (size_t len = 0; len < 40; len++) {
		put_file(path, len, 0600);
		assert_int_equal(ka_secret_key_load(key, message, path), len == 32);
	}
	assert_int_equal(unlink(path), 0);
	assert_false(ka_secret_key_load(key, message, folder));
	assert_non_null(strstr(message, "not a regular file"));
	assert_int_equal(rmdir(folder), 0);
	assert_false(ka_secret_key_create(message, path));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_derive),
		cmocka_unit_test(test_open_known),
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_page_tokens),
		cmocka_unit_test(test_sealed_files),
		cmocka_unit_test(test_secret_key_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
