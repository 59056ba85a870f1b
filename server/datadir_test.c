/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "server/datadir.h"

static char folder[] = "/tmp/keyassay-datadir-XXXXXX";
static char message[KA_DATADIR_MESSAGE_LEN];

static const char *
in_folder(const char *name)
{
	static char paths[4][128];
	static unsigned next;
	char *path = paths[next++ % 4];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static int
set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	char command[128];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

static void
test_make(void **state)
{
	struct stat st;

	(void)state;
	assert_true(ka_datadir_make(message, in_folder("a/b/c")));
	assert_true(ka_datadir_make(message, in_folder("a/b/c/")));
	assert_int_equal(stat(in_folder("a/b/c"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat(in_folder("a"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_true(ka_file_replace(message, in_folder("file"), "x", 1, 0600));
	assert_false(ka_datadir_make(message, in_folder("file")));
	assert_non_null(strstr(message, "/file: is not a directory"));
	assert_false(ka_datadir_make(message, in_folder("file/x")));
	assert_non_null(strstr(message, "/file/x: Not a directory"));
	assert_false(ka_datadir_make(message, ""));
}

static void
test_replace(void **state)
{
	struct ka_arena arena = { 0 };
	struct ka_slice read;
	struct stat st;

	(void)state;
	assert_true(ka_file_replace(message, in_folder("f"), "first", 5, 0640));
	/* What an interrupted try left behind does not matter. */
	assert_int_equal(symlink("elsewhere", in_folder("f.part")), 0);
	assert_true(ka_file_replace(message, in_folder("f"), "second\0!", 8, 0600));
	assert_false(ka_file_exists(in_folder("f.part")));
	assert_false(ka_file_exists(in_folder("elsewhere")));
	assert_int_equal(stat(in_folder("f"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(ka_file_read(&read, message, &arena, in_folder("f"), 8));
	assert_int_equal(read.len, 8);
	assert_memory_equal(read.data, "second\0!", 9);
	assert_false(ka_file_read(&read, message, &arena, in_folder("f"), 7));
	assert_non_null(strstr(message, "larger than 7 bytes"));
	assert_false(ka_file_replace(message, in_folder("no/f"), "x", 1, 0600));
	assert_non_null(strstr(message, "No such file or directory"));
	assert_true(ka_file_remove(message, in_folder("f")));
	assert_true(ka_file_remove(message, in_folder("f")));
	assert_false(ka_file_exists(in_folder("f")));
	assert_false(ka_file_read(&read, message, &arena, in_folder("f"), 7));
	ka_arena_clear(&arena);
}

static void
test_lock(void **state)
{
	char held[64];
	int lock = ka_lock_take(message, in_folder("lock")), status;

	(void)state;
	assert_true(lock >= 0);
	(void)snprintf(held, sizeof(held), "with process id %ld uses this database", (long)getpid());
	/* flock is of the open file, so a second try fails in the same process too. */
	assert_int_equal(ka_lock_take(message, in_folder("lock")), -1);
	assert_non_null(strstr(message, held));
	(void)close(lock);
	/* A process that ends, however, leaves no lock behind. */
	pid_t child = fork();
	if (child == 0) {
		if (ka_lock_take(message, in_folder("lock")) >= 0)
			abort();
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	lock = ka_lock_take(message, in_folder("lock"));
	assert_true(lock >= 0);
	(void)close(lock);
	assert_int_equal(ka_lock_take(message, in_folder("no/lock")), -1);
	assert_non_null(strstr(message, "No such file or directory"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_make),
		cmocka_unit_test(test_replace),
		cmocka_unit_test(test_lock),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
