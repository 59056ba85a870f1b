/* SPDX-License-Identifier: Apache-2.0 */
/* make-roca-key - makes an RSA private key with the structure of CVE-2017-15361, for examples and tests.
 *
 * A prime of the flawed generator is p = k * M + (65537^a mod M), with M the product of the first primes (Nemec, Sys, Svenda,
 * Klinec, Matyas: "The Return of Coppersmith's Attack", CCS 2017, section 2). The key is a function of the seed, so that the
 * examples can be made again; it must never protect anything.
 *
 * Usage: make-roca-key BITS SEED > key.pem */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/sha.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The last prime of M for key sizes from 512, 992, 1984 and 3968 bits (table 1 of the paper). */
static unsigned
last_prime(int bits)
{
	return bits >= 3968 ? 1427 : bits >= 1984 ? 701 : bits >= 992 ? 353 : 167;
}

static void
check(int ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "make-roca-key: %s failed\n", what);
		exit(1);
	}
}

static int
is_prime(unsigned n)
{
	for (unsigned d = 2; d * d <= n; d++) {
		if (n % d == 0)
			return 0;
	}
	return n > 1;
}

/* The counter-th number of bits bits that the seed gives. */
static void
draw(BIGNUM *out, const char *seed, unsigned *counter, int bits)
{
	unsigned char bytes[1024];
	unsigned char input[256];
	size_t len = ((size_t)bits + 7) / 8;

	check(len + SHA256_DIGEST_LENGTH <= sizeof(bytes), "size");
	for (size_t at = 0; at < len; at += SHA256_DIGEST_LENGTH) {
		int n = snprintf((char *)input, sizeof(input), "%s:%u", seed, (*counter)++);
		check(n > 0 && (size_t)n < sizeof(input), "seed");
		SHA256(input, (size_t)n, bytes + at);
	}
	check(BN_bin2bn(bytes, (int)len, out) != NULL, "BN_bin2bn");
	check(BN_mask_bits(out, bits) || BN_num_bits(out) <= bits, "BN_mask_bits");
}

/* A prime of bits bits with its two highest bits set, of the flawed form, with p - 1 coprime to 65537. */
static BIGNUM *
flawed_prime(int bits, const BIGNUM *primorial, const char *seed, unsigned *counter, BN_CTX *ctx)
{
	BIGNUM *p = BN_new(), *k = BN_new(), *a = BN_new(), *residue = BN_new(), *generator = BN_new(), *check_e = BN_new();
	int k_bits = bits - BN_num_bits(primorial) + 1;

	check(p && k && a && residue && generator && check_e && BN_set_word(generator, 65537), "BN_new");
	for (;;) {
		draw(k, seed, counter, k_bits);
		draw(a, seed, counter, 256);
		check(BN_mod_exp(residue, generator, a, primorial, ctx), "BN_mod_exp");
		check(BN_mul(p, k, primorial, ctx) && BN_add(p, p, residue), "BN_mul");
		if (BN_num_bits(p) != bits || !BN_is_bit_set(p, bits - 2) || BN_check_prime(p, ctx, NULL) != 1)
			continue;
		check(BN_copy(check_e, p) != NULL && BN_sub_word(check_e, 1), "BN_sub_word");
		if (BN_mod_word(check_e, 65537) != 0)
			break;
	}
	BN_free(k);
	BN_free(a);
	BN_free(residue);
	BN_free(generator);
	BN_free(check_e);
	return p;
}

static EVP_PKEY *
rsa_key(const BIGNUM *p, const BIGNUM *q, BN_CTX *ctx)
{
	BIGNUM *n = BN_new(), *e = BN_new(), *d = BN_new(), *phi = BN_new(), *p1 = BN_new(), *q1 = BN_new();
	BIGNUM *dp = BN_new(), *dq = BN_new(), *qi = BN_new();
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *key_ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;

	check(n && e && d && phi && p1 && q1 && dp && dq && qi && build && key_ctx, "allocation");
	check(BN_set_word(e, 65537) && BN_mul(n, p, q, ctx), "BN_mul");
	check(BN_sub(p1, p, BN_value_one()) && BN_sub(q1, q, BN_value_one()) && BN_mul(phi, p1, q1, ctx), "phi");
	check(BN_mod_inverse(d, e, phi, ctx) && BN_mod(dp, d, p1, ctx) && BN_mod(dq, d, q1, ctx), "d");
	check(BN_mod_inverse(qi, q, p, ctx) != NULL, "qinv");
	check(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_D, d) &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_FACTOR1, p) &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_FACTOR2, q) &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_EXPONENT1, dp) &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_EXPONENT2, dq) &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, qi),
	    "OSSL_PARAM_BLD_push_BN");
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	check(params != NULL && EVP_PKEY_fromdata_init(key_ctx) > 0 &&
		EVP_PKEY_fromdata(key_ctx, &key, EVP_PKEY_KEYPAIR, params) > 0,
	    "EVP_PKEY_fromdata");

	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(key_ctx);
	BN_free(n);
	BN_free(e);
	BN_free(d);
	BN_free(phi);
	BN_free(p1);
	BN_free(q1);
	BN_free(dp);
	BN_free(dq);
	BN_free(qi);
	return key;
}

int
main(int argc, char **argv)
{
	int bits = argc == 3 ? (int)strtol(argv[1], NULL, 10) : 0;
	if (bits < 512 || bits > 8192 || bits % 2 != 0) {
		fprintf(stderr, "usage: make-roca-key BITS SEED\nBITS: even, 512 to 8192\n");
		return 2;
	}
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *primorial = BN_new();
	check(ctx && primorial && BN_one(primorial), "allocation");
	for (unsigned n = 2; n <= last_prime(bits); n++) {
		if (is_prime(n))
			check(BN_mul_word(primorial, n), "BN_mul_word");
	}
	unsigned counter = 0;
	BIGNUM *p = flawed_prime(bits / 2, primorial, argv[2], &counter, ctx);
	BIGNUM *q = flawed_prime(bits / 2, primorial, argv[2], &counter, ctx);
	EVP_PKEY *key = BN_cmp(p, q) > 0 ? rsa_key(p, q, ctx) : rsa_key(q, p, ctx);
	check(PEM_write_PrivateKey(stdout, key, NULL, NULL, 0, NULL, NULL), "PEM_write_PrivateKey");

	EVP_PKEY_free(key);
	BN_free(p);
	BN_free(q);
	BN_free(primorial);
	BN_CTX_free(ctx);
	return 0;
}
