/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/store_test.h"

static enum ka_store_status
one_suppression(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_suppression_row row = { .check_name = "C",
		.resource = "{\"caCertificateId\":\"a\"}",
		.expiration = 100,
		.description = "accepted by \xc3\xa4",
		.token = "t1",
		.created = 5 },
				  got;

	EXPECT(ka_tx_suppression_get(tx, &got, &place->arena, &scope_a, row.check_name, row.resource) == KA_STORE_NONE);
	EXPECT(ka_tx_suppression_update(tx, &scope_a, &row) == KA_STORE_NONE);
	EXPECT(ka_tx_suppression_insert(tx, &scope_a, &row) == KA_STORE_OK);
	row.token = "t2";
	EXPECT(ka_tx_suppression_insert(tx, &scope_a, &row) == KA_STORE_EXISTS); /* the pair */
	row.token = "t1";
	row.check_name = "D";
	EXPECT(ka_tx_suppression_insert(tx, &scope_a, &row) == KA_STORE_EXISTS); /* the token */
	EXPECT(ka_tx_suppression_insert(tx, &scope_b, &row) == KA_STORE_OK);
	EXPECT(ka_tx_suppression_get(tx, &got, &place->arena, &scope_a, "D", row.resource) == KA_STORE_NONE);
	EXPECT(ka_tx_suppression_get(tx, &got, &place->arena, &scope_a, "C", row.resource) == KA_STORE_OK);
	EXPECT(same_text(got.check_name, "C") && same_text(got.resource, row.resource) && got.expiration == 100);
	EXPECT(!got.indefinitely && same_text(got.description, row.description) && same_text(got.token, "t1") &&
	    got.created == 5);

	row = (struct ka_suppression_row){
		.check_name = "C", .resource = row.resource, .indefinitely = true, .token = "ignored"
	};
	EXPECT(ka_tx_suppression_update(tx, &scope_a, &row) == KA_STORE_OK);
	EXPECT(ka_tx_suppression_get(tx, &got, &place->arena, &scope_a, "C", row.resource) == KA_STORE_OK);
	EXPECT(got.indefinitely && got.expiration == 0 && got.description == NULL && same_text(got.token, "t1") &&
	    got.created == 5);
	EXPECT(ka_tx_suppression_delete(tx, &scope_a, "C", row.resource) == KA_STORE_OK);
	EXPECT(ka_tx_suppression_delete(tx, &scope_a, "C", row.resource) == KA_STORE_NONE);
	EXPECT(ka_tx_suppression_insert(tx, &scope_a, &row) == KA_STORE_OK);
	return KA_STORE_OK;
}

static void
test_suppression(void **state)
{
	place_write(*state, one_suppression);
}

/* Number i: checks in turns, resources one each; expires at 100 + i / 2, every fifth one never. */
#define NUM 30u

static enum ka_store_status
fill(struct ka_tx *tx, void *arg)
{
	char resource[32], token[32];

	(void)arg;
	for (unsigned i = 0; i < NUM; i++) {
		struct ka_suppression_row row = { .check_name = i % 2 == 0 ? "C" : "D",
			.resource = resource,
			.token = token,
			.indefinitely = i % 5 == 0,
			.expiration = i % 5 == 0 ? 0 : 100 + i / 2,
			.created = i };

		(void)snprintf(resource, sizeof(resource), "{\"r\":\"%u\"}", i / 2);
		(void)snprintf(token, sizeof(token), "token-%u", i);
		EXPECT(ka_tx_suppression_insert(tx, &scope_a, &row) == KA_STORE_OK);
		EXPECT(i % 3 != 0 || ka_tx_suppression_insert(tx, &scope_b, &row) == KA_STORE_OK);
	}
	return KA_STORE_OK;
}

static bool
passes(unsigned i, const struct ka_suppression_filter *filter)
{
	char resource[32];

	(void)snprintf(resource, sizeof(resource), "{\"r\":\"%u\"}", i / 2);
	return (filter->check_name == NULL || strcmp(filter->check_name, i % 2 == 0 ? "C" : "D") == 0) &&
	    (filter->resource == NULL || strcmp(filter->resource, resource) == 0) &&
	    (filter->active_at == 0 || i % 5 == 0 || 100 + (int64_t)i / 2 >= filter->active_at);
}

static enum ka_store_status
check_list(struct ka_tx *tx, struct place *place, const struct ka_suppression_filter *filter, struct ka_page page)
{
	struct ka_suppression_row *list;
	size_t num, done = 0, num_expected = 0;
	unsigned expected[NUM];

	/* Those that expire in the order of their numbers, then those that do not. */
	for (unsigned never = 0; never < 2; never++)
		for (unsigned i = 0; i < NUM; i++)
			if ((i % 5 == 0) == (never == 1) && passes(i, filter))
				expected[num_expected++] = i;
	do {
		EXPECT(ka_tx_suppression_list(tx, &list, &num, &place->arena, &scope_a, filter, &page) == KA_STORE_OK);
		EXPECT(num <= page.limit && done + num <= num_expected);
		for (size_t i = 0; i < num; i++, done++) {
			EXPECT(list[i].created == expected[page.ascending ? done : num_expected - 1 - done]);
			page.after_time = list[i].indefinitely ? INT64_MAX : list[i].expiration;
			page.after_seq = list[i].seq;
		}
	} while (num > 0);
	EXPECT(done == num_expected);
	return KA_STORE_OK;
}

static enum ka_store_status
lists(struct ka_tx *tx, void *arg)
{
	static const int64_t times[] = { 0, 107, 1000 };
	static const uint32_t limits[] = { 1, 4, 100 };

	for (unsigned i = 0; i < 2 * 2 * 3 * 3 * 2; i++) {
		struct ka_suppression_filter filter = { i % 2 == 0 ? NULL : "D",
			i / 2 % 2 == 0 ? NULL : "{\"r\":\"7\"}", times[i / 4 % 3] };
		struct ka_page page = { .ascending = i / 36 == 0, .limit = limits[i / 12 % 3] };

		EXPECT(check_list(tx, arg, &filter, page) == KA_STORE_OK);
	}
	return KA_STORE_OK;
}

static void
test_suppression_list_with_every_filter(void **state)
{
	place_write(*state, fill);
	place_read(*state, lists);
}

int
suppression_tests(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_suppression, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_suppression_list_with_every_filter, place_open, place_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
