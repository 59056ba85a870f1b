/* SPDX-License-Identifier: Apache-2.0 */
/* Many threads at once: what was acknowledged is there, what was refused is not, and no reader ever sees a half of
 * it. */
#include "server/store/store_test.h"

#include <pthread.h>
#include <stdatomic.h>

#define WRITERS 32u
#define READERS 4u
#define EACH 40u

struct crowd {
	struct place *place;
	unsigned first; /* number of the writer's first CA */
	unsigned current;
	enum ka_store_status status[EACH];
	atomic_bool *stop;
	bool good;
	struct ka_arena arena;
};

/* Every third one decides against it in the end. */
static bool
declines(unsigned number)
{
	return number % 3 == 2;
}

static const char *
arn_of(char out[32], unsigned number)
{
	(void)snprintf(out, 32, "arn:%u", number);
	return out;
}

static enum ka_store_status
register_ca(struct ka_tx *tx, void *arg)
{
	struct crowd *crowd = arg;
	struct ka_ca_row row = { .status = KA_CA_ACTIVE, .mode = KA_MODE_DEFAULT, .created = crowd->current };
	char arn[32];

	make_id(row.id, KA_CERT_ID_LEN, crowd->current);
	enum ka_store_status status = ka_tx_ca_insert(tx, NULL, &scope_a, &row);
	if (status == KA_STORE_OK)
		status = ka_tx_tag_put(tx, &scope_a, arn_of(arn, crowd->current), &(struct ka_tag_row){ "k", "v" });
	return status == KA_STORE_OK && declines(crowd->current) ? KA_STORE_ABORTED : status;
}

static void *
writer_main(void *arg)
{
	struct crowd *crowd = arg;

	for (unsigned i = 0; i < EACH; i++) {
		crowd->current = crowd->first + i;
		crowd->status[i] = ka_store_write(crowd->place->store, register_ca, crowd);
	}
	return NULL;
}

/* In one snapshot, each CA has its tag. */
static enum ka_store_status
look(struct ka_tx *tx, void *arg)
{
	struct crowd *crowd = arg;
	struct ka_ca_filter all = { 0 };
	struct ka_page page = { .limit = 20 };
	struct ka_ca_row *list;
	struct ka_tag_row *tags;
	size_t num, num_tags;
	char arn[32];

	EXPECT(ka_tx_ca_list(tx, &list, &num, &crowd->arena, &scope_a, &all, &page) == KA_STORE_OK);
	for (size_t i = 0; i < num; i++) {
		EXPECT(!declines((unsigned)list[i].created));
		EXPECT(ka_tx_tag_list(tx, &tags, &num_tags, &crowd->arena, &scope_a,
			   arn_of(arn, (unsigned)list[i].created)) == KA_STORE_OK);
		EXPECT(num_tags == 1);
	}
	return KA_STORE_OK;
}

static void *
reader_main(void *arg)
{
	struct crowd *crowd = arg;

	crowd->good = true;
	while (!atomic_load(crowd->stop) && crowd->good) {
		crowd->good = ka_store_read(crowd->place->store, look, crowd) == KA_STORE_OK;
		ka_arena_clear(&crowd->arena);
	}
	return NULL;
}

static enum ka_store_status
count(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_ca_row row;
	char id[KA_CERT_ID_LEN + 1];

	for (unsigned i = 0; i < WRITERS * EACH; i++) {
		make_id(id, KA_CERT_ID_LEN, i);
		EXPECT(
		    ka_tx_ca_get(tx, &row, &place->arena, &scope_a, id) == (declines(i) ? KA_STORE_NONE : KA_STORE_OK));
	}
	return KA_STORE_OK;
}

static void
test_many_writers_and_readers(void **state)
{
	struct place *place = *state;
	struct crowd *crowd = calloc(WRITERS + READERS, sizeof(*crowd));
	pthread_t threads[WRITERS + READERS];
	atomic_bool stop = false;
	struct ka_store_stats stats;

	assert_non_null(crowd);
	for (unsigned i = 0; i < WRITERS + READERS; i++) {
		crowd[i].place = place;
		crowd[i].first = i * EACH;
		crowd[i].stop = &stop;
		assert_int_equal(
		    pthread_create(&threads[i], NULL, i < WRITERS ? writer_main : reader_main, &crowd[i]), 0);
	}
	for (unsigned i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	atomic_store(&stop, true);
	for (unsigned i = WRITERS; i < WRITERS + READERS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_true(crowd[i].good);
	}
	for (unsigned i = 0; i < WRITERS * EACH; i++)
		assert_int_equal(crowd[i / EACH].status[i % EACH], declines(i) ? KA_STORE_ABORTED : KA_STORE_OK);
	free(crowd);
	ka_store_stats(&stats, place->store);
	assert_int_equal(stats.failures, 0);
	assert_true(stats.commits <= stats.writes);
	place_reopen(place);
	place_read(place, count);
}

/* The same certificate by all of them: one wins. */
static enum ka_store_status
register_same(struct ka_tx *tx, void *arg)
{
	struct ka_ca_row row = make_ca(7);

	(void)arg;
	return ka_tx_ca_insert(tx, NULL, &scope_a, &row);
}

static void *
same_main(void *arg)
{
	struct crowd *crowd = arg;

	crowd->status[0] = ka_store_write(crowd->place->store, register_same, crowd);
	return NULL;
}

static void
test_one_winner_of_many(void **state)
{
	struct crowd crowd[WRITERS];
	pthread_t threads[WRITERS];
	unsigned won = 0, lost = 0;

	for (unsigned i = 0; i < WRITERS; i++) {
		crowd[i].place = *state;
		assert_int_equal(pthread_create(&threads[i], NULL, same_main, &crowd[i]), 0);
	}
	for (unsigned i = 0; i < WRITERS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		won += crowd[i].status[0] == KA_STORE_OK;
		lost += crowd[i].status[0] == KA_STORE_EXISTS;
	}
	assert_int_equal(won, 1);
	assert_int_equal(lost, WRITERS - 1);
}

/* Workers that claim: no task twice. */
static enum ka_store_status
add_tasks(struct ka_tx *tx, void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < WRITERS * 2; i++) {
		struct ka_task_row task = make_task(i);

		EXPECT(ka_tx_task_insert(tx, &scope_a, &task, NULL, 0) == KA_STORE_OK);
	}
	return KA_STORE_OK;
}

struct claimer {
	struct place *place;
	char id[2][KA_TASK_ID_LEN + 1];
	unsigned current;
};

static enum ka_store_status
claim(struct ka_tx *tx, void *arg)
{
	struct claimer *claimer = arg;
	struct ka_arena arena = { 0 };
	struct ka_task_row task;
	enum ka_store_status status = ka_tx_task_claim(tx, &task, &arena, "worker", 100, 200);

	if (status == KA_STORE_OK)
		memcpy(claimer->id[claimer->current], task.id, KA_TASK_ID_LEN + 1);
	ka_arena_clear(&arena);
	return status;
}

static void *
claim_main(void *arg)
{
	struct claimer *claimer = arg;

	for (claimer->current = 0; claimer->current < 2; claimer->current++)
		(void)ka_store_write(claimer->place->store, claim, claimer);
	return NULL;
}

static int
compare_ids(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
test_no_task_is_claimed_twice(void **state)
{
	struct claimer claimers[WRITERS] = { 0 };
	char ids[WRITERS * 2][KA_TASK_ID_LEN + 1];
	pthread_t threads[WRITERS];

	place_write(*state, add_tasks);
	for (unsigned i = 0; i < WRITERS; i++) {
		claimers[i].place = *state;
		assert_int_equal(pthread_create(&threads[i], NULL, claim_main, &claimers[i]), 0);
	}
	for (unsigned i = 0; i < WRITERS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		memcpy(ids[2 * i], claimers[i].id, sizeof(claimers[i].id));
	}
	qsort(ids, WRITERS * 2, sizeof(ids[0]), compare_ids);
	for (unsigned i = 0; i < WRITERS * 2; i++) {
		assert_string_not_equal(ids[i], "");
		assert_true(i == 0 || strcmp(ids[i - 1], ids[i]) != 0);
	}
}

int
threads_tests(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_many_writers_and_readers, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_one_winner_of_many, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_no_task_is_claimed_twice, place_open, place_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
