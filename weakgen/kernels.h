/* SPDX-License-Identifier: Apache-2.0 */
/* kernels.h - the hot loops with CPU-specific variants.
 *
 * One const struct per level, picked through CPUID by ka_weakgen_kernels_best. The scalar functions are the
 * specification: every variant is compared with them on random input. Where a level has nothing better it points to
 * the level below. */
#ifndef KA_WEAKGEN_KERNELS_H
#define KA_WEAKGEN_KERNELS_H

#include "weakgen/draws.h"
#include "weakgen/near.h"
#include "weakgen/sha1.h"
#include "weakgen/wide.h"

#include <gmp.h>

#define KA_WEAKGEN_LANES 8u

/* ka_weakgen_fermat_fn returns a mask with bit i set when 2^(n - 1) = 1 modulo the i-th of KA_WEAKGEN_LANES numbers,
 * odd and of up to bits bits: those not marked are composite. scratch is what ka_weakgen_fermat_scratch_fn allocated
 * for that many bits. */
typedef unsigned (*ka_weakgen_fermat_fn)(void *scratch, const mpz_srcptr numbers[KA_WEAKGEN_LANES], uint32_t bits);
typedef size_t (*ka_weakgen_fermat_scratch_fn)(uint32_t bits);

/* ka_weakgen_power_fn computes out = base^exponent modulo each of the numbers, odd and of up to bits bits; bases and
 * exponents are below them. scratch is the same. */
typedef void (*ka_weakgen_power_fn)(void *scratch, mpz_t out[KA_WEAKGEN_LANES],
    const mpz_srcptr bases[KA_WEAKGEN_LANES], const mpz_srcptr exponents[KA_WEAKGEN_LANES],
    const mpz_srcptr numbers[KA_WEAKGEN_LANES], uint32_t bits);

/* How far the wider sieve pays: for candidates from that many bits on, primes up to limit. */
struct ka_weakgen_wide_range {
	uint32_t from_bits, limit;
};

struct ka_weakgen_kernels {
	const char *name;
	ka_weakgen_sha1_fn sha1;
	ka_weakgen_draws_fn draws;
	ka_weakgen_residues_fn residues;
	ka_weakgen_delta_fn delta;
	ka_weakgen_wide_fn wide;
	const struct ka_weakgen_wide_range *wide_ranges; /* largest sizes first; the last one begins at 0 bits */
	/* NULL where testing several numbers at once gains nothing. */
	ka_weakgen_fermat_fn fermat;
	ka_weakgen_power_fn power;
	ka_weakgen_fermat_scratch_fn fermat_scratch_len;
	/* NULL: every pair may be one. */
	ka_weakgen_near_fn near;
	ka_weakgen_near_scratch_fn near_scratch_len;
};

extern const struct ka_weakgen_kernels ka_weakgen_kernels_scalar;

/* ka_weakgen_wide_limit returns the limit that pays for candidates of up to that many bits, 0 where none does. */
uint32_t ka_weakgen_wide_limit(const struct ka_weakgen_kernels *kernels, uint32_t bits);

/* ka_weakgen_kernels_best returns the fastest kernels that this CPU and operating system can run. The environment
 * variable masks CPU features: with the name of a level those above it are not used. An unknown name aborts. */
#define KA_WEAKGEN_KERNELS_VARIABLE "KEYASSAY_WEAKGEN_KERNELS"
const struct ka_weakgen_kernels *ka_weakgen_kernels_best(void);

/* ka_weakgen_kernels_by_name returns those of a level ("avx512ifma", "avx512ifma-only" without the SHA
 * extensions, "sha-ni", "scalar"), NULL when unknown or not
 * for this CPU: for tests. */
const struct ka_weakgen_kernels *ka_weakgen_kernels_by_name(const char *name);

#endif
