/* SPDX-License-Identifier: Apache-2.0 */
/* Opening: new, old, newer, foreign, damaged and unreadable databases; what stops in the middle leaves what was
 * there. */
#include "server/store/sqlite/sqlite_test.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A later program's migrations: the real ones and two more. The first has something in two parts; the second calls a
 * function that tests define. */
static const char *const parts_more[] = { "ALTER TABLE ca ADD COLUMN colour TEXT", "CREATE TABLE extra (x INTEGER)",
	NULL };
static const char *const parts_most[] = { "INSERT INTO extra VALUES (1)", "SELECT in_between()",
	"INSERT INTO extra VALUES (2)", NULL };

static const struct ka_migration *
later(unsigned num_more)
{
	static struct ka_migration list[64];
	unsigned num = 0;

	for (; ka_migrations_sqlite[num].version != 0; num++)
		list[num] = ka_migrations_sqlite[num];
	assert_true(num + 3 <= sizeof(list) / sizeof(list[0]));
	list[num] = (struct ka_migration){ list[num - 1].version + 1, "more", parts_more };
	list[num + 1] = (struct ka_migration){ list[num - 1].version + 2, "most", parts_most };
	list[num + num_more] = (struct ka_migration){ 0, NULL, NULL };
	return list;
}

/* Opens with the migrations of a later program, one or two more than this one's; in_between is the function that the
 * second one calls. */
static bool
open_later(
    struct place *place, unsigned num_more, unsigned flags, void (*in_between)(sqlite3_context *, int, sqlite3_value **))
{
	struct sqlite_store store = { .path = place->path };
	struct connection *connection;

	store.store.backend = &ka_backend_sqlite;
	assert_int_equal(ka_sqlite_connect(&connection, place->said, &store, true), SQLITE_OK);
	if (in_between != NULL)
		(void)sqlite3_create_function(
		    connection->db, "in_between", 0, SQLITE_UTF8, NULL, in_between, NULL, NULL);
	bool opened = ka_sqlite_prepare_schema(place->said, &store, connection, later(num_more), flags);
	if (opened)
		assert_int_equal(store.store.schema_version, ka_migrations_newest(later(num_more)));
	ka_sqlite_disconnect(connection);
	return opened;
}

static void
nothing(sqlite3_context *context, int num, sqlite3_value **values)
{
	(void)num;
	(void)values;
	sqlite3_result_null(context);
}

static void
die(sqlite3_context *context, int num, sqlite3_value **values)
{
	(void)context;
	(void)num;
	(void)values;
	(void)raise(SIGKILL);
}

static void
break_off(sqlite3_context *context, int num, sqlite3_value **values)
{
	(void)num;
	(void)values;
	sqlite3_result_error(context, "broken off", -1);
}

static enum ka_store_status
add_ca(struct ka_tx *tx, void *arg)
{
	struct ka_ca_row row = make_ca(1);

	(void)arg;
	return ka_tx_ca_insert(tx, NULL, &scope_a, &row);
}

static enum ka_store_status
get_ca(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_ca_row row = make_ca(1), got;

	EXPECT(ka_tx_ca_get(tx, &got, &place->arena, &scope_a, row.id) == KA_STORE_OK && same_ca(&got, &row));
	return KA_STORE_OK;
}

/* A database of this program with a row, closed. */
static void
make_old(struct place *place)
{
	place->store = place_try(place, KA_STORE_CREATE);
	assert_non_null(place->store);
	place_write(place, add_ca);
	ka_store_close(place->store);
	place->store = NULL;
}

/* The database is as make_old left it: it opens, and has its row and nothing of a later migration. */
static void
assert_old(struct place *place)
{
	char text[64];

	raw_text(text, sizeof(text), place->path, "PRAGMA integrity_check");
	assert_string_equal(text, "ok");
	assert_int_equal(raw_number(place->path, "SELECT max(version) FROM schema_version"),
	    ka_migrations_newest(ka_migrations_sqlite));
	assert_int_equal(raw_number(place->path, "SELECT count(*) FROM sqlite_schema WHERE name = 'extra'"), 0);
	assert_int_equal(
	    raw_number(place->path, "SELECT count(*) FROM pragma_table_info('ca') WHERE name = 'colour'"), 0);
	place->store = place_try(place, 0);
	assert_non_null(place->store);
	place_read(place, get_ca);
	ka_store_close(place->store);
	place->store = NULL;
}

static void
test_new_database(void **state)
{
	struct place *place = *state;
	struct stat st;

	assert_null(place_try(place, KA_STORE_MIGRATE));
	assert_non_null(strstr(place->said, "keyassayd init"));
	assert_int_equal(access(place->path, F_OK), -1);
	place->store = place_try(place, KA_STORE_CREATE);
	assert_non_null(place->store);
	assert_int_equal(ka_store_schema_version(place->store), ka_migrations_newest(ka_migrations_sqlite));
	/* Sealed secrets are nobody else's. The log beside it has the same mode. */
	place_write(place, add_ca);
	assert_int_equal(stat(place->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	char wal[128];
	(void)snprintf(wal, sizeof(wal), "%s-wal", place->path);
	assert_int_equal(stat(wal, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* Creating again is opening. */
	ka_store_close(place->store);
	place->store = place_try(place, KA_STORE_CREATE);
	assert_non_null(place->store);
	place_read(place, get_ca);
}

static void
test_empty_file(void **state)
{
	struct place *place = *state;
	FILE *file = fopen(place->path, "w");

	/* What is left when the program was killed before it wrote anything. */
	assert_non_null(file);
	(void)fclose(file);
	assert_null(place_try(place, 0));
	assert_non_null(strstr(place->said, "keyassayd init"));
	place->store = place_try(place, KA_STORE_CREATE);
	assert_non_null(place->store);
}

static void
test_newer_schema_is_refused(void **state)
{
	struct place *place = *state;

	make_old(place);
	assert_int_equal(
	    raw_exec(place->path, "INSERT INTO schema_version VALUES (4711, '4711-future', 0)"), SQLITE_OK);
	for (unsigned flags = 0; flags < 4; flags++) {
		assert_null(place_try(place, flags));
		assert_non_null(strstr(place->said, "4711"));
		assert_non_null(strstr(place->said, "newer keyassayd"));
	}
	assert_int_equal(raw_exec(place->path, "DELETE FROM schema_version WHERE version = 4711"), SQLITE_OK);
	assert_old(place);
}

static void
test_older_schema_is_migrated_when_allowed(void **state)
{
	struct place *place = *state;

	make_old(place);
	assert_false(open_later(place, 1, KA_STORE_CREATE, NULL));
	assert_non_null(strstr(place->said, "keyassayd migrate"));
	assert_old(place);
	assert_true(open_later(place, 2, KA_STORE_MIGRATE, nothing));
	assert_int_equal(raw_number(place->path, "SELECT count(*) FROM schema_version"),
	    ka_migrations_newest(ka_migrations_sqlite) + 2);
	assert_int_equal(raw_number(place->path, "SELECT sum(x) FROM extra"), 3);
	assert_int_equal(raw_number(place->path, "SELECT count(*) FROM ca WHERE colour IS NULL"), 1);
	/* Nothing runs a second time. */
	assert_true(open_later(place, 2, KA_STORE_MIGRATE, break_off));
	/* This program is now the older one. */
	assert_null(place_try(place, KA_STORE_MIGRATE));
	assert_non_null(strstr(place->said, "newer keyassayd"));
}

static void
test_failed_migration_leaves_the_old_schema(void **state)
{
	struct place *place = *state;

	make_old(place);
	assert_false(open_later(place, 2, KA_STORE_MIGRATE, break_off));
	assert_non_null(strstr(place->said, "broken off"));
	assert_old(place);
}

static void
test_killed_migration_leaves_the_old_schema(void **state)
{
	struct place *place = *state;
	int status;

	make_old(place);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)open_later(place, 2, KA_STORE_MIGRATE, die);
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_old(place);
	assert_true(open_later(place, 2, KA_STORE_MIGRATE, nothing));
}

static void
test_two_that_migrate_at_once(void **state)
{
	struct place *place = *state;
	pid_t children[4];
	int status;

	make_old(place);
	for (size_t i = 0; i < 4; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0)
			_exit(open_later(place, 2, KA_STORE_MIGRATE, nothing) ? 0 : 1);
	}
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	assert_int_equal(raw_number(place->path, "SELECT sum(x) FROM extra"), 3);
}

/* Writes a file; afterwards it must not have changed. */
static void
assert_refused(struct place *place, const char *content, size_t len, const char *expected)
{
	char *after = malloc(len + 1);
	FILE *file = fopen(place->path, "w");

	assert_non_null(file);
	assert_non_null(after);
	assert_int_equal(fwrite(content, 1, len, file), len);
	(void)fclose(file);
	assert_null(place_try(place, KA_STORE_CREATE | KA_STORE_MIGRATE));
	if (strstr(place->said, expected) == NULL)
		fail_msg("said: %s", place->said);
	file = fopen(place->path, "r");
	assert_non_null(file);
	assert_int_equal(fread(after, 1, len + 1, file), len);
	assert_memory_equal(after, content, len);
	(void)fclose(file);
	free(after);
}

static void
test_what_is_no_database_is_refused(void **state)
{
	struct place *place = *state;
	char text[5000];

	memset(text, 'x', sizeof(text));
	assert_refused(place, text, sizeof(text), "give another file");
	assert_refused(place, "short", 5, "give another file");
}

static void
test_foreign_database_is_refused(void **state)
{
	struct place *place = *state;

	assert_int_equal(raw_exec(place->path, "CREATE TABLE bookmarks (url TEXT)"), SQLITE_OK);
	assert_null(place_try(place, KA_STORE_CREATE | KA_STORE_MIGRATE));
	assert_non_null(strstr(place->said, "not one of keyassayd"));
	assert_int_equal(raw_number(place->path, "SELECT count(*) FROM sqlite_schema"), 1);
}

static void
test_paths_that_cannot_be(void **state)
{
	struct place *place = *state;
	char message[KA_STORE_MESSAGE_LEN];

	assert_null(ka_store_open(message, "sqlite:/nonexistent-directory/x.db", KA_STORE_CREATE));
	assert_non_null(strstr(message, "No such file or directory"));
	(void)snprintf(place->url, sizeof(place->url), "sqlite:%s", place->dir);
	assert_null(place_try(place, KA_STORE_CREATE));
	assert_non_null(strstr(place->said, place->dir));
}

/* As a user who may not: root may everything. */
static int
open_as_nobody(struct place *place)
{
	if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
		return 2;
	place->store = place_try(place, 0);
	if (place->store != NULL)
		return 3;
	return strstr(place->said, "check the disk, and the permissions") != NULL ? 0 : 4;
}

static void
test_read_only_file_is_refused(void **state)
{
	struct place *place = *state;
	int status;

	make_old(place);
	assert_int_equal(chmod(place->dir, 0755), 0);
	assert_int_equal(chmod(place->path, 0444), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(open_as_nobody(place));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(chmod(place->path, 0600), 0);
	assert_old(place);
}

static enum ka_store_status
log_something(struct ka_tx *tx, void *arg)
{
	const struct ka_log_row row = {
		.time = 1, .account = "a", .region = "r", .actor = "x", .action = "y", .resource = "z"
	};

	(void)arg;
	return ka_tx_log_append(tx, &row);
}

static void
test_nobody_changes_the_log(void **state)
{
	static const char *const attempts[] = { "UPDATE log SET actor = 'nobody'", "DELETE FROM log",
		"INSERT OR REPLACE INTO log SELECT seq, time, account, region, 'nobody', request, action, resource, "
		"before, after, hash, mac FROM log",
		"REPLACE INTO log (seq, time, account, region, actor, action, resource, hash, mac) VALUES (1, 0, '', '', "
		"'', '', '', zeroblob(32), zeroblob(32))",
		"INSERT INTO log (time, account, region, actor, action, resource) VALUES (0, '', '', '', '', '')",
		"UPDATE log SET hash = zeroblob(32), mac = zeroblob(32)", "UPDATE log SET hash = NULL", "DELETE FROM log_head",
		"UPDATE log_head SET seq = 0", "UPDATE log_head SET hash = zeroblob(32)" };
	struct place *place = *state;

	place->store = place_try(place, KA_STORE_CREATE);
	assert_non_null(place->store);
	place_write(place, log_something);
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++)
		assert_int_equal(raw_exec(place->path, attempts[i]), SQLITE_CONSTRAINT);
	assert_int_equal(raw_number(place->path, "SELECT count(*) FROM log WHERE actor = 'x'"), 1);
	place_write(place, log_something);
	assert_int_equal(raw_number(place->path, "SELECT count(*) FROM log WHERE actor = 'x'"), 2);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_new_database, place_make, place_close),
		cmocka_unit_test_setup_teardown(test_empty_file, place_make, place_close),
		cmocka_unit_test_setup_teardown(test_newer_schema_is_refused, place_make, place_close),
		cmocka_unit_test_setup_teardown(test_older_schema_is_migrated_when_allowed, place_make, place_close),
		cmocka_unit_test_setup_teardown(test_failed_migration_leaves_the_old_schema, place_make, place_close),
		cmocka_unit_test_setup_teardown(test_killed_migration_leaves_the_old_schema, place_make, place_close),
		cmocka_unit_test_setup_teardown(test_two_that_migrate_at_once, place_make, place_close),
		cmocka_unit_test_setup_teardown(test_what_is_no_database_is_refused, place_make, place_close),
		cmocka_unit_test_setup_teardown(test_foreign_database_is_refused, place_make, place_close),
		cmocka_unit_test_setup_teardown(test_paths_that_cannot_be, place_make, place_close),
		cmocka_unit_test_setup_teardown(test_read_only_file_is_refused, place_make, place_close),
		cmocka_unit_test_setup_teardown(test_nobody_changes_the_log, place_make, place_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
