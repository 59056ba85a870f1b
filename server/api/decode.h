/* SPDX-License-Identifier: Apache-2.0 */
/* decode.h - percent-encoding (RFC 3986, section 2.1) of paths and queries. '+' is a plus: no client of this protocol sends it for a
 * blank. */
#ifndef KA_SERVER_API_DECODE_H
#define KA_SERVER_API_DECODE_H

#include "server/arena.h"

/* ka_decode_byte returns the byte at *at, decoded, and moves on; -1 at the end or where % is not followed by two hexadecimal digits
 * (then *at stays). */
int ka_decode_byte(size_t *at, struct ka_slice text);

/* ka_decode returns the text decoded, in the arena, or NULL and why: a broken escape, a NUL, not UTF-8. */
char *ka_decode(const char **out_why, struct ka_arena *arena, struct ka_slice text);

#endif
