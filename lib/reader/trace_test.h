/* SPDX-License-Identifier: Apache-2.0 */
/* trace_test.h - what a reader says of an input, as text: for tests and fuzz targets, not part of the library.
 *
 * One line per object, "certificate RSA 2048 'comment'", or fault, "fault der.tag @17" with '@' for an offset in the input and '+'
 * for one in a decoded object. */
#ifndef KA_LIB_READER_TRACE_TEST_H
#define KA_LIB_READER_TRACE_TEST_H

#include "lib/kernel/kernel.h"

#include <keyassay/reader.h>

#define TRACE_MAX ((size_t)1 << 20)

struct trace {
	bool with_digest; /* add a digest of all that the object holds to its line */
	size_t len;
	uint64_t num_events;
	char text[TRACE_MAX];
};

/* Reads the input in one chunk. */
void trace_whole(struct trace *trace, const struct ka_kernels *kernels, enum ka_format format, struct ka_slice input);

/* Reads the input as a stream: a buffer of first bytes, then of step bytes, each growing until there is a border, as the
 * contract of reader.h says a caller does. Each chunk and arena is a heap block of exactly its size. */
void trace_chunked(struct trace *trace, const struct ka_kernels *kernels, enum ka_format format, struct ka_slice input,
	size_t first, size_t step);

#endif
