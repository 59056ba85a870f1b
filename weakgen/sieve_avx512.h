/* SPDX-License-Identifier: Apache-2.0 */
/* sieve_avx512.h - the trial division with AVX-512 (F, DQ, BW, VL, IFMA, VBMI2). */
#ifndef KA_WEAKGEN_SIEVE_AVX512_H
#define KA_WEAKGEN_SIEVE_AVX512_H

#include "weakgen/sieve.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define KA_WEAKGEN_HAVE_SIEVE_AVX512 1
void ka_weakgen_residues_avx512(
    uint16_t residues[KA_WEAKGEN_PADDED_PRIMES], const struct ka_weakgen_sieve *sieve, const uint32_t *digits);
uint32_t ka_weakgen_delta_avx512(const struct ka_weakgen_sieve *sieve, uint16_t residues[KA_WEAKGEN_PADDED_PRIMES]);
#else
#define KA_WEAKGEN_HAVE_SIEVE_AVX512 0
#endif

#endif
