/* SPDX-License-Identifier: Apache-2.0 */
/* fermat_ifma.h - Fermat tests and powers of eight numbers at once with AVX-512 IFMA; see kernels.h for what they
 * promise. */
#ifndef KA_WEAKGEN_FERMAT_IFMA_H
#define KA_WEAKGEN_FERMAT_IFMA_H

#include "weakgen/kernels.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define KA_WEAKGEN_HAVE_IFMA 1
/* scratch is aligned to 64 bytes. */
unsigned ka_weakgen_fermat_ifma(void *scratch, const mpz_srcptr numbers[KA_WEAKGEN_LANES], uint32_t bits);
void ka_weakgen_power_ifma(void *scratch, mpz_t out[KA_WEAKGEN_LANES], const mpz_srcptr bases[KA_WEAKGEN_LANES],
    const mpz_srcptr exponents[KA_WEAKGEN_LANES], const mpz_srcptr numbers[KA_WEAKGEN_LANES], uint32_t bits);
size_t ka_weakgen_fermat_ifma_scratch_len(uint32_t bits);
#else
#define KA_WEAKGEN_HAVE_IFMA 0
#endif

#endif
