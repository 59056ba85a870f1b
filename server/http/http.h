/* SPDX-License-Identifier: Apache-2.0 */
/* http.h - HTTP/1.1 and HTTPS. libmicrohttpd is used in this room only; its types appear in no other.
 *
 * Threads: a gate accepts connections and closes those that are too slow; a pool of libmicrohttpd's threads (epoll) speaks HTTP and
 * answers reads; requests that wait for a commit are handed to workers, which may block, so that many writes share one commit.
 *
 *   gate ──▶ pool ──▶ request ──▶ ka_api_handle ──▶ reply
 *                         └──▶ workers ──▶ ka_api_handle ──▶ pool ──▶ reply        (ka_api_is_write)
 */
#ifndef KA_SERVER_HTTP_HTTP_H
#define KA_SERVER_HTTP_HTTP_H

#include "server/api/api.h"
#include "server/config.h"

#define KA_HTTP_MESSAGE_LEN 768u

struct ka_http;

/* ka_http_new listens on the addresses of config (connections wait until ka_http_start). NULL: out_message says which address, and
 * why not. */
struct ka_http *ka_http_new(char out_message[KA_HTTP_MESSAGE_LEN], const struct ka_config *config);

/* ka_http_address returns the index-th address that is listened on, as "127.0.0.1:8400" with the real port, or NULL. */
const char *ka_http_address(const struct ka_http *http, size_t index);

/* ka_http_start loads the TLS certificate, if there is one, and starts the threads. server outlives http. */
bool ka_http_start(struct ka_http *http, char out_message[KA_HTTP_MESSAGE_LEN], struct ka_server *server);

/* ka_http_reload reads certificate and key again, from the paths of config. New connections get the new certificate; those that are open
 * end with their next reply. False: out_message says why, and the old certificate stays. */
bool ka_http_reload(struct ka_http *http, char out_message[KA_HTTP_MESSAGE_LEN], const struct ka_config *config);

/* ka_http_drain stops listening and waits until no request is under way, at most config's drain-timeout. Returns how many are left. */
unsigned ka_http_drain(struct ka_http *http);

/* ka_http_free answers what is left with 503, closes all connections and frees; NULL is fine. */
void ka_http_free(struct ka_http *http);

#endif
