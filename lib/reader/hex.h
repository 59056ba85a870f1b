/* SPDX-License-Identifier: Apache-2.0 */
/* hex.h - hexadecimal digits to bytes. */
#ifndef KA_LIB_READER_HEX_H
#define KA_LIB_READER_HEX_H

#include <keyassay/base.h>

/* ka_hex_decode decodes digits of either case, an odd one first, and gives true; false with *out_bad_offset set to the first
 * byte that is no digit (digits.len when there are none). out needs (digits.len + 1) / 2 bytes. */
bool ka_hex_decode(uint8_t *out, size_t *out_len, size_t *out_bad_offset, struct ka_slice digits);

#endif
