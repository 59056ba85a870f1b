/* SPDX-License-Identifier: Apache-2.0 */
#include "server/metrics.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* Look-up is a walk down a chain that only ever grows at its head, so it takes no lock; adding a series does. */
#define NUM_CHAINS 256u

/* Upper bounds of the buckets in microseconds: from a cached read to a request that somebody complains about. */
static const int64_t bounds[] = { 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 2500000,
	10000000 };
#define NUM_BOUNDS (sizeof(bounds) / sizeof(bounds[0]))

enum kind { COUNTER, GAUGE, HISTOGRAM };
static const char *const kind_names[] = { "counter", "gauge", "histogram" };

struct ka_histogram {
	_Atomic int64_t buckets[NUM_BOUNDS + 1]; /* the last: above all bounds */
	_Atomic int64_t nanoseconds;
};

struct series {
	struct series *next_in_chain;
	struct series *next_in_family;
	const char *name;
	char *labels; /* "" when there are none */
	union {
		struct ka_counter counter;
		struct ka_histogram histogram;
	} value;
};

struct family {
	struct family *next;
	const char *name, *help;
	enum kind kind;
	struct series *first, *last;
};

struct collector {
	struct collector *next;
	ka_metrics_fn fn;
	void *arg;
};

struct ka_metrics {
	_Atomic(struct series *) chains[NUM_CHAINS];
	pthread_mutex_t lock; /* of what follows, and of adding to chains */
	struct family *families, *last_family;
	struct collector *collectors;
	pthread_mutex_t write_lock; /* collectors run in one writer at a time */
};

static void *
take(size_t len)
{
	void *memory = calloc(1, len);

	if (memory == NULL)
		ka_out_of_memory();
	return memory;
}

struct ka_metrics *
ka_metrics_new(void)
{
	struct ka_metrics *metrics = take(sizeof(*metrics));

	(void)pthread_mutex_init(&metrics->lock, NULL);
	(void)pthread_mutex_init(&metrics->write_lock, NULL);
	return metrics;
}

void
ka_metrics_free(struct ka_metrics *metrics)
{
	if (metrics == NULL)
		return;
	for (struct family *f = metrics->families, *next_f; f != NULL; f = next_f) {
		next_f = f->next;
		for (struct series *s = f->first, *next_s; s != NULL; s = next_s) {
			next_s = s->next_in_family;
			free(s->labels);
			free(s);
		}
		free(f);
	}
	for (struct collector *c = metrics->collectors, *next; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	(void)pthread_mutex_destroy(&metrics->lock);
	(void)pthread_mutex_destroy(&metrics->write_lock);
	free(metrics);
}

/* FNV-1a of both texts. */
static size_t
chain_of(const char *name, const char *labels)
{
	uint32_t hash = 2166136261u;

	for (const char *c = name; *c != '\0'; c++)
		hash = (hash ^ (uint8_t)*c) * 16777619u;
	for (const char *c = labels; *c != '\0'; c++)
		hash = (hash ^ (uint8_t)*c) * 16777619u;
	return hash % NUM_CHAINS;
}

static struct series *
find(struct ka_metrics *metrics, size_t chain, const char *name, const char *labels)
{
	struct series *s = atomic_load_explicit(&metrics->chains[chain], memory_order_acquire);

	while (s != NULL && (strcmp(s->name, name) != 0 || strcmp(s->labels, labels) != 0))
		s = s->next_in_chain;
	return s;
}

static struct family *
family_of(struct ka_metrics *metrics, const char *name, const char *help, enum kind kind)
{
	for (struct family *f = metrics->families; f != NULL; f = f->next) {
		if (strcmp(f->name, name) == 0)
			return f;
	}
	struct family *family = take(sizeof(*family));
	*family = (struct family){ .name = name, .help = help, .kind = kind };
	if (metrics->last_family == NULL)
		metrics->families = family;
	else
		metrics->last_family->next = family;
	metrics->last_family = family;
	return family;
}

static struct series *
get(struct ka_metrics *metrics, const char *name, const char *help, const char *labels, enum kind kind)
{
	if (metrics == NULL)
		return NULL;
	if (labels == NULL)
		labels = "";
	size_t chain = chain_of(name, labels);
	struct series *series = find(metrics, chain, name, labels);
	if (series != NULL)
		return series;

	(void)pthread_mutex_lock(&metrics->lock);
	series = find(metrics, chain, name, labels); /* another thread may have been faster */
	if (series == NULL) {
		struct family *family = family_of(metrics, name, help, kind);

		series = take(sizeof(*series));
		series->name = family->name;
		series->labels = take(strlen(labels) + 1);
		memcpy(series->labels, labels, strlen(labels) + 1);
		series->next_in_chain = atomic_load(&metrics->chains[chain]);
		if (family->last == NULL)
			family->first = series;
		else
			family->last->next_in_family = series;
		family->last = series;
		atomic_store_explicit(&metrics->chains[chain], series, memory_order_release);
	}
	(void)pthread_mutex_unlock(&metrics->lock);
	return series;
}

struct ka_counter *
ka_metrics_counter(struct ka_metrics *metrics, const char *name, const char *help, const char *labels)
{
	struct series *series = get(metrics, name, help, labels, COUNTER);

	return series == NULL ? NULL : &series->value.counter;
}

struct ka_counter *
ka_metrics_gauge(struct ka_metrics *metrics, const char *name, const char *help, const char *labels)
{
	struct series *series = get(metrics, name, help, labels, GAUGE);

	return series == NULL ? NULL : &series->value.counter;
}

struct ka_histogram *
ka_metrics_histogram(struct ka_metrics *metrics, const char *name, const char *help, const char *labels)
{
	struct series *series = get(metrics, name, help, labels, HISTOGRAM);

	return series == NULL ? NULL : &series->value.histogram;
}

void
ka_histogram_observe(struct ka_histogram *histogram, int64_t nanoseconds)
{
	size_t i = 0;

	if (histogram == NULL)
		return;
	while (i < NUM_BOUNDS && nanoseconds > bounds[i] * 1000)
		i++;
	atomic_fetch_add_explicit(&histogram->buckets[i], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&histogram->nanoseconds, nanoseconds, memory_order_relaxed);
}

void
ka_metrics_collect(struct ka_metrics *metrics, ka_metrics_fn fn, void *arg)
{
	if (metrics == NULL)
		return;
	struct collector *collector = take(sizeof(*collector));
	(void)pthread_mutex_lock(&metrics->lock);
	*collector = (struct collector){ metrics->collectors, fn, arg };
	metrics->collectors = collector;
	(void)pthread_mutex_unlock(&metrics->lock);
}

void
ka_metrics_label(struct ka_buf *buf, const char *name, const char *value)
{
	ka_buf_format(buf, "%s%s=\"", buf->len == 0 ? "" : ",", name);
	for (const char *c = value; *c != '\0'; c++) {
		if (*c == '\n')
			ka_buf_put(buf, "\\n", 2);
		else if (*c == '"' || *c == '\\')
			ka_buf_format(buf, "\\%c", *c);
		else
			ka_buf_putc(buf, *c);
	}
	ka_buf_putc(buf, '"');
}

/* One line; extra is one more label, or "". */
static void
write_sample(struct ka_buf *buf, const char *name, const char *suffix, const char *labels, const char *extra)
{
	ka_buf_format(buf, "%s%s", name, suffix);
	if (*labels != '\0' || *extra != '\0')
		ka_buf_format(buf, "{%s%s%s}", labels, *labels != '\0' && *extra != '\0' ? "," : "", extra);
	ka_buf_putc(buf, ' ');
}

static void
write_histogram(struct ka_buf *buf, const struct series *series)
{
	int64_t count = 0;
	char extra[48];

	for (size_t i = 0; i <= NUM_BOUNDS; i++) {
		count += atomic_load_explicit(&series->value.histogram.buckets[i], memory_order_relaxed);
		if (i < NUM_BOUNDS)
			(void)snprintf(extra, sizeof(extra), "le=\"%g\"", (double)bounds[i] / 1e6);
		else
			(void)snprintf(extra, sizeof(extra), "le=\"+Inf\"");
		write_sample(buf, series->name, "_bucket", series->labels, extra);
		ka_buf_format(buf, "%" PRId64 "\n", count);
	}
	int64_t nanoseconds = atomic_load_explicit(&series->value.histogram.nanoseconds, memory_order_relaxed);
	write_sample(buf, series->name, "_sum", series->labels, "");
	ka_buf_format(buf, "%.9g\n", (double)nanoseconds / 1e9);
	write_sample(buf, series->name, "_count", series->labels, "");
	ka_buf_format(buf, "%" PRId64 "\n", count);
}

void
ka_metrics_write(struct ka_buf *buf, struct ka_metrics *metrics)
{
	/* Collectors may ask for counters, so they run outside of the registry's lock; none is ever removed. */
	(void)pthread_mutex_lock(&metrics->write_lock);
	(void)pthread_mutex_lock(&metrics->lock);
	struct collector *collectors = metrics->collectors;
	(void)pthread_mutex_unlock(&metrics->lock);
	for (struct collector *c = collectors; c != NULL; c = c->next)
		c->fn(c->arg);
	(void)pthread_mutex_unlock(&metrics->write_lock);

	(void)pthread_mutex_lock(&metrics->lock);
	for (const struct family *f = metrics->families; f != NULL; f = f->next) {
		ka_buf_format(buf, "# HELP %s %s\n# TYPE %s %s\n", f->name, f->help, f->name, kind_names[f->kind]);
		for (const struct series *s = f->first; s != NULL; s = s->next_in_family) {
			if (f->kind == HISTOGRAM) {
				write_histogram(buf, s);
				continue;
			}
			write_sample(buf, s->name, "", s->labels, "");
			ka_buf_format(buf, "%" PRId64 "\n", atomic_load_explicit(&s->value.counter.value, memory_order_relaxed));
		}
	}
	(void)pthread_mutex_unlock(&metrics->lock);
}
