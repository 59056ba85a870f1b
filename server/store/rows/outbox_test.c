/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox: one message for each id, topics that are claimed, what attempts come to, what operators do. */
#include "server/store/store_test.h"

static struct ka_outbox_row
make(unsigned number, const char *topic, int64_t created)
{
	struct ka_outbox_row row = {
		.topic = topic, .subject = number % 2 == 0 ? "subject" : NULL, .message = "{\"a\":1}", .created = created
	};

	(void)snprintf(row.id, sizeof(row.id), "%08u-0000-8000-8000-000000000000", number);
	return row;
}

static enum ka_store_status
put(struct ka_tx *tx, const struct ka_scope *scope, unsigned number, const char *topic, int64_t created)
{
	struct ka_outbox_row row = make(number, topic, created);

	return ka_tx_outbox_insert(tx, scope, &row);
}

static enum ka_store_status
insert(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_outbox_row row = make(1, "topic", 100), got;
	struct ka_outbox_topic_row topic;

	EXPECT(ka_tx_outbox_has_due(tx, INT64_MAX) == KA_STORE_NONE);
	EXPECT(ka_tx_outbox_insert(tx, &scope_a, &row) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_get(tx, &got, &place->arena, row.id) == KA_STORE_OK);
	EXPECT(same_text(got.account, scope_a.account) && same_text(got.region, scope_a.region));
	EXPECT(same_text(got.id, row.id) && same_text(got.topic, "topic") && got.subject == NULL);
	EXPECT(same_text(got.message, row.message) && got.state == KA_OUTBOX_PENDING);
	EXPECT(got.created == 100 && got.since == 100 && got.due == 100 && got.ended == 0 && got.attempts == 0);
	EXPECT(got.last_error == NULL && got.receipt == NULL);
	/* The same id again changes nothing, whatever else it says; another scope is another message. */
	row.message = "{\"a\":2}";
	EXPECT(ka_tx_outbox_insert(tx, &scope_a, &row) == KA_STORE_EXISTS);
	EXPECT(ka_tx_outbox_get(tx, &got, &place->arena, row.id) == KA_STORE_OK);
	EXPECT(same_text(got.message, "{\"a\":1}"));
	EXPECT(ka_tx_outbox_insert(tx, &scope_b, &row) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_insert(tx, &scope_a_west, &row) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_topic_get(tx, &topic, &place->arena, &scope_a, "topic") == KA_STORE_OK);
	EXPECT(topic.due == 100 && topic.failures == 0 && topic.worker == NULL);
	EXPECT(ka_tx_outbox_topic_get(tx, &topic, &place->arena, &scope_a, "other") == KA_STORE_NONE);
	EXPECT(ka_tx_outbox_has_due(tx, 99) == KA_STORE_NONE && ka_tx_outbox_has_due(tx, 100) == KA_STORE_OK);
	return KA_STORE_OK;
}

static void
test_insert_is_idempotent(void **state)
{
	place_write(*state, insert);
}

static enum ka_store_status
claims(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_arena *arena = &place->arena;
	struct ka_outbox_topic_row first, second, none;
	struct ka_outbox_row *rows;
	size_t num;

	EXPECT(put(tx, &scope_a, 1, "one", 100) == KA_STORE_OK && put(tx, &scope_a, 2, "one", 90) == KA_STORE_OK);
	EXPECT(put(tx, &scope_a, 3, "two", 95) == KA_STORE_OK && put(tx, &scope_b, 4, "one", 300) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_claim(tx, &none, arena, "w", 89, 500) == KA_STORE_NONE);
	/* A topic is one worker's; the longest due first. */
	EXPECT(ka_tx_outbox_claim(tx, &first, arena, "w1", 200, 500) == KA_STORE_OK);
	EXPECT(same_text(first.topic, "one") && same_text(first.account, scope_a.account) && first.due == 500);
	EXPECT(ka_tx_outbox_claim(tx, &second, arena, "w2", 200, 400) == KA_STORE_OK && same_text(second.topic, "two"));
	EXPECT(ka_tx_outbox_claim(tx, &none, arena, "w3", 200, 600) == KA_STORE_NONE);
	EXPECT(ka_tx_outbox_next(tx, &rows, &num, arena, &first, 200, 10) == KA_STORE_OK && num == 2);
	EXPECT(same_text(rows[0].id, make(2, "", 0).id) && same_text(rows[1].id, make(1, "", 0).id));
	EXPECT(same_text(rows[0].message, "{\"a\":1}") && same_text(rows[0].subject, "subject"));
	EXPECT(ka_tx_outbox_next(tx, &rows, &num, arena, &first, 99, 10) == KA_STORE_OK && num == 1);
	EXPECT(ka_tx_outbox_next(tx, &rows, &num, arena, &first, 200, 1) == KA_STORE_OK && num == 1);
	/* A message that comes meanwhile does not take the topic from its worker. */
	EXPECT(put(tx, &scope_a, 5, "one", 80) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_claim(tx, &none, arena, "w3", 200, 600) == KA_STORE_NONE);
	/* A lease that ran out is another's. */
	EXPECT(ka_tx_outbox_claim(tx, &none, arena, "w3", 500, 900) == KA_STORE_OK && same_text(none.topic, "one"));
	EXPECT(same_text(none.account, scope_b.account));
	EXPECT(ka_tx_outbox_claim(tx, &none, arena, "w3", 500, 900) == KA_STORE_OK && same_text(none.topic, "two"));
	EXPECT(ka_tx_outbox_claim(tx, &none, arena, "w3", 500, 900) == KA_STORE_OK && same_text(none.topic, "one"));
	EXPECT(ka_tx_outbox_claim(tx, &none, arena, "w4", 500, 900) == KA_STORE_NONE);
	EXPECT(ka_tx_outbox_release_all(tx, 7) == KA_STORE_OK);
	for (unsigned i = 0; i < 3; i++)
		EXPECT(ka_tx_outbox_claim(tx, &none, arena, "w4", 7, 900) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_claim(tx, &none, arena, "w4", 7, 900) == KA_STORE_NONE);
	return KA_STORE_OK;
}

static void
test_claims(void **state)
{
	place_write(*state, claims);
}

static enum ka_store_status
results(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_arena *arena = &place->arena;
	struct ka_outbox_topic_row topic, got;
	struct ka_outbox_row *rows, row;
	size_t num;

	for (unsigned i = 1; i <= 3; i++)
		EXPECT(put(tx, &scope_a, i, "one", 100) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_claim(tx, &topic, arena, "w", 200, 500) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_next(tx, &rows, &num, arena, &topic, 200, 10) == KA_STORE_OK && num == 3);
	rows[0].state = KA_OUTBOX_DELIVERED;
	rows[0].ended = 210;
	rows[0].attempts = 1;
	rows[0].receipt = "receipt";
	rows[1].due = 1000;
	rows[1].attempts = 1;
	rows[1].last_error = "connection refused";
	rows[2].state = KA_OUTBOX_DEAD;
	rows[2].ended = 220;
	EXPECT(ka_tx_outbox_update(tx, &rows[0]) == KA_STORE_OK && ka_tx_outbox_update(tx, &rows[1]) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_update(tx, &rows[2]) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_update(tx, &rows[0]) == KA_STORE_NONE); /* it has ended */
	EXPECT(ka_tx_outbox_get(tx, &row, arena, rows[0].id) == KA_STORE_OK && row.state == KA_OUTBOX_DELIVERED);
	EXPECT(row.ended == 210 && row.attempts == 1 && same_text(row.receipt, "receipt"));
	EXPECT(ka_tx_outbox_get(tx, &row, arena, rows[1].id) == KA_STORE_OK && row.state == KA_OUTBOX_PENDING);
	EXPECT(row.due == 1000 && row.attempts == 1 && same_text(row.last_error, "connection refused"));
	/* The topic waits for its message, or longer when it backs off; then nothing but time makes it due. */
	topic.due = 300;
	EXPECT(ka_tx_outbox_release(tx, &topic) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_topic_get(tx, &got, arena, &scope_a, "one") == KA_STORE_OK);
	EXPECT(got.due == 1000 && got.worker == NULL && got.failures == 0);
	EXPECT(put(tx, &scope_a, 4, "one", 400) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_topic_get(tx, &got, arena, &scope_a, "one") == KA_STORE_OK && got.due == 400);
	topic.due = 2000;
	topic.failures = 3;
	EXPECT(ka_tx_outbox_release(tx, &topic) == KA_STORE_OK);
	EXPECT(put(tx, &scope_a, 5, "one", 450) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_topic_get(tx, &got, arena, &scope_a, "one") == KA_STORE_OK);
	EXPECT(got.due == 2000 && got.failures == 3);
	/* An operator does not wait. */
	EXPECT(ka_tx_outbox_retry(tx, &rows[0], 600) == KA_STORE_NONE);
	EXPECT(ka_tx_outbox_retry(tx, &rows[2], 600) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_get(tx, &row, arena, rows[2].id) == KA_STORE_OK && row.state == KA_OUTBOX_PENDING);
	EXPECT(row.due == 600 && row.since == 600 && row.ended == 0 && row.created == 100);
	EXPECT(ka_tx_outbox_topic_get(tx, &got, arena, &scope_a, "one") == KA_STORE_OK);
	EXPECT(got.due == 600 && got.failures == 0);
	/* Time is up for messages 2, 4 and 5; the one that was retried has its own. */
	uint64_t expired = 0;
	EXPECT(ka_tx_outbox_expire(tx, &expired, &topic, 401, 700, "too late", 1) == KA_STORE_OK && expired == 1);
	EXPECT(ka_tx_outbox_expire(tx, &expired, &topic, 451, 700, "too late", 9) == KA_STORE_OK && expired == 2);
	EXPECT(ka_tx_outbox_get(tx, &row, arena, rows[1].id) == KA_STORE_OK && row.state == KA_OUTBOX_DEAD);
	EXPECT(row.ended == 700 && same_text(row.last_error, "connection refused"));
	EXPECT(ka_tx_outbox_get(tx, &row, arena, make(4, "", 0).id) == KA_STORE_OK && same_text(row.last_error, "too late"));
	/* Drop what waits and what is dead; then the topic has nothing left. */
	EXPECT(ka_tx_outbox_drop(tx, &rows[0], 800) == KA_STORE_NONE);
	EXPECT(ka_tx_outbox_drop(tx, &rows[1], 800) == KA_STORE_OK && ka_tx_outbox_drop(tx, &rows[1], 800) == KA_STORE_NONE);
	EXPECT(ka_tx_outbox_drop(tx, &rows[2], 800) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_release(tx, &topic) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_topic_get(tx, &got, arena, &scope_a, "one") == KA_STORE_NONE);
	EXPECT(ka_tx_outbox_has_due(tx, INT64_MAX) == KA_STORE_NONE);
	/* Dropped is not gone. */
	EXPECT(ka_tx_outbox_retry(tx, &rows[2], 900) == KA_STORE_OK && ka_tx_outbox_has_due(tx, 900) == KA_STORE_OK);
	return KA_STORE_OK;
}

static void
test_results(void **state)
{
	place_write(*state, results);
}

/* Twelve messages: even ones on topic "even", every third DELIVERED, every fifth DEAD. */
static enum ka_store_status
fill(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;

	for (unsigned i = 1; i <= 12; i++) {
		struct ka_outbox_row row;

		EXPECT(put(tx, i % 4 == 0 ? &scope_b : &scope_a, i, i % 2 == 0 ? "even" : "odd", 100 + i) == KA_STORE_OK);
		EXPECT(ka_tx_outbox_get(tx, &row, &place->arena, make(i, "", 0).id) == KA_STORE_OK);
		row.state = i % 3 == 0 ? KA_OUTBOX_DELIVERED : i % 5 == 0 ? KA_OUTBOX_DEAD : KA_OUTBOX_PENDING;
		row.ended = row.state == KA_OUTBOX_PENDING ? 0 : 200 + i;
		EXPECT(ka_tx_outbox_update(tx, &row) == KA_STORE_OK);
	}
	return KA_STORE_OK;
}

static enum ka_store_status
lists(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;

	for (unsigned bits = 0; bits < 4 * 3 * 2; bits++) {
		struct ka_outbox_filter filter = { (enum ka_outbox_state)(bits % 4),
			bits / 4 % 3 == 0 ? NULL : bits / 4 % 3 == 1 ? "even" : "odd" };
		struct ka_page page = { .ascending = bits / 12 == 0, .limit = 2 };
		struct ka_outbox_row *rows;
		size_t num;
		unsigned expected = 0, seen = 0;

		for (unsigned i = 1; i <= 12; i++)
			expected += (filter.topic == NULL || strcmp(filter.topic, i % 2 == 0 ? "even" : "odd") == 0) &&
			    (filter.state == 0 ||
				filter.state == (i % 3 == 0 ? KA_OUTBOX_DELIVERED : i % 5 == 0 ? KA_OUTBOX_DEAD : KA_OUTBOX_PENDING));
		do {
			EXPECT(ka_tx_outbox_list(tx, &rows, &num, &place->arena, &filter, &page) == KA_STORE_OK && num <= 2);
			for (size_t i = 0; i < num; i++) {
				EXPECT(page.after_seq == 0 ||
				    (page.ascending ? rows[i].seq > page.after_seq : rows[i].seq < page.after_seq));
				EXPECT(filter.state == 0 || rows[i].state == filter.state);
				EXPECT(filter.topic == NULL || same_text(rows[i].topic, filter.topic));
				page.after_seq = rows[i].seq;
				seen++;
			}
		} while (num > 0);
		EXPECT(seen == expected);
	}
	struct ka_outbox_count count;
	EXPECT(ka_tx_outbox_count(tx, &count, KA_OUTBOX_PENDING) == KA_STORE_OK && count.num == 6 && count.oldest == 101);
	EXPECT(ka_tx_outbox_count(tx, &count, KA_OUTBOX_DEAD) == KA_STORE_OK && count.num == 2 && count.oldest == 105);
	EXPECT(ka_tx_outbox_count(tx, &count, KA_OUTBOX_DROPPED) == KA_STORE_OK && count.num == 0 && count.oldest == 0);
	return KA_STORE_OK;
}

static enum ka_store_status
purge(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_outbox_row row;
	uint64_t num = 0;

	EXPECT(ka_tx_outbox_purge(tx, &num, 203, 9) == KA_STORE_OK && num == 0);
	EXPECT(ka_tx_outbox_purge(tx, &num, 204, 9) == KA_STORE_OK && num == 1);
	EXPECT(ka_tx_outbox_get(tx, &row, &place->arena, make(3, "", 0).id) == KA_STORE_NONE);
	EXPECT(ka_tx_outbox_purge(tx, &num, INT64_MAX, 2) == KA_STORE_OK && num == 2);
	EXPECT(ka_tx_outbox_purge(tx, &num, INT64_MAX, 9) == KA_STORE_OK && num == 3);
	EXPECT(ka_tx_outbox_purge(tx, &num, INT64_MAX, 9) == KA_STORE_OK && num == 0); /* six are PENDING */
	EXPECT(ka_tx_outbox_get(tx, &row, &place->arena, make(1, "", 0).id) == KA_STORE_OK);
	return KA_STORE_OK;
}

static void
test_lists_counts_and_purge(void **state)
{
	place_write(*state, fill);
	place_read(*state, lists);
	place_write(*state, purge);
}

int
outbox_tests(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_insert_is_idempotent, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_claims, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_results, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_lists_counts_and_purge, place_open, place_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
