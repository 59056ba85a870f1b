/* SPDX-License-Identifier: Apache-2.0 */
/* crc64.c - CRC-64/XZ: polynomial 0x42f0e1eba9ea3693 (ECMA-182), reflected, initial value and final xor all ones; the check
 * value of "123456789" is 0x995dc9bbdf1939fa.
 *
 * A step of the plain method shifts one byte out of the register and adds the remainder of that byte times x^64. Here eight
 * bytes leave at once: the remainders of the eight bytes at their eight distances are independent look-ups ("slicing by 8",
 * Kounavis and Berry 2005), so they do not wait for one another. */
#include "lib/table/crc64.h"

#include <keyassay/check.h>

#include "lib/kernel/kernel.h"
#include "lib/kernel/load.h"
#include "lib/table/crc64_const.h"

static uint64_t
ka_crc64_update_scalar(uint64_t reg, struct ka_slice bytes)
{
	const uint8_t *p = bytes.data;
	size_t left = bytes.len;

	for (; left >= 8; p += 8, left -= 8) {
		reg ^= ka_load_le64(p);
		reg = ka_crc64_slices[7][reg & 0xff] ^ ka_crc64_slices[6][reg >> 8 & 0xff] ^
			ka_crc64_slices[5][reg >> 16 & 0xff] ^ ka_crc64_slices[4][reg >> 24 & 0xff] ^
			ka_crc64_slices[3][reg >> 32 & 0xff] ^ ka_crc64_slices[2][reg >> 40 & 0xff] ^
			ka_crc64_slices[1][reg >> 48 & 0xff] ^ ka_crc64_slices[0][reg >> 56];
	}
	for (; left > 0; p++, left--)
		reg = reg >> 8 ^ ka_crc64_slices[0][(reg ^ *p) & 0xff];
	return reg;
}

const struct ka_crc64_kernel ka_crc64_scalar = { .update = ka_crc64_update_scalar };

uint64_t
ka_crc64(uint64_t crc, struct ka_slice bytes)
{
	return ~ka_kernels_best()->crc64->update(~crc, bytes);
}
