/* SPDX-License-Identifier: Apache-2.0 */
/* Sends requests over a number of connections as fast as they are answered, one at a time on each, as that many clients would.
 *
 * Usage: bench-http-load PORT CONNECTIONS SECONDS <REQUESTS. REQUESTS: each a length in decimal, a newline, and so many bytes; they are
 * sent in order, from the first again when SECONDS are not over (SECONDS 0: each once). Prints "REQUESTS SECONDS ERRORS": errors are
 * replies other than 200. Loopback only. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_CONNECTIONS 1024u
#define REPLY_LEN 65536u

struct request {
	const char *bytes;
	size_t len;
};

struct connection {
	int fd;
	size_t len; /* of reply */
	char reply[REPLY_LEN];
};

struct load {
	struct request *requests;
	size_t num, next;
	bool again;
	double end;
	uint64_t answered, errors;
};

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void
die(const char *what)
{
	fprintf(stderr, "bench-http-load: %s: %s\n", what, strerror(errno));
	exit(3);
}

static char *
read_all(FILE *file, size_t *out_len)
{
	size_t len = 0, cap = 1 << 20, got;
	char *data = malloc(cap);

	while (data != NULL && (got = fread(data + len, 1, cap - len, file)) > 0) {
		len += got;
		if (len == cap)
			data = realloc(data, cap *= 2);
	}
	if (data == NULL)
		die("out of memory");
	*out_len = len;
	return data;
}

static void
read_requests(struct load *load)
{
	size_t len, at = 0, room = 0;
	char *data = read_all(stdin, &len);

	while (at < len) {
		char *newline;
		size_t length = strtoul(data + at, &newline, 10);

		at = (size_t)(newline - data) + 1;
		if (*newline != '\n' || length > len - at) {
			fputs("bench-http-load: the requests are cut off\n", stderr);
			exit(2);
		}
		if (load->num == room) {
			room = room > 0 ? 2 * room : 1024;
			load->requests = realloc(load->requests, room * sizeof(*load->requests));
			if (load->requests == NULL)
				die("out of memory");
		}
		load->requests[load->num++] = (struct request){ data + at, length };
		at += length;
	}
	if (load->num == 0) {
		fputs("bench-http-load: there are no requests\n", stderr);
		exit(2);
	}
}

static int
open_connection(uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
		die("127.0.0.1");
	return fd;
}

/* Sends the next request; false when there is none. Requests fit the socket's buffer, so that a send does not block for long. */
static bool
send_next(struct load *load, const struct connection *connection)
{
	if (load->next == load->num) {
		if (!load->again)
			return false;
		load->next = 0;
	}
	if (load->again && now() >= load->end)
		return false;
	const struct request *request = &load->requests[load->next++];
	for (size_t sent = 0; sent < request->len;) {
		ssize_t got = send(connection->fd, request->bytes + sent, request->len - sent, MSG_NOSIGNAL);

		if (got <= 0)
			die("send");
		sent += (size_t)got;
	}
	return true;
}

/* Whether the reply is whole: headers with Content-Length, and the body. */
static bool
is_whole(const struct connection *connection)
{
	const char *end = memmem(connection->reply, connection->len, "\r\n\r\n", 4), *line = connection->reply;

	if (end == NULL)
		return false;
	for (; line < end; line += strcspn(line, "\n") + 1) {
		if (strncasecmp(line, "content-length:", 15) == 0)
			return connection->len >= (size_t)(end + 4 - connection->reply) + strtoul(line + 15, NULL, 10);
	}
	fputs("bench-http-load: a reply without Content-Length\n", stderr);
	exit(3);
}

/* Takes what came; true while the connection is in use. */
static bool
serve(struct load *load, struct connection *connection)
{
	ssize_t got = recv(connection->fd, connection->reply + connection->len, REPLY_LEN - 1 - connection->len, 0);

	if (got <= 0)
		die("the server closed a connection");
	connection->len += (size_t)got;
	connection->reply[connection->len] = '\0';
	if (!is_whole(connection))
		return true;
	load->answered++;
	load->errors += strncmp(connection->reply, "HTTP/1.1 200", 12) != 0;
	connection->len = 0;
	return send_next(load, connection);
}

int
main(int argc, char **argv)
{
	static struct connection connections[MAX_CONNECTIONS];
	struct load load = { 0 };
	struct epoll_event events[64];
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	unsigned long num = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
	size_t working = 0;

	if (num == 0 || num > MAX_CONNECTIONS || epoll < 0) {
		fputs("usage: bench-http-load PORT CONNECTIONS SECONDS <REQUESTS\n", stderr);
		return 2;
	}
	read_requests(&load);
	for (size_t i = 0; i < num; i++) {
		struct epoll_event event = { .events = EPOLLIN, .data = { .ptr = &connections[i] } };

		connections[i].fd = open_connection((uint16_t)strtoul(argv[1], NULL, 10));
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, connections[i].fd, &event) != 0)
			die("epoll");
	}
	double started = now(), seconds = strtod(argv[3], NULL);
	load.again = seconds > 0;
	load.end = started + seconds;
	for (size_t i = 0; i < num; i++)
		working += send_next(&load, &connections[i]);
	while (working > 0) {
		int ready = epoll_wait(epoll, events, 64, -1);

		for (int i = 0; i < ready; i++)
			working -= !serve(&load, events[i].data.ptr);
	}
	printf("%llu %.3f %llu\n", (unsigned long long)load.answered, now() - started, (unsigned long long)load.errors);
	return load.errors > 0;
}
