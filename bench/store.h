/* SPDX-License-Identifier: Apache-2.0 */
/* store.h - figures of the store beside what SQLite does alone on the same disk, in the same run.
 *
 * "Bare" is the least that can be done: one table of ids and certificates, one prepared statement, nothing else. */
#ifndef KA_BENCH_STORE_H
#define KA_BENCH_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORE_BENCH_DER_LEN 1200u /* a CA certificate with an RSA-2048 key and some extensions */
#define STORE_BENCH_BATCH 1000u   /* rows per transaction when the database is filled */

struct store_bench {
	char ours_path[256], bare_path[256];
	unsigned num_rows;
	unsigned num_threads;
	double seconds; /* per figure that is not bound by num_rows */
};

/* store_bench_id makes the 32 bytes of the id of row number: spread evenly, as hashes are. */
void store_bench_id(uint8_t out[32], uint64_t number);
void store_bench_der(uint8_t out[STORE_BENCH_DER_LEN], uint64_t number);
/* Seconds on the clock, and of processor time of this process: reads of what is in memory are computation, and what
 * else runs on the machine should not count. */
double store_bench_now(void);
double store_bench_cpu(void);

/* Each does its work and returns things per second; negative when it failed, after saying why on stderr. Fill first. */
double store_ours_fill(struct store_bench *bench);
double store_ours_register(struct store_bench *bench);   /* durable, num_threads threads: insert, tag, log */
double store_ours_get(struct store_bench *bench);        /* one thread, by id */
double store_ours_scan(struct store_bench *bench);       /* one thread, in chunks as an audit */
double store_ours_scan_small(struct store_bench *bench); /* scans of an account with 10 of the rows */
double store_ours_commits_shared(void);                  /* registrations per commit in the last store_ours_register */
double store_ours_slowest(void);                         /* milliseconds: the slowest registration of it */

double store_bare_fill(struct store_bench *bench);
double store_bare_insert(struct store_bench *bench);         /* durable, a commit for each */
double store_bare_insert_grouped(struct store_bench *bench); /* durable, a commit for num_threads of them */
double store_bare_get(struct store_bench *bench);
double store_bare_scan(struct store_bench *bench);

#endif
