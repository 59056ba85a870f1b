/* SPDX-License-Identifier: Apache-2.0 */
/* A deep walk: keys are sorted into groups; for each group threads share one walk through all streams. */
#define _POSIX_C_SOURCE 200809L

#include "weakgen/deep.h"
#include "weakgen/rsa.h"

#include <stdlib.h>
#include <time.h>

#define TICK_NANOSECONDS 250000000L
#define SECOND_NANOSECONDS 1000000000L
#define MAX_THREADS 1024u

#define DSA_MIN_Q_LEN 16u
#define DSA_MAX_Q_LEN 64u

struct ka_weakgen_deep {
	struct ka_weakgen_deep_options options;
	struct ka_weakgen_group *groups;
	size_t num_groups, max_groups;
	size_t num_keys;
	/* Handles of keys that no stream can give, ascending. */
	size_t *sound;
	size_t num_sound, max_sound;
};

enum ka_err
ka_weakgen_deep_new(struct ka_weakgen_deep **out, const struct ka_weakgen_deep_options *options)
{
	struct ka_weakgen_deep *deep;

	if (options->pid_count == 0 || options->pid_count > KA_WEAKGEN_MAX_PIDS ||
	    options->first_pid > KA_WEAKGEN_MAX_PIDS - options->pid_count || options->num_threads == 0 ||
	    (options->cap == 0 && !(options->miss > 0 && options->miss < 1))) {
		return KA_ERR_ARGUMENT;
	}
	deep = calloc(1, sizeof(*deep));
	if (deep == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	deep->options = *options;
	*out = deep;
	return KA_OK;
}

void
ka_weakgen_deep_free(struct ka_weakgen_deep *deep)
{
	if (deep == NULL) {
		return;
	}
	for (size_t i = 0; i < deep->num_groups; i++) {
		ka_weakgen_group_clear(&deep->groups[i]);
	}
	free(deep->groups);
	free(deep->sound);
	free(deep);
}

/* Whether weakgen can make keys like this one; RSASSA-PSS keys are RSA keys. */
static bool
normalise(struct ka_key *key)
{
	switch (key->algorithm) {
	case KA_KEY_RSA:
	case KA_KEY_RSA_PSS:
		key->algorithm = KA_KEY_RSA;
		key->point.len = 0;
		return key->bits >= KA_WEAKGEN_RSA_MIN_BITS && key->bits <= KA_RSA_MAX_BITS;
	case KA_KEY_EC: {
		struct ka_weakgen_type type = { .algorithm = KA_KEY_EC, .curve = key->curve, .bits = key->bits };
		struct ka_weakgen *weakgen;

		if (ka_weakgen_new(&weakgen, &type) != KA_OK) {
			return false;
		}
		ka_weakgen_free(weakgen);
		return true;
	}
	case KA_KEY_DSA:
		/* FIPS 186-2 to 186-4 have q of 160 to 256 bits; much smaller ones have no number to draw, larger
		 * ones no use. */
		return key->dsa_p.len > 0 && key->dsa_g.len > 0 && key->dsa_q.len >= DSA_MIN_Q_LEN &&
		    key->dsa_q.len <= DSA_MAX_Q_LEN;
	case KA_KEY_OTHER:
	case KA_KEY_ED25519:
	case KA_KEY_ED448:
	case KA_KEY_X25519:
	case KA_KEY_X448:
		break;
	}
	return false;
}

/* Can the generator make a key with this modulus? Of half of all sound keys that is known without any walk. */
static bool
is_possible(const struct ka_key *key)
{
	bool possible;
	mpz_t modulus;

	if (key->algorithm != KA_KEY_RSA) {
		return true;
	}
	mpz_init(modulus);
	mpz_import(modulus, key->modulus.len, 1, 1, 0, 0, key->modulus.data);
	possible = ka_weakgen_rsa_is_possible(modulus);
	mpz_clear(modulus);
	return possible;
}

static enum ka_err
add_sound(struct ka_weakgen_deep *deep, size_t handle)
{
	if (deep->num_sound == deep->max_sound) {
		size_t max = deep->max_sound > 0 ? 2 * deep->max_sound : 64;
		size_t *more = realloc(deep->sound, max * sizeof(*more));

		if (more == NULL) {
			return KA_ERR_NO_MEMORY;
		}
		deep->sound = more;
		deep->max_sound = max;
	}
	deep->sound[deep->num_sound++] = handle;
	return KA_OK;
}

static int
compare_handles(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return (x > y) - (x < y);
}

static bool
is_sound(const struct ka_weakgen_deep *deep, size_t handle)
{
	return deep->num_sound > 0 &&
	    bsearch(&handle, deep->sound, deep->num_sound, sizeof(handle), compare_handles) != NULL;
}

static struct ka_weakgen_group *
find_group(struct ka_weakgen_deep *deep, const struct ka_key *key)
{
	for (size_t i = 0; i < deep->num_groups; i++) {
		if (ka_weakgen_group_takes(&deep->groups[i], key)) {
			return &deep->groups[i];
		}
	}
	if (deep->num_groups == deep->max_groups) {
		size_t max = deep->max_groups > 0 ? 2 * deep->max_groups : 4;
		struct ka_weakgen_group *more = realloc(deep->groups, max * sizeof(*more));

		if (more == NULL) {
			return NULL;
		}
		deep->groups = more;
		deep->max_groups = max;
	}
	deep->groups[deep->num_groups] = (struct ka_weakgen_group){ .num_waiting = 0 };
	return &deep->groups[deep->num_groups];
}

enum ka_err
ka_weakgen_deep_add(struct ka_weakgen_deep *deep, size_t *out_handle, const struct ka_key *key)
{
	struct ka_key plain = *key;
	struct ka_weakgen_group *group;
	enum ka_err err;

	if (!normalise(&plain)) {
		return KA_ERR_ARGUMENT;
	}
	if (!is_possible(&plain)) {
		err = add_sound(deep, deep->num_keys);
		if (err == KA_OK) {
			*out_handle = deep->num_keys++;
		}
		return err;
	}
	group = find_group(deep, &plain);
	if (group == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	err = ka_weakgen_group_add(group, &plain, deep->num_keys);
	if (err != KA_OK) {
		return err;
	}
	if (group == &deep->groups[deep->num_groups]) {
		deep->num_groups++;
	}
	*out_handle = deep->num_keys++;
	return KA_OK;
}

bool
ka_weakgen_walk_stopped(struct ka_weakgen_walk *walk)
{
	bool stopped;

	if (walk->stop != NULL && atomic_load(walk->stop)) {
		return true;
	}
	(void)pthread_mutex_lock(&walk->lock);
	stopped = walk->err != KA_OK || walk->group->num_found == walk->group->num_waiting;
	(void)pthread_mutex_unlock(&walk->lock);
	return stopped;
}

bool
ka_weakgen_walk_next(struct ka_weakgen_walk *walk, struct ka_debian_id *out_id)
{
	bool found;

	if (ka_weakgen_walk_stopped(walk)) {
		return false;
	}
	(void)pthread_mutex_lock(&walk->lock);
	found = walk->cursor < walk->num_streams;
	if (found) {
		uint32_t state = walk->cursor / walk->pid_count, place = walk->cursor % walk->pid_count;

		*out_id = (struct ka_debian_id){
			.architecture = (enum ka_debian_arch)(state / KA_DEBIAN_NUM_RANDFILES),
			.randfile = (enum ka_debian_randfile)(state % KA_DEBIAN_NUM_RANDFILES),
			.pid = walk->pids != NULL ? walk->pids[place] : walk->first_pid + place,
		};
		walk->cursor++;
	}
	(void)pthread_mutex_unlock(&walk->lock);
	return found;
}

void
ka_weakgen_walk_done(struct ka_weakgen_walk *walk, uint32_t num_streams, uint64_t num_candidates)
{
	(void)pthread_mutex_lock(&walk->lock);
	walk->num_done += num_streams;
	walk->num_candidates += num_candidates;
	(void)pthread_mutex_unlock(&walk->lock);
}

void
ka_weakgen_walk_found(struct ka_weakgen_walk *walk, struct ka_weakgen_waiting *waiting, const struct ka_debian_id *id)
{
	(void)pthread_mutex_lock(&walk->lock);
	if (!waiting->found) {
		waiting->found = true;
		waiting->id = *id;
		walk->group->num_found++;
	}
	(void)pthread_mutex_unlock(&walk->lock);
}

static enum ka_err
walk_group(struct ka_weakgen_walk *walk)
{
	switch (walk->group->like.algorithm) {
	case KA_KEY_RSA:
		return walk->group->plan.by_division ? ka_weakgen_deep_divide(walk) : ka_weakgen_deep_rsa(walk);
	case KA_KEY_EC:
		return ka_weakgen_deep_ec(walk);
	case KA_KEY_DSA:
		return ka_weakgen_deep_dsa(walk);
	case KA_KEY_RSA_PSS:
	case KA_KEY_OTHER:
	case KA_KEY_ED25519:
	case KA_KEY_ED448:
	case KA_KEY_X25519:
	case KA_KEY_X448:
		break;
	}
	return KA_ERR_INTERNAL;
}

static void *
work(void *arg)
{
	struct ka_weakgen_walk *walk = arg;
	enum ka_err err = walk_group(walk);

	(void)pthread_mutex_lock(&walk->lock);
	if (err != KA_OK && walk->err == KA_OK) {
		walk->err = err;
	}
	walk->num_working--;
	(void)pthread_cond_signal(&walk->ended);
	(void)pthread_mutex_unlock(&walk->lock);
	return NULL;
}

static double
now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

struct teller {
	const struct ka_weakgen_deep_options *options;
	struct ka_weakgen_deep_progress value;
	double started, told;
	double estimate; /* of all groups, in seconds of a thread */
	/* Of groups that are done. */
	uint64_t streams_before, candidates_before;
	double estimate_before;
};

/* Waits until all threads have ended, or for a tick; false when they have. Sets what the walk has got to. */
static bool
await(struct ka_weakgen_walk *walk, uint32_t *out_num_done, uint64_t *out_num_candidates)
{
	struct timespec until;
	bool working;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += TICK_NANOSECONDS;
	if (until.tv_nsec >= SECOND_NANOSECONDS) {
		until.tv_sec++;
		until.tv_nsec -= SECOND_NANOSECONDS;
	}
	(void)pthread_mutex_lock(&walk->lock);
	while (walk->num_working > 0 && pthread_cond_timedwait(&walk->ended, &walk->lock, &until) == 0) {
	}
	working = walk->num_working > 0;
	*out_num_done = walk->num_done;
	*out_num_candidates = walk->num_candidates;
	(void)pthread_mutex_unlock(&walk->lock);
	return working;
}

static void
supervise(struct ka_weakgen_walk *walk, struct teller *teller)
{
	struct ka_weakgen_deep_progress *value = &teller->value;
	double stream_seconds = walk->group->plan.stream_seconds;
	bool working = true;

	while (working) {
		uint32_t num_done;
		uint64_t num_candidates;
		double time;

		working = await(walk, &num_done, &num_candidates);
		value->streams_done = teller->streams_before + num_done;
		value->candidates = teller->candidates_before + num_candidates;
		value->part = (teller->estimate_before + num_done * stream_seconds) / teller->estimate;
		time = now();
		if (teller->options->progress != NULL && (time - teller->told >= 1 || !working)) {
			teller->told = time;
			value->seconds = time - teller->started;
			teller->options->progress(teller->options->progress_arg, value);
		}
	}
	teller->streams_before += walk->num_streams;
	teller->candidates_before += walk->num_candidates;
	teller->estimate_before += walk->num_streams * stream_seconds;
}

static enum ka_err
run_group(struct ka_weakgen_walk *walk, pthread_t *threads, unsigned num_threads, struct teller *teller)
{
	unsigned num = 0;

	(void)pthread_mutex_lock(&walk->lock);
	while (num < num_threads && pthread_create(&threads[num], NULL, work, walk) == 0) {
		num++;
	}
	walk->num_working = num;
	(void)pthread_mutex_unlock(&walk->lock);
	if (num == 0) {
		return KA_ERR_NO_MEMORY;
	}
	supervise(walk, teller);
	for (unsigned i = 0; i < num; i++) {
		(void)pthread_join(threads[i], NULL);
	}
	/* A walk that was stopped counts as whole only when every stream was done, or there was nobody left to find. */
	walk->group->walked = walk->err == KA_OK &&
	    (walk->num_done == walk->num_streams || walk->group->num_found == walk->group->num_waiting);
	return walk->err;
}

static bool
should_stop(const struct ka_weakgen_deep *deep)
{
	return deep->options.stop != NULL && atomic_load(deep->options.stop);
}

static enum ka_err
plan(struct ka_weakgen_deep *deep, struct teller *teller, uint32_t num_streams)
{
	enum ka_err err = KA_OK;

	for (size_t i = 0; err == KA_OK && i < deep->num_groups && !should_stop(deep); i++) {
		struct ka_weakgen_group *group = &deep->groups[i];

		err = ka_weakgen_deep_plan(&group->plan, group, ka_weakgen_kernels_best(), &deep->options);
		teller->estimate += num_streams * group->plan.stream_seconds;
	}
	teller->value.streams_total = (uint64_t)num_streams * deep->num_groups;
	return err;
}

static enum ka_err
open_walk(struct ka_weakgen_walk *walk)
{
	pthread_condattr_t attributes;
	int failed;

	if (pthread_condattr_init(&attributes) != 0) {
		return KA_ERR_NO_MEMORY;
	}
	failed = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	if (failed == 0) {
		failed = pthread_cond_init(&walk->ended, &attributes);
	}
	(void)pthread_condattr_destroy(&attributes);
	if (failed != 0) {
		return KA_ERR_NO_MEMORY;
	}
	if (pthread_mutex_init(&walk->lock, NULL) != 0) {
		(void)pthread_cond_destroy(&walk->ended);
		return KA_ERR_NO_MEMORY;
	}
	return KA_OK;
}

static enum ka_err
run(struct ka_weakgen_deep *deep, pthread_t *threads, unsigned num_threads)
{
	uint32_t num_streams = KA_DEBIAN_NUM_ARCHS * KA_DEBIAN_NUM_RANDFILES * deep->options.pid_count;
	struct teller teller = { .options = &deep->options, .started = now() };
	enum ka_err err = plan(deep, &teller, num_streams);

	for (size_t i = 0; err == KA_OK && i < deep->num_groups && !should_stop(deep); i++) {
		struct ka_weakgen_walk walk = {
			.group = &deep->groups[i],
			.kernels = ka_weakgen_kernels_best(),
			.first_pid = deep->options.first_pid,
			.pid_count = deep->options.pid_count,
			.pids = deep->options.pids,
			.stop = deep->options.stop,
			.num_streams = num_streams,
		};

		err = open_walk(&walk);
		if (err == KA_OK) {
			err = run_group(&walk, threads, num_threads, &teller);
			(void)pthread_cond_destroy(&walk.ended);
			(void)pthread_mutex_destroy(&walk.lock);
		}
	}
	return err;
}

enum ka_err
ka_weakgen_deep_run(struct ka_weakgen_deep *deep)
{
	unsigned num_threads = deep->options.num_threads < MAX_THREADS ? deep->options.num_threads : MAX_THREADS;
	pthread_t *threads = malloc(num_threads * sizeof(*threads));
	enum ka_err err;

	if (threads == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	err = run(deep, threads, num_threads);
	free(threads);
	return err;
}

static struct ka_weakgen_waiting *
find_waiting(const struct ka_weakgen_deep *deep, size_t handle, const struct ka_weakgen_group **out_group)
{
	for (size_t i = 0; i < deep->num_groups; i++) {
		const struct ka_weakgen_group *group = &deep->groups[i];
		/* Handles are given in order, so each group's are sorted. */
		size_t low = 0, high = group->num_waiting;

		while (low < high) {
			size_t middle = low + (high - low) / 2;

			if (group->waiting[middle].handle < handle) {
				low = middle + 1;
			} else {
				high = middle;
			}
		}
		if (low < group->num_waiting && group->waiting[low].handle == handle) {
			*out_group = group;
			return &group->waiting[low];
		}
	}
	return NULL;
}

void
ka_weakgen_deep_result(const struct ka_weakgen_deep *deep, size_t handle, struct ka_walk_result *out_result)
{
	const struct ka_weakgen_group *group = NULL;
	const struct ka_weakgen_waiting *waiting = find_waiting(deep, handle, &group);

	*out_result = (struct ka_walk_result){ .answer = is_sound(deep, handle) ? KA_WALK_NOT_WEAK : KA_WALK_UNDECIDED };
	if (waiting == NULL) {
		return;
	}
	if (waiting->found) {
		out_result->answer = KA_WALK_WEAK;
		out_result->id = waiting->id;
	} else if (group->walked) {
		out_result->answer = KA_WALK_NOT_WEAK;
		out_result->miss = group->plan.miss;
	}
}

static enum ka_err
walker_add(void *walk, size_t *out_handle, const struct ka_key *key)
{
	return ka_weakgen_deep_add(walk, out_handle, key);
}

static enum ka_err
walker_run(void *walk)
{
	return ka_weakgen_deep_run(walk);
}

static void
walker_result(const void *walk, size_t handle, struct ka_walk_result *out_result)
{
	ka_weakgen_deep_result(walk, handle, out_result);
}

const struct ka_walker ka_weakgen_walker = {
	.add = walker_add,
	.run = walker_run,
	.result = walker_result,
};
