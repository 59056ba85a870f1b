/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/http/room.h"
#include "server/log.h"
#include "server/metrics.h"

/* Descriptors that are not connections: database, log, tables, epoll. */
#define OTHER_DESCRIPTORS 256

/* As many descriptors as connections are allowed, or as the hard limit gives. */
static void
raise_limit(const struct ka_config *config)
{
	struct rlimit limit;
	rlim_t wanted = (rlim_t)config->max_connections + OTHER_DESCRIPTORS;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = limit.rlim_max == RLIM_INFINITY || limit.rlim_max >= wanted ? wanted : limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < wanted)
		ka_log(KA_LOG_WARNING, "connections", "the limit of %llu open files is too low for max-connections = %lld",
		    (unsigned long long)limit.rlim_cur, (long long)config->max_connections);
}

static void
close_listeners(struct ka_http *http)
{
	for (size_t i = 0; i < http->num_listeners; i++) {
		if (http->listeners[i].fd >= 0)
			(void)close(http->listeners[i].fd);
		http->listeners[i].fd = -1;
	}
}

struct ka_http *
ka_http_new(char out_message[KA_HTTP_MESSAGE_LEN], const struct ka_config *config)
{
	struct ka_http *http = calloc(1, sizeof(*http));

	if (http == NULL)
		ka_out_of_memory();
	http->config = config;
	(void)pthread_mutex_init(&http->lock, NULL);
	for (size_t i = 0; i < config->listen.num; i++) {
		struct ka_listener *listener = &http->listeners[http->num_listeners];

		if (!ka_listen(listener, out_message, config->listen.items[i])) {
			ka_http_free(http);
			return NULL;
		}
		http->num_listeners++;
		if (listener->loopback || config->tls_cert != NULL || config->insecure_http)
			continue;
		(void)snprintf(out_message, KA_HTTP_MESSAGE_LEN,
		    "listen: %s can be reached from outside, and HTTP without TLS is served on loopback only; set tls-cert and tls-key, or "
		    "insecure-http behind a proxy that does TLS", config->listen.items[i]);
		ka_http_free(http);
		return NULL;
	}
	return http;
}

const char *
ka_http_address(const struct ka_http *http, size_t index)
{
	return index < http->num_listeners ? http->listeners[index].address : NULL;
}

static void
make_metrics(struct ka_http *http, struct ka_metrics *metrics)
{
	static const char *const why[KA_NUM_PHASES] = { "why=\"idle\"", "why=\"headers\"", "why=\"body\"", NULL, "why=\"reply\"" };
	struct ka_http_metrics *m = &http->metrics;

	m->connections = ka_metrics_gauge(metrics, "keyassayd_connections", "Open connections.", NULL);
	m->under_way = ka_metrics_gauge(metrics, "keyassayd_requests_under_way", "Requests that are not answered yet.", NULL);
	m->accepted = ka_metrics_counter(metrics, "keyassayd_connections_accepted_total", "Connections that were taken.", NULL);
	m->refused = ka_metrics_counter(
	    metrics, "keyassayd_connections_refused_total", "Connections that were closed because there were too many.", NULL);
	for (size_t i = 0; i < KA_NUM_PHASES; i++) {
		if (why[i] != NULL)
			m->dropped[i] = ka_metrics_counter(
			    metrics, "keyassayd_connections_dropped_total", "Connections that were closed because the client was slow.", why[i]);
	}
}

bool
ka_http_start(struct ka_http *http, char out_message[KA_HTTP_MESSAGE_LEN], struct ka_server *server)
{
	http->server = server;
	raise_limit(http->config);
	make_metrics(http, server->metrics);
	http->conns = ka_conns_new(http->config);
	http->pools = ka_pool_start(http, out_message, http->config);
	if (http->pools == NULL)
		return false;
	http->workers = ka_workers_new(http, (unsigned)http->config->workers);
	http->gate = http->workers == NULL ? NULL : ka_gate_start(http);
	if (http->gate == NULL)
		(void)snprintf(out_message, KA_HTTP_MESSAGE_LEN, "http: threads cannot be started: %s", strerror(errno));
	return http->gate != NULL;
}

bool
ka_http_reload(struct ka_http *http, char out_message[KA_HTTP_MESSAGE_LEN], const struct ka_config *config)
{
	struct ka_pool *pool = ka_pool_start(http, out_message, config);

	if (pool == NULL)
		return false;
	(void)pthread_mutex_lock(&http->lock);
	atomic_store(&http->pools->retired, true);
	pool->next = http->pools;
	http->pools = pool;
	(void)pthread_mutex_unlock(&http->lock);
	return true;
}

/* Waits until no request is under way, at most so long. */
static unsigned
wait_for_requests(struct ka_http *http, int64_t nanoseconds)
{
	int64_t until = ka_clock_monotonic() + nanoseconds;
	int left;

	while ((left = atomic_load(&http->under_way)) > 0 && ka_clock_monotonic() < until)
		(void)nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
	return left > 0 ? (unsigned)left : 0;
}

unsigned
ka_http_drain(struct ka_http *http)
{
	atomic_store(&http->draining, true);
	ka_gate_close(http->gate);
	unsigned left = wait_for_requests(http, http->config->drain_timeout * INT64_C(1000000000));
	atomic_store(&http->stopping, true);
	return left;
}

void
ka_http_free(struct ka_http *http)
{
	if (http == NULL)
		return;
	atomic_store(&http->draining, true);
	atomic_store(&http->stopping, true);
	if (http->gate != NULL)
		ka_gate_close(http->gate);
	/* No suspended connection may be left when libmicrohttpd stops: the workers answer all of them first. */
	ka_workers_stop(http->workers);
	(void)wait_for_requests(http, INT64_C(1000000000));
	ka_gate_stop(http->gate);
	while (http->pools != NULL) {
		struct ka_pool *pool = http->pools;

		http->pools = pool->next;
		ka_pool_stop(pool);
	}
	ka_gate_free(http->gate);
	ka_workers_free(http->workers);
	close_listeners(http);
	ka_conns_free(http->conns);
	(void)pthread_mutex_destroy(&http->lock);
	free(http);
}
