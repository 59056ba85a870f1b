/* SPDX-License-Identifier: Apache-2.0 */
/* layout.h - what opening and looking up a table share. table.h describes the format. */
#ifndef KA_LIB_TABLE_LAYOUT_H
#define KA_LIB_TABLE_LAYOUT_H

#include <keyassay/table.h>

#include "lib/kernel/load.h"

#define KA_TABLE_NUM_STREAMS (KA_DEBIAN_NUM_ARCHS * KA_DEBIAN_NUM_RANDFILES)
#define KA_TABLE_BUCKET_LEN 4u
#define KA_TABLE_MIN_ENTRY_LEN 5u
#define KA_TABLE_MAX_ENTRY_LEN 8u

static inline uint64_t
ka_table_low_bits(unsigned num)
{
	return num >= 64 ? UINT64_MAX : ((uint64_t)1 << num) - 1;
}

static inline uint32_t
ka_table_tag_bits(const struct ka_table *table)
{
	return 8 * table->entry_len - table->id_bits;
}

/* bucket_bits may be 0, and a shift by 64 is undefined: two shifts. */
static inline uint64_t
ka_table_bucket_of(const struct ka_table *table, uint64_t fingerprint)
{
	return fingerprint >> 1 >> (63 - table->bucket_bits);
}

static inline uint32_t
ka_table_bucket_start(const struct ka_table *table, uint64_t bucket)
{
	return ka_load_le32(table->buckets + KA_TABLE_BUCKET_LEN * bucket);
}

/* Reads the eight bytes that end with the entry, so that one load does for every entry_len; the header stands before the
 * first entry, so this stays inside the file. */
static inline uint64_t
ka_table_entry_value(const struct ka_table *table, uint64_t index)
{
	const uint8_t *end = table->entries + table->entry_len * (index + 1);
	return ka_load_le64(end - 8) >> (64 - 8 * table->entry_len);
}

/* ka_table_range finds the entries that have a fingerprint's bucket and tag: returns their number, and the first one's index
 * in *out_first when there is one. */
uint64_t ka_table_range(uint64_t *out_first, const struct ka_table *table, uint64_t fingerprint);

/* ka_table_hit_at decodes the entry of an index below key_count. */
void ka_table_hit_at(struct ka_table_hit *out_hit, const struct ka_table *table, uint64_t index);

/* ka_table_prefetch asks for the memory that looking up a fingerprint reads. It waits for the bucket's bounds itself, but
 * those of several keys are fetched side by side, as none depends on another. */
void ka_table_prefetch(const struct ka_table *table, uint64_t fingerprint);

#endif
