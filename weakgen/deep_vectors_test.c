/* SPDX-License-Identifier: Apache-2.0 */
/* Deep walks find every key of an independent generator ($KEYASSAY_VECTORS/debian-weak), with its identity, and no random
 * key beside them. A walk goes through the process ids of the rows that it looks for and no others (all machines and seed
 * files of each). Of large sizes a sample of the rows; with the argument "all" every row. ci/long/deep does that, and walks
 * through all process ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "weakgen/rsa.h"
#include "weakgen/vector_rows_test.h"

#define MAX_ROWS 600u

/* Dividing by many moduli takes longer than by few; starting a walk on a curve takes longest. */
#define RSA_ROWS 32u
#define NUM_RANDOM 2u

static const struct {
	const char *name; /* of the test */
	const char *file;
	const char *type;
	unsigned step;             /* the sample takes every step-th row */
	unsigned first_prime_step; /* so many rows are looked for by first primes too: exact, but slow */
} files[] = {
	{ "finds_rsa_512", "rsa-512.csv", "rsa:512", 1, 4 },
	{ "finds_rsa_768", "rsa-768.csv", "rsa:768", 1, 4 },
	{ "finds_rsa_1024", "rsa-1024.csv", "rsa:1024", 2, 20 },
	{ "finds_rsa_1536", "rsa-1536.csv", "rsa:1536", 2, 20 },
	{ "finds_rsa_2047", "rsa-2047.csv", "rsa:2047", 1, 20 },
	{ "finds_rsa_2048", "rsa-2048.csv", "rsa:2048", 12, 200 },
	{ "finds_rsa_2049", "rsa-2049.csv", "rsa:2049", 1, 20 },
	{ "finds_rsa_2560", "rsa-2560.csv", "rsa:2560", 2, 30 },
	{ "finds_rsa_3072", "rsa-3072.csv", "rsa:3072", 6, 180 },
	{ "finds_rsa_4096", "rsa-4096.csv", "rsa:4096", 12, 0 },
	{ "finds_ec_secp256r1", "ec-secp256r1.csv", "ec:secp256r1", 1, 0 },
	{ "finds_ec_secp384r1", "ec-secp384r1.csv", "ec:secp384r1", 1, 0 },
};

#define NUM_FILES (sizeof(files) / sizeof(files[0]))

/* Rows that one walk looks for. */
struct party {
	struct ka_weakgen_type type;
	enum ka_weakgen_deep_way way;
	unsigned num;
	struct vector_row rows[MAX_ROWS];
	uint32_t pids[MAX_ROWS];
	uint8_t bytes[MAX_ROWS][KA_KEY_MAX_BYTES];
};

static bool every_row;
static const uint8_t exponent[] = { 1, 0, 1 };

static struct ka_key
key_of(const struct ka_weakgen_type *type, const uint8_t *bytes, size_t len)
{
	struct ka_key key = { .algorithm = type->algorithm, .curve = type->curve, .bits = type->bits };

	if (type->algorithm == KA_KEY_RSA) {
		key.modulus = (struct ka_slice){ bytes, len };
		key.exponent = (struct ka_slice){ exponent, sizeof(exponent) };
	} else {
		key.point = (struct ka_slice){ bytes, len };
	}
	return key;
}

static void
random_bytes(uint8_t *out, size_t len, const uint8_t *like, unsigned long seed)
{
	gmp_randstate_t state;
	mpz_t number;

	gmp_randinit_default(state);
	gmp_randseed_ui(state, seed);
	mpz_init(number);
	mpz_urandomb(number, state, 8 * len);
	mpz_setbit(number, 8 * len - 1);
	mpz_export(out, NULL, 1, 1, 0, 0, number);
	/* The size of the key: its first byte; an odd modulus, and one that needs a walk. */
	out[0] = like[0];
	out[len - 1] |= 1;
	mpz_import(number, len, 1, 1, 0, 0, out);
	if (like[0] != 0x04) {
		while (!ka_weakgen_rsa_is_possible(number)) {
			mpz_add_ui(number, number, 2);
		}
		mpz_export(out, NULL, 1, 1, 0, 0, number);
	}
	mpz_clear(number);
	gmp_randclear(state);
}

static void
walk(struct party *party)
{
	const struct ka_weakgen_deep_options options = {
		.pids = party->pids,
		.pid_count = party->num,
		.way = party->way,
		.miss = KA_WEAKGEN_DEEP_MISS,
		.num_threads = 2,
	};
	struct ka_weakgen_deep *deep;
	size_t handles[MAX_ROWS], random_handles[NUM_RANDOM], len = 0;
	struct ka_walk_result result;
	struct ka_key key;

	for (unsigned i = 0; i < party->num; i++) {
		party->pids[i] = party->rows[i].pid;
	}
	assert_int_equal(ka_weakgen_deep_new(&deep, &options), KA_OK);
	for (unsigned i = 0; i < party->num; i++) {
		len = vector_bytes(party->bytes[i], &party->rows[i]);
		key = key_of(&party->type, party->bytes[i], len);
		assert_int_equal(ka_weakgen_deep_add(deep, &handles[i], &key), KA_OK);
	}
	for (unsigned i = 0; i < NUM_RANDOM; i++) {
		uint8_t bytes[KA_KEY_MAX_BYTES];

		random_bytes(bytes, len, party->bytes[0], 77 + i);
		key = key_of(&party->type, bytes, len);
		assert_int_equal(ka_weakgen_deep_add(deep, &random_handles[i], &key), KA_OK);
	}
	assert_int_equal(ka_weakgen_deep_run(deep), KA_OK);
	for (unsigned i = 0; i < party->num; i++) {
		ka_weakgen_deep_result(deep, handles[i], &result);
		if (result.answer != KA_WALK_WEAK || result.id.architecture != party->rows[i].architecture ||
		    result.id.randfile != party->rows[i].randfile || result.id.pid != party->rows[i].pid) {
			fail_msg("process id %u: answer %d", party->rows[i].pid, (int)result.answer);
		}
	}
	for (unsigned i = 0; i < NUM_RANDOM; i++) {
		ka_weakgen_deep_result(deep, random_handles[i], &result);
		assert_int_equal(result.answer, KA_WALK_NOT_WEAK);
		assert_true(result.miss <= KA_WEAKGEN_DEEP_MISS);
	}
	ka_weakgen_deep_free(deep);
	party->num = 0;
}

/* Looks for every step-th row of a file. */
static void
find_rows(size_t which, enum ka_weakgen_deep_way way, unsigned step)
{
	static struct party party;
	FILE *file = vector_file(files[which].file);
	unsigned num = 0, tried = 0, full;

	party.way = way;
	party.num = 0;
	assert_int_equal(ka_weakgen_type_parse(&party.type, files[which].type), KA_OK);
	full = party.type.algorithm == KA_KEY_RSA ? RSA_ROWS : MAX_ROWS;
	while (vector_next(&party.rows[party.num], file)) {
		if (num++ % step != 0) {
			continue;
		}
		tried++;
		if (++party.num == full) {
			walk(&party);
		}
	}
	if (party.num > 0) {
		walk(&party);
	}
	print_message("%s: %u of %u rows looked for and found\n", files[which].file, tried, num);
	assert_true(num > 30);
	(void)fclose(file);
}

static void
finds_every_row(void **state)
{
	size_t which = *(const size_t *)*state;

	find_rows(which, KA_WEAKGEN_DEEP_BY_DIVISION, every_row ? 1 : files[which].step);
	if (files[which].first_prime_step > 0) {
		find_rows(which, KA_WEAKGEN_DEEP_FIRST_PRIMES, files[which].first_prime_step);
	}
}

int
main(int argc, char **argv)
{
	size_t indexes[NUM_FILES];
	struct CMUnitTest tests[NUM_FILES];

	every_row = argc > 1 && strcmp(argv[1], "all") == 0;
	for (size_t i = 0; i < NUM_FILES; i++) {
		indexes[i] = i;
		tests[i] = (struct CMUnitTest){
			.name = files[i].name,
			.test_func = finds_every_row,
			.initial_state = &indexes[i],
		};
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
