/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <keyassay/keyassay.h>

#include "lib/reader/trace_rows_test.h"

static struct trace got, other;

static struct ka_slice
input_of(const struct trace_row *row)
{
	return (struct ka_slice){ (const uint8_t *)row->in, row->in_len };
}

void
trace_rows_at_every_level(const struct trace_row *rows, size_t num_rows)
{
	static const char *const levels[] = { "scalar", "avx2", "avx512" };

	got.with_digest = false;
	for (size_t l = 0; l < 3; l++) {
		const struct ka_kernels *kernels = ka_kernels_by_name(levels[l]);
		if (kernels == NULL)
			continue;
		for (size_t i = 0; i < num_rows; i++) {
			const struct trace_row *row = &rows[i];
			trace_whole(&got, kernels, row->format, input_of(row));
			if (strcmp(got.text, row->trace) != 0)
				fail_msg("%s, row %zu (%s):\n%s\nexpected:\n%s\ngot:\n%s", levels[l], i, row->why, row->in, row->trace,
					got.text);
		}
	}
}

/* The contract of reader.h: reading in chunks is reading. */
static void
check_chunked(const struct trace_row *row, size_t first, size_t step)
{
	trace_chunked(&other, ka_kernels_best(), row->format, input_of(row), first, step);
	if (strcmp(got.text, other.text) != 0)
		fail_msg("(%s), first %zu, steps of %zu:\n%s\nwhole:\n%s\nchunked:\n%s", row->why, first, step, row->in, got.text,
			other.text);
}

void
trace_rows_split(const struct trace_row *rows, size_t num_rows)
{
	got.with_digest = other.with_digest = true;
	for (size_t i = 0; i < num_rows; i++) {
		const struct trace_row *row = &rows[i];
		trace_whole(&got, ka_kernels_best(), row->format, input_of(row));
		for (size_t first = 1; first <= row->in_len; first++)
			check_chunked(row, first, row->in_len);
		for (size_t step = 1; step < 100; step += 7)
			check_chunked(row, step, step);
	}
}

/* Cut off anywhere, an input gives what the whole gives up to there, save for the last line of the trace. JSON is checked as a whole
 * first, and an OpenPGP user id stands behind its key: there the point is that no byte behind the end is read. */
void
trace_rows_truncated(const struct trace_row *rows, size_t num_rows)
{
	got.with_digest = other.with_digest = true;
	for (size_t i = 0; i < num_rows; i++) {
		const struct trace_row *row = &rows[i];
		bool comparable = row->format != KA_FORMAT_JWK && row->format != KA_FORMAT_PGP;
		trace_whole(&got, ka_kernels_best(), row->format, input_of(row));
		for (size_t len = 0; len < row->in_len; len++) {
			trace_whole(&other, ka_kernels_best(), row->format, (struct ka_slice){ (const uint8_t *)row->in, len });
			size_t same = other.len > 0 ? other.len - 1 : 0;
			while (same > 0 && other.text[same - 1] != '\n')
				same--;
			if (comparable && strncmp(got.text, other.text, same) != 0)
				fail_msg("(%s), cut off at %zu:\n%s\nwhole:\n%s\ncut off:\n%s", row->why, len, row->in, got.text, other.text);
		}
	}
}
