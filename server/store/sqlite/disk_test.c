/* SPDX-License-Identifier: Apache-2.0 */
/* Real trouble with a real disk: full, over a limit, the file moved away or replaced. In child processes, since limits
 * and mounts are a process's own. The store recovers without a restart. */
#include "server/store/sqlite/sqlite_test.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct one {
	unsigned number;
	size_t der_len;
};

static enum ka_store_status
register_ca(struct ka_tx *tx, void *arg)
{
	static const uint8_t der[100000];
	const struct one *one = arg;
	struct ka_ca_row row = make_ca(one->number);

	row.der = (struct ka_slice){ der, one->der_len };
	return ka_tx_ca_insert(tx, NULL, &scope_a, &row);
}

static enum ka_store_status
is_there(struct ka_tx *tx, void *arg)
{
	const struct one *one = arg;
	struct ka_arena arena = { 0 };
	char id[KA_CERT_ID_LEN + 1];
	struct ka_ca_row row;

	make_id(id, KA_CERT_ID_LEN, one->number);
	enum ka_store_status status = ka_tx_ca_get(tx, &row, &arena, &scope_a, id);
	ka_arena_clear(&arena);
	return status;
}

#define MUST(condition) \
	do { \
		if (!(condition)) { \
			(void)fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
			_exit(1); \
		} \
	} while (0)

#define MAX_WRITES 10000u

static bool acknowledged[MAX_WRITES];

/* Writes until there is no more room: twenty in a row are refused. (One alone may be refused and the next one fit, once
 * the write-ahead log was copied back.) Reads go on. */
static void
write_until_full(struct place *place)
{
	unsigned refused = 0, num = 0;

	for (unsigned i = 0; refused < 20; i++) {
		struct one one = { i, 20000 };

		MUST(i < MAX_WRITES);
		enum ka_store_status status = ka_store_write(place->store, register_ca, &one);
		MUST(status == KA_STORE_OK || status == KA_STORE_UNAVAILABLE);
		acknowledged[i] = status == KA_STORE_OK;
		num += acknowledged[i];
		refused = acknowledged[i] ? 0 : refused + 1;
		MUST(ka_store_read(place->store, is_there, &one) == (acknowledged[i] ? KA_STORE_OK : KA_STORE_NONE));
	}
	MUST(num > 5);
}

/* Everything that was acknowledged is there, and nothing else; it works again. */
static void
assert_recovered(struct place *place)
{
	for (unsigned round = 0; round < 2; round++) {
		struct one again = { MAX_WRITES + round, 20000 };

		MUST(ka_store_write(place->store, register_ca, &again) == KA_STORE_OK);
		for (unsigned i = 0; i < MAX_WRITES; i++) {
			struct one one = { i, 0 };

			MUST(ka_store_read(place->store, is_there, &one) ==
			    (acknowledged[i] ? KA_STORE_OK : KA_STORE_NONE));
		}
		ka_store_close(place->store);
		place->store = place_try(place, 0);
		MUST(place->store != NULL);
	}
	ka_store_close(place->store);
}

static void
limit_file_size(rlim_t limit)
{
	struct rlimit size;

	MUST(getrlimit(RLIMIT_FSIZE, &size) == 0);
	size.rlim_cur = limit;
	MUST(setrlimit(RLIMIT_FSIZE, &size) == 0);
}

static void
over_the_limit(struct place *place)
{
	(void)signal(SIGXFSZ, SIG_IGN);
	place->store = place_try(place, KA_STORE_CREATE);
	MUST(place->store != NULL);
	limit_file_size(3 << 20);
	write_until_full(place);
	MUST(strstr(place->said, "SQLite") != NULL);
	limit_file_size(RLIM_INFINITY);
	assert_recovered(place);
}

/* No reader has a connection yet: what is read goes through a new one, whatever became of the writer's. */
static void
first_read_over_the_limit(struct place *place)
{
	struct one before = { 1, 100 }, meanwhile = { 2, 20000 }, after = { 3, 20000 };

	(void)signal(SIGXFSZ, SIG_IGN);
	place->store = place_try(place, KA_STORE_CREATE);
	MUST(place->store != NULL);
	MUST(ka_store_write(place->store, register_ca, &before) == KA_STORE_OK);
	limit_file_size(4096);
	for (unsigned i = 0; i < 3; i++)
		MUST(ka_store_write(place->store, register_ca, &meanwhile) == KA_STORE_UNAVAILABLE);
	MUST(ka_store_read(place->store, is_there, &before) == KA_STORE_OK);
	MUST(ka_store_read(place->store, is_there, &meanwhile) == KA_STORE_NONE);
	limit_file_size(RLIM_INFINITY);
	MUST(ka_store_write(place->store, register_ca, &after) == KA_STORE_OK);
	MUST(ka_store_read(place->store, is_there, &after) == KA_STORE_OK);
	ka_store_close(place->store);
}

/* A file system of 4 MiB that only this process sees, with something on it that can be deleted. */
static void
on_a_full_disk(struct place *place)
{
	char ballast[128], noise[4096] = { 1 };

	if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
		_exit(77);
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("none", place->dir, "tmpfs", 0, "size=4m") != 0)
		_exit(77);
	(void)snprintf(ballast, sizeof(ballast), "%s/ballast", place->dir);
	FILE *file = fopen(ballast, "w");
	MUST(file != NULL);
	for (unsigned i = 0; i < 512; i++)
		MUST(fwrite(noise, 1, sizeof(noise), file) == sizeof(noise));
	MUST(fclose(file) == 0);
	place->store = place_try(place, KA_STORE_CREATE);
	MUST(place->store != NULL);
	write_until_full(place);
	MUST(strstr(place->said, "disk is full") != NULL);
	MUST(unlink(ballast) == 0);
	assert_recovered(place);
}

/* Runs in a child; its exit status. */
static int
in_child(void (*run)(struct place *place), struct place *place)
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		run(place);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
test_file_size_limit(void **state)
{
	assert_int_equal(in_child(over_the_limit, *state), 0);
}

static void
test_first_read_over_the_limit(void **state)
{
	assert_int_equal(in_child(first_read_over_the_limit, *state), 0);
}

static void
test_full_disk(void **state)
{
	int status = in_child(on_a_full_disk, *state);

	/* Without the right to mount anything the limit above has to do: the same path, but for the error's number. */
	if (status == 77)
		skip();
	assert_int_equal(status, 0);
}

static void
rename_all(const char *from, const char *to)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	char a[128], b[128];

	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(a, sizeof(a), "%s%s", from, suffixes[i]);
		(void)snprintf(b, sizeof(b), "%s%s", to, suffixes[i]);
		assert_true(rename(a, b) == 0 || (errno == ENOENT && i > 0));
	}
}

/* A write into a file that has no name any more would be acknowledged and gone after a restart. */
static void
test_moved_file(void **state)
{
	struct place *place = *state;
	struct one before = { 1, 100 }, meanwhile = { 2, 100 }, after = { 3, 100 };
	char away[128];

	(void)snprintf(away, sizeof(away), "%s.away", place->path);
	assert_int_equal(ka_store_write(place->store, register_ca, &before), KA_STORE_OK);
	rename_all(place->path, away);
	assert_int_equal(ka_store_write(place->store, register_ca, &meanwhile), KA_STORE_UNAVAILABLE);
	assert_int_equal(ka_store_write(place->store, register_ca, &meanwhile), KA_STORE_UNAVAILABLE);
	assert_int_equal(ka_store_read(place->store, is_there, &before), KA_STORE_UNAVAILABLE);
	rename_all(away, place->path);
	assert_int_equal(ka_store_write(place->store, register_ca, &after), KA_STORE_OK);
	place_reopen(place);
	assert_int_equal(ka_store_read(place->store, is_there, &before), KA_STORE_OK);
	assert_int_equal(ka_store_read(place->store, is_there, &meanwhile), KA_STORE_NONE);
	assert_int_equal(ka_store_read(place->store, is_there, &after), KA_STORE_OK);
}

/* A backup is put in its place while the program runs. */
static void
test_replaced_file(void **state)
{
	struct place *place = *state;
	struct one in_backup = { 1, 100 }, later = { 2, 100 }, after = { 3, 100 };
	char backup[128], away[128], text[300];

	(void)snprintf(backup, sizeof(backup), "%s.backup", place->path);
	(void)snprintf(away, sizeof(away), "%s.away", place->path);
	assert_int_equal(ka_store_write(place->store, register_ca, &in_backup), KA_STORE_OK);
	(void)snprintf(text, sizeof(text), "VACUUM INTO '%s'", backup);
	assert_int_equal(raw_exec(place->path, text), SQLITE_OK);
	assert_int_equal(ka_store_write(place->store, register_ca, &later), KA_STORE_OK);
	assert_int_equal(ka_store_read(place->store, is_there, &later), KA_STORE_OK);
	rename_all(place->path, away);
	assert_int_equal(rename(backup, place->path), 0);
	assert_int_equal(ka_store_write(place->store, register_ca, &after), KA_STORE_OK);
	assert_int_equal(ka_store_read(place->store, is_there, &in_backup), KA_STORE_OK);
	assert_int_equal(ka_store_read(place->store, is_there, &later), KA_STORE_NONE);
	place_reopen(place);
	assert_int_equal(ka_store_read(place->store, is_there, &after), KA_STORE_OK);
	/* One with another schema is refused, not written to. */
	rename_all(place->path, backup);
	assert_int_equal(raw_exec(place->path,
			     "CREATE TABLE schema_version (version INTEGER); INSERT INTO schema_version VALUES (99)"),
	    SQLITE_OK);
	assert_int_equal(ka_store_write(place->store, register_ca, &later), KA_STORE_UNAVAILABLE);
	assert_non_null(strstr(place->said, "restart keyassayd"));
	assert_int_equal(raw_number(place->path, "SELECT count(*) FROM sqlite_schema"), 1);
}

/* The connection was made while the file could only be read; later it can be written, by another connection. */
static void
read_only_for_a_while(struct place *place)
{
	struct one before = { 1, 100 }, meanwhile = { 2, 100 }, after = { 3, 100 };
	char away[128];

	/* Root may everything. */
	MUST(geteuid() != 0 || (setgid(65534) == 0 && setuid(65534) == 0));
	(void)snprintf(away, sizeof(away), "%s.away", place->path);
	place->store = place_try(place, KA_STORE_CREATE);
	MUST(place->store != NULL);
	MUST(ka_store_write(place->store, register_ca, &before) == KA_STORE_OK);
	MUST(rename(place->path, away) == 0);
	MUST(ka_store_write(place->store, register_ca, &meanwhile) == KA_STORE_UNAVAILABLE);
	MUST(chmod(away, 0400) == 0 && rename(away, place->path) == 0);
	for (unsigned i = 0; i < 3; i++)
		MUST(ka_store_write(place->store, register_ca, &meanwhile) == KA_STORE_UNAVAILABLE);
	MUST(chmod(place->path, 0600) == 0);
	MUST(ka_store_write(place->store, register_ca, &after) == KA_STORE_OK);
	MUST(ka_store_read(place->store, is_there, &before) == KA_STORE_OK);
	MUST(ka_store_read(place->store, is_there, &meanwhile) == KA_STORE_NONE);
	ka_store_close(place->store);
}

static void
test_read_only_for_a_while(void **state)
{
	struct place *place = *state;

	assert_int_equal(chmod(place->dir, 0777), 0);
	assert_int_equal(in_child(read_only_for_a_while, place), 0);
}

static int
close_and_remove(void **state)
{
	struct place *place = *state;

	ka_store_close(place->store);
	remove_all(place->dir);
	ka_arena_clear(&place->arena);
	free(place);
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_file_size_limit, place_make, close_and_remove),
		cmocka_unit_test_setup_teardown(test_first_read_over_the_limit, place_make, close_and_remove),
		cmocka_unit_test_setup_teardown(test_full_disk, place_make, close_and_remove),
		cmocka_unit_test_setup_teardown(test_read_only_for_a_while, place_make, close_and_remove),
		cmocka_unit_test_setup_teardown(test_moved_file, place_open, close_and_remove),
		cmocka_unit_test_setup_teardown(test_replaced_file, place_open, close_and_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
