/* SPDX-License-Identifier: Apache-2.0 */
#include "weakgen/ahead.h"
#include "weakgen/ec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ka_weakgen {
	struct ka_weakgen_type type;
	const struct ka_weakgen_kernels *kernels;
	struct ka_weakgen_sieve sieve; /* RSA */
	struct ka_weakgen_rsa rsa;
	struct ka_weakgen_ahead *ahead;
	struct ka_weakgen_ec *ec; /* EC */
};

enum ka_err
ka_weakgen_type_parse(struct ka_weakgen_type *out_type, const char *name)
{
	const struct ka_weakgen_curve *curve;
	uint32_t bits = 0;

	if (strncmp(name, "ec:", 3) == 0) {
		curve = ka_weakgen_curve_find_name(name + 3);
		if (curve == NULL) {
			return KA_ERR_ARGUMENT;
		}
		*out_type =
		    (struct ka_weakgen_type){ .algorithm = KA_KEY_EC, .curve = curve->curve, .bits = curve->bits };
		return KA_OK;
	}
	if (strncmp(name, "rsa:", 4) != 0) {
		return KA_ERR_ARGUMENT;
	}
	/* By hand: strtoul would take signs, spaces and leading zeros. */
	for (const char *digit = name + 4; *digit != '\0'; digit++) {
		if (*digit < '0' || *digit > '9' || (bits == 0 && *digit == '0') || bits > KA_RSA_MAX_BITS) {
			return KA_ERR_ARGUMENT;
		}
		bits = 10 * bits + (uint32_t)(*digit - '0');
	}
	if (bits < KA_WEAKGEN_RSA_MIN_BITS || bits > KA_RSA_MAX_BITS) {
		return KA_ERR_ARGUMENT;
	}
	*out_type = (struct ka_weakgen_type){ .algorithm = KA_KEY_RSA, .curve = KA_CURVE_NONE, .bits = bits };
	return KA_OK;
}

void
ka_weakgen_type_name(char out_name[KA_WEAKGEN_TYPE_NAME_LEN], const struct ka_weakgen_type *type)
{
	const struct ka_weakgen_curve *curve = ka_weakgen_curve_find(type->curve);

	if (type->algorithm == KA_KEY_RSA) {
		(void)snprintf(out_name, KA_WEAKGEN_TYPE_NAME_LEN, "rsa:%u", type->bits);
		return;
	}
	(void)snprintf(out_name, KA_WEAKGEN_TYPE_NAME_LEN, "ec:%s", curve != NULL ? curve->name : "unknown");
}

static bool
type_is_valid(const struct ka_weakgen_type *type)
{
	if (type->algorithm == KA_KEY_RSA) {
		return type->bits >= KA_WEAKGEN_RSA_MIN_BITS && type->bits <= KA_RSA_MAX_BITS;
	}
	return type->algorithm == KA_KEY_EC && ka_weakgen_curve_find(type->curve) != NULL;
}

enum ka_err
ka_weakgen_new(struct ka_weakgen **out, const struct ka_weakgen_type *type)
{
	struct ka_weakgen *weakgen;
	enum ka_err err;

	if (!type_is_valid(type)) {
		return KA_ERR_ARGUMENT;
	}
	weakgen = calloc(1, sizeof(*weakgen));
	if (weakgen == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	weakgen->type = *type;
	weakgen->kernels = ka_weakgen_kernels_best();
	if (type->algorithm == KA_KEY_RSA) {
		ka_weakgen_rsa_init(&weakgen->rsa);
		err = ka_weakgen_sieve_init(&weakgen->sieve, (type->bits + 1) / 2);
		if (err == KA_OK) {
			err = ka_weakgen_ahead_new(&weakgen->ahead, weakgen->kernels, (type->bits + 1) / 2);
		}
	} else {
		err = ka_weakgen_ec_new(&weakgen->ec, type->curve, KA_WEAKGEN_EC_ONE);
	}
	if (err != KA_OK) {
		ka_weakgen_free(weakgen);
		return err;
	}
	*out = weakgen;
	return KA_OK;
}

void
ka_weakgen_free(struct ka_weakgen *weakgen)
{
	if (weakgen == NULL) {
		return;
	}
	if (weakgen->type.algorithm == KA_KEY_RSA) {
		ka_weakgen_rsa_clear(&weakgen->rsa);
	}
	ka_weakgen_ahead_free(weakgen->ahead);
	ka_weakgen_sieve_clear(&weakgen->sieve);
	ka_weakgen_ec_free(weakgen->ec);
	free(weakgen);
}

static size_t
export_number(uint8_t *out, const mpz_t number)
{
	size_t len = 0;

	mpz_export(out, &len, 1, 1, 0, 0, number);
	return len;
}

static enum ka_err
make_rsa(struct ka_weakgen_key *out_key, struct ka_weakgen *weakgen, const struct ka_weakgen_prng *prng,
    struct ka_slice exponent)
{
	struct ka_weakgen_rsa *rsa = &weakgen->rsa;
	enum ka_err err;
	mpz_t e;

	if (exponent.len == 0 || exponent.len > KA_KEY_MAX_BYTES) {
		return KA_ERR_ARGUMENT;
	}
	mpz_init(e);
	mpz_import(e, exponent.len, 1, 1, 0, 0, exponent.data);
	if (mpz_even_p(e) || mpz_cmp_ui(e, 3) < 0) {
		mpz_clear(e);
		return KA_ERR_ARGUMENT;
	}
	ka_weakgen_rsa_start(rsa, prng, weakgen->type.bits, e);
	mpz_clear(e);
	err = ka_weakgen_ahead_finish(weakgen->ahead, rsa, &weakgen->sieve, weakgen->kernels);
	if (err != KA_OK) {
		return err;
	}
	mpz_mul(rsa->power, rsa->p, rsa->q);
	out_key->modulus_len = export_number(out_key->modulus, rsa->power);
	out_key->p_len = export_number(out_key->p, rsa->p);
	out_key->q_len = export_number(out_key->q, rsa->q);
	out_key->exponent_mattered = rsa->exponent_mattered;
	return KA_OK;
}

enum ka_err
ka_weakgen_make(struct ka_weakgen_key *out_key, struct ka_weakgen *weakgen, const struct ka_weakgen_machine *machine,
    enum ka_debian_randfile randfile, uint32_t pid, struct ka_slice exponent)
{
	struct ka_weakgen_prng prng;
	enum ka_err err;

	if ((machine->long_len != 4 && machine->long_len != 8) || machine->time_len == 0 || machine->time_len > 8 ||
	    machine->stat_len == 0 || (unsigned)randfile >= KA_DEBIAN_NUM_RANDFILES) {
		return KA_ERR_ARGUMENT;
	}
	ka_weakgen_prng_init(&prng, weakgen->kernels->sha1, machine, randfile, pid);
	if (weakgen->type.algorithm == KA_KEY_RSA) {
		err = make_rsa(out_key, weakgen, &prng, exponent);
		if (err != KA_OK) {
			return err;
		}
	} else {
		err = ka_weakgen_ec_make(weakgen->ec, &prng);
		if (err != KA_OK) {
			return err;
		}
		ka_weakgen_ec_export(out_key, weakgen->ec);
	}
	out_key->type = weakgen->type;
	return KA_OK;
}

static uint64_t
load_be64(const uint8_t *bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < 8; i++) {
		value = value << 8 | bytes[i];
	}
	return value;
}

uint64_t
ka_weakgen_fingerprint(const struct ka_weakgen_key *key)
{
	if (key->type.algorithm == KA_KEY_RSA) {
		return load_be64(key->modulus + key->modulus_len - 16);
	}
	return load_be64(key->point + (key->point_len - 1) / 2 + 1 - 8);
}
