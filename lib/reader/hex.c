/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/reader/hex.h"

/* Value + 1 of a digit, so that all other characters are 0. */
static const uint8_t digit_values[256] = {
	['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8, ['8'] = 9, ['9'] = 10,
	['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
	['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

bool
ka_hex_decode(uint8_t *out, size_t *out_len, size_t *out_bad_offset, struct ka_slice digits)
{
	const uint8_t *in = digits.data;
	size_t at = 0, len = 0;

	if (digits.len % 2 == 1) {
		if (digit_values[in[0]] == 0) {
			*out_bad_offset = 0;
			return false;
		}
		out[len++] = (uint8_t)(digit_values[in[at++]] - 1);
	}
	for (; at < digits.len; at += 2) {
		unsigned high = digit_values[in[at]], low = digit_values[in[at + 1]];
		if (high == 0 || low == 0) {
			*out_bad_offset = high == 0 ? at : at + 1;
			return false;
		}
		out[len++] = (uint8_t)((high - 1) << 4 | (low - 1));
	}
	if (len == 0) {
		*out_bad_offset = digits.len;
		return false;
	}
	*out_len = len;
	return true;
}
