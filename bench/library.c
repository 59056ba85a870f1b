/* SPDX-License-Identifier: Apache-2.0 */
/* library.c - libkeyassay and OpenSSL on DER in memory, and the two checks that look into the modulus. */
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "bench/bench.h"

#define BATCH 64
#define AUDIT_BATCHES 512
#define PARSES 1000

static struct ka_slice
certificate_at(const struct ka_bench *bench, size_t i)
{
	const struct ka_bench_corpus *c = &bench->corpus;
	return (struct ka_slice){ c->certificates + i % c->num * c->len, c->len };
}

double
ka_bench_library(struct ka_bench *bench)
{
	static struct ka_object objects[BATCH];
	static struct ka_verdict verdicts[BATCH];
	uint32_t checks = ka_profile_checks(KA_PROFILE_AUDIT), failed = 0;
	double start = ka_bench_now();
	for (size_t i = 0; i < AUDIT_BATCHES; i++) {
		for (size_t j = 0; j < BATCH; j++) {
			if (ka_certificate_read(&objects[j], NULL, certificate_at(bench, i * BATCH + j)) != KA_OK)
				return -1;
		}
		ka_judge_batch(verdicts, bench->ctx, objects, BATCH, checks, bench->at);
		for (size_t j = 0; j < BATCH; j++)
			failed |= verdicts[j].failed;
	}
	double seconds = ka_bench_now() - start;
	return failed != 0 ? -1 : (double)(AUDIT_BATCHES * BATCH) / seconds;
}

double
ka_bench_openssl_parse(struct ka_bench *bench)
{
	double start = ka_bench_now();
	for (size_t i = 0; i < PARSES; i++) {
		struct ka_slice der = certificate_at(bench, i);
		const unsigned char *at = der.data;
		X509 *certificate = d2i_X509(NULL, &at, (long)der.len);
		EVP_PKEY *key = certificate == NULL ? NULL : X509_get0_pubkey(certificate);
		BIGNUM *n = NULL;
		bool read = key != NULL && EVP_PKEY_get_bn_param(key, "n", &n) == 1;
		BN_free(n);
		X509_free(certificate);
		if (!read)
			return -1;
	}
	return PARSES / (ka_bench_now() - start);
}

static const struct ka_table *
table_for_measuring(const struct ka_bench *bench)
{
	const struct ka_table *table = NULL;
	for (size_t i = 0; (table = ka_ctx_table(bench->ctx, i)) != NULL; i++) {
		if (strcmp(table->type, "rsa:2048") == 0)
			return table;
	}
	return ka_ctx_table(bench->ctx, 0);
}

#define LOOK_UPS 200000

/* Fingerprints like those of keys that are not weak: any 64 bits. */
static uint64_t
next_fingerprint(uint64_t *state)
{
	*state += 0x9e3779b97f4a7c15u;
	uint64_t z = *state;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	return z ^ (z >> 27);
}

double
ka_bench_table_find(struct ka_bench *bench)
{
	const struct ka_table *table = table_for_measuring(bench);
	if (table == NULL)
		return -1;
	uint64_t state = 1;
	size_t hits = 0;
	double start = ka_bench_now();
	for (size_t i = 0; i < LOOK_UPS; i++) {
		struct ka_table_hit hit;
		hits += ka_table_find(&hit, 1, table, next_fingerprint(&state));
	}
	double seconds = ka_bench_now() - start;
	return hits > LOOK_UPS / 1000 ? -1 : 1e9 * seconds / LOOK_UPS;
}

static int
compare_fingerprints(const void *a, const void *b)
{
	uint64_t x, y;
	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

double
ka_bench_table_bsearch(struct ka_bench *bench)
{
	(void)bench;
	const size_t num = (size_t)KA_DEBIAN_NUM_ARCHS * KA_DEBIAN_NUM_RANDFILES * KA_DEBIAN_PID_COUNT;
	uint64_t *sorted = malloc(num * sizeof(*sorted));
	if (sorted == NULL)
		return -1;
	uint64_t state = 0x5eed;
	for (size_t i = 0; i < num; i++)
		sorted[i] = next_fingerprint(&state);
	qsort(sorted, num, sizeof(*sorted), compare_fingerprints);
	state = 1;
	size_t hits = 0;
	double start = ka_bench_now();
	for (size_t i = 0; i < LOOK_UPS; i++) {
		uint64_t wanted = next_fingerprint(&state);
		hits += bsearch(&wanted, sorted, num, sizeof(*sorted), compare_fingerprints) != NULL;
	}
	double seconds = ka_bench_now() - start;
	free(sorted);
	return hits > LOOK_UPS / 1000 ? -1 : 1e9 * seconds / LOOK_UPS;
}

static bool
read_moduli(struct ka_object *objects, const struct ka_bench *bench, size_t num)
{
	for (size_t i = 0; i < num; i++) {
		if (ka_certificate_read(&objects[i], NULL, certificate_at(bench, i)) != KA_OK)
			return false;
	}
	return true;
}

#define ROCA_KEYS 1024

double
ka_bench_roca(struct ka_bench *bench)
{
	static struct ka_object objects[ROCA_KEYS];
	static struct ka_verdict verdicts[ROCA_KEYS];
	if (!read_moduli(objects, bench, ROCA_KEYS))
		return -1;
	const unsigned repeats = 32;
	double start = ka_bench_now();
	for (unsigned i = 0; i < repeats; i++)
		ka_judge_batch(verdicts, bench->ctx, objects, ROCA_KEYS, KA_CHECK_BIT(KA_CHECK_ROCA), bench->at);
	return 1e9 * (ka_bench_now() - start) / (repeats * ROCA_KEYS);
}

/* The published marker test, without stopping at the first prime that clears the key: residues by all odd primes to 167. */
double
ka_bench_roca_words(struct ka_bench *bench)
{
	static const BN_ULONG primes[] = { 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89,
		97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167 };
	const size_t num = 500;
	BIGNUM *n = BN_new();
	BN_ULONG sum = 0;
	double start = ka_bench_now();
	for (size_t i = 0; i < num && n != NULL; i++) {
		BN_bin2bn(certificate_at(bench, i).data + bench->corpus.modulus_at, KA_BENCH_MODULUS_LEN, n);
		for (size_t j = 0; j < sizeof(primes) / sizeof(primes[0]); j++)
			sum += BN_mod_word(n, primes[j]);
	}
	double seconds = ka_bench_now() - start;
	BN_free(n);
	return sum == 0 ? -1 : 1e9 * seconds / (double)num;
}
