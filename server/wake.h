/* SPDX-License-Identifier: Apache-2.0 */
/* wake.h - how threads that look for work now and then are told to look at once, and to stop. */
#ifndef KA_SERVER_WAKE_H
#define KA_SERVER_WAKE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct ka_wake {
	pthread_mutex_t lock; /* of num */
	pthread_cond_t cond;  /* on CLOCK_MONOTONIC */
	uint64_t num;         /* wake-ups so far */
	atomic_bool stop;
};

void ka_wake_init(struct ka_wake *wake);
void ka_wake_clear(struct ka_wake *wake);

/* ka_wake_seen returns a number that ka_wake_wait takes: it returns at once when somebody has woken since; else after
 * ms milliseconds, or when ka_wake_stop is called. */
uint64_t ka_wake_seen(struct ka_wake *wake);
void ka_wake_wait(struct ka_wake *wake, uint64_t seen, int64_t ms);

/* ka_wake_up wakes all threads that wait; ka_wake_stop does too, and from then on nobody waits. Any thread. */
void ka_wake_up(struct ka_wake *wake);
void ka_wake_stop(struct ka_wake *wake);

static inline bool
ka_wake_stops(struct ka_wake *wake)
{
	return atomic_load_explicit(&wake->stop, memory_order_relaxed);
}

#endif
