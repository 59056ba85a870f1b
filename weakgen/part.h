/* SPDX-License-Identifier: Apache-2.0 */
/* part.h - the state file of an unfinished table: results, appended in records that are either whole or ignored.
 *
 *   header, 64 bytes: magic "KADEBPRT", u32 version 1, u32 number of PIDs, type (32 bytes, NUL padded), u32 exponent,
 *   u32 0, CRC-64
 *   record: u32 magic "KREC", u32 number of results n, n results of 24 bytes, CRC-64 of all that
 *   result: u32 id as in a table, u32 flags (1: with other_fingerprint), u64 fingerprint, u64 other_fingerprint
 *
 * A run that dies while it writes leaves a torn record at the end; the next run cuts it off. */
#ifndef KA_WEAKGEN_PART_H
#define KA_WEAKGEN_PART_H

#include "weakgen/batch.h"

#include <sys/types.h>

struct ka_weakgen_part_result {
	uint32_t id;
	struct ka_weakgen_result result;
};

#define KA_WEAKGEN_PART_MAX_RECORD 65536u

struct ka_weakgen_part {
	int fd;
	off_t end; /* of the last whole record */
	char *path;
};

/* ka_weakgen_part_open opens or makes the state file, locks it and hands each stored result to visit. False with a
 * sentence in out_message when it cannot, when the file is in use, or when it belongs to another table. */
KA_MUST_CHECK bool ka_weakgen_part_open(struct ka_weakgen_part *out_part, char out_message[KA_WEAKGEN_MESSAGE_LEN],
    const struct ka_weakgen_table_job *job, void (*visit)(void *arg, const struct ka_weakgen_part_result *result),
    void *visit_arg);

/* ka_weakgen_part_append makes results durable. When it fails, the file still ends with the last whole record. */
KA_MUST_CHECK bool ka_weakgen_part_append(struct ka_weakgen_part *part, char out_message[KA_WEAKGEN_MESSAGE_LEN],
    const struct ka_weakgen_part_result *results, size_t num_results);

/* ka_weakgen_part_close closes the file and, if done, removes it. */
void ka_weakgen_part_close(struct ka_weakgen_part *part, bool done);

#endif
