/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/http/http.h"

#define BACKLOG 4096 /* the kernel cuts it down to net.core.somaxconn */

__attribute__((format(printf, 2, 3))) static bool
fail(char *out_message, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(out_message, KA_HTTP_MESSAGE_LEN, format, args);
	va_end(args);
	return false;
}

void
ka_address_text(char out[KA_ADDRESS_LEN], const struct sockaddr *address)
{
	char host[INET6_ADDRSTRLEN] = "?";

	if (address != NULL && address->sa_family == AF_INET) {
		struct sockaddr_in v4;

		memcpy(&v4, address, sizeof(v4));
		(void)inet_ntop(AF_INET, &v4.sin_addr, host, sizeof(host));
		(void)snprintf(out, KA_ADDRESS_LEN, "%s:%u", host, (unsigned)ntohs(v4.sin_port));
	} else if (address != NULL && address->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;

		memcpy(&v6, address, sizeof(v6));
		(void)inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof(host));
		(void)snprintf(out, KA_ADDRESS_LEN, "[%s]:%u", host, (unsigned)ntohs(v6.sin6_port));
	} else {
		(void)snprintf(out, KA_ADDRESS_LEN, "?");
	}
}

static bool
is_loopback(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		struct sockaddr_in v4;

		memcpy(&v4, address, sizeof(v4));
		return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
	}
	struct sockaddr_in6 v6;
	memcpy(&v6, address, sizeof(v6));
	return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

/* Splits "HOST:PORT" and "[HOST]:PORT". */
static bool
split(char out_host[64], char out_port[8], const char *text)
{
	const char *colon = strrchr(text, ':');

	if (colon == NULL || strlen(colon + 1) == 0 || strlen(colon + 1) > 5)
		return false;
	const char *host = text, *end = colon;
	if (*host == '[') {
		host++;
		end--;
		if (end <= host || *end != ']')
			return false;
	} else if (memchr(host, ':', (size_t)(end - host)) != NULL) {
		return false; /* IPv6 without brackets: which colon is meant? */
	}
	if (end == host || end - host >= 64)
		return false;
	(void)snprintf(out_host, 64, "%.*s", (int)(end - host), host);
	(void)snprintf(out_port, 8, "%s", colon + 1);
	return out_port[strspn(out_port, "0123456789")] == '\0' && strtoul(out_port, NULL, 10) <= 65535;
}

/* What to do about an address that is not to be had. */
static const char *
advice(int why)
{
	switch (why) {
	case EADDRINUSE:
		return "the port is in use by another program; stop that, or choose another port with --listen";
	case EACCES:
		return "this port is for root only; choose one from 1024 up, or give keyassayd CAP_NET_BIND_SERVICE";
	case EADDRNOTAVAIL:
		return "this machine has no such address";
	default:
		return strerror(why);
	}
}

static bool
open_socket(struct ka_listener *out, char *out_message, const char *text, const struct addrinfo *info)
{
	static const int on = 1;
	struct sockaddr_storage bound;
	socklen_t bound_len = sizeof(bound);
	int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return fail(out_message, "listen: %s: %s", text, advice(errno));
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	/* So that 0.0.0.0 and [::] can be listened on side by side. */
	if (info->ai_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, info->ai_addr, info->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0 ||
	    getsockname(fd, (struct sockaddr *)&bound, &bound_len) != 0) {
		int why = errno;

		(void)close(fd);
		return fail(out_message, "listen: %s: %s", text, advice(why));
	}
	out->fd = fd;
	out->loopback = is_loopback((const struct sockaddr *)&bound);
	ka_address_text(out->address, (const struct sockaddr *)&bound);
	return true;
}

bool
ka_listen(struct ka_listener *out, char *out_message, const char *text)
{
	static const struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };
	char host[64], port[8];
	struct addrinfo *info;

	if (!split(host, port, text))
		return fail(out_message, "listen: '%s' is not ADDRESS:PORT, as in 127.0.0.1:8400 or [::1]:8400", text);
	int why = getaddrinfo(host, port, &hints, &info);
	if (why != 0)
		return fail(out_message, "listen: %s: %s", text, gai_strerror(why));
	bool good = open_socket(out, out_message, text, info);
	freeaddrinfo(info);
	return good;
}
