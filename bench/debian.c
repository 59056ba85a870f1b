/* SPDX-License-Identifier: Apache-2.0 */
/* debian.c - making weak keys, through the table maker with few process ids, beside making good ones. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "bench/bench.h"
#include "weakgen/weakgen.h"

/* The time for a good RSA key varies by its half: so many, and for so long. */
#define MIN_GOOD_KEYS 3u
#define GOOD_SECONDS 0.5

static double
make_table(const char *type, uint32_t pid_count)
{
	char dir[] = "/tmp/keyassay-bench-XXXXXX", path[64], message[KA_WEAKGEN_MESSAGE_LEN];
	struct ka_weakgen_table_job job = { .num_threads = 1, .pid_count = pid_count, .path = path };
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/bench.kat", dir);
	double start = ka_bench_now(), seconds = -1;
	if (ka_weakgen_type_parse(&job.type, type) == KA_OK &&
	    ka_weakgen_table_make(message, &job) == KA_WEAKGEN_TABLE_MADE)
		seconds = ka_bench_now() - start;
	unlink(path);
	rmdir(dir);
	return seconds < 0 ? -1 : KA_DEBIAN_NUM_ARCHS * KA_DEBIAN_NUM_RANDFILES * pid_count / seconds;
}

double
ka_bench_debian_make(struct ka_bench *bench)
{
	return make_table(bench->figure->type, bench->figure->num_pids);
}

/* A good key of a type that weakgen names; libcrypto knows two curves by other names. */
static EVP_PKEY *
make_good_key(const struct ka_weakgen_type *type, const char *curve)
{
	static const struct {
		enum ka_curve curve;
		const char *name;
	} names[] = {
		{ KA_CURVE_SECP192R1, "prime192v1" },
		{ KA_CURVE_SECP256R1, "prime256v1" },
	};
	if (type->algorithm == KA_KEY_RSA)
		return EVP_RSA_gen(type->bits);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].curve == type->curve)
			curve = names[i].name;
	}
	return EVP_EC_gen(curve);
}

double
ka_bench_debian_openssl(struct ka_bench *bench)
{
	const char *name = bench->figure->type;
	struct ka_weakgen_type type;
	unsigned num = 0;
	if (ka_weakgen_type_parse(&type, name) != KA_OK)
		return -1;
	double start = ka_bench_now(), end;
	do {
		EVP_PKEY *key = make_good_key(&type, strchr(name, ':') + 1);
		if (key == NULL)
			return -1;
		EVP_PKEY_free(key);
		num++;
		end = ka_bench_now();
	} while (num < MIN_GOOD_KEYS || end - start < GOOD_SECONDS);
	return num / (end - start);
}
