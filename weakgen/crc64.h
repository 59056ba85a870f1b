/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KA_WEAKGEN_CRC64_H
#define KA_WEAKGEN_CRC64_H

#include <stddef.h>
#include <stdint.h>

/* ka_weakgen_crc64 continues a CRC-64/XZ; start with 0. The library has one too, but weakgen does not link to it. */
uint64_t ka_weakgen_crc64(uint64_t crc, const uint8_t *bytes, size_t len);

#endif
