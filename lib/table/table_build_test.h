/* SPDX-License-Identifier: Apache-2.0 */
/* table_build_test.h - writes small tables for tests, straight from the description in table.h, and knows what is in them. */
#ifndef KA_LIB_TABLE_TABLE_BUILD_TEST_H
#define KA_LIB_TABLE_TABLE_BUILD_TEST_H

#include <keyassay/table.h>

struct built_extra {
	uint64_t fingerprint;
	uint32_t id;
	uint32_t flags;
};

/* What to write. num_keys fingerprints: key k has id k. */
struct build {
	const char *type;
	uint32_t exponent;
	uint32_t pid_count;
	uint32_t bucket_bits;
	uint32_t entry_len;
	uint32_t id_bits;
	const uint64_t *fingerprints;
	size_t num_keys;
	const struct built_extra *extras;
	size_t num_extras;
};

/* Returns the table's bytes, to be freed, and their length. */
uint8_t *build_table(size_t *out_len, const struct build *build);

/* Writes the checksum that the bytes should have. */
void build_seal(uint8_t *file, size_t len);

/* The next number of a deterministic sequence (SplitMix64). */
uint64_t build_random(uint64_t *state);

void build_put(uint8_t *out, uint64_t value, size_t len);

#endif
