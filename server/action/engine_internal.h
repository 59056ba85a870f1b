/* SPDX-License-Identifier: Apache-2.0 */
/* engine_internal.h - what the engine's threads share. */
#ifndef KA_SERVER_ACTION_ENGINE_INTERNAL_H
#define KA_SERVER_ACTION_ENGINE_INTERNAL_H

#include "server/action/engine.h"
#include "server/action/step.h"
#include "server/metrics.h"
#include "server/wake.h"

/* Store trouble in a row after which a task is given up. */
#define KA_ACTION_MAX_FAILURES 5u

struct ka_action_worker {
	struct ka_action_engine *engine;
	pthread_t thread;
	char name[160]; /* holds leases: host, process, random, number */
};

struct ka_action_engine {
	struct ka_server *server;
	struct ka_action_options options; /* without zeros */
	struct ka_crypto *crypto;
	struct ka_wake wake;
	unsigned num_workers; /* that run */
	struct ka_action_worker *workers;
	struct ka_counter *tasks[KA_TASK_CANCELED + 1], *executions[KA_EXECUTION_PENDING + 1]; /* by status */
};

/* A thread. */
void *ka_action_worker_main(void *worker);

#endif
