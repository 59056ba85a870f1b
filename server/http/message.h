/* SPDX-License-Identifier: Apache-2.0 */
/* message.h - what of a request's head is ours to understand: its target, its method, how long its body is. The bytes themselves are
 * libmicrohttpd's. */
#ifndef KA_SERVER_HTTP_MESSAGE_H
#define KA_SERVER_HTTP_MESSAGE_H

#include "server/http/refusal.h"

/* ka_message_target sets path and query from a target in origin or absolute form (RFC 9112, 3.2), which it cuts; both stay as they came,
 * percent-encoded, because signatures cover them. */
void ka_message_target(struct ka_raw_request *raw, char *target);

/* ka_message_is_plain tells whether a path is /healthz or /metrics, which need no signature. */
bool ka_message_is_plain(const char *path);

/* ka_message_check_headers returns why the body's end is in doubt or the body too long, or NULL. Names are in lower case. */
const struct ka_refusal *ka_message_check_headers(const struct ka_raw_request *raw, uint64_t max_body);

/* ka_message_check_line returns why no operation can have this method and target, or NULL. */
const struct ka_refusal *ka_message_check_line(const struct ka_raw_request *raw);

#endif
