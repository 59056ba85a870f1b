/* SPDX-License-Identifier: Apache-2.0 */
/* metrics.h - counters for GET /metrics, in the text format of Prometheus (version 0.0.4).
 *
 * A room asks for its counters once and keeps the pointers, or asks each time: the look-up takes no lock. Any thread. All pointers
 * live until ka_metrics_free. A NULL registry gives NULL counters, and NULL counters count nothing: tests need none.
 *
 * Names begin with "keyassayd_"; counters end with "_total", durations with "_seconds". labels is NULL or text as in the format:
 * "operation=\"DescribeCertificate\",status=\"200\""; ka_metrics_label makes one from an untrusted value. Keep the number of different
 * labels small: never certificate ids, paths or addresses. */
#ifndef KA_SERVER_METRICS_H
#define KA_SERVER_METRICS_H

#include <stdatomic.h>

#include "common/buf.h"

struct ka_metrics;

/* A number that grows (counter) or moves (gauge). */
struct ka_counter {
	_Atomic int64_t value;
};

/* Durations, in buckets. */
struct ka_histogram;

struct ka_metrics *ka_metrics_new(void);
void ka_metrics_free(struct ka_metrics *metrics);

/* The same name and labels give the same counter. help is one sentence, the same for all labels of a name; all texts but labels are
 * literals. */
struct ka_counter *ka_metrics_counter(struct ka_metrics *metrics, const char *name, const char *help, const char *labels);
struct ka_counter *ka_metrics_gauge(struct ka_metrics *metrics, const char *name, const char *help, const char *labels);
struct ka_histogram *ka_metrics_histogram(struct ka_metrics *metrics, const char *name, const char *help, const char *labels);

static inline void
ka_counter_add(struct ka_counter *counter, int64_t amount)
{
	if (counter != NULL)
		atomic_fetch_add_explicit(&counter->value, amount, memory_order_relaxed);
}

static inline void
ka_counter_set(struct ka_counter *counter, int64_t value)
{
	if (counter != NULL)
		atomic_store_explicit(&counter->value, value, memory_order_relaxed);
}

/* ka_histogram_observe counts a duration. */
void ka_histogram_observe(struct ka_histogram *histogram, int64_t nanoseconds);

/* ka_metrics_collect has fn called before each ka_metrics_write: to set gauges and counters from numbers that are kept elsewhere. */
typedef void (*ka_metrics_fn)(void *arg);
void ka_metrics_collect(struct ka_metrics *metrics, ka_metrics_fn fn, void *arg);

/* ka_metrics_label appends name="value" with value escaped, and a comma before it when buf is not empty. */
void ka_metrics_label(struct ka_buf *buf, const char *name, const char *value);

/* ka_metrics_write appends everything. */
void ka_metrics_write(struct ka_buf *buf, struct ka_metrics *metrics);

#endif
