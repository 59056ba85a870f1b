/* SPDX-License-Identifier: Apache-2.0 */
/* kernel.h - hot loops with CPU-specific variants.
 *
 * One const struct per level (scalar, avx2, avx512) in kernel.c, picked by ka_kernels_best through CPUID. The scalar
 * functions are the specification: each variant is compared with them on random input in its unit test. Where a level has
 * nothing better it points to the functions of the level below. */
#ifndef KA_LIB_KERNEL_KERNEL_H
#define KA_LIB_KERNEL_KERNEL_H

#include <keyassay/base.h>

/* Compiles one function for CPU features that the rest of the library does not need. */
#if defined(__x86_64__)
#define KA_TARGET(features) __attribute__((target(features)))
#endif

/* Each kernel's own header says what the functions promise. */
struct ka_base64_kernel; /* lib/pem/base64.h */
struct ka_crc64_kernel; /* lib/table/crc64.h */
struct ka_roca_kernel; /* lib/check/roca.h */

struct ka_kernels {
	const char *name;
	const struct ka_base64_kernel *base64;
	const struct ka_crc64_kernel *crc64;
	const struct ka_roca_kernel *roca;
};

#endif
