/* SPDX-License-Identifier: Apache-2.0 */
/* Group commit: many functions, one commit, each with its own fate. */
#include "server/clock.h"
#include "server/store/sqlite/sqlite_test.h"

#define NUM 32u

struct one {
	unsigned number, runs;
	enum ka_store_status answer;
	bool broken; /* gives the store a row that the schema refuses */
};

static enum ka_store_status
insert(struct ka_tx *tx, void *arg)
{
	struct one *one = arg;
	struct ka_ca_row row = make_ca(one->number);

	one->runs++;
	EXPECT(ka_tx_ca_insert(tx, NULL, &scope_a, &row) == KA_STORE_OK);
	if (one->broken) {
		row.id[0] = '\0';
		EXPECT(ka_tx_ca_insert(tx, NULL, &scope_a, &row) == KA_STORE_FAILED);
	}
	return one->answer;
}

/* Whether the numbered CA is there. */
static bool
is_there(struct place *place, unsigned number)
{
	char text[160], id[KA_CERT_ID_LEN + 1];

	make_id(id, KA_CERT_ID_LEN, number);
	(void)snprintf(text, sizeof(text), "SELECT count(*) FROM ca WHERE id = x'%s'", id);
	return raw_number(place->path, text) == 1;
}

static void
test_a_group_shares_a_commit(void **state)
{
	struct place *place = *state;
	struct one ones[NUM];
	struct member members[NUM];
	struct ka_store_stats stats;

	for (unsigned i = 0; i < NUM; i++) {
		ones[i] = (struct one){ .number = i };
		members[i] = (struct member){ insert, &ones[i], KA_STORE_ABORTED };
	}
	group_run(place, members, NUM);
	for (unsigned i = 0; i < NUM; i++) {
		assert_int_equal(members[i].status, KA_STORE_OK);
		assert_int_equal(ones[i].runs, 1);
		assert_true(is_there(place, i));
	}
	ka_store_stats(&stats, place->store);
	assert_int_equal(stats.writes, NUM + 1);
	assert_int_equal(stats.commits, 1);
	assert_int_equal(stats.retries, 0);
}

static void
test_members_of_a_group_are_apart(void **state)
{
	struct place *place = *state;
	struct ka_store_stats stats;
	struct one ones[NUM];
	struct member members[NUM];

	/* Of four: one commits, one declines, one fails, one fails and does not say so. */
	for (unsigned i = 0; i < NUM; i++) {
		ones[i] = (struct one){ .number = i,
			.answer = i % 4 == 1 ? KA_STORE_ABORTED
			    : i % 4 == 2     ? KA_STORE_FAILED
					     : KA_STORE_OK,
			.broken = i % 4 >= 2 };
		members[i] = (struct member){ insert, &ones[i], KA_STORE_NONE };
	}
	group_run(place, members, NUM);
	for (unsigned i = 0; i < NUM; i++) {
		assert_int_equal(members[i].status,
		    i % 4 == 0       ? KA_STORE_OK
			: i % 4 == 1 ? KA_STORE_ABORTED
				     : KA_STORE_FAILED);
		/* Those before the first that declined ran twice, and never more often. */
		assert_in_range(ones[i].runs, 1, 2);
		assert_int_equal(is_there(place, i), i % 4 == 0);
	}
	ka_store_stats(&stats, place->store);
	assert_int_equal(stats.commits, 1);
}

static enum ka_store_status
insert_or_decline(struct ka_tx *tx, void *arg)
{
	struct one *one = arg;

	/* The same as its neighbour: there already for the second of the two, uncommitted as it is. */
	struct ka_ca_row row = make_ca(one->number / 2);

	one->runs++;
	return ka_tx_ca_insert(tx, NULL, &scope_a, &row);
}

/* Functions that decline before they write anything do not make the others run again. */
static void
test_declining_early_costs_nothing(void **state)
{
	struct place *place = *state;
	struct one ones[NUM];
	struct member members[NUM];
	struct ka_store_stats stats;
	unsigned num_declined = 0;

	for (unsigned i = 0; i < NUM; i++) {
		ones[i] = (struct one){ .number = i };
		members[i] = (struct member){ insert_or_decline, &ones[i], KA_STORE_NONE };
	}
	group_run(place, members, NUM);
	for (unsigned i = 0; i < NUM; i++) {
		assert_int_equal(ones[i].runs, 1);
		num_declined += members[i].status == KA_STORE_EXISTS;
		assert_true(members[i].status == KA_STORE_OK || members[i].status == KA_STORE_EXISTS);
	}
	/* Whichever of two neighbours comes first has it. */
	assert_int_equal(num_declined, NUM / 2);
	assert_int_equal(raw_number(place->path, "SELECT count(*) FROM ca"), NUM / 2);
	ka_store_stats(&stats, place->store);
	assert_int_equal(stats.commits, 1);
	assert_int_equal(stats.retries, 0);
}

/* A function with as many rows as a large import has in a chunk, or an audit in findings. */
#define MANY 2000u

struct large {
	unsigned first, runs, careful;
	enum ka_store_status answer;
};

static enum ka_store_status
insert_many(struct ka_tx *tx, void *arg)
{
	struct connection *connection = (struct connection *)tx;
	struct large *large = arg;

	large->runs++;
	/* Nothing to take back yet: it succeeds when there is such a savepoint, and that is all it does. */
	large->careful += sqlite3_exec(connection->db, "ROLLBACK TO job", NULL, NULL, NULL) == SQLITE_OK;
	for (unsigned i = 0; i < MANY; i++) {
		struct ka_ca_row row = make_ca(large->first + i);

		EXPECT(ka_tx_ca_insert(tx, NULL, &scope_a, &row) == KA_STORE_OK);
	}
	return large->answer;
}

/* Large functions that are not the first of their group run in savepoints as soon as one is to be taken back: all of it is, and nothing of
 * the others. */
static void
test_large_members_of_a_group_are_apart(void **state)
{
	struct place *place = *state;
	struct one first = { .number = 1, .answer = KA_STORE_OK }, last = { .number = 2, .answer = KA_STORE_OK };
	struct large kept = { .first = 10000, .answer = KA_STORE_OK },
		     declined = { .first = 20000, .answer = KA_STORE_ABORTED },
		     behind = { .first = 30000, .answer = KA_STORE_OK };
	struct member members[] = { { insert, &first, KA_STORE_NONE }, { insert_many, &kept, KA_STORE_NONE },
		{ insert_many, &declined, KA_STORE_NONE }, { insert_many, &behind, KA_STORE_NONE },
		{ insert, &last, KA_STORE_NONE } };
	const unsigned num = sizeof(members) / sizeof(members[0]);
	struct ka_store_stats stats;
	int64_t start = ka_clock_monotonic();

	group_run(place, members, num);
	print_message(
	    "%u rows, half of them twice, in %lld ms\n", 3 * MANY, (long long)(ka_clock_monotonic() - start) / 1000000);
	for (unsigned i = 0; i < num; i++)
		assert_int_equal(members[i].status, i == 2 ? KA_STORE_ABORTED : KA_STORE_OK);
	assert_int_equal(raw_number(place->path, "SELECT count(*) FROM ca"), 2 * MANY + 2);
	assert_true(is_there(place, 1) && is_there(place, 2));
	assert_true(is_there(place, 10000) && is_there(place, 10000 + MANY - 1));
	assert_false(is_there(place, 20000) || is_there(place, 20000 + MANY - 1));
	assert_true(is_there(place, 30000) && is_there(place, 30000 + MANY - 1));
	/* Once without a savepoint, once in one; what stands behind the one that declined ran in one only. */
	assert_true(kept.runs == 2 && kept.careful == 1);
	assert_true(declined.runs == 2 && declined.careful == 1);
	assert_true(behind.runs == 1 && behind.careful == 1);
	assert_int_equal(
	    raw_number(place->path, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
	ka_store_stats(&stats, place->store);
	assert_int_equal(stats.commits, 1);
}

/* Of a group in which nobody declines none runs in a savepoint, whose costs grow with the square of the rows. */
static void
test_large_members_need_no_savepoint(void **state)
{
	struct place *place = *state;
	struct large large[] = { { .first = 10000 }, { .first = 20000 }, { .first = 30000 } };
	struct member members[3];

	for (unsigned i = 0; i < 3; i++) {
		large[i].answer = KA_STORE_OK;
		members[i] = (struct member){ insert_many, &large[i], KA_STORE_NONE };
	}
	group_run(place, members, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_true(members[i].status == KA_STORE_OK && large[i].runs == 1 && large[i].careful == 0);
	assert_int_equal(raw_number(place->path, "SELECT count(*) FROM ca"), 3 * MANY);
}

static enum ka_store_status
write_inside(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct one one = { .number = 1 };

	(void)tx;
	EXPECT(ka_store_write(place->store, insert, &one) == KA_STORE_FAILED && one.runs == 0);
	return KA_STORE_OK;
}

static void
test_a_write_inside_of_a_write_does_not_hang(void **state)
{
	place_write(*state, write_inside);
	assert_non_null(strstr(((struct place *)*state)->said, "inside"));
}

/* Another process that holds the database for longer than anyone waits: all that queue up hear of it after one such
 * time. */
#define WAIT_MS 300

struct caller {
	struct place *place;
	struct one one;
	enum ka_store_status status;
};

static void *
caller_main(void *arg)
{
	struct caller *caller = arg;

	caller->status = ka_store_write(caller->place->store, insert, &caller->one);
	return NULL;
}

static void
test_a_locked_database_is_unavailable_and_recovers(void **state)
{
	struct place *place = *state;
	struct sqlite_store *store = (struct sqlite_store *)place->store;
	struct caller callers[8];
	pthread_t threads[8];
	sqlite3 *other;

	(void)sqlite3_busy_timeout(store->writer->db, WAIT_MS);
	assert_int_equal(sqlite3_open(place->path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	int64_t start = ka_clock_monotonic();
	for (unsigned i = 0; i < 8; i++) {
		callers[i] = (struct caller){ .place = place, .one = { .number = i } };
		assert_int_equal(pthread_create(&threads[i], NULL, caller_main, &callers[i]), 0);
	}
	for (unsigned i = 0; i < 8; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(callers[i].status, KA_STORE_UNAVAILABLE);
		assert_int_equal(callers[i].one.runs, 0);
	}
	/* One after the other it would be eight times as long; those that came while the first ones heard of it are a
	 * second turn. */
	assert_true(ka_clock_monotonic() - start < INT64_C(1000000) * WAIT_MS * 5);
	assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	(void)sqlite3_close(other);
	assert_int_equal(ka_store_write(place->store, insert, &callers[0].one), KA_STORE_OK);
	assert_true(is_there(place, 0));
	assert_false(is_there(place, 1));
}

static int
interrupt(void *arg)
{
	(void)arg;
	return 1;
}

/* SQLite takes the whole transaction back when it is interrupted in it; a statement behind that would commit by
 * itself. */
static enum ka_store_status
lose_transaction(struct ka_tx *tx, void *arg)
{
	struct connection *connection = (struct connection *)tx;
	struct one *one = arg;
	struct ka_ca_row first = make_ca(100 + one->number), second = make_ca(200 + one->number);

	one->runs++;
	EXPECT(ka_tx_ca_insert(tx, NULL, &scope_a, &first) == KA_STORE_OK);
	sqlite3_progress_handler(connection->db, 1, interrupt, NULL);
	EXPECT(ka_tx_ca_insert(tx, NULL, &scope_b, &first) == KA_STORE_UNAVAILABLE);
	sqlite3_progress_handler(connection->db, 0, NULL, NULL);
	EXPECT(sqlite3_get_autocommit(connection->db) != 0);
	EXPECT(ka_tx_ca_insert(tx, NULL, &scope_a, &second) == KA_STORE_UNAVAILABLE);
	return KA_STORE_OK;
}

static void
test_lost_transaction_leaves_nothing(void **state)
{
	struct place *place = *state;
	struct one ones[8];
	struct member members[8];

	for (unsigned i = 0; i < 8; i++) {
		ones[i] = (struct one){ .number = i };
		members[i] = (struct member){ i == 4 ? lose_transaction : insert, &ones[i], KA_STORE_ABORTED };
	}
	group_run(place, members, 8);
	for (unsigned i = 0; i < 8; i++) {
		/* The others run again, each by itself; the one that loses it does so twice. */
		assert_int_equal(members[i].status, i == 4 ? KA_STORE_UNAVAILABLE : KA_STORE_OK);
		assert_int_equal(is_there(place, i), i != 4);
	}
	assert_int_equal(ones[4].runs, 2);
	assert_int_equal(raw_number(place->path, "SELECT count(*) FROM ca"), 7);
}

static enum ka_store_status
insert_long(struct ka_tx *tx, void *arg)
{
	static const uint8_t der[3000];
	struct one *one = arg;
	struct ka_ca_row row = make_ca(one->number);

	row.der = (struct ka_slice){ der, sizeof(der) };
	EXPECT(ka_tx_ca_insert(tx, NULL, &scope_a, &row) == KA_STORE_FAILED);
	return KA_STORE_OK;
}

/* A value that SQLite does not take is an error, not an absent value. */
static void
test_value_that_cannot_be_bound(void **state)
{
	struct place *place = *state;
	struct sqlite_store *store = (struct sqlite_store *)place->store;
	struct one one = { .number = 1 };

	(void)sqlite3_limit(store->writer->db, SQLITE_LIMIT_LENGTH, 2500);
	assert_int_equal(ka_store_write(place->store, insert_long, &one), KA_STORE_FAILED);
	assert_non_null(strstr(place->said, "too big"));
	assert_false(is_there(place, 1));
	assert_int_equal(ka_store_write(place->store, insert, &one), KA_STORE_OK);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_group_shares_a_commit, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_members_of_a_group_are_apart, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_declining_early_costs_nothing, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_large_members_of_a_group_are_apart, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_large_members_need_no_savepoint, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_a_write_inside_of_a_write_does_not_hang, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_lost_transaction_leaves_nothing, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_value_that_cannot_be_bound, place_open, place_close),
		cmocka_unit_test_setup_teardown(
		    test_a_locked_database_is_unavailable_and_recovers, place_open, place_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
