/* SPDX-License-Identifier: Apache-2.0 */
/* debian.c - making weak keys, through the table maker with few process ids, beside making good ones. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "bench/bench.h"
#include "weakgen/weakgen.h"

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
ka_bench_debian_rsa(struct ka_bench *bench)
{
	(void)bench;
	return make_table("rsa:2048", 32);
}

double
ka_bench_debian_ec(struct ka_bench *bench)
{
	(void)bench;
	return make_table("ec:secp256r1", 256);
}

static double
make_good_keys(unsigned num, EVP_PKEY *(*make)(void))
{
	double start = ka_bench_now();
	for (unsigned i = 0; i < num; i++) {
		EVP_PKEY *key = make();
		if (key == NULL)
			return -1;
		EVP_PKEY_free(key);
	}
	return num / (ka_bench_now() - start);
}

static EVP_PKEY *
make_rsa(void)
{
	return EVP_RSA_gen(2048);
}

static EVP_PKEY *
make_ec(void)
{
	return EVP_EC_gen("P-256");
}

double
ka_bench_debian_rsa_openssl(struct ka_bench *bench)
{
	(void)bench;
	return make_good_keys(8, make_rsa);
}

double
ka_bench_debian_ec_openssl(struct ka_bench *bench)
{
	(void)bench;
	return make_good_keys(500, make_ec);
}
