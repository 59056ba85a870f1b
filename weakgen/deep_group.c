/* SPDX-License-Identifier: Apache-2.0 */
#include "weakgen/deep.h"

#include <stdlib.h>
#include <string.h>

static bool
slices_equal(struct ka_slice a, struct ka_slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool
ka_weakgen_group_takes(const struct ka_weakgen_group *group, const struct ka_key *key)
{
	const struct ka_key *like = &group->like;

	return like->algorithm == key->algorithm && like->curve == key->curve && like->bits == key->bits &&
	    slices_equal(like->dsa_p, key->dsa_p) && slices_equal(like->dsa_q, key->dsa_q) &&
	    slices_equal(like->dsa_g, key->dsa_g);
}

/* Copies a slice to *at and moves it on. */
static struct ka_slice
keep(uint8_t **at, struct ka_slice slice)
{
	struct ka_slice kept = { *at, slice.len };

	if (slice.len > 0) {
		memcpy(*at, slice.data, slice.len);
		*at += slice.len;
	}
	return kept;
}

enum ka_err
ka_weakgen_group_add(struct ka_weakgen_group *group, const struct ka_key *key, size_t handle)
{
	size_t len = key->modulus.len + key->exponent.len + key->point.len + key->dsa_p.len + key->dsa_q.len +
	    key->dsa_g.len + key->dsa_y.len;
	struct ka_weakgen_waiting *waiting;
	uint8_t *at;

	if (group->num_waiting == group->max_waiting) {
		size_t max = group->max_waiting > 0 ? 2 * group->max_waiting : 4;
		struct ka_weakgen_waiting *more = realloc(group->waiting, max * sizeof(*more));

		if (more == NULL) {
			return KA_ERR_NO_MEMORY;
		}
		group->waiting = more;
		group->max_waiting = max;
	}
	at = malloc(len);
	if (at == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	waiting = &group->waiting[group->num_waiting];
	*waiting = (struct ka_weakgen_waiting){ .bytes = at, .handle = handle };
	waiting->key = (struct ka_key){
		.algorithm = key->algorithm,
		.curve = key->curve,
		.bits = key->bits,
		.modulus = keep(&at, key->modulus),
		.exponent = keep(&at, key->exponent),
		.point = keep(&at, key->point),
		.dsa_p = keep(&at, key->dsa_p),
		.dsa_q = keep(&at, key->dsa_q),
		.dsa_g = keep(&at, key->dsa_g),
		.dsa_y = keep(&at, key->dsa_y),
	};
	if (group->num_waiting == 0) {
		group->like = waiting->key;
	}
	group->num_waiting++;
	return KA_OK;
}

void
ka_weakgen_group_clear(struct ka_weakgen_group *group)
{
	for (size_t i = 0; i < group->num_waiting; i++) {
		free(group->waiting[i].bytes);
	}
	free(group->waiting);
	*group = (struct ka_weakgen_group){ .num_waiting = 0 };
}

void
ka_weakgen_group_exponents(mpz_t out, const struct ka_weakgen_group *group)
{
	mpz_t exponent;

	mpz_init(exponent);
	/* A bare modulus may have any of the exponents that openssl offered; what divides 3 never rejects. */
	mpz_set_ui(out, KA_WEAKGEN_DEFAULT_EXPONENT);
	for (size_t i = 0; i < group->num_waiting; i++) {
		const struct ka_slice bytes = group->waiting[i].key.exponent;

		mpz_import(exponent, bytes.len, 1, 1, 0, 0, bytes.data);
		if (mpz_sgn(exponent) == 0) {
			continue;
		}
		/* p - 1 is even: even exponents cannot be met, but the rest of them counts. */
		mpz_tdiv_q_2exp(exponent, exponent, mpz_scan1(exponent, 0));
		if (!mpz_divisible_p(out, exponent)) {
			mpz_mul(out, out, exponent);
		}
	}
	mpz_clear(exponent);
}
