/* SPDX-License-Identifier: Apache-2.0 */
/* bench.h - figures: each a function that measures keyassay and a reference, in turns, so that both see the same machine. */
#ifndef KA_BENCH_BENCH_H
#define KA_BENCH_BENCH_H

#include <keyassay/check.h>

#include "bench/corpus.h"

struct ka_bench_figure;

struct ka_bench {
	const struct ka_bench_figure *figure; /* that is being measured */
	double seconds; /* to spend on a figure */
	const char *program; /* the keyassay to run */
	const struct ka_ctx *ctx; /* with tables and prover */
	struct ka_bench_corpus corpus; /* DER in memory */
	char pem_path[64]; /* the same kind of certificates in one PEM file */
	size_t num_pem;
	int64_t at;
};

#define KA_BENCH_MAX_ROUNDS 101

/* One side of a figure: does a piece of work and returns the amount per second (or seconds per amount), < 0 when it failed. */
typedef double (*ka_bench_round_fn)(struct ka_bench *bench);

/* A row of the table in figures.c. */
struct ka_bench_figure {
	const char *name;
	const char *unit;
	ka_bench_round_fn ours;
	const char *reference_name; /* NULL: the figure has a target only */
	ka_bench_round_fn reference;
	bool smaller_is_better;
	double target; /* of ours; 0: none */
	double ratio_target; /* how many times better than the reference; 0: none */
	const char *type; /* of keys to make or look for: "rsa:2048" */
	uint32_t num_pids; /* of how many process ids, so that a round takes a second or two */
	uint32_t num_moduli; /* that a walk looks for */
};

struct ka_bench_result {
	double ours, reference, ratio; /* medians; ratio > 1: ours is better; 0 without reference */
	unsigned rounds;
	bool ok;
};

extern const struct ka_bench_figure ka_bench_figures[]; /* ended by a row without a name */

/* ka_bench_measure runs both sides in turns until the time is used, three times at least. */
struct ka_bench_result ka_bench_measure(struct ka_bench *bench, const struct ka_bench_figure *figure);

/* The sides. scan.c: a process each. library.c, debian.c, deep.c: in this process. */
double ka_bench_scan_keyassay(struct ka_bench *bench);
double ka_bench_scan_wc(struct ka_bench *bench);
double ka_bench_openssl_parse(struct ka_bench *bench);
double ka_bench_library(struct ka_bench *bench);
double ka_bench_table_find(struct ka_bench *bench);
double ka_bench_table_bsearch(struct ka_bench *bench);
double ka_bench_roca(struct ka_bench *bench);
double ka_bench_roca_words(struct ka_bench *bench);
double ka_bench_debian_make(struct ka_bench *bench);
double ka_bench_debian_openssl(struct ka_bench *bench);
double ka_bench_walk(struct ka_bench *bench);
double ka_bench_walk_openssl(struct ka_bench *bench);
double ka_bench_deep(struct ka_bench *bench);

/* ka_bench_now returns the processor time that this process has used, in seconds: the figures are for one core, and what else runs on the
 * machine should not count. Everything measured here is computation on data in memory. */
double ka_bench_now(void);

#endif
