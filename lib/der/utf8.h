/* SPDX-License-Identifier: Apache-2.0 */
/* utf8.h - UTF-8 (RFC 3629), strict. */
#ifndef KA_LIB_DER_UTF8_H
#define KA_LIB_DER_UTF8_H

#include <keyassay/base.h>

/* ka_utf8_is_scalar says whether a number is a Unicode scalar value: up to 10FFFF, no surrogate. */
bool ka_utf8_is_scalar(uint32_t point);

/* ka_utf8_encode writes a scalar value and returns its length, 1 to 4. */
size_t ka_utf8_encode(uint8_t out[4], uint32_t point);

/* ka_utf8_decode reads the first character of the bytes and returns its length, 0 when it is ill-formed or cut off. */
size_t ka_utf8_decode(uint32_t *out_point, struct ka_slice bytes);

#endif
