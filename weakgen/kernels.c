/* SPDX-License-Identifier: Apache-2.0 */
#include "weakgen/kernels.h"

#include "weakgen/fermat_ifma.h"

#include <string.h>

const struct ka_weakgen_kernels ka_weakgen_kernels_scalar = {
	.name = "scalar",
	.sha1 = ka_weakgen_sha1_scalar,
	.residues = ka_weakgen_residues_scalar,
	.delta = ka_weakgen_delta_scalar,
};

#if KA_WEAKGEN_HAVE_IFMA

static const struct ka_weakgen_kernels avx512ifma = {
	.name = "avx512ifma",
	.sha1 = ka_weakgen_sha1_scalar,
	.residues = ka_weakgen_residues_scalar,
	.delta = ka_weakgen_delta_scalar,
	.fermat = ka_weakgen_fermat_ifma,
	.fermat_scratch_len = ka_weakgen_fermat_ifma_scratch_len,
};

static bool
has_avx512ifma(void)
{
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
	    __builtin_cpu_supports("avx512ifma");
}

#endif

const struct ka_weakgen_kernels *
ka_weakgen_kernels_best(void)
{
#if KA_WEAKGEN_HAVE_IFMA
	if (has_avx512ifma()) {
		return &avx512ifma;
	}
#endif
	return &ka_weakgen_kernels_scalar;
}

const struct ka_weakgen_kernels *
ka_weakgen_kernels_by_name(const char *name)
{
	if (strcmp(name, ka_weakgen_kernels_scalar.name) == 0) {
		return &ka_weakgen_kernels_scalar;
	}
#if KA_WEAKGEN_HAVE_IFMA
	if (strcmp(name, avx512ifma.name) == 0 && has_avx512ifma()) {
		return &avx512ifma;
	}
#endif
	return NULL;
}
