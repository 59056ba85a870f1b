/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/der/utf8.h"

bool
ka_utf8_is_scalar(uint32_t point)
{
	return point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
}

size_t
ka_utf8_encode(uint8_t out[4], uint32_t point)
{
	if (point < 0x80) {
		out[0] = (uint8_t)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (uint8_t)(0xc0 | point >> 6);
		out[1] = (uint8_t)(0x80 | (point & 0x3f));
		return 2;
	}
	if (point < 0x10000) {
		out[0] = (uint8_t)(0xe0 | point >> 12);
		out[1] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (point & 0x3f));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | point >> 18);
	out[1] = (uint8_t)(0x80 | (point >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
	out[3] = (uint8_t)(0x80 | (point & 0x3f));
	return 4;
}

size_t
ka_utf8_decode(uint32_t *out_point, struct ka_slice bytes)
{
	static const uint32_t smallest[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len;
	uint32_t point;

	if (bytes.len == 0)
		return 0;
	uint8_t first = bytes.data[0];
	if (first < 0x80) {
		*out_point = first;
		return 1;
	}
	if (first >= 0xc2 && first < 0xe0)
		len = 2;
	else if (first >= 0xe0 && first < 0xf0)
		len = 3;
	else if (first >= 0xf0 && first < 0xf5)
		len = 4;
	else
		return 0;
	if (bytes.len < len)
		return 0;
	point = first & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((bytes.data[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (bytes.data[i] & 0x3f);
	}
	if (point < smallest[len] || !ka_utf8_is_scalar(point))
		return 0;
	*out_point = point;
	return len;
}
