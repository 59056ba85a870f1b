/* SPDX-License-Identifier: Apache-2.0 */
/* The log of state changes, and retention, which must not touch it. */
#include "server/store/store_test.h"

#define NUM 40u

static struct ka_log_row
entry(unsigned i)
{
	return (struct ka_log_row){ .time = 1000 + i / 2,
		.account = scope_a.account,
		.region = scope_a.region,
		.actor = i % 2 == 0 ? "AKIA1" : "keyassayd:audit",
		.request = i % 2 == 0 ? "request" : NULL,
		.action = i % 3 == 0 ? "UpdateCACertificate" : "DeleteCACertificate",
		.resource = i % 5 == 0 ? "arn:one" : "arn:two",
		.before = i % 4 == 0 ? "{\"status\":\"ACTIVE\"}" : NULL,
		.after = i % 7 == 0 ? NULL : "{\"status\":\"INACTIVE\"}" };
}

static bool
same_log(const struct ka_log_row *a, const struct ka_log_row *b)
{
	return a->time == b->time && same_text(a->account, b->account) && same_text(a->region, b->region) &&
	    same_text(a->actor, b->actor) && same_text(a->request, b->request) && same_text(a->action, b->action) &&
	    same_text(a->resource, b->resource) && same_text(a->before, b->before) && same_text(a->after, b->after);
}

static enum ka_store_status
fill(struct ka_tx *tx, void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < NUM; i++) {
		struct ka_log_row row = entry(i);

		EXPECT(ka_tx_log_append(tx, &row) == KA_STORE_OK);
		row.region = scope_a_west.region;
		EXPECT(ka_tx_log_append(tx, &row) == KA_STORE_OK);
	}
	return KA_STORE_OK;
}

static bool
passes(const struct ka_log_row *row, const struct ka_log_filter *filter)
{
	return row->time >= filter->start_time && (filter->end_time == 0 || row->time <= filter->end_time) &&
	    (filter->action == NULL || strcmp(row->action, filter->action) == 0) &&
	    (filter->resource == NULL || strcmp(row->resource, filter->resource) == 0) &&
	    (filter->actor == NULL || strcmp(row->actor, filter->actor) == 0);
}

static enum ka_store_status
check_list(struct ka_tx *tx, struct place *place, const struct ka_log_filter *filter, struct ka_page page)
{
	struct ka_log_row *list, expected[NUM];
	size_t num, done = 0, num_expected = 0;

	for (unsigned i = 0; i < NUM; i++) {
		struct ka_log_row row = entry(page.ascending ? i : NUM - 1 - i);

		if (passes(&row, filter))
			expected[num_expected++] = row;
	}
	do {
		EXPECT(ka_tx_log_list(tx, &list, &num, &place->arena, &scope_a, filter, &page) == KA_STORE_OK);
		EXPECT(num <= page.limit && done + num <= num_expected);
		for (size_t i = 0; i < num; i++) {
			EXPECT(same_log(&list[i], &expected[done++]));
			page.after_time = list[i].time;
			page.after_seq = list[i].seq;
		}
	} while (num > 0);
	EXPECT(done == num_expected);
	return KA_STORE_OK;
}

static enum ka_store_status
lists(struct ka_tx *tx, void *arg)
{
	static const int64_t ranges[][2] = { { 0, 0 }, { 1003, 1011 }, { 1005, 1005 }, { 1015, 0 } };
	static const uint32_t limits[] = { 1, 4, 100 };

	for (unsigned i = 0; i < 4 * 2 * 2 * 2 * 3 * 2; i++) {
		struct ka_log_filter filter = { ranges[i % 4][0], ranges[i % 4][1],
			i / 4 % 2 == 0 ? NULL : "UpdateCACertificate", i / 8 % 2 == 0 ? NULL : "arn:one",
			i / 16 % 2 == 0 ? NULL : "AKIA1" };
		struct ka_page page = { .ascending = i / 96 == 0, .limit = limits[i / 32 % 3] };

		EXPECT(check_list(tx, arg, &filter, page) == KA_STORE_OK);
	}
	return KA_STORE_OK;
}

static void
test_log_list_with_every_filter(void **state)
{
	place_write(*state, fill);
	place_read(*state, lists);
}

/* Findings found at 1000 to 1029 of three tasks that ended with the last one of each; one task runs, one is younger. */
static enum ka_store_status
fill_old(struct ka_tx *tx, void *arg)
{
	struct ka_task_check_row check = { .check_name = "C", .status = KA_RUN_COMPLETED_COMPLIANT };

	(void)arg;
	for (unsigned i = 0; i < 30; i++) {
		struct ka_finding_row row = make_finding(i);

		EXPECT(ka_tx_finding_insert(tx, &scope_a, &row) == KA_STORE_OK);
	}
	for (unsigned i = 0; i < 5; i++) {
		struct ka_task_row task = make_task(500 + i);

		task.started = 1000 + 10 * i;
		task.status = i == 3 ? KA_TASK_IN_PROGRESS : KA_TASK_COMPLETED;
		task.ended = i == 3 ? 0 : 1009 + 10 * i;
		EXPECT(ka_tx_task_insert(tx, i == 1 ? &scope_b : &scope_a, &task, &check, 1) == KA_STORE_OK);
	}
	return KA_STORE_OK;
}

/* What is left: findings, and tasks whose checks are all there or all gone. */
static enum ka_store_status
count_left(struct ka_tx *tx, struct place *place, size_t *out_findings, unsigned *out_tasks)
{
	const struct ka_finding_filter all = { .task_id = NULL };
	const struct ka_page page = { .ascending = true, .limit = 100 };
	struct ka_finding_row *findings;
	struct ka_task_check_row *checks;
	struct ka_task_row task;

	EXPECT(ka_tx_finding_list(tx, &findings, out_findings, &place->arena, &scope_a, &all, &page) == KA_STORE_OK);
	*out_tasks = 0;
	for (unsigned i = 0; i < 5; i++) {
		const struct ka_scope *scope = i == 1 ? &scope_b : &scope_a;
		struct ka_task_row made = make_task(500 + i);
		size_t num_checks;
		bool there = ka_tx_task_get(tx, &task, &place->arena, scope, made.id) == KA_STORE_OK;

		EXPECT(ka_tx_task_checks(tx, &checks, &num_checks, &place->arena, scope, made.id) == KA_STORE_OK);
		EXPECT(num_checks == (there ? 1 : 0));
		*out_tasks |= there ? 1u << i : 0;
	}
	return KA_STORE_OK;
}

static enum ka_store_status
purge(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	uint64_t num = 99;
	size_t findings;
	unsigned tasks;

	EXPECT(ka_tx_purge(tx, &num, 1000, 10) == KA_STORE_OK && num == 0);
	EXPECT(ka_tx_purge(tx, &num, 1025, 10) == KA_STORE_OK && num == 10);
	EXPECT(count_left(tx, place, &findings, &tasks) == KA_STORE_OK && findings == 20 && tasks == 0x1f);
	/* 15 findings are left that are old enough, then the two tasks that ended before. */
	EXPECT(ka_tx_purge(tx, &num, 1025, 16) == KA_STORE_OK && num == 16);
	EXPECT(count_left(tx, place, &findings, &tasks) == KA_STORE_OK && findings == 5 && tasks == 0x1e);
	EXPECT(ka_tx_purge(tx, &num, 1025, 10) == KA_STORE_OK && num == 1);
	EXPECT(count_left(tx, place, &findings, &tasks) == KA_STORE_OK && findings == 5 && tasks == 0x1c);
	EXPECT(ka_tx_purge(tx, &num, 1025, 10) == KA_STORE_OK && num == 0);
	/* What runs has no end yet, however long. */
	EXPECT(ka_tx_purge(tx, &num, 9999, 100) == KA_STORE_OK && num == 5 + 2);
	EXPECT(count_left(tx, place, &findings, &tasks) == KA_STORE_OK && findings == 0 && tasks == 0x08);
	return KA_STORE_OK;
}

static void
test_purge_takes_what_is_old_and_no_log(void **state)
{
	place_write(*state, fill);
	place_write(*state, fill_old);
	place_write(*state, purge);
	place_read(*state, lists);
}

int
log_tests(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_log_list_with_every_filter, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_purge_takes_what_is_old_and_no_log, place_open, place_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
