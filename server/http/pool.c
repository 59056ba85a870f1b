/* SPDX-License-Identifier: Apache-2.0 */
/* pool.c - libmicrohttpd's daemon: its options, and the certificate that goes with it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/datadir.h"
#include "server/http/room.h"
#include "server/log.h"

#define MAX_PEM ((size_t)1 << 20)
/* TLS 1.2 and 1.3 (RFC 9325). */
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"

__attribute__((format(printf, 2, 0))) static void
on_library_message(void *cls, const char *format, va_list args)
{
	struct ka_pool *pool = cls;
	char text[256];

	(void)vsnprintf(text, sizeof(text), format, args);
	text[strcspn(text, "\n")] = '\0';
	if (pool->mhd == NULL)
		memcpy(pool->starting, text, sizeof(text));
	else
		ka_log(KA_LOG_DEBUG, "http", "%s", text);
}

_Noreturn static void
on_panic(void *cls, const char *file, unsigned line, const char *reason)
{
	(void)cls;
	ka_log(KA_LOG_ERROR, "http", "libmicrohttpd gives up at %s:%u: %s", file, line, reason);
	abort();
}

static void
on_connection(void *cls, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode code)
{
	struct ka_pool *pool = cls;
	struct ka_http *http = pool->http;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
		const union MHD_ConnectionInfo *peer = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

		*context = ka_conns_add(http->conns, pool, fd->connect_fd, peer->client_addr);
		return;
	}
	struct ka_conn *conn = *context;
	if (conn->linger)
		ka_linger_add(ka_gate_linger(http->gate), conn->fd);
	ka_conns_remove(http->conns, conn);
	atomic_fetch_sub(&http->num_connections, 1);
	atomic_fetch_sub(&pool->num_connections, 1); /* the last touch: the gate may stop the pool now */
}

static unsigned
num_threads(const struct ka_config *config)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	if (config->threads > 0)
		return (unsigned)config->threads;
	return online > 0 ? (unsigned)online : 1;
}

static struct MHD_Daemon *
start(struct ka_pool *pool, const struct ka_config *config, const char *cert, const char *key)
{
	unsigned threads = num_threads(config);
	/* Connections are spread over threads by a rule that is not exactly even; the gate holds the true limit. */
	unsigned limit = (unsigned)config->max_connections * 2 + threads * 64;
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)cert },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)key },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)TLS_PRIORITIES },
		{ MHD_OPTION_END, 0, NULL },
	};
	struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG |
	    (cert != NULL ? (unsigned)MHD_USE_TLS : 0);

	MHD_set_panic_func(on_panic, NULL);
	/* The memory of a connection holds its headers, what libmicrohttpd notes about each, and the head of the reply. A pool of one
	 * thread is no pool to libmicrohttpd, hence the option's two values. */
	return MHD_start_daemon(flags, 0, NULL, NULL, ka_request_step, pool, MHD_OPTION_EXTERNAL_LOGGER, on_library_message, pool,
	    MHD_OPTION_CONNECTION_LIMIT, limit, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)(config->max_headers + config->max_headers / 2),
	    MHD_OPTION_CONNECTION_TIMEOUT, 0u, MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_URI_LOG_CALLBACK, ka_request_begin, pool, MHD_OPTION_NOTIFY_COMPLETED, ka_request_end, pool,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, pool, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_ARRAY,
	    cert != NULL ? tls : none, threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, threads, MHD_OPTION_END);
}

struct ka_pool *
ka_pool_start(struct ka_http *http, char *out_message, const struct ka_config *config)
{
	struct ka_arena arena = { 0 };
	struct ka_slice cert = { 0 }, key = { 0 };
	struct ka_pool *pool = calloc(1, sizeof(*pool));

	if (pool == NULL)
		ka_out_of_memory();
	pool->http = http;
	bool good = config->tls_cert == NULL || (ka_file_read(&cert, out_message, &arena, config->tls_cert, MAX_PEM) &&
	                                            ka_file_read(&key, out_message, &arena, config->tls_key, MAX_PEM));
	if (good) {
		struct MHD_Daemon *mhd = start(pool, config, (const char *)cert.data, (const char *)key.data);

		pool->mhd = mhd;
		good = mhd != NULL;
		if (!good)
			(void)snprintf(out_message, KA_HTTP_MESSAGE_LEN, "%s%s%s%s%s", config->tls_cert == NULL ? "" : config->tls_cert,
			    config->tls_cert == NULL ? "" : ", ", config->tls_key == NULL ? "http: " : config->tls_key,
			    config->tls_key == NULL ? "" : ": ", pool->starting);
	}
	/* GnuTLS has its own copy of the key. */
	if (key.data != NULL)
		explicit_bzero((void *)(uintptr_t)key.data, key.len);
	ka_arena_clear(&arena);
	if (good)
		return pool;
	free(pool);
	return NULL;
}

void
ka_pool_stop(struct ka_pool *pool)
{
	MHD_stop_daemon(pool->mhd);
	free(pool);
}

void
ka_pools_sweep(struct ka_http *http)
{
	for (;;) {
		struct ka_pool *ended = NULL;

		(void)pthread_mutex_lock(&http->lock);
		for (struct ka_pool **at = &http->pools; *at != NULL; at = &(*at)->next) {
			if (atomic_load(&(*at)->retired) && atomic_load(&(*at)->num_connections) == 0) {
				ended = *at;
				*at = ended->next;
				break;
			}
		}
		(void)pthread_mutex_unlock(&http->lock);
		if (ended == NULL)
			return;
		ka_pool_stop(ended);
	}
}
