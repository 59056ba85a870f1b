/* SPDX-License-Identifier: Apache-2.0 */
/* engine_internal.h - what the engine's threads share. */
#ifndef KA_SERVER_AUDIT_ENGINE_INTERNAL_H
#define KA_SERVER_AUDIT_ENGINE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "server/audit/engine.h"
#include "server/crypto/crypto.h"
#include "server/metrics.h"

/* Store trouble in a row after which a task's checks are given up. */
#define KA_AUDIT_MAX_FAILURES 5u

struct ka_worker {
	struct ka_engine *engine;
	pthread_t thread;
	char name[160]; /* holds leases: host, process, random, number */
};

struct ka_engine {
	struct ka_server *server;
	struct ka_engine_options options; /* without zeros */
	struct ka_crypto *crypto;

	pthread_mutex_t lock; /* of wakeups */
	pthread_cond_t wake;  /* on CLOCK_MONOTONIC */
	uint64_t wakeups;
	atomic_bool stop;

	pthread_t scheduler;
	bool has_scheduler;
	unsigned num_workers; /* that run */
	struct ka_worker *workers;

	struct ka_counter *judged, *findings, *completed, *failed, *canceled, *fired, *purged;
};

/* ka_engine_seen returns a number that ka_engine_wait takes: it returns at once when somebody has woken the engine
 * since; else after ms milliseconds or when the engine stops. */
uint64_t ka_engine_seen(struct ka_engine *engine);
void ka_engine_wait(struct ka_engine *engine, uint64_t seen, int64_t ms);

static inline bool
ka_engine_stops(struct ka_engine *engine)
{
	return atomic_load_explicit(&engine->stop, memory_order_relaxed);
}

/* Threads. */
void *ka_worker_main(void *worker);
void *ka_scheduler_main(void *engine);

/* ka_scheduler_fire starts the tasks of all schedules that are due. ka_sweep deletes what is older than the
 * retention. */
void ka_scheduler_fire(struct ka_engine *engine);
void ka_sweep(struct ka_engine *engine);

#endif
