/* SPDX-License-Identifier: Apache-2.0 */
/* wide_ifma.h - the wider sieve with AVX-512 IFMA. */
#ifndef KA_WEAKGEN_WIDE_IFMA_H
#define KA_WEAKGEN_WIDE_IFMA_H

#include "weakgen/wide.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define KA_WEAKGEN_HAVE_WIDE_IFMA 1
unsigned ka_weakgen_wide_ifma(const struct ka_weakgen_wide *wide, const mpz_srcptr *numbers, unsigned num);
#else
#define KA_WEAKGEN_HAVE_WIDE_IFMA 0
#endif

#endif
