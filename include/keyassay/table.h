/* SPDX-License-Identifier: Apache-2.0 */
/* table.h - tables of Debian weak keys: format (also keyassay-table(5)), open, look up.
 *
 * All integers are little-endian. A table is a header, an index of buckets, the entries and the extras:
 *
 *   offset size
 *        0    8 magic "KADEBTBL"
 *        8    4 version, 1
 *       12    4 length of the header, 128
 *       16   32 key type, NUL padded: "rsa:2048", "ec:secp256r1"
 *       48    4 exponent of the RSA keys, 65537; 0 for EC
 *       52    4 number of PIDs, at most 2^22: the table covers PIDs 0 to this - 1
 *       56    8 number of entries, extras' entries included
 *       64    4 bucket_bits: there are 2^bucket_bits buckets, at most 2^24
 *       68    4 entry_len: bytes of an entry, 5 to 8
 *       72    4 id_bits: low bits of an entry that hold its id
 *       76    4 number of extras
 *       80    8 offset of the bucket index: 2^bucket_bits + 1 numbers of 4 bytes, the first entry of each bucket and the end
 *       88    8 offset of the entries
 *       96    8 offset of the extras
 *      104    8 length of the file
 *      112    8 CRC-64/XZ of the whole file with these eight bytes zero
 *      120    8 zero
 *
 * A key's fingerprint f is 64 bits of the key itself, which are as good as a hash: RSA bits 64 to 127 of the modulus, EC
 * the low 64 bits of the affine x coordinate. Its bucket is f >> (64 - bucket_bits). An entry is the number
 * (tag << id_bits) | id with tag = the low 8 * entry_len - id_bits bits of f; entries are sorted by bucket, then value.
 *
 * id = (architecture * 3 + randfile) * PIDs + pid. Ids from 9 * PIDs on are extras: extra k is 4 bytes with the id of its
 * stream and 4 bytes of flags, 1: the key that the stream gives for an exponent other than the table's whose prime factors
 * are at most 17863 (3, 5, 17, ...), listed where it differs from the key of the table's exponent. */
#ifndef KEYASSAY_TABLE_H
#define KEYASSAY_TABLE_H

#include <keyassay/debian.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KA_TABLE_MAGIC "KADEBTBL"
#define KA_TABLE_VERSION 1u
#define KA_TABLE_HEADER_LEN 128u
#define KA_TABLE_EXTRA_LEN 8u
#define KA_TABLE_EXTRA_OTHER_EXPONENT 1u
#define KA_TABLE_TYPE_LEN 32u
#define KA_TABLE_MAX_BUCKET_BITS 24u

/* An opened table. It borrows the file's bytes, which stay the caller's and must outlive it. Read-only after opening, so
 * any number of threads may look up. */
struct ka_table {
	struct ka_slice file;
	enum ka_key_algorithm algorithm; /* KA_KEY_RSA or KA_KEY_EC */
	enum ka_curve curve;
	uint32_t bits; /* RSA: bit length of the moduli; EC: of the field */
	uint32_t exponent;
	uint32_t pid_count;
	uint64_t key_count;
	uint32_t bucket_bits, entry_len, id_bits, extra_count;
	const uint8_t *buckets, *entries, *extras;
	char type[KA_TABLE_TYPE_LEN + 1];
};

/* A look-up's candidate: the key's fingerprint is in the table. Prove it before you believe it. */
struct ka_table_hit {
	struct ka_debian_id id;
	bool other_exponent; /* an extra with KA_TABLE_EXTRA_OTHER_EXPONENT */
};

/* ka_table_open checks header, checksum, order of buckets and entries, and every id, so that a look-up in an opened table
 * never leaves the file's bytes. Needs no alignment. KA_ERR_TABLE_* when the file is foreign, damaged or of another
 * version; *out is then untouched. */
KA_API KA_MUST_CHECK enum ka_err ka_table_open(struct ka_table *out, struct ka_slice file);

/* ka_table_matches says whether the table is for keys of this key's type and size. */
KA_API bool ka_table_matches(const struct ka_table *table, const struct ka_key *key);

/* ka_table_fingerprint returns the 64 bits of a key that a table stores (above); 0 for keys of other algorithms. */
KA_API uint64_t ka_table_fingerprint(const struct ka_key *key);

/* ka_table_find returns the number of candidates for a fingerprint and writes up to max of them. Almost always 0 for a key
 * that is not weak: one in about 10^8 random keys has a candidate. O(1): one bucket of a few entries. */
KA_API size_t ka_table_find(struct ka_table_hit *out_hits, size_t max, const struct ka_table *table, uint64_t fingerprint);

/* ka_table_entry gives the index-th entry (0 to key_count - 1) as its id and the known bits of its fingerprint, with a mask of
 * which bits those are: for verifying a table against the generator. */
KA_API KA_MUST_CHECK enum ka_err ka_table_entry(struct ka_table_hit *out_hit, uint64_t *out_fingerprint,
	uint64_t *out_known_bits, const struct ka_table *table, uint64_t index);

/* ka_crc64 continues a CRC-64/XZ (polynomial 0x42f0e1eba9ea3693, reflected, initial and final all ones); start with 0. */
KA_API uint64_t ka_crc64(uint64_t crc, struct ka_slice bytes);

#ifdef __cplusplus
}
#endif

#endif
