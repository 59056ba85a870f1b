/* SPDX-License-Identifier: Apache-2.0 */
/* The store's figures as a table. Usage: bench-store [DIR [ROWS [SECONDS]]]; DIR is on the disk that is to be measured,
 * with room for 5 KB per row; its files are removed at the end. */
#include "bench/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

double
store_bench_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double
store_bench_cpu(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* splitmix64: as random as is needed here. */
static uint64_t
mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

void
store_bench_id(uint8_t out[32], uint64_t number)
{
	for (uint64_t i = 0; i < 4; i++) {
		uint64_t word = mix(number * 4 + i);

		memcpy(out + 8 * i, &word, 8);
	}
}

void
store_bench_der(uint8_t out[STORE_BENCH_DER_LEN], uint64_t number)
{
	memset(out, 0x30, STORE_BENCH_DER_LEN);
	memcpy(out, &number, sizeof(number));
	out[STORE_BENCH_DER_LEN - 1] = 1;
}

static void
remove_database(const char *path)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	char name[300];

	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
		(void)unlink(name);
	}
}

typedef double (*figure_fn)(struct store_bench *bench);

static const struct figure {
	const char *name;
	figure_fn ours;
	const char *reference_name; /* NULL: alone */
	figure_fn reference;
	double target;
} figures[] = {
	{ "rows filled in, 1,000 a commit", store_ours_fill, "bare INSERT, 1,000 a commit", store_bare_fill, 0 },
	{ "registrations, durable, 32 threads", store_ours_register, "bare INSERT, a commit each", store_bare_insert,
	    2000 },
	{ "the same", store_ours_register, "bare INSERT, 32 a commit", store_bare_insert_grouped, 2000 },
	{ "reads by id, one thread", store_ours_get, "bare SELECT", store_bare_get, 100000 },
	{ "rows scanned for an audit", store_ours_scan, "bare SELECT of all", store_bare_scan, 1000000 },
	{ "scans of a small account", store_ours_scan_small, NULL, NULL, 0 },
};

int
main(int argc, char **argv)
{
	struct store_bench bench = { .num_rows = 1000000, .num_threads = 32, .seconds = 5 };
	const char *dir = argc > 1 ? argv[1] : ".";
	bool ok = true;

	if (argc > 2)
		bench.num_rows = (unsigned)strtoul(argv[2], NULL, 10);
	if (argc > 3)
		bench.seconds = strtod(argv[3], NULL);
	if (argc > 4 || bench.num_rows == 0 || bench.seconds <= 0) {
		(void)fprintf(stderr, "usage: bench-store [DIR [ROWS [SECONDS]]]\n");
		return 2;
	}
	(void)snprintf(bench.ours_path, sizeof(bench.ours_path), "%s/bench-store-%ld.db", dir, (long)getpid());
	(void)snprintf(bench.bare_path, sizeof(bench.bare_path), "%s/bench-bare-%ld.db", dir, (long)getpid());
	(void)printf("%u rows of %u bytes; per second:\n%-36s %12s   %-30s %12s %7s\n", bench.num_rows,
	    STORE_BENCH_DER_LEN, "figure", "store", "SQLite", "", "ratio");
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
		const struct figure *figure = &figures[i];
		double ours = figure->ours(&bench),
		       reference = figure->reference == NULL ? 0 : figure->reference(&bench);

		ok = ok && ours > 0 && reference >= 0;
		(void)printf("%-36s %12.0f", figure->name, ours);
		if (figure->reference != NULL)
			(void)printf("   %-30s %12.0f %7.2f", figure->reference_name, reference, ours / reference);
		if (figure->target > 0)
			(void)printf("  target %.0f: %s", figure->target, ours >= figure->target ? "met" : "missed");
		(void)printf("\n");
		if (figure->ours == store_ours_register)
			(void)printf("    %.1f registrations a commit, the slowest took %.0f ms\n",
			    store_ours_commits_shared(), store_ours_slowest());
		(void)fflush(stdout);
	}
	remove_database(bench.ours_path);
	remove_database(bench.bare_path);
	return ok ? 0 : 3;
}
