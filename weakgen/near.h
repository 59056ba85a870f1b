/* SPDX-License-Identifier: Apache-2.0 */
/* near.h - has a modulus a divisor just above a number that the generator drew?
 *
 * A candidate for a prime is x + delta, with x drawn and a small even delta that the original's trial division picks.
 * For N = (x + delta) k the fractions t of N / x and rho of N / x^2 satisfy t = delta rho modulo 1, but for some
 * 2^-bits: for all delta in question that is looked for at once, without knowing the delta that belongs to x. */
#ifndef KA_WEAKGEN_NEAR_H
#define KA_WEAKGEN_NEAR_H

#include <keyassay/base.h>
#include <keyassay/err.h>

#include "weakgen/near_sieve.h"

#include <gmp.h>

#define KA_WEAKGEN_NEAR_LANES 8u

/* Deltas below this are found. They are geometric with a mean of 230: a larger one has a chance of 2^-50. */
#define KA_WEAKGEN_NEAR_MAX_DELTA 8190u

/* Residues that the trial division forbids modulo 3, 5 and 7 leave 15 deltas of each 210. */
#define KA_WEAKGEN_NEAR_WHEEL 105u
#define KA_WEAKGEN_NEAR_SPOKES 15u

/* Of a drawn number that is c modulo 105, deltas[c] are the possible ones below 210; the last is there twice. */
struct ka_weakgen_wheel {
	uint32_t deltas[KA_WEAKGEN_NEAR_WHEEL][KA_WEAKGEN_NEAR_SPOKES + 1];
};

/* From this many moduli on it pays to find out first which deltas a number drawn can have. */
#define KA_WEAKGEN_NEAR_MANY 64u
#define KA_WEAKGEN_NEAR_GROUP 16u

/* Moduli, as kernels want them: numbers drawn are below 2^bits and have their two highest bits set. They are shifted
 * left to fill num_limbs limbs of 52 bits; so are the moduli, by as many bits. Ascending by how much of their highest
 * bits they fill: a divisor's cofactor has its two highest bits set too, so of the moduli only a run can belong to a
 * number. */
struct ka_weakgen_moduli {
	uint32_t bits, num_limbs, shift;
	size_t num;
	size_t *places; /* of each: where it stood in what was copied */
	mpz_t *numbers;
	double *tops; /* as fractions of the power of two above them */
	/* The highest num_limbs + 2 limbs of each, highest first. */
	uint64_t *limbs;
	/* N / x^2 is ratio / y^2, with y the number drawn as a fraction with one limb before the point. */
	double *ratios;
	struct ka_weakgen_wheel wheel;
	/* Of many moduli: limbs again, in groups of sixteen: limb k of modulus 16 g + m is grouped[(g (num_limbs + 2) + k) 16
	 * + m]; and the sieve for deltas. The last group is filled up with its last modulus. NULL else. */
	uint64_t *grouped;
	struct ka_weakgen_near_sieve *sieve;
};

/* ka_weakgen_moduli_new copies moduli (big-endian) of twice bits, or one bit less; KA_ERR_NO_MEMORY. */
KA_MUST_CHECK enum ka_err ka_weakgen_moduli_new(
    struct ka_weakgen_moduli **out, uint32_t bits, const struct ka_slice *moduli, size_t num);
void ka_weakgen_moduli_free(struct ka_weakgen_moduli *moduli);

/* ka_weakgen_near_exact tells whether a modulus (counted as in numbers) has a divisor x + delta: the specification. x: big-endian. */
bool ka_weakgen_near_exact(const struct ka_weakgen_moduli *moduli, size_t modulus, const uint8_t *x);

/* ka_weakgen_near_fn tells of which pairs of a drawn number and a modulus that may be so: of all where it is, and of
 * few others. xs are big-endian with (bits + 7) / 8 bytes. scratch is aligned to 64 bytes and as long as
 * ka_weakgen_near_scratch_fn says for that many limbs. */
typedef void (*ka_weakgen_near_fn)(void *scratch, const struct ka_weakgen_moduli *moduli,
    const uint8_t *const xs[KA_WEAKGEN_NEAR_LANES], void (*maybe)(void *arg, unsigned x, size_t modulus), void *arg);
typedef size_t (*ka_weakgen_near_scratch_fn)(uint32_t num_limbs);

#if defined(__x86_64__) && defined(__GNUC__)
#define KA_WEAKGEN_HAVE_NEAR_IFMA 1
void ka_weakgen_near_ifma(void *scratch, const struct ka_weakgen_moduli *moduli,
    const uint8_t *const xs[KA_WEAKGEN_NEAR_LANES], void (*maybe)(void *arg, unsigned x, size_t modulus), void *arg);
size_t ka_weakgen_near_ifma_scratch_len(uint32_t num_limbs);
#else
#define KA_WEAKGEN_HAVE_NEAR_IFMA 0
#endif

#endif
