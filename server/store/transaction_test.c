/* SPDX-License-Identifier: Apache-2.0 */
/* What a transaction promises, whatever it is about. */
#include "server/store/store_test.h"

#include <pthread.h>
#include <semaphore.h>

static const struct ka_account_row account_one = { "111111111111", NULL, 1 }, account_two = { "222222222222", NULL, 2 };

struct step {
	enum ka_store_status answer; /* what the function returns */
	const struct ka_account_row *account;
	enum ka_store_status inserted;
};

static enum ka_store_status
insert_and_answer(struct ka_tx *tx, void *arg)
{
	struct step *step = arg;

	step->inserted = ka_tx_account_insert(tx, step->account);
	return step->answer;
}

struct look {
	struct ka_arena arena;
	bool one, two;
};

static enum ka_store_status
look_for_accounts(struct ka_tx *tx, void *arg)
{
	struct look *look = arg;
	struct ka_account_row row;

	look->one = ka_tx_account_get(tx, &row, &look->arena, account_one.account) == KA_STORE_OK;
	look->two = ka_tx_account_get(tx, &row, &look->arena, account_two.account) == KA_STORE_OK;
	return KA_STORE_OK;
}

static struct look
look_at(struct place *place)
{
	struct look look = { .one = false };

	assert_int_equal(ka_store_read(place->store, look_for_accounts, &look), KA_STORE_OK);
	ka_arena_clear(&look.arena);
	return look;
}

static void
test_only_ok_commits(void **state)
{
	static const enum ka_store_status answers[] = { KA_STORE_NONE, KA_STORE_EXISTS, KA_STORE_ABORTED,
		KA_STORE_UNAVAILABLE, KA_STORE_FAILED };
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct step step = { answers[i], &account_one, KA_STORE_ABORTED };

		assert_int_equal(ka_store_write(place->store, insert_and_answer, &step), answers[i]);
		assert_int_equal(step.inserted, KA_STORE_OK);
		assert_false(look_at(place).one);
	}
	struct step step = { KA_STORE_OK, &account_one, KA_STORE_ABORTED };
	assert_int_equal(ka_store_write(place->store, insert_and_answer, &step), KA_STORE_OK);
	assert_true(look_at(place).one);
}

static void
test_committed_is_there_after_a_restart(void **state)
{
	struct place *place = *state;
	struct step kept = { KA_STORE_OK, &account_one, KA_STORE_ABORTED },
		    dropped = { KA_STORE_ABORTED, &account_two, KA_STORE_OK };

	assert_int_equal(ka_store_write(place->store, insert_and_answer, &kept), KA_STORE_OK);
	assert_int_equal(ka_store_write(place->store, insert_and_answer, &dropped), KA_STORE_ABORTED);
	place_reopen(place);
	assert_true(look_at(place).one);
	assert_false(look_at(place).two);
	assert_true(ka_store_schema_version(place->store) >= 1);
}

static enum ka_store_status
fail_in_between(struct ka_tx *tx, void *arg)
{
	struct ka_ca_row row = make_ca(1);
	struct ka_account_row got;
	struct ka_arena arena = { 0 };

	(void)arg;
	EXPECT(ka_tx_account_insert(tx, &account_one) == KA_STORE_OK);
	row.id[0] = '\0'; /* no id: the schema refuses it */
	EXPECT(ka_tx_ca_insert(tx, NULL, &scope_a, &row) == KA_STORE_FAILED);
	/* From now on there is nothing but the end, also for what would have worked. */
	EXPECT(ka_tx_account_insert(tx, &account_two) == KA_STORE_FAILED);
	EXPECT(ka_tx_account_get(tx, &got, &arena, account_one.account) == KA_STORE_FAILED);
	return KA_STORE_OK; /* a function that does not care what went wrong */
}

static void
test_a_failed_operation_takes_all_back(void **state)
{
	struct place *place = *state;
	struct ka_store_stats stats;

	assert_int_equal(ka_store_write(place->store, fail_in_between, NULL), KA_STORE_FAILED);
	assert_false(look_at(place).one);
	assert_false(look_at(place).two);
	assert_non_null(strstr(place->said, "constraint failed"));
	ka_store_stats(&stats, place->store);
	assert_int_equal(stats.failures, 1);
	/* The next one is not hurt. */
	struct step step = { KA_STORE_OK, &account_two, KA_STORE_ABORTED };
	assert_int_equal(ka_store_write(place->store, insert_and_answer, &step), KA_STORE_OK);
	assert_true(look_at(place).two);
}

static void
test_readers_do_not_write(void **state)
{
	struct place *place = *state;
	struct step step = { KA_STORE_OK, &account_one, KA_STORE_OK };

	assert_int_equal(ka_store_read(place->store, insert_and_answer, &step), KA_STORE_FAILED);
	assert_int_equal(step.inserted, KA_STORE_FAILED);
	assert_false(look_at(place).one);
}

static enum ka_store_status
answer(struct ka_tx *tx, void *arg)
{
	(void)tx;
	return *(enum ka_store_status *)arg;
}

static void
test_readers_return_what_they_say(void **state)
{
	struct place *place = *state;

	for (enum ka_store_status status = KA_STORE_OK; status <= KA_STORE_FAILED; status++)
		assert_int_equal(ka_store_read(place->store, answer, &status), status);
}

/* A reader that looks, lets a writer commit, and looks again. */
struct snapshot {
	struct place *place;
	sem_t looked, written;
	struct look before, after;
};

static enum ka_store_status
look_twice(struct ka_tx *tx, void *arg)
{
	struct snapshot *snapshot = arg;

	(void)look_for_accounts(tx, &snapshot->before);
	(void)sem_post(&snapshot->looked);
	while (sem_wait(&snapshot->written) != 0)
		;
	return look_for_accounts(tx, &snapshot->after);
}

static void *
reader_main(void *arg)
{
	struct snapshot *snapshot = arg;

	return ka_store_read(snapshot->place->store, look_twice, snapshot) == KA_STORE_OK ? NULL : snapshot;
}

static void
test_readers_see_one_state(void **state)
{
	struct place *place = *state;
	struct snapshot snapshot = { .place = place };
	struct step step = { KA_STORE_OK, &account_two, KA_STORE_ABORTED };
	pthread_t reader;
	void *bad;

	(void)sem_init(&snapshot.looked, 0, 0);
	(void)sem_init(&snapshot.written, 0, 0);
	assert_int_equal(pthread_create(&reader, NULL, reader_main, &snapshot), 0);
	while (sem_wait(&snapshot.looked) != 0)
		;
	assert_int_equal(ka_store_write(place->store, insert_and_answer, &step), KA_STORE_OK);
	(void)sem_post(&snapshot.written);
	assert_int_equal(pthread_join(reader, &bad), 0);
	assert_null(bad);
	assert_false(snapshot.before.two);
	assert_false(snapshot.after.two);
	assert_true(look_at(place).two);
	ka_arena_clear(&snapshot.before.arena);
	ka_arena_clear(&snapshot.after.arena);
}

static void
test_stats_count(void **state)
{
	struct place *place = *state;
	struct ka_store_stats stats;
	struct step kept = { KA_STORE_OK, &account_one, KA_STORE_OK },
		    dropped = { KA_STORE_ABORTED, &account_two, KA_STORE_OK };

	assert_int_equal(ka_store_write(place->store, insert_and_answer, &kept), KA_STORE_OK);
	assert_int_equal(ka_store_write(place->store, insert_and_answer, &dropped), KA_STORE_ABORTED);
	(void)look_at(place);
	(void)look_at(place);
	ka_store_stats(&stats, place->store);
	assert_int_equal(stats.writes, 1);
	assert_int_equal(stats.reads, 2);
	assert_int_equal(stats.retries, 0);
	assert_int_equal(stats.failures, 0);
}

static void
test_unknown_engine_is_refused(void **state)
{
	char message[KA_STORE_MESSAGE_LEN] = "";

	(void)state;
	assert_null(ka_store_open(message, "mysql://localhost/x", KA_STORE_CREATE));
	assert_non_null(strstr(message, "mysql"));
	assert_null(ka_store_open(message, "sqlitefile.db", KA_STORE_CREATE));
	ka_store_close(NULL);
}

int
transaction_tests(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_only_ok_commits, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_committed_is_there_after_a_restart, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_a_failed_operation_takes_all_back, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_readers_do_not_write, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_readers_return_what_they_say, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_readers_see_one_state, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_stats_count, place_open, place_close),
		cmocka_unit_test(test_unknown_engine_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
