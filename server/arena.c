/* SPDX-License-Identifier: Apache-2.0 */
#include "server/arena.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

#define BLOCK_LEN 8192u
#define ALIGN _Alignof(max_align_t)

struct ka_arena_block {
	struct ka_arena_block *next;
	size_t len; /* of bytes */
	_Alignas(max_align_t) unsigned char bytes[];
};

void *
ka_arena_take(struct ka_arena *arena, size_t len)
{
	if (len > SIZE_MAX / 2)
		ka_out_of_memory();
	len = (len + ALIGN - 1) / ALIGN * ALIGN;
	if (arena->left < len) {
		size_t room = len > BLOCK_LEN ? len : BLOCK_LEN;
		struct ka_arena_block *block = calloc(1, sizeof(*block) + room);

		if (block == NULL)
			ka_out_of_memory();
		block->len = room;
		block->next = arena->blocks;
		arena->blocks = block;
		arena->left = room;
	}
	arena->left -= len;
	return arena->blocks->bytes + arena->blocks->len - arena->left - len;
}

char *
ka_arena_text(struct ka_arena *arena, const void *bytes, size_t len)
{
	char *text = ka_arena_take(arena, len + 1);

	if (len > 0)
		memcpy(text, bytes, len);
	return text;
}

char *
ka_arena_string(struct ka_arena *arena, const char *text)
{
	return text == NULL ? NULL : ka_arena_text(arena, text, strlen(text));
}

struct ka_slice
ka_arena_slice(struct ka_arena *arena, struct ka_slice bytes)
{
	return (struct ka_slice){ (const uint8_t *)ka_arena_text(arena, bytes.data, bytes.len), bytes.len };
}

char *
ka_arena_format(struct ka_arena *arena, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		return ka_arena_text(arena, "", 0);
	char *text = ka_arena_take(arena, (size_t)len + 1);
	va_start(args, format);
	(void)vsnprintf(text, (size_t)len + 1, format, args);
	va_end(args);
	return text;
}

void
ka_arena_clear(struct ka_arena *arena)
{
	while (arena->blocks != NULL) {
		struct ka_arena_block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
	arena->left = 0;
}
