/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/mitigation.h"
#include "server/store/store_test.h"

static struct ka_action_row
make_action(unsigned number, char name[16])
{
	struct ka_action_row row = { .name = name,
		.id = "00000000-0000-4000-8000-000000000000",
		.type = (enum ka_action_type)(1 + number % 6),
		.role_arn = "role",
		.params = "{\"params\":1}",
		.created = 1000 + number,
		.modified = 2000 + number };

	(void)snprintf(name, 16, "action-%u", number);
	return row;
}

static bool
same_action(const struct ka_action_row *a, const struct ka_action_row *b)
{
	return same_text(a->name, b->name) && strcmp(a->id, b->id) == 0 && a->type == b->type &&
	    same_text(a->role_arn, b->role_arn) && same_text(a->params, b->params) && a->created == b->created &&
	    a->modified == b->modified;
}

static enum ka_store_status
actions(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	char name[16];
	struct ka_action_row row = make_action(1, name), got;
	uint64_t count;

	EXPECT(ka_tx_action_get(tx, &got, &place->arena, &scope_a, name) == KA_STORE_NONE);
	EXPECT(ka_tx_action_update(tx, &scope_a, &row) == KA_STORE_NONE);
	EXPECT(ka_tx_action_delete(tx, &scope_a, name) == KA_STORE_NONE);
	EXPECT(ka_tx_action_insert(tx, &scope_a, &row) == KA_STORE_OK);
	EXPECT(ka_tx_action_insert(tx, &scope_a, &row) == KA_STORE_EXISTS);
	EXPECT(ka_tx_action_get(tx, &got, &place->arena, &scope_b, name) == KA_STORE_NONE);
	EXPECT(ka_tx_action_get(tx, &got, &place->arena, &scope_a_west, name) == KA_STORE_NONE);
	EXPECT(ka_tx_action_get(tx, &got, &place->arena, &scope_a, name) == KA_STORE_OK && same_action(&got, &row));

	row.type = KA_ACTION_PUBLISH_FINDING_TO_SNS;
	row.role_arn = "other role";
	row.params = "{}";
	row.modified = 3000;
	EXPECT(ka_tx_action_update(tx, &scope_b, &row) == KA_STORE_NONE);
	EXPECT(ka_tx_action_update(tx, &scope_a, &row) == KA_STORE_OK);
	EXPECT(ka_tx_action_get(tx, &got, &place->arena, &scope_a, name) == KA_STORE_OK && same_action(&got, &row));

	EXPECT(ka_tx_action_insert(tx, &scope_b, &row) == KA_STORE_OK);
	for (unsigned i = 2; i < 9; i++) {
		struct ka_action_row more = make_action(i, name);
		EXPECT(ka_tx_action_insert(tx, &scope_a, &more) == KA_STORE_OK);
	}
	EXPECT(ka_tx_action_count(tx, &count, &scope_a) == KA_STORE_OK && count == 8);
	EXPECT(ka_tx_action_count(tx, &count, &scope_a_west) == KA_STORE_OK && count == 0);

	struct ka_page page = { .ascending = true, .limit = 3 };
	struct ka_action_row *list;
	size_t num, all = 0;
	do {
		EXPECT(ka_tx_action_list(tx, &list, &num, &place->arena, &scope_a, 0, &page) == KA_STORE_OK);
		for (size_t i = 0; i < num; i++) {
			(void)snprintf(name, sizeof(name), "action-%zu", ++all);
			EXPECT(same_text(list[i].name, name));
			page.after_seq = list[i].seq;
		}
	} while (num > 0);
	EXPECT(all == 8);
	page.after_seq = 0;
	/* The first one became a publication; 5 is one by its number. */
	EXPECT(ka_tx_action_list(tx, &list, &num, &place->arena, &scope_a, KA_ACTION_PUBLISH_FINDING_TO_SNS, &page) ==
	    KA_STORE_OK);
	EXPECT(num == 2 && same_text(list[0].name, "action-1") && same_text(list[1].name, "action-5"));

	EXPECT(ka_tx_action_delete(tx, &scope_a, "action-1") == KA_STORE_OK);
	EXPECT(ka_tx_action_get(tx, &got, &place->arena, &scope_a, "action-1") == KA_STORE_NONE);
	EXPECT(ka_tx_action_get(tx, &got, &place->arena, &scope_b, "action-1") == KA_STORE_OK);
	return KA_STORE_OK;
}

static void
test_actions(void **state)
{
	place_write(*state, actions);
}

/* --- tasks -------------------------------------------------------------------------------------------------------- */

static const char audit[] = "00112233445566778899aabbccddeeff";

static struct ka_mitigation_row
make_mitigation(const char *id, const char *token)
{
	return (struct ka_mitigation_row){ .id = id,
		.token = token,
		.status = KA_TASK_IN_PROGRESS,
		.started = 1000,
		.after_time = 3,
		.after_seq = 4,
		.target = "{\"target\":1}",
		.mapping = "{\"mapping\":1}",
		.actions = "[1]",
		.audit_task = audit,
		.listed_checks = "[\"C\"]" };
}

static bool
same_mitigation(const struct ka_mitigation_row *a, const struct ka_mitigation_row *b)
{
	return same_text(a->id, b->id) && same_text(a->token, b->token) && a->status == b->status &&
	    a->cancel_requested == b->cancel_requested && a->started == b->started && a->ended == b->ended &&
	    a->after_time == b->after_time && a->after_seq == b->after_seq && same_text(a->target, b->target) &&
	    same_text(a->mapping, b->mapping) && same_text(a->actions, b->actions) &&
	    same_text(a->audit_task, b->audit_task) && same_text(a->listed_checks, b->listed_checks) &&
	    same_text(a->worker, b->worker) && a->lease_until == b->lease_until;
}

static enum ka_store_status
one_task(struct ka_tx *tx, void *arg)
{
	const struct ka_mitigation_check_row checks[] = { { "SECOND", 1, 2, 3, 4, 5 }, { "FIRST", 6, 7, 8, 9, 10 } };
	struct place *place = arg;
	struct ka_mitigation_row task = make_mitigation("t", "k"), other = make_mitigation("u", "k"), got;
	struct ka_mitigation_check_row *list;
	const char *id;
	int64_t seq;
	size_t num;

	EXPECT(ka_tx_mitigation_get(tx, &got, &place->arena, &scope_a, "t") == KA_STORE_NONE);
	EXPECT(ka_tx_mitigation_insert(tx, &seq, &scope_a, &task, checks, 2) == KA_STORE_OK);
	EXPECT(ka_tx_mitigation_insert(tx, &seq, &scope_a, &other, checks, 2) == KA_STORE_EXISTS); /* the token */
	other = make_mitigation("t", "l");
	EXPECT(ka_tx_mitigation_insert(tx, &seq, &scope_a, &other, checks, 2) == KA_STORE_EXISTS); /* the id */
	EXPECT(ka_tx_mitigation_get(tx, &got, &place->arena, &scope_b, "t") == KA_STORE_NONE);
	EXPECT(ka_tx_mitigation_get(tx, &got, &place->arena, &scope_a, "t") == KA_STORE_OK);
	EXPECT(same_mitigation(&got, &task) && got.seq == seq && same_text(got.region, scope_a.region));
	EXPECT(ka_tx_mitigation_by_token(tx, &id, &place->arena, &scope_a, "k") == KA_STORE_OK && same_text(id, "t"));
	EXPECT(ka_tx_mitigation_by_token(tx, &id, &place->arena, &scope_a, "l") == KA_STORE_NONE);
	EXPECT(ka_tx_mitigation_by_token(tx, &id, &place->arena, &scope_b, "k") == KA_STORE_NONE);

	task.status = KA_TASK_CANCELED;
	task.cancel_requested = true;
	task.ended = 5;
	task.after_time = 6;
	task.after_seq = 7;
	task.worker = "w";
	task.lease_until = 8;
	task.seq = seq;
	EXPECT(ka_tx_mitigation_update(tx, &task) == KA_STORE_OK);
	EXPECT(ka_tx_mitigation_get(tx, &got, &place->arena, &scope_a, "t") == KA_STORE_OK);
	EXPECT(same_mitigation(&got, &task));
	task.seq = seq + 1;
	EXPECT(ka_tx_mitigation_update(tx, &task) == KA_STORE_NONE);

	EXPECT(ka_tx_mitigation_checks(tx, &list, &num, &place->arena, seq + 1) == KA_STORE_OK && num == 0);
	EXPECT(ka_tx_mitigation_checks(tx, &list, &num, &place->arena, seq) == KA_STORE_OK && num == 2);
	EXPECT(same_text(list[0].check_name, "FIRST") && list[0].total == 6 && list[0].failed == 7);
	EXPECT(list[0].succeeded == 8 && list[0].skipped == 9 && list[0].canceled == 10);
	const struct ka_mitigation_check_row changed = { "SECOND", 21, 22, 23, 24, 25 };
	EXPECT(ka_tx_mitigation_check_update(tx, seq + 1, &changed) == KA_STORE_NONE);
	EXPECT(ka_tx_mitigation_check_update(tx, seq, &changed) == KA_STORE_OK);
	EXPECT(ka_tx_mitigation_checks(tx, &list, &num, &place->arena, seq) == KA_STORE_OK && num == 2);
	EXPECT(same_text(list[1].check_name, "SECOND") && list[1].total == 21 && list[1].failed == 22);
	EXPECT(list[1].succeeded == 23 && list[1].skipped == 24 && list[1].canceled == 25 && list[0].total == 6);
	return KA_STORE_OK;
}

static void
test_task(void **state)
{
	place_write(*state, one_task);
}

static enum ka_store_status
executions(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_execution_row
	    second = { .position = 1, .action = 7, .status = KA_EXECUTION_SKIPPED, .applied = 9, .message = "message" },
	    first = { .action = 6, .status = KA_EXECUTION_FAILED, .applied = 8, .error_code = "code" }, *list;
	size_t num;

	make_id(first.finding_id, KA_FINDING_ID_LEN, 1);
	make_id(second.finding_id, KA_FINDING_ID_LEN, 1);
	EXPECT(ka_tx_execution_insert(tx, 1, &second) == KA_STORE_OK);
	EXPECT(ka_tx_execution_insert(tx, 1, &first) == KA_STORE_OK);
	first.status = KA_EXECUTION_COMPLETED;
	EXPECT(ka_tx_execution_insert(tx, 1, &first) == KA_STORE_EXISTS);
	EXPECT(ka_tx_execution_insert(tx, 2, &first) == KA_STORE_OK);
	EXPECT(ka_tx_execution_list(tx, &list, &num, &place->arena, 1, first.finding_id) == KA_STORE_OK && num == 2);
	EXPECT(strcmp(list[0].finding_id, first.finding_id) == 0 && list[0].position == 0 && list[0].action == 6);
	EXPECT(list[0].status == KA_EXECUTION_FAILED && list[0].applied == 8 && list[0].message == NULL);
	EXPECT(same_text(list[0].error_code, "code") && list[1].error_code == NULL && list[1].position == 1);
	EXPECT(list[1].action == 7 && list[1].status == KA_EXECUTION_SKIPPED && same_text(list[1].message, "message"));
	make_id(first.finding_id, KA_FINDING_ID_LEN, 2);
	EXPECT(ka_tx_execution_list(tx, &list, &num, &place->arena, 1, first.finding_id) == KA_STORE_OK && num == 0);
	EXPECT(ka_tx_execution_list(tx, &list, &num, &place->arena, 1, "no-id") == KA_STORE_OK && num == 0);
	return KA_STORE_OK;
}

static void
test_executions(void **state)
{
	place_write(*state, executions);
}

/* Twelve tasks; pairs start at the same time. Every third one has executions for a finding. */
#define NUM 12u

static enum ka_store_status
fill(struct ka_tx *tx, void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < NUM; i++) {
		char id[8];
		struct ka_mitigation_row task = make_mitigation(id, id);
		struct ka_execution_row execution = { .status = KA_EXECUTION_COMPLETED };
		int64_t seq;

		(void)snprintf(id, sizeof(id), "t%u", i);
		task.started = 1000 + i / 2;
		task.status = (enum ka_task_status)(1 + i % 4);
		task.ended = task.status == KA_TASK_IN_PROGRESS ? 0 : 1100 + i;
		task.audit_task = i % 2 == 0 ? audit : NULL;
		EXPECT(ka_tx_mitigation_insert(tx, &seq, &scope_a, &task, NULL, 0) == KA_STORE_OK);
		make_id(execution.finding_id, KA_FINDING_ID_LEN, 1);
		EXPECT(i % 3 != 0 || ka_tx_execution_insert(tx, seq, &execution) == KA_STORE_OK);
		EXPECT(ka_tx_mitigation_insert(tx, &seq, &scope_b, &task, NULL, 0) == KA_STORE_OK);
	}
	return KA_STORE_OK;
}

static bool
passes(unsigned i, const struct ka_mitigation_filter *filter)
{
	int64_t started = 1000 + i / 2, ended = i % 4 == 0 ? 0 : 1100 + i;

	return started >= filter->start_time && started <= filter->end_time && ended <= filter->end_time &&
	    (filter->status == 0 || filter->status == 1 + i % 4) && (filter->audit_task == NULL || i % 2 == 0) &&
	    (filter->finding == NULL || i % 3 == 0);
}

static enum ka_store_status
lists(struct ka_tx *tx, void *arg)
{
	static const int64_t ranges[][2] = { { 0, INT64_MAX }, { 1001, 1105 }, { 1003, 1003 }, { 1004, 1003 } };
	struct place *place = arg;
	char finding[KA_FINDING_ID_LEN + 1];

	make_id(finding, KA_FINDING_ID_LEN, 1);
	for (unsigned i = 0; i < 4 * 5 * 2 * 2 * 2; i++) {
		const struct ka_mitigation_filter filter = { ranges[i % 4][0], ranges[i % 4][1],
			(enum ka_task_status)(i / 4 % 5), i / 20 % 2 == 0 ? NULL : audit,
			i / 40 % 2 == 0 ? NULL : finding };
		struct ka_page page = { .ascending = i / 80 == 0, .limit = 1 + i % 3 };
		struct ka_mitigation_row *list;
		size_t num, done = 0, num_expected = 0;
		char expected[NUM][8];

		for (unsigned k = 0; k < NUM; k++) {
			unsigned number = page.ascending ? k : NUM - 1 - k;

			if (passes(number, &filter))
				(void)snprintf(expected[num_expected++], 8, "t%u", number);
		}
		do {
			EXPECT(ka_tx_mitigation_list(tx, &list, &num, &place->arena, &scope_a, &filter, &page) ==
			    KA_STORE_OK);
			EXPECT(num <= page.limit && done + num <= num_expected);
			for (size_t k = 0; k < num; k++) {
				EXPECT(same_text(list[k].id, expected[done++]));
				page.after_time = list[k].started;
				page.after_seq = list[k].seq;
			}
		} while (num > 0);
		EXPECT(done == num_expected);
	}
	return KA_STORE_OK;
}

static void
test_lists(void **state)
{
	place_write(*state, fill);
	place_read(*state, lists);
}

static enum ka_store_status
claims(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_mitigation_row got;
	uint64_t count;

	/* t0, t4 and t8 of each account are in progress. */
	EXPECT(ka_tx_mitigation_count_running(tx, &count, &scope_a) == KA_STORE_OK && count == 3);
	EXPECT(ka_tx_mitigation_claim(tx, &got, &place->arena, "w", 100, 200) == KA_STORE_OK);
	EXPECT(same_text(got.id, "t0") && same_text(got.account, scope_a.account) && same_text(got.worker, "w"));
	EXPECT(got.lease_until == 200 && got.after_seq == 4);
	struct ka_mitigation_row first = got;
	for (unsigned i = 1; i < 6; i++) {
		EXPECT(ka_tx_mitigation_claim(tx, &got, &place->arena, "v", 100, 201 + i) == KA_STORE_OK);
		EXPECT(got.seq != first.seq);
	}
	EXPECT(ka_tx_mitigation_claim(tx, &got, &place->arena, "v", 199, 999) == KA_STORE_NONE);
	/* The one whose lease ran out first; what has waited longest has its turn. */
	first.lease_until = 300;
	first.worker = NULL;
	EXPECT(ka_tx_mitigation_update(tx, &first) == KA_STORE_OK);
	EXPECT(ka_tx_mitigation_claim(tx, &got, &place->arena, "v", 300, 999) == KA_STORE_OK && got.seq != first.seq);
	/* What has ended is nobody's work. */
	EXPECT(ka_tx_mitigation_release_all(tx) == KA_STORE_OK);
	for (unsigned i = 0; i < 6; i++) {
		EXPECT(ka_tx_mitigation_claim(tx, &got, &place->arena, "v", 0, 1) == KA_STORE_OK);
		got.status = KA_TASK_COMPLETED;
		got.ended = 1;
		EXPECT(ka_tx_mitigation_update(tx, &got) == KA_STORE_OK);
	}
	EXPECT(ka_tx_mitigation_claim(tx, &got, &place->arena, "v", 999, 1000) == KA_STORE_NONE);
	EXPECT(ka_tx_mitigation_count_running(tx, &count, &scope_a) == KA_STORE_OK && count == 0);
	return KA_STORE_OK;
}

static void
test_claims(void **state)
{
	place_write(*state, fill);
	place_write(*state, claims);
}

static enum ka_store_status
purges(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_mitigation_row old = make_mitigation("old", "o"), new = make_mitigation("new", "n"),
				 running = make_mitigation("running", "r"), got;
	const struct ka_mitigation_check_row check = { .check_name = "C" };
	struct ka_execution_row execution = { .status = KA_EXECUTION_COMPLETED }, *list;
	int64_t old_seq, new_seq, running_seq;
	uint64_t num, total = 0;
	size_t left;

	old.status = new.status = KA_TASK_COMPLETED;
	old.ended = 10;
	new.ended = 20;
	EXPECT(ka_tx_mitigation_insert(tx, &running_seq, &scope_a, &running, &check, 1) == KA_STORE_OK);
	EXPECT(ka_tx_mitigation_insert(tx, &new_seq, &scope_a, &new, &check, 1) == KA_STORE_OK);
	EXPECT(ka_tx_mitigation_insert(tx, &old_seq, &scope_a, &old, &check, 1) == KA_STORE_OK);
	for (unsigned i = 0; i < 10; i++) {
		make_id(execution.finding_id, KA_FINDING_ID_LEN, i);
		EXPECT(ka_tx_execution_insert(tx, old_seq, &execution) == KA_STORE_OK);
		EXPECT(ka_tx_execution_insert(tx, new_seq, &execution) == KA_STORE_OK);
		EXPECT(ka_tx_execution_insert(tx, running_seq, &execution) == KA_STORE_OK);
	}
	do {
		EXPECT(ka_tx_mitigation_purge(tx, &num, 20, 4) == KA_STORE_OK && num <= 4);
		total += num;
		/* As long as it has executions, the task is there. */
		EXPECT(total > 10 || ka_tx_mitigation_get(tx, &got, &place->arena, &scope_a, "old") == KA_STORE_OK);
	} while (num > 0);
	EXPECT(total == 11);
	EXPECT(ka_tx_mitigation_get(tx, &got, &place->arena, &scope_a, "old") == KA_STORE_NONE);
	EXPECT(ka_tx_execution_list(tx, &list, &left, &place->arena, old_seq, execution.finding_id) == KA_STORE_OK);
	EXPECT(left == 0);
	struct ka_mitigation_check_row *checks;
	EXPECT(ka_tx_mitigation_checks(tx, &checks, &left, &place->arena, old_seq) == KA_STORE_OK && left == 0);
	EXPECT(ka_tx_execution_list(tx, &list, &left, &place->arena, new_seq, execution.finding_id) == KA_STORE_OK);
	EXPECT(left == 1);
	EXPECT(ka_tx_mitigation_checks(tx, &checks, &left, &place->arena, new_seq) == KA_STORE_OK && left == 1);
	EXPECT(ka_tx_mitigation_get(tx, &got, &place->arena, &scope_a, "running") == KA_STORE_OK);
	return KA_STORE_OK;
}

static void
test_purge(void **state)
{
	place_write(*state, purges);
}

int
mitigation_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_actions, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_task, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_executions, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_lists, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_claims, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_purge, place_open, place_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
