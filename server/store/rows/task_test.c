/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/store_test.h"

static enum ka_store_status
one_task(struct ka_tx *tx, void *arg)
{
	const struct ka_task_check_row checks[] = {
		{ .check_name = "SECOND",
		    .position = 1,
		    .status = KA_RUN_WAITING_FOR_DATA_COLLECTION,
		    .config = "{\"days\":30}" },
		{ .check_name = "FIRST",
		    .position = 0,
		    .status = KA_RUN_FAILED,
		    .cursor = 1,
		    .total = 2,
		    .noncompliant = 3,
		    .suppressed = 4,
		    .error_code = "code",
		    .undecided = "{\"n\":1}",
		    .message = "message" },
	};
	struct place *place = arg;
	struct ka_task_row task = make_task(1), got;
	struct ka_task_check_row *list;
	size_t num;

	EXPECT(ka_tx_task_get(tx, &got, &place->arena, &scope_a, task.id) == KA_STORE_NONE);
	EXPECT(ka_tx_task_update(tx, &scope_a, &task) == KA_STORE_NONE);
	EXPECT(ka_tx_task_insert(tx, &scope_a, &task, checks, 2) == KA_STORE_OK);
	EXPECT(ka_tx_task_insert(tx, &scope_a, &task, checks, 2) == KA_STORE_EXISTS);
	EXPECT(ka_tx_task_get(tx, &got, &place->arena, &scope_b, task.id) == KA_STORE_NONE);
	EXPECT(ka_tx_task_get(tx, &got, &place->arena, &scope_a, "no-id") == KA_STORE_NONE);
	EXPECT(ka_tx_task_get(tx, &got, &place->arena, &scope_a, task.id) == KA_STORE_OK && same_task(&got, &task));
	EXPECT(same_text(got.account, scope_a.account) && same_text(got.region, scope_a.region) && got.seq > 0);

	EXPECT(ka_tx_task_checks(tx, &list, &num, &place->arena, &scope_b, task.id) == KA_STORE_OK && num == 0);
	EXPECT(ka_tx_task_checks(tx, &list, &num, &place->arena, &scope_a, task.id) == KA_STORE_OK && num == 2);
	EXPECT(same_text(list[0].check_name, "FIRST") && list[0].status == KA_RUN_FAILED && list[0].position == 0);
	EXPECT(list[0].cursor == 1 && list[0].total == 2 && list[0].noncompliant == 3 && list[0].suppressed == 4);
	EXPECT(
	    same_text(list[0].error_code, "code") && same_text(list[0].message, "message") && list[0].config == NULL);
	EXPECT(same_text(list[0].undecided, "{\"n\":1}") && list[1].undecided == NULL);
	EXPECT(list[1].status == KA_RUN_WAITING_FOR_DATA_COLLECTION && same_text(list[1].config, "{\"days\":30}"));
	EXPECT(list[1].error_code == NULL && list[1].message == NULL);
	return KA_STORE_OK;
}

static void
test_task_insert_and_get(void **state)
{
	place_write(*state, one_task);
}

static enum ka_store_status
change_task(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_task_row task = make_task(1), changed = make_task(2), got;
	struct ka_task_check_row check = { .check_name = "C",
		.position = 3,
		.status = KA_RUN_IN_PROGRESS,
		.config = "{}" },
				 *list;
	size_t num;

	EXPECT(ka_tx_task_insert(tx, &scope_a, &task, &check, 1) == KA_STORE_OK);
	memcpy(changed.id, task.id, sizeof(changed.id));
	task.status = changed.status = KA_TASK_CANCELED;
	task.cancel_requested = changed.cancel_requested = true;
	task.ended = changed.ended = 9;
	task.worker = changed.worker = "w";
	task.lease_until = changed.lease_until = 10;
	EXPECT(ka_tx_task_update(tx, &scope_a, &changed) == KA_STORE_OK);
	EXPECT(ka_tx_task_get(tx, &got, &place->arena, &scope_a, task.id) == KA_STORE_OK && same_task(&got, &task));

	check = (struct ka_task_check_row){ .check_name = "other",
		.position = 3,
		.status = KA_RUN_COMPLETED_NON_COMPLIANT,
		.cursor = 5,
		.total = 6,
		.noncompliant = 7,
		.suppressed = 8,
		.error_code = "E",
		.message = "M",
		.undecided = "U",
		.config = "other" };
	EXPECT(ka_tx_task_check_update(tx, &scope_b, task.id, &check) == KA_STORE_NONE);
	EXPECT(ka_tx_task_check_update(tx, &scope_a, task.id, &check) == KA_STORE_OK);
	EXPECT(ka_tx_task_checks(tx, &list, &num, &place->arena, &scope_a, task.id) == KA_STORE_OK && num == 1);
	EXPECT(same_text(list[0].check_name, "C") && same_text(list[0].config, "{}"));
	EXPECT(list[0].status == KA_RUN_COMPLETED_NON_COMPLIANT && list[0].cursor == 5 && list[0].total == 6);
	EXPECT(list[0].noncompliant == 7 && list[0].suppressed == 8 && same_text(list[0].message, "M"));
	EXPECT(same_text(list[0].undecided, "U") && same_text(list[0].error_code, "E"));
	check.position = 4;
	EXPECT(ka_tx_task_check_update(tx, &scope_a, task.id, &check) == KA_STORE_NONE);
	return KA_STORE_OK;
}

static void
test_task_update(void **state)
{
	place_write(*state, change_task);
}

/* 40 tasks; pairs start at the same time, so that a page may end between two that do. */
static enum ka_store_status
fill(struct ka_tx *tx, void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < 40; i++) {
		struct ka_task_row task = make_task(i);

		task.started = 1000 + i / 2;
		task.type = (enum ka_task_type)(1 + i / 2 % 2);
		task.status = (enum ka_task_status)(1 + i / 4 % 4);
		EXPECT(ka_tx_task_insert(tx, &scope_a, &task, NULL, 0) == KA_STORE_OK);
		EXPECT(i % 5 != 0 || ka_tx_task_insert(tx, &scope_b, &task, NULL, 0) == KA_STORE_OK);
	}
	return KA_STORE_OK;
}

static bool
passes(unsigned i, const struct ka_task_filter *filter)
{
	int64_t started = 1000 + i / 2;

	return started >= filter->start_time && started <= filter->end_time &&
	    (filter->type == 0 || filter->type == 1 + i / 2 % 2) &&
	    (filter->status == 0 || filter->status == 1 + i / 4 % 4);
}

static enum ka_store_status
check_list(struct ka_tx *tx, struct place *place, const struct ka_task_filter *filter, struct ka_page page)
{
	struct ka_task_row *list;
	size_t num, done = 0, num_expected = 0;
	char expected[40][KA_TASK_ID_LEN + 1];

	for (unsigned i = 0; i < 40; i++) {
		unsigned number = page.ascending ? i : 39 - i;

		if (passes(number, filter))
			make_id(expected[num_expected++], KA_TASK_ID_LEN, number);
	}
	do {
		EXPECT(ka_tx_task_list(tx, &list, &num, &place->arena, &scope_a, filter, &page) == KA_STORE_OK);
		EXPECT(num <= page.limit && done + num <= num_expected);
		for (size_t i = 0; i < num; i++) {
			EXPECT(strcmp(list[i].id, expected[done++]) == 0);
			page.after_time = list[i].started;
			page.after_seq = list[i].seq;
		}
	} while (num > 0);
	EXPECT(done == num_expected);
	return KA_STORE_OK;
}

static enum ka_store_status
lists(struct ka_tx *tx, void *arg)
{
	static const int64_t ranges[][2] = { { 0, INT64_MAX }, { 1003, 1011 }, { 1005, 1005 }, { 1010, 1009 },
		{ 2000, 3000 } };
	static const uint32_t limits[] = { 1, 3, 100 };

	for (unsigned i = 0; i < 5 * 3 * 5 * 3 * 2; i++) {
		struct ka_task_filter filter = { ranges[i % 5][0], ranges[i % 5][1], (enum ka_task_type)(i / 5 % 3),
			(enum ka_task_status)(i / 15 % 5) };
		struct ka_page page = { .ascending = i / 225 == 0, .limit = limits[i / 75 % 3] };

		EXPECT(check_list(tx, arg, &filter, page) == KA_STORE_OK);
	}
	return KA_STORE_OK;
}

static void
test_task_list_with_every_filter(void **state)
{
	place_write(*state, fill);
	place_read(*state, lists);
}

static enum ka_store_status
counts(struct ka_tx *tx, void *arg)
{
	uint64_t running = 99;

	(void)arg;
	/* 0-3, 16-19, 32-35 run; of each four two are of either type. */
	EXPECT(ka_tx_task_count_running(tx, &running, &scope_a, KA_TASK_ON_DEMAND) == KA_STORE_OK && running == 6);
	EXPECT(ka_tx_task_count_running(tx, &running, &scope_a, KA_TASK_SCHEDULED) == KA_STORE_OK && running == 6);
	EXPECT(ka_tx_task_count_running(tx, &running, &scope_a_west, KA_TASK_SCHEDULED) == KA_STORE_OK && running == 0);
	return KA_STORE_OK;
}

static void
test_task_count_running(void **state)
{
	place_write(*state, fill);
	place_read(*state, counts);
}

static enum ka_store_status
claims(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_task_row done = make_task(1), first = make_task(2), second = make_task(3), got;

	EXPECT(ka_tx_task_claim(tx, &got, &place->arena, "w1", 100, 200) == KA_STORE_NONE);
	done.status = KA_TASK_COMPLETED;
	EXPECT(ka_tx_task_insert(tx, &scope_a, &done, NULL, 0) == KA_STORE_OK);
	EXPECT(ka_tx_task_insert(tx, &scope_b, &first, NULL, 0) == KA_STORE_OK);
	EXPECT(ka_tx_task_insert(tx, &scope_a, &second, NULL, 0) == KA_STORE_OK);

	EXPECT(ka_tx_task_claim(tx, &got, &place->arena, "w1", 100, 200) == KA_STORE_OK);
	first.worker = "w1";
	first.lease_until = 200;
	EXPECT(same_task(&got, &first) && same_text(got.account, scope_b.account) &&
	    same_text(got.region, scope_b.region));
	EXPECT(ka_tx_task_get(tx, &got, &place->arena, &scope_b, first.id) == KA_STORE_OK && same_task(&got, &first));
	EXPECT(
	    ka_tx_task_claim(tx, &got, &place->arena, "w2", 100, 300) == KA_STORE_OK && strcmp(got.id, second.id) == 0);
	EXPECT(ka_tx_task_claim(tx, &got, &place->arena, "w3", 199, 300) == KA_STORE_NONE);
	/* A lease that ran out is anybody's. */
	EXPECT(
	    ka_tx_task_claim(tx, &got, &place->arena, "w3", 200, 400) == KA_STORE_OK && strcmp(got.id, first.id) == 0);
	EXPECT(same_text(got.worker, "w3") && got.lease_until == 400);
	/* One that was given back as well. */
	second.worker = NULL;
	second.lease_until = 0;
	EXPECT(ka_tx_task_update(tx, &scope_a, &second) == KA_STORE_OK);
	EXPECT(
	    ka_tx_task_claim(tx, &got, &place->arena, "w1", 201, 400) == KA_STORE_OK && strcmp(got.id, second.id) == 0);
	return KA_STORE_OK;
}

static void
test_task_claim(void **state)
{
	place_write(*state, claims);
}

int
task_tests(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_task_insert_and_get, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_task_update, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_task_list_with_every_filter, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_task_count_running, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_task_claim, place_open, place_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
