/* SPDX-License-Identifier: Apache-2.0 */
/* vector_rows_test.h - reads the keys of an independent generator: CSV files in $KEYASSAY_VECTORS/debian-weak. */
#ifndef KA_WEAKGEN_VECTOR_ROWS_TEST_H
#define KA_WEAKGEN_VECTOR_ROWS_TEST_H

#include "weakgen/weakgen.h"

#include <stdio.h>

/* architecture,randfile,pid,hexadecimal key */
struct vector_row {
	enum ka_debian_arch architecture;
	enum ka_debian_randfile randfile;
	uint32_t pid;
	char hex[4 * KA_KEY_MAX_BYTES + 16];
};

/* vector_file opens a file and passes over the names of its columns. The test is skipped when the variable is not set. */
FILE *vector_file(const char *name);

/* vector_next reads the next row; false at the end. */
bool vector_next(struct vector_row *out_row, FILE *file);

/* vector_bytes makes bytes of the row's hex and returns how many. */
size_t vector_bytes(uint8_t *out, const struct vector_row *row);

#endif
