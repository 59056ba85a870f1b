/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are replaced at once. What a kill leaves is in tests/server/export_test.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "server/outfile.h"

static char folder[64], path[96], part[96], message[KA_DATADIR_MESSAGE_LEN];

static int
set_up(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/keyassay-outfile-XXXXXX");
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/file", folder);
	(void)snprintf(part, sizeof(part), "%s/file.part", folder);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder); /* nothing else is left */
}

static const char *
content(const char *name)
{
	static char text[64];
	FILE *file = fopen(name, "r");

	if (file == NULL)
		return NULL;
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	(void)fclose(file);
	return text;
}

static bool
write_file(const char *text, bool *out_replaced)
{
	struct ka_outfile out;

	return ka_outfile_begin(&out, message, path, 0640) && ka_outfile_put(&out, text, strlen(text)) &&
	    ka_outfile_commit(&out, message, out_replaced);
}

static void
test_replaced_at_once(void **state)
{
	struct ka_outfile out;
	struct stat st;
	bool replaced = false;

	(void)state;
	assert_true(write_file("one", &replaced) && replaced);
	assert_string_equal(content(path), "one");
	assert_true(stat(path, &st) == 0 && (st.st_mode & 0777 & ~0640u) == 0);
	assert_true(ka_outfile_begin(&out, message, path, 0640));
	assert_true(ka_outfile_put(&out, "two, longer", 11) && ka_outfile_put(&out, "", 0));
	assert_string_equal(content(path), "one");
	assert_true(ka_outfile_commit(&out, message, &replaced) && replaced);
	assert_string_equal(content(path), "two, longer");
	assert_true(write_file("two", &replaced) && replaced); /* what it begins with is not the same */
	assert_true(write_file("two!", &replaced) && replaced);
	assert_true(write_file("twO!", &replaced) && replaced);
	assert_true(stat(path, &st) == 0);
	ino_t inode = st.st_ino;
	assert_true(write_file("twO!", &replaced) && !replaced);
	assert_true(stat(path, &st) == 0 && st.st_ino == inode);
}

static void
test_abandoned(void **state)
{
	struct ka_outfile out;
	bool replaced;

	(void)state;
	assert_true(write_file("one", &replaced));
	assert_true(ka_outfile_begin(&out, message, path, 0640));
	assert_true(ka_outfile_put(&out, "two", 3));
	ka_outfile_abandon(&out);
	assert_string_equal(content(path), "one");
}

static void
test_one_writer_at_a_time(void **state)
{
	struct ka_outfile first, second;
	bool replaced;

	(void)state;
	assert_true(ka_outfile_begin(&first, message, path, 0640));
	assert_false(ka_outfile_begin(&second, message, path, 0640));
	assert_non_null(strstr(message, "another process"));
	assert_true(ka_outfile_put(&first, "first", 5) && ka_outfile_commit(&first, message, &replaced));
	assert_string_equal(content(path), "first");
	assert_true(write_file("second", &replaced));
}

static void
test_what_was_left_is_written_over(void **state)
{
	FILE *file = fopen(part, "w");
	bool replaced;

	(void)state;
	assert_non_null(file);
	(void)fputs("left by one that was killed, and longer", file);
	(void)fclose(file);
	assert_true(write_file("new", &replaced));
	assert_string_equal(content(path), "new");
}

static void
test_what_cannot_be(void **state)
{
	struct ka_outfile out;
	char longest[PATH_MAX + 10];
	bool replaced;

	(void)state;
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_false(ka_outfile_begin(&out, message, longest, 0640));
	assert_non_null(strstr(message, "too long"));
	assert_false(ka_outfile_begin(&out, message, "/proc/none/file", 0640));
	/* A folder stands where the file should. */
	assert_int_equal(mkdir(path, 0700), 0);
	assert_false(write_file("one", &replaced));
	assert_non_null(strstr(message, "irectory"));
	assert_int_equal(rmdir(path), 0);
	/* Nobody is led elsewhere. */
	assert_int_equal(symlink("/dev/null", part), 0);
	assert_false(write_file("one", &replaced));
	assert_int_equal(unlink(part), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_replaced_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_abandoned, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_one_writer_at_a_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_was_left_is_written_over, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_cannot_be, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
