/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/store_test.h"

static bool
same_schedule(const struct ka_schedule_row *a, const struct ka_schedule_row *b)
{
	return same_text(a->name, b->name) && a->frequency == b->frequency &&
	    same_text(a->day_of_month, b->day_of_month) && same_text(a->day_of_week, b->day_of_week) &&
	    same_text(a->checks, b->checks) && a->next_run == b->next_run && a->created == b->created &&
	    a->modified == b->modified;
}

static enum ka_store_status
one_schedule(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_schedule_row row = { .name = "nightly",
		.frequency = KA_MONTHLY,
		.day_of_month = "LAST",
		.checks = "[\"C\"]",
		.next_run = 100,
		.created = 1,
		.modified = 2 },
			       got;

	EXPECT(ka_tx_schedule_get(tx, &got, &place->arena, &scope_a, "nightly") == KA_STORE_NONE);
	EXPECT(ka_tx_schedule_update(tx, &scope_a, &row) == KA_STORE_NONE);
	EXPECT(ka_tx_schedule_insert(tx, &scope_a, &row) == KA_STORE_OK);
	EXPECT(ka_tx_schedule_insert(tx, &scope_a, &row) == KA_STORE_EXISTS);
	EXPECT(ka_tx_schedule_insert(tx, &scope_b, &row) == KA_STORE_OK);
	EXPECT(ka_tx_schedule_get(tx, &got, &place->arena, &scope_a, "nightly") == KA_STORE_OK &&
	    same_schedule(&got, &row));
	EXPECT(same_text(got.account, scope_a.account) && same_text(got.region, scope_a.region));
	row = (struct ka_schedule_row){ .name = "nightly",
		.frequency = KA_WEEKLY,
		.day_of_week = "SUN",
		.checks = "[]",
		.next_run = 200,
		.created = 77,
		.modified = 3 };
	EXPECT(ka_tx_schedule_update(tx, &scope_a, &row) == KA_STORE_OK);
	row.created = 1;
	EXPECT(ka_tx_schedule_get(tx, &got, &place->arena, &scope_a, "nightly") == KA_STORE_OK &&
	    same_schedule(&got, &row));
	EXPECT(ka_tx_schedule_delete(tx, &scope_a, "nightly") == KA_STORE_OK);
	EXPECT(ka_tx_schedule_delete(tx, &scope_a, "nightly") == KA_STORE_NONE);
	EXPECT(ka_tx_schedule_get(tx, &got, &place->arena, &scope_b, "nightly") == KA_STORE_OK &&
	    got.frequency == KA_MONTHLY);
	return KA_STORE_OK;
}

static void
test_schedule(void **state)
{
	place_write(*state, one_schedule);
}

static enum ka_store_status
fill(struct ka_tx *tx, void *arg)
{
	char name[32];

	(void)arg;
	for (unsigned i = 0; i < 10; i++) {
		struct ka_schedule_row row = {
			.name = name, .frequency = KA_DAILY, .checks = "[]", .next_run = 1000 - 10 * i, .created = i
		};

		/* Names in another order than they came in. */
		(void)snprintf(name, sizeof(name), "schedule-%u", i * 7 % 10);
		EXPECT(ka_tx_schedule_insert(tx, i % 3 == 0 ? &scope_b : &scope_a, &row) == KA_STORE_OK);
	}
	return KA_STORE_OK;
}

static enum ka_store_status
lists(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;

	for (uint32_t limit = 1; limit < 8; limit += 3)
		for (unsigned down = 0; down < 2; down++) {
			struct ka_page page = { .ascending = down == 0, .limit = limit };
			struct ka_schedule_row *list;
			size_t num, done = 0;
			int64_t last = down == 0 ? -1 : 99;

			do {
				EXPECT(ka_tx_schedule_list(tx, &list, &num, &place->arena, &scope_a, &page) ==
				    KA_STORE_OK);
				EXPECT(num <= limit);
				for (size_t i = 0; i < num; i++, done++) {
					EXPECT(list[i].created % 3 != 0);
					EXPECT(down == 0 ? list[i].created > last : list[i].created < last);
					last = list[i].created;
					page.after_seq = list[i].seq;
				}
			} while (num > 0);
			EXPECT(done == 6);
		}
	return KA_STORE_OK;
}

static enum ka_store_status
delete_all(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_page page = { .ascending = true, .limit = 100 };
	struct ka_schedule_row *list;
	size_t num;

	EXPECT(ka_tx_schedule_delete_all(tx, &scope_a) == KA_STORE_OK);
	EXPECT(ka_tx_schedule_delete_all(tx, &scope_a) == KA_STORE_OK);
	EXPECT(ka_tx_schedule_list(tx, &list, &num, &place->arena, &scope_a, &page) == KA_STORE_OK && num == 0);
	EXPECT(ka_tx_schedule_list(tx, &list, &num, &place->arena, &scope_b, &page) == KA_STORE_OK && num == 4);
	return KA_STORE_OK;
}

static void
test_schedule_list(void **state)
{
	place_write(*state, fill);
	place_read(*state, lists);
	place_write(*state, delete_all);
}

static enum ka_store_status
due(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_schedule_row got;

	EXPECT(ka_tx_schedule_due(tx, &got, &place->arena, 909) == KA_STORE_NONE);
	/* The ninth one: i = 9, of b, at 910. Once its next run is set, the eighth. */
	EXPECT(
	    ka_tx_schedule_due(tx, &got, &place->arena, 950) == KA_STORE_OK && got.next_run == 910 && got.created == 9);
	EXPECT(same_text(got.account, scope_b.account) && same_text(got.region, scope_b.region) && got.seq > 0);
	got.next_run = 5000;
	EXPECT(ka_tx_schedule_update(tx, &scope_b, &got) == KA_STORE_OK);
	EXPECT(
	    ka_tx_schedule_due(tx, &got, &place->arena, 950) == KA_STORE_OK && got.next_run == 920 && got.created == 8);
	EXPECT(same_text(got.account, scope_a.account));
	return KA_STORE_OK;
}

static void
test_schedule_due(void **state)
{
	place_write(*state, fill);
	place_write(*state, due);
}

int
schedule_tests(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_schedule, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_schedule_list, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_schedule_due, place_open, place_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
