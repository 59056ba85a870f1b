/* SPDX-License-Identifier: Apache-2.0 */
/* Rounds on a real store, with a receiver that is the test: what attempts come to, who has a topic, when time is over. */
#include "server/store/store_test.h"

#include "server/clock.h"
#include "server/notify/deliver.h"

#define NUM 6u

static struct ka_setup setup = { .timeout_ms = 1000, .max_pause_ms = 60000, .give_up_ms = 3600000, .in_flight = 4 };

static enum ka_store_status
fill(struct ka_tx *tx, void *arg)
{
	int64_t now = ka_clock_now();

	(void)arg;
	for (unsigned i = 0; i < NUM; i++) {
		struct ka_outbox_row row = { .topic = "arn:one", .message = "{}", .created = now - 1000 + i };

		(void)snprintf(row.id, sizeof(row.id), "%08u-0000-8000-8000-000000000000", i);
		EXPECT(ka_tx_outbox_insert(tx, &scope_a, &row) == KA_STORE_OK);
	}
	return KA_STORE_OK;
}

struct worker {
	struct place *place;
	struct ka_arena arena;
	struct ka_round round;
	struct ka_delivery deliveries[NUM];
};

/* Claims; false when nothing is due. */
static bool
claim(struct worker *w, struct place *place, const char *name)
{
	w->place = place;
	w->round.worker = name;
	w->round.setup = &setup;
	w->round.arena = &w->arena;
	w->round.deliveries = w->deliveries;
	memset(w->deliveries, 0, sizeof(w->deliveries));
	return ka_store_write(place->store, ka_round_claim, &w->round) == KA_STORE_OK;
}

static void
finish(struct worker *w)
{
	ka_round_finish(&w->round, ka_clock_now());
	assert_int_equal(ka_store_write(w->place->store, ka_round_store, &w->round), KA_STORE_OK);
}

static void
drop_worker(struct worker *w)
{
	ka_arena_clear(&w->arena);
}

struct look {
	struct place *place;
	unsigned number;
	struct ka_outbox_row row;
	struct ka_outbox_topic_row topic;
	bool has_topic;
};

static enum ka_store_status
look_up(struct ka_tx *tx, void *arg)
{
	struct look *look = arg;
	char id[KA_MESSAGE_ID_LEN + 1];
	enum ka_store_status status;

	(void)snprintf(id, sizeof(id), "%08u-0000-8000-8000-000000000000", look->number);
	EXPECT(ka_tx_outbox_get(tx, &look->row, &look->place->arena, id) == KA_STORE_OK);
	status = ka_tx_outbox_topic_get(tx, &look->topic, &look->place->arena, &scope_a, "arn:one");
	look->has_topic = status == KA_STORE_OK;
	return status == KA_STORE_NONE ? KA_STORE_OK : status;
}

static struct look
look_at(struct place *place, unsigned number)
{
	struct look look = { .place = place, .number = number };

	assert_int_equal(ka_store_read(place->store, look_up, &look), KA_STORE_OK);
	return look;
}

static enum ka_store_status
release_now(struct ka_tx *tx, void *arg)
{
	struct ka_outbox_topic_row topic;
	struct place *place = arg;

	/* As if the pause were over. */
	EXPECT(ka_tx_outbox_topic_get(tx, &topic, &place->arena, &scope_a, "arn:one") == KA_STORE_OK);
	topic.due = 0;
	EXPECT(ka_tx_outbox_release(tx, &topic) == KA_STORE_OK);
	return KA_STORE_OK;
}

static void
test_all_outcomes(void **state)
{
	struct place *place = *state;
	struct worker w = { 0 };

	place_write(place, fill);
	assert_true(claim(&w, place, "w"));
	assert_int_equal(w.round.num, setup.in_flight);
	w.deliveries[0].outcome = KA_SEND_DELIVERED;
	(void)snprintf(w.deliveries[0].receipt, sizeof(w.deliveries[0].receipt), "receipt");
	ka_delivery_fail(&w.deliveries[1], KA_SEND_RETRY, "HTTP %d", 500);
	ka_delivery_fail(&w.deliveries[2], KA_SEND_REFUSED, "HTTP 400");
	w.deliveries[3].outcome = KA_SEND_STOPPED;
	finish(&w);
	struct look look = look_at(place, 0);
	assert_int_equal(look.row.state, KA_OUTBOX_DELIVERED);
	assert_string_equal(look.row.receipt, "receipt");
	assert_true(look.row.attempts == 1 && look.row.ended > 0 && look.row.last_error == NULL);
	look = look_at(place, 1);
	assert_int_equal(look.row.state, KA_OUTBOX_PENDING);
	assert_string_equal(look.row.last_error, "HTTP 500");
	assert_true(look.row.attempts == 1 && look.row.due > look.row.created && look.row.ended == 0);
	look = look_at(place, 2);
	assert_int_equal(look.row.state, KA_OUTBOX_DEAD);
	assert_string_equal(look.row.last_error, "HTTP 400");
	assert_true(look.row.ended > 0);
	look = look_at(place, 3);
	assert_true(look.row.state == KA_OUTBOX_PENDING && look.row.attempts == 0 && look.row.last_error == NULL);
	/* Somebody answered, so the topic goes on at once. */
	assert_true(look.has_topic && look.topic.failures == 0 && look.topic.worker == NULL);
	assert_true(look.topic.due <= ka_clock_now());
	drop_worker(&w);
}

static void
test_failing_topic_is_probed_with_one_message_after_the_other(void **state)
{
	struct place *place = *state;
	struct worker w = { 0 };
	char seen[3][KA_MESSAGE_ID_LEN + 1];

	place_write(place, fill);
	assert_true(claim(&w, place, "w"));
	finish(&w); /* four attempts, all RETRY */
	struct look look = look_at(place, 0);
	assert_int_equal(look.topic.failures, 1);
	assert_true(look.topic.due > 0 && look.row.attempts == 1);
	for (unsigned i = 0; i < 2; i++) {
		place_write(place, release_now);
		while (!claim(&w, place, "w"))
			;
		assert_int_equal(w.round.num, 1);
		memcpy(seen[i], w.round.rows[0].id, sizeof(seen[i]));
		finish(&w);
	}
	/* The ones that had no attempt come first, and not the same one again. */
	assert_true(strncmp(seen[0], "00000004", 8) == 0 && strncmp(seen[1], "00000005", 8) == 0);
	look = look_at(place, 0);
	assert_int_equal(look.topic.failures, 3);
	place_write(place, release_now);
	while (!claim(&w, place, "w"))
		;
	w.deliveries[0].outcome = KA_SEND_DELIVERED;
	finish(&w);
	assert_int_equal(look_at(place, 0).topic.failures, 0);
	drop_worker(&w);
}

static void
test_retry_after_keeps_the_topic_back(void **state)
{
	struct place *place = *state;
	struct worker w = { 0 };

	place_write(place, fill);
	assert_true(claim(&w, place, "w"));
	w.deliveries[0].outcome = KA_SEND_DELIVERED;
	w.deliveries[1].retry_after = 3600000;
	w.deliveries[2].retry_after = INT64_MAX; /* nobody waits longer than a day */
	int64_t before = ka_clock_now();
	finish(&w);
	struct look look = look_at(place, 1);
	assert_true(look.row.due >= before + 3600000 && look.row.due < before + 2 * 3600000);
	assert_true(look.topic.due >= before + 24 * 3600000 && look.topic.due < before + 25 * 3600000);
	assert_false(claim(&w, place, "w"));
	drop_worker(&w);
}

static void
test_late_worker(void **state)
{
	struct place *place = *state;
	struct worker late = { 0 }, next = { 0 };

	place_write(place, fill);
	assert_true(claim(&late, place, "late"));
	assert_false(claim(&next, place, "next"));
	place_write(place, release_now); /* the lease has run out */
	assert_true(claim(&next, place, "next"));
	assert_int_equal(next.round.num, 4);
	/* What the late one delivered is delivered; that it failed does not matter any more, nor does it take the topic away. */
	late.deliveries[0].outcome = KA_SEND_DELIVERED;
	ka_delivery_fail(&late.deliveries[1], KA_SEND_REFUSED, "late");
	finish(&late);
	assert_int_equal(look_at(place, 0).row.state, KA_OUTBOX_DELIVERED);
	struct look look = look_at(place, 1);
	assert_true(look.row.state == KA_OUTBOX_PENDING && look.row.attempts == 0);
	assert_string_equal(look.topic.worker, "next");
	ka_delivery_fail(&next.deliveries[0], KA_SEND_REFUSED, "too late");
	next.deliveries[1].outcome = next.deliveries[2].outcome = next.deliveries[3].outcome = KA_SEND_DELIVERED;
	finish(&next);
	assert_int_equal(look_at(place, 0).row.state, KA_OUTBOX_DELIVERED); /* it stays so */
	assert_int_equal(look_at(place, 3).row.state, KA_OUTBOX_DELIVERED);
	drop_worker(&late);
	drop_worker(&next);
}

static void
test_time_is_over(void **state)
{
	struct place *place = *state;
	struct worker w = { 0 };

	place_write(place, fill);
	setup.give_up_ms = 1;
	assert_true(claim(&w, place, "w"));
	ka_delivery_fail(&w.deliveries[0], KA_SEND_RETRY, "no connection");
	finish(&w);
	setup.give_up_ms = 3600000;
	/* Those that were tried, and those that were not. */
	assert_int_equal(w.round.num_expired, NUM - 4);
	for (unsigned i = 0; i < NUM; i++)
		assert_int_equal(look_at(place, i).row.state, KA_OUTBOX_DEAD);
	assert_string_equal(look_at(place, 0).row.last_error, "no connection");
	assert_string_equal(look_at(place, 5).row.last_error, "the receiver of the topic failed all the time");
	assert_false(look_at(place, 0).has_topic);
	drop_worker(&w);
}

static void
test_time_is_not_over_for_who_gets_through(void **state)
{
	struct place *place = *state;
	struct worker w = { 0 };

	place_write(place, fill);
	setup.give_up_ms = 1;
	assert_true(claim(&w, place, "w"));
	for (unsigned i = 0; i < 4; i++)
		w.deliveries[i].outcome = KA_SEND_DELIVERED;
	finish(&w);
	setup.give_up_ms = 3600000;
	assert_int_equal(w.round.num_expired, 0);
	assert_int_equal(look_at(place, 5).row.state, KA_OUTBOX_PENDING);
	drop_worker(&w);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_outcomes, place_open, place_close),
		cmocka_unit_test_setup_teardown(
		    test_failing_topic_is_probed_with_one_message_after_the_other, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_retry_after_keeps_the_topic_back, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_late_worker, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_time_is_over, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_time_is_not_over_for_who_gets_through, place_open, place_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
