/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kernel/kernel.h"
#include "lib/check/roca.h"
#include "lib/pem/base64.h"
#include "lib/table/crc64.h"

#include <keyassay/check.h>

#include <string.h>

static const struct ka_kernels scalar = {
	.name = "scalar",
	.base64 = &ka_base64_scalar,
	.crc64 = &ka_crc64_scalar,
	.roca = &ka_roca_scalar,
};

#if defined(__x86_64__)

static const struct ka_kernels avx2 = {
	.name = "avx2",
	.base64 = &ka_base64_avx2,
	.crc64 = &ka_crc64_clmul,
	.roca = &ka_roca_avx2,
};

static const struct ka_kernels avx512 = {
	.name = "avx512",
	.base64 = &ka_base64_avx512,
	.crc64 = &ka_crc64_clmul,
	.roca = &ka_roca_avx512,
};

static bool
has_avx2(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
	    __builtin_cpu_supports("pclmul");
}

static bool
has_avx512(void)
{
	return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
	    __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
	    __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512ifma");
}

#endif

const struct ka_kernels *
ka_kernels_best(void)
{
#if defined(__x86_64__)
	if (has_avx512())
		return &avx512;
	if (has_avx2())
		return &avx2;
#endif
	return &scalar;
}

const struct ka_kernels *
ka_kernels_by_name(const char *name)
{
	if (strcmp(name, "scalar") == 0)
		return &scalar;
#if defined(__x86_64__)
	if (strcmp(name, "avx2") == 0)
		return has_avx2() ? &avx2 : NULL;
	if (strcmp(name, "avx512") == 0)
		return has_avx512() ? &avx512 : NULL;
#endif
	return NULL;
}

const char *
ka_kernels_name(const struct ka_kernels *kernels)
{
	return kernels->name;
}
