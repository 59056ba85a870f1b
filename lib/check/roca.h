/* SPDX-License-Identifier: Apache-2.0 */
/* roca.h - the hot loop of the ROCA check, and the discrete logarithm that decides. */
#ifndef KA_LIB_CHECK_ROCA_H
#define KA_LIB_CHECK_ROCA_H

#include <keyassay/check.h>

/* Moduli of the folds below are less than this: 512 words of 32 bits times weights of 23 bits stay below 2^64. */
#define KA_FOLD_MAX_MODULUS (UINT32_C(1) << 23)

struct ka_roca_kernel {
	/* Returns a number below 2^64 that is congruent to the big-endian n modulo m < KA_FOLD_MAX_MODULUS, for whatever m the
	 * weights are made: weights_end[-1 - i] = 2^(32 i) mod m. n_len <= KA_KEY_MAX_BYTES. The number itself is the same in
	 * all variants. Nothing here is special to ROCA: any check that needs residues modulo small primes brings weights for
	 * a product of them. */
	uint64_t (*fold)(const uint32_t *weights_end, const uint8_t *n, size_t n_len);
};

extern const struct ka_roca_kernel ka_roca_scalar; /* the specification */
#if defined(__x86_64__)
extern const struct ka_roca_kernel ka_roca_avx2;
extern const struct ka_roca_kernel ka_roca_avx512;
#endif

/* ka_roca_log looks for the discrete logarithm of the big-endian n, of any length, to the base 65537 modulo the primorial
 * of the primes <= 167. Returns false when there is none; else true with the evidence for the largest published primorial
 * for which it exists. Takes microseconds: for moduli that passed the filter. */
bool ka_roca_log(struct ka_roca_evidence *out_evidence, struct ka_slice n);

#endif
