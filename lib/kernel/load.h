/* SPDX-License-Identifier: Apache-2.0 */
/* load.h - integers from unaligned bytes. Spelled with shifts: compilers make one load of it, and no alignment, aliasing or
 * byte order of the machine can matter. */
#ifndef KA_LIB_KERNEL_LOAD_H
#define KA_LIB_KERNEL_LOAD_H

#include <keyassay/base.h>

static inline uint32_t
ka_load_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t
ka_load_be64(const uint8_t *p)
{
	return (uint64_t)ka_load_be32(p) << 32 | ka_load_be32(p + 4);
}

static inline uint32_t
ka_load_le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline uint64_t
ka_load_le64(const uint8_t *p)
{
	return (uint64_t)ka_load_le32(p + 4) << 32 | ka_load_le32(p);
}

/* Asks for the cache line of an address ahead of its use; any address is fine. */
#if defined(__GNUC__)
#define KA_PREFETCH(address) __builtin_prefetch(address)
#else
#define KA_PREFETCH(address) ((void)(address))
#endif

#endif
