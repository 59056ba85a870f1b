/* SPDX-License-Identifier: Apache-2.0 */
/* deep.h - parts of a deep walk: groups of keys that one walk through the streams decides, and who walks for them. */
#ifndef KA_WEAKGEN_DEEP_H
#define KA_WEAKGEN_DEEP_H

#include "weakgen/batch.h"

#include <pthread.h>

/* A key that waits. Its numbers are slices into bytes. */
struct ka_weakgen_waiting {
	struct ka_key key;
	uint8_t *bytes;
	size_t handle;
	bool found;
	struct ka_debian_id id;
};

/* How a group's streams are walked. */
struct ka_weakgen_plan {
	bool by_division;      /* RSA: dividing by candidates, instead of finding first primes */
	uint64_t cap;          /* then: candidates of each stream */
	double miss;           /* chance that a weak key is missed; 0: the walk is exact */
	double stream_seconds; /* an estimate: time that one thread needs for a stream */
};

/* Keys of one type and, for DSA, of the same parameters. */
struct ka_weakgen_group {
	struct ka_key like; /* borrowed from the first key */
	struct ka_weakgen_waiting *waiting;
	size_t num_waiting, max_waiting;
	struct ka_weakgen_plan plan;
	size_t num_found; /* guarded by the walk's lock */
	bool walked; /* through all streams, or all keys found */
};

/* One walk through the universe for a group; threads share it. */
struct ka_weakgen_walk {
	struct ka_weakgen_group *group;
	const struct ka_weakgen_kernels *kernels;
	uint32_t first_pid, pid_count;
	const uint32_t *pids; /* or NULL */
	const atomic_bool *stop;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t ended; /* a thread has */
	uint32_t cursor, num_streams, num_done;
	uint64_t num_candidates;
	unsigned num_working;
	enum ka_err err; /* of the first thread that failed */
};

/* ka_weakgen_walk_next takes the next stream; false when there is none, all keys are found, or the walk shall end. */
bool ka_weakgen_walk_next(struct ka_weakgen_walk *walk, struct ka_debian_id *out_id);

/* ka_weakgen_walk_done notes streams that are done, and how many candidates they had (RSA by division; else 0). */
void ka_weakgen_walk_done(struct ka_weakgen_walk *walk, uint32_t num_streams, uint64_t num_candidates);
bool ka_weakgen_walk_stopped(struct ka_weakgen_walk *walk);

/* ka_weakgen_walk_found notes that a key that waits is the one of an identity. */
void ka_weakgen_walk_found(struct ka_weakgen_walk *walk, struct ka_weakgen_waiting *waiting, const struct ka_debian_id *id);

/* Walkers, run by each thread until the walk has no more streams. */
KA_MUST_CHECK enum ka_err ka_weakgen_deep_rsa(struct ka_weakgen_walk *walk);
KA_MUST_CHECK enum ka_err ka_weakgen_deep_divide(struct ka_weakgen_walk *walk);
KA_MUST_CHECK enum ka_err ka_weakgen_deep_ec(struct ka_weakgen_walk *walk);
KA_MUST_CHECK enum ka_err ka_weakgen_deep_dsa(struct ka_weakgen_walk *walk);

/* ka_weakgen_deep_plan decides how to walk for a group: measures what the parts of either way cost on this machine,
 * some hundredths of a second for keys in use. Of the options it reads those that say what may be missed. */
KA_MUST_CHECK enum ka_err ka_weakgen_deep_plan(struct ka_weakgen_plan *out_plan, const struct ka_weakgen_group *group,
    const struct ka_weakgen_kernels *kernels, const struct ka_weakgen_deep_options *options);

/* ka_weakgen_mean_candidates returns how many candidates a stream has, in the mean, up to its first prime. */
double ka_weakgen_mean_candidates(uint32_t prime_bits);

/* ka_weakgen_cap_for returns how many candidates of each stream are to be tried, so that the chance to miss a key is
 * at most that; ka_weakgen_miss_of the chance for a number of candidates. */
uint64_t ka_weakgen_cap_for(uint32_t prime_bits, double miss);
double ka_weakgen_miss_of(uint32_t prime_bits, uint64_t cap);

/* ka_weakgen_group_takes says whether a key belongs to the group. */
bool ka_weakgen_group_takes(const struct ka_weakgen_group *group, const struct ka_key *key);

/* ka_weakgen_group_add copies a key into the group; KA_ERR_NO_MEMORY. */
KA_MUST_CHECK enum ka_err ka_weakgen_group_add(
    struct ka_weakgen_group *group, const struct ka_key *key, size_t handle);
void ka_weakgen_group_clear(struct ka_weakgen_group *group);

/* ka_weakgen_group_exponents sets out to a multiple of the odd parts of all public exponents that the group's RSA
 * keys may have: a prime p is rejected for one of them only if p - 1 has a factor in common with it. */
void ka_weakgen_group_exponents(mpz_t out, const struct ka_weakgen_group *group);

#endif
