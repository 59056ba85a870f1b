/* SPDX-License-Identifier: Apache-2.0 */
/* asm_test.h - DER as text, so that a test's row shows the structure and nothing has to be counted by hand.
 *
 *     30{ 02{ 01 } 0c{ 'text' } }
 *
 * Hexadecimal digits are bytes; TAG{ ... } puts the shortest length in front of its contents; 'x' are ASCII characters;
 * AA*12 is the byte aa twelve times; ^ marks the place at which a fault is expected. Blanks mean nothing. Whatever cannot be
 * said with braces (wrong lengths, cut objects) is written as plain bytes. */
#ifndef KA_LIB_DER_ASM_TEST_H
#define KA_LIB_DER_ASM_TEST_H

#include <keyassay/base.h>

#define ASM_NO_MARK SIZE_MAX

/* An assembled object in a heap block of exactly its length, so that a sanitizer sees a read of one byte too many. */
struct asm_bytes {
	uint8_t *data;
	size_t len;
	size_t mark; /* offset of ^ or ASM_NO_MARK */
};

/* asm_make assembles a text; a text that is wrong ends the test program. */
struct asm_bytes asm_make(const char *text);

/* asm_copy copies bytes into a block of exactly their length. */
struct asm_bytes asm_copy(const void *data, size_t len);

void asm_free(struct asm_bytes *bytes);

static inline struct ka_slice
asm_slice(const struct asm_bytes *bytes)
{
	return (struct ka_slice){ bytes->data, bytes->len };
}

#endif
