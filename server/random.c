/* SPDX-License-Identifier: Apache-2.0 */
#include "server/random.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

void
ka_random_bytes(uint8_t *out, size_t len)
{
	while (len > 0) {
		ssize_t got = getrandom(out, len, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			perror("keyassayd: getrandom");
			abort();
		}
		out += got;
		len -= (size_t)got;
	}
}

static void
put_hex(char *out, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * len] = '\0';
}

void
ka_random_hex(char *out, size_t num_digits)
{
	uint8_t bytes[64];

	ka_random_bytes(bytes, num_digits / 2);
	put_hex(out, bytes, num_digits / 2);
}

void
ka_random_uuid(char out[37])
{
	static const uint8_t lengths[] = { 4, 2, 2, 2, 6 };
	uint8_t bytes[16];
	size_t at = 0;

	ka_random_bytes(bytes, sizeof(bytes));
	bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
	bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < sizeof(lengths); i++) {
		put_hex(out, bytes + at, lengths[i]);
		at += lengths[i];
		out += 2 * lengths[i];
		*out++ = i + 1 == sizeof(lengths) ? '\0' : '-';
	}
}
