/* SPDX-License-Identifier: Apache-2.0 */
/* EC and DSA: a key is one number drawn, so all keys are made and looked for among those that wait. */
#include "weakgen/deep.h"

#include "weakgen/ec.h"

#include <stdlib.h>
#include <string.h>

/* The number of a waiting key that is compared first, and the key. */
struct mark {
	uint64_t value;
	struct ka_weakgen_waiting *waiting;
};

struct scanner {
	struct ka_weakgen_walk *walk;
	struct mark *marks; /* sorted by value */
	size_t num_marks;
	enum ka_err err;
};

static uint64_t
low_bits(const uint8_t *end, size_t len)
{
	uint64_t value = 0;

	for (size_t i = len < 8 ? len : 8; i > 0; i--) {
		value = value << 8 | end[-(ptrdiff_t)i];
	}
	return value;
}

/* EC: the low 64 bits of x. */
static uint64_t
point_mark(const struct ka_key *key)
{
	size_t field_len = (key->bits + 7) / 8;

	return low_bits(key->point.data + 1 + field_len, field_len);
}

static uint64_t
dsa_mark(const struct ka_key *key)
{
	return low_bits(key->dsa_y.data + key->dsa_y.len, key->dsa_y.len);
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = ((const struct mark *)a)->value, y = ((const struct mark *)b)->value;

	return (x > y) - (x < y);
}

static bool
scanner_init(struct scanner *scanner, struct ka_weakgen_walk *walk, uint64_t (*mark)(const struct ka_key *key))
{
	struct ka_weakgen_group *group = walk->group;

	*scanner = (struct scanner){ .walk = walk, .num_marks = group->num_waiting };
	scanner->marks = malloc(group->num_waiting * sizeof(*scanner->marks));
	if (scanner->marks == NULL) {
		return false;
	}
	for (size_t i = 0; i < group->num_waiting; i++) {
		scanner->marks[i] = (struct mark){ mark(&group->waiting[i].key), &group->waiting[i] };
	}
	qsort(scanner->marks, scanner->num_marks, sizeof(*scanner->marks), compare);
	return true;
}

/* The first mark with this value, or where it would stand. */
static size_t
first_mark(const struct scanner *scanner, uint64_t value)
{
	size_t low = 0, high = scanner->num_marks;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (scanner->marks[middle].value < value) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

static bool
ec_next(void *arg, struct ka_debian_id *out_id)
{
	struct scanner *scanner = arg;

	return scanner->err == KA_OK && ka_weakgen_walk_next(scanner->walk, out_id);
}

static bool
ec_stop(void *arg)
{
	struct scanner *scanner = arg;

	return scanner->err != KA_OK || ka_weakgen_walk_stopped(scanner->walk);
}

static void
ec_done(void *arg, const struct ka_debian_id *id, const struct ka_weakgen_result *result)
{
	struct scanner *scanner = arg;

	for (size_t i = first_mark(scanner, result->fingerprint);
	     i < scanner->num_marks && scanner->marks[i].value == result->fingerprint; i++) {
		bool same;
		enum ka_err err = ka_weakgen_prove(NULL, &same, &scanner->marks[i].waiting->key, id);

		if (err != KA_OK) {
			scanner->err = err;
			return;
		}
		if (same) {
			ka_weakgen_walk_found(scanner->walk, scanner->marks[i].waiting, id);
		}
	}
	ka_weakgen_walk_done(scanner->walk, 1, 0);
}

enum ka_err
ka_weakgen_deep_ec(struct ka_weakgen_walk *walk)
{
	const struct ka_key *like = &walk->group->like;
	struct ka_weakgen_type type = { .algorithm = KA_KEY_EC, .curve = like->curve, .bits = like->bits };
	struct scanner scanner;
	const struct ka_weakgen_feed feed = { .arg = &scanner, .next = ec_next, .done = ec_done, .stop = ec_stop };
	enum ka_err err;

	if (!scanner_init(&scanner, walk, point_mark)) {
		return KA_ERR_NO_MEMORY;
	}
	err = ka_weakgen_batch_run(&type, walk->kernels, &feed);
	free(scanner.marks);
	return err == KA_OK ? scanner.err : err;
}

struct dsa {
	mpz_t p, q, g, x, y;
	uint8_t bytes[KA_KEY_MAX_BYTES];
};

static void
import(mpz_t out, struct ka_slice number)
{
	mpz_import(out, number.len, 1, 1, 0, 0, number.data);
}

/* dsa_builtin_keygen of OpenSSL 0.9.8 (dsa_key.c): x from 1 to q - 1, y = g^x mod p. */
static enum ka_err
dsa_stream(struct scanner *scanner, struct dsa *dsa, const struct ka_debian_id *id)
{
	struct ka_weakgen_prng prng;
	enum ka_err err;
	size_t len = 0;
	uint64_t value;

	ka_weakgen_prng_init(
	    &prng, scanner->walk->kernels->sha1, ka_weakgen_machine_of(id->architecture), id->randfile, id->pid);
	do {
		err = ka_weakgen_bn_rand_range(dsa->x, &prng, dsa->q);
		if (err != KA_OK) {
			return err;
		}
	} while (mpz_sgn(dsa->x) == 0);
	mpz_powm(dsa->y, dsa->g, dsa->x, dsa->p);
	mpz_export(dsa->bytes, &len, 1, 1, 0, 0, dsa->y);
	value = low_bits(dsa->bytes + len, len);
	for (size_t i = first_mark(scanner, value); i < scanner->num_marks && scanner->marks[i].value == value; i++) {
		const struct ka_slice y = scanner->marks[i].waiting->key.dsa_y;

		if (y.len == len && memcmp(y.data, dsa->bytes, len) == 0) {
			ka_weakgen_walk_found(scanner->walk, scanner->marks[i].waiting, id);
		}
	}
	ka_weakgen_walk_done(scanner->walk, 1, 0);
	return KA_OK;
}

enum ka_err
ka_weakgen_deep_dsa(struct ka_weakgen_walk *walk)
{
	struct dsa *dsa = calloc(1, sizeof(*dsa));
	struct scanner scanner;
	struct ka_debian_id id;
	enum ka_err err = KA_OK;

	if (dsa == NULL || !scanner_init(&scanner, walk, dsa_mark)) {
		free(dsa);
		return KA_ERR_NO_MEMORY;
	}
	mpz_inits(dsa->p, dsa->q, dsa->g, dsa->x, dsa->y, NULL);
	import(dsa->p, walk->group->like.dsa_p);
	import(dsa->q, walk->group->like.dsa_q);
	import(dsa->g, walk->group->like.dsa_g);
	while (err == KA_OK && ka_weakgen_walk_next(walk, &id)) {
		err = dsa_stream(&scanner, dsa, &id);
	}
	mpz_clears(dsa->p, dsa->q, dsa->g, dsa->x, dsa->y, NULL);
	free(scanner.marks);
	free(dsa);
	return err;
}
