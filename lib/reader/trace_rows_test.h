/* SPDX-License-Identifier: Apache-2.0 */
/* trace_rows_test.h - tests of readers as rows: an input, what is read from it, and why.
 *
 * Every row is read by the kernels of every level, split at every byte, in small steps, and cut off at every byte. */
#ifndef KA_LIB_READER_TRACE_ROWS_TEST_H
#define KA_LIB_READER_TRACE_ROWS_TEST_H

#include "lib/reader/trace_test.h"

struct trace_row {
	enum ka_format format;
	const char *in;
	size_t in_len;
	const char *trace; /* see trace_test.h */
	const char *why;
};

#define ROW(format, in, trace, why) { format, in, sizeof(in) - 1, trace, why }

void trace_rows_at_every_level(const struct trace_row *rows, size_t num_rows);
void trace_rows_split(const struct trace_row *rows, size_t num_rows);
void trace_rows_truncated(const struct trace_row *rows, size_t num_rows);

/* The three tests of a table of rows, and their entries for cmocka. */
#define TRACE_ROWS_TESTS(rows) \
	static void rows_hold_at_every_level(void **state) \
	{ \
		(void)state; \
		trace_rows_at_every_level(rows, sizeof(rows) / sizeof(rows[0])); \
	} \
	static void every_split_reads_the_same(void **state) \
	{ \
		(void)state; \
		trace_rows_split(rows, sizeof(rows) / sizeof(rows[0])); \
	} \
	static void every_truncation_is_read(void **state) \
	{ \
		(void)state; \
		trace_rows_truncated(rows, sizeof(rows) / sizeof(rows[0])); \
	}

#define TRACE_ROWS_UNIT_TESTS \
	cmocka_unit_test(rows_hold_at_every_level), cmocka_unit_test(every_split_reads_the_same), \
		cmocka_unit_test(every_truncation_is_read)

#endif
