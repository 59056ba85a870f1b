/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_test.h - the properties that every reader must have, for the fuzz targets of this room. */
#ifndef KA_LIB_READER_FUZZ_TEST_H
#define KA_LIB_READER_FUZZ_TEST_H

#include "fuzz/fuzz.h"
#include "lib/reader/trace_test.h"

#include <keyassay/keyassay.h>

#include <string.h>

/* Below the smallest ka_reader_limit, so that no input is too large in small chunks only. */
#define FUZZ_MAX_LEN 32768u

static struct trace fuzz_whole, fuzz_other;

/* Leaves the trace of the whole input in fuzz_whole. Slices that lie outside of chunk and arena abort in the trace. */
static inline void
fuzz_reader(enum ka_format format, struct ka_slice input, size_t first, size_t step)
{
	static const char *const levels[] = { "scalar", "avx2" };

	fuzz_whole.with_digest = fuzz_other.with_digest = true;
	trace_whole(&fuzz_whole, ka_kernels_best(), format, input);
	for (size_t i = 0; i < 2; i++) {
		const struct ka_kernels *kernels = ka_kernels_by_name(levels[i]);
		if (kernels == NULL)
			continue;
		trace_whole(&fuzz_other, kernels, format, input);
		FUZZ_CHECK(strcmp(fuzz_whole.text, fuzz_other.text) == 0);
	}
	trace_chunked(&fuzz_other, ka_kernels_best(), format, input, first + 1, step + 1);
	FUZZ_CHECK(strcmp(fuzz_whole.text, fuzz_other.text) == 0);
}

#endif
