/* SPDX-License-Identifier: Apache-2.0 */
/* The parameters of RSASSA-PSS (RFC 4055 3.1): each is written into a certificate that libcrypto signs, truly or not as they say, and
 * X509_verify has a say of its own. What is accepted here it accepts; what it accepts and is refused here is refused on purpose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "server/pki/internal.h"
#include "server/pki/make_cert_test.h"

#define NOW (INT64_C(1700000000) * 1000)

/* Parts of RSASSA-PSS-params in hexadecimal: SHA-1, and by their last byte SHA-224 (04), SHA-256 (01), SHA-384 (02), SHA-512 (03). */
#define OID_SHA2(last) "06096086480165030402" last
#define SHA2(last) "300d" OID_SHA2(last) "0500"
#define HASH(last) "a00f" SHA2(last)
#define MGF1 "06092a864886f70d010108"
#define MASK(last) "a11c301a" MGF1 SHA2(last)
#define SALT32 "a203020120"
#define USUAL HASH("01") MASK("01")

struct row {
	const char *what;
	const char *params; /* contents of the SEQUENCE; the whole of it when tag is 0xff */
	uint8_t tag;        /* (SEQUENCE) */
	/* How it is signed. */
	const char *digest, *mask; /* (SHA256, digest) */
	int salt_len;              /* -9: 0; 0: 32 */
	enum ka_pki_fault fault;
	bool valid;       /* X509_verify's opinion */
	const char *says; /* part of our message */
};
#define REFUSED KA_PKI_SIGNATURE_ALGORITHM
#define NOT_BY_IT KA_PKI_SELF_SIGNATURE

static const struct row rows[] = {
	{ "as everybody writes it", USUAL SALT32, .valid = true },
	{ "SHA-512", HASH("03") MASK("03") "a203020140", .digest = "SHA512", .salt_len = 64, .valid = true },
	{ "hashes without NULL", "a00d300b" OID_SHA2("01") "a11a3018" MGF1 "300b" OID_SHA2("01") SALT32,
	    .valid = true },
	/* The salt's length. 2048 bits and SHA-256 have room for 222 bytes. */
	{ "no salt", USUAL "a203020100", .salt_len = -9, .valid = true },
	{ "a salt of a byte", USUAL "a203020101", .salt_len = 1, .valid = true },
	{ "20, not written", USUAL, .salt_len = 20, .valid = true },
	{ "20, though it is the default", USUAL "a203020114", .salt_len = 20, .valid = true },
	{ "as long as can be", USUAL "a2040202 00de", .salt_len = 222, .valid = true },
	{ "a byte more than can be", USUAL "a204020200df", .salt_len = 222, .fault = NOT_BY_IT },
	{ "as long as the modulus", USUAL "a20402020100", .fault = NOT_BY_IT },
	{ "it says 33, and is 32", USUAL "a203020121", .fault = NOT_BY_IT },
	{ "it says 32, and is 33", USUAL SALT32, .salt_len = 33, .fault = NOT_BY_IT },
	{ "it says 20, and is 32", USUAL, .fault = NOT_BY_IT },
	/* libcrypto has meanings for -1 (the digest's length), -2 (whatever it is), -3 (the most) and -4. */
	{ "-1", USUAL "a2030201ff", .fault = REFUSED, .says = "salt length" },
	{ "-2", USUAL "a2030201fe", .fault = REFUSED, .says = "salt length" },
	{ "-3", USUAL "a2030201fd", .salt_len = 222, .fault = REFUSED, .says = "salt length" },
	{ "-4", USUAL "a2030201fc", .fault = REFUSED, .says = "salt length" },
	{ "-224", USUAL "a2040202ff20", .fault = REFUSED, .says = "salt length" },
	{ "2^31 - 1", USUAL "a20602047fffffff", .fault = REFUSED, .says = "salt length" },
	{ "2^31", USUAL "a20702050080000000", .fault = REFUSED, .says = "salt length" },
	{ "2^32 + 32", USUAL "a20702050100000020", .fault = REFUSED, .valid = true,
	    /* libcrypto makes an int of it: 32 */ .says = "salt length" },
	{ "2^64 + 32", USUAL "a20b0209010000000000000020", .fault = REFUSED, .says = "salt length" },
	{ "-2^64 + 32", USUAL "a20b0209ff0000000000000020", .fault = REFUSED, .says = "salt length" },
	{ "an INTEGER of no bytes", USUAL "a2020200", .fault = REFUSED, .says = "malformed" },
	{ "an INTEGER with a zero in front", USUAL "a20402020020", .fault = REFUSED, .says = "malformed" },
	{ "no INTEGER", USUAL "a203040120", .fault = REFUSED, .says = "malformed" },
	{ "two salts", USUAL SALT32 SALT32, .fault = REFUSED, .says = "malformed" },
	/* The trailer. */
	{ "trailer 1, though it is the default", USUAL SALT32 "a303020101", .valid = true },
	{ "trailer 0", USUAL SALT32 "a303020100", .fault = REFUSED, .says = "trailer" },
	{ "trailer 2", USUAL SALT32 "a303020102", .fault = REFUSED, .says = "trailer" },
	{ "trailer -1", USUAL SALT32 "a3030201ff", .fault = REFUSED, .says = "trailer" },
	{ "trailer 257", USUAL SALT32 "a30402020101", .fault = REFUSED, .says = "trailer" },
	{ "trailer 2^64 + 1", USUAL SALT32 "a30b0209010000000000000001", .fault = REFUSED, .says = "trailer" },
	{ "trailer before the salt", USUAL "a303020101" SALT32, .fault = REFUSED, .says = "malformed" },
	/* Hash and mask. X509_verify takes SHA-1 and hashes that differ. */
	{ "it says SHA-512, and is SHA-256", HASH("03") MASK("03") SALT32, .fault = NOT_BY_IT },
	{ "it says SHA-256, and is SHA-512", USUAL SALT32, .digest = "SHA512", .fault = NOT_BY_IT },
	{ "the mask's hash is another, truly", HASH("01") MASK("02") SALT32, .mask = "SHA384", .fault = REFUSED,
	    .valid = true, .says = "another for the mask" },
	{ "the mask's hash is another, and it is not", HASH("01") MASK("02") SALT32, .fault = REFUSED,
	    .says = "another for the mask" },
	{ "masked by another, and it is not said", USUAL SALT32, .mask = "SHA384", .fault = NOT_BY_IT },
	{ "SHA-224", HASH("04") MASK("04") SALT32, .digest = "SHA224", .fault = REFUSED, .valid = true,
	    .says = "a hash other than" },
	{ "an unknown hash", HASH("7f") MASK("7f") SALT32, .fault = REFUSED, .says = "a hash other than" },
	{ "nothing at all is SHA-1", "", .digest = "SHA1", .salt_len = 20, .fault = REFUSED, .valid = true,
	    .says = "with SHA-1" },
	{ "nothing at all, and it is SHA-256", "", .salt_len = 20, .fault = REFUSED, .says = "with SHA-1" },
	{ "no hash is SHA-1", MASK("01") SALT32, .digest = "SHA1", .mask = "SHA256", .fault = REFUSED, .valid = true,
	    .says = "with SHA-1" },
	{ "no mask is SHA-1", HASH("01") SALT32, .mask = "SHA1", .fault = REFUSED, .valid = true,
	    .says = "masked with SHA-1" },
	{ "an unknown mask", HASH("01") "a11c301a06092a864886f70d010109" SHA2("01") SALT32, .fault = REFUSED,
	    .says = "unknown mask" },
	{ "an unknown mask without a hash", HASH("01") "a10d300b06092a864886f70d010109" SALT32, .fault = REFUSED,
	    .says = "unknown mask" },
	{ "a mask without a hash", HASH("01") "a10d300b" MGF1 SALT32, .fault = REFUSED, .says = "malformed mask" },
	{ "a mask with NULL for a hash", HASH("01") "a10f300d" MGF1 "0500" SALT32, .fault = REFUSED,
	    .says = "malformed mask" },
	{ "a mask whose hash is empty", HASH("01") "a10f300d" MGF1 "3000" SALT32, .fault = REFUSED,
	    .says = "malformed mask" },
	{ "a mask whose hash is not all", HASH("01") "a11e301c" MGF1 "300f" OID_SHA2("01") "05000500" SALT32,
	    .fault = REFUSED, .says = "malformed mask" },
	{ "hash behind the mask", MASK("01") HASH("01") SALT32, .fault = REFUSED, .says = "malformed" },
	/* What is no RSASSA-PSS-params. */
	{ "an unknown member", USUAL SALT32 "a403020101", .fault = REFUSED, .says = "malformed" },
	{ "something behind it", USUAL SALT32 "0500", .fault = REFUSED, .says = "malformed" },
	{ "no parameters", "", .tag = 0xff, .fault = REFUSED, .says = "without parameters" },
	{ "NULL", "0500", .tag = 0xff, .fault = REFUSED, .says = "without parameters" },
	{ "an OCTET STRING of the right contents", USUAL SALT32, .tag = 0x04, .fault = REFUSED,
	    .says = "without parameters" },
	{ "a SET of the right contents", USUAL SALT32, .tag = 0x31, .fault = REFUSED, .says = "without parameters" },
};
#define NUM_ROWS (sizeof(rows) / sizeof(rows[0]))

static struct ka_arena arena;

static int
tear_down(void **state)
{
	(void)state;
	ka_arena_clear(&arena);
	return 0;
}

/* --- DER ------------------------------------------------------------------------------------------------------------------ */

static struct ka_slice
joined(struct ka_slice a, struct ka_slice b, struct ka_slice c)
{
	uint8_t *out = ka_arena_take(&arena, a.len + b.len + c.len + 1);
	const struct ka_slice parts[] = { a, b, c };
	size_t len = 0;

	for (size_t i = 0; i < 3; i++) {
		if (parts[i].len > 0)
			memcpy(out + len, parts[i].data, parts[i].len);
		len += parts[i].len;
	}
	return (struct ka_slice){ out, len };
}

static struct ka_slice
tlv(uint8_t tag, struct ka_slice contents)
{
	uint8_t head[4] = { tag, 0x82, (uint8_t)(contents.len >> 8), (uint8_t)contents.len };
	size_t len = 4;

	assert_true(contents.len < 65536);
	if (contents.len < 256) {
		head[1] = 0x81;
		head[2] = (uint8_t)contents.len;
		len = 3;
	}
	if (contents.len < 128) {
		head[1] = (uint8_t)contents.len;
		len = 2;
	}
	return joined((struct ka_slice){ head, len }, contents, (struct ka_slice){ NULL, 0 });
}

static struct ka_slice
from_hex(const char *text)
{
	uint8_t *out = ka_arena_take(&arena, strlen(text) / 2 + 1);
	size_t len = 0;

	while (*text != '\0') {
		unsigned byte;

		if (*text == ' ') {
			text++;
			continue;
		}
		assert_int_equal(sscanf(text, "%2x", &byte), 1);
		out[len++] = (uint8_t)byte;
		text += 2;
	}
	return (struct ka_slice){ out, len };
}

/* --- certificates --------------------------------------------------------------------------------------------------------- */

static struct ka_slice
signature(EVP_PKEY *key, const struct row *row, struct ka_slice bytes)
{
	const char *digest = row->digest == NULL ? "SHA256" : row->digest,
		   *mask = row->mask == NULL ? digest : row->mask;
	int salt_len = row->salt_len == 0 ? 32 : row->salt_len == -9 ? 0 : row->salt_len;
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	EVP_PKEY_CTX *ctx;
	uint8_t out[513] = { 0 }; /* no unused bits */
	size_t len = sizeof(out) - 1;

	assert_int_equal(EVP_DigestSignInit(md, &ctx, EVP_get_digestbyname(digest), NULL, key), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_get_digestbyname(mask)), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, salt_len), 1);
	assert_int_equal(EVP_DigestSign(md, out + 1, &len, bytes.data, bytes.len), 1);
	EVP_MD_CTX_free(md);
	return ka_arena_slice(&arena, (struct ka_slice){ out, len + 1 });
}

/* The certificate with another signature algorithm, inside and outside, signed anew. */
static struct ka_slice
signed_anew(struct ka_slice der, struct ka_slice algorithm, EVP_PKEY *key, const struct row *row)
{
	struct ka_object object;
	size_t offset;

	assert_int_equal(ka_certificate_read(&object, &offset, der), KA_OK);
	const uint8_t *serial_end = object.serial.data + object.serial.len, *tbs_end = object.tbs.data + object.tbs.len;
	assert_int_equal(object.tbs.data[1], 0x82); /* version, serial number behind a length of two bytes */
	struct ka_slice before = { object.tbs.data + 4, (size_t)(serial_end - object.tbs.data) - 4 };
	struct ka_slice behind = { object.issuer.data, (size_t)(tbs_end - object.issuer.data) };
	struct ka_slice tbs = tlv(0x30, joined(before, algorithm, behind));
	return tlv(0x30, joined(tbs, algorithm, tlv(0x03, signature(key, row, tbs))));
}

static struct ka_slice
pss(struct ka_slice params)
{
	static const uint8_t oid[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a };

	return tlv(0x30, joined((struct ka_slice){ oid, sizeof(oid) }, params, (struct ka_slice){ NULL, 0 }));
}

static bool
libcrypto_says(struct ka_slice der)
{
	const unsigned char *at = der.data;
	X509 *x509 = d2i_X509(NULL, &at, (long)der.len);
	bool valid = x509 != NULL && X509_verify(x509, X509_get0_pubkey(x509)) == 1;

	X509_free(x509);
	return valid;
}

static enum ka_pki_fault
we_say(char message[KA_PKI_MESSAGE_LEN], struct ka_slice der)
{
	struct ka_pki_cert cert;

	message[0] = '\0';
	enum ka_pki_fault fault = ka_pki_read_der(&cert, message, &arena, der);
	return fault == KA_PKI_OK ? ka_pki_check_ca(message, &cert, NOW, NULL) : fault;
}

static EVP_PKEY *
private_key(const char *name)
{
	const char *pem = make_key_pem(&arena, name);
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);

	BIO_free(bio);
	assert_non_null(key);
	return key;
}

/* --- tests ---------------------------------------------------------------------------------------------------------------- */

static const struct make_cert usual = { .key = "rsa:2048", .pss = true, .constraints = "critical,CA:TRUE" };

static void
parameters_are_what_they_may_be(void **state)
{
	struct ka_slice der = make_cert_der(&arena, &usual);
	EVP_PKEY *key = private_key(usual.key);
	unsigned num_wrong = 0;

	(void)state;
	for (size_t i = 0; i < NUM_ROWS; i++) {
		const struct row *row = &rows[i];
		struct ka_slice params = from_hex(row->params);
		char message[KA_PKI_MESSAGE_LEN];

		if (row->tag != 0xff)
			params = tlv(row->tag == 0 ? 0x30 : row->tag, params);
		struct ka_slice made = signed_anew(der, pss(params), key, row);
		enum ka_pki_fault fault = we_say(message, made);
		bool valid = libcrypto_says(made);
		if (fault == row->fault && valid == row->valid &&
		    (row->says == NULL || strstr(message, row->says) != NULL))
			continue;
		num_wrong++;
		print_error("%s: we say %d (%s), X509_verify says %d\n", row->what, (int)fault, message, valid);
	}
	EVP_PKEY_free(key);
	assert_int_equal(num_wrong, 0);
}

/* Each bit of the usual parameters changed, and signed as if it had not been: what we accept X509_verify accepts. */
static void
we_never_accept_more(void **state)
{
	const struct row honest = { 0 };
	struct ka_slice der = make_cert_der(&arena, &usual), params = tlv(0x30, from_hex(USUAL SALT32));
	EVP_PKEY *key = private_key(usual.key);
	unsigned num_accepted = 0;
	uint8_t bytes[128];

	(void)state;
	assert_true(params.len <= sizeof(bytes));
	memcpy(bytes, params.data, params.len);
	for (size_t bit = 0; bit < params.len * 8; bit++) {
		char message[KA_PKI_MESSAGE_LEN];

		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		struct ka_slice made = signed_anew(der, pss((struct ka_slice){ bytes, params.len }), key, &honest);
		if (we_say(message, made) == KA_PKI_OK) {
			num_accepted++;
			if (!libcrypto_says(made))
				fail_msg("bit %zu: accepted here only", bit);
		}
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	EVP_PKEY_free(key);
	print_message("%zu changes, %u of them accepted by both\n", params.len * 8, num_accepted);
	assert_in_range(num_accepted, 0, 40);
}

/* The same numbers as a key that may sign anything. */
static EVP_PKEY *
freed(const EVP_PKEY *key)
{
	static const char *const names[] = { OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_D };
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *numbers[3] = { NULL, NULL, NULL };
	EVP_PKEY *made = NULL;

	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(EVP_PKEY_get_bn_param(key, names[i], &numbers[i]), 1);
		assert_int_equal(OSSL_PARAM_BLD_push_BN(build, names[i], numbers[i]), 1);
	}
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &made, EVP_PKEY_KEYPAIR, params), 1);
	for (size_t i = 0; i < 3; i++)
		BN_clear_free(numbers[i]);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	return made;
}

/* RFC 4055 1.2: a key can say that it signs with SHA-256 and a salt of 32 bytes or more only. */
static void
a_key_may_say_what_it_is_for(void **state)
{
	static const struct make_cert restricted = {
		.key = "rsa-pss-sha256-32:2048", .pss = true, .constraints = "critical,CA:TRUE"
	};
	static const struct row cases[] = {
		{ "as it says", USUAL SALT32, .valid = true },
		{ "a longer salt", USUAL "a203020140", .salt_len = 64, .valid = true },
		{ "a shorter salt", USUAL "a20302011f", .salt_len = 31, .fault = NOT_BY_IT },
		{ "no salt", USUAL "a203020100", .salt_len = -9, .fault = NOT_BY_IT },
		{ "another hash", HASH("02") MASK("02") SALT32, .digest = "SHA384", .fault = NOT_BY_IT },
	};
	struct ka_slice der = make_cert_der(&arena, &restricted);
	EVP_PKEY *key = private_key(restricted.key), *anything = freed(key);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ka_slice made = signed_anew(der, pss(tlv(0x30, from_hex(cases[i].params))), anything, &cases[i]);
		char message[KA_PKI_MESSAGE_LEN];
		enum ka_pki_fault fault = we_say(message, made);

		if (fault != cases[i].fault || libcrypto_says(made) != cases[i].valid)
			fail_msg("%s: we say %d (%s), X509_verify says %d", cases[i].what, (int)fault, message,
			    libcrypto_says(made));
	}
	EVP_PKEY_free(anything);
	EVP_PKEY_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(parameters_are_what_they_may_be, tear_down),
		cmocka_unit_test_teardown(we_never_accept_more, tear_down),
		cmocka_unit_test_teardown(a_key_may_say_what_it_is_for, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
