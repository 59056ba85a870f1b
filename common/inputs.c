/* SPDX-License-Identifier: Apache-2.0 */
#include "common/inputs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buf.h"

#define MAX_DEPTH 128

struct level {
	char *path;
	char **names;
	size_t num, at;
	dev_t dev;
	ino_t ino;
};

struct ka_inputs {
	char *const *paths;
	size_t num, at;
	struct level levels[MAX_DEPTH];
	size_t depth;
	uint64_t found; /* inputs given since the path on the command line */
	bool measuring; /* sizes only, nothing is opened */
};

static void *
need(void *mem)
{
	if (mem == NULL)
		ka_out_of_memory();
	return mem;
}

struct ka_inputs *
ka_inputs_new(char *const *paths, size_t num)
{
	struct ka_inputs *inputs = need(calloc(1, sizeof(*inputs)));
	inputs->paths = paths;
	inputs->num = num;
	return inputs;
}

static void
leave_level(struct ka_inputs *inputs)
{
	struct level *level = &inputs->levels[--inputs->depth];
	for (size_t i = level->at; i < level->num; i++)
		free(level->names[i]);
	free(level->names);
	free(level->path);
}

void
ka_inputs_free(struct ka_inputs *inputs)
{
	if (inputs == NULL)
		return;
	while (inputs->depth > 0)
		leave_level(inputs);
	free(inputs);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool
fail(struct ka_inputs *inputs, struct ka_input *out, char *path, enum ka_err err, int sys_errno)
{
	inputs->found++;
	*out = (struct ka_input){ .name = path, .fd = -1, .err = err, .sys_errno = sys_errno, .size = -1 };
	return true;
}

/* Reads a directory's names; true when out was set to an error. Takes path. */
static bool
enter_directory(struct ka_inputs *inputs, struct ka_input *out, char *path, const struct stat *st)
{
	for (size_t i = 0; i < inputs->depth; i++) {
		if (inputs->levels[i].dev == st->st_dev && inputs->levels[i].ino == st->st_ino)
			return fail(inputs, out, path, KA_ERR_INPUT_LOOP, 0);
	}
	if (inputs->depth == MAX_DEPTH)
		return fail(inputs, out, path, KA_ERR_INPUT_LOOP, 0);
	DIR *dir = opendir(path);
	if (dir == NULL)
		return fail(inputs, out, path, KA_ERR_INPUT_UNREADABLE, errno);
	struct level *level = &inputs->levels[inputs->depth];
	*level = (struct level){ .path = path, .dev = st->st_dev, .ino = st->st_ino };
	size_t cap = 0;
	for (;;) {
		errno = 0;
		const struct dirent *entry = readdir(dir);
		if (entry == NULL)
			break;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (level->num == cap) {
			cap = cap == 0 ? 64 : 2 * cap;
			level->names = need(realloc(level->names, cap * sizeof(*level->names)));
		}
		level->names[level->num++] = need(strdup(entry->d_name));
	}
	int failed = errno;
	closedir(dir);
	if (level->num > 0)
		qsort(level->names, level->num, sizeof(*level->names), compare_names);
	inputs->depth++;
	return failed != 0 && fail(inputs, out, need(strdup(path)), KA_ERR_INPUT_UNREADABLE, failed);
}

static char *
join(const char *dir, const char *name)
{
	size_t dir_len = strlen(dir), name_len = strlen(name);
	bool slash = dir_len > 0 && dir[dir_len - 1] != '/';
	char *path = need(malloc(dir_len + name_len + 2));
	memcpy(path, dir, dir_len);
	if (slash)
		path[dir_len++] = '/';
	memcpy(path + dir_len, name, name_len + 1);
	return path;
}

/* Takes path; true when out was set, false when a directory was entered. */
static bool
open_path(struct ka_inputs *inputs, struct ka_input *out, char *path, bool given)
{
	struct stat st;
	if (stat(path, &st) != 0)
		return fail(inputs, out, path, errno == ELOOP ? KA_ERR_INPUT_LOOP : KA_ERR_INPUT_UNREADABLE, errno);
	if (S_ISDIR(st.st_mode))
		return enter_directory(inputs, out, path, &st);
	bool readable = S_ISREG(st.st_mode) || (given && (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)));
	if (!readable)
		return fail(inputs, out, path, KA_ERR_INPUT_NOT_A_FILE, 0);
	int64_t size = S_ISREG(st.st_mode) ? st.st_size : -1;
	int fd = -1;
	if (!inputs->measuring) {
		/* Found ones without waiting: the file may have become a pipe since stat. */
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (given ? 0 : O_NONBLOCK));
		if (fd < 0)
			return fail(inputs, out, path, KA_ERR_INPUT_UNREADABLE, errno);
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	}
	inputs->found++;
	*out = (struct ka_input){ .name = path, .fd = fd, .size = size };
	return true;
}

static bool
open_stdin(struct ka_inputs *inputs, struct ka_input *out)
{
	struct stat st;
	if (fstat(STDIN_FILENO, &st) != 0)
		return fail(inputs, out, need(strdup("-")), KA_ERR_INPUT_UNREADABLE, errno);
	if (S_ISDIR(st.st_mode))
		return fail(inputs, out, need(strdup("-")), KA_ERR_INPUT_NOT_A_FILE, 0);
	int fd = inputs->measuring ? -1 : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	inputs->found++;
	*out = (struct ka_input){ .name = need(strdup("-")), .fd = fd, .size = S_ISREG(st.st_mode) ? st.st_size : -1 };
	return true;
}

bool
ka_inputs_next(struct ka_inputs *inputs, struct ka_input *out)
{
	for (;;) {
		if (inputs->depth > 0) {
			struct level *level = &inputs->levels[inputs->depth - 1];
			if (level->at < level->num) {
				char *name = level->names[level->at++];
				char *path = join(level->path, name);
				free(name);
				if (open_path(inputs, out, path, false))
					return true;
				continue;
			}
			leave_level(inputs);
			/* A scan of the wrong, empty directory must not look like a clean bill of health. */
			if (inputs->depth == 0 && inputs->found == 0)
				return fail(inputs, out, need(strdup(inputs->paths[inputs->at - 1])), KA_ERR_INPUT_NO_KEY, 0);
			continue;
		}
		if (inputs->at == inputs->num)
			return false;
		const char *path = inputs->paths[inputs->at++];
		inputs->found = 0;
		if (strcmp(path, "-") == 0)
			return open_stdin(inputs, out);
		if (open_path(inputs, out, need(strdup(path)), true))
			return true;
	}
}

int64_t
ka_inputs_measure(char *const *paths, size_t num)
{
	struct ka_inputs *inputs = ka_inputs_new(paths, num);
	inputs->measuring = true;
	int64_t total = 0;
	struct ka_input input;
	while (ka_inputs_next(inputs, &input)) {
		free(input.name);
		if (input.err == KA_OK && total >= 0)
			total = input.size < 0 ? -1 : total + input.size;
	}
	ka_inputs_free(inputs);
	return total;
}
