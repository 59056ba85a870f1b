/* SPDX-License-Identifier: Apache-2.0 */
/* mutate.h - deterministic damage to DER objects.
 *
 * Blind damage (bits, bytes, cuts) mostly breaks the outermost lengths and tests little else. So half of the mutations know
 * the tree of elements: they change one element and make the lengths around it fit again, so that the damage is found by
 * the code that reads that element, or not at all. */
#ifndef KA_TESTS_MUTATE_H
#define KA_TESTS_MUTATE_H

#include <keyassay/base.h>

#define MUTATE_MAX_LEN 16384u

struct mutate {
	uint64_t state; /* of the generator; the same seed gives the same mutations */
	const struct ka_slice *seeds;
	size_t num_seeds;
	uint8_t data[MUTATE_MAX_LEN]; /* the last mutation */
	size_t len;
	const char *what; /* its kind */
};

/* mutate_next damages one of the seeds (each at most MUTATE_MAX_LEN / 2 long). */
void mutate_next(struct mutate *mutate);

/* mutate_replace sets mutate->data to der with one element replaced, the lengths around it made to fit. element is a slice of
 * der, header included. Returns false when there is no such element or no room. */
bool mutate_replace(struct mutate *mutate, struct ka_slice der, struct ka_slice element, struct ka_slice replacement);

#endif
