/* SPDX-License-Identifier: Apache-2.0 */
/* fermat_ifma.h - Fermat tests of eight numbers at once with AVX-512 IFMA; see kernels.h for what they promise. */
#ifndef KA_WEAKGEN_FERMAT_IFMA_H
#define KA_WEAKGEN_FERMAT_IFMA_H

#include "weakgen/kernels.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define KA_WEAKGEN_HAVE_IFMA 1
/* scratch is aligned to 64 bytes. */
unsigned ka_weakgen_fermat_ifma(void *scratch, const mpz_srcptr numbers[KA_WEAKGEN_LANES], uint32_t bits);
size_t ka_weakgen_fermat_ifma_scratch_len(uint32_t bits);
#else
#define KA_WEAKGEN_HAVE_IFMA 0
#endif

#endif
