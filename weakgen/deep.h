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

/* Keys of one type and, for DSA, of the same parameters. */
struct ka_weakgen_group {
	struct ka_key like; /* borrowed from the first key */
	struct ka_weakgen_waiting *waiting;
	size_t num_waiting, max_waiting;
	size_t num_found; /* guarded by the walk's lock */
	bool walked; /* through all streams, or all keys found */
};

/* One walk through the universe for a group; threads share it. */
struct ka_weakgen_walk {
	struct ka_weakgen_group *group;
	const struct ka_weakgen_kernels *kernels;
	uint32_t pid_count;
	const atomic_bool *stop;
	pthread_mutex_t lock; /* guards what follows */
	uint32_t cursor, num_streams, num_done;
	unsigned num_working;
	enum ka_err err; /* of the first thread that failed */
};

/* ka_weakgen_walk_next takes the next stream; false when there is none, all keys are found, or the walk shall end. */
bool ka_weakgen_walk_next(struct ka_weakgen_walk *walk, struct ka_debian_id *out_id);
void ka_weakgen_walk_done(struct ka_weakgen_walk *walk, uint32_t num_streams);
bool ka_weakgen_walk_stopped(struct ka_weakgen_walk *walk);

/* ka_weakgen_walk_found notes that a key that waits is the one of an identity. */
void ka_weakgen_walk_found(struct ka_weakgen_walk *walk, struct ka_weakgen_waiting *waiting, const struct ka_debian_id *id);

/* Walkers, run by each thread until the walk has no more streams. */
KA_MUST_CHECK enum ka_err ka_weakgen_deep_rsa(struct ka_weakgen_walk *walk);
KA_MUST_CHECK enum ka_err ka_weakgen_deep_ec(struct ka_weakgen_walk *walk);
KA_MUST_CHECK enum ka_err ka_weakgen_deep_dsa(struct ka_weakgen_walk *walk);

/* ka_weakgen_group_takes says whether a key belongs to the group. */
bool ka_weakgen_group_takes(const struct ka_weakgen_group *group, const struct ka_key *key);

/* ka_weakgen_group_add copies a key into the group; KA_ERR_NO_MEMORY. */
KA_MUST_CHECK enum ka_err ka_weakgen_group_add(
    struct ka_weakgen_group *group, const struct ka_key *key, size_t handle);
void ka_weakgen_group_clear(struct ka_weakgen_group *group);

#endif
