/* SPDX-License-Identifier: Apache-2.0 */
/* Tables: what was written is found, what was not is not, and nothing that is damaged is opened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <keyassay/keyassay.h>

#include "lib/table/layout.h"
#include "lib/table/table_build_test.h"

#define PIDS 40u
#define NUM_KEYS (9 * PIDS)

static uint64_t fingerprints[NUM_KEYS];
static const struct built_extra extras[] = {
	{ UINT64_C(0x0123456789abcdef), 17, 1 },
	{ UINT64_C(0xfedcba9876543210), 5 * PIDS + 39, 1 },
	{ UINT64_C(0x5555555555555555), 0, 0 },
};
#define NUM_EXTRAS (sizeof(extras) / sizeof(extras[0]))

static const struct build usual = { "rsa:2048", 65537, PIDS, 6, 5, 9, fingerprints, NUM_KEYS, extras, NUM_EXTRAS };

static int
set_up(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (size_t i = 0; i < NUM_KEYS; i++)
		fingerprints[i] = build_random(&seed);
	return 0;
}

static struct ka_table
open_table(const uint8_t *file, size_t len)
{
	struct ka_table table;

	assert_int_equal(ka_table_open(&table, (struct ka_slice){ file, len }), KA_OK);
	return table;
}

static enum ka_err
try_open(const uint8_t *file, size_t len)
{
	struct ka_table table;
	struct ka_table before;

	/* An exact copy, so that a sanitizer sees every byte read past the end. */
	uint8_t *copy = malloc(len > 0 ? len : 1);
	assert_non_null(copy);
	memcpy(copy, file, len);
	memset(&table, 0xa5, sizeof(table));
	memset(&before, 0xa5, sizeof(before));
	enum ka_err err = ka_table_open(&table, (struct ka_slice){ copy, len });
	if (err != KA_OK)
		assert_memory_equal(&table, &before, sizeof(table));
	free(copy);
	return err;
}

static void
assert_id(const struct ka_debian_id *id, uint32_t number, uint32_t pids)
{
	assert_int_equal(((uint32_t)id->architecture * 3 + (uint32_t)id->randfile) * pids + id->pid, number);
	assert_in_range(id->pid, 0, pids - 1);
	assert_in_range(id->architecture, 0, 2);
	assert_in_range(id->randfile, 0, 2);
}

static void
finds_all_and_only(const struct build *build)
{
	size_t len;
	uint8_t *file = build_table(&len, build);
	struct ka_table table = open_table(file, len);
	struct ka_table_hit hits[4];
	uint64_t seed = 99;

	assert_int_equal(table.key_count, build->num_keys + build->num_extras);
	for (size_t i = 0; i < build->num_keys; i++) {
		assert_int_equal(ka_table_find(hits, 4, &table, build->fingerprints[i]), 1);
		assert_id(&hits[0].id, (uint32_t)i, build->pid_count);
		assert_false(hits[0].other_exponent);
	}
	for (size_t i = 0; i < build->num_extras; i++) {
		assert_int_equal(ka_table_find(hits, 4, &table, build->extras[i].fingerprint), 1);
		assert_id(&hits[0].id, build->extras[i].id, build->pid_count);
		assert_int_equal(hits[0].other_exponent, build->extras[i].flags);
	}
	for (size_t i = 0; i < 20000; i++)
		assert_int_equal(ka_table_find(hits, 4, &table, build_random(&seed)), 0);
	/* Each stored bit counts: a neighbour in any known bit is another key. */
	for (size_t i = 0; i < build->num_keys; i += 7) {
		struct ka_table_hit hit;
		uint64_t fingerprint, known;
		assert_int_equal(ka_table_find(hits, 0, &table, build->fingerprints[i]), 1);
		assert_int_equal(ka_table_entry(&hit, &fingerprint, &known, &table, i), KA_OK);
		for (unsigned bit = 0; bit < 64; bit++) {
			uint64_t other = build->fingerprints[i] ^ UINT64_C(1) << bit;
			assert_int_equal(ka_table_find(hits, 4, &table, other), (known >> bit & 1) != 0 ? 0 : 1);
		}
	}
	free(file);
}

static void
finds_every_key_and_no_other(void **state)
{
	(void)state;
	finds_all_and_only(&usual);
	for (uint32_t entry_len = 5; entry_len <= 8; entry_len++) {
		for (uint32_t id_bits = 9; id_bits <= 13; id_bits++) {
			for (uint32_t bucket_bits = 0; bucket_bits <= 12; bucket_bits += 3) {
				struct build build = usual;
				build.entry_len = entry_len;
				build.id_bits = id_bits;
				build.bucket_bits = bucket_bits;
				finds_all_and_only(&build);
			}
		}
	}
	/* Tag and bucket share bits of the fingerprint: 55 + 12 > 64. */
	struct build build = usual;
	build.entry_len = 8;
	build.bucket_bits = 12;
	finds_all_and_only(&build);
	build.extras = NULL;
	build.num_extras = 0;
	finds_all_and_only(&build);
}

static void
entries_name_what_was_written(void **state)
{
	size_t len;
	uint8_t *file = build_table(&len, &usual);
	struct ka_table table = open_table(file, len);
	bool seen[NUM_KEYS] = { false };
	struct ka_table_hit hit = { 0 };
	uint64_t fingerprint, known;
	size_t num_other = 0;

	(void)state;
	for (uint64_t i = 0; i < table.key_count; i++) {
		assert_int_equal(ka_table_entry(&hit, &fingerprint, &known, &table, i), KA_OK);
		assert_int_equal(known, UINT64_C(0xfc0000007fffffff));
		uint32_t id = ((uint32_t)hit.id.architecture * 3 + (uint32_t)hit.id.randfile) * PIDS + hit.id.pid;
		bool is_key = (fingerprints[id] & known) == fingerprint;
		bool is_extra = false;
		for (size_t k = 0; k < NUM_EXTRAS; k++)
			is_extra |= extras[k].id == id && (extras[k].fingerprint & known) == fingerprint;
		assert_true(is_key || is_extra);
		if (is_key) {
			assert_false(seen[id]);
			seen[id] = true;
		} else
			num_other++;
	}
	assert_int_equal(num_other, NUM_EXTRAS);
	assert_int_equal(ka_table_entry(&hit, &fingerprint, &known, &table, table.key_count), KA_ERR_ARGUMENT);
	assert_int_equal(ka_table_entry(&hit, &fingerprint, &known, &table, UINT64_MAX), KA_ERR_ARGUMENT);
	free(file);
}

static void
keys_with_one_fingerprint_are_all_candidates(void **state)
{
	static uint64_t same[NUM_KEYS];
	struct build build = usual;
	struct ka_table_hit hits[20];
	size_t len;

	(void)state;
	memcpy(same, fingerprints, sizeof(same));
	for (size_t i = 100; i < 112; i++)
		same[i] = same[100];
	build.fingerprints = same;
	for (build.bucket_bits = 0; build.bucket_bits < 7; build.bucket_bits += 3) {
		uint8_t *file = build_table(&len, &build);
		struct ka_table table = open_table(file, len);
		assert_int_equal(ka_table_find(hits, 20, &table, same[100]), 12);
		for (uint32_t i = 0; i < 12; i++)
			assert_id(&hits[i].id, 100 + i, PIDS);
		/* No more than asked for are written. */
		memset(hits, 0xa5, sizeof(hits));
		assert_int_equal(ka_table_find(hits, 3, &table, same[100]), 12);
		assert_id(&hits[2].id, 102, PIDS);
		assert_int_equal(hits[3].id.pid, 0xa5a5a5a5);
		free(file);
	}
}

struct header_row {
	size_t at;
	size_t len;
	uint64_t value;
	enum ka_err err;
	const char *why;
};

static const struct header_row header_rows[] = {
	{ 0, 1, 'k', KA_ERR_TABLE_MAGIC, "another magic" },
	{ 8, 4, 0, KA_ERR_TABLE_VERSION, "version 0" },
	{ 8, 4, 2, KA_ERR_TABLE_VERSION, "a later version" },
	{ 12, 4, 127, KA_ERR_TABLE_HEADER, "a shorter header" },
	{ 12, 4, 256, KA_ERR_TABLE_HEADER, "a longer header" },
	{ 16, 1, 'R', KA_ERR_TABLE_TYPE, "capitals" },
	{ 20, 8, 0, KA_ERR_TABLE_TYPE, "rsa: without size" },
	{ 20, 4, 0x34303230, KA_ERR_TABLE_TYPE, "leading zero: rsa:0204" },
	{ 20, 8, 0x3030303030303032, KA_ERR_TABLE_TYPE, "rsa:20000000" },
	{ 20, 8, 0x3538333631, KA_ERR_TABLE_TYPE, "16385 bits, one over the limit" },
	{ 20, 8, 0x373231, KA_ERR_TABLE_TYPE, "127 bits have no bits 64 to 127" },
	{ 20, 8, 0x78383432, KA_ERR_TABLE_TYPE, "rsa:248x" },
	{ 16, 8, 0x3a617372, KA_ERR_TABLE_TYPE, "rsa:" },
	{ 16, 8, 0x3a6365, KA_ERR_TABLE_TYPE, "ec:" },
	{ 16, 8, 0x3a617364, KA_ERR_TABLE_TYPE, "dsa:" },
	{ 16, 8, 0x3635322d503a6365, KA_ERR_TABLE_TYPE, "ec:P-256: an alias" },
	{ 16, 8, 0, KA_ERR_TABLE_TYPE, "no type" },
	{ 47, 1, 1, KA_ERR_TABLE_HEADER, "bytes behind the type's NUL" },
	{ 48, 4, 0, KA_ERR_TABLE_HEADER, "RSA without exponent" },
	{ 48, 4, 1, KA_ERR_TABLE_HEADER, "exponent 1" },
	{ 48, 4, 65536, KA_ERR_TABLE_HEADER, "an even exponent" },
	{ 52, 4, 0, KA_ERR_TABLE_HEADER, "no PIDs" },
	{ 52, 4, PIDS - 1, KA_ERR_TABLE_HEADER, "fewer ids than entries" },
	{ 52, 4, 4194305, KA_ERR_TABLE_HEADER, "more process ids than Linux has" },
	{ 52, 4, 32769, KA_ERR_TABLE_HEADER, "PIDs above Linux' limit" },
	{ 52, 4, UINT32_MAX, KA_ERR_TABLE_HEADER, "PIDs whose product overflows" },
	{ 56, 8, 0, KA_ERR_TABLE_HEADER, "no entries" },
	{ 56, 8, NUM_KEYS + NUM_EXTRAS + 1, KA_ERR_TABLE_HEADER, "more entries than ids" },
	{ 56, 8, NUM_KEYS + NUM_EXTRAS - 1, KA_ERR_TABLE_ORDER, "fewer entries than the buckets hold" },
	{ 56, 8, UINT64_C(1) << 61, KA_ERR_TABLE_HEADER, "entries whose length overflows" },
	{ 56, 8, UINT64_MAX, KA_ERR_TABLE_HEADER, "as many entries as can be written" },
	{ 64, 4, 25, KA_ERR_TABLE_HEADER, "bucket_bits one over the limit" },
	{ 64, 4, 24, KA_ERR_TABLE_HEADER, "more buckets than the file has room for" },
	{ 64, 4, UINT32_MAX, KA_ERR_TABLE_HEADER, "bucket_bits as large as can be written" },
	{ 64, 4, 7, KA_ERR_TABLE_HEADER, "an index that reaches into the entries" },
	{ 64, 4, 5, KA_ERR_TABLE_ORDER, "an index that ends before the last entry" },
	{ 68, 4, 0, KA_ERR_TABLE_HEADER, "entries without bytes" },
	{ 68, 4, 4, KA_ERR_TABLE_HEADER, "entry_len one under the limit" },
	{ 68, 4, 9, KA_ERR_TABLE_HEADER, "entry_len one over the limit" },
	{ 68, 4, 6, KA_ERR_TABLE_HEADER, "entries that reach into the extras" },
	{ 72, 4, 0, KA_ERR_TABLE_HEADER, "ids without bits" },
	{ 72, 4, 8, KA_ERR_TABLE_HEADER, "too few bits for the ids" },
	{ 72, 4, 33, KA_ERR_TABLE_HEADER, "id_bits one over the limit" },
	{ 72, 4, 40, KA_ERR_TABLE_HEADER, "no bits left for the tag" },
	{ 76, 4, 4, KA_ERR_TABLE_HEADER, "more extras than the file has room for" },
	{ 76, 4, 2, KA_ERR_TABLE_HEADER, "fewer extras than entries of extras" },
	{ 76, 4, UINT32_MAX, KA_ERR_TABLE_HEADER, "extras as many as can be written" },
	{ 80, 8, 127, KA_ERR_TABLE_HEADER, "an index inside the header" },
	{ 80, 8, 0, KA_ERR_TABLE_HEADER, "no index" },
	{ 80, 8, UINT64_MAX - 3, KA_ERR_TABLE_HEADER, "an index whose end overflows" },
	{ 88, 8, 128, KA_ERR_TABLE_HEADER, "entries over the index" },
	{ 88, 8, 1 << 20, KA_ERR_TABLE_HEADER, "entries behind the file" },
	{ 88, 8, UINT64_MAX, KA_ERR_TABLE_HEADER, "entries whose end overflows" },
	{ 96, 8, 128, KA_ERR_TABLE_HEADER, "extras over the index" },
	{ 96, 8, 400, KA_ERR_TABLE_HEADER, "extras over the entries" },
	{ 96, 8, UINT64_MAX - 7, KA_ERR_TABLE_HEADER, "extras whose end overflows" },
	{ 104, 8, 0, KA_ERR_TABLE_TRUNCATED, "a length of 0" },
	{ 104, 8, UINT64_MAX, KA_ERR_TABLE_TRUNCATED, "a length as large as can be written" },
	{ 120, 8, 1, KA_ERR_TABLE_HEADER, "reserved bytes in use" },
	{ 127, 1, 0x80, KA_ERR_TABLE_HEADER, "the last reserved byte in use" },
	{ 128, 4, 1, KA_ERR_TABLE_ORDER, "the first bucket does not begin with the first entry" },
	{ 132, 4, 300, KA_ERR_TABLE_ORDER, "a bucket that ends behind the next" },
	{ 132, 4, UINT32_MAX, KA_ERR_TABLE_ORDER, "a bucket that ends behind the entries" },
	{ 128 + 4 * 64, 4, NUM_KEYS + NUM_EXTRAS - 1, KA_ERR_TABLE_ORDER, "an entry in no bucket" },
	{ 128 + 4 * 64, 4, NUM_KEYS + NUM_EXTRAS + 1, KA_ERR_TABLE_ORDER, "one entry too many" },
};

static void
contradictions_are_named(void **state)
{
	size_t len;
	uint8_t *file = build_table(&len, &usual);
	uint8_t *copy = malloc(len);

	(void)state;
	assert_non_null(copy);
	assert_int_equal(try_open(file, len), KA_OK);
	for (size_t i = 0; i < sizeof(header_rows) / sizeof(header_rows[0]); i++) {
		const struct header_row *row = &header_rows[i];
		memcpy(copy, file, len);
		build_put(copy + row->at, row->value, row->len);
		build_seal(copy, len);
		enum ka_err err = try_open(copy, len);
		if (err != row->err)
			fail_msg("%s: %s instead of %s", row->why, ka_err_name(err), ka_err_name(row->err));
	}
	free(copy);
	free(file);
}

/* 9 * 40 keys and extras up to the last id that has room, and one over. */
static void
ids_fill_their_bits(void **state)
{
	static struct built_extra many[512 - NUM_KEYS + 1];
	struct build build = usual;
	uint64_t seed = 5;
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(many) / sizeof(many[0]); i++)
		many[i] = (struct built_extra){ build_random(&seed), (uint32_t)i, 1 };
	build.extras = many;
	build.num_extras = 512 - NUM_KEYS;
	finds_all_and_only(&build);
	build.num_extras++;
	build.id_bits = 10;
	uint8_t *file = build_table(&len, &build);
	assert_int_equal(try_open(file, len), KA_OK);
	build_put(file + 72, 9, 4);
	build_seal(file, len);
	assert_int_equal(try_open(file, len), KA_ERR_TABLE_HEADER);
	free(file);
}

static void
entries_out_of_order_are_refused(void **state)
{
	struct build build = usual;
	size_t len;
	uint8_t swap[5];

	(void)state;
	build.bucket_bits = 0;
	uint8_t *file = build_table(&len, &build);
	uint8_t *entries = file + 128 + 8;
	memcpy(swap, entries, 5);
	memcpy(entries, entries + 5, 5);
	memcpy(entries + 5, swap, 5);
	build_seal(file, len);
	assert_int_equal(try_open(file, len), KA_ERR_TABLE_ORDER);
	memcpy(entries, entries + 5, 5);
	build_seal(file, len);
	assert_int_equal(try_open(file, len), KA_ERR_TABLE_ORDER);
	free(file);

	/* The last entry's id is raised to the first that does not exist. */
	file = build_table(&len, &build);
	uint8_t *last = file + len - 8 * NUM_EXTRAS - 5;
	uint64_t value = ka_load_le32(last) | (uint64_t)last[4] << 32;
	build_put(last, (value & ~UINT64_C(0x1ff)) | (NUM_KEYS + NUM_EXTRAS), 5);
	build_seal(file, len);
	assert_int_equal(try_open(file, len), KA_ERR_TABLE_ENTRY);
	build_put(last, (value & ~UINT64_C(0x1ff)) | (NUM_KEYS + NUM_EXTRAS - 1), 5);
	build_seal(file, len);
	assert_int_equal(try_open(file, len), KA_OK);

	/* Extras: a stream that does not exist, a flag that has no meaning. */
	build_put(file + len - 8, NUM_KEYS, 4);
	build_seal(file, len);
	assert_int_equal(try_open(file, len), KA_ERR_TABLE_ENTRY);
	build_put(file + len - 8, NUM_KEYS - 1, 4);
	build_put(file + len - 4, 2, 4);
	build_seal(file, len);
	assert_int_equal(try_open(file, len), KA_ERR_TABLE_ENTRY);
	free(file);

	/* Tag and bucket say different things of the bits that they share. */
	build.entry_len = 8;
	build.bucket_bits = 12;
	file = build_table(&len, &build);
	last = file + len - 8 * NUM_EXTRAS - 8;
	build_put(last, ka_load_le64(last) ^ UINT64_C(1) << 63, 8);
	build_seal(file, len);
	assert_int_equal(try_open(file, len), KA_ERR_TABLE_ORDER);
	free(file);
}

static void
damage_is_refused(void **state)
{
	size_t len;
	uint8_t *file = build_table(&len, &usual);
	uint64_t seed = 7;

	(void)state;
	for (size_t at = 0; at < 128; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			file[at] ^= (uint8_t)(1u << bit);
			enum ka_err want = KA_ERR_TABLE_CHECKSUM;
			if (at < 8)
				want = KA_ERR_TABLE_MAGIC;
			else if (at < 12)
				want = KA_ERR_TABLE_VERSION;
			else if (at >= 104 && at < 112)
				want = KA_ERR_TABLE_TRUNCATED;
			assert_int_equal(try_open(file, len), want);
			file[at] ^= (uint8_t)(1u << bit);
		}
	}
	for (size_t i = 0; i < 2000; i++) {
		size_t at = 128 + (size_t)(build_random(&seed) % (len - 128));
		uint8_t flip = (uint8_t)(build_random(&seed) | 1);
		file[at] ^= flip;
		assert_int_equal(try_open(file, len), KA_ERR_TABLE_CHECKSUM);
		file[at] ^= flip;
	}
	assert_int_equal(try_open(file, len), KA_OK);
	free(file);
}

static void
cut_or_grown_is_refused(void **state)
{
	size_t len;
	uint8_t *file = build_table(&len, &usual);
	uint8_t *longer = calloc(1, len + 8);

	(void)state;
	assert_non_null(longer);
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(try_open(file, cut), cut < 8 ? KA_ERR_TABLE_MAGIC : KA_ERR_TABLE_TRUNCATED);
	memcpy(longer, file, len);
	for (size_t more = 1; more <= 8; more++)
		assert_int_equal(try_open(longer, len + more), KA_ERR_TABLE_TRUNCATED);
	/* Bytes behind the last region that belong to nothing are harmless. */
	build_put(longer + 104, len + 8, 8);
	build_seal(longer, len + 8);
	assert_int_equal(try_open(longer, len + 8), KA_OK);
	free(longer);
	free(file);
}

static void
types_open_as_what_they_are(void **state)
{
	static const struct {
		const char *type;
		uint32_t exponent;
		enum ka_key_algorithm algorithm;
		enum ka_curve curve;
		uint32_t bits;
		enum ka_err err;
	} rows[] = {
		{ "rsa:1024", 65537, KA_KEY_RSA, KA_CURVE_NONE, 1024, KA_OK },
		{ "rsa:2047", 3, KA_KEY_RSA, KA_CURVE_NONE, 2047, KA_OK },
		{ "rsa:128", 65537, KA_KEY_RSA, KA_CURVE_NONE, 128, KA_OK },
		{ "rsa:16384", 65537, KA_KEY_RSA, KA_CURVE_NONE, 16384, KA_OK },
		{ "ec:secp256r1", 0, KA_KEY_EC, KA_CURVE_SECP256R1, 256, KA_OK },
		{ "ec:secp384r1", 0, KA_KEY_EC, KA_CURVE_SECP384R1, 384, KA_OK },
		{ "ec:secp521r1", 0, KA_KEY_EC, KA_CURVE_SECP521R1, 521, KA_OK },
		{ "ec:secp256k1", 0, KA_KEY_EC, KA_CURVE_SECP256K1, 256, KA_OK },
		{ "ec:secp256r1", 65537, 0, 0, 0, KA_ERR_TABLE_HEADER },
		{ "ec:secp256r2", 0, 0, 0, 0, KA_ERR_TABLE_TYPE },
		{ "ec:prime256v1", 0, 0, 0, 0, KA_ERR_TABLE_TYPE },
		{ "ec:other", 0, 0, 0, 0, KA_ERR_TABLE_TYPE },
		{ "ec:explicit", 0, 0, 0, 0, KA_ERR_TABLE_TYPE },
		{ "rsa:2048 ", 65537, 0, 0, 0, KA_ERR_TABLE_TYPE },
		{ "rsa:+2048", 65537, 0, 0, 0, KA_ERR_TABLE_TYPE },
		{ "rsa:99999999999999999999999999", 65537, 0, 0, 0, KA_ERR_TABLE_TYPE },
		{ "abcdefghijklmnopqrstuvwxyz012345", 65537, 0, 0, 0, KA_ERR_TABLE_TYPE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct build build = usual;
		struct ka_table table;
		size_t len;
		build.type = rows[i].type;
		build.exponent = rows[i].exponent;
		uint8_t *file = build_table(&len, &build);
		enum ka_err err = ka_table_open(&table, (struct ka_slice){ file, len });
		if (err != rows[i].err)
			fail_msg("%s: %s", rows[i].type, ka_err_name(err));
		if (err == KA_OK) {
			assert_int_equal(table.algorithm, rows[i].algorithm);
			assert_int_equal(table.curve, rows[i].curve);
			assert_int_equal(table.bits, rows[i].bits);
			assert_int_equal(table.exponent, rows[i].exponent);
			assert_string_equal(table.type, rows[i].type);
		}
		free(file);
	}
}

static void
opens_at_any_alignment(void **state)
{
	struct ka_table_hit hits[4];
	size_t len;
	uint8_t *file = build_table(&len, &usual);
	uint8_t *room = malloc(len + 8);

	(void)state;
	assert_non_null(room);
	for (size_t shift = 0; shift < 8; shift++) {
		memcpy(room + shift, file, len);
		struct ka_table table = open_table(room + shift, len);
		for (size_t i = 0; i < NUM_KEYS; i++)
			assert_int_equal(ka_table_find(hits, 4, &table, fingerprints[i]), 1);
	}
	free(room);
	free(file);
}

static void
fingerprints_are_the_bits_that_the_format_says(void **state)
{
	uint8_t bytes[256];
	struct ka_key key = { .algorithm = KA_KEY_RSA, .bits = 2048 };

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	key.modulus = (struct ka_slice){ bytes, 256 };
	assert_int_equal(ka_table_fingerprint(&key), UINT64_C(0xf0f1f2f3f4f5f6f7));
	key.algorithm = KA_KEY_RSA_PSS;
	assert_int_equal(ka_table_fingerprint(&key), UINT64_C(0xf0f1f2f3f4f5f6f7));
	key.modulus.len = 16;
	assert_int_equal(ka_table_fingerprint(&key), UINT64_C(0x0001020304050607));
	/* A modulus of 11 bytes has three above bit 64; one of 8 or none have none. */
	key.modulus = (struct ka_slice){ bytes + 1, 11 };
	assert_int_equal(ka_table_fingerprint(&key), 0x010203);
	key.modulus.len = 8;
	assert_int_equal(ka_table_fingerprint(&key), 0);
	key.modulus = (struct ka_slice){ NULL, 0 };
	assert_int_equal(ka_table_fingerprint(&key), 0);

	struct ka_key ec = { .algorithm = KA_KEY_EC, .curve = KA_CURVE_SECP256R1, .bits = 256 };
	ec.point = (struct ka_slice){ bytes, 65 };
	assert_int_equal(ka_table_fingerprint(&ec), UINT64_C(0x191a1b1c1d1e1f20));
	ec.point.len = 33; /* compressed: the same x */
	assert_int_equal(ka_table_fingerprint(&ec), UINT64_C(0x191a1b1c1d1e1f20));
	ec.point.len = 32;
	assert_int_equal(ka_table_fingerprint(&ec), 0);
	ec.bits = 521;
	ec.point.len = 133;
	assert_int_equal(ka_table_fingerprint(&ec), UINT64_C(0x3b3c3d3e3f404142));
	ec.bits = 0;
	assert_int_equal(ka_table_fingerprint(&ec), 0);
	ec.bits = 256;
	for (int algorithm = KA_KEY_OTHER; algorithm <= KA_KEY_X448; algorithm++) {
		ec.algorithm = (enum ka_key_algorithm)algorithm;
		if (algorithm != KA_KEY_EC && algorithm != KA_KEY_RSA && algorithm != KA_KEY_RSA_PSS)
			assert_int_equal(ka_table_fingerprint(&ec), 0);
	}
}

static void
matches_keys_of_its_type_and_size_only(void **state)
{
	struct ka_table rsa = { .algorithm = KA_KEY_RSA, .bits = 2048 };
	struct ka_table ec = { .algorithm = KA_KEY_EC, .curve = KA_CURVE_SECP256R1, .bits = 256 };
	struct ka_key key = { .algorithm = KA_KEY_RSA, .bits = 2048 };

	(void)state;
	assert_true(ka_table_matches(&rsa, &key));
	assert_false(ka_table_matches(&ec, &key));
	key.bits = 2047;
	assert_false(ka_table_matches(&rsa, &key));
	key.bits = 2048;
	key.algorithm = KA_KEY_RSA_PSS;
	assert_true(ka_table_matches(&rsa, &key));
	key.algorithm = KA_KEY_DSA;
	assert_false(ka_table_matches(&rsa, &key));
	key = (struct ka_key){ .algorithm = KA_KEY_EC, .curve = KA_CURVE_SECP256R1, .bits = 256 };
	assert_true(ka_table_matches(&ec, &key));
	assert_false(ka_table_matches(&rsa, &key));
	key.curve = KA_CURVE_SECP256K1;
	assert_false(ka_table_matches(&ec, &key));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_every_key_and_no_other),
		cmocka_unit_test(entries_name_what_was_written),
		cmocka_unit_test(keys_with_one_fingerprint_are_all_candidates),
		cmocka_unit_test(contradictions_are_named),
		cmocka_unit_test(ids_fill_their_bits),
		cmocka_unit_test(entries_out_of_order_are_refused),
		cmocka_unit_test(damage_is_refused),
		cmocka_unit_test(cut_or_grown_is_refused),
		cmocka_unit_test(types_open_as_what_they_are),
		cmocka_unit_test(opens_at_any_alignment),
		cmocka_unit_test(fingerprints_are_the_bits_that_the_format_says),
		cmocka_unit_test(matches_keys_of_its_type_and_size_only),
	};
	return cmocka_run_group_tests(tests, set_up, NULL);
}
