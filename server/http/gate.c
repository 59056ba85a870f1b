/* SPDX-License-Identifier: Apache-2.0 */
/* gate.c - one thread that accepts connections, holds their deadlines, and lets replied ones linger.
 *
 * Accepting is not left to libmicrohttpd: so several addresses share one pool of threads, a reload exchanges the pool without losing a
 * connection, and a drain stops listening at once. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/http/room.h"
#include "server/log.h"
#include "server/metrics.h"

#define TICK_MS 500
#define MAX_EVENTS 64
#define ACCEPT_AT_ONCE 256

struct ka_gate {
	struct ka_http *http;
	pthread_t thread;
	int epoll_fd, wake_fd;
	atomic_bool close_asked, stop_asked;
	pthread_mutex_t lock; /* of closed */
	pthread_cond_t changed;
	bool closed;
	bool paused; /* out of descriptors: listeners rest until the next tick */
	int64_t last_warning;
	struct ka_linger *linger;
};

static void
listen_for(struct ka_gate *gate, bool on)
{
	struct ka_http *http = gate->http;

	for (size_t i = 0; i < http->num_listeners; i++) {
		struct epoll_event event = { .events = on ? EPOLLIN : 0, .data.ptr = &http->listeners[i] };

		if (http->listeners[i].fd >= 0)
			(void)epoll_ctl(gate->epoll_fd, EPOLL_CTL_MOD, http->listeners[i].fd, &event);
	}
	gate->paused = !on;
}

/* At most one warning in ten seconds: trouble of this kind comes in thousands. */
static void
warn(struct ka_gate *gate, const char *what)
{
	int64_t now = ka_clock_monotonic();

	if (gate->last_warning != 0 && now - gate->last_warning < INT64_C(10000000000))
		return;
	gate->last_warning = now;
	ka_log(KA_LOG_WARNING, "connections", "%s", what);
}

static void
take_connection(struct ka_gate *gate, int fd, const struct sockaddr *peer, socklen_t peer_len)
{
	static const int on = 1;
	struct ka_http *http = gate->http;

	if (atomic_load(&http->num_connections) >= http->config->max_connections) {
		ka_counter_add(http->metrics.refused, 1);
		warn(gate, "max-connections is reached; new ones are closed");
		(void)close(fd);
		return;
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	atomic_fetch_add(&http->num_connections, 1);
	ka_counter_add(http->metrics.accepted, 1);
	(void)pthread_mutex_lock(&http->lock);
	struct ka_pool *pool = http->pools;
	atomic_fetch_add(&pool->num_connections, 1);
	(void)pthread_mutex_unlock(&http->lock);
	/* Only this thread stops pools, so this one stays. On failure libmicrohttpd has closed the descriptor. */
	if (MHD_add_connection(pool->mhd, fd, peer, peer_len) != MHD_YES) {
		atomic_fetch_sub(&pool->num_connections, 1);
		atomic_fetch_sub(&http->num_connections, 1);
		ka_counter_add(http->metrics.refused, 1);
		warn(gate, "a connection could not be taken: out of memory or descriptors");
	}
}

static void
accept_connections(struct ka_gate *gate, const struct ka_listener *listener)
{
	for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
		struct sockaddr_storage peer;
		socklen_t peer_len = sizeof(peer);
		int fd = accept4(listener->fd, (struct sockaddr *)&peer, &peer_len, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			take_connection(gate, fd, (const struct sockaddr *)&peer, peer_len);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			warn(gate, "out of descriptors or memory; raise LimitNOFILE or lower max-connections");
			listen_for(gate, false);
		}
		if (errno != EINTR && errno != ECONNABORTED)
			return;
	}
}

static void
tick(struct ka_gate *gate, int64_t now)
{
	struct ka_http *http = gate->http;
	uint64_t late[KA_NUM_PHASES] = { 0 };

	ka_conns_expire(http->conns, late, now);
	for (size_t i = 0; i < KA_NUM_PHASES; i++) {
		if (late[i] > 0)
			ka_counter_add(http->metrics.dropped[i], (int64_t)late[i]);
	}
	ka_linger_expire(gate->linger, now);
	ka_pools_sweep(http);
	if (gate->paused)
		listen_for(gate, true);
}

static void
close_listeners(struct ka_gate *gate)
{
	struct ka_http *http = gate->http;

	for (size_t i = 0; i < http->num_listeners; i++) {
		if (http->listeners[i].fd >= 0)
			(void)close(http->listeners[i].fd);
		http->listeners[i].fd = -1;
	}
	(void)pthread_mutex_lock(&gate->lock);
	gate->closed = true;
	(void)pthread_cond_broadcast(&gate->changed);
	(void)pthread_mutex_unlock(&gate->lock);
}

static void
on_event(struct ka_gate *gate, void *what)
{
	struct ka_http *http = gate->http;
	uint64_t ignored;

	if (what == gate) {
		(void)!read(gate->wake_fd, &ignored, sizeof(ignored));
		return;
	}
	for (size_t i = 0; i < http->num_listeners; i++) {
		if (what == &http->listeners[i]) {
			if (http->listeners[i].fd >= 0)
				accept_connections(gate, &http->listeners[i]);
			return;
		}
	}
	ka_linger_read(gate->linger, what);
}

static void *
run(void *arg)
{
	struct ka_gate *gate = arg;
	struct epoll_event events[MAX_EVENTS];
	int64_t last_tick = 0;

	while (!atomic_load(&gate->stop_asked)) {
		int num = epoll_wait(gate->epoll_fd, events, MAX_EVENTS, TICK_MS);
		int64_t now = ka_clock_monotonic();

		if (atomic_load(&gate->close_asked) && !gate->closed)
			close_listeners(gate);
		for (int i = 0; i < num; i++)
			on_event(gate, events[i].data.ptr);
		if (now - last_tick >= TICK_MS * INT64_C(1000000)) {
			tick(gate, now);
			last_tick = now;
		}
	}
	return NULL;
}

static bool
watch(struct ka_gate *gate, int fd, void *what)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = what };

	return epoll_ctl(gate->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

struct ka_gate *
ka_gate_start(struct ka_http *http)
{
	struct ka_gate *gate = calloc(1, sizeof(*gate));

	if (gate == NULL)
		ka_out_of_memory();
	gate->http = http;
	(void)pthread_mutex_init(&gate->lock, NULL);
	(void)pthread_cond_init(&gate->changed, NULL);
	gate->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	gate->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	gate->linger = ka_linger_new(gate->epoll_fd);
	bool good = gate->epoll_fd >= 0 && gate->wake_fd >= 0 && watch(gate, gate->wake_fd, gate);
	for (size_t i = 0; good && i < http->num_listeners; i++)
		good = watch(gate, http->listeners[i].fd, &http->listeners[i]);
	if (good && pthread_create(&gate->thread, NULL, run, gate) == 0)
		return gate;
	if (gate->epoll_fd >= 0)
		(void)close(gate->epoll_fd);
	if (gate->wake_fd >= 0)
		(void)close(gate->wake_fd);
	ka_linger_free(gate->linger);
	free(gate);
	return NULL;
}

static void
wake(struct ka_gate *gate)
{
	static const uint64_t one = 1;

	(void)!write(gate->wake_fd, &one, sizeof(one));
}

void
ka_gate_close(struct ka_gate *gate)
{
	atomic_store(&gate->close_asked, true);
	wake(gate);
	(void)pthread_mutex_lock(&gate->lock);
	while (!gate->closed)
		(void)pthread_cond_wait(&gate->changed, &gate->lock);
	(void)pthread_mutex_unlock(&gate->lock);
}

void
ka_gate_stop(struct ka_gate *gate)
{
	if (gate == NULL)
		return;
	atomic_store(&gate->stop_asked, true);
	wake(gate);
	(void)pthread_join(gate->thread, NULL);
}

void
ka_gate_free(struct ka_gate *gate)
{
	if (gate == NULL)
		return;
	ka_linger_free(gate->linger);
	(void)close(gate->epoll_fd);
	(void)close(gate->wake_fd);
	(void)pthread_mutex_destroy(&gate->lock);
	(void)pthread_cond_destroy(&gate->changed);
	free(gate);
}

struct ka_linger *
ka_gate_linger(struct ka_gate *gate)
{
	return gate->linger;
}
