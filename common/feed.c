/* SPDX-License-Identifier: Apache-2.0 */
#include "common/feed.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/buf.h"

/* ka_format_guess looks at up to this many bytes. */
#define GUESS_LEN 4096

struct ka_feed {
	struct ka_inputs *inputs;
	enum ka_format wanted; /* --from */
	int stop_fd;
	struct ka_source *source; /* NULL between inputs */
	int fd;
	enum ka_format format;
	struct ka_buf rest; /* read, but behind the last cut */
	uint64_t base; /* offset of rest in the input */
	bool ended; /* read returned 0 or failed */
	bool stopped;
	bool oversized; /* in an object that is too large: passing over bytes until reading can start again */
	int sys_errno;
	uint64_t num_bytes, num_inputs;
};

struct ka_feed *
ka_feed_new(struct ka_inputs *inputs, enum ka_format format, int stop_fd)
{
	struct ka_feed *feed = calloc(1, sizeof(*feed));
	if (feed == NULL)
		ka_out_of_memory();
	feed->inputs = inputs;
	feed->wanted = format;
	feed->fd = -1;
	feed->stop_fd = stop_fd;
	return feed;
}

void
ka_source_release(struct ka_source *source)
{
	if (source == NULL || --source->users > 0)
		return;
	free(source->name);
	free(source);
}

void
ka_feed_free(struct ka_feed *feed)
{
	if (feed == NULL)
		return;
	if (feed->fd >= 0)
		close(feed->fd);
	ka_source_release(feed->source);
	ka_buf_clear(&feed->rest);
	free(feed);
}

void
ka_chunk_clear(struct ka_chunk *chunk)
{
	free(chunk->data);
	*chunk = (struct ka_chunk){ 0 };
}

uint64_t
ka_feed_bytes(const struct ka_feed *feed)
{
	return feed->num_bytes;
}

uint64_t
ka_feed_inputs(const struct ka_feed *feed)
{
	return feed->num_inputs;
}

static bool
input_is_idle(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	return poll(&p, 1, 0) == 0;
}

bool
ka_feed_would_wait(const struct ka_feed *feed)
{
	return feed->source != NULL && !feed->ended && feed->fd >= 0 && input_is_idle(feed->fd);
}

static void
grow_chunk(struct ka_chunk *chunk, size_t cap)
{
	if (chunk->cap >= cap)
		return;
	uint8_t *data = realloc(chunk->data, cap);
	if (data == NULL)
		ka_out_of_memory();
	chunk->data = data;
	chunk->cap = cap;
}

/* A signal interrupts read() only in the thread that it happens to reach, and never just before the call: so a stop is waited for
 * together with the input. A regular file is always ready. */
static void
wait_for_input(struct ka_feed *feed)
{
	struct pollfd p[2] = { { .fd = feed->fd, .events = POLLIN }, { .fd = feed->stop_fd, .events = POLLIN } };
	while (poll(p, 2, -1) < 0 && errno == EINTR)
		;
	if (p[1].revents != 0)
		feed->stopped = true;
}

/* Reads until want bytes are there, the input ends, a stop, or it is idle with at least enough bytes at hand. */
static size_t
fill(struct ka_feed *feed, uint8_t *data, size_t len, size_t want, size_t enough)
{
	while (len < want && !feed->ended) {
		if (len >= enough && input_is_idle(feed->fd))
			break;
		wait_for_input(feed);
		if (feed->stopped)
			break;
		ssize_t got = read(feed->fd, data + len, want - len);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got < 0)
			feed->sys_errno = errno;
		if (got <= 0) {
			feed->ended = true;
			break;
		}
		len += (size_t)got;
		feed->num_bytes += (uint64_t)got;
	}
	return len;
}

static bool
open_next(struct ka_feed *feed, struct ka_chunk *chunk)
{
	struct ka_input input;
	if (!ka_inputs_next(feed->inputs, &input))
		return false;
	struct ka_source *source = calloc(1, sizeof(*source));
	if (source == NULL)
		ka_out_of_memory();
	*source = (struct ka_source){ .name = input.name, .users = 1 };
	feed->num_inputs++;
	if (input.err != KA_OK) {
		chunk->source = source;
		chunk->ends_source = true;
		chunk->fault = (struct ka_fault){ .err = input.err };
		chunk->sys_errno = input.sys_errno;
		return true;
	}
	feed->source = source;
	feed->fd = input.fd;
	feed->format = feed->wanted;
	feed->rest.len = 0;
	feed->base = 0;
	feed->ended = feed->oversized = false;
	feed->sys_errno = 0;
	return true;
}

/* The input is done: its name passes to the chunk. */
static void
end_source(struct ka_feed *feed, struct ka_chunk *chunk)
{
	chunk->ends_source = true;
	chunk->source = feed->source;
	feed->source = NULL;
	close(feed->fd);
	feed->fd = -1;
	if (feed->sys_errno != 0) {
		chunk->fault = (struct ka_fault){ .err = KA_ERR_INPUT_UNREADABLE, .offset = chunk->base + chunk->len };
		chunk->fault_has_offset = chunk->fault.offset > 0;
		chunk->sys_errno = feed->sys_errno;
	} else if (feed->base == 0 && chunk->len == 0) {
		chunk->fault = (struct ka_fault){ .err = KA_ERR_INPUT_EMPTY };
	}
}

/* '0', the tag of a SEQUENCE, is a digit too: the length behind it tells, unless it could be another digit or the x of 0x. */
static bool
begins_as_der(const uint8_t *data, size_t len)
{
	static const char digits[] = "0123456789abcdefABCDEFxX \t\r\n";
	return len >= 6 && data[0] == 0x30 && memchr(digits, data[1], sizeof(digits) - 1) == NULL;
}

/* A slow input is guessed as soon as it has a whole line, or begins as DER does. */
static size_t
guess_format(struct ka_feed *feed, uint8_t *data, size_t len)
{
	while (len < GUESS_LEN && !feed->ended && !feed->stopped && !begins_as_der(data, len) && memchr(data, '\n', len) == NULL)
		len = fill(feed, data, len, KA_CHUNK_LEN, len + 1);
	feed->format = ka_format_guess((struct ka_slice){ data, len });
	return len;
}

/* Passes over an oversized object in bounded memory. Returns the bytes left in the chunk's buffer. */
static size_t
pass_over(struct ka_feed *feed, struct ka_chunk *chunk, size_t len)
{
	while (feed->oversized) {
		size_t drop = ka_reader_resync(feed->format, (struct ka_slice){ chunk->data, len });
		if (drop < len)
			feed->oversized = false;
		else if (!feed->ended)
			drop = len > 0 ? len - 1 : 0;
		memmove(chunk->data, chunk->data + drop, len - drop);
		len -= drop;
		feed->base += drop;
		if (!feed->oversized || feed->ended || feed->stopped)
			break;
		len = fill(feed, chunk->data, len, KA_CHUNK_LEN, SIZE_MAX);
	}
	if (feed->ended)
		feed->oversized = false;
	return len;
}

/* Before anything is known of an input there is nothing to cut. */
static size_t
cut_off(const struct ka_feed *feed, const struct ka_chunk *chunk, size_t len)
{
	return len == 0 ? 0 : ka_reader_cut(feed->format, (struct ka_slice){ chunk->data, len }, feed->ended);
}

bool
ka_feed_next(struct ka_feed *feed, struct ka_chunk *chunk)
{
	chunk->source = NULL;
	chunk->len = 0;
	chunk->last = chunk->ends_source = chunk->fault_has_offset = false;
	chunk->fault = (struct ka_fault){ .err = KA_OK };
	chunk->sys_errno = 0;
	if (feed->source == NULL) {
		if (!open_next(feed, chunk))
			return false;
		if (chunk->ends_source)
			return true;
	}

	size_t len = feed->rest.len;
	size_t want = KA_CHUNK_LEN;
	grow_chunk(chunk, len + 1 > want ? len + 1 : want);
	if (len > 0)
		memcpy(chunk->data, feed->rest.data, len);
	feed->rest.len = 0;
	len = pass_over(feed, chunk, len);
	len = fill(feed, chunk->data, len, want, 1);
	if (feed->format == KA_FORMAT_AUTO && len > 0)
		len = guess_format(feed, chunk->data, len);
	chunk->base = feed->base;
	chunk->format = feed->format;

	size_t limit = ka_reader_limit(feed->format);
	size_t cut;
	while ((cut = cut_off(feed, chunk, len)) == 0 && !feed->ended && !feed->stopped) {
		if (len >= limit) {
			chunk->fault = (struct ka_fault){ .err = KA_ERR_INPUT_TOO_LARGE, .offset = feed->base };
			chunk->fault_has_offset = true;
			feed->oversized = true;
			break;
		}
		want = 2 * len < KA_CHUNK_LEN ? KA_CHUNK_LEN : 2 * len < limit ? 2 * len : limit;
		grow_chunk(chunk, want);
		len = fill(feed, chunk->data, len, want, len + 1);
	}
	chunk->len = cut;
	ka_buf_put(&feed->rest, chunk->data + cut, len - cut);
	chunk->last = feed->ended && feed->rest.len == 0;
	if (chunk->last) {
		end_source(feed, chunk);
	} else {
		chunk->source = feed->source;
		feed->source->users++;
	}
	feed->base += cut;
	return true;
}
