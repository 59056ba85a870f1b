/* SPDX-License-Identifier: Apache-2.0 */
/* random.h - identifiers that nobody guesses, from the kernel's generator. Without it the program ends: there is nothing sensible to do. */
#ifndef KA_SERVER_RANDOM_H
#define KA_SERVER_RANDOM_H

#include <stddef.h>
#include <stdint.h>

void ka_random_bytes(uint8_t *out, size_t len);

/* ka_random_hex writes num_digits lower-case hexadecimal digits (an even number, at most 128) and NUL. */
void ka_random_hex(char *out, size_t num_digits);

/* ka_random_uuid writes a UUID of version 4 (RFC 9562, section 5.4) and NUL. */
void ka_random_uuid(char out[37]);

#endif
