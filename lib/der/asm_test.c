/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/der/asm_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct assembler {
	const char *text;
	const char *at;
	uint8_t *out;
	size_t len, capacity;
	size_t mark;
};

static void
wrong(const struct assembler *a, const char *why)
{
	fprintf(stderr, "asm: %s at character %td of: %s\n", why, a->at - a->text, a->text);
	exit(99);
}

static void
put(struct assembler *a, size_t where, uint8_t byte)
{
	if (a->len == a->capacity) {
		a->capacity = a->capacity * 2 + 256;
		a->out = realloc(a->out, a->capacity);
		if (a->out == NULL)
			wrong(a, "out of memory");
	}
	memmove(a->out + where + 1, a->out + where, a->len - where);
	a->out[where] = byte;
	a->len++;
}

/* Puts a byte of a length in front of contents that are there already, mark included. */
static void
put_before(struct assembler *a, size_t start, size_t byte)
{
	put(a, start, (uint8_t)byte);
	if (a->mark != ASM_NO_MARK && a->mark >= start)
		a->mark++;
}

static int
digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *found = c == '\0' ? NULL : strchr(digits, c);

	return found == NULL ? -1 : (int)(found - digits);
}

static void
take_byte(struct assembler *a)
{
	int high = digit(a->at[0]), low = high < 0 ? -1 : digit(a->at[1]);

	if (low < 0)
		wrong(a, "two hexadecimal digits expected");
	a->at += 2;
	unsigned long times = 1;
	if (*a->at == '*') {
		char *end;
		times = strtoul(a->at + 1, &end, 10);
		a->at = end;
	}
	for (; times > 0; times--)
		put(a, a->len, (uint8_t)(high * 16 + low));
}

static void
take_all(struct assembler *a, int depth)
{
	for (;; ) {
		switch (*a->at) {
		case '\0':
			if (depth > 0)
				wrong(a, "missing }");
			return;
		case ' ':
			a->at++;
			break;
		case '^':
			a->mark = a->len;
			a->at++;
			break;
		case '\'':
			for (a->at++; *a->at != '\''; a->at++) {
				if (*a->at == '\0')
					wrong(a, "missing quote");
				put(a, a->len, (uint8_t)*a->at);
			}
			a->at++;
			break;
		case '{': {
			size_t start = a->len;
			a->at++;
			take_all(a, depth + 1);
			size_t body = a->len - start, num_bytes = 0;
			if (body >= 0x80) {
				for (size_t rest = body; rest > 0; rest >>= 8, num_bytes++)
					put_before(a, start, rest & 0xff);
				put_before(a, start, 0x80 | num_bytes);
			} else {
				put_before(a, start, body);
			}
			break;
		}
		case '}':
			if (depth == 0)
				wrong(a, "} without {");
			a->at++;
			return;
		default:
			take_byte(a);
		}
	}
}

struct asm_bytes
asm_copy(const void *data, size_t len)
{
	struct asm_bytes bytes = { malloc(len > 0 ? len : 1), len, ASM_NO_MARK };

	if (bytes.data == NULL)
		exit(99);
	if (len > 0)
		memcpy(bytes.data, data, len);
	return bytes;
}

struct asm_bytes
asm_make(const char *text)
{
	struct assembler a = { .text = text, .at = text, .mark = ASM_NO_MARK };

	take_all(&a, 0);
	struct asm_bytes bytes = asm_copy(a.out, a.len);
	bytes.mark = a.mark;
	free(a.out);
	return bytes;
}

void
asm_free(struct asm_bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct asm_bytes){ NULL, 0, ASM_NO_MARK };
}
