/* SPDX-License-Identifier: Apache-2.0 */
/* crc64.h - variants of the checksum of tables. */
#ifndef KA_LIB_TABLE_CRC64_H
#define KA_LIB_TABLE_CRC64_H

#include <keyassay/table.h>

struct ka_crc64_kernel {
	/* Passes bytes through the register: ka_crc64 without the complements before and after. */
	uint64_t (*update)(uint64_t reg, struct ka_slice bytes);
};

extern const struct ka_crc64_kernel ka_crc64_scalar; /* the specification */
#if defined(__x86_64__)
extern const struct ka_crc64_kernel ka_crc64_clmul; /* needs PCLMULQDQ and SSE4.1 */
#endif

#endif
