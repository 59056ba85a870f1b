/* SPDX-License-Identifier: Apache-2.0 */
/* bytes.h - little-endian integers in files, and writing files so that they survive. */
#ifndef KA_WEAKGEN_BYTES_H
#define KA_WEAKGEN_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline void
ka_weakgen_put_le(uint8_t *out, uint64_t value, unsigned len)
{
	for (unsigned i = 0; i < len; i++) {
		out[i] = (uint8_t)(value >> (8 * i));
	}
}

static inline uint64_t
ka_weakgen_get_le(const uint8_t *bytes, unsigned len)
{
	uint64_t value = 0;

	for (unsigned i = len; i-- > 0;) {
		value = value << 8 | bytes[i];
	}
	return value;
}

/* ka_weakgen_write_all writes everything or returns false with errno set. */
bool ka_weakgen_write_all(int fd, const uint8_t *bytes, size_t len);

/* ka_weakgen_read_all reads until len bytes or the end and returns the number read, (size_t)-1 with errno set on
 * failure. */
size_t ka_weakgen_read_all(int fd, uint8_t *out, size_t len);

/* ka_weakgen_sync_dir makes the directory entry of path durable; false with errno set. */
bool ka_weakgen_sync_dir(const char *path);

#endif
