/* SPDX-License-Identifier: Apache-2.0 */
#include "server/crypto/crypto.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>

#include "common/buf.h"

struct ka_crypto {
	EVP_MD *sha256;
	EVP_MAC *hmac;
	EVP_MAC_CTX *hmac_sha256; /* a template without key: copying it costs less than looking its digest up */
	EVP_CIPHER *aes_gcm;
};

/* A failure that no argument explains. */
static void
must(bool worked)
{
	if (worked)
		return;
	ERR_print_errors_fp(stderr);
	fputs("keyassayd: libcrypto failed: out of memory, or the library is damaged\n", stderr);
	abort();
}

struct ka_crypto *
ka_crypto_new(void)
{
	char digest[] = "SHA256";
	const OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end() };
	struct ka_crypto *crypto = calloc(1, sizeof(*crypto));

	if (crypto == NULL)
		ka_out_of_memory();
	crypto->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	crypto->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	crypto->aes_gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	must(crypto->sha256 != NULL && crypto->hmac != NULL && crypto->aes_gcm != NULL);
	crypto->hmac_sha256 = EVP_MAC_CTX_new(crypto->hmac);
	must(crypto->hmac_sha256 != NULL && EVP_MAC_CTX_set_params(crypto->hmac_sha256, params) == 1);
	return crypto;
}

void
ka_crypto_free(struct ka_crypto *crypto)
{
	if (crypto == NULL)
		return;
	EVP_MAC_CTX_free(crypto->hmac_sha256);
	EVP_MAC_free(crypto->hmac);
	EVP_MD_free(crypto->sha256);
	EVP_CIPHER_free(crypto->aes_gcm);
	free(crypto);
}

void
ka_crypto_sha256(uint8_t out[KA_HASH_LEN], const struct ka_crypto *crypto, struct ka_slice bytes)
{
	must(EVP_Digest(bytes.data, bytes.len, out, NULL, crypto->sha256, NULL) == 1);
}

void
ka_crypto_hmac(uint8_t out[KA_HASH_LEN], const struct ka_crypto *crypto, const void *key, size_t key_len,
    const struct ka_slice *parts, size_t num_parts)
{
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_dup(crypto->hmac_sha256);
	size_t len;

	must(ctx != NULL && EVP_MAC_init(ctx, key, key_len, NULL) == 1);
	for (size_t i = 0; i < num_parts; i++)
		must(EVP_MAC_update(ctx, parts[i].data, parts[i].len) == 1);
	must(EVP_MAC_final(ctx, out, &len, KA_HASH_LEN) == 1 && len == KA_HASH_LEN);
	EVP_MAC_CTX_free(ctx);
}

void
ka_crypto_derive(uint8_t out[KA_HASH_LEN], const uint8_t secret[KA_HASH_LEN], const char *info)
{
	uint8_t key[KA_HASH_LEN];
	char digest[] = "SHA256", label[64];
	size_t len = strlen(info);

	must(len < sizeof(label));
	memcpy(key, secret, sizeof(key));
	memcpy(label, info, len);
	const OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key, sizeof(key)),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, label, len), OSSL_PARAM_construct_end() };
	EVP_KDF *hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(hkdf);
	must(ctx != NULL && EVP_KDF_derive(ctx, out, KA_HASH_LEN, params) == 1);
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(hkdf);
	ka_crypto_wipe(key, sizeof(key));
}

void
ka_crypto_seal(uint8_t *out, const struct ka_crypto *crypto, const uint8_t key[KA_HASH_LEN], struct ka_slice plain,
    struct ka_slice context)
{
	uint8_t *nonce = out, *text = out + KA_GCM_NONCE_LEN, *tag = text + plain.len;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int len = 0;

	must(plain.len <= INT_MAX && context.len <= INT_MAX);
	ka_crypto_random(nonce, KA_GCM_NONCE_LEN);
	must(ctx != NULL && EVP_EncryptInit_ex2(ctx, crypto->aes_gcm, key, nonce, NULL) == 1);
	must(EVP_EncryptUpdate(ctx, NULL, &len, context.data, (int)context.len) == 1);
	if (plain.len > 0)
		must(EVP_EncryptUpdate(ctx, text, &len, plain.data, (int)plain.len) == 1 && (size_t)len == plain.len);
	must(EVP_EncryptFinal_ex(ctx, tag, &len) == 1 && len == 0);
	must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, KA_GCM_TAG_LEN, tag) == 1);
	EVP_CIPHER_CTX_free(ctx);
}

bool
ka_crypto_open(uint8_t *out, size_t *out_len, const struct ka_crypto *crypto, const uint8_t key[KA_HASH_LEN],
    struct ka_slice sealed, struct ka_slice context)
{
	uint8_t tag[KA_GCM_TAG_LEN];
	int len = 0;

	if (sealed.len < KA_GCM_NONCE_LEN + KA_GCM_TAG_LEN || sealed.len > INT_MAX || context.len > INT_MAX)
		return false;
	size_t text_len = sealed.len - KA_GCM_NONCE_LEN - KA_GCM_TAG_LEN;
	const uint8_t *nonce = sealed.data, *text = nonce + KA_GCM_NONCE_LEN;
	memcpy(tag, text + text_len, sizeof(tag));
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	must(ctx != NULL && EVP_DecryptInit_ex2(ctx, crypto->aes_gcm, key, nonce, NULL) == 1);
	must(EVP_DecryptUpdate(ctx, NULL, &len, context.data, (int)context.len) == 1);
	if (text_len > 0)
		must(EVP_DecryptUpdate(ctx, out, &len, text, (int)text_len) == 1 && (size_t)len == text_len);
	must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), tag) == 1);
	bool genuine = EVP_DecryptFinal_ex(ctx, out + text_len, &len) == 1;
	EVP_CIPHER_CTX_free(ctx);
	if (!genuine) {
		ka_crypto_wipe(out, text_len);
		return false;
	}
	*out_len = text_len;
	return true;
}

void
ka_crypto_random(uint8_t *out, size_t len)
{
	must(len <= INT_MAX && RAND_bytes(out, (int)len) == 1);
}

bool
ka_crypto_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

void
ka_crypto_wipe(void *secret, size_t len)
{
	OPENSSL_cleanse(secret, len);
}

void
ka_crypto_base64(char *out, struct ka_slice bytes)
{
	must(bytes.len < INT_MAX / 2);
	(void)EVP_EncodeBlock((unsigned char *)out, bytes.data, (int)bytes.len);
}

/* EVP_DecodeBlock passes blanks over and ignores the bits behind the end, so what it understood is written again and
 * compared. */
bool
ka_crypto_base64_read(uint8_t *out, size_t *out_len, const char *text, size_t text_len)
{
	if (text_len == 0 || text_len % 4 != 0 || text_len > INT_MAX / 2)
		return false;
	int len = EVP_DecodeBlock(out, (const unsigned char *)text, (int)text_len);
	if (len < 0)
		return false;
	for (size_t i = text_len; i > text_len - 2 && text[i - 1] == '='; i--)
		len--;
	for (size_t at = 0, done = 0; at < text_len; at += 4, done += 3) {
		unsigned char again[5];
		size_t left = (size_t)len > done ? (size_t)len - done : 0;

		(void)EVP_EncodeBlock(again, out + done, left < 3 ? (int)left : 3);
		if (left == 0 || memcmp(again, text + at, 4) != 0)
			return false;
	}
	*out_len = (size_t)len;
	return true;
}
