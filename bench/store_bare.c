/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/store.h"

#include <sqlite3.h>
#include <stdio.h>

static sqlite3 *
open_bare(const char *path)
{
	sqlite3 *db;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) ==
		SQLITE_OK &&
	    sqlite3_exec(db,
		"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384;"
		"CREATE TABLE IF NOT EXISTS cert (seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, der BLOB NOT NULL)",
		NULL, NULL, NULL) == SQLITE_OK)
		return db;
	(void)fprintf(stderr, "%s: %s\n", path, sqlite3_errmsg(db));
	(void)sqlite3_close(db);
	return NULL;
}

/* Inserts rows from first on, commits after every group; until num are there or seconds are over. */
static double
insert(struct store_bench *bench, uint64_t first, uint64_t num, unsigned group, double seconds)
{
	sqlite3 *db = open_bare(bench->bare_path);
	sqlite3_stmt *stmt;
	uint8_t id[32], der[STORE_BENCH_DER_LEN];
	uint64_t done = 0;
	int rc;

	if (db == NULL)
		return -1;
	rc = sqlite3_prepare_v2(db, "INSERT INTO cert (id, der) VALUES (?, ?)", -1, &stmt, NULL);
	double start = store_bench_now();
	while (rc == SQLITE_OK && done < num && store_bench_now() - start < seconds) {
		rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
		for (unsigned i = 0; i < group && rc == SQLITE_OK; i++, done++) {
			store_bench_id(id, first + done);
			store_bench_der(der, first + done);
			(void)sqlite3_bind_blob(stmt, 1, id, sizeof(id), SQLITE_STATIC);
			(void)sqlite3_bind_blob(stmt, 2, der, sizeof(der), SQLITE_STATIC);
			(void)sqlite3_step(stmt);
			rc = sqlite3_reset(stmt);
		}
		if (rc == SQLITE_OK)
			rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	}
	double took = store_bench_now() - start;
	if (rc != SQLITE_OK)
		(void)fprintf(stderr, "%s: %s\n", bench->bare_path, sqlite3_errmsg(db));
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
	return rc == SQLITE_OK ? (double)done / took : -1;
}

double
store_bare_fill(struct store_bench *bench)
{
	return insert(bench, 0, bench->num_rows, STORE_BENCH_BATCH, 1e9);
}

double
store_bare_insert(struct store_bench *bench)
{
	return insert(bench, UINT64_C(1) << 40, UINT64_MAX, 1, bench->seconds);
}

double
store_bare_insert_grouped(struct store_bench *bench)
{
	return insert(bench, UINT64_C(1) << 41, UINT64_MAX, bench->num_threads, bench->seconds);
}

double
store_bare_get(struct store_bench *bench)
{
	sqlite3 *db = open_bare(bench->bare_path);
	sqlite3_stmt *stmt;
	uint8_t id[32];
	uint64_t done = 0, found = 0, bytes = 0;

	if (db == NULL ||
	    sqlite3_prepare_v2(db, "SELECT seq, der FROM cert WHERE id = ?", -1, &stmt, NULL) != SQLITE_OK)
		return -1;
	double start = store_bench_cpu(), took;
	do {
		store_bench_id(id, done * 7919 % bench->num_rows);
		(void)sqlite3_bind_blob(stmt, 1, id, sizeof(id), SQLITE_STATIC);
		if (sqlite3_step(stmt) == SQLITE_ROW) {
			const uint8_t *der = sqlite3_column_blob(stmt, 1);

			bytes += der[0];
			found++;
		}
		(void)sqlite3_reset(stmt);
		done++;
		took = store_bench_cpu() - start;
	} while (took < bench->seconds);
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
	return found == done && bytes > 0 ? (double)done / took : -1;
}

double
store_bare_scan(struct store_bench *bench)
{
	sqlite3 *db = open_bare(bench->bare_path);
	sqlite3_stmt *stmt;
	uint64_t done = 0, bytes = 0;

	if (db == NULL ||
	    sqlite3_prepare_v2(db, "SELECT seq, id, der FROM cert ORDER BY seq", -1, &stmt, NULL) != SQLITE_OK)
		return -1;
	double start = store_bench_cpu();
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const uint8_t *der = sqlite3_column_blob(stmt, 2), *id = sqlite3_column_blob(stmt, 1);

		bytes += (uint64_t)der[STORE_BENCH_DER_LEN - 1] + id[0] + (uint64_t)sqlite3_column_int64(stmt, 0);
		done++;
	}
	double took = store_bench_cpu() - start;
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
	return done >= bench->num_rows && bytes > 0 ? (double)done / took : -1;
}
