/* SPDX-License-Identifier: Apache-2.0 */
/* roca_log.c - the discrete logarithm of a modulus to the base 65537 modulo a primorial.
 *
 * Source: Nemec, Sys, Svenda, Klinec, Matyas, "The Return of Coppersmith's Attack", CCS 2017. Vulnerable primes are
 * p = k M + (65537^a mod M) with M the product of the first 39, 71, 126 or 225 primes (those <= 167, 353, 701, 1427) by the
 * size of the key. So n = p q = 65537^(a + b) modulo M. The powers of 65537 are a tiny part of the residues, 2^-154 for the
 * smallest M, so a modulus that is one has this form; that its logarithm exists modulo each prime alone is not enough,
 * since the logarithms must be the same number.
 *
 * How: prime by prime. Let the logarithm modulo the primes so far be x modulo A. For the next prime p, where 65537 has the
 * order o, the logarithms x, x + A, x + 2 A, ... give o / gcd(A, o) different powers of 65537 modulo p. At most one is n.
 * When none is, no logarithm exists; else x is the one that fits and A becomes lcm(A, o). These quotients are small: all 224
 * odd primes need few thousand steps. Modulo 2 there is only the residue 1: n must be odd. */
#include "lib/check/roca.h"

#include "lib/check/roca_const.h"
#include "lib/kernel/load.h"

#define GENERATOR 65537u
#define NUM_PRIMES (sizeof(ka_roca_primes) / sizeof(ka_roca_primes[0]))
#define NUM_PRIMORIALS (sizeof(ka_roca_primorials) / sizeof(ka_roca_primorials[0]))

/* A natural number below 2^448, little-endian. The order of 65537 modulo the largest primorial has 434 bits, and x < A <= that
 * order all the time. */
#define NUM_LIMBS 14u
struct number {
	uint32_t limbs[NUM_LIMBS];
};

_Static_assert(KA_ROCA_LOG_MAX >= 4 * NUM_LIMBS, "the evidence must hold any logarithm");

static uint32_t
mod_small(const struct number *a, uint32_t divisor)
{
	uint64_t rest = 0;

	for (size_t i = NUM_LIMBS; i > 0; i--)
		rest = (rest << 32 | a->limbs[i - 1]) % divisor;
	return (uint32_t)rest;
}

/* a += b * factor */
static void
add_product(struct number *a, const struct number *b, uint32_t factor)
{
	uint64_t carry = 0;

	for (size_t i = 0; i < NUM_LIMBS; i++) {
		carry += a->limbs[i] + (uint64_t)b->limbs[i] * factor;
		a->limbs[i] = (uint32_t)carry;
		carry >>= 32;
	}
}

static uint32_t
gcd(uint32_t a, uint32_t b)
{
	while (b != 0) {
		uint32_t rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* Moduli are below 2^11, so products fit. */
static uint32_t
power(uint32_t base, uint32_t exponent, uint32_t modulus)
{
	uint32_t result = 1;

	base %= modulus;
	for (; exponent > 0; exponent >>= 1) {
		if ((exponent & 1) != 0)
			result = result * base % modulus;
		base = base * base % modulus;
	}
	return result;
}

/* Residues modulo one prime after the other. A pass over n costs a division per word, so it is done for the product of as many
 * primes as fit into 32 bits, and their residues are taken from that. */
struct residues {
	struct ka_slice n;
	uint32_t rest;
	size_t end; /* the primes before this one divide the product that rest belongs to */
};

static uint32_t
residue(struct residues *residues, size_t index)
{
	if (index >= residues->end) {
		uint64_t product = 1, rest = 0;
		while (residues->end < NUM_PRIMES && product * ka_roca_primes[residues->end].prime <= UINT32_MAX)
			product *= ka_roca_primes[residues->end++].prime;
		size_t head_len = residues->n.len % 4;
		for (size_t i = 0; i < head_len; i++)
			rest = (rest << 8 | residues->n.data[i]) % product;
		for (size_t i = head_len; i < residues->n.len; i += 4)
			rest = (rest << 32 | ka_load_be32(residues->n.data + i)) % product;
		residues->rest = (uint32_t)rest;
	}
	return residues->rest % ka_roca_primes[index].prime;
}

/* Continues the logarithm x modulo A to one more prime; false when there is none. */
static bool
extend(struct number *x, struct number *modulus, struct residues *residues, size_t index)
{
	const uint32_t p = ka_roca_primes[index].prime;
	const uint32_t order = ka_roca_primes[index].order;
	const uint32_t wanted = residue(residues, index);
	const uint32_t rest = mod_small(modulus, order);
	const uint32_t num_steps = order / gcd(order, rest);
	const uint32_t factor = power(GENERATOR, rest, p);
	uint32_t have = power(GENERATOR, mod_small(x, order), p);

	for (uint32_t step = 0; step < num_steps; step++) {
		if (have == wanted) {
			const struct number old = *modulus;
			add_product(x, &old, step);
			add_product(modulus, &old, num_steps - 1);
			return true;
		}
		have = have * factor % p;
	}
	return false;
}

static void
set_log(struct ka_roca_evidence *out_evidence, const struct number *x)
{
	size_t len = 4 * NUM_LIMBS;

	while (len > 1 && (uint8_t)(x->limbs[(len - 1) / 4] >> 8 * ((len - 1) % 4)) == 0)
		len--;
	out_evidence->log_len = (uint16_t)len;
	for (size_t i = 0; i < len; i++)
		out_evidence->log[len - 1 - i] = (uint8_t)(x->limbs[i / 4] >> 8 * (i % 4));
}

bool
ka_roca_log(struct ka_roca_evidence *out_evidence, struct ka_slice n)
{
	struct number x = { { 0 } };
	struct number modulus = { { 1 } };
	struct residues residues = { .n = n };
	size_t num_primes = 0;
	bool found = false;

	if (n.len == 0 || n.data[n.len - 1] % 2 == 0)
		return false;
	for (size_t i = 0; i < NUM_PRIMORIALS; i++) {
		for (; num_primes < ka_roca_primorials[i].num_primes; num_primes++) {
			if (!extend(&x, &modulus, &residues, num_primes))
				return found;
		}
		found = true;
		out_evidence->generator = GENERATOR;
		out_evidence->primorial_prime = ka_roca_primorials[i].largest_prime;
		out_evidence->log2_chance = ka_roca_primorials[i].log2_chance;
		set_log(out_evidence, &x);
	}
	return found;
}
