/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/table/table_build_test.h"

#include <stdlib.h>
#include <string.h>

struct entry {
	uint64_t bucket;
	uint64_t value;
};

static int
compare(const void *a, const void *b)
{
	const struct entry *x = a;
	const struct entry *y = b;

	if (x->bucket != y->bucket)
		return x->bucket < y->bucket ? -1 : 1;
	return x->value < y->value ? -1 : x->value > y->value;
}

uint64_t
build_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

void
build_put(uint8_t *out, uint64_t value, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)(value >> 8 * i);
}

/* Bit by bit: slow, but not the code that is tested. */
static uint64_t
crc(const uint8_t *data, size_t len)
{
	uint64_t value = UINT64_MAX;

	for (size_t i = 0; i < len; i++) {
		value ^= data[i];
		for (int bit = 0; bit < 8; bit++)
			value = value >> 1 ^ ((value & 1) != 0 ? UINT64_C(0xc96c5795d7870f42) : 0);
	}
	return ~value;
}

void
build_seal(uint8_t *file, size_t len)
{
	memset(file + 112, 0, 8);
	build_put(file + 112, crc(file, len), 8);
}

static struct entry
make_entry(const struct build *build, uint64_t fingerprint, uint64_t id)
{
	uint32_t tag_bits = 8 * build->entry_len - build->id_bits;
	uint64_t tag = tag_bits >= 64 ? fingerprint : fingerprint & ((UINT64_C(1) << tag_bits) - 1);
	struct entry entry = { .value = tag << build->id_bits | id };

	if (build->bucket_bits > 0)
		entry.bucket = fingerprint >> (64 - build->bucket_bits);
	return entry;
}

uint8_t *
build_table(size_t *out_len, const struct build *build)
{
	const size_t num_entries = build->num_keys + build->num_extras;
	const size_t num_buckets = (size_t)1 << build->bucket_bits;
	const size_t entries_at = 128 + 4 * (num_buckets + 1);
	const size_t extras_at = entries_at + num_entries * build->entry_len;
	const size_t len = extras_at + 8 * build->num_extras;
	uint8_t *file = calloc(1, len);
	struct entry *entries = calloc(num_entries + 1, sizeof(*entries));

	if (file == NULL || entries == NULL)
		abort();
	for (size_t i = 0; i < build->num_keys; i++)
		entries[i] = make_entry(build, build->fingerprints[i], i);
	for (size_t i = 0; i < build->num_extras; i++) {
		entries[build->num_keys + i] =
			make_entry(build, build->extras[i].fingerprint, UINT64_C(9) * build->pid_count + i);
		build_put(file + extras_at + 8 * i, build->extras[i].id, 4);
		build_put(file + extras_at + 8 * i + 4, build->extras[i].flags, 4);
	}
	qsort(entries, num_entries, sizeof(*entries), compare);

	memcpy(file, "KADEBTBL", 8);
	build_put(file + 8, 1, 4);
	build_put(file + 12, 128, 4);
	memcpy(file + 16, build->type, strlen(build->type));
	build_put(file + 48, build->exponent, 4);
	build_put(file + 52, build->pid_count, 4);
	build_put(file + 56, num_entries, 8);
	build_put(file + 64, build->bucket_bits, 4);
	build_put(file + 68, build->entry_len, 4);
	build_put(file + 72, build->id_bits, 4);
	build_put(file + 76, build->num_extras, 4);
	build_put(file + 80, 128, 8);
	build_put(file + 88, entries_at, 8);
	build_put(file + 96, extras_at, 8);
	build_put(file + 104, len, 8);
	for (size_t i = 0; i < num_entries; i++) {
		build_put(file + entries_at + i * build->entry_len, entries[i].value, build->entry_len);
		for (size_t bucket = (size_t)entries[i].bucket + 1; bucket <= num_buckets; bucket++)
			build_put(file + 128 + 4 * bucket, i + 1, 4);
	}
	build_seal(file, len);
	free(entries);
	*out_len = len;
	return file;
}
