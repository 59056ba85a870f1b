/* SPDX-License-Identifier: Apache-2.0 */
/* sha1_ni.h - SHA-1 with the SHA extensions of x86. */
#ifndef KA_WEAKGEN_SHA1_NI_H
#define KA_WEAKGEN_SHA1_NI_H

#include "weakgen/sha1.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define KA_WEAKGEN_HAVE_SHA_NI 1
void ka_weakgen_sha1_ni(uint32_t state[5], const uint8_t block[KA_WEAKGEN_SHA1_BLOCK]);
#else
#define KA_WEAKGEN_HAVE_SHA_NI 0
#endif

#endif
