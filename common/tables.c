/* SPDX-License-Identifier: Apache-2.0 */
#include "common/tables.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/message.h"

#ifndef KA_TABLES_DIR
#define KA_TABLES_DIR "/usr/local/share/keyassay/tables"
#endif

#define MAX_TABLES 256

struct ka_tables {
	struct ka_slice files[MAX_TABLES];
	size_t num;
	unsigned refused;
	struct ka_ctx *ctx;
	uint32_t pid_max;
	ka_tables_refused_fn refused_fn;
};

static void
refuse(struct ka_tables *tables, const char *path, const char *why)
{
	if (tables->refused_fn != NULL)
		tables->refused_fn(path, why);
	tables->refused++;
}

static void
load_file(struct ka_tables *tables, const char *path)
{
	if (tables->num == MAX_TABLES) {
		refuse(tables, path, "too many tables");
		return;
	}
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0) {
		refuse(tables, path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return;
	}
	void *data = MAP_FAILED;
	if (!S_ISREG(st.st_mode) || st.st_size <= 0)
		refuse(tables, path, ka_err_text(KA_ERR_TABLE_TRUNCATED));
	else if ((data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0)) == MAP_FAILED)
		refuse(tables, path, strerror(errno));
	close(fd);
	if (data == MAP_FAILED)
		return;
	struct ka_slice file = { data, (size_t)st.st_size };
	struct ka_table table;
	enum ka_err err = ka_table_open(&table, file);
	if (err == KA_OK && table.pid_count <= tables->pid_max) {
		munmap(data, file.len);
		return;
	}
	if (err == KA_OK)
		err = ka_ctx_add_table(tables->ctx, &table);
	if (err != KA_OK) {
		refuse(tables, path, ka_err_text(err));
		munmap(data, file.len);
		return;
	}
	if (table.pid_count < KA_DEBIAN_PID_COUNT)
		ka_warn("%s: the table has the keys of process ids 0 to %u only; others are not found", path,
		    table.pid_count - 1);
	tables->files[tables->num++] = file;
}

static int
is_table(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');
	return dot != NULL && strcmp(dot, ".kat") == 0;
}

/* Returns false when the directory cannot be read. */
static bool
load_directory(struct ka_tables *tables, const char *dir)
{
	struct dirent **entries;
	int num = scandir(dir, &entries, is_table, alphasort);
	if (num < 0)
		return false;
	for (int i = 0; i < num; i++) {
		char path[PATH_MAX];
		int len = snprintf(path, sizeof(path), "%s/%s", dir, entries[i]->d_name);
		if (len > 0 && (size_t)len < sizeof(path))
			load_file(tables, path);
		free(entries[i]);
	}
	free(entries);
	return true;
}

/* What the user asked for by name must be there. */
static void
load_list(struct ka_tables *tables, const char *list)
{
	char item[PATH_MAX];
	while (*list != '\0') {
		size_t len = strcspn(list, ":");
		if (len >= sizeof(item)) {
			refuse(tables, "KEYASSAY_TABLES", "a path is too long");
		} else if (len > 0) {
			memcpy(item, list, len);
			item[len] = '\0';
			struct stat st;
			if (stat(item, &st) != 0)
				refuse(tables, item, strerror(errno));
			else if (!S_ISDIR(st.st_mode))
				load_file(tables, item);
			else if (!load_directory(tables, item))
				refuse(tables, item, strerror(errno));
		}
		list += len + (list[len] == ':');
	}
}

/* The source tree above a build tree (build/cli/keyassay, build-check/release/cli/keyassay) and a prefix that was moved (bin/ beside
 * share/). */
static const char *const beside_program[] = { "../share/keyassay/tables", "../../tables", "../../../tables" };

static void
load_default(struct ka_tables *tables)
{
	char program[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
	char *slash = NULL;
	if (len > 0) {
		program[len] = '\0';
		slash = strrchr(program, '/');
	}
	for (size_t i = 0; slash != NULL && i < sizeof(beside_program) / sizeof(beside_program[0]); i++) {
		char dir[PATH_MAX];
		int dir_len = snprintf(dir, sizeof(dir), "%.*s/%s", (int)(slash - program), program, beside_program[i]);
		if (dir_len <= 0 || (size_t)dir_len >= sizeof(dir))
			continue;
		size_t before = tables->num + tables->refused;
		load_directory(tables, dir);
		if (tables->num + tables->refused > before)
			return;
	}
	load_directory(tables, KA_TABLES_DIR);
}

struct ka_tables *
ka_tables_load(struct ka_ctx *ctx, uint32_t pid_max, unsigned *out_refused, ka_tables_refused_fn refused_fn)
{
	struct ka_tables *tables = calloc(1, sizeof(*tables));
	if (tables == NULL) {
		ka_out_of_memory();
	}
	tables->ctx = ctx;
	tables->pid_max = pid_max;
	tables->refused_fn = refused_fn;
	const char *list = getenv("KEYASSAY_TABLES");
	if (list != NULL)
		load_list(tables, list);
	else
		load_default(tables);
	*out_refused = tables->refused;
	return tables;
}

void
ka_tables_free(struct ka_tables *tables)
{
	if (tables == NULL)
		return;
	for (size_t i = 0; i < tables->num; i++) {
		uint8_t *data = NULL;
		memcpy(&data, &tables->files[i].data, sizeof(data)); /* munmap takes no pointer to const */
		munmap(data, tables->files[i].len);
	}
	free(tables);
}

void
ka_tables_warn(const char *path, const char *why)
{
	ka_warn("%s: table not used: %s", path, why);
}
