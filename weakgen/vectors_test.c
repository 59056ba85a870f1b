/* SPDX-License-Identifier: Apache-2.0 */
/* Reproduces keys of an independent generator: the CSV files in $KEYASSAY_VECTORS/debian-weak. Of each file a sample
 * that spreads over all architectures and seed files; with the argument "all" every row. Skipped when the variable is
 * not set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "weakgen/vector_rows_test.h"

static const struct {
	const char *name; /* of the test */
	const char *file;
	const char *type;
	unsigned step; /* the sample takes every step-th row */
} vectors[] = {
	{ "reproduces_rsa_512", "rsa-512.csv", "rsa:512", 1 },
	{ "reproduces_rsa_768", "rsa-768.csv", "rsa:768", 1 },
	{ "reproduces_rsa_1024", "rsa-1024.csv", "rsa:1024", 1 },
	{ "reproduces_rsa_1536", "rsa-1536.csv", "rsa:1536", 2 },
	{ "reproduces_rsa_2047", "rsa-2047.csv", "rsa:2047", 2 },
	{ "reproduces_rsa_2048", "rsa-2048.csv", "rsa:2048", 5 },
	{ "reproduces_rsa_2049", "rsa-2049.csv", "rsa:2049", 2 },
	{ "reproduces_rsa_2560", "rsa-2560.csv", "rsa:2560", 3 },
	{ "reproduces_rsa_3072", "rsa-3072.csv", "rsa:3072", 9 },
	{ "reproduces_rsa_4096", "rsa-4096.csv", "rsa:4096", 15 },
	{ "reproduces_ec_secp256r1", "ec-secp256r1.csv", "ec:secp256r1", 1 },
	{ "reproduces_ec_secp384r1", "ec-secp384r1.csv", "ec:secp384r1", 1 },
};

#define NUM_VECTORS (sizeof(vectors) / sizeof(vectors[0]))

static bool every_row;

static bool
row_is_reproduced(struct ka_weakgen *weakgen, const struct vector_row *row)
{
	static struct ka_weakgen_key key;
	static char hex[2 * KA_KEY_MAX_BYTES + 1];
	static const uint8_t exponent[] = { 1, 0, 1 };
	const uint8_t *bytes;
	const char *text = hex;
	size_t len;

	assert_int_equal(ka_weakgen_make(&key, weakgen, ka_weakgen_machine_of(row->architecture), row->randfile,
			     row->pid, (struct ka_slice){ exponent, sizeof(exponent) }),
	    KA_OK);
	bytes = key.type.algorithm == KA_KEY_RSA ? key.modulus : key.point;
	len = key.type.algorithm == KA_KEY_RSA ? key.modulus_len : key.point_len;
	for (size_t i = 0; i < len; i++) {
		(void)snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	}
	/* Moduli have no leading zeros in the files. */
	if (key.type.algorithm == KA_KEY_RSA && *text == '0') {
		text++;
	}
	return strcmp(text, row->hex) == 0;
}

static void
reproduce_file(size_t which)
{
	struct ka_weakgen_type type;
	struct ka_weakgen *weakgen;
	struct vector_row row;
	unsigned step = every_row ? 1 : vectors[which].step;
	unsigned tried = 0, same = 0;
	FILE *file = vector_file(vectors[which].file);

	assert_int_equal(ka_weakgen_type_parse(&type, vectors[which].type), KA_OK);
	assert_int_equal(ka_weakgen_new(&weakgen, &type), KA_OK);
	for (unsigned i = 0; vector_next(&row, file); i++) {
		if (i % step == 0) {
			tried++;
			same += row_is_reproduced(weakgen, &row);
		}
	}
	print_message("%s: %u of %u reproduced\n", vectors[which].file, same, tried);
	assert_true(tried > 0);
	assert_int_equal(same, tried);
	ka_weakgen_free(weakgen);
	(void)fclose(file);
}

static void
reproduces_vectors(void **state)
{
	reproduce_file(*(const size_t *)*state);
}

int
main(int argc, char **argv)
{
	size_t indexes[NUM_VECTORS];
	struct CMUnitTest tests[NUM_VECTORS];

	every_row = argc > 1 && strcmp(argv[1], "all") == 0;
	for (size_t i = 0; i < NUM_VECTORS; i++) {
		indexes[i] = i;
		tests[i] = (struct CMUnitTest){
			.name = vectors[i].name,
			.test_func = reproduces_vectors,
			.initial_state = &indexes[i],
		};
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
