/* SPDX-License-Identifier: Apache-2.0 */
/* engine_internal.h - what the engine's threads share. */
#ifndef KA_SERVER_AUDIT_ENGINE_INTERNAL_H
#define KA_SERVER_AUDIT_ENGINE_INTERNAL_H

#include "server/audit/engine.h"
#include "server/crypto/crypto.h"
#include "server/metrics.h"
#include "server/wake.h"

/* Store trouble in a row after which a task's checks are given up. */
#define KA_AUDIT_MAX_FAILURES 5u

struct ka_worker {
	struct ka_engine *engine;
	pthread_t thread;
	char name[160]; /* holds leases: host, process, random, number */
};

/* Kinds of rows that the retention sweep deletes (sweep.c). */
#define KA_NUM_SWEPT 4u

struct ka_engine {
	struct ka_server *server;
	struct ka_engine_options options; /* without zeros */
	struct ka_crypto *crypto;

	struct ka_wake wake;

	pthread_t scheduler;
	bool has_scheduler;
	unsigned num_workers; /* that run */
	struct ka_worker *workers;

	struct ka_counter *judged, *findings, *completed, *failed, *canceled, *fired;
	struct ka_counter *purged[KA_NUM_SWEPT], *swept;
};

/* Threads. */
void *ka_worker_main(void *worker);
void *ka_scheduler_main(void *engine);

/* ka_scheduler_fire starts the tasks of all schedules that are due. ka_sweep deletes what is older than the
 * retention. */
void ka_scheduler_fire(struct ka_engine *engine);
void ka_sweep(struct ka_engine *engine);
void ka_sweep_metrics(struct ka_engine *engine);

#endif
