/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which way through the streams of an RSA size is cheaper depends on the machine, the size and how many moduli wait,
 * so the parts of both are timed:
 *
 *   first primes   mean candidates x (draws, trial division, one exponentiation each)
 *   by division    cap candidates x (draws, reciprocal, a fraction for each modulus)
 */
#define _POSIX_C_SOURCE 200809L

#include "weakgen/deep.h"
#include "weakgen/rsa.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#define LANES KA_WEAKGEN_DRAW_LANES

/* Each part is timed for at least so long, and at least once. */
#define TIMED_SECONDS 0.004

/* Beside so many moduli division is timed; what each further one costs is the difference of the two, shared out. */
#define FEW_TIMED 128u
#define MANY_TIMED 384u

/* Draws for a candidate: itself and a base below it, 1 / u times in the mean for u from 3/4 to 1. */
#define DRAWS_PER_CANDIDATE 2.151

/* Of the candidates so many are left for an exponentiation by the wider sieve. */
#define LEFT_TO_TEST 0.86

/* Streams of EC and DSA keys: only for the sums of estimates. */
#define EC_SECONDS 5e-5
#define DSA_SECONDS_PER_CUBIC_BIT 4e-13

double
ka_weakgen_mean_candidates(uint32_t prime_bits)
{
	/* Of numbers near 2^bits one in bits ln 2 is prime; the trial division by all primes up to 17863 leaves e^gamma
	 * ln 17863 times as many among the candidates (Mertens). */
	const double e_gamma = 1.7810724179901979;

	return prime_bits * log(2) / (e_gamma * log(KA_WEAKGEN_LARGEST_PRIME));
}

double
ka_weakgen_miss_of(uint32_t prime_bits, uint64_t cap)
{
	return exp((double)cap * log1p(-1 / ka_weakgen_mean_candidates(prime_bits)));
}

uint64_t
ka_weakgen_cap_for(uint32_t prime_bits, double miss)
{
	double cap = ceil(log(miss) / log1p(-1 / ka_weakgen_mean_candidates(prime_bits)));

	return cap > 1 ? (uint64_t)cap : 1;
}

static double
cpu_seconds(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

/* What is timed. */
struct trial {
	const struct ka_weakgen_kernels *kernels;
	uint32_t bits;
	struct ka_weakgen_prng prngs[LANES];
	struct ka_weakgen_prng *prng_at[LANES];
	uint8_t outs[LANES][KA_WEAKGEN_MAX_DRAW_LEN];
	uint8_t *out_at[LANES];
	const uint8_t *x_at[LANES];
	struct ka_weakgen_sieve sieve;
	struct ka_weakgen_moduli *moduli;
	void *scratch; /* of near or fermat */
	mpz_t numbers[KA_WEAKGEN_LANES];
	mpz_t power;
};

static double
time_of(void (*part)(struct trial *trial), struct trial *trial)
{
	double start = cpu_seconds(), seconds;
	unsigned num = 0;

	do {
		part(trial);
		num++;
		seconds = cpu_seconds() - start;
	} while (seconds < TIMED_SECONDS);
	return seconds / num;
}

static void
draw_many(struct trial *trial)
{
	trial->kernels->draws(trial->prng_at, trial->out_at, (trial->bits + 7) / 8);
}

static void
draw_one(struct trial *trial)
{
	ka_weakgen_bn_draw(trial->outs[0], &trial->prngs[0], trial->bits, KA_WEAKGEN_TOP_TWO, true);
}

static void
sift(struct trial *trial)
{
	ka_weakgen_rsa_sift(trial->numbers[0], trial->outs[0], trial->bits, &trial->sieve, trial->kernels);
}

static void
ignore(void *arg, unsigned x, size_t modulus)
{
	(void)arg;
	(void)x;
	(void)modulus;
}

/* A set of drawn numbers beside all moduli. */
static void
near(struct trial *trial)
{
	if (trial->kernels->near != NULL) {
		trial->kernels->near(trial->scratch, trial->moduli, trial->x_at, ignore, NULL);
		return;
	}
	for (size_t m = 0; m < trial->moduli->num; m++) {
		(void)ka_weakgen_near_exact(trial->moduli, m, trial->x_at[0]);
	}
}

static void
test(struct trial *trial)
{
	if (trial->kernels->fermat != NULL) {
		mpz_srcptr numbers[KA_WEAKGEN_LANES];

		for (unsigned i = 0; i < KA_WEAKGEN_LANES; i++) {
			numbers[i] = trial->numbers[i];
		}
		(void)trial->kernels->fermat(trial->scratch, numbers, trial->bits + 1);
		return;
	}
	mpz_sub_ui(trial->power, trial->numbers[0], 1);
	mpz_powm(trial->power, trial->numbers[1], trial->power, trial->numbers[0]);
}

static enum ka_err
open_trial(struct trial *trial)
{
	enum ka_err err = ka_weakgen_sieve_init(&trial->sieve, trial->bits);

	mpz_init(trial->power);
	for (unsigned i = 0; i < KA_WEAKGEN_LANES; i++) {
		mpz_init(trial->numbers[i]);
	}
	for (unsigned i = 0; i < LANES; i++) {
		ka_weakgen_prng_init(&trial->prngs[i], trial->kernels->sha1, ka_weakgen_machine_of(KA_DEBIAN_LE64),
		    KA_DEBIAN_RND, i + 1);
		trial->prng_at[i] = &trial->prngs[i];
		trial->x_at[i] = trial->out_at[i] = trial->outs[i];
		ka_weakgen_bn_draw(trial->outs[i], &trial->prngs[i], trial->bits, KA_WEAKGEN_TOP_TWO, true);
		if (i < KA_WEAKGEN_LANES) {
			mpz_import(trial->numbers[i], (trial->bits + 7) / 8, 1, 1, 0, 0, trial->outs[i]);
		}
	}
	return err;
}

static void
close_trial(struct trial *trial)
{
	for (unsigned i = 0; i < KA_WEAKGEN_LANES; i++) {
		mpz_clear(trial->numbers[i]);
	}
	mpz_clear(trial->power);
	ka_weakgen_sieve_clear(&trial->sieve);
	ka_weakgen_moduli_free(trial->moduli);
	free(trial->scratch);
	free(trial);
}

/* Seconds for one number drawn beside the first num of the group's moduli. */
static enum ka_err
time_near(double *out_seconds, struct trial *trial, const struct ka_weakgen_group *group, size_t num)
{
	struct ka_slice slices[MANY_TIMED];
	enum ka_err err;

	ka_weakgen_moduli_free(trial->moduli);
	trial->moduli = NULL;
	free(trial->scratch);
	trial->scratch = NULL;
	for (size_t i = 0; i < num; i++) {
		slices[i] = group->waiting[i].key.modulus;
	}
	err = ka_weakgen_moduli_new(&trial->moduli, trial->bits, slices, num);
	if (err != KA_OK) {
		return err;
	}
	if (trial->kernels->near != NULL) {
		trial->scratch = aligned_alloc(64, trial->kernels->near_scratch_len(trial->moduli->num_limbs));
		if (trial->scratch == NULL) {
			return KA_ERR_NO_MEMORY;
		}
	}
	for (unsigned i = 0; i < LANES; i++) {
		ka_weakgen_bn_shape(trial->outs[i], trial->bits, KA_WEAKGEN_TOP_TWO, true);
	}
	*out_seconds = time_of(near, trial) / (trial->kernels->near != NULL ? KA_WEAKGEN_NEAR_LANES : 1);
	return KA_OK;
}

/* Seconds for a candidate by division. */
static enum ka_err
time_division(double *out_seconds, struct trial *trial, const struct ka_weakgen_group *group)
{
	size_t num = group->num_waiting;
	double few = 0, many = 0, draw = time_of(draw_many, trial) / LANES;
	enum ka_err err = time_near(&many, trial, group, num < MANY_TIMED ? num : MANY_TIMED);

	if (err == KA_OK && num > MANY_TIMED) {
		err = time_near(&few, trial, group, FEW_TIMED);
		if (err == KA_OK && many > few) {
			many += (many - few) / (MANY_TIMED - FEW_TIMED) * (double)(num - MANY_TIMED);
		}
	}
	if (err == KA_OK) {
		*out_seconds = DRAWS_PER_CANDIDATE * draw + many;
	}
	return err;
}

/* Seconds for a candidate of first primes. */
static enum ka_err
time_first_primes(double *out_seconds, struct trial *trial)
{
	double tested, drawn = DRAWS_PER_CANDIDATE * time_of(draw_one, trial) + time_of(sift, trial);

	free(trial->scratch);
	trial->scratch = NULL;
	if (trial->kernels->fermat != NULL) {
		trial->scratch = aligned_alloc(64, trial->kernels->fermat_scratch_len(trial->bits + 1));
		if (trial->scratch == NULL) {
			return KA_ERR_NO_MEMORY;
		}
	}
	tested = time_of(test, trial) / (trial->kernels->fermat != NULL ? KA_WEAKGEN_LANES : 1);
	*out_seconds = drawn + LEFT_TO_TEST * tested;
	return KA_OK;
}

static enum ka_err
plan_rsa(struct ka_weakgen_plan *out_plan, const struct ka_weakgen_group *group,
    const struct ka_weakgen_kernels *kernels, const struct ka_weakgen_deep_options *options)
{
	uint32_t bits = (group->like.bits + 1) / 2;
	struct trial *trial = calloc(1, sizeof(*trial));
	double division = 0, first = 0;
	enum ka_err err;

	if (trial == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	trial->kernels = kernels;
	trial->bits = bits;
	err = open_trial(trial);
	if (err == KA_OK) {
		err = time_first_primes(&first, trial);
	}
	if (err == KA_OK) {
		err = time_division(&division, trial, group);
	}
	close_trial(trial);
	if (err != KA_OK) {
		return err;
	}
	*out_plan = (struct ka_weakgen_plan){
		.cap = options->cap > 0 ? options->cap : ka_weakgen_cap_for(bits, options->miss),
	};
	first *= ka_weakgen_mean_candidates(bits);
	division *= (double)out_plan->cap;
	out_plan->by_division = options->way == KA_WEAKGEN_DEEP_BY_DIVISION ||
	    (options->way == KA_WEAKGEN_DEEP_CHEAPEST && division < first);
	out_plan->stream_seconds = out_plan->by_division ? division : first;
	out_plan->miss = out_plan->by_division ? ka_weakgen_miss_of(bits, out_plan->cap) : 0;
	return KA_OK;
}

enum ka_err
ka_weakgen_deep_plan(struct ka_weakgen_plan *out_plan, const struct ka_weakgen_group *group,
    const struct ka_weakgen_kernels *kernels, const struct ka_weakgen_deep_options *options)
{
	double bits = group->like.bits;

	if (group->like.algorithm == KA_KEY_RSA) {
		return plan_rsa(out_plan, group, kernels, options);
	}
	*out_plan = (struct ka_weakgen_plan){
		.stream_seconds =
		    group->like.algorithm == KA_KEY_EC ? EC_SECONDS : DSA_SECONDS_PER_CUBIC_BIT * bits * bits * bits,
	};
	return KA_OK;
}
