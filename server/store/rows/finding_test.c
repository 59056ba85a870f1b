/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/store_test.h"

static enum ka_store_status
one_finding(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_finding_row row = make_finding(3), other = make_finding(4), got;

	EXPECT(ka_tx_finding_get(tx, &got, &place->arena, &scope_a, row.id) == KA_STORE_NONE);
	EXPECT(ka_tx_finding_insert(tx, &scope_a, &row) == KA_STORE_OK);
	/* The same chunk judged again, by then with another text: the first one stays. */
	memcpy(other.id, row.id, sizeof(other.id));
	EXPECT(ka_tx_finding_insert(tx, &scope_a, &other) == KA_STORE_EXISTS);
	EXPECT(ka_tx_finding_get(tx, &got, &place->arena, &scope_a, row.id) == KA_STORE_OK && same_finding(&got, &row));
	EXPECT(ka_tx_finding_get(tx, &got, &place->arena, &scope_b, row.id) == KA_STORE_NONE);
	EXPECT(ka_tx_finding_insert(tx, &scope_b, &other) == KA_STORE_OK);
	row = make_finding(5);
	row.additional_info = NULL;
	EXPECT(ka_tx_finding_insert(tx, &scope_a, &row) == KA_STORE_OK);
	EXPECT(ka_tx_finding_get(tx, &got, &place->arena, &scope_a, row.id) == KA_STORE_OK && same_finding(&got, &row));
	return KA_STORE_OK;
}

static void
test_finding_insert_and_get(void **state)
{
	place_write(*state, one_finding);
}

#define NUM 60u

/* Found at 1000 + i / 3: three at the same time. */
static struct ka_finding_row
numbered(unsigned i)
{
	struct ka_finding_row row = make_finding(i);

	row.found = 1000 + i / 3;
	return row;
}

static enum ka_store_status
fill(struct ka_tx *tx, void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < NUM; i++) {
		struct ka_finding_row row = numbered(i);

		EXPECT(ka_tx_finding_insert(tx, &scope_a, &row) == KA_STORE_OK);
		EXPECT(i % 7 != 0 || ka_tx_finding_insert(tx, &scope_a_west, &row) == KA_STORE_OK);
	}
	return KA_STORE_OK;
}

static bool
passes(const struct ka_finding_row *row, const struct ka_finding_filter *filter)
{
	if (filter->task_id != NULL && strcmp(row->task_id, filter->task_id) != 0)
		return false;
	if (filter->end_time != 0 && (row->found < filter->start_time || row->found > filter->end_time))
		return false;
	if (filter->check_name != NULL && strcmp(row->check_name, filter->check_name) != 0)
		return false;
	if (filter->resource_id != NULL &&
	    (strcmp(row->resource_id, filter->resource_id) != 0 || row->resource_type != filter->resource_type))
		return false;
	if (filter->reason_code != NULL && strcmp(row->reason_code, filter->reason_code) != 0)
		return false;
	return filter->suppressed == KA_BOTH || row->suppressed == (filter->suppressed == KA_ONLY_SUPPRESSED);
}

static enum ka_store_status
check_list(struct ka_tx *tx, struct place *place, const struct ka_finding_filter *filter, struct ka_page page)
{
	struct ka_finding_row *list, expected[NUM];
	size_t num, done = 0, num_expected = 0;

	for (unsigned i = 0; i < NUM; i++) {
		struct ka_finding_row row = numbered(page.ascending ? i : NUM - 1 - i);

		if (passes(&row, filter))
			expected[num_expected++] = row;
	}
	do {
		EXPECT(ka_tx_finding_list(tx, &list, &num, &place->arena, &scope_a, filter, &page) == KA_STORE_OK);
		EXPECT(num <= page.limit && done + num <= num_expected);
		for (size_t i = 0; i < num; i++) {
			EXPECT(same_finding(&list[i], &expected[done++]));
			page.after_time = list[i].found;
			page.after_seq = list[i].seq;
		}
	} while (num > 0);
	EXPECT(done == num_expected);
	return KA_STORE_OK;
}

static enum ka_store_status
lists(struct ka_tx *tx, void *arg)
{
	static const int64_t ranges[][2] = { { 0, 0 }, { 1003, 1011 }, { 1005, 1005 }, { 1010, 1009 } };
	static const uint32_t limits[] = { 1, 4, 100 };
	char task[KA_TASK_ID_LEN + 1], resource[KA_CERT_ID_LEN + 1];

	make_id(task, KA_TASK_ID_LEN, 502);
	make_id(resource, KA_CERT_ID_LEN, 12);
	for (unsigned i = 0; i < 2 * 4 * 2 * 3 * 2 * 3 * 3 * 2; i++) {
		unsigned r = i / 16 % 3;
		struct ka_finding_filter filter = { .task_id = i % 2 == 0 ? NULL : task,
			.start_time = ranges[i / 2 % 4][0],
			.end_time = ranges[i / 2 % 4][1],
			.check_name = i / 8 % 2 == 0 ? NULL : "CA_CERTIFICATE_EXPIRING_CHECK",
			.resource_type = (enum ka_resource_type)r,
			.resource_id = r == 0 ? NULL : resource,
			.reason_code = i / 48 % 2 == 0 ? NULL : "CODE_A",
			.suppressed = (enum ka_suppressed_filter)(i / 96 % 3) };
		struct ka_page page = { .ascending = i / 864 == 0, .limit = limits[i / 288 % 3] };

		EXPECT(check_list(tx, arg, &filter, page) == KA_STORE_OK);
	}
	return KA_STORE_OK;
}

static void
test_finding_list_with_every_filter(void **state)
{
	place_write(*state, fill);
	place_read(*state, lists);
}

static enum ka_store_status
strange_pages(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_finding_filter filter = { .start_time = 1005, .end_time = 1010 };
	struct ka_page before = { .after_time = 1, .after_seq = 50, .ascending = true, .limit = 100 };
	struct ka_page behind = { .after_time = 5000, .after_seq = 2, .ascending = false, .limit = 100 };
	struct ka_finding_row *list;
	size_t num;

	/* A position outside of the time range must not widen it. */
	EXPECT(
	    ka_tx_finding_list(tx, &list, &num, &place->arena, &scope_a, &filter, &before) == KA_STORE_OK && num == 18);
	EXPECT(
	    ka_tx_finding_list(tx, &list, &num, &place->arena, &scope_a, &filter, &behind) == KA_STORE_OK && num == 18);
	before.after_time = 5000;
	EXPECT(
	    ka_tx_finding_list(tx, &list, &num, &place->arena, &scope_a, &filter, &before) == KA_STORE_OK && num == 0);
	return KA_STORE_OK;
}

static void
test_finding_page_outside_of_the_range(void **state)
{
	place_write(*state, fill);
	place_read(*state, strange_pages);
}

int
finding_tests(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_finding_insert_and_get, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_finding_list_with_every_filter, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_finding_page_outside_of_the_range, place_open, place_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
