/* SPDX-License-Identifier: Apache-2.0 */
/* figures.c - what is measured, and how. */
#include "bench/bench.h"

#include <stdlib.h>
#include <time.h>

/* Targets: the project's own, on one core of a current server CPU. Not measured here, because it cannot be installed from Debian:
 * badkeys. */
const struct ka_bench_figure ka_bench_figures[] = {
	{ "scan of RSA-2048 certificates in PEM, audit profile", "certificates/s", ka_bench_scan_keyassay, "wc -l of the file",
	    ka_bench_scan_wc, false, 1e6, 1.0 / 6 },
	{ "the same against parsing alone", "certificates/s", ka_bench_scan_keyassay, "OpenSSL d2i_X509, key, modulus, from DER",
	    ka_bench_openssl_parse, false, 1e6, 80 },
	{ "the library, from DER in memory", "certificates/s", ka_bench_library, "OpenSSL d2i_X509, key, modulus",
	    ka_bench_openssl_parse, false, 2e6, 0 },
	{ "debian-weak table look-up", "ns/key", ka_bench_table_find, "bsearch(3) in sorted fingerprints", ka_bench_table_bsearch,
	    true, 100, 0 },
	{ "roca check, RSA-2048", "ns/key", ka_bench_roca, "BN_mod_word by the marker primes", ka_bench_roca_words, true, 300, 0 },
	{ "weak RSA-2048 keys made for a table", "keys/s", ka_bench_debian_rsa, "OpenSSL EVP_RSA_gen", ka_bench_debian_rsa_openssl,
	    false, 294912.0 / (2 * 15 * 60), 0 },
	{ "weak P-256 keys made for a table", "keys/s", ka_bench_debian_ec, "OpenSSL EVP_EC_gen", ka_bench_debian_ec_openssl,
	    false, 0, 0 },
	{ 0 },
};

double
ka_bench_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double
wall_clock(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static double
median(double *values, unsigned num)
{
	qsort(values, num, sizeof(*values), compare_doubles);
	return num % 2 == 1 ? values[num / 2] : (values[num / 2 - 1] + values[num / 2]) / 2;
}

struct ka_bench_result
ka_bench_measure(struct ka_bench *bench, const struct ka_bench_figure *figure)
{
	double ours[KA_BENCH_MAX_ROUNDS], reference[KA_BENCH_MAX_ROUNDS];
	struct ka_bench_result result = { 0 };
	double end = wall_clock() + bench->seconds;
	while (result.rounds < 3 || (result.rounds < KA_BENCH_MAX_ROUNDS && wall_clock() < end)) {
		ours[result.rounds] = figure->ours(bench);
		reference[result.rounds] = figure->reference(bench);
		if (ours[result.rounds] <= 0 || reference[result.rounds] <= 0)
			return result;
		result.rounds++;
	}
	result.ours = median(ours, result.rounds);
	result.reference = median(reference, result.rounds);
	result.ratio = figure->smaller_is_better ? result.reference / result.ours : result.ours / result.reference;
	result.ok = true;
	return result;
}
