/* SPDX-License-Identifier: Apache-2.0 */
/* room.h - what the files of the HTTP room share. */
#ifndef KA_SERVER_HTTP_ROOM_H
#define KA_SERVER_HTTP_ROOM_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "server/http/http.h"
#include "server/http/listen.h"
#include "server/http/message.h"

#define KA_REQUEST_ID_LEN 36u /* a UUID */

/* A daemon of libmicrohttpd: its threads, its TLS certificate. There is one, and after a reload the old one until its last connection has
 * ended. */
struct ka_pool {
	struct ka_pool *next;
	struct ka_http *http;
	struct MHD_Daemon *mhd;
	atomic_int num_connections;
	atomic_bool retired; /* replaced: replies close their connection */
	char starting[256];  /* libmicrohttpd's last words while it starts */
};

/* What a connection is doing; each phase but HANDLING has a deadline, which the gate holds. */
enum ka_phase {
	KA_PHASE_WAITING = 0, /* nothing of a request has come, as far as is known */
	KA_PHASE_HEADERS,
	KA_PHASE_BODY,
	KA_PHASE_HANDLING, /* we are at work */
	KA_PHASE_REPLY,    /* the reply is being sent */
	KA_NUM_PHASES
};

struct ka_conn {
	struct ka_conn *prev, *next; /* conns.c's list, under its lock */
	struct ka_pool *pool;
	int fd;
	atomic_int phase;
	_Atomic int64_t since; /* ka_clock_monotonic when the phase began */
	_Atomic uint64_t received; /* bytes that had come when WAITING began */
	int64_t next_look;         /* the gate's: when WAITING is looked at again */
	bool linger;               /* replied before the request was read: see linger.c */
	char peer[KA_ADDRESS_LEN];
};

enum ka_request_state {
	KA_REQUEST_NEW = 0, /* the request line has come */
	KA_REQUEST_BODY,    /* the headers have come */
	KA_REQUEST_QUEUED,  /* suspended: a worker has it or will have it */
	KA_REQUEST_DONE,    /* the worker has finished */
	KA_REQUEST_REPLIED
};

/* A request from its request line until its reply is sent. */
struct ka_http_request {
	struct ka_http_request *next; /* queue of the workers */
	struct ka_http *http;
	struct ka_conn *conn;
	struct MHD_Connection *mhd;
	enum ka_request_state state;
	bool counted;      /* among those under way */
	int64_t start;     /* ka_clock_monotonic */
	char *target;      /* as it came: path and query */
	char id[KA_REQUEST_ID_LEN + 1];
	struct ka_raw_request raw;
	struct ka_buf body;
	size_t discarded;  /* of a body that is too long */
	const struct ka_refusal *refusal; /* reply with this instead of handling it */
	struct ka_api_result result;
	const char *content_type; /* of the result; NULL: JSON */
	struct ka_arena arena;
};

/* Workers. */
struct ka_workers;
struct ka_workers *ka_workers_new(struct ka_http *http, unsigned num);
/* ka_workers_push hands a suspended request over. ka_workers_stop lets each worker end what it has, refuses the rest and joins; requests
 * that are pushed later are refused. ka_workers_free frees. */
void ka_workers_push(struct ka_workers *workers, struct ka_http_request *request);
void ka_workers_stop(struct ka_workers *workers);
void ka_workers_free(struct ka_workers *workers);

/* Connections. */
struct ka_conns;
struct ka_conns *ka_conns_new(const struct ka_config *config);
void ka_conns_free(struct ka_conns *conns);
struct ka_conn *ka_conns_add(struct ka_conns *conns, struct ka_pool *pool, int fd, const struct sockaddr *peer);
void ka_conns_remove(struct ka_conns *conns, struct ka_conn *conn);
void ka_conn_enter(struct ka_conn *conn, enum ka_phase phase);
/* ka_conns_expire shuts down what has passed its deadline; adds how many to out_num by phase. */
void ka_conns_expire(struct ka_conns *conns, uint64_t out_num[KA_NUM_PHASES], int64_t now);

/* Lingering: a connection whose reply was sent before its request was read is not closed with bytes unread, because the kernel would then
 * take the reply back (RST). What still comes is read and thrown away, for a while. */
struct ka_linger;
struct ka_linger *ka_linger_new(int epoll_fd);
void ka_linger_free(struct ka_linger *linger);
/* ka_linger_add takes over a duplicate of fd; any thread. */
void ka_linger_add(struct ka_linger *linger, int fd);
/* ka_linger_read is called by the gate when epoll reports data (its pointer), ka_linger_expire once a second. */
void ka_linger_read(struct ka_linger *linger, void *entry);
void ka_linger_expire(struct ka_linger *linger, int64_t now);

/* The gate. */
struct ka_gate;
struct ka_gate *ka_gate_start(struct ka_http *http);
/* ka_gate_close stops accepting, closes the listeners and returns when that is done; deadlines are still held. */
void ka_gate_close(struct ka_gate *gate);
/* ka_gate_stop ends the thread; ka_gate_free frees, when no connection is left. NULL is fine for both. */
void ka_gate_stop(struct ka_gate *gate);
void ka_gate_free(struct ka_gate *gate);
struct ka_linger *ka_gate_linger(struct ka_gate *gate);

struct ka_http_metrics {
	struct ka_counter *connections, *accepted, *refused, *under_way;
	struct ka_counter *dropped[KA_NUM_PHASES];
};

struct ka_http {
	const struct ka_config *config;
	struct ka_server *server;
	struct ka_listener listeners[16];
	size_t num_listeners;
	struct ka_gate *gate;
	struct ka_workers *workers;
	struct ka_conns *conns;
	pthread_mutex_t lock; /* of pools */
	struct ka_pool *pools; /* newest first: it gets new connections */
	atomic_int num_connections;
	atomic_int under_way;
	atomic_bool draining, stopping;
	_Atomic int64_t body_memory; /* bytes of bodies that are being received */
	struct ka_http_metrics metrics;
};

/* pool.c: ka_pool_start starts a daemon with the certificate of config; ka_pool_stop ends one; ka_pools_sweep stops retired ones that have
 * no connection left (called by the gate). */
struct ka_pool *ka_pool_start(struct ka_http *http, char *out_message, const struct ka_config *config);
void ka_pool_stop(struct ka_pool *pool);
void ka_pools_sweep(struct ka_http *http);

/* request.c: libmicrohttpd's callbacks. */
void *ka_request_begin(void *cls, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result ka_request_step(void *cls, struct MHD_Connection *mhd, const char *url, const char *method, const char *version,
    const char *upload, size_t *upload_len, void **con_cls);
void ka_request_end(void *cls, struct MHD_Connection *mhd, void **con_cls, enum MHD_RequestTerminationCode code);

/* reply.c */
/* ka_reply_send queues result's body, logs and counts; early: the request is not read to its end. */
enum MHD_Result ka_reply_send(struct ka_http_request *request, bool early);

/* plain.c: /healthz and /metrics. */
void ka_plain_handle(struct ka_http_request *request);


#endif
