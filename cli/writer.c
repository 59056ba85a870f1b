/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/writer.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

static int
write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t written = write(fd, data, len);
		if (written < 0 && errno == EINTR)
			continue;
		/* Whoever gave us the stream may have made it non-blocking. */
		if (written < 0 && errno == EAGAIN) {
			struct pollfd p = { .fd = fd, .events = POLLOUT };
			(void)poll(&p, 1, -1);
			continue;
		}
		if (written < 0)
			return errno;
		data += written;
		len -= (size_t)written;
	}
	return 0;
}

void
ka_writer_flush(struct ka_writer *writer)
{
	if (writer->failed == 0)
		writer->failed = write_all(writer->fd, writer->buf.data, writer->buf.len);
	writer->buf.len = 0;
}

void
ka_writer_put(struct ka_writer *writer, const void *data, size_t len)
{
	ka_buf_put(&writer->buf, data, len);
	if (writer->buf.len >= KA_WRITER_BUF_LEN)
		ka_writer_flush(writer);
}

void
ka_writer_puts(struct ka_writer *writer, const char *text)
{
	ka_writer_put(writer, text, strlen(text));
}

void
ka_writer_decimal(struct ka_writer *writer, uint64_t number)
{
	ka_buf_decimal(&writer->buf, number);
}

void
ka_writer_clear(struct ka_writer *writer)
{
	ka_buf_clear(&writer->buf);
}
