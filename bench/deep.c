/* SPDX-License-Identifier: Apache-2.0 */
/* deep.c - walks through all key streams for random moduli, which none of them gives, over a few process ids. */
#include <stdlib.h>

#include <openssl/bn.h>

#include "bench/bench.h"
#include "weakgen/weakgen.h"

/* So many divisions by libcrypto in a round. */
#define NUM_DIVISIONS 2000

/* Adds random numbers to a walk until num of them wait for it. Most random numbers cannot be a modulus of the generator's
 * (a small factor, not 1 modulo 3) and are known not to be weak when they are added. */
static bool
add_moduli(struct ka_weakgen_deep *deep, const struct ka_weakgen_type *type, uint32_t num)
{
	uint8_t bytes[KA_KEY_MAX_BYTES];
	BIGNUM *modulus = BN_new();
	bool ok = modulus != NULL;
	for (uint32_t waiting = 0; ok && waiting < num;) {
		ok = BN_rand(modulus, (int)type->bits, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ODD) == 1;
		if (!ok)
			break;
		struct ka_key key = { .algorithm = KA_KEY_RSA, .bits = type->bits };
		key.modulus = (struct ka_slice){ bytes, (size_t)BN_bn2bin(modulus, bytes) };
		struct ka_walk_result result;
		size_t handle;
		ok = ka_weakgen_deep_add(deep, &handle, &key) == KA_OK;
		if (!ok)
			break;
		ka_weakgen_deep_result(deep, handle, &result);
		waiting += result.answer == KA_WALK_UNDECIDED;
	}
	BN_free(modulus);
	return ok;
}

static void
keep_candidates(void *arg, const struct ka_weakgen_deep_progress *progress)
{
	uint64_t *candidates = arg;
	*candidates = progress->candidates;
}

/* Seconds of a walk with the figure's moduli and process ids, < 0 when it failed. */
static double
walk(const struct ka_bench_figure *figure, enum ka_weakgen_deep_way way, uint64_t *out_candidates)
{
	struct ka_weakgen_deep_options options = {
		.pid_count = figure->num_pids,
		.way = way,
		.miss = KA_WEAKGEN_DEEP_MISS,
		.num_threads = 1,
		.progress = keep_candidates,
		.progress_arg = out_candidates,
	};
	struct ka_weakgen_type type;
	struct ka_weakgen_deep *deep;
	if (ka_weakgen_type_parse(&type, figure->type) != KA_OK || ka_weakgen_deep_new(&deep, &options) != KA_OK)
		return -1;
	double seconds = -1;
	/* Of sound RSA keys one half needs no walk, since their moduli are 2 modulo 3 (weakgen/weakgen.h). */
	if (add_moduli(deep, &type, (figure->num_moduli + 1) / 2)) {
		double start = ka_bench_now();
		if (ka_weakgen_deep_run(deep) == KA_OK)
			seconds = ka_bench_now() - start;
	}
	ka_weakgen_deep_free(deep);
	return seconds;
}

double
ka_bench_walk(struct ka_bench *bench)
{
	uint64_t candidates = 0;
	double seconds = walk(bench->figure, KA_WEAKGEN_DEEP_BY_DIVISION, &candidates);
	return seconds <= 0 ? -1 : (double)candidates / seconds;
}

/* What a walk does for each candidate, with libcrypto: the remainder of the modulus. */
double
ka_bench_walk_openssl(struct ka_bench *bench)
{
	struct ka_weakgen_type type;
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *modulus = BN_new(), *candidate = BN_new(), *rest = BN_new();
	bool ok = ctx != NULL && modulus != NULL && candidate != NULL && rest != NULL &&
	    ka_weakgen_type_parse(&type, bench->figure->type) == KA_OK &&
	    BN_rand(modulus, (int)type.bits, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ODD) == 1 &&
	    BN_rand(candidate, (int)type.bits / 2, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ODD) == 1;
	double start = ka_bench_now();
	for (unsigned i = 0; ok && i < NUM_DIVISIONS; i++)
		ok = BN_mod(rest, modulus, candidate, ctx) == 1;
	double seconds = ka_bench_now() - start;
	BN_free(modulus);
	BN_free(candidate);
	BN_free(rest);
	BN_CTX_free(ctx);
	return ok ? NUM_DIVISIONS / seconds : -1;
}

/* Minutes that the walk through all process ids takes, from a few of them. */
double
ka_bench_deep(struct ka_bench *bench)
{
	uint64_t candidates;
	double seconds = walk(bench->figure, KA_WEAKGEN_DEEP_CHEAPEST, &candidates);
	return seconds < 0 ? -1 : seconds / 60 * KA_DEBIAN_PID_COUNT / bench->figure->num_pids;
}
