/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L

#include "weakgen/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool
ka_weakgen_write_all(int fd, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return false;
		}
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

size_t
ka_weakgen_read_all(int fd, uint8_t *out, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = read(fd, out + done, len - done);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return (size_t)-1;
		}
		if (n == 0) {
			break;
		}
		done += (size_t)n;
	}
	return done;
}

bool
ka_weakgen_sync_dir(const char *path)
{
	const char *slash = strrchr(path, '/');
	/* Up to and with the slash, so that "/name" means "/". */
	char *dir = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
	bool ok;
	int fd, saved;

	if (dir == NULL) {
		return false;
	}
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(dir);
	if (fd < 0) {
		return false;
	}
	/* Some file systems cannot sync a directory and say EINVAL: then there is nothing to be done. */
	ok = fsync(fd) == 0 || errno == EINVAL;
	saved = errno;
	(void)close(fd);
	errno = saved;
	return ok;
}
