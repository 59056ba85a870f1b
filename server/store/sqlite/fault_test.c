/* SPDX-License-Identifier: Apache-2.0 */
/* The disk fails: at every single call that SQLite makes, once or for good, in every way that is known. Whatever
 * happens, what was acknowledged is there, what was refused is not (and what was said to be uncertain is one or the
 * other), nothing is half there, and when the cause is gone the store works again by itself. */
#include "server/store/sqlite/sqlite_test.h"

#include "server/store/sqlite/fault_vfs_test.h"

#define NUM_SINGLES 4u
#define NUM_GROUPED 4u
#define NUM (NUM_SINGLES + NUM_GROUPED)

/* What a run of the workload came to. */
struct run {
	struct place *place;
	enum ka_store_status status[NUM];
	unsigned current;
};

struct one {
	unsigned number;
};

/* A CA and its entry in the log: together or not at all. */
static enum ka_store_status
register_ca(struct ka_tx *tx, void *arg)
{
	const struct one *one = arg;
	struct ka_ca_row row = make_ca(one->number);
	char resource[16];

	(void)snprintf(resource, sizeof(resource), "%u", one->number);
	struct ka_log_row entry = { .account = "a", .region = "r", .actor = "x", .action = "y", .resource = resource };
	enum ka_store_status status = ka_tx_ca_insert(tx, NULL, &scope_a, &row);
	return status == KA_STORE_OK ? ka_tx_log_append(tx, &entry) : status;
}

static enum ka_store_status
count_rows(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_ca_filter all = { 0 };
	struct ka_page page = { .ascending = true, .limit = 1000 };
	struct ka_ca_row *list;
	size_t num;

	return ka_tx_ca_list(tx, &list, &num, &place->arena, &scope_a, &all, &page);
}

static enum ka_store_status
do_nothing(struct ka_tx *tx, void *arg)
{
	(void)tx;
	(void)arg;
	return KA_STORE_ABORTED;
}

/* The writer copies the log back after it has told its callers; behind this it has done so. */
static void
settle(struct place *place)
{
	(void)ka_store_write(place->store, do_nothing, NULL);
}

/* Single writes, a read between them, then a group. The log is copied back after every commit: those calls are to fail
 * as well. */
static void
work(struct run *run)
{
	struct sqlite_store *store = (struct sqlite_store *)run->place->store;
	struct one ones[NUM];
	struct member members[NUM_GROUPED];

	store->checkpoint_pages = 1;
	for (unsigned i = 0; i < NUM; i++)
		ones[i].number = i;
	for (unsigned i = 0; i < NUM_SINGLES; i++) {
		run->status[i] = ka_store_write(run->place->store, register_ca, &ones[i]);
		settle(run->place);
		enum ka_store_status read = ka_store_read(run->place->store, count_rows, run->place);
		assert_true(read == KA_STORE_OK || read == KA_STORE_UNAVAILABLE);
		ka_arena_clear(&run->place->arena);
	}
	for (unsigned i = 0; i < NUM_GROUPED; i++)
		members[i] = (struct member){ register_ca, &ones[NUM_SINGLES + i], KA_STORE_OK };
	group_run(run->place, members, NUM_GROUPED);
	for (unsigned i = 0; i < NUM_GROUPED; i++)
		run->status[NUM_SINGLES + i] = members[i].status;
	settle(run->place);
}

/* The database, looked at past the store, has exactly the acknowledged ones, and of the uncertain ones what it likes. */
static void
assert_exact(const struct run *run)
{
	char text[160], id[KA_CERT_ID_LEN + 1];

	raw_text(text, sizeof(text), run->place->path, "PRAGMA integrity_check");
	assert_string_equal(text, "ok");
	for (unsigned i = 0; i < NUM; i++) {
		int64_t expected = run->status[i] == KA_STORE_OK ? 1 : 0;

		make_id(id, KA_CERT_ID_LEN, i);
		(void)snprintf(text, sizeof(text), "SELECT count(*) FROM ca WHERE id = x'%s'", id);
		int64_t there = raw_number(run->place->path, text);
		if (run->status[i] == KA_STORE_UNCERTAIN && there <= 1)
			expected = there;
		assert_int_equal(there, expected);
		(void)snprintf(text, sizeof(text), "SELECT count(*) FROM log WHERE resource = '%u'", i);
		assert_int_equal(raw_number(run->place->path, text), expected);
	}
}

/* One run with one fault. False: it has not come to the nth call. */
static bool
run_with(enum fault_kind kind, unsigned nth, int code, bool lasting)
{
	struct run run = { .place = NULL };
	struct one last = { 1000 + nth };
	void *state;

	(void)place_open(&state);
	run.place = state;
	(void)fault_set(kind, nth, code, lasting);
	work(&run);
	bool struck = fault_set(0, 0, 0, false);
	for (unsigned i = 0; i < NUM; i++)
		if (run.status[i] != KA_STORE_OK && run.status[i] != KA_STORE_UNAVAILABLE &&
		    (run.status[i] != KA_STORE_UNCERTAIN || kind == FAULT_WRITE))
			fail_msg("kind %d, call %u, code %d: status %d: %s", kind, nth, code, run.status[i],
			    run.place->said);
	/* The cause is gone: no restart is needed. */
	if (ka_store_write(run.place->store, register_ca, &last) != KA_STORE_OK)
		fail_msg("kind %d, call %u, code %d: does not recover: %s", kind, nth, code, run.place->said);
	assert_int_equal(ka_store_read(run.place->store, count_rows, run.place), KA_STORE_OK);
	assert_exact(&run);
	place_reopen(run.place);
	assert_exact(&run);
	(void)place_close(&state);
	return struck;
}

/* Calls of a kind that are tried: each one, or each stride-th, so that the test stays short where another code has
 * tried each already. */
static bool try_each;

/* Every call of a kind, until the workload makes no more of them. */
static void
run_all(enum fault_kind kind, int code, unsigned stride, unsigned at_least)
{
	for (unsigned lasting = 0; lasting < 2; lasting++) {
		unsigned nth = 1 + lasting;

		while (run_with(kind, nth, code, lasting == 1))
			nth += try_each ? 1 : stride;
		(void)fprintf(
		    stderr, "kind %d, code %d, %s: %u calls\n", kind, code, lasting == 1 ? "lasting" : "once", nth - 1);
		assert_true(nth > at_least);
	}
}

static void
test_disk_full(void **state)
{
	(void)state;
	run_all(FAULT_WRITE, SQLITE_FULL, 2, 100);
}

static void
test_writes_fail(void **state)
{
	(void)state;
	run_all(FAULT_WRITE, SQLITE_IOERR_WRITE, 12, 100);
}

static void
test_disk_is_read_only(void **state)
{
	(void)state;
	run_all(FAULT_WRITE, SQLITE_READONLY, 12, 100);
}

static void
test_syncs_fail(void **state)
{
	(void)state;
	run_all(FAULT_SYNC, SQLITE_IOERR_FSYNC, 1, 10);
}

static void
test_reads_fail(void **state)
{
	(void)state;
	run_all(FAULT_READ, SQLITE_IOERR_READ, 3, 50);
}

static void
test_opens_fail(void **state)
{
	(void)state;
	run_all(FAULT_OPEN, SQLITE_CANTOPEN, 1, 1);
}

static void
test_shared_memory_fails(void **state)
{
	(void)state;
	run_all(FAULT_SHARED, SQLITE_IOERR_SHMMAP, 1, 1);
}

/* Open itself fails: a message, and nothing is left open. */
static void
test_open_under_faults(void **state)
{
	static const int codes[] = { 0, SQLITE_CANTOPEN, SQLITE_IOERR_READ, SQLITE_FULL, SQLITE_IOERR_FSYNC,
		SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_SHMMAP };
	unsigned num = 0;

	(void)state;
	for (unsigned kind = FAULT_OPEN; kind < NUM_FAULT_KINDS; kind++)
		for (unsigned nth = 1;; nth++) {
			struct place *place;
			void *made;

			(void)place_make(&made);
			place = made;
			(void)fault_set((enum fault_kind)kind, nth, codes[kind], true);
			place->store = place_try(place, KA_STORE_CREATE);
			bool struck = fault_set(0, 0, 0, false);
			if (place->store == NULL) {
				assert_true(struck);
				assert_true(strstr(place->said, place->path) != NULL ||
				    strstr(place->said, "cannot be read or written") != NULL);
				/* What was left there is a database or can be made one. */
				place->store = place_try(place, KA_STORE_CREATE);
				if (place->store == NULL)
					fail_msg("kind %u, call %u: %s", kind, nth, place->said);
				num++;
			}
			(void)place_close(&made);
			if (!struck)
				break;
		}
	assert_true(num > 20);
}

/* A group whose commit fails once: each of its functions runs again by itself, and its caller never hears of it. */
static void
test_failed_commit_is_tried_again(void **state)
{
	struct place *place = *state;
	struct one ones[NUM_GROUPED];
	struct member members[NUM_GROUPED];
	struct ka_store_stats stats;

	for (unsigned i = 0; i < NUM_GROUPED; i++) {
		ones[i].number = i;
		members[i] = (struct member){ register_ca, &ones[i], KA_STORE_ABORTED };
	}
	(void)fault_set(FAULT_SYNC, 1, SQLITE_IOERR_FSYNC, false);
	group_run(place, members, NUM_GROUPED);
	assert_true(fault_set(0, 0, 0, false));
	for (unsigned i = 0; i < NUM_GROUPED; i++)
		assert_int_equal(members[i].status, KA_STORE_OK);
	ka_store_stats(&stats, place->store);
	assert_int_equal(stats.retries, NUM_GROUPED + 1);
	assert_int_equal(stats.writes, NUM_GROUPED + 1);
	assert_int_equal(stats.commits, NUM_GROUPED);
	assert_int_equal(stats.failures, 0);
	assert_int_equal(raw_number(place->path, "SELECT count(*) FROM ca"), NUM_GROUPED);
}

static enum ka_store_status
fill(struct ka_tx *tx, void *arg)
{
	static const uint8_t der[3000];

	(void)arg;
	for (unsigned i = 0; i < 300; i++) {
		struct ka_ca_row row = make_ca(i);

		row.der = (struct ka_slice){ der, sizeof(der) }; /* a page each */
		EXPECT(ka_tx_ca_insert(tx, NULL, &scope_a, &row) == KA_STORE_OK);
	}
	return KA_STORE_OK;
}

/* Pages of the file are overwritten: that is no trouble that passes. */
static void
test_damaged_database_fails(void **state)
{
	struct place *place = *state;
	char noise[4096];

	place_write(place, fill);
	ka_store_close(place->store);
	FILE *file = fopen(place->path, "r+");
	assert_non_null(file);
	memset(noise, 0xa5, sizeof(noise));
	for (long page = 200; page < 230; page++) {
		assert_int_equal(fseek(file, page * 4096, SEEK_SET), 0);
		assert_int_equal(fwrite(noise, 1, sizeof(noise), file), sizeof(noise));
	}
	assert_int_equal(fclose(file), 0);
	place->store = place_try(place, 0);
	assert_non_null(place->store);
	assert_int_equal(ka_store_read(place->store, count_rows, place), KA_STORE_FAILED);
	assert_non_null(strstr(place->said, "malformed"));
	assert_int_equal(ka_store_read(place->store, count_rows, place), KA_STORE_FAILED);
}

/* "all": each call of each kind, which takes minutes. */
int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_disk_full),
		cmocka_unit_test(test_writes_fail),
		cmocka_unit_test(test_disk_is_read_only),
		cmocka_unit_test(test_syncs_fail),
		cmocka_unit_test(test_reads_fail),
		cmocka_unit_test(test_opens_fail),
		cmocka_unit_test(test_shared_memory_fails),
		cmocka_unit_test(test_open_under_faults),
		cmocka_unit_test_setup_teardown(test_failed_commit_is_tried_again, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_damaged_database_fails, place_open, place_close),
	};

	try_each = argc > 1 && strcmp(argv[1], "all") == 0;
	fault_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
