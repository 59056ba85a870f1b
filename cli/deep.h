/* SPDX-License-Identifier: Apache-2.0 */
/* deep.h - scan --deep: decides debian-weak where no table exists.
 *
 * Records are kept whole, in input order, in a spool; undecided keys wait in memory, in a batch of the library. At the end of the
 * input weakgen walks once over all key streams of the types that wait, and the records go to the output with the final verdict. */
#ifndef KA_CLI_DEEP_H
#define KA_CLI_DEEP_H

#include "cli/output.h"
#include "common/progress.h"
#include "cli/scan.h"
#include "weakgen/weakgen.h"

struct ka_deep;

/* ka_deep_new takes what the scan asks for; ctx judges. *stop becomes true when a signal asks to stop: what is not known then stays
 * undecided. */
struct ka_deep *ka_deep_new(const struct ka_scan *scan, const struct ka_ctx *ctx, enum ka_progress_mode mode, const atomic_bool *stop);
void ka_deep_free(struct ka_deep *deep);

/* ka_deep_keep appends a record with all that it points to; runs in any thread. */
void ka_deep_keep(struct ka_buf *buf, const struct ka_record *record);

/* ka_deep_take takes over a chunk's records, kept by ka_deep_keep. base: index in its source of the chunk's first record. */
void ka_deep_take(struct ka_deep *deep, const struct ka_lines *lines, uint64_t base);

/* ka_deep_finish computes, judges again and writes everything to the sink; summary's counts are set anew. */
void ka_deep_finish(struct ka_deep *deep, struct ka_sink *sink, struct ka_summary *summary);

#endif
