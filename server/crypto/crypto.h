/* SPDX-License-Identifier: Apache-2.0 */
/* crypto.h - the few primitives that the rooms share, all libcrypto's (EVP).
 *
 * With valid arguments they fail only when memory has run out or the library is broken: both end the program. */
#ifndef KA_SERVER_CRYPTO_CRYPTO_H
#define KA_SERVER_CRYPTO_CRYPTO_H

#include <keyassay/base.h>

#define KA_HASH_LEN 32u      /* SHA-256, HMAC-SHA-256, and the keys used here */
#define KA_GCM_NONCE_LEN 12u /* SP 800-38D 8.2.2: random */
#define KA_GCM_TAG_LEN 16u

/* Algorithms looked up once: doing so for every call costs more than hashing a request. Any number of threads. */
struct ka_crypto;
struct ka_crypto *ka_crypto_new(void);
void ka_crypto_free(struct ka_crypto *crypto);

void ka_crypto_sha256(uint8_t out[KA_HASH_LEN], const struct ka_crypto *crypto, struct ka_slice bytes);

/* ka_crypto_hmac is HMAC-SHA-256 (RFC 2104) of the parts one behind the other. key_len is at least 1. */
void ka_crypto_hmac(uint8_t out[KA_HASH_LEN], const struct ka_crypto *crypto, const void *key, size_t key_len,
    const struct ka_slice *parts, size_t num_parts);

/* ka_crypto_derive is HKDF-SHA-256 (RFC 5869) without salt; info names the purpose. */
void ka_crypto_derive(uint8_t out[KA_HASH_LEN], const uint8_t secret[KA_HASH_LEN], const char *info);

/* ka_crypto_seal encrypts with AES-256-GCM under a random nonce and authenticates context too. out has room for
 * plain.len + KA_GCM_NONCE_LEN + KA_GCM_TAG_LEN bytes: nonce, ciphertext, tag. */
void ka_crypto_seal(uint8_t *out, const struct ka_crypto *crypto, const uint8_t key[KA_HASH_LEN], struct ka_slice plain,
    struct ka_slice context);

/* ka_crypto_open is its inverse: false unless sealed was made with the same key and context; then *out_len bytes are
 * in out, which has room for sealed.len. */
bool ka_crypto_open(uint8_t *out, size_t *out_len, const struct ka_crypto *crypto, const uint8_t key[KA_HASH_LEN],
    struct ka_slice sealed, struct ka_slice context);

void ka_crypto_random(uint8_t *out, size_t len);

/* ka_crypto_equal compares in a time that depends on len only. */
bool ka_crypto_equal(const void *a, const void *b, size_t len);

/* ka_crypto_wipe clears secrets; the compiler does not drop it. */
void ka_crypto_wipe(void *secret, size_t len);

/* Base64 (RFC 4648 4) with padding, NUL-terminated; out has room for (len + 2) / 3 * 4 + 1. */
void ka_crypto_base64(char *out, struct ka_slice bytes);

/* ka_crypto_base64_read decodes exactly what ka_crypto_base64 writes: no blanks, no bits behind the end, one text
 * per value. out has room for text_len / 4 * 3. */
bool ka_crypto_base64_read(uint8_t *out, size_t *out_len, const char *text, size_t text_len);

#endif
