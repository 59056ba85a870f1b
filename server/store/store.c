/* SPDX-License-Identifier: Apache-2.0 */
/* What is the same for all engines: which one a URL means, counters, the log. */
#include "server/store/backend.h"
#include "server/store/log_chain.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct ka_backend *const backends[] = { &ka_backend_sqlite };

#define NUM_BACKENDS (sizeof(backends) / sizeof(backends[0]))

struct ka_store *
ka_store_open(char out_message[KA_STORE_MESSAGE_LEN], const char *url, unsigned flags)
{
	for (size_t i = 0; i < NUM_BACKENDS; i++) {
		size_t len = strlen(backends[i]->scheme);

		if (strncmp(url, backends[i]->scheme, len) == 0 && url[len] == ':')
			return backends[i]->open(out_message, url, flags);
	}
	(void)snprintf(
	    out_message, KA_STORE_MESSAGE_LEN, "%.200s: no such kind of database; give \"sqlite:PATH\"", url);
	return NULL;
}

void
ka_store_close(struct ka_store *store)
{
	if (store == NULL)
		return;
	struct ka_log_key *key = store->log_key;
	store->backend->close(store);
	ka_log_key_free(key);
}

unsigned
ka_store_schema_version(const struct ka_store *store)
{
	return store->schema_version;
}

void
ka_store_set_log(struct ka_store *store, ka_store_log_fn log, void *arg)
{
	store->log = log;
	store->log_arg = arg;
}

void
ka_store_say(struct ka_store *store, const char *format, ...)
{
	char message[KA_STORE_MESSAGE_LEN];
	va_list args;

	if (store->log == NULL)
		return;
	va_start(args, format);
	(void)vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	store->log(store->log_arg, message);
}

void
ka_tx_counts(const struct ka_tx *tx, uint64_t *out_rows, uint64_t *out_entries)
{
	*out_rows = tx->num_rows;
	*out_entries = tx->num_entries;
}

enum ka_store_status
ka_store_write(struct ka_store *store, ka_tx_fn fn, void *arg)
{
	enum ka_store_status status = store->backend->write(store, fn, arg);

	if (status == KA_STORE_OK)
		atomic_fetch_add_explicit(&store->writes, 1, memory_order_relaxed);
	if (status == KA_STORE_UNAVAILABLE || status == KA_STORE_UNCERTAIN || status == KA_STORE_FAILED)
		atomic_fetch_add_explicit(&store->failures, 1, memory_order_relaxed);
	return status;
}

enum ka_store_status
ka_store_read(struct ka_store *store, ka_tx_fn fn, void *arg)
{
	enum ka_store_status status = store->backend->read(store, fn, arg);

	atomic_fetch_add_explicit(&store->reads, 1, memory_order_relaxed);
	if (status == KA_STORE_UNAVAILABLE || status == KA_STORE_FAILED)
		atomic_fetch_add_explicit(&store->failures, 1, memory_order_relaxed);
	return status;
}

void
ka_store_stats(struct ka_store_stats *out, struct ka_store *store)
{
	out->writes = atomic_load_explicit(&store->writes, memory_order_relaxed);
	out->commits = atomic_load_explicit(&store->commits, memory_order_relaxed);
	out->reads = atomic_load_explicit(&store->reads, memory_order_relaxed);
	out->retries = atomic_load_explicit(&store->retries, memory_order_relaxed);
	out->failures = atomic_load_explicit(&store->failures, memory_order_relaxed);
}
