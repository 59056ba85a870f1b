/* SPDX-License-Identifier: Apache-2.0 */
/* engine.h - runs mitigation tasks: claims them with a lease and takes them step by step to their end.
 *
 * api/ writes tasks; the engine picks them up; neither calls the other, but for the wake-up below.
 *
 * What a task's numbers mean, for each check: total is the findings of the target that were reached; skipped those
 * that the filter leaves out or that are suppressed; canceled those that were left when the task was canceled;
 * failed those with an action that failed; succeeded the others. At the end total is the sum of the others. A task
 * is CANCELED when it was canceled before it came to its end, FAILED when any action failed, else COMPLETED. */
#ifndef KA_SERVER_ACTION_ENGINE_H
#define KA_SERVER_ACTION_ENGINE_H

#include "server/server.h"

struct ka_action_options {
	unsigned num_workers; /* 0: other nodes run the tasks */
	int64_t lease_ms;     /* 0: 30 seconds; renewed with every step */
	int64_t poll_ms;      /* 0: 1 second: how often other nodes' tasks and run-out leases are looked for */
	uint32_t chunk;       /* findings a step; 0: 256 */
	uint32_t slice;       /* steps until other tasks have a turn; 0: 16 */
	/* No other process uses this database: leases that are left are those of the dead. */
	bool is_only;
};

/* ka_action_engine_start starts the workers. NULL when no thread can be started. */
struct ka_action_engine *ka_action_engine_start(struct ka_server *server, const struct ka_action_options *options);

/* ka_action_engine_wake makes the workers look for work now. Any thread; NULL is fine. */
void ka_action_engine_wake(struct ka_action_engine *engine);

/* ka_action_engine_stop lets the steps under way end, gives tasks back and joins the threads. NULL is fine. */
void ka_action_engine_stop(struct ka_action_engine *engine);

#endif
