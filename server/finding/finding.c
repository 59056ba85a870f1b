/* SPDX-License-Identifier: Apache-2.0 */
#include "server/finding/finding.h"

#include "common/buf.h"

static const char *
member_of(enum ka_resource_type type)
{
	return type == KA_RESOURCE_CA ? "caCertificateId" : "deviceCertificateId";
}

void
ka_finding_id(char out[KA_FINDING_ID_LEN + 1], const struct ka_crypto *crypto, const char *task_id,
    const char *check_name, enum ka_resource_type type, const char *resource_id, const char *reason_code)
{
	static const char digits[] = "0123456789abcdef";
	const char *const lines[] = { task_id, check_name, member_of(type), resource_id, reason_code };
	struct ka_buf text = { 0 };
	uint8_t hash[KA_HASH_LEN];

	_Static_assert(KA_FINDING_ID_LEN == KA_HASH_LEN, "half of the hash, two digits a byte");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		ka_buf_puts(&text, lines[i]);
		ka_buf_putc(&text, '\n');
	}
	ka_crypto_sha256(hash, crypto, (struct ka_slice){ (const uint8_t *)text.data, text.len });
	ka_buf_clear(&text);
	for (size_t i = 0; i < KA_FINDING_ID_LEN / 2; i++) {
		out[2 * i] = digits[hash[i] >> 4];
		out[2 * i + 1] = digits[hash[i] & 15];
	}
	out[KA_FINDING_ID_LEN] = '\0';
}

const char *
ka_finding_resource(struct ka_arena *arena, enum ka_resource_type type, const char *resource_id)
{
	return ka_arena_format(arena, "{\"%s\":\"%s\"}", member_of(type), resource_id);
}
