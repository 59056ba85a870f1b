/* SPDX-License-Identifier: Apache-2.0 */
/* crc64.c - CRC-64/XZ: polynomial 0x42f0e1eba9ea3693 (ECMA-182), reflected, initial value and final xor all ones; the check
 * value of "123456789" is 0x995dc9bbdf1939fa.
 *
 * A step of the plain method shifts one byte out of the register and adds the remainder of that byte times x^64. Here eight
 * bytes leave at once: the remainders of the eight bytes at their eight distances are independent look-ups ("slicing by 8",
 * Kounavis and Berry 2005), so they do not wait for one another. */
#include <keyassay/table.h>

#include "lib/kernel/load.h"
#include "lib/table/crc64_const.h"

uint64_t
ka_crc64(uint64_t crc, struct ka_slice bytes)
{
	const uint8_t *p = bytes.data;
	size_t left = bytes.len;

	crc = ~crc;
	for (; left >= 8; p += 8, left -= 8) {
		crc ^= ka_load_le64(p);
		crc = ka_crc64_slices[7][crc & 0xff] ^ ka_crc64_slices[6][crc >> 8 & 0xff] ^
			ka_crc64_slices[5][crc >> 16 & 0xff] ^ ka_crc64_slices[4][crc >> 24 & 0xff] ^
			ka_crc64_slices[3][crc >> 32 & 0xff] ^ ka_crc64_slices[2][crc >> 40 & 0xff] ^
			ka_crc64_slices[1][crc >> 48 & 0xff] ^ ka_crc64_slices[0][crc >> 56];
	}
	for (; left > 0; p++, left--)
		crc = crc >> 8 ^ ka_crc64_slices[0][(crc ^ *p) & 0xff];
	return ~crc;
}
