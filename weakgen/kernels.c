/* SPDX-License-Identifier: Apache-2.0 */
#include "weakgen/kernels.h"

#include "weakgen/fermat_ifma.h"
#include "weakgen/sha1_ni.h"
#include "weakgen/sieve_avx512.h"
#include "weakgen/wide_ifma.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HAVE_X86_LEVELS \
	(KA_WEAKGEN_HAVE_IFMA && KA_WEAKGEN_HAVE_SHA_NI && KA_WEAKGEN_HAVE_SIEVE_AVX512 && \
	    KA_WEAKGEN_HAVE_DRAWS_AVX512 && KA_WEAKGEN_HAVE_WIDE_IFMA && KA_WEAKGEN_HAVE_NEAR_IFMA)

#if HAVE_X86_LEVELS
#include <cpuid.h>
#endif

/* Measured on a Zen 4 processor: where time for the wider sieve and what it saves of exponentiations differ most. */
static const struct ka_weakgen_wide_range scalar_ranges[] = {
	{ 3000, 262144 },
	{ 1800, 131072 },
	{ 1400, 65536 },
	{ 0, 0 },
};

const struct ka_weakgen_kernels ka_weakgen_kernels_scalar = {
	.name = "scalar",
	.sha1 = ka_weakgen_sha1_scalar,
	.draws = ka_weakgen_draws_scalar,
	.residues = ka_weakgen_residues_scalar,
	.delta = ka_weakgen_delta_scalar,
	.wide = ka_weakgen_wide_scalar,
	.wide_ranges = scalar_ranges,
};

#if HAVE_X86_LEVELS

static const struct ka_weakgen_kernels sha_ni = {
	.name = "sha-ni",
	.sha1 = ka_weakgen_sha1_ni,
	.draws = ka_weakgen_draws_scalar,
	.residues = ka_weakgen_residues_scalar,
	.delta = ka_weakgen_delta_scalar,
	.wide = ka_weakgen_wide_scalar,
	.wide_ranges = scalar_ranges,
};

static const struct ka_weakgen_wide_range ifma_ranges[] = {
	{ 3000, 262144 },
	{ 1300, 163840 },
	{ 750, 65536 },
	{ 0, 0 },
};

/* Processors with IFMA and VBMI2 have the SHA extensions too, but a virtual machine may hide them: tables of RSA-1024 keys
 * then take 14 % more time, larger ones less. (With GMP's exponentiations it is 4 %, so that several streams at once with
 * AVX2 would gain nothing.) */
#define IFMA_KERNELS(level, sha1_function) \
	{ \
		.name = (level), .sha1 = (sha1_function), .draws = ka_weakgen_draws_avx512, \
		.residues = ka_weakgen_residues_avx512, .delta = ka_weakgen_delta_avx512, \
		.wide = ka_weakgen_wide_ifma, .wide_ranges = ifma_ranges, .fermat = ka_weakgen_fermat_ifma, \
		.power = ka_weakgen_power_ifma, .fermat_scratch_len = ka_weakgen_fermat_ifma_scratch_len, \
		.near = ka_weakgen_near_ifma, .near_scratch_len = ka_weakgen_near_ifma_scratch_len, \
	}

static const struct ka_weakgen_kernels avx512ifma = IFMA_KERNELS("avx512ifma", ka_weakgen_sha1_ni);
static const struct ka_weakgen_kernels ifma_only = IFMA_KERNELS("avx512ifma-only", ka_weakgen_sha1_scalar);

/* __builtin_cpu_supports does not know the SHA extensions in all compilers: leaf 7, EBX bit 29. */
static bool
has_sha_ni(void)
{
	unsigned eax, ebx, ecx, edx;

	return __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("ssse3") &&
	    __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (ebx >> 29 & 1) != 0;
}

static bool
has_ifma(void)
{
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
	    __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
	    __builtin_cpu_supports("avx512ifma") && __builtin_cpu_supports("avx512vbmi2");
}

static bool
has_both(void)
{
	return has_ifma() && has_sha_ni();
}

#endif

static bool
always(void)
{
	return true;
}

/* Best first. */
static const struct {
	const struct ka_weakgen_kernels *kernels;
	bool (*usable)(void);
} levels[] = {
#if HAVE_X86_LEVELS
	{ &avx512ifma, has_both },
	{ &ifma_only, has_ifma },
	{ &sha_ni, has_sha_ni },
#endif
	{ &ka_weakgen_kernels_scalar, always },
};

#define NUM_LEVELS (sizeof(levels) / sizeof(levels[0]))

uint32_t
ka_weakgen_wide_limit(const struct ka_weakgen_kernels *kernels, uint32_t bits)
{
	const struct ka_weakgen_wide_range *range = kernels->wide_ranges;

	while (bits < range->from_bits) {
		range++;
	}
	return range->limit;
}

/* The best level that the environment allows. A test that asks for a level which does not exist tests nothing: better
 * that it ends at once. */
static size_t
first_allowed(void)
{
	const char *name = getenv(KA_WEAKGEN_KERNELS_VARIABLE);
	size_t i = 0;

	if (name == NULL || *name == '\0') {
		return 0;
	}
	while (i < NUM_LEVELS && strcmp(levels[i].kernels->name, name) != 0) {
		i++;
	}
	if (i == NUM_LEVELS) {
		(void)fprintf(stderr,
		    KA_WEAKGEN_KERNELS_VARIABLE " is '%s': avx512ifma, avx512ifma-only, sha-ni or scalar\n", name);
		abort();
	}
	return i;
}

const struct ka_weakgen_kernels *
ka_weakgen_kernels_best(void)
{
	size_t i = first_allowed();

	/* The last level is always usable. */
	while (!levels[i].usable()) {
		i++;
	}
	return levels[i].kernels;
}

const struct ka_weakgen_kernels *
ka_weakgen_kernels_by_name(const char *name)
{
	for (size_t i = 0; i < NUM_LEVELS; i++) {
		if (strcmp(levels[i].kernels->name, name) == 0) {
			return levels[i].usable() ? levels[i].kernels : NULL;
		}
	}
	return NULL;
}
