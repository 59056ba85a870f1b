/* SPDX-License-Identifier: Apache-2.0 */
/* The shipped tables: whole, of the type that their names say, right where they are made again, and complete where an
 * independent generator published keys ($KEYASSAY_VECTORS/debian-weak; skipped when not set). Argument: the folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <keyassay/table.h>

#include "weakgen/table.h"
#include "weakgen/weakgen.h"

#define MAX_TABLE_LEN (8u << 20)
#define NUM_STREAMS (9 * KA_DEBIAN_PID_COUNT)
#define NUM_REMADE 12u

static const struct {
	const char *file, *type, *vectors;
} tables[] = {
	{ "rsa-512.kat", "rsa:512", "rsa-512.csv" },
	{ "rsa-768.kat", "rsa:768", "rsa-768.csv" },
	{ "rsa-1024.kat", "rsa:1024", "rsa-1024.csv" },
	{ "rsa-1536.kat", "rsa:1536", "rsa-1536.csv" },
	{ "rsa-2048.kat", "rsa:2048", "rsa-2048.csv" },
	{ "rsa-3072.kat", "rsa:3072", "rsa-3072.csv" },
	{ "ec-secp256r1.kat", "ec:secp256r1", "ec-secp256r1.csv" },
	{ "ec-secp384r1.kat", "ec:secp384r1", "ec-secp384r1.csv" },
	{ "ec-secp521r1.kat", "ec:secp521r1", NULL },
	{ "ec-secp256k1.kat", "ec:secp256k1", NULL },
};

#define NUM_TABLES (sizeof(tables) / sizeof(tables[0]))

static const char *folder;

struct loaded {
	struct ka_table table;
	uint8_t *bytes;
};

static struct loaded
load(size_t which)
{
	struct loaded loaded = { .bytes = malloc(MAX_TABLE_LEN) };
	char path[4096];
	size_t len;
	FILE *file;

	assert_non_null(loaded.bytes);
	(void)snprintf(path, sizeof(path), "%s/%s", folder, tables[which].file);
	file = fopen(path, "rb");
	if (file == NULL) {
		fail_msg("%s is missing", path);
	}
	len = fread(loaded.bytes, 1, MAX_TABLE_LEN, file);
	(void)fclose(file);
	assert_int_equal(ka_table_open(&loaded.table, (struct ka_slice){ loaded.bytes, len }), KA_OK);
	return loaded;
}

static void
tables_are_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < NUM_TABLES; i++) {
		struct loaded loaded = load(i);
		const struct ka_table *table = &loaded.table;

		assert_string_equal(table->type, tables[i].type);
		assert_int_equal(table->pid_count, KA_DEBIAN_PID_COUNT);
		assert_int_equal(table->key_count, NUM_STREAMS + table->extra_count);
		/* 65537 divides p - 1 or q - 1 for 2 keys in 65536: nine of these, give or take a few. */
		assert_true(table->algorithm == KA_KEY_RSA ? table->extra_count - 1 < 24 : table->extra_count == 0);
		free(loaded.bytes);
	}
}

static bool
entry_is_right(struct ka_weakgen *weakgen, const struct ka_table *table, uint64_t index)
{
	static const uint8_t f4[] = { 1, 0, 1 }, three[] = { 3 };
	static struct ka_weakgen_key key;
	struct ka_table_hit hit;
	uint64_t stored, known;
	struct ka_slice exponent = { f4, sizeof(f4) };

	assert_int_equal(ka_table_entry(&hit, &stored, &known, table, index), KA_OK);
	if (hit.other_exponent) {
		exponent = (struct ka_slice){ three, sizeof(three) };
	}
	assert_int_equal(ka_weakgen_make(&key, weakgen, ka_weakgen_machine_of(hit.id.architecture), hit.id.randfile,
			     hit.id.pid, exponent),
	    KA_OK);
	return ((ka_weakgen_fingerprint(&key) ^ stored) & known) == 0;
}

/* Some entries, evenly spread over the buckets, and the first extra. */
static void
entries_can_be_made_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < NUM_TABLES; i++) {
		struct loaded loaded = load(i);
		struct ka_weakgen_type type;
		struct ka_weakgen *weakgen;
		struct ka_table_hit hit = { .other_exponent = false };
		uint64_t known, stored;

		assert_int_equal(ka_weakgen_type_parse(&type, tables[i].type), KA_OK);
		assert_int_equal(ka_weakgen_new(&weakgen, &type), KA_OK);
		for (uint64_t n = 0; n < NUM_REMADE; n++) {
			uint64_t index = n * (loaded.table.key_count - 1) / (NUM_REMADE - 1);

			assert_true(entry_is_right(weakgen, &loaded.table, index));
		}
		for (uint64_t n = 0; loaded.table.extra_count > 0 && !hit.other_exponent; n++) {
			assert_int_equal(ka_table_entry(&hit, &stored, &known, &loaded.table, n), KA_OK);
			if (hit.other_exponent) {
				assert_true(entry_is_right(weakgen, &loaded.table, n));
			}
		}
		ka_weakgen_free(weakgen);
		free(loaded.bytes);
	}
}

static bool
is_found(const struct ka_table *table, uint64_t fingerprint, const struct ka_debian_id *id)
{
	struct ka_table_hit hits[8];
	size_t num = ka_table_find(hits, 8, table, fingerprint);
	bool found = false;

	for (size_t i = 0; i < num && i < 8; i++) {
		found = found ||
		    (hits[i].id.architecture == id->architecture && hits[i].id.randfile == id->randfile &&
			hits[i].id.pid == id->pid);
	}
	return found;
}

static struct ka_weakgen_key
make_with(struct ka_weakgen *weakgen, const struct ka_debian_id *id, uint32_t exponent)
{
	const uint8_t bytes[] = { (uint8_t)(exponent >> 16), (uint8_t)(exponent >> 8), (uint8_t)exponent };
	struct ka_weakgen_key key;

	assert_int_equal(ka_weakgen_make(&key, weakgen, ka_weakgen_machine_of(id->architecture), id->randfile, id->pid,
			     (struct ka_slice){ bytes, sizeof(bytes) }),
	    KA_OK);
	return key;
}

/* Is p = 1 modulo 65537? */
static bool
suits_not(const uint8_t *prime, size_t len)
{
	uint64_t rest = 0;

	for (size_t i = 0; i < len; i++) {
		rest = (rest << 8 | prime[i]) % 65537;
	}
	return rest == 1;
}

/* Extras are the keys whose p - 1 or q - 1 the exponent 65537 divides: they are what exponents like 3, 5 and 17 get, and
 * are found as well as the keys that 65537 got instead. */
static void
extras_are_the_keys_of_other_exponents(void **state)
{
	static const uint32_t others[] = { 3, 5, 17, 257, 17863, 65535 };
	unsigned num_extras = 0;

	(void)state;
	for (size_t i = 0; i < NUM_TABLES; i++) {
		struct loaded loaded = load(i);
		struct ka_weakgen_type type;
		struct ka_weakgen *weakgen;

		assert_int_equal(ka_weakgen_type_parse(&type, tables[i].type), KA_OK);
		assert_int_equal(ka_weakgen_new(&weakgen, &type), KA_OK);
		for (uint64_t n = 0; type.bits <= 768 && loaded.table.extra_count > 0 && n < loaded.table.key_count; n++) {
			struct ka_table_hit hit;
			uint64_t stored, known;

			assert_int_equal(ka_table_entry(&hit, &stored, &known, &loaded.table, n), KA_OK);
			if (!hit.other_exponent) {
				continue;
			}
			struct ka_weakgen_key usual = make_with(weakgen, &hit.id, 65537);

			assert_true(is_found(&loaded.table, ka_weakgen_fingerprint(&usual), &hit.id));
			assert_true(usual.exponent_mattered);
			for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++) {
				struct ka_weakgen_key other = make_with(weakgen, &hit.id, others[k]);

				assert_true(suits_not(other.p, other.p_len) || suits_not(other.q, other.q_len));
				assert_true(is_found(&loaded.table, ka_weakgen_fingerprint(&other), &hit.id));
				assert_memory_not_equal(other.modulus, usual.modulus, usual.modulus_len);
			}
			num_extras++;
		}
		ka_weakgen_free(weakgen);
		free(loaded.bytes);
	}
	assert_in_range(num_extras, 4, 40);
}

/* A line of the vectors: architecture,randfile,pid,hexadecimal key. Sets what the table should say of the key. */
static void
parse_line(struct ka_debian_id *out_id, uint64_t *out_fingerprint, char *line, bool is_rsa)
{
	char *fields[4] = { line }, digits[17] = { 0 };
	size_t len;

	for (unsigned i = 1; i < 4; i++) {
		fields[i] = strchr(fields[i - 1], ',');
		assert_non_null(fields[i]);
		*fields[i]++ = '\0';
	}
	assert_true(ka_debian_arch_by_name(&out_id->architecture, fields[0]));
	assert_true(ka_debian_randfile_by_name(&out_id->randfile, fields[1]));
	out_id->pid = (uint32_t)strtoul(fields[2], NULL, 10);
	len = strcspn(fields[3], "\r\n");
	assert_true(len > 64);
	/* Bits 64 to 127 of a modulus; the last 64 bits of x of "04 x y". */
	memcpy(digits, fields[3] + (is_rsa ? len - 32 : 2 + (len - 2) / 2 - 16), 16);
	*out_fingerprint = strtoull(digits, NULL, 16);
}

static void
published_keys_are_found(void **state)
{
	static char line[2 * KA_KEY_MAX_BYTES + 256];
	const char *root = getenv("KEYASSAY_VECTORS");

	(void)state;
	if (root == NULL || *root == '\0') {
		skip();
	}
	for (size_t i = 0; i < NUM_TABLES; i++) {
		char path[4096];
		struct loaded loaded;
		unsigned num = 0, num_found = 0;
		FILE *file;

		if (tables[i].vectors == NULL) {
			continue;
		}
		loaded = load(i);
		(void)snprintf(path, sizeof(path), "%s/debian-weak/%s", root, tables[i].vectors);
		file = fopen(path, "r");
		assert_non_null(file);
		assert_non_null(fgets(line, sizeof(line), file)); /* names of the columns */
		while (fgets(line, sizeof(line), file) != NULL) {
			struct ka_debian_id id;
			uint64_t fingerprint;

			parse_line(&id, &fingerprint, line, loaded.table.algorithm == KA_KEY_RSA);
			num++;
			num_found += is_found(&loaded.table, fingerprint, &id);
		}
		(void)fclose(file);
		print_message("%s: %u of %u published keys found\n", tables[i].file, num_found, num);
		assert_true(num > 0);
		assert_int_equal(num_found, num);
		free(loaded.bytes);
	}
}

/* A stand-in for a key's fingerprint: SplitMix64 of the number of its stream. */
static uint64_t
stand_in(uint64_t number)
{
	uint64_t z = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

#define MANY_PIDS 300000u
#define EXTRA_STREAM (7 * MANY_PIDS + 299999)

/* Systems may have raised the limit of process ids: a table with more of them is written, opened and looked up right. */
static void
tables_take_more_process_ids(void **state)
{
	const char *path = "tables_test.kat";
	struct ka_weakgen_table_job job = { .path = path, .pid_count = MANY_PIDS };
	struct ka_weakgen_result *results = calloc(9 * (size_t)MANY_PIDS, sizeof(*results));
	uint8_t *bytes = malloc(4 * (size_t)MAX_TABLE_LEN);
	char message[KA_WEAKGEN_MESSAGE_LEN];
	struct ka_table table;
	size_t len;
	FILE *file;

	(void)state;
	assert_non_null(results);
	assert_non_null(bytes);
	assert_int_equal(ka_weakgen_type_parse(&job.type, "rsa:2048"), KA_OK);
	for (uint32_t i = 0; i < 9 * MANY_PIDS; i++) {
		results[i].fingerprint = stand_in(i);
	}
	results[EXTRA_STREAM].has_other = true;
	results[EXTRA_STREAM].other_fingerprint = stand_in(UINT64_C(1) << 40);
	assert_true(ka_weakgen_table_write(message, &job, results));
	file = fopen(path, "rb");
	assert_non_null(file);
	len = fread(bytes, 1, 4 * (size_t)MAX_TABLE_LEN, file);
	(void)fclose(file);
	(void)remove(path);
	assert_int_equal(ka_table_open(&table, (struct ka_slice){ bytes, len }), KA_OK);
	assert_int_equal(table.pid_count, MANY_PIDS);
	assert_int_equal(table.key_count, 9 * MANY_PIDS + 1);
	assert_true(len <= 8 * table.key_count);
	for (uint32_t i = 0; i < 9 * MANY_PIDS; i += 97) {
		struct ka_debian_id id = { .architecture = (enum ka_debian_arch)(i / MANY_PIDS / 3),
			.randfile = (enum ka_debian_randfile)(i / MANY_PIDS % 3),
			.pid = i % MANY_PIDS };

		assert_true(is_found(&table, stand_in(i), &id));
		assert_false(is_found(&table, stand_in(i) ^ 1, &id));
	}
	assert_true(is_found(&table, stand_in(UINT64_C(1) << 40),
	    &(struct ka_debian_id){
		.architecture = KA_DEBIAN_BE32, .randfile = KA_DEBIAN_NORND, .pid = EXTRA_STREAM % MANY_PIDS }));
	free(results);
	free(bytes);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_take_more_process_ids),
		cmocka_unit_test(tables_are_whole),
		cmocka_unit_test(entries_can_be_made_again),
		cmocka_unit_test(extras_are_the_keys_of_other_exponents),
		cmocka_unit_test(published_keys_are_found),
	};

	if (argc != 2) {
		(void)fprintf(stderr, "usage: tables_test FOLDER\n");
		return 2;
	}
	folder = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
