/* SPDX-License-Identifier: Apache-2.0 */
#include "weakgen/crc64.h"

/* 0x42f0e1eba9ea3693 with its bits reversed. */
#define POLYNOMIAL UINT64_C(0xc96c5795d7870f42)

uint64_t
ka_weakgen_crc64(uint64_t crc, const uint8_t *bytes, size_t len)
{
	uint64_t table[256];

	for (unsigned i = 0; i < 256; i++) {
		table[i] = i;
		for (unsigned bit = 0; bit < 8; bit++) {
			table[i] = (table[i] >> 1) ^ (table[i] & 1 ? POLYNOMIAL : 0);
		}
	}
	crc = ~crc;
	for (size_t i = 0; i < len; i++) {
		crc = table[(uint8_t)crc ^ bytes[i]] ^ (crc >> 8);
	}
	return ~crc;
}
