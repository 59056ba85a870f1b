/* SPDX-License-Identifier: Apache-2.0 */
/* writer.h - buffered output that remembers its first error, and spools for what is written later. */
#ifndef KA_CLI_WRITER_H
#define KA_CLI_WRITER_H

#include "common/buf.h"

#define KA_WRITER_BUF_LEN ((size_t)256 << 10)

struct ka_writer {
	int fd;
	int failed; /* errno of the first error; everything behind it is dropped */
	struct ka_buf buf;
};

void ka_writer_put(struct ka_writer *writer, const void *data, size_t len);
void ka_writer_puts(struct ka_writer *writer, const char *text);
void ka_writer_decimal(struct ka_writer *writer, uint64_t number);
void ka_writer_flush(struct ka_writer *writer);
void ka_writer_clear(struct ka_writer *writer);

/* A spool takes records one behind the other and gives them back in that order: in memory up to a bound, behind that in a
 * temporary file without a name, so memory stays flat and nothing is left behind. A zeroed spool is empty. */
#define KA_SPOOL_MEMORY ((size_t)4 << 20)

struct ka_spool {
	struct ka_buf tail; /* not yet in the file */
	int file; /* descriptor + 1; 0: none */
	uint64_t num;
	/* reading */
	bool reading;
	struct ka_buf window;
	size_t at;
	uint64_t file_at;
};

/* Both return false and set *out_errno when the temporary file cannot be made, written or read. */
bool ka_spool_put(struct ka_spool *spool, int *out_errno, const void *data, size_t len);

/* ka_spool_next gives the next record, valid until the next call; *out_errno is 0 at the end. */
bool ka_spool_next(struct ka_spool *spool, int *out_errno, struct ka_slice *out_record);
void ka_spool_clear(struct ka_spool *spool);

#endif
