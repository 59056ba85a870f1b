/* SPDX-License-Identifier: Apache-2.0 */
/* keyassay.h - judge the quality of the cryptographic keys in certificates. Includes all public headers.
 *
 * The contract, said once for all functions:
 *
 * - Bytes in, verdict out. No I/O, no clock, no locale, no global state, no logging. libc only.
 * - Memory. Only ka_ctx_new, ka_ctx_add_table, ka_batch_new and ka_batch_add allocate. Everything else works in structs of the caller, which hold slices
 *   into the caller's bytes and own nothing: there is nothing to free. Getters return borrowed pointers.
 * - NULL is not allowed where the comment does not say so. An empty slice may have NULL data.
 * - Errors. Functions that can fail return enum ka_err, KA_OK = 0; outputs are written only on success, save offsets of
 *   errors, which are written only on failure. A weak key is a success.
 * - Threads. A context that is set up may be shared read-only; readers, objects and verdicts belong to one thread.
 * - Times are int64_t seconds since 1970-01-01T00:00:00Z. Lengths are bytes, named *_len; counts are named num_*.
 * - Names and numbers of errors, checks and reasons are stable. Structs may grow at minor versions; recompile.
 */
#ifndef KEYASSAY_KEYASSAY_H
#define KEYASSAY_KEYASSAY_H

#include <keyassay/base.h>
#include <keyassay/batch.h>
#include <keyassay/check.h>
#include <keyassay/debian.h>
#include <keyassay/err.h>
#include <keyassay/key.h>
#include <keyassay/object.h>
#include <keyassay/reader.h>
#include <keyassay/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ka_version returns "MAJOR.MINOR.PATCH". */
KA_API const char *ka_version(void);

#ifdef __cplusplus
}
#endif

#endif
