/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KA_WEAKGEN_PRNG_H
#define KA_WEAKGEN_PRNG_H

#include "weakgen/sha1.h"
#include "weakgen/weakgen.h"

#include <stdbool.h>

#define KA_WEAKGEN_POOL_LEN 1023u

/* The state of the vulnerable generator. A plain value: copying it forks the stream. */
struct ka_weakgen_prng {
	struct ka_weakgen_machine machine;
	ka_weakgen_sha1_fn compress;
	uint64_t count[2]; /* truncated to the machine's word when hashed */
	uint32_t pid;
	uint32_t index;
	uint32_t fill;
	bool polled;
	bool stirred;
	uint8_t md[KA_WEAKGEN_SHA1_LEN];
	uint8_t pool[KA_WEAKGEN_POOL_LEN + 1]; /* the last byte is written by a quirk and never read */
};

/* ka_weakgen_prng_init brings the generator to the state of the program before it asks for its first byte. */
void ka_weakgen_prng_init(struct ka_weakgen_prng *prng, ka_weakgen_sha1_fn compress,
    const struct ka_weakgen_machine *machine, enum ka_debian_randfile randfile, uint32_t pid);

/* ka_weakgen_prng_add mixes len bytes in; in the vulnerable generator their values have no effect. */
void ka_weakgen_prng_add(struct ka_weakgen_prng *prng, size_t len);

/* ka_weakgen_prng_bytes draws out_len bytes, at least one. */
void ka_weakgen_prng_bytes(struct ka_weakgen_prng *prng, uint8_t *out, size_t out_len);

/* Copies len pool bytes from position pos on, wrapping at limit. The position limit itself means byte 0. */
void ka_weakgen_pool_read(
    const struct ka_weakgen_prng *prng, uint8_t *out, uint32_t pos, uint32_t len, uint32_t limit);

/* Xors len bytes into the pool and returns the position after them. */
uint32_t ka_weakgen_pool_xor(
    struct ka_weakgen_prng *prng, const uint8_t *in, uint32_t pos, uint32_t len, uint32_t limit);

#endif
