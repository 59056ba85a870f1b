/* SPDX-License-Identifier: Apache-2.0 */
#include "server/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

__attribute__((format(printf, 2, 3))) static bool
fail(char *out_message, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(out_message, KA_DATADIR_MESSAGE_LEN, format, args);
	va_end(args);
	return false;
}

/* Opens and locks the file beside; -1 with errno. What we locked may just have been renamed by another writer: then once more. */
static int
open_beside(const char *beside, unsigned mode)
{
	for (;;) {
		struct stat ours, there;
		int fd = open(beside, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode);

		if (fd < 0)
			return -1;
		if (flock(fd, LOCK_EX | LOCK_NB) != 0 || fstat(fd, &ours) != 0) {
			int why = errno;

			(void)close(fd);
			errno = why;
			return -1;
		}
		if (lstat(beside, &there) == 0 && there.st_ino == ours.st_ino && there.st_dev == ours.st_dev &&
		    ftruncate(fd, 0) == 0)
			return fd;
		(void)close(fd);
	}
}

bool
ka_outfile_begin(struct ka_outfile *out, char out_message[KA_DATADIR_MESSAGE_LEN], const char *path, unsigned mode)
{
	*out = (struct ka_outfile){ .file = stdout };
	if (path == NULL)
		return true;
	int len = snprintf(out->path, sizeof(out->path), "%s", path);
	int beside_len = snprintf(out->beside, sizeof(out->beside), "%s.part", path);
	if (len < 0 || beside_len < 0 || (size_t)beside_len >= sizeof(out->beside))
		return fail(out_message, "%.200s...: the path is too long", path);
	int fd = open_beside(out->beside, mode);
	if (fd < 0 && errno == EWOULDBLOCK)
		return fail(out_message, "%s: another process is writing it", out->beside);
	if (fd < 0)
		return fail(out_message, "%s: %s", out->beside, strerror(errno));
	out->file = fdopen(fd, "w+");
	if (out->file == NULL)
		ka_out_of_memory();
	return true;
}

bool
ka_outfile_put(struct ka_outfile *out, const void *bytes, size_t len)
{
	return len == 0 || fwrite(bytes, 1, len, out->file) == len;
}

/* Whether the file that is there has the same bytes. */
static bool
is_same(FILE *fresh, const char *path)
{
	char a[8192], b[8192];
	FILE *old = fopen(path, "re");
	bool same = old != NULL;

	rewind(fresh);
	while (same) {
		size_t num = fread(a, 1, sizeof(a), fresh);

		same = fread(b, 1, sizeof(b), old) == num && memcmp(a, b, num) == 0;
		if (num < sizeof(a))
			break;
	}
	same = same && ferror(fresh) == 0 && ferror(old) == 0;
	if (old != NULL)
		(void)fclose(old);
	return same;
}

static bool
replace(struct ka_outfile *out, char *out_message, bool *out_replaced)
{
	*out_replaced = !is_same(out->file, out->path);
	if (!*out_replaced)
		return unlink(out->beside) == 0 || fail(out_message, "%s: %s", out->beside, strerror(errno));
	if (fsync(fileno(out->file)) != 0 || rename(out->beside, out->path) != 0)
		return fail(out_message, "%s: %s", out->path, strerror(errno));
	return ka_file_sync_parent(out_message, out->path);
}

bool
ka_outfile_commit(struct ka_outfile *out, char out_message[KA_DATADIR_MESSAGE_LEN], bool *out_replaced)
{
	bool written = ferror(out->file) == 0 && fflush(out->file) == 0;

	if (!written) {
		(void)fail(out_message, "%s: %s", out->path[0] == '\0' ? "standard output" : out->beside, strerror(errno));
		ka_outfile_abandon(out);
		return false;
	}
	*out_replaced = true;
	if (out->path[0] == '\0')
		return true;
	bool good = replace(out, out_message, out_replaced);
	if (!good)
		(void)unlink(out->beside);
	(void)fclose(out->file); /* and the lock with it */
	return good;
}

void
ka_outfile_abandon(struct ka_outfile *out)
{
	if (out->path[0] == '\0')
		return;
	(void)unlink(out->beside);
	(void)fclose(out->file);
}
