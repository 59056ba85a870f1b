/* SPDX-License-Identifier: Apache-2.0 */
#include "server/wake.h"

#include <time.h>

void
ka_wake_init(struct ka_wake *wake)
{
	pthread_condattr_t monotonic;

	wake->num = 0;
	atomic_init(&wake->stop, false);
	(void)pthread_mutex_init(&wake->lock, NULL);
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&wake->cond, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
}

void
ka_wake_clear(struct ka_wake *wake)
{
	(void)pthread_cond_destroy(&wake->cond);
	(void)pthread_mutex_destroy(&wake->lock);
}

uint64_t
ka_wake_seen(struct ka_wake *wake)
{
	(void)pthread_mutex_lock(&wake->lock);
	uint64_t seen = wake->num;
	(void)pthread_mutex_unlock(&wake->lock);
	return seen;
}

void
ka_wake_wait(struct ka_wake *wake, uint64_t seen, int64_t ms)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	(void)pthread_mutex_lock(&wake->lock);
	while (wake->num == seen && !ka_wake_stops(wake))
		if (pthread_cond_timedwait(&wake->cond, &wake->lock, &until) != 0)
			break;
	(void)pthread_mutex_unlock(&wake->lock);
}

void
ka_wake_up(struct ka_wake *wake)
{
	(void)pthread_mutex_lock(&wake->lock);
	wake->num++;
	(void)pthread_cond_broadcast(&wake->cond);
	(void)pthread_mutex_unlock(&wake->lock);
}

void
ka_wake_stop(struct ka_wake *wake)
{
	atomic_store(&wake->stop, true);
	ka_wake_up(wake);
}
