/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/log_chain.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

#define VERSION 1u
#define LABEL_LEN 19u

struct ka_log_key {
	struct ka_crypto *crypto;
	uint8_t key[KA_HASH_LEN];
};

struct ka_log_key *
ka_log_key_new(const uint8_t secret_key[KA_HASH_LEN])
{
	struct ka_log_key *key = calloc(1, sizeof(*key));

	if (key == NULL)
		ka_out_of_memory();
	key->crypto = ka_crypto_new();
	ka_crypto_derive(key->key, secret_key, "keyassayd log chain 1");
	return key;
}

void
ka_log_key_free(struct ka_log_key *key)
{
	if (key == NULL)
		return;
	ka_crypto_free(key->crypto);
	ka_crypto_wipe(key, sizeof(*key));
	free(key);
}

static void
put_u64(uint8_t out[8], uint64_t value)
{
	for (unsigned i = 0; i < 8; i++)
		out[i] = (uint8_t)(value >> (56 - 8 * i));
}

static void
add_u64(struct ka_buf *buf, uint64_t value)
{
	uint8_t bytes[8];

	put_u64(bytes, value);
	ka_buf_put(buf, (const char *)bytes, sizeof(bytes));
}

void
ka_log_hash(uint8_t out[KA_HASH_LEN], const struct ka_log_key *key, const uint8_t before[KA_HASH_LEN], int64_t seq,
    int64_t time, const struct ka_log_texts *texts)
{
	static const char label[LABEL_LEN + 1] = "keyassayd log entry";
	struct ka_buf buf = { 0 };

	ka_buf_put(&buf, label, LABEL_LEN);
	ka_buf_putc(&buf, VERSION);
	ka_buf_put(&buf, (const char *)before, KA_HASH_LEN);
	add_u64(&buf, (uint64_t)seq);
	add_u64(&buf, (uint64_t)time);
	for (size_t i = 0; i < KA_LOG_NUM_TEXTS; i++) {
		struct ka_slice text = texts->text[i];

		ka_buf_putc(&buf, text.data != NULL ? 1 : 0);
		if (text.data == NULL)
			continue;
		add_u64(&buf, text.len);
		ka_buf_put(&buf, (const char *)text.data, text.len);
	}
	ka_crypto_sha256(out, key->crypto, (struct ka_slice){ (const uint8_t *)buf.data, buf.len });
	ka_buf_clear(&buf);
}

void
ka_log_mac(uint8_t out[KA_HASH_LEN], const struct ka_log_key *key, enum ka_log_mac kind, const struct ka_log_link *link)
{
	static const char labels[][LABEL_LEN + 1] = {
		[KA_LOG_MAC_PLACE] = "keyassayd log place",
		[KA_LOG_MAC_HEAD] = "keyassayd log head",
	};
	uint8_t bytes[LABEL_LEN + 1 + 8 + KA_HASH_LEN];

	memcpy(bytes, labels[kind], LABEL_LEN);
	bytes[LABEL_LEN] = VERSION;
	put_u64(bytes + LABEL_LEN + 1, (uint64_t)link->seq);
	memcpy(bytes + LABEL_LEN + 1 + 8, link->hash, KA_HASH_LEN);
	ka_crypto_hmac(
	    out, key->crypto, key->key, sizeof(key->key), &(struct ka_slice){ bytes, sizeof(bytes) }, 1);
}

bool
ka_log_mac_is(const struct ka_log_key *key, enum ka_log_mac kind, const struct ka_log_link *link, struct ka_slice mac)
{
	uint8_t expected[KA_HASH_LEN];

	ka_log_mac(expected, key, kind, link);
	return mac.data != NULL && mac.len == KA_HASH_LEN && ka_crypto_equal(expected, mac.data, KA_HASH_LEN);
}
