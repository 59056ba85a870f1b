/* SPDX-License-Identifier: Apache-2.0 */
/* hash.c - SHA-256 fingerprints. OpenSSL's, because it uses the CPU's SHA instructions; the context is kept, since making one
 * costs more than hashing a certificate. */
#include <stdlib.h>

#include <openssl/evp.h>

#include "cli/record.h"

struct ka_hasher {
	EVP_MD_CTX *ctx;
	EVP_MD *md;
	uint8_t spki[4 * KA_KEY_MAX_BYTES + 256]; /* DSA has four numbers */
};

struct ka_hasher *
ka_hasher_new(void)
{
	struct ka_hasher *hasher = calloc(1, sizeof(*hasher));
	if (hasher == NULL)
		return NULL;
	hasher->ctx = EVP_MD_CTX_new();
	hasher->md = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (hasher->ctx == NULL || hasher->md == NULL) {
		ka_hasher_free(hasher);
		return NULL;
	}
	return hasher;
}

void
ka_hasher_free(struct ka_hasher *hasher)
{
	if (hasher == NULL)
		return;
	EVP_MD_CTX_free(hasher->ctx);
	EVP_MD_free(hasher->md);
	free(hasher);
}

static bool
hash(uint8_t out[KA_SHA256_LEN], struct ka_hasher *hasher, struct ka_slice bytes)
{
	return EVP_DigestInit_ex2(hasher->ctx, hasher->md, NULL) == 1 &&
	    EVP_DigestUpdate(hasher->ctx, bytes.data, bytes.len) == 1 && EVP_DigestFinal_ex(hasher->ctx, out, NULL) == 1;
}

bool
ka_record_fingerprint(uint8_t out[KA_SHA256_LEN], const struct ka_record *record)
{
	if (record->object->der.len == 0 || record->object->kind == KA_OBJECT_PRIVATE_KEY)
		return false;
	return hash(out, record->hasher, record->object->der);
}

bool
ka_record_spki_fingerprint(uint8_t out[KA_SHA256_LEN], const struct ka_record *record)
{
	const struct ka_key *key = &record->object->key;
	if (key->spki.len != 0)
		return hash(out, record->hasher, key->spki);
	struct ka_hasher *hasher = record->hasher;
	size_t len;
	if (ka_key_spki(hasher->spki, &len, sizeof(hasher->spki), key) != KA_OK)
		return false;
	return hash(out, hasher, (struct ka_slice){ hasher->spki, len });
}
