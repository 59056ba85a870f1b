/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KA_WEAKGEN_SHA1_H
#define KA_WEAKGEN_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define KA_WEAKGEN_SHA1_LEN 20u
#define KA_WEAKGEN_SHA1_BLOCK 64u

/* ka_weakgen_sha1_fn: one application of the compression function of SHA-1 (FIPS 180-4, 6.1.2). */
typedef void (*ka_weakgen_sha1_fn)(uint32_t state[5], const uint8_t block[KA_WEAKGEN_SHA1_BLOCK]);

/* ka_weakgen_sha1_scalar is the specification of the compression function: portable C. */
void ka_weakgen_sha1_scalar(uint32_t state[5], const uint8_t block[KA_WEAKGEN_SHA1_BLOCK]);

/*
 * ka_weakgen_sha1_short hashes the first len bytes of buf, at most 119, and writes the digest. It pads in
 * place: buf must have room for 128 bytes. Every message of the generator is shorter than that.
 */
void ka_weakgen_sha1_short(ka_weakgen_sha1_fn compress, uint8_t digest[KA_WEAKGEN_SHA1_LEN],
    uint8_t buf[2 * KA_WEAKGEN_SHA1_BLOCK], size_t len);

#endif
