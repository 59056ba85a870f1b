/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSA by first primes. A stream's first prime does not depend on the second, so only it is searched for: half the
 * work of making the key. It divides one of the waiting moduli or none, which one division of their product tells.
 * Primes are gathered and tried together: the product of all moduli modulo the product of some primes, and that
 * modulo each of them.
 *
 * Whether a prime is kept depends on the exponent, by gcd(p - 1, e) = 1. The sieve sees to that for every e without a
 * prime factor above 17863; so with e = 65537 one stream in 65537 goes on to another prime. Where the exponent of any
 * waiting key would have rejected the prime, the next one is tried as well. What divides is proved by making the
 * whole key with the key's own exponent.
 */
#include "weakgen/deep.h"

#include <stdlib.h>

#define NUM_GATHERED 32u

struct walker {
	struct ka_weakgen_walk *walk;
	mpz_t moduli;    /* product of all that wait */
	mpz_t exponents; /* product of their different exponents */
	mpz_t primes[NUM_GATHERED];
	struct ka_debian_id ids[NUM_GATHERED];
	unsigned num_gathered;
	mpz_t product, rest, modulus; /* scratch */
	enum ka_err err;
};

static void
import(mpz_t out, struct ka_slice number)
{
	mpz_import(out, number.len, 1, 1, 0, 0, number.data);
}

/* A prime divides some waiting modulus: which, and is the key really the stream's? */
static enum ka_err
settle(struct walker *walker, mpz_srcptr prime, const struct ka_debian_id *id)
{
	struct ka_weakgen_group *group = walker->walk->group;

	for (size_t i = 0; i < group->num_waiting; i++) {
		struct ka_weakgen_waiting *waiting = &group->waiting[i];
		enum ka_err err;
		bool same;

		import(walker->modulus, waiting->key.modulus);
		if (!mpz_divisible_p(walker->modulus, prime)) {
			continue;
		}
		err = ka_weakgen_prove(NULL, &same, &waiting->key, id);
		if (err != KA_OK) {
			return err;
		}
		if (same) {
			ka_weakgen_walk_found(walker->walk, waiting, id);
		}
	}
	return KA_OK;
}

static enum ka_err
try_gathered(struct walker *walker)
{
	enum ka_err err = KA_OK;

	if (walker->num_gathered == 0) {
		return KA_OK;
	}
	mpz_set_ui(walker->product, 1);
	for (unsigned i = 0; i < walker->num_gathered; i++) {
		mpz_mul(walker->product, walker->product, walker->primes[i]);
	}
	mpz_tdiv_r(walker->rest, walker->moduli, walker->product);
	for (unsigned i = 0; err == KA_OK && i < walker->num_gathered; i++) {
		if (mpz_divisible_p(walker->rest, walker->primes[i])) {
			err = settle(walker, walker->primes[i], &walker->ids[i]);
		}
	}
	walker->num_gathered = 0;
	return err;
}

static bool
on_prime(void *arg, const struct ka_debian_id *id, mpz_srcptr prime)
{
	struct walker *walker = arg;

	mpz_set(walker->primes[walker->num_gathered], prime);
	walker->ids[walker->num_gathered] = *id;
	walker->num_gathered++;
	if (walker->num_gathered == NUM_GATHERED) {
		walker->err = try_gathered(walker);
	}
	mpz_sub_ui(walker->rest, prime, 1);
	mpz_gcd(walker->rest, walker->rest, walker->exponents);
	return mpz_cmp_ui(walker->rest, 1) != 0;
}

static void
on_done(void *arg, const struct ka_debian_id *id, const struct ka_weakgen_result *result)
{
	struct walker *walker = arg;

	(void)id;
	(void)result;
	ka_weakgen_walk_done(walker->walk, 1, 0);
}

static bool
on_next(void *arg, struct ka_debian_id *out_id)
{
	struct walker *walker = arg;

	return walker->err == KA_OK && ka_weakgen_walk_next(walker->walk, out_id);
}

static bool
on_stop(void *arg)
{
	struct walker *walker = arg;

	return walker->err != KA_OK || ka_weakgen_walk_stopped(walker->walk);
}

/* The product of the group's moduli, by a tree so that its factors stay of like size. */
static void
multiply(mpz_t out, const struct ka_weakgen_waiting *waiting, size_t num)
{
	mpz_t right;

	if (num == 1) {
		import(out, waiting->key.modulus);
		return;
	}
	mpz_init(right);
	multiply(out, waiting, num / 2);
	multiply(right, waiting + num / 2, num - num / 2);
	mpz_mul(out, out, right);
	mpz_clear(right);
}

enum ka_err
ka_weakgen_deep_rsa(struct ka_weakgen_walk *walk)
{
	struct ka_weakgen_type type = { .algorithm = KA_KEY_RSA, .bits = walk->group->like.bits };
	struct walker *walker = calloc(1, sizeof(*walker));
	const struct ka_weakgen_feed feed = {
		.arg = walker,
		.next = on_next,
		.done = on_done,
		.stop = on_stop,
		.prime = on_prime,
	};
	enum ka_err err;

	if (walker == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	walker->walk = walk;
	mpz_inits(walker->moduli, walker->exponents, walker->product, walker->rest, walker->modulus, NULL);
	for (unsigned i = 0; i < NUM_GATHERED; i++) {
		mpz_init(walker->primes[i]);
	}
	multiply(walker->moduli, walk->group->waiting, walk->group->num_waiting);
	ka_weakgen_group_exponents(walker->exponents, walk->group);
	err = ka_weakgen_batch_run(&type, walk->kernels, &feed);
	if (err == KA_OK) {
		err = walker->err;
	}
	if (err == KA_OK) {
		err = try_gathered(walker);
	}
	for (unsigned i = 0; i < NUM_GATHERED; i++) {
		mpz_clear(walker->primes[i]);
	}
	mpz_clears(walker->moduli, walker->exponents, walker->product, walker->rest, walker->modulus, NULL);
	free(walker);
	return err;
}
