/* SPDX-License-Identifier: Apache-2.0 */
#include "weakgen/wide.h"

#include <stdbool.h>
#include <stdlib.h>

/* The primes above those of the generator's trial division, up to limit; NULL when out of memory. */
static uint32_t *
list_primes(size_t *out_num, uint32_t limit)
{
	bool *composite = calloc((size_t)limit + 1, sizeof(*composite));
	uint32_t *primes = NULL;
	size_t num = 0;

	if (composite == NULL) {
		return NULL;
	}
	for (uint64_t n = 2; n <= limit; n++) {
		if (composite[n]) {
			continue;
		}
		num += n > KA_WEAKGEN_LARGEST_PRIME;
		for (uint64_t m = n * n; m <= limit; m += n) {
			composite[m] = true;
		}
	}
	primes = malloc((num + 1) * sizeof(*primes));
	*out_num = num;
	num = 0;
	for (uint32_t n = KA_WEAKGEN_LARGEST_PRIME + 1; primes != NULL && n <= limit; n++) {
		if (!composite[n]) {
			primes[num++] = n;
		}
	}
	free(composite);
	return primes;
}

/* By a tree, so that factors stay of like size. */
static void
multiply(mpz_t out, const uint32_t *primes, size_t num)
{
	mpz_t right;

	if (num <= 1) {
		mpz_set_ui(out, num == 1 ? primes[0] : 1);
		return;
	}
	mpz_init(right);
	multiply(out, primes, num / 2);
	multiply(right, primes + num / 2, num - num / 2);
	mpz_mul(out, out, right);
	mpz_clear(right);
}

enum ka_err
ka_weakgen_wide_init(struct ka_weakgen_wide *wide, uint32_t bits, uint32_t limit)
{
	size_t num_primes;
	uint32_t *primes = list_primes(&num_primes, limit);
	enum ka_err err;

	if (primes == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	err = ka_weakgen_packs_init(&wide->packs, primes, num_primes, bits);
	if (err == KA_OK) {
		wide->limit = limit;
		mpz_init(wide->primorial);
		multiply(wide->primorial, primes, num_primes);
	}
	free(primes);
	return err;
}

void
ka_weakgen_wide_clear(struct ka_weakgen_wide *wide)
{
	mpz_clear(wide->primorial);
	ka_weakgen_packs_clear(&wide->packs);
}

unsigned
ka_weakgen_wide_scalar(const struct ka_weakgen_wide *wide, const mpz_srcptr *numbers, unsigned num)
{
	unsigned mask = 0;
	mpz_t rest;

	mpz_init(rest);
	for (unsigned i = 0; i < num; i++) {
		mpz_mod(rest, wide->primorial, numbers[i]);
		mpz_gcd(rest, rest, numbers[i]);
		mask |= (unsigned)(mpz_cmp_ui(rest, 1) != 0) << i;
	}
	mpz_clear(rest);
	return mask;
}
