/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/store/store.h"

static const struct ka_scope scope = { "000000000000", "us-east-1" };
static const struct ka_scope small = { "000000000001", "us-east-1" };
#define SMALL_ROWS 10u

static double shared, slowest;

static struct ka_store *
open_ours(struct store_bench *bench)
{
	char url[300], message[KA_STORE_MESSAGE_LEN];

	(void)snprintf(url, sizeof(url), "sqlite:%s", bench->ours_path);
	struct ka_store *store = ka_store_open(message, url, KA_STORE_CREATE | KA_STORE_MIGRATE);
	if (store != NULL) {
		ka_store_log_key(store, (const uint8_t[32]){ "a key for benchmarks" });
		if (ka_store_log_begin(store, message, KA_LOG_BEGIN))
			return store;
		ka_store_close(store);
	}
	(void)fprintf(stderr, "%s\n", message);
	return NULL;
}

static void
make_id(char out[KA_CERT_ID_LEN + 1], uint64_t number)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t id[32];

	store_bench_id(id, number);
	for (size_t i = 0; i < sizeof(id); i++) {
		out[2 * i] = digits[id[i] >> 4];
		out[2 * i + 1] = digits[id[i] & 15];
	}
	out[KA_CERT_ID_LEN] = '\0';
}

static struct ka_ca_row
make_row(uint8_t der[STORE_BENCH_DER_LEN], uint64_t number)
{
	struct ka_ca_row row = {
		.status = KA_CA_ACTIVE,
		.mode = KA_MODE_DEFAULT,
		.not_before = 1700000000000,
		.not_after = 2000000000000,
		.created = 1750000000000,
		.modified = 1750000000000,
		.customer_version = 1,
		.generation_id = "01234567-89ab-cdef-0123-456789abcdef",
	};

	make_id(row.id, number);
	store_bench_id(row.subject_sha256, ~number);
	store_bench_id(row.spki_sha256, number ^ 0x5555);
	store_bench_der(der, number);
	row.der = (struct ka_slice){ der, STORE_BENCH_DER_LEN };
	return row;
}

struct fill {
	uint64_t first, num;
	const struct ka_scope *scope;
};

static enum ka_store_status
fill(struct ka_tx *tx, void *arg)
{
	const struct fill *batch = arg;
	uint8_t der[STORE_BENCH_DER_LEN];
	enum ka_store_status status = KA_STORE_OK;

	for (uint64_t i = 0; i < batch->num && status == KA_STORE_OK; i++) {
		struct ka_ca_row row = make_row(der, batch->first + i);

		status = ka_tx_ca_insert(tx, NULL, batch->scope, &row);
	}
	return status;
}

double
store_ours_fill(struct store_bench *bench)
{
	struct ka_store *store = open_ours(bench);
	struct fill few = { UINT64_C(1) << 50, SMALL_ROWS / 2, &small };
	enum ka_store_status status;

	if (store == NULL)
		return -1;
	status = ka_store_write(store, fill, &few);
	double start = store_bench_now();
	for (uint64_t done = 0; done < bench->num_rows && status == KA_STORE_OK; done += STORE_BENCH_BATCH) {
		struct fill batch = { done, STORE_BENCH_BATCH, &scope };

		status = ka_store_write(store, fill, &batch);
	}
	double took = store_bench_now() - start;
	few.first += few.num;
	if (status == KA_STORE_OK)
		status = ka_store_write(store, fill, &few);
	ka_store_close(store);
	return status == KA_STORE_OK ? bench->num_rows / took : -1;
}

struct registrar {
	struct ka_store *store;
	atomic_uint_fast64_t *next;
	double end, slowest;
	uint64_t number, done;
	enum ka_store_status status;
};

static enum ka_store_status
register_one(struct ka_tx *tx, void *arg)
{
	const struct registrar *registrar = arg;
	uint8_t der[STORE_BENCH_DER_LEN];
	struct ka_ca_row row = make_row(der, registrar->number);
	struct ka_tag_row tag = { "fleet", "north" };
	char arn[128], owner[KA_ACCOUNT_LEN + 1];
	uint64_t same_subject;
	int64_t seq;

	/* What RegisterCACertificate asks before it writes. */
	enum ka_store_status status = ka_tx_ca_default_owner(tx, owner, scope.region, row.id);
	if (status != KA_STORE_NONE)
		return status;
	status = ka_tx_ca_count_subject(tx, &same_subject, &scope, row.subject_sha256);
	if (status == KA_STORE_OK)
		status = ka_tx_ca_insert(tx, &seq, &scope, &row);
	(void)snprintf(arn, sizeof(arn), "arn:aws:iot:us-east-1:000000000000:cacert/%s", row.id);
	if (status == KA_STORE_OK)
		status = ka_tx_tag_put(tx, &scope, arn, &tag);
	struct ka_log_row log = { .time = row.created,
		.account = scope.account,
		.region = scope.region,
		.actor = "AKIAIOSFODNN7EXAMPLE",
		.request = "01234567-89ab-cdef-0123-456789abcdef",
		.action = "RegisterCACertificate",
		.resource = arn,
		.after = "{\"status\":\"ACTIVE\",\"certificateMode\":\"DEFAULT\"}" };
	return status == KA_STORE_OK ? ka_tx_log_append(tx, &log) : status;
}

static void *
registrar_main(void *arg)
{
	struct registrar *registrar = arg;
	double before = store_bench_now();

	while (before < registrar->end && registrar->status == KA_STORE_OK) {
		registrar->number = atomic_fetch_add(registrar->next, 1);
		registrar->status = ka_store_write(registrar->store, register_one, registrar);
		double after = store_bench_now();
		if (after - before > registrar->slowest)
			registrar->slowest = after - before;
		before = after;
		registrar->done++;
	}
	return NULL;
}

double
store_ours_register(struct store_bench *bench)
{
	static atomic_uint_fast64_t next = UINT64_C(1) << 40;
	struct ka_store *store = open_ours(bench);
	struct registrar registrars[256];
	pthread_t threads[256];
	struct ka_store_stats stats;
	uint64_t done = 0;

	if (store == NULL || bench->num_threads > 256)
		return -1;
	double start = store_bench_now();
	for (unsigned i = 0; i < bench->num_threads; i++) {
		registrars[i] = (struct registrar){ .store = store, .next = &next, .end = start + bench->seconds };
		if (pthread_create(&threads[i], NULL, registrar_main, &registrars[i]) != 0)
			abort();
	}
	bool ok = true;
	slowest = 0;
	for (unsigned i = 0; i < bench->num_threads; i++) {
		(void)pthread_join(threads[i], NULL);
		done += registrars[i].done;
		ok = ok && registrars[i].status == KA_STORE_OK;
		if (registrars[i].slowest * 1e3 > slowest)
			slowest = registrars[i].slowest * 1e3;
	}
	double took = store_bench_now() - start;
	ka_store_stats(&stats, store);
	shared = (double)stats.writes / (double)stats.commits;
	ka_store_close(store);
	return ok ? (double)done / took : -1;
}

double
store_ours_commits_shared(void)
{
	return shared;
}

double
store_ours_slowest(void)
{
	return slowest;
}

struct get {
	char id[KA_CERT_ID_LEN + 1];
	struct ka_arena arena;
	struct ka_ca_row row;
};

static enum ka_store_status
get(struct ka_tx *tx, void *arg)
{
	struct get *one = arg;

	return ka_tx_ca_get(tx, &one->row, &one->arena, &scope, one->id);
}

double
store_ours_get(struct store_bench *bench)
{
	struct ka_store *store = open_ours(bench);
	struct get one = { .id = "" };
	uint64_t done = 0, bytes = 0;
	enum ka_store_status status;

	if (store == NULL)
		return -1;
	double start = store_bench_cpu(), took;
	do {
		make_id(one.id, done * 7919 % bench->num_rows);
		status = ka_store_read(store, get, &one);
		if (status == KA_STORE_OK)
			bytes += one.row.der.data[0];
		ka_arena_clear(&one.arena);
		done++;
		took = store_bench_cpu() - start;
	} while (status == KA_STORE_OK && took < bench->seconds);
	ka_store_close(store);
	return status == KA_STORE_OK && bytes > 0 ? (double)done / took : -1;
}

struct scan {
	const struct ka_scope *scope;
	struct ka_range range;
	uint64_t num, bytes;
};

static bool
scanned(void *arg, const struct ka_ca_row *row)
{
	struct scan *scan = arg;

	scan->num++;
	scan->bytes += (uint64_t)row->der.data[STORE_BENCH_DER_LEN - 1] + (uint8_t)row->id[0];
	scan->range.after_seq = row->seq;
	return true;
}

static enum ka_store_status
scan_chunk(struct ka_tx *tx, void *arg)
{
	struct scan *scan = arg;

	scan->num = 0;
	return ka_tx_ca_scan(tx, scan->scope,
	    &(struct ka_range){ scan->range.after_seq, INT64_MAX, 0xff, scan->range.limit }, scanned, scan);
}

double
store_ours_scan(struct store_bench *bench)
{
	struct ka_store *store = open_ours(bench);
	struct scan scan = { .scope = &scope, .range = { .limit = 4096 } };
	enum ka_store_status status;
	uint64_t done = 0;

	if (store == NULL)
		return -1;
	double start = store_bench_cpu();
	do {
		status = ka_store_read(store, scan_chunk, &scan);
		done += scan.num;
	} while (status == KA_STORE_OK && scan.num > 0);
	double took = store_bench_cpu() - start;
	ka_store_close(store);
	return status == KA_STORE_OK && done >= bench->num_rows && scan.bytes > 0 ? (double)done / took : -1;
}

double
store_ours_scan_small(struct store_bench *bench)
{
	struct ka_store *store = open_ours(bench);
	enum ka_store_status status;
	uint64_t done = 0, rows = 0;

	if (store == NULL)
		return -1;
	double start = store_bench_cpu(), took;
	do {
		struct scan scan = { .scope = &small, .range = { .limit = 4096 } };

		status = ka_store_read(store, scan_chunk, &scan);
		rows += scan.num;
		done++;
		took = store_bench_cpu() - start;
	} while (status == KA_STORE_OK && took < bench->seconds / 4);
	ka_store_close(store);
	return status == KA_STORE_OK && rows == done * SMALL_ROWS ? (double)done / took : -1;
}
