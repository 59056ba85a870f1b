/* SPDX-License-Identifier: Apache-2.0 */
/* Canonical requests against AWS's published Signature Version 4 test suite (service "service", 2015-08-30) and the
 * example of a signing key in the AWS General Reference: the signatures are AWS's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "server/sigv4/canonical.h"
#include "server/sigv4/internal.h"

static const char secret[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
static const char empty_hash[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

struct row {
	const char *name, *method, *path, *query;
	struct ka_raw_header headers[6]; /* beside host and x-amz-date */
	const char *body, *signed_headers, *signature;
};

static const struct row rows[] = {
	{ "get-vanilla", "GET", "/", "", { { 0 } }, "", "host;x-amz-date",
	    "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
	{ "post-vanilla", "POST", "/", "", { { 0 } }, "", "host;x-amz-date",
	    "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b" },
	{ "get-vanilla-query-order-key-case", "GET", "/", "Param2=value2&Param1=value1", { { 0 } }, "",
	    "host;x-amz-date", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500" },
	{ "get-vanilla-query-unreserved", "GET", "/",
	    "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz="
	    "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
	    { { 0 } }, "", "host;x-amz-date", "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197" },
	{ "get-unreserved", "GET", "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "", { { 0 } },
	    "", "host;x-amz-date", "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f" },
	{ "get-vanilla-utf8-query", "GET", "/", "%E1%88%B4=bar", { { 0 } }, "", "host;x-amz-date",
	    "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04" },
	{ "get-utf8", "GET", "/\xe1\x88\xb4", "", { { 0 } }, "", "host;x-amz-date",
	    "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85" },
	{ "get-header-key-duplicate", "GET", "/", "",
	    { { "my-header1", "value2" }, { "my-header1", "value2" }, { "my-header1", "value1" } }, "",
	    "host;my-header1;x-amz-date", "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea" },
	{ "get-header-value-order", "GET", "/", "",
	    { { "my-header1", "value4" }, { "my-header1", "value1" }, { "my-header1", "value3" },
		{ "my-header1", "value2" } },
	    "", "host;my-header1;x-amz-date", "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01" },
	{ "get-header-value-trim", "GET", "/", "", { { "my-header1", " value1" }, { "my-header2", " \"a   b   c\"" } },
	    "", "host;my-header1;my-header2;x-amz-date",
	    "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736" },
	{ "post-header-key-sort", "POST", "/", "", { { "my-header1", "value1" } }, "", "host;my-header1;x-amz-date",
	    "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c" },
	{ "post-header-value-case", "POST", "/", "", { { "my-header1", "VALUE1" } }, "", "host;my-header1;x-amz-date",
	    "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d" },
	{ "post-vanilla-query", "POST", "/", "Param1=value1", { { 0 } }, "", "host;x-amz-date",
	    "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11" },
	{ "post-x-www-form-urlencoded", "POST", "/", "", { { "content-type", "application/x-www-form-urlencoded" } },
	    "Param1=value1", "content-type;host;x-amz-date",
	    "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a" },
	{ "post-x-www-form-urlencoded-parameters", "POST", "/", "",
	    { { "content-type", "application/x-www-form-urlencoded; charset=utf8" } }, "Param1=value1",
	    "content-type;host;x-amz-date", "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe" },
};

static void
hex_of(char out[65], const uint8_t hash[32])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < 32; i++) {
		out[2 * i] = digits[hash[i] >> 4];
		out[2 * i + 1] = digits[hash[i] & 15];
	}
	out[64] = '\0';
}

static void
sign(char out[65], const struct ka_crypto *crypto, const struct row *row)
{
	struct ka_raw_header headers[8] = { { "host", "example.amazonaws.com" }, { "x-amz-date", "20150830T123600Z" } };
	size_t num = 2;
	struct ka_arena arena = { 0 };
	struct ka_buf canonical = { 0 }, to_sign = { 0 };
	struct ka_authorization authorization;
	uint8_t hash[32], key[32];
	char payload[65];

	for (size_t i = 0; row->headers[i].name != NULL; i++)
		headers[num++] = row->headers[i];
	const struct ka_raw_request raw = {
		.method = row->method, .path = row->path, .query = row->query, .headers = headers, .num_headers = num
	};
	const char *header = ka_arena_format(&arena,
	    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLEAKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
	    "SignedHeaders=%s, "
	    "Signature=%s",
	    row->signed_headers, empty_hash);
	assert_null(ka_authorization_read(&authorization, header));
	ka_crypto_sha256(hash, crypto, (struct ka_slice){ (const uint8_t *)row->body, strlen(row->body) });
	hex_of(payload, hash);
	ka_canonical_request(&canonical, &arena, &raw, &authorization, payload, NULL);
	ka_string_to_sign(&to_sign, crypto, "20150830T123600Z", &authorization, &canonical);
	ka_signing_key(key, crypto, secret, &authorization);
	const struct ka_slice text = { (const uint8_t *)to_sign.data, to_sign.len };
	ka_crypto_hmac(hash, crypto, key, sizeof(key), &text, 1);
	hex_of(out, hash);
	ka_buf_clear(&canonical);
	ka_buf_clear(&to_sign);
	ka_arena_clear(&arena);
}

static void
test_published(void **state)
{
	struct ka_crypto *crypto = ka_crypto_new();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char signature[65];

		sign(signature, crypto, &rows[i]);
		if (strcmp(signature, rows[i].signature) != 0)
			fail_msg("%s: %s, published: %s", rows[i].name, signature, rows[i].signature);
	}
	ka_crypto_free(crypto);
}

static void
test_signing_key(void **state)
{
	static const struct ka_authorization iam = { .date = { (const uint8_t *)"20150830", 8 },
		.region = { (const uint8_t *)"us-east-1", 9 },
		.service = { (const uint8_t *)"iam", 3 } };
	struct ka_crypto *crypto = ka_crypto_new();
	uint8_t key[32];
	char hex[65];

	(void)state;
	ka_signing_key(key, crypto, secret, &iam);
	hex_of(hex, key);
	assert_string_equal(hex, "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
	ka_crypto_free(crypto);
}

/* What the canonical request is, to the letter. */
static void
check(const char *path, const char *query, const struct ka_raw_header *header, const char *expected)
{
	struct ka_raw_header headers[2] = { { "host", "h" } };
	struct ka_arena arena = { 0 };
	struct ka_buf out = { 0 };
	struct ka_authorization authorization = { .signed_headers = { { (const uint8_t *)"host", 4 } },
		.num_signed_headers = 1,
		.signed_list = { (const uint8_t *)"host", 4 } };
	struct ka_raw_request raw = {
		.method = "GET", .path = path, .query = query, .headers = headers, .num_headers = 1
	};

	if (header != NULL) {
		headers[1] = *header;
		raw.num_headers = 2;
		authorization.signed_headers[1] =
		    (struct ka_slice){ (const uint8_t *)header->name, strlen(header->name) };
		authorization.num_signed_headers = 2;
	}
	ka_canonical_request(&out, &arena, &raw, &authorization, "P", "secret");
	ka_buf_putc(&out, '\0');
	assert_string_equal(out.data, expected);
	ka_buf_clear(&out);
	ka_arena_clear(&arena);
}

static void
test_to_the_letter(void **state)
{
	(void)state;
	check("/", "", NULL, "GET\n/\n\nhost:h\n\nhost\nP");
	/* Encoded once more; nothing is resolved. */
	check("/a%3Ab/", "", NULL, "GET\n/a%253Ab/\n\nhost:h\n\nhost\nP");
	check("//a/../b/./c", "", NULL, "GET\n//a/../b/./c\n\nhost:h\n\nhost\nP");
	check("/!$&'()*+,;=:@\"<\\\x7f\xff", "", NULL,
	    "GET\n/%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%40%22%3C%5C%7F%FF\n\nhost:h\n\nhost\nP");
	/* Sorted by name, then value: '-' and '.' are less than '=', but "a" is less than "a-". */
	check("/", "a-=1&a=2&a.=0&a=10&a", NULL, "GET\n/\na=&a=10&a=2&a-=1&a.=0\nhost:h\n\nhost\nP");
	check("/", "k=v=w&k=", NULL, "GET\n/\nk=&k=v=w\nhost:h\n\nhost\nP");
	check("/", "&&", NULL, "GET\n/\n=&=&=\nhost:h\n\nhost\nP");
	check("/", "=v", NULL, "GET\n/\n=v\nhost:h\n\nhost\nP");
	check("/", "x=%c3&x=%C3", NULL, "GET\n/\nx=%C3&x=%c3\nhost:h\n\nhost\nP");
	check("/", "", &(struct ka_raw_header){ "x", "\t a \t\v b\r\n  c\f" }, "GET\n/\n\nhost:h\nx:a b c\n\nhost\nP");
	check("/", "", &(struct ka_raw_header){ "x", "   " }, "GET\n/\n\nhost:h\nx:\n\nhost\nP");
	check("/", "", &(struct ka_raw_header){ "secret", "s" }, "GET\n/\n\nhost:h\nsecret:(not shown)\n\nhost\nP");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_published),
		cmocka_unit_test(test_signing_key),
		cmocka_unit_test(test_to_the_letter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
