/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KA_SERVER_HTTP_LISTEN_H
#define KA_SERVER_HTTP_LISTEN_H

#include <netinet/in.h>

#include <keyassay/base.h>

#define KA_ADDRESS_LEN 72u /* "[...]:65535" with a scope */

struct ka_listener {
	int fd;
	char address[KA_ADDRESS_LEN]; /* with the real port */
	bool loopback;
};

/* ka_listen opens "HOST:PORT" or "[HOST]:PORT". False: out_message (KA_HTTP_MESSAGE_LEN) says why not. */
bool ka_listen(struct ka_listener *out, char *out_message, const char *text);

/* ka_address_text writes an address as "127.0.0.1:8400" or "[::1]:8400". */
void ka_address_text(char out[KA_ADDRESS_LEN], const struct sockaddr *address);

#endif
