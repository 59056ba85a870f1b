/* SPDX-License-Identifier: Apache-2.0 */
/* spool.c - a record is 4 bytes of length and its bytes; memory first, then an unlinked temporary file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/writer.h"

#define WINDOW_LEN ((size_t)256 << 10)

static int
open_unnamed(void)
{
	const char *dir = getenv("TMPDIR");
	if (dir == NULL || dir[0] == '\0')
		dir = "/tmp";
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	/* File systems without O_TMPFILE: a name for the shortest possible time. */
	char path[4096];
	int len = snprintf(path, sizeof(path), "%s/keyassay-XXXXXX", dir);
	if (len < 0 || (size_t)len >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

static bool
move_to_file(struct ka_spool *spool, int *out_errno)
{
	if (spool->file == 0) {
		int fd = open_unnamed();
		if (fd < 0) {
			*out_errno = errno;
			return false;
		}
		spool->file = fd + 1;
	}
	for (size_t at = 0; at < spool->tail.len;) {
		ssize_t len = write(spool->file - 1, spool->tail.data + at, spool->tail.len - at);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0) {
			*out_errno = errno;
			return false;
		}
		at += (size_t)len;
	}
	spool->tail.len = 0;
	return true;
}

bool
ka_spool_put(struct ka_spool *spool, int *out_errno, const void *data, size_t len)
{
	uint32_t record_len = (uint32_t)len;
	ka_buf_put(&spool->tail, &record_len, sizeof(record_len));
	ka_buf_put(&spool->tail, data, len);
	spool->num++;
	return spool->tail.len < KA_SPOOL_MEMORY || move_to_file(spool, out_errno);
}

/* Makes at least want bytes of the window available behind at; false at the end or on an error. */
static bool
fill_window(struct ka_spool *spool, int *out_errno, size_t want)
{
	struct ka_buf *w = &spool->window;
	if (w->len - spool->at >= want)
		return true;
	if (w->len > spool->at)
		memmove(w->data, w->data + spool->at, w->len - spool->at);
	w->len -= spool->at;
	spool->at = 0;
	size_t room = want > WINDOW_LEN ? want : WINDOW_LEN;
	ka_buf_reserve(w, room);
	while (w->len < want) {
		ssize_t len = pread(spool->file - 1, w->data + w->len, w->cap - w->len, (off_t)spool->file_at);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			*out_errno = errno;
		if (len <= 0)
			return false;
		w->len += (size_t)len;
		spool->file_at += (uint64_t)len;
	}
	return true;
}

bool
ka_spool_next(struct ka_spool *spool, int *out_errno, struct ka_slice *out_record)
{
	*out_errno = 0;
	if (!spool->reading) {
		spool->reading = true;
		if (spool->file == 0) {
			/* All of it is in memory: the tail is the window. */
			spool->window = spool->tail;
			spool->tail = (struct ka_buf){ 0 };
		} else if (!move_to_file(spool, out_errno)) {
			return false;
		}
	}
	uint32_t len;
	if (spool->file == 0 && spool->window.len == spool->at)
		return false;
	if (spool->file != 0 && !fill_window(spool, out_errno, sizeof(len)))
		return false;
	memcpy(&len, spool->window.data + spool->at, sizeof(len));
	if (spool->file != 0 && !fill_window(spool, out_errno, sizeof(len) + len))
		return false;
	*out_record = (struct ka_slice){ (const uint8_t *)spool->window.data + spool->at + sizeof(len), len };
	spool->at += sizeof(len) + len;
	return true;
}

void
ka_spool_clear(struct ka_spool *spool)
{
	if (spool->file != 0)
		close(spool->file - 1);
	ka_buf_clear(&spool->tail);
	ka_buf_clear(&spool->window);
	*spool = (struct ka_spool){ 0 };
}
