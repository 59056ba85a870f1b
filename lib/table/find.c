/* SPDX-License-Identifier: Apache-2.0 */
/* find.c - looking up fingerprints in an opened table. Everything read here was checked by ka_table_open. */
#include "lib/table/layout.h"

/* Buckets of real tables have two or three entries; a table may have larger ones, which are halved down to this first. */
#define SCAN_MAX 8u

bool
ka_table_matches(const struct ka_table *table, const struct ka_key *key)
{
	switch (key->algorithm) {
	case KA_KEY_RSA:
	case KA_KEY_RSA_PSS:
		return table->algorithm == KA_KEY_RSA && table->bits == key->bits;
	case KA_KEY_EC:
		return table->algorithm == KA_KEY_EC && table->curve == key->curve;
	case KA_KEY_OTHER:
	case KA_KEY_DSA:
	case KA_KEY_ED25519:
	case KA_KEY_ED448:
	case KA_KEY_X25519:
	case KA_KEY_X448:
		break;
	}
	return false;
}

/* Eight bytes of a big-endian number that end skip_len bytes before its end; bytes it does not have are zero. */
static uint64_t
eight_bytes(struct ka_slice number, size_t skip_len)
{
	uint64_t value = 0;

	if (number.len >= skip_len + 8)
		return ka_load_be64(number.data + number.len - skip_len - 8);
	for (size_t i = 0; i + skip_len < number.len; i++)
		value = value << 8 | number.data[i];
	return value;
}

uint64_t
ka_table_fingerprint(const struct ka_key *key)
{
	switch (key->algorithm) {
	case KA_KEY_RSA:
	case KA_KEY_RSA_PSS:
		return eight_bytes(key->modulus, 8);
	case KA_KEY_EC: {
		/* SEC 1 2.3.3: a byte that says which form, then x, and y unless compressed. */
		size_t field_len = ((size_t)key->bits + 7) / 8;
		if (field_len == 0 || key->point.len < 1 + field_len)
			return 0;
		struct ka_slice x = { key->point.data + 1, field_len };
		return eight_bytes(x, 0);
	}
	case KA_KEY_OTHER:
	case KA_KEY_DSA:
	case KA_KEY_ED25519:
	case KA_KEY_ED448:
	case KA_KEY_X25519:
	case KA_KEY_X448:
		break;
	}
	return 0;
}

uint64_t
ka_table_range(uint64_t *out_first, const struct ka_table *table, uint64_t fingerprint)
{
	uint64_t bucket = ka_table_bucket_of(table, fingerprint);
	uint64_t at = ka_table_bucket_start(table, bucket);
	uint64_t end = ka_table_bucket_start(table, bucket + 1);
	uint64_t tag = fingerprint & ka_table_low_bits(ka_table_tag_bits(table));
	uint64_t num = 0;

	for (uint64_t left = end - at; left > SCAN_MAX; left -= left / 2) {
		if (ka_table_entry_value(table, at + left / 2 - 1) >> table->id_bits < tag)
			at += left / 2;
	}
	while (at < end && ka_table_entry_value(table, at) >> table->id_bits < tag)
		at++;
	while (at + num < end && ka_table_entry_value(table, at + num) >> table->id_bits == tag)
		num++;
	if (num > 0)
		*out_first = at;
	return num;
}

void
ka_table_hit_at(struct ka_table_hit *out_hit, const struct ka_table *table, uint64_t index)
{
	uint64_t id = ka_table_entry_value(table, index) & ka_table_low_bits(table->id_bits);
	uint64_t num_ids = (uint64_t)KA_TABLE_NUM_STREAMS * table->pid_count;
	uint32_t flags = 0;

	if (id >= num_ids) {
		const uint8_t *extra = table->extras + KA_TABLE_EXTRA_LEN * (id - num_ids);
		id = ka_load_le32(extra);
		flags = ka_load_le32(extra + 4);
	}
	uint64_t stream = id / table->pid_count;
	out_hit->id.architecture = (enum ka_debian_arch)(stream / KA_DEBIAN_NUM_RANDFILES);
	out_hit->id.randfile = (enum ka_debian_randfile)(stream % KA_DEBIAN_NUM_RANDFILES);
	out_hit->id.pid = (uint32_t)(id % table->pid_count);
	out_hit->other_exponent = (flags & KA_TABLE_EXTRA_OTHER_EXPONENT) != 0;
}

size_t
ka_table_find(struct ka_table_hit *out_hits, size_t max, const struct ka_table *table, uint64_t fingerprint)
{
	uint64_t first = 0;
	uint64_t num = ka_table_range(&first, table, fingerprint);

	for (uint64_t i = 0; i < num && i < max; i++)
		ka_table_hit_at(&out_hits[i], table, first + i);
	return (size_t)num;
}

enum ka_err
ka_table_entry(struct ka_table_hit *out_hit, uint64_t *out_fingerprint, uint64_t *out_known_bits,
	const struct ka_table *table, uint64_t index)
{
	if (index >= table->key_count)
		return KA_ERR_ARGUMENT;

	/* The last bucket that starts at or before index: empty ones before it start there as well. */
	uint64_t low = 0;
	for (uint64_t high = (uint64_t)1 << table->bucket_bits; high - low > 1;) {
		uint64_t middle = low + (high - low) / 2;
		if (ka_table_bucket_start(table, middle) <= index)
			low = middle;
		else
			high = middle;
	}
	uint64_t tag_mask = ka_table_low_bits(ka_table_tag_bits(table));
	ka_table_hit_at(out_hit, table, index);
	*out_fingerprint = low << 1 << (63 - table->bucket_bits) | ka_table_entry_value(table, index) >> table->id_bits;
	*out_known_bits = tag_mask | ~ka_table_low_bits(64 - table->bucket_bits);
	return KA_OK;
}

void
ka_table_prefetch(const struct ka_table *table, uint64_t fingerprint)
{
	uint64_t start = ka_table_bucket_start(table, ka_table_bucket_of(table, fingerprint));

	KA_PREFETCH(table->entries + table->entry_len * start);
}
