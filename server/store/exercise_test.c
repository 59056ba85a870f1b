/* SPDX-License-Identifier: Apache-2.0 */
/* Every operation with every combination of filters and both orders: whatever SQL there is has run afterwards. */
#include "server/store/mitigation.h"
#include "server/store/revocation.h"
#include "server/store/store_test.h"

static bool
see_ca(void *arg, const struct ka_ca_row *row)
{
	(void)arg;
	return row->seq > 0;
}

static bool
see_device(void *arg, const struct ka_device_row *row)
{
	(void)arg;
	return row->seq > 0;
}

static bool
see_id(void *arg, const char *id)
{
	(void)arg;
	return id[0] != '\0';
}

/* NULL or a text, by a bit. */
#define MAYBE(bits, bit, value) (((bits) >> (bit)&1) != 0 ? (value) : NULL)

static enum ka_store_status
certificates(struct ka_tx *tx, struct ka_arena *arena, const struct ka_page *page)
{
	struct ka_ca_row ca = make_ca(1), *cas;
	struct ka_device_row device = make_device(1, ca.id), *devices;
	struct ka_range range = { 0, 100, 0xff, 10 };
	char owner[KA_ACCOUNT_LEN + 1];
	uint64_t count;
	int64_t seq;
	size_t num;

	EXPECT(ka_tx_ca_insert(tx, NULL, &scope_a, &ca) != KA_STORE_FAILED);
	EXPECT(ka_tx_ca_get(tx, &ca, arena, &scope_a, ca.id) == KA_STORE_OK);
	EXPECT(ka_tx_ca_update(tx, &scope_a, &ca) == KA_STORE_OK);
	EXPECT(ka_tx_ca_count_subject(tx, &count, &scope_a, ca.subject_sha256) == KA_STORE_OK);
	EXPECT(ka_tx_ca_by_subject(tx, &cas, &num, arena, &scope_a, ca.subject_sha256) == KA_STORE_OK);
	EXPECT(ka_tx_ca_default_owner(tx, owner, "us-east-1", ca.id) == KA_STORE_OK);
	EXPECT(ka_tx_ca_scan(tx, &scope_a, &range, see_ca, NULL) == KA_STORE_OK);
	EXPECT(ka_tx_ca_last_seq(tx, &seq) == KA_STORE_OK);
	EXPECT(ka_tx_ca_incoming(tx, &ca, owner, arena, &scope_b, ca.id) == KA_STORE_NONE);
	EXPECT(ka_tx_ca_handed_over(tx, &scope_a, ca.id) == KA_STORE_NONE);
	EXPECT(ka_tx_ca_move(tx, &scope_a, &scope_b, &ca) == KA_STORE_OK);
	EXPECT(ka_tx_ca_delete(tx, &scope_b, ca.id) == KA_STORE_OK);
	EXPECT(ka_tx_device_insert(tx, NULL, &scope_a, &device) == KA_STORE_OK);
	EXPECT(ka_tx_device_get(tx, &device, arena, &scope_a, device.id) == KA_STORE_OK);
	EXPECT(ka_tx_device_update(tx, &scope_a, &device) == KA_STORE_OK);
	EXPECT(ka_tx_authorize(tx, &(struct ka_authorize_row){ 0 }, arena, &scope_a, device.id) == KA_STORE_OK);
	EXPECT(ka_tx_device_scan(tx, &scope_a, &range, see_device, NULL) == KA_STORE_OK);
	EXPECT(ka_tx_device_last_seq(tx, &seq) == KA_STORE_OK);
	EXPECT(ka_tx_device_incoming(tx, &device, owner, arena, &scope_b, device.id) == KA_STORE_NONE);
	EXPECT(ka_tx_device_handed_over(tx, &scope_a, device.id) == KA_STORE_NONE);
	EXPECT(ka_tx_device_move(tx, &scope_a, &scope_b, &device) == KA_STORE_OK);
	EXPECT(ka_tx_device_delete(tx, &scope_b, device.id) == KA_STORE_OK);
	for (unsigned bits = 0; bits < 64; bits++) {
		struct ka_ca_filter filter = { MAYBE(bits, 0, "t"), MAYBE(bits, 1, "222222222222"),
			(bits >> 2 & 1) != 0 };
		struct ka_device_filter other = { MAYBE(bits, 0, ca.id), bits >> 1 & 1, bits >> 2 & 1,
			(bits >> 3 & 1) != 0, MAYBE(bits, 4, "222222222222"), bits >> 5 & 1 };

		EXPECT(ka_tx_ca_list(tx, &cas, &num, arena, &scope_a, &filter, page) == KA_STORE_OK);
		EXPECT(ka_tx_device_list(tx, &devices, &num, arena, &scope_a, &other, page) == KA_STORE_OK);
	}
	return KA_STORE_OK;
}

static enum ka_store_status
tasks_and_findings(struct ka_tx *tx, struct ka_arena *arena, const struct ka_page *page)
{
	struct ka_task_row task = make_task(2), *tasks;
	struct ka_task_check_row check = { .check_name = "C", .status = KA_RUN_IN_PROGRESS }, *checks;
	struct ka_finding_row finding = make_finding(1), *findings;
	uint64_t count;
	size_t num;

	EXPECT(ka_tx_task_insert(tx, &scope_a, &task, &check, 1) == KA_STORE_OK);
	EXPECT(ka_tx_task_get(tx, &task, arena, &scope_a, task.id) == KA_STORE_OK);
	EXPECT(ka_tx_task_checks(tx, &checks, &num, arena, &scope_a, task.id) == KA_STORE_OK);
	EXPECT(ka_tx_task_check_update(tx, &scope_a, task.id, &check) == KA_STORE_OK);
	EXPECT(ka_tx_task_count_running(tx, &count, &scope_a, KA_TASK_ON_DEMAND) == KA_STORE_OK);
	EXPECT(ka_tx_task_claim(tx, &task, arena, "w", 1, 2) == KA_STORE_OK);
	task.status = KA_TASK_COMPLETED;
	task.ended = 5;
	EXPECT(ka_tx_task_update(tx, &scope_a, &task) == KA_STORE_OK);
	EXPECT(ka_tx_finding_insert(tx, &scope_a, &finding) == KA_STORE_OK);
	EXPECT(ka_tx_finding_get(tx, &finding, arena, &scope_a, finding.id) == KA_STORE_OK);
	for (unsigned bits = 0; bits < 128; bits++) {
		struct ka_task_filter filter = { 0, 9999, (enum ka_task_type)(bits & 1),
			(enum ka_task_status)(bits >> 1 & 1) };
		struct ka_finding_filter other = { MAYBE(bits, 0, finding.task_id), 0, (bits >> 1 & 1) * 9999,
			MAYBE(bits, 2, "C"), KA_RESOURCE_CA, MAYBE(bits, 3, finding.resource_id), MAYBE(bits, 4, "R"),
			(enum ka_suppressed_filter)(bits >> 5 & 1) };

		EXPECT(ka_tx_task_list(tx, &tasks, &num, arena, &scope_a, &filter, page) == KA_STORE_OK);
		EXPECT(ka_tx_finding_list(tx, &findings, &num, arena, &scope_a, &other, page) == KA_STORE_OK);
	}
	EXPECT(ka_tx_purge(tx, &count, 9999, 100) == KA_STORE_OK && count == 2);
	return KA_STORE_OK;
}

static enum ka_store_status
mitigation(struct ka_tx *tx, struct ka_arena *arena, const struct ka_page *page)
{
	struct ka_action_row action = { .name = "n", .id = "u", .type = 1, .role_arn = "r", .params = "{}" }, *actions;
	struct ka_mitigation_row task = { .id = "t", .token = "k", .status = KA_TASK_IN_PROGRESS, .target = "{}",
		.mapping = "{}", .actions = "[]" }, *tasks;
	struct ka_mitigation_check_row check = { .check_name = "C" }, *checks;
	struct ka_execution_row execution = { .status = KA_EXECUTION_COMPLETED }, *executions;
	const char *id;
	uint64_t count;
	int64_t seq;
	size_t num;

	make_id(execution.finding_id, KA_FINDING_ID_LEN, 1);
	EXPECT(ka_tx_action_insert(tx, &scope_a, &action) == KA_STORE_OK);
	EXPECT(ka_tx_action_get(tx, &action, arena, &scope_a, "n") == KA_STORE_OK);
	EXPECT(ka_tx_action_update(tx, &scope_a, &action) == KA_STORE_OK);
	EXPECT(ka_tx_action_count(tx, &count, &scope_a) == KA_STORE_OK && count == 1);
	EXPECT(ka_tx_action_list(tx, &actions, &num, arena, &scope_a, 0, page) == KA_STORE_OK);
	EXPECT(ka_tx_action_list(tx, &actions, &num, arena, &scope_a, 1, page) == KA_STORE_OK);
	EXPECT(ka_tx_action_delete(tx, &scope_a, "n") == KA_STORE_OK);
	EXPECT(ka_tx_mitigation_insert(tx, &seq, &scope_a, &task, &check, 1) == KA_STORE_OK);
	EXPECT(ka_tx_mitigation_by_token(tx, &id, arena, &scope_a, "k") == KA_STORE_OK);
	EXPECT(ka_tx_mitigation_count_running(tx, &count, &scope_a) == KA_STORE_OK && count == 1);
	EXPECT(ka_tx_mitigation_claim(tx, &task, arena, "w", 1, 2) == KA_STORE_OK);
	EXPECT(ka_tx_mitigation_release_all(tx) == KA_STORE_OK);
	EXPECT(ka_tx_mitigation_get(tx, &task, arena, &scope_a, "t") == KA_STORE_OK);
	EXPECT(ka_tx_mitigation_checks(tx, &checks, &num, arena, seq) == KA_STORE_OK && num == 1);
	EXPECT(ka_tx_mitigation_check_update(tx, seq, &check) == KA_STORE_OK);
	EXPECT(ka_tx_execution_insert(tx, seq, &execution) == KA_STORE_OK);
	EXPECT(ka_tx_execution_list(tx, &executions, &num, arena, seq, execution.finding_id) == KA_STORE_OK && num == 1);
	for (unsigned bits = 0; bits < 8; bits++) {
		struct ka_mitigation_filter filter = { 0, 9999, (enum ka_task_status)(bits & 1),
			MAYBE(bits, 1, execution.finding_id), MAYBE(bits, 2, execution.finding_id) };

		EXPECT(ka_tx_mitigation_list(tx, &tasks, &num, arena, &scope_a, &filter, page) == KA_STORE_OK);
	}
	task.status = KA_TASK_COMPLETED;
	task.ended = 5;
	EXPECT(ka_tx_mitigation_update(tx, &task) == KA_STORE_OK);
	EXPECT(ka_tx_mitigation_purge(tx, &count, 9999, 100) == KA_STORE_OK && count == 2);
	return KA_STORE_OK;
}

static enum ka_store_status
revocations(struct ka_tx *tx, struct ka_arena *arena, const struct ka_page *page)
{
	struct ka_revocation_row row = { .status = KA_TASK_IN_PROGRESS, .started = 1, .actor = "x", .token = "t" }, *rows;
	struct ka_device_row device = make_device(1, NULL);
	struct ka_ca_row ca = make_ca(3);
	uint64_t counts[KA_NUM_DEVICE_STATUSES], count;
	int64_t markers[KA_NUM_MARKERS];
	size_t num;

	make_id(row.id, KA_REVOCATION_ID_LEN, 1);
	make_id(row.ca_id, KA_CERT_ID_LEN, 2);
	EXPECT(ka_tx_revocation_insert(tx, &scope_a, &row) == KA_STORE_OK);
	EXPECT(ka_tx_revocation_get(tx, &row, arena, &scope_a, row.id) == KA_STORE_OK);
	EXPECT(ka_tx_revocation_by_token(tx, &row, arena, &scope_a, "t") == KA_STORE_OK);
	EXPECT(ka_tx_revocation_count_running(tx, &count, &scope_a) == KA_STORE_OK && count == 1);
	EXPECT(ka_tx_revocation_claim(tx, &row, arena, "w", 1, 2) == KA_STORE_OK);
	EXPECT(ka_tx_revocation_release_all(tx) == KA_STORE_OK);
	for (unsigned bits = 0; bits < 4; bits++) {
		const struct ka_revocation_filter filter = { MAYBE(bits, 0, row.ca_id), (enum ka_task_status)(bits >> 1) };

		EXPECT(ka_tx_revocation_list(tx, &rows, &num, arena, &scope_a, &filter, page) == KA_STORE_OK && num == 1);
	}
	row.status = KA_TASK_COMPLETED;
	row.ended = 5;
	EXPECT(ka_tx_revocation_update(tx, &scope_a, &row) == KA_STORE_OK);
	EXPECT(ka_tx_revocation_purge(tx, &count, 6, 10) == KA_STORE_OK && count == 1);
	EXPECT(ka_tx_device_count(tx, counts, &scope_a, &(struct ka_device_filter){ .ca_id = row.ca_id }) == KA_STORE_OK);
	EXPECT(ka_tx_device_revoke(tx, &scope_a, &device, 1) == KA_STORE_NONE);
	EXPECT(ka_tx_refused_devices(tx, &scope_a, see_id, NULL) == KA_STORE_OK);
	/* With a CA that was deactivated another statement. */
	ca.status = KA_CA_INACTIVE;
	ca.deactivated_by = "t";
	EXPECT(ka_tx_ca_insert(tx, NULL, &scope_a, &ca) == KA_STORE_OK);
	EXPECT(ka_tx_refused_devices(tx, &scope_a, see_id, NULL) == KA_STORE_OK);
	EXPECT(ka_tx_ca_delete(tx, &scope_a, ca.id) == KA_STORE_OK);
	EXPECT(ka_tx_refused_cas(tx, &scope_a, "", see_id, NULL) == KA_STORE_OK);
	EXPECT(ka_tx_markers(tx, markers) == KA_STORE_OK);
	EXPECT(ka_tx_issued_refused(tx, row.ca_id, see_device, NULL) == KA_STORE_OK);
	return KA_STORE_OK;
}

static enum ka_store_status
settings(struct ka_tx *tx, struct ka_arena *arena, const struct ka_page *page)
{
	struct ka_suppression_row suppression = { .check_name = "C", .resource = "{}", .expiration = 9, .token = "t" },
				  *suppressions;
	struct ka_schedule_row schedule = { .name = "n", .frequency = KA_DAILY, .checks = "[]", .next_run = 5 },
			       *schedules;
	struct ka_log_row entry = { .account = "a", .region = "r", .actor = "x", .action = "y", .resource = "z" },
			  *entries;
	size_t num;

	EXPECT(ka_tx_suppression_insert(tx, &scope_a, &suppression) == KA_STORE_OK);
	EXPECT(ka_tx_suppression_get(tx, &suppression, arena, &scope_a, "C", "{}") == KA_STORE_OK);
	EXPECT(ka_tx_suppression_update(tx, &scope_a, &suppression) == KA_STORE_OK);
	EXPECT(ka_tx_schedule_insert(tx, &scope_a, &schedule) == KA_STORE_OK);
	EXPECT(ka_tx_schedule_get(tx, &schedule, arena, &scope_a, "n") == KA_STORE_OK);
	EXPECT(ka_tx_schedule_update(tx, &scope_a, &schedule) == KA_STORE_OK);
	EXPECT(ka_tx_schedule_list(tx, &schedules, &num, arena, &scope_a, page) == KA_STORE_OK);
	EXPECT(ka_tx_schedule_due(tx, &schedule, arena, 5) == KA_STORE_OK);
	EXPECT(ka_tx_schedule_delete(tx, &scope_a, "n") == KA_STORE_OK);
	EXPECT(ka_tx_schedule_delete_all(tx, &scope_a) == KA_STORE_OK);
	EXPECT(ka_tx_log_append(tx, &entry) == KA_STORE_OK);
	for (unsigned bits = 0; bits < 16; bits++) {
		struct ka_suppression_filter filter = { MAYBE(bits, 0, "C"), MAYBE(bits, 1, "{}"), bits >> 2 & 1 };
		struct ka_log_filter other = { 0, bits >> 3 & 1, MAYBE(bits, 0, "y"), MAYBE(bits, 1, "z"),
			MAYBE(bits, 2, "x") };

		EXPECT(ka_tx_suppression_list(tx, &suppressions, &num, arena, &scope_a, &filter, page) == KA_STORE_OK);
		EXPECT(ka_tx_log_list(tx, &entries, &num, arena, &scope_a, &other, page) == KA_STORE_OK);
	}
	EXPECT(ka_tx_suppression_delete(tx, &scope_a, "C", "{}") == KA_STORE_OK);
	return KA_STORE_OK;
}

static enum ka_store_status
small_rows(struct ka_tx *tx, struct ka_arena *arena)
{
	struct ka_account_row account = { "000000000000", NULL, 1 }, *accounts;
	struct ka_access_key_row key = { .access_key_id = "AKIA", .account = account.account, .role = KA_ROLE_ADMIN },
				 *keys;
	struct ka_audit_config_row config = { NULL, NULL, NULL };
	struct ka_tag_row *tags;
	char code[65];
	size_t num;

	EXPECT(ka_tx_account_insert(tx, &account) != KA_STORE_FAILED);
	EXPECT(ka_tx_account_get(tx, &account, arena, account.account) == KA_STORE_OK);
	EXPECT(ka_tx_account_list(tx, &accounts, &num, arena) == KA_STORE_OK);
	EXPECT(ka_tx_access_key_insert(tx, &key) == KA_STORE_OK);
	EXPECT(ka_tx_access_key_get(tx, &key, arena, "AKIA") == KA_STORE_OK);
	EXPECT(ka_tx_access_key_list(tx, &keys, &num, arena, NULL) == KA_STORE_OK);
	EXPECT(ka_tx_access_key_list(tx, &keys, &num, arena, account.account) == KA_STORE_OK);
	EXPECT(ka_tx_access_key_delete(tx, "AKIA") == KA_STORE_OK);
	make_id(code, 64, 1);
	EXPECT(ka_tx_registration_code_put(tx, &scope_a, code, 1) == KA_STORE_OK);
	EXPECT(ka_tx_registration_code_get(tx, code, &scope_a) == KA_STORE_OK);
	EXPECT(ka_tx_registration_code_delete(tx, &scope_a) == KA_STORE_OK);
	EXPECT(ka_tx_tag_put(tx, &scope_a, "arn", &(struct ka_tag_row){ "k", "v" }) == KA_STORE_OK);
	EXPECT(ka_tx_tag_list(tx, &tags, &num, arena, &scope_a, "arn") == KA_STORE_OK);
	EXPECT(ka_tx_tag_delete(tx, &scope_a, "arn", "k") == KA_STORE_OK);
	EXPECT(ka_tx_tag_delete_all(tx, &scope_a, "arn") == KA_STORE_OK);
	EXPECT(ka_tx_audit_config_put(tx, &scope_a, &config) == KA_STORE_OK);
	EXPECT(ka_tx_audit_config_get(tx, &config, arena, &scope_a) == KA_STORE_OK);
	EXPECT(ka_tx_audit_config_delete(tx, &scope_a) == KA_STORE_OK);
	return KA_STORE_OK;
}

static enum ka_store_status
outbox(struct ka_tx *tx, struct ka_arena *arena, const struct ka_page *page)
{
	struct ka_outbox_row row = { .id = "00000000-0000-8000-8000-000000000000", .topic = "t", .message = "{}", .created = 1 },
			     *rows;
	struct ka_outbox_topic_row topic;
	struct ka_outbox_count count;
	uint64_t num_purged;
	size_t num;

	EXPECT(ka_tx_outbox_insert(tx, &scope_a, &row) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_has_due(tx, 1) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_claim(tx, &topic, arena, "w", 1, 9) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_topic_get(tx, &topic, arena, &scope_a, "t") == KA_STORE_OK);
	EXPECT(ka_tx_outbox_next(tx, &rows, &num, arena, &topic, 1, 9) == KA_STORE_OK && num == 1);
	EXPECT(ka_tx_outbox_update(tx, &rows[0]) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_expire(tx, &num_purged, &topic, 0, 1, "e", 9) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_release(tx, &topic) == KA_STORE_OK && ka_tx_outbox_release_all(tx, 1) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_get(tx, &row, arena, row.id) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_retry(tx, &row, 2) == KA_STORE_OK && ka_tx_outbox_drop(tx, &row, 3) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_release(tx, &topic) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_count(tx, &count, KA_OUTBOX_PENDING) == KA_STORE_OK);
	for (unsigned bits = 0; bits < 4; bits++) {
		struct ka_outbox_filter filter = { (enum ka_outbox_state)(bits & 1), MAYBE(bits, 1, "t") };

		EXPECT(ka_tx_outbox_list(tx, &rows, &num, arena, &filter, page) == KA_STORE_OK);
	}
	EXPECT(ka_tx_outbox_purge(tx, &num_purged, 9, 9) == KA_STORE_OK && num_purged == 1);
	return KA_STORE_OK;
}

enum ka_store_status
exercise(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;

	for (unsigned up = 0; up < 2; up++) {
		struct ka_page page = { .ascending = up == 1, .limit = 10 };

		EXPECT(certificates(tx, &place->arena, &page) == KA_STORE_OK);
		EXPECT(tasks_and_findings(tx, &place->arena, &page) == KA_STORE_OK);
		EXPECT(mitigation(tx, &place->arena, &page) == KA_STORE_OK);
		EXPECT(revocations(tx, &place->arena, &page) == KA_STORE_OK);
		EXPECT(settings(tx, &place->arena, &page) == KA_STORE_OK);
		EXPECT(small_rows(tx, &place->arena) == KA_STORE_OK);
		EXPECT(outbox(tx, &place->arena, &page) == KA_STORE_OK);
	}
	return KA_STORE_OK;
}
