/* SPDX-License-Identifier: Apache-2.0 */
/* conns.c - all open connections, and the deadlines that make slow clients go.
 *
 * libmicrohttpd's own timeout counts from the last byte, so a client that sends one byte now and then holds a connection for ever. Here
 * each phase of a connection has an end. When the first byte of a request comes is told by the kernel (TCP_INFO), since libmicrohttpd
 * does not say. */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "server/clock.h"
#include "server/http/room.h"

#define SECOND INT64_C(1000000000)
#define HALF_SECOND (SECOND / 2)
/* tcpi_state of a connection whose peer has sent FIN. <netinet/tcp.h>, which names it, has an older struct tcp_info than <linux/tcp.h>. */
#define CLOSE_WAIT 8

struct ka_conns {
	pthread_mutex_t lock; /* of the list: a connection on it has an open descriptor */
	struct ka_conn *first;
	int64_t limits[KA_NUM_PHASES]; /* nanoseconds; 0: none */
	int64_t look;                  /* how often a waiting connection is looked at */
};

struct ka_conns *
ka_conns_new(const struct ka_config *config)
{
	struct ka_conns *conns = calloc(1, sizeof(*conns));

	if (conns == NULL)
		ka_out_of_memory();
	(void)pthread_mutex_init(&conns->lock, NULL);
	conns->limits[KA_PHASE_WAITING] = config->idle_timeout * SECOND;
	conns->limits[KA_PHASE_HEADERS] = config->header_timeout * SECOND;
	conns->limits[KA_PHASE_BODY] = config->body_timeout * SECOND;
	conns->limits[KA_PHASE_REPLY] = config->body_timeout * SECOND;
	conns->look = conns->limits[KA_PHASE_HEADERS] / 4;
	return conns;
}

void
ka_conns_free(struct ka_conns *conns)
{
	if (conns == NULL)
		return;
	(void)pthread_mutex_destroy(&conns->lock);
	free(conns);
}

/* What the kernel knows: how many bytes the peer has sent so far (of TLS too), and whether it has said that no more will come. */
struct heard {
	uint64_t bytes;
	bool ended;
};

static struct heard
heard(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
		return (struct heard){ 0, false };
	return (struct heard){ info.tcpi_bytes_received, info.tcpi_state == CLOSE_WAIT };
}

struct ka_conn *
ka_conns_add(struct ka_conns *conns, struct ka_pool *pool, int fd, const struct sockaddr *peer)
{
	struct ka_conn *conn = calloc(1, sizeof(*conn));

	if (conn == NULL)
		ka_out_of_memory();
	conn->pool = pool;
	conn->fd = fd;
	ka_address_text(conn->peer, peer);
	atomic_store(&conn->since, ka_clock_monotonic());
	(void)pthread_mutex_lock(&conns->lock);
	conn->next = conns->first;
	if (conn->next != NULL)
		conn->next->prev = conn;
	conns->first = conn;
	(void)pthread_mutex_unlock(&conns->lock);
	return conn;
}

void
ka_conns_remove(struct ka_conns *conns, struct ka_conn *conn)
{
	(void)pthread_mutex_lock(&conns->lock);
	if (conn->prev != NULL)
		conn->prev->next = conn->next;
	else
		conns->first = conn->next;
	if (conn->next != NULL)
		conn->next->prev = conn->prev;
	(void)pthread_mutex_unlock(&conns->lock);
	free(conn);
}

void
ka_conn_enter(struct ka_conn *conn, enum ka_phase phase)
{
	if (phase == KA_PHASE_WAITING)
		atomic_store_explicit(&conn->received, heard(conn->fd).bytes, memory_order_relaxed);
	atomic_store_explicit(&conn->since, ka_clock_monotonic(), memory_order_relaxed);
	atomic_store_explicit(&conn->phase, (int)phase, memory_order_release);
}

/* Whether a peer has stopped sending in the middle of a request: libmicrohttpd misses that when the end comes together with data. What has
 * come is read within milliseconds, so half a second later nothing is under way any more. */
static bool
has_given_up(const struct ka_conn *conn, int64_t age)
{
	int unread = 0;

	return age > HALF_SECOND && heard(conn->fd).ended && ioctl(conn->fd, FIONREAD, &unread) == 0 && unread == 0;
}

/* Whether a connection is to be closed. */
static bool
is_late(const struct ka_conns *conns, struct ka_conn *conn, int64_t now, int phase)
{
	int64_t since = atomic_load_explicit(&conn->since, memory_order_relaxed);

	if (phase == KA_PHASE_WAITING && now >= conn->next_look) {
		struct heard h = heard(conn->fd);

		conn->next_look = now + conns->look;
		if (h.bytes > atomic_load_explicit(&conn->received, memory_order_relaxed)) {
			/* A request has begun. If it has got further at this moment, its own thread says so and this is void. */
			if (atomic_compare_exchange_strong(&conn->phase, &phase, KA_PHASE_HEADERS))
				atomic_store_explicit(&conn->since, now, memory_order_relaxed);
			return false;
		}
		if (h.ended)
			return true;
	}
	if (conns->limits[phase] != 0 && now - since > conns->limits[phase])
		return true;
	return (phase == KA_PHASE_HEADERS || phase == KA_PHASE_BODY) && has_given_up(conn, now - since);
}

void
ka_conns_expire(struct ka_conns *conns, uint64_t out_num[KA_NUM_PHASES], int64_t now)
{
	(void)pthread_mutex_lock(&conns->lock);
	for (struct ka_conn *conn = conns->first; conn != NULL; conn = conn->next) {
		int phase = atomic_load_explicit(&conn->phase, memory_order_acquire);

		if (!is_late(conns, conn, now, phase))
			continue;
		/* libmicrohttpd sees the end of the stream and closes; its descriptor stays its own. */
		(void)shutdown(conn->fd, SHUT_RDWR);
		out_num[phase]++;
		ka_conn_enter(conn, KA_PHASE_HANDLING); /* once is enough */
	}
	(void)pthread_mutex_unlock(&conns->lock);
}
