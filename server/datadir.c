/* SPDX-License-Identifier: Apache-2.0 */
#include "server/datadir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
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

/* Makes what a crash must not undo: the directory entry itself. */
bool
ka_file_sync_parent(char out_message[KA_DATADIR_MESSAGE_LEN], const char *path)
{
	char parent[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path);

	if (len >= sizeof(parent))
		return fail(out_message, "%.200s...: the path is too long", path);
	if (len == 0)
		(void)snprintf(parent, sizeof(parent), "%s", slash == NULL ? "." : "/");
	else
		(void)snprintf(parent, sizeof(parent), "%.*s", (int)len, path);
	int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail(out_message, "%s: %s", parent, strerror(errno));
	bool good = fsync(fd) == 0;
	if (!good)
		(void)fail(out_message, "%s: %s", parent, strerror(errno));
	(void)close(fd);
	return good;
}

bool
ka_datadir_make(char out_message[KA_DATADIR_MESSAGE_LEN], const char *path)
{
	char part[PATH_MAX];
	size_t len = strlen(path);
	struct stat st;

	if (len == 0 || len >= sizeof(part))
		return fail(out_message, "data: the path is %s", len == 0 ? "empty" : "too long");
	for (size_t at = 1; at <= len; at++) {
		if (path[at] != '/' && path[at] != '\0')
			continue;
		memcpy(part, path, at);
		part[at] = '\0';
		if (mkdir(part, 0700) == 0) {
			if (!ka_file_sync_parent(out_message, part))
				return false;
		} else if (errno != EEXIST && stat(part, &st) != 0) {
			return fail(out_message, "%s: %s", part, strerror(errno));
		}
	}
	if (stat(path, &st) != 0)
		return fail(out_message, "%s: %s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return fail(out_message, "%s: is not a directory", path);
	return true;
}

const char *
ka_datadir_file(struct ka_arena *arena, const struct ka_config *config, const char *name)
{
	return ka_arena_format(arena, "%s/%s", config->data, name);
}

bool
ka_file_exists(const char *path)
{
	struct stat st;

	/* Anything but a clear "no" counts as there: what follows will name the trouble, and nothing is made anew by mistake. */
	return lstat(path, &st) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

static bool
write_whole(int fd, const char *text, size_t len)
{
	for (size_t at = 0; at < len;) {
		ssize_t done = write(fd, text + at, len - at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		at += (size_t)done;
	}
	return fsync(fd) == 0;
}

bool
ka_file_replace(char out_message[KA_DATADIR_MESSAGE_LEN], const char *path, const char *text, size_t len, unsigned mode)
{
	char beside[PATH_MAX];
	int beside_len = snprintf(beside, sizeof(beside), "%s.part", path);

	if (beside_len < 0 || (size_t)beside_len >= sizeof(beside))
		return fail(out_message, "%.200s...: the path is too long", path);
	(void)unlink(beside); /* of an interrupted try; O_EXCL below refuses a link that somebody puts there */
	int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return fail(out_message, "%s: %s", beside, strerror(errno));
	bool good = write_whole(fd, text, len);
	int why = errno;
	(void)close(fd);
	if (good && rename(beside, path) == 0)
		return ka_file_sync_parent(out_message, path);
	if (good)
		why = errno;
	(void)unlink(beside);
	return fail(out_message, "%s: %s", path, strerror(why));
}

bool
ka_file_remove(char out_message[KA_DATADIR_MESSAGE_LEN], const char *path)
{
	if (unlink(path) != 0 && errno != ENOENT)
		return fail(out_message, "%s: %s", path, strerror(errno));
	return ka_file_sync_parent(out_message, path);
}

bool
ka_file_read(struct ka_slice *out, char out_message[KA_DATADIR_MESSAGE_LEN], struct ka_arena *arena, const char *path, size_t max_len)
{
	FILE *file = fopen(path, "re");

	if (file == NULL)
		return fail(out_message, "%s: %s", path, strerror(errno));
	char *text = ka_arena_take(arena, max_len + 1);
	size_t len = fread(text, 1, max_len + 1, file);
	bool good = ferror(file) == 0;
	if (!good)
		(void)fail(out_message, "%s: %s", path, strerror(errno));
	(void)fclose(file);
	if (len > max_len)
		return fail(out_message, "%s: larger than %zu bytes", path, max_len);
	text[len] = '\0';
	*out = (struct ka_slice){ (const uint8_t *)text, len };
	return good;
}

int
ka_lock_take(char out_message[KA_DATADIR_MESSAGE_LEN], const char *path)
{
	char pid[24] = "";
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0) {
		(void)fail(out_message, "%s: %s", path, strerror(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		int why = errno;
		ssize_t len = read(fd, pid, sizeof(pid) - 1);

		pid[len > 0 ? strspn(pid, "0123456789") : 0] = '\0';
		if (why == EWOULDBLOCK)
			(void)fail(out_message,
			    "%s: another keyassayd%s%s uses this database; stop it first, or give this one its own --data",
			    path, pid[0] == '\0' ? "" : " with process id ", pid);
		else
			(void)fail(out_message, "%s: %s", path, strerror(why));
		(void)close(fd);
		return -1;
	}
	int len = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	/* The number only helps people; the lock is what counts. */
	if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)len, 0) != len)
		(void)fail(out_message, "%s: %s", path, strerror(errno));
	return fd;
}
