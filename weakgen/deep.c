/* SPDX-License-Identifier: Apache-2.0 */
/* A deep walk: keys are sorted into groups; for each group threads share one walk through all streams. */
#define _POSIX_C_SOURCE 200809L

#include "weakgen/deep.h"

#include <stdlib.h>
#include <time.h>

#define TICK_NANOSECONDS 250000000L
#define MAX_THREADS 1024u

/* A stream's number has to fit an u32. */
#define MAX_PID_COUNT (1u << 24)

#define DSA_MIN_Q_LEN 16u
#define DSA_MAX_Q_LEN 64u

struct ka_weakgen_deep {
	uint32_t pid_count;
	struct ka_weakgen_group *groups;
	size_t num_groups, max_groups;
	size_t num_keys;
};

struct ka_weakgen_deep *
ka_weakgen_deep_new(uint32_t pid_count)
{
	struct ka_weakgen_deep *deep;

	if (pid_count == 0 || pid_count > MAX_PID_COUNT) {
		return NULL;
	}
	deep = calloc(1, sizeof(*deep));
	if (deep != NULL) {
		deep->pid_count = pid_count;
	}
	return deep;
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
		uint32_t state = walk->cursor / walk->pid_count;

		*out_id = (struct ka_debian_id){
			.architecture = (enum ka_debian_arch)(state / KA_DEBIAN_NUM_RANDFILES),
			.randfile = (enum ka_debian_randfile)(state % KA_DEBIAN_NUM_RANDFILES),
			.pid = walk->cursor % walk->pid_count,
		};
		walk->cursor++;
	}
	(void)pthread_mutex_unlock(&walk->lock);
	return found;
}

void
ka_weakgen_walk_done(struct ka_weakgen_walk *walk, uint32_t num_streams)
{
	(void)pthread_mutex_lock(&walk->lock);
	walk->num_done += num_streams;
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
		return ka_weakgen_deep_rsa(walk);
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
	void (*progress)(void *arg, const struct ka_weakgen_progress *progress);
	void *arg;
	struct ka_weakgen_progress value;
	double started, told;
	uint64_t before; /* streams of groups that are done */
};

static void
supervise(struct ka_weakgen_walk *walk, struct teller *teller)
{
	const struct timespec tick = { .tv_nsec = TICK_NANOSECONDS };
	bool working = true;

	while (working) {
		double time;

		(void)nanosleep(&tick, NULL);
		(void)pthread_mutex_lock(&walk->lock);
		working = walk->num_working > 0;
		teller->value.keys_done = teller->before + walk->num_done;
		(void)pthread_mutex_unlock(&walk->lock);
		time = now();
		if (teller->progress != NULL && (time - teller->told >= 1 || !working)) {
			teller->told = time;
			teller->value.seconds = time - teller->started;
			teller->progress(teller->arg, &teller->value);
		}
	}
	teller->before += walk->num_streams;
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

enum ka_err
ka_weakgen_deep_run(struct ka_weakgen_deep *deep, unsigned num_threads, const atomic_bool *stop,
    void (*progress)(void *arg, const struct ka_weakgen_progress *progress), void *progress_arg)
{
	uint32_t num_streams = KA_DEBIAN_NUM_ARCHS * KA_DEBIAN_NUM_RANDFILES * deep->pid_count;
	struct teller teller = { .progress = progress, .arg = progress_arg, .started = now() };
	pthread_t *threads;
	enum ka_err err = KA_OK;

	if (num_threads == 0) {
		return KA_ERR_ARGUMENT;
	}
	num_threads = num_threads < MAX_THREADS ? num_threads : MAX_THREADS;
	threads = malloc(num_threads * sizeof(*threads));
	if (threads == NULL) {
		return KA_ERR_NO_MEMORY;
	}
	teller.value.keys_total = (uint64_t)num_streams * deep->num_groups;
	for (size_t i = 0; err == KA_OK && i < deep->num_groups; i++) {
		struct ka_weakgen_walk walk = {
			.group = &deep->groups[i],
			.kernels = ka_weakgen_kernels_best(),
			.pid_count = deep->pid_count,
			.stop = stop,
			.num_streams = num_streams,
		};

		if (pthread_mutex_init(&walk.lock, NULL) != 0) {
			err = KA_ERR_NO_MEMORY;
			break;
		}
		err = run_group(&walk, threads, num_threads, &teller);
		(void)pthread_mutex_destroy(&walk.lock);
	}
	free(threads);
	return err;
}

enum ka_weakgen_answer
ka_weakgen_deep_answer(const struct ka_weakgen_deep *deep, size_t handle, struct ka_debian_id *out_id)
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
		if (low == group->num_waiting || group->waiting[low].handle != handle) {
			continue;
		}
		if (group->waiting[low].found) {
			*out_id = group->waiting[low].id;
			return KA_WEAKGEN_WEAK;
		}
		return group->walked ? KA_WEAKGEN_NOT_WEAK : KA_WEAKGEN_UNDECIDED;
	}
	return KA_WEAKGEN_UNDECIDED;
}
