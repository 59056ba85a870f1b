/* SPDX-License-Identifier: Apache-2.0 */
/* Tables. The input is opened as it is, then with length and checksum set right, as nothing would get behind them otherwise:
 * whatever a table that opens contains, look-ups stay inside it and agree with one another. */
#include "fuzz/fuzz.h"

#include <keyassay/keyassay.h>

#include <string.h>

#define MAX_HITS 8u
#define MAX_ENTRIES 3000u /* longer tables are looked at in steps */

static void
check_hit(const struct ka_table_hit *hit, const struct ka_table *table)
{
	FUZZ_CHECK((unsigned)hit->id.architecture < KA_DEBIAN_NUM_ARCHS);
	FUZZ_CHECK((unsigned)hit->id.randfile < KA_DEBIAN_NUM_RANDFILES);
	FUZZ_CHECK(hit->id.pid < table->pid_count && table->pid_count <= KA_DEBIAN_MAX_PID_COUNT);
}

static bool
same_hit(const struct ka_table_hit *a, const struct ka_table_hit *b)
{
	return a->id.architecture == b->id.architecture && a->id.randfile == b->id.randfile && a->id.pid == b->id.pid &&
		a->other_exponent == b->other_exponent;
}

/* Each entry is found by the fingerprint it says it has, whatever the bits are that it does not know. */
static void
check_entry(const struct ka_table *table, uint64_t index)
{
	struct ka_table_hit hit, hits[MAX_HITS];
	uint64_t fingerprint, known;
	bool found = false;

	FUZZ_CHECK(ka_table_entry(&hit, &fingerprint, &known, table, index) == KA_OK);
	FUZZ_CHECK((fingerprint & ~known) == 0);
	check_hit(&hit, table);
	for (int i = 0; i < 2; i++) {
		size_t num = ka_table_find(hits, MAX_HITS, table, i == 0 ? fingerprint : fingerprint | ~known);
		FUZZ_CHECK(num >= 1 && num <= table->key_count);
		for (size_t k = 0; k < num && k < MAX_HITS; k++) {
			check_hit(&hits[k], table);
			found |= same_hit(&hit, &hits[k]);
		}
		FUZZ_CHECK(found || num > MAX_HITS);
	}
}

static void
check_table(const struct ka_table *table, uint64_t seed)
{
	uint64_t step = table->key_count / MAX_ENTRIES + 1;
	struct ka_table_hit hits[MAX_HITS];
	struct ka_table_hit hit;
	uint64_t fingerprint, known;

	for (uint64_t i = 0; i < table->key_count; i += step)
		check_entry(table, i);
	FUZZ_CHECK(ka_table_entry(&hit, &fingerprint, &known, table, table->key_count) == KA_ERR_ARGUMENT);
	for (int i = 0; i < 64; i++) {
		seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
		size_t num = ka_table_find(hits, MAX_HITS, table, seed);
		for (size_t k = 0; k < num && k < MAX_HITS; k++)
			check_hit(&hits[k], table);
	}
	ka_table_find(hits, MAX_HITS, table, 0);
	ka_table_find(hits, MAX_HITS, table, UINT64_MAX);
}

static void
try_table(struct ka_slice file, bool sealed)
{
	struct ka_table table, poison;

	memset(&table, 0xa5, sizeof(table));
	poison = table;
	enum ka_err err = ka_table_open(&table, file);
	if (err != KA_OK) {
		FUZZ_CHECK(err >> 8 == KA_ERR_TABLE_MAGIC >> 8 && strcmp(ka_err_name(err), "unknown") != 0);
		FUZZ_CHECK(!sealed || err != KA_ERR_TABLE_CHECKSUM);
		FUZZ_CHECK(memcmp(&table, &poison, sizeof(table)) == 0);
		return;
	}
	check_table(&table, ka_crc64(0, file));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	try_table((struct ka_slice){ data, len }, false);
	if (len < KA_TABLE_HEADER_LEN)
		return 0;
	uint8_t *copy = malloc(len);
	if (copy == NULL)
		abort();
	memcpy(copy, data, len);
	memset(copy + 112, 0, 8);
	for (size_t i = 0; i < 8; i++)
		copy[104 + i] = (uint8_t)((uint64_t)len >> 8 * i);
	uint64_t crc = ka_crc64(0, (struct ka_slice){ copy, len });
	for (size_t i = 0; i < 8; i++)
		copy[112 + i] = (uint8_t)(crc >> 8 * i);
	try_table((struct ka_slice){ copy, len }, true);
	free(copy);
	return 0;
}
