/* SPDX-License-Identifier: Apache-2.0 */
/* open.c - checks a table's file once, completely, so that looking up needs no checks.
 *
 * Order: is it a table (magic), of this version, complete (length), undamaged (checksum)? Only then is the header believed,
 * and what it says is held against itself and against every entry. */
#include "lib/table/layout.h"

#include <string.h>

enum {
	AT_VERSION = 8,
	AT_HEADER_LEN = 12,
	AT_TYPE = 16,
	AT_EXPONENT = 48,
	AT_PID_COUNT = 52,
	AT_KEY_COUNT = 56,
	AT_BUCKET_BITS = 64,
	AT_ENTRY_LEN = 68,
	AT_ID_BITS = 72,
	AT_EXTRA_COUNT = 76,
	AT_BUCKETS = 80,
	AT_ENTRIES = 88,
	AT_EXTRAS = 96,
	AT_FILE_LEN = 104,
	AT_CHECKSUM = 112,
	AT_ZERO = 120
};

/* Below this a modulus has no bits 64 to 127 to look up. */
#define MIN_RSA_BITS 128u

static enum ka_err
check_frame(struct ka_slice file)
{
	const size_t magic_len = sizeof(KA_TABLE_MAGIC) - 1;

	if (file.len < magic_len || memcmp(file.data, KA_TABLE_MAGIC, magic_len) != 0)
		return KA_ERR_TABLE_MAGIC;
	if (file.len < AT_HEADER_LEN)
		return KA_ERR_TABLE_TRUNCATED;
	if (ka_load_le32(file.data + AT_VERSION) != KA_TABLE_VERSION)
		return KA_ERR_TABLE_VERSION;
	if (file.len < KA_TABLE_HEADER_LEN || ka_load_le64(file.data + AT_FILE_LEN) != file.len)
		return KA_ERR_TABLE_TRUNCATED;
	return KA_OK;
}

static enum ka_err
check_checksum(struct ka_slice file)
{
	static const uint8_t zeros[AT_ZERO - AT_CHECKSUM];
	const struct ka_slice before = { file.data, AT_CHECKSUM };
	const struct ka_slice field = { zeros, sizeof(zeros) };
	const struct ka_slice behind = { file.data + AT_ZERO, file.len - AT_ZERO };

	uint64_t crc = ka_crc64(ka_crc64(ka_crc64(0, before), field), behind);
	return crc == ka_load_le64(file.data + AT_CHECKSUM) ? KA_OK : KA_ERR_TABLE_CHECKSUM;
}

/* "rsa:" and the bits in decimal, in the one way there is to write it. */
static bool
read_rsa_type(struct ka_table *table, const char *text)
{
	uint32_t bits = 0;

	if (*text < '1' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		bits = bits * 10 + (uint32_t)(*text - '0');
		if (bits > KA_RSA_MAX_BITS)
			return false;
	}
	if (*text != '\0' || bits < MIN_RSA_BITS)
		return false;
	table->algorithm = KA_KEY_RSA;
	table->curve = KA_CURVE_NONE;
	table->bits = bits;
	return true;
}

static bool
read_ec_type(struct ka_table *table, const char *text)
{
	if (!ka_curve_by_name(&table->curve, text) || strcmp(ka_curve_name(table->curve), text) != 0)
		return false;
	table->algorithm = KA_KEY_EC;
	table->bits = ka_curve_bits(table->curve);
	return table->bits != 0;
}

static enum ka_err
read_type(struct ka_table *table, const uint8_t *field)
{
	memcpy(table->type, field, KA_TABLE_TYPE_LEN);
	table->type[KA_TABLE_TYPE_LEN] = '\0';
	for (size_t i = strlen(table->type); i < KA_TABLE_TYPE_LEN; i++) {
		if (field[i] != 0)
			return KA_ERR_TABLE_HEADER;
	}
	if (strncmp(table->type, "rsa:", 4) == 0 && read_rsa_type(table, table->type + 4))
		return KA_OK;
	if (strncmp(table->type, "ec:", 3) == 0 && read_ec_type(table, table->type + 3))
		return KA_OK;
	return KA_ERR_TABLE_TYPE;
}

/* A region of the file: offset and count items of item_len bytes, behind the header and inside the file. The products
 * below cannot overflow: counts are below 2^33, items at most 8 bytes. */
struct region {
	uint64_t start;
	uint64_t end;
};

static bool
read_region(struct region *out, struct ka_slice file, size_t at, uint64_t num_items, uint64_t item_len)
{
	uint64_t start = ka_load_le64(file.data + at);
	uint64_t len = num_items * item_len;

	if (start < KA_TABLE_HEADER_LEN || start > file.len || len > file.len - start)
		return false;
	out->start = start;
	out->end = start + len;
	return true;
}

static bool
regions_overlap(struct region a, struct region b)
{
	return a.start < b.end && b.start < a.end;
}

/* The numbers of the header that do not depend on one another's places. */
static bool
numbers_agree(const struct ka_table *table)
{
	uint64_t num_ids = (uint64_t)KA_TABLE_NUM_STREAMS * table->pid_count + table->extra_count;
	bool exponent_fits = table->algorithm == KA_KEY_RSA ? table->exponent >= 3 && table->exponent % 2 == 1 :
							      table->exponent == 0;

	if (!exponent_fits || table->pid_count == 0 || table->pid_count > KA_DEBIAN_MAX_PID_COUNT)
		return false;
	if (table->extra_count > KA_TABLE_NUM_STREAMS * table->pid_count)
		return false;
	if (table->key_count == 0 || table->key_count > num_ids)
		return false;
	if (table->bucket_bits > KA_TABLE_MAX_BUCKET_BITS)
		return false;
	if (table->entry_len < KA_TABLE_MIN_ENTRY_LEN || table->entry_len > KA_TABLE_MAX_ENTRY_LEN)
		return false;
	/* At most 32 bits of id leave at least 8 of tag. */
	return table->id_bits >= 1 && table->id_bits <= 32 && num_ids - 1 <= ka_table_low_bits(table->id_bits);
}

static enum ka_err
read_header(struct ka_table *table, struct ka_slice file)
{
	const uint8_t *header = file.data;
	struct region buckets, entries, extras;

	if (ka_load_le32(header + AT_HEADER_LEN) != KA_TABLE_HEADER_LEN || ka_load_le64(header + AT_ZERO) != 0)
		return KA_ERR_TABLE_HEADER;
	enum ka_err err = read_type(table, header + AT_TYPE);
	if (err != KA_OK)
		return err;
	table->exponent = ka_load_le32(header + AT_EXPONENT);
	table->pid_count = ka_load_le32(header + AT_PID_COUNT);
	table->key_count = ka_load_le64(header + AT_KEY_COUNT);
	table->bucket_bits = ka_load_le32(header + AT_BUCKET_BITS);
	table->entry_len = ka_load_le32(header + AT_ENTRY_LEN);
	table->id_bits = ka_load_le32(header + AT_ID_BITS);
	table->extra_count = ka_load_le32(header + AT_EXTRA_COUNT);
	if (!numbers_agree(table))
		return KA_ERR_TABLE_HEADER;

	uint64_t num_bounds = ((uint64_t)1 << table->bucket_bits) + 1;
	if (!read_region(&buckets, file, AT_BUCKETS, num_bounds, KA_TABLE_BUCKET_LEN) ||
		!read_region(&entries, file, AT_ENTRIES, table->key_count, table->entry_len) ||
		!read_region(&extras, file, AT_EXTRAS, table->extra_count, KA_TABLE_EXTRA_LEN))
		return KA_ERR_TABLE_HEADER;
	if (regions_overlap(buckets, entries) || regions_overlap(buckets, extras) || regions_overlap(entries, extras))
		return KA_ERR_TABLE_HEADER;

	table->file = file;
	table->buckets = file.data + buckets.start;
	table->entries = file.data + entries.start;
	table->extras = file.data + extras.start;
	return KA_OK;
}

/* Buckets partition the entries; inside a bucket values rise, so an entry that stands twice is out of order as well. */
static enum ka_err
check_entries(const struct ka_table *table)
{
	const uint64_t num_buckets = (uint64_t)1 << table->bucket_bits;
	const uint64_t id_mask = ka_table_low_bits(table->id_bits);
	const uint64_t num_ids = (uint64_t)KA_TABLE_NUM_STREAMS * table->pid_count + table->extra_count;
	const uint32_t tag_bits = ka_table_tag_bits(table);
	/* Where bucket number and tag share bits of the fingerprint, they must agree: how far the tag reaches into it. */
	const uint32_t shared_bits = table->bucket_bits + tag_bits > 64 ? table->bucket_bits + tag_bits - 64 : 0;
	uint64_t start = ka_table_bucket_start(table, 0);

	if (start != 0)
		return KA_ERR_TABLE_ORDER;
	for (uint64_t bucket = 0; bucket < num_buckets; bucket++) {
		uint64_t end = ka_table_bucket_start(table, bucket + 1);
		if (end < start || end > table->key_count)
			return KA_ERR_TABLE_ORDER;
		for (uint64_t i = start, previous = 0; i < end; i++) {
			uint64_t value = ka_table_entry_value(table, i);
			if (i > start && value <= previous)
				return KA_ERR_TABLE_ORDER;
			if ((value & id_mask) >= num_ids)
				return KA_ERR_TABLE_ENTRY;
			if (shared_bits > 0 && value >> table->id_bits >> (tag_bits - shared_bits) !=
						       (bucket & ka_table_low_bits(shared_bits)))
				return KA_ERR_TABLE_ORDER;
			previous = value;
		}
		start = end;
	}
	return start == table->key_count ? KA_OK : KA_ERR_TABLE_ORDER;
}

static enum ka_err
check_extras(const struct ka_table *table)
{
	for (uint64_t i = 0; i < table->extra_count; i++) {
		const uint8_t *extra = table->extras + KA_TABLE_EXTRA_LEN * i;
		if (ka_load_le32(extra) >= KA_TABLE_NUM_STREAMS * table->pid_count)
			return KA_ERR_TABLE_ENTRY;
		if ((ka_load_le32(extra + 4) & ~KA_TABLE_EXTRA_OTHER_EXPONENT) != 0)
			return KA_ERR_TABLE_ENTRY;
	}
	return KA_OK;
}

enum ka_err
ka_table_open(struct ka_table *out, struct ka_slice file)
{
	struct ka_table table = { 0 };
	enum ka_err err;

	if ((err = check_frame(file)) != KA_OK || (err = check_checksum(file)) != KA_OK ||
		(err = read_header(&table, file)) != KA_OK || (err = check_entries(&table)) != KA_OK ||
		(err = check_extras(&table)) != KA_OK)
		return err;
	*out = table;
	return KA_OK;
}
