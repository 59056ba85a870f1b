/* SPDX-License-Identifier: Apache-2.0 */
/* arena.h - memory that lives as long as one request or one step of a job: taken piece by piece, given back at once.
 *
 * Out of memory ends the program (ka_out_of_memory). One thread at a time. */
#ifndef KA_SERVER_ARENA_H
#define KA_SERVER_ARENA_H

#include <keyassay/base.h>

struct ka_arena_block;

/* A zeroed arena is empty. */
struct ka_arena {
	struct ka_arena_block *blocks; /* newest first */
	size_t left;                   /* bytes free in the newest */
};

/* ka_arena_take returns len bytes, zeroed, aligned for any type. */
void *ka_arena_take(struct ka_arena *arena, size_t len);

/* ka_arena_text copies len bytes and ends them with a NUL; ka_arena_string copies a string, NULL gives NULL. */
char *ka_arena_text(struct ka_arena *arena, const void *bytes, size_t len);
char *ka_arena_string(struct ka_arena *arena, const char *text);

/* ka_arena_slice copies the bytes of a slice. */
struct ka_slice ka_arena_slice(struct ka_arena *arena, struct ka_slice bytes);

/* ka_arena_format returns formatted text. */
char *ka_arena_format(struct ka_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ka_arena_clear gives everything back; the arena is empty and can be used again. */
void ka_arena_clear(struct ka_arena *arena);

#endif
