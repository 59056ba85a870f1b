/* SPDX-License-Identifier: Apache-2.0 */
#include "weakgen/weakgen.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t default_exponent[] = { 0x01, 0x00, 0x01 };
static const uint8_t small_exponent[] = { 0x03 };

static bool
slices_equal(struct ka_slice a, struct ka_slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Fit to make a key with: odd and at least 3. */
static bool
exponent_is_usable(struct ka_slice exponent)
{
	if (exponent.len == 0 || exponent.len > KA_KEY_MAX_BYTES || exponent.data[exponent.len - 1] % 2 == 0) {
		return false;
	}
	return exponent.len > 1 || exponent.data[0] >= 3;
}

/* The exponent hardly ever changes the modulus, and a modulus whose primes are known is weak under any exponent. So
 * the key's own exponent is tried, then the two that openssl offered. */
static enum ka_err
prove_rsa(bool *out_same, struct ka_weakgen *weakgen, struct ka_weakgen_key *made, const struct ka_key *key,
    const struct ka_debian_id *id)
{
	struct ka_slice exponents[3];
	unsigned num = 0;
	bool same = false;

	if (exponent_is_usable(key->exponent)) {
		exponents[num++] = key->exponent;
	}
	exponents[num++] = (struct ka_slice){ default_exponent, sizeof(default_exponent) };
	exponents[num++] = (struct ka_slice){ small_exponent, sizeof(small_exponent) };
	for (unsigned i = 0; i < num && !same; i++) {
		enum ka_err err;

		if (i > 0 && slices_equal(exponents[i], exponents[0])) {
			continue;
		}
		err = ka_weakgen_make(
		    made, weakgen, ka_weakgen_machine_of(id->architecture), id->randfile, id->pid, exponents[i]);
		if (err != KA_OK) {
			return err;
		}
		same = slices_equal(key->modulus, (struct ka_slice){ made->modulus, made->modulus_len });
	}
	*out_same = same;
	return KA_OK;
}

static enum ka_err
prove_ec(bool *out_same, struct ka_weakgen *weakgen, struct ka_weakgen_key *made, const struct ka_key *key,
    const struct ka_debian_id *id)
{
	const struct ka_slice none = { NULL, 0 };
	enum ka_err err;
	size_t half;
	int parity; /* of y */

	err = ka_weakgen_make(made, weakgen, ka_weakgen_machine_of(id->architecture), id->randfile, id->pid, none);
	if (err != KA_OK) {
		return err;
	}
	half = (made->point_len - 1) / 2;
	parity = made->point[made->point_len - 1] % 2;
	if (key->point.len == half + 1) {
		/* Compressed (SEC 1, 2.3.3): the first byte tells whether y is odd. */
		*out_same = key->point.data[0] == 2 + parity && memcmp(key->point.data + 1, made->point + 1, half) == 0;
		return KA_OK;
	}
	/* Uncompressed, or hybrid (X9.62 4.3.6), which tells the parity of y as well. */
	*out_same = key->point.len == made->point_len && (key->point.data[0] == 4 || key->point.data[0] == 6 + parity) &&
	    memcmp(key->point.data + 1, made->point + 1, made->point_len - 1) == 0;
	return KA_OK;
}

enum ka_err
ka_weakgen_prove(void *arg, bool *out_same, const struct ka_key *key, const struct ka_debian_id *id)
{
	bool is_rsa = key->algorithm == KA_KEY_RSA || key->algorithm == KA_KEY_RSA_PSS;
	struct ka_weakgen_type type = {
		.algorithm = is_rsa ? KA_KEY_RSA : KA_KEY_EC,
		.curve = is_rsa ? KA_CURVE_NONE : key->curve,
		.bits = key->bits,
	};
	struct ka_weakgen *weakgen;
	struct ka_weakgen_key *made;
	enum ka_err err;

	(void)arg;
	if (ka_weakgen_machine_of(id->architecture) == NULL || (unsigned)id->randfile >= KA_DEBIAN_NUM_RANDFILES) {
		return KA_ERR_ARGUMENT;
	}
	if (!is_rsa && key->algorithm != KA_KEY_EC) {
		return KA_ERR_ARGUMENT;
	}
	err = ka_weakgen_new(&weakgen, &type);
	if (err != KA_OK) {
		return err;
	}
	made = malloc(sizeof(*made));
	if (made == NULL) {
		err = KA_ERR_NO_MEMORY;
	} else if (is_rsa) {
		err = prove_rsa(out_same, weakgen, made, key, id);
	} else {
		err = prove_ec(out_same, weakgen, made, key, id);
	}
	free(made);
	ka_weakgen_free(weakgen);
	return err;
}
