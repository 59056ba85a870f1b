/* SPDX-License-Identifier: Apache-2.0 */
/* figures.c - what is measured, and how. */
#include "bench/bench.h"

#include <stdlib.h>
#include <time.h>

/* Targets: the project's own, on one core of a current server CPU. Not measured here, because it cannot be installed from Debian:
 * badkeys. */
const struct ka_bench_figure ka_bench_figures[] = {
	{ "scan of RSA-2048 certificates in PEM, audit profile", "certificates/s", ka_bench_scan_keyassay, "wc -l of the file",
	    ka_bench_scan_wc, false, 1e6, 1.0 / 6, NULL, 0, 0 },
	{ "the same against parsing alone", "certificates/s", ka_bench_scan_keyassay, "OpenSSL d2i_X509, key, modulus, from DER",
	    ka_bench_openssl_parse, false, 1e6, 80, NULL, 0, 0 },
	{ "the library, from DER in memory", "certificates/s", ka_bench_library, "OpenSSL d2i_X509, key, modulus",
	    ka_bench_openssl_parse, false, 2e6, 0, NULL, 0, 0 },
	{ "debian-weak table look-up", "ns/key", ka_bench_table_find, "bsearch(3) in sorted fingerprints", ka_bench_table_bsearch,
	    true, 100, 0, NULL, 0, 0 },
	{ "roca check, RSA-2048", "ns/key", ka_bench_roca, "BN_mod_word by the marker primes", ka_bench_roca_words, true, 300, 0,
	    NULL, 0, 0 },
	{ "weak RSA-512 keys made for a table", "keys/s", ka_bench_debian_make, "OpenSSL key generation", ka_bench_debian_openssl,
	    false, 0, 0, "rsa:512", 100, 0 },
	{ "weak RSA-1024 keys made for a table", "keys/s", ka_bench_debian_make, "OpenSSL key generation", ka_bench_debian_openssl,
	    false, 0, 0, "rsa:1024", 50, 0 },
	{ "weak RSA-1536 keys made for a table", "keys/s", ka_bench_debian_make, "OpenSSL key generation", ka_bench_debian_openssl,
	    false, 0, 0, "rsa:1536", 30, 0 },
	{ "weak RSA-2048 keys made for a table", "keys/s", ka_bench_debian_make, "OpenSSL key generation", ka_bench_debian_openssl,
	    false, 294912.0 / (2 * 15 * 60), 0, "rsa:2048", 24, 0 },
	{ "weak RSA-3072 keys made for a table", "keys/s", ka_bench_debian_make, "OpenSSL key generation", ka_bench_debian_openssl,
	    false, 0, 0, "rsa:3072", 10, 0 },
	{ "weak RSA-4096 keys made for a table", "keys/s", ka_bench_debian_make, "OpenSSL key generation", ka_bench_debian_openssl,
	    false, 294912.0 / (2 * 4 * 3600), 0, "rsa:4096", 6, 0 },
	{ "weak P-192 keys made for a table", "keys/s", ka_bench_debian_make, "OpenSSL key generation", ka_bench_debian_openssl,
	    false, 0, 0, "ec:secp192r1", 800, 0 },
	{ "weak P-224 keys made for a table", "keys/s", ka_bench_debian_make, "OpenSSL key generation", ka_bench_debian_openssl,
	    false, 0, 0, "ec:secp224r1", 800, 0 },
	{ "weak P-256 keys made for a table", "keys/s", ka_bench_debian_make, "OpenSSL key generation", ka_bench_debian_openssl,
	    false, 0, 0, "ec:secp256r1", 800, 0 },
	{ "weak P-384 keys made for a table", "keys/s", ka_bench_debian_make, "OpenSSL key generation", ka_bench_debian_openssl,
	    false, 0, 0, "ec:secp384r1", 400, 0 },
	{ "weak P-521 keys made for a table", "keys/s", ka_bench_debian_make, "OpenSSL key generation", ka_bench_debian_openssl,
	    false, 0, 0, "ec:secp521r1", 200, 0 },
	{ "weak secp256k1 keys made for a table", "keys/s", ka_bench_debian_make, "OpenSSL key generation", ka_bench_debian_openssl,
	    false, 0, 0, "ec:secp256k1", 800, 0 },
	{ "walk by division, RSA-8192", "candidates/s", ka_bench_walk, "OpenSSL BN_mod, 8192 by 4096 bits", ka_bench_walk_openssl,
	    false, 0, 0, "rsa:8192", 16, 1 },
	{ "--deep for 1,000 moduli of RSA-1280", "minutes", ka_bench_deep, NULL, NULL, true, 30, 0, "rsa:1280", 32, 1000 },
	{ "--deep for 1,000 moduli of RSA-2560", "minutes", ka_bench_deep, NULL, NULL, true, 30, 0, "rsa:2560", 16, 1000 },
	{ "--deep for 1,000 moduli of RSA-3072", "minutes", ka_bench_deep, NULL, NULL, true, 30, 0, "rsa:3072", 16, 1000 },
	{ "--deep for one modulus of RSA-3072", "minutes", ka_bench_deep, NULL, NULL, true, 30, 0, "rsa:3072", 16, 1 },
	{ "--deep for one modulus of RSA-4096", "minutes", ka_bench_deep, NULL, NULL, true, 0, 0, "rsa:4096", 16, 1 },
	{ "--deep for one modulus of RSA-8192", "minutes", ka_bench_deep, NULL, NULL, true, 120, 0, "rsa:8192", 16, 1 },
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
	bench->figure = figure;
	while (result.rounds < 3 || (result.rounds < KA_BENCH_MAX_ROUNDS && wall_clock() < end)) {
		ours[result.rounds] = figure->ours(bench);
		reference[result.rounds] = figure->reference != NULL ? figure->reference(bench) : 1;
		if (ours[result.rounds] <= 0 || reference[result.rounds] <= 0)
			return result;
		result.rounds++;
	}
	result.ours = median(ours, result.rounds);
	result.ok = true;
	if (figure->reference == NULL)
		return result;
	result.reference = median(reference, result.rounds);
	result.ratio = figure->smaller_is_better ? result.reference / result.ours : result.ours / result.reference;
	return result;
}
