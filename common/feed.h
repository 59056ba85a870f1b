/* SPDX-License-Identifier: Apache-2.0 */
/* feed.h - cuts all inputs, one behind the other, into chunks at borders between objects. */
#ifndef KA_COMMON_FEED_H
#define KA_COMMON_FEED_H

#include <keyassay/reader.h>

#include "common/inputs.h"

/* Small enough for chunk and arena to stay in a core's L2 cache. */
#define KA_CHUNK_LEN ((size_t)256 << 10)

/* The name of an input; chunks that are still worked on keep it. Counted by the reading thread only. */
struct ka_source {
	char *name;
	size_t users;
};

struct ka_chunk {
	struct ka_source *source;
	uint8_t *data;
	size_t cap;
	size_t len; /* bytes of the chunk: up to a border */
	uint64_t base; /* offset in the input */
	enum ka_format format;
	bool last; /* no bytes of this input follow */
	bool ends_source; /* this is the last chunk of its source */
	/* A fault of the input itself, behind the chunk's objects; err KA_OK: none. */
	struct ka_fault fault;
	bool fault_has_offset;
	int sys_errno;
};

void ka_chunk_clear(struct ka_chunk *chunk);

struct ka_feed;

/* ka_feed_new: stop_fd becomes readable when nothing more should be waited for; -1: never. Not closed. */
struct ka_feed *ka_feed_new(struct ka_inputs *inputs, enum ka_format format, int stop_fd);
void ka_feed_free(struct ka_feed *feed);

/* ka_feed_next fills the next chunk and returns true, or false at the end of all inputs. The chunk's source has one more user.
 * After a stop the chunk may be empty; what was read of an unfinished object is not in it. */
bool ka_feed_next(struct ka_feed *feed, struct ka_chunk *chunk);

/* ka_feed_would_wait says whether ka_feed_next would have to wait for an input that is slower than we are: a good moment to write
 * out what is known. */
bool ka_feed_would_wait(const struct ka_feed *feed);

/* ka_feed_done returns the bytes read and the inputs opened so far. */
uint64_t ka_feed_bytes(const struct ka_feed *feed);
uint64_t ka_feed_inputs(const struct ka_feed *feed);

void ka_source_release(struct ka_source *source);

#endif
