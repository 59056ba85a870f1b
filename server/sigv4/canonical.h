/* SPDX-License-Identifier: Apache-2.0 */
/* canonical.h - the canonical request of Signature Version 4 (AWS General Reference, "Create a canonical request"),
 * from a request as it came. The rules that clients follow for these services: reference, section 1.2. */
#ifndef KA_SERVER_SIGV4_CANONICAL_H
#define KA_SERVER_SIGV4_CANONICAL_H

#include "server/api/api.h"
#include "server/sigv4/authorization.h"

/* ka_canonical_request appends method, path, query, signed headers, their list and the payload's hash, a line each.
 * The path is percent-encoded once more than it came. It is not normalised: these services have no path with empty
 * or dot segments, so such a path stays what it is and no two paths have one signature. hidden, if not NULL, names a
 * header whose value is replaced, for messages. Every signed header is there (the caller has looked). */
void ka_canonical_request(struct ka_buf *out, struct ka_arena *arena, const struct ka_raw_request *raw,
    const struct ka_authorization *authorization, const char *payload_hash, const char *hidden);

/* ka_canonical_header returns the value of a header that is there exactly once, else NULL; *out_num tells how often
 * it is there. */
const char *ka_canonical_header(size_t *out_num, const struct ka_raw_request *raw, const char *name);

#endif
