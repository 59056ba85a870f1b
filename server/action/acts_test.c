/* SPDX-License-Identifier: Apache-2.0 */
/* What each action does to a certificate in each state, which findings are left alone, and what the log says. */
#include "server/action/action_world_test.h"
#include "server/clock.h"

#define BOTH "{\"" CA_KEYS "\":[\"off-ca\"],\"" DEVICE_KEYS "\":[\"off-device\"]}"

static void
run(struct world *world, const char *id)
{
	struct ka_action_step worker = new_worker(world, "w", 4);

	assert_true(take(world, &worker));
	assert_string_equal(worker.task_id, id);
	finish(world, &worker);
}

/* The execution of a finding that has one only. */
static struct ka_execution_row
only(struct world *world, const char *id, unsigned finding)
{
	size_t num;
	struct ka_execution_row *rows = get_executions(world, &num, id, finding);

	assert_int_equal(num, 1);
	return rows[0];
}

static void
assert_failed(struct world *world, const char *id, unsigned finding, const char *code, const char *words)
{
	struct ka_execution_row row = only(world, id, finding);

	assert_int_equal(row.status, KA_EXECUTION_FAILED);
	assert_string_equal(row.error_code, code);
	if (strstr(row.message, words) == NULL)
		fail_msg("%s", row.message);
}

static void
assert_completed(struct world *world, const char *id, unsigned finding)
{
	struct ka_execution_row row = only(world, id, finding);

	assert_int_equal(row.status, KA_EXECUTION_COMPLETED);
	assert_true(row.error_code == NULL && row.message == NULL && row.applied >= START);
}

static void
test_ca(void **state)
{
	struct world *world = *state;

	add_ca(world, 0, KA_CA_ACTIVE, NULL);
	add_ca(world, 1, KA_CA_INACTIVE, NULL);
	add_ca(world, 2, KA_CA_INACTIVE, "earlier");
	add_ca(world, 3, KA_CA_PENDING_TRANSFER, NULL);
	for (unsigned i = 0; i < 5; i++)
		add_finding(world, i, CA_KEYS, KA_RESOURCE_CA, i, ROCA, false);
	start_task(world, "t", BOTH, NULL, NULL, NULL);
	set_clock(world, START + 5000);
	run(world, "t");

	struct ka_ca_row ca = get_ca(world, 0);
	assert_true(ca.status == KA_CA_INACTIVE && ca.customer_version == 2);
	assert_true(ca.modified >= START + 5000 && ca.deactivated == ca.modified);
	assert_string_equal(ca.deactivated_by, "t");
	/* INACTIVE by hand: nothing that an operator sees changes, but the reason is noted. */
	ca = get_ca(world, 1);
	assert_true(ca.status == KA_CA_INACTIVE && ca.customer_version == 1 && ca.modified == START - 1000);
	assert_string_equal(ca.deactivated_by, "t");
	assert_true(ca.deactivated >= START + 5000);
	ca = get_ca(world, 2);
	assert_true(ca.customer_version == 1 && ca.deactivated == 0);
	assert_string_equal(ca.deactivated_by, "earlier");
	ca = get_ca(world, 3);
	assert_true(ca.status == KA_CA_PENDING_TRANSFER && ca.customer_version == 1 && ca.deactivated_by == NULL);
	for (unsigned i = 0; i < 3; i++)
		assert_completed(world, "t", i);
	assert_failed(world, "t", 3, KA_ACT_INVALID_STATE, "is being transferred to account 999999999999");
	assert_failed(world, "t", 4, KA_ACT_INVALID_STATE, "is no longer registered");

	size_t num;
	struct ka_log_row *log = get_log(world, &num);
	assert_int_equal(num, 3);
	assert_string_equal(log[0].actor, "keyassayd:mitigation t");
	assert_string_equal(log[0].action, "UpdateCACertificate");
	assert_string_equal(log[0].resource,
	    ka_arena_format(&world->arena, "arn:aws:iot:eu-west-1:123456789012:cacert/%s", cert_id(world, 0)));
	assert_string_equal(log[0].before, "{\"status\":\"ACTIVE\",\"customerVersion\":1}");
	assert_string_equal(log[0].after, "{\"status\":\"INACTIVE\",\"customerVersion\":2,\"deactivatedBy\":\"t\"}");
	assert_string_equal(log[1].before, "{\"status\":\"INACTIVE\",\"customerVersion\":1}");
	assert_string_equal(log[1].after, "{\"status\":\"INACTIVE\",\"customerVersion\":1,\"deactivatedBy\":\"t\"}");
	assert_string_equal(log[2].actor, "keyassayd:mitigation t");
	assert_string_equal(log[2].action, "EndAuditMitigationActionsTask");
	assert_string_equal(log[2].resource, "arn:aws:iot:eu-west-1:123456789012:auditmitigationtask/t");
	assert_string_equal(log[2].before, "{\"taskStatus\":\"IN_PROGRESS\"}");
	assert_string_equal(log[2].after, "{\"taskStatus\":\"FAILED\"}");
}

static void
test_device(void **state)
{
	struct world *world = *state;
	static const enum ka_device_status all[] = { KA_DEVICE_ACTIVE, KA_DEVICE_PENDING_ACTIVATION,
		KA_DEVICE_REGISTER_INACTIVE, KA_DEVICE_INACTIVE, KA_DEVICE_REVOKED, KA_DEVICE_PENDING_TRANSFER };
	size_t num;

	for (unsigned i = 0; i < 7; i++) {
		if (i < 6)
			add_device(world, i, all[i], 99);
		add_finding(world, i, DEVICE_KEYS, KA_RESOURCE_DEVICE, i, ROCA, false);
	}
	start_task(world, "t", BOTH, NULL, NULL, NULL);
	run(world, "t");
	for (unsigned i = 0; i < 6; i++) {
		struct ka_device_row device = get_device(world, i);

		assert_int_equal(device.status, i < 4 ? KA_DEVICE_INACTIVE : all[i]);
		assert_int_equal(device.customer_version, i < 3 ? 2 : 1);
		assert_int_equal(device.deactivated != 0, i < 3);
		assert_true(i < 3 ? strcmp(device.deactivated_by, "t") == 0 : device.deactivated_by == NULL);
	}
	for (unsigned i = 0; i < 4; i++)
		assert_completed(world, "t", i);
	assert_failed(world, "t", 4, KA_ACT_INVALID_STATE, "is REVOKED");
	assert_failed(world, "t", 5, KA_ACT_INVALID_STATE, "is being transferred to account 999999999999");
	assert_failed(world, "t", 6, KA_ACT_INVALID_STATE, "is no longer registered");
	struct ka_log_row *log = get_log(world, &num);
	assert_int_equal(num, 4); /* and the end */
	assert_string_equal(log[1].action, "UpdateCertificate");
	assert_string_equal(log[1].before, "{\"status\":\"PENDING_ACTIVATION\",\"customerVersion\":1}");
	assert_string_equal(log[1].after, "{\"status\":\"INACTIVE\",\"customerVersion\":2,\"deactivatedBy\":\"t\"}");
	assert_non_null(strstr(log[1].resource, ":cert/"));
}

/* A finding is about a resource of another kind than the action: operations do not let it come to that. */
static void
test_wrong_kind(void **state)
{
	struct world *world = *state;

	add_ca(world, 0, KA_CA_ACTIVE, NULL);
	add_device(world, 0, KA_DEVICE_ACTIVE, 0);
	add_finding(world, 0, CA_KEYS, KA_RESOURCE_DEVICE, 0, ROCA, false);
	add_finding(world, 1, DEVICE_KEYS, KA_RESOURCE_CA, 0, ROCA, false);
	start_task(world, "t", BOTH, NULL, NULL, NULL);
	run(world, "t");
	assert_failed(world, "t", 0, KA_ACT_INVALID_STATE, "no longer registered");
	assert_failed(world, "t", 1, KA_ACT_INVALID_STATE, "no longer registered");
	assert_int_equal(get_ca(world, 0).status, KA_CA_ACTIVE);
	assert_int_equal(get_device(world, 0).status, KA_DEVICE_ACTIVE);
}

static void
test_unsupported(void **state)
{
	struct world *world = *state;

	add_device(world, 0, KA_DEVICE_ACTIVE, 0);
	add_finding(world, 0, DEVICE_KEYS, KA_RESOURCE_DEVICE, 0, ROCA, false);
	start_task(world, "t", "{\"" DEVICE_KEYS "\":[\"things\"]}", NULL, NULL, NULL);
	run(world, "t");
	assert_failed(world, "t", 0, KA_ACT_UNSUPPORTED, "action things cannot be applied");
}

static void
test_publish(void **state)
{
	struct world *world = *state;
	size_t num;

	add_ca(world, 0, KA_CA_ACTIVE, NULL);
	for (unsigned i = 0; i < 12; i++)
		add_device(world, 50 + i, KA_DEVICE_ACTIVE, 0);
	add_finding(world, 0, CA_KEYS, KA_RESOURCE_CA, 0, ROCA, false);
	add_finding(world, 1, DEVICE_KEYS, KA_RESOURCE_DEVICE, 50, ROCA, false);
	start_task(world, "t", "{\"" CA_KEYS "\":[\"tell\"],\"" DEVICE_KEYS "\":[\"tell\"]}", NULL, NULL, NULL);
	run(world, "t");
	assert_completed(world, "t", 0);
	assert_completed(world, "t", 1);
	struct ka_outbox_row *messages = get_outbox(world, &num);
	assert_int_equal(num, 2);
	assert_string_equal(messages[0].topic, TOPIC);
	assert_string_not_equal(messages[0].id, messages[1].id);
	/* Another task publishes anew. */
	start_task(world, "u", "{\"" CA_KEYS "\":[\"tell\"]}", NULL, NULL, NULL);
	run(world, "u");
	(void)get_outbox(world, &num);
	assert_int_equal(num, 3);
}

/* Retention takes a listed finding away before its turn. */
static void
test_finding_gone(void **state)
{
	struct world *world = *state;
	const char *ids = ka_arena_format(&world->arena, "[\"%s\",\"%s\"]", finding_id(world, 0), finding_id(world, 3));

	for (unsigned i = 0; i < 4; i++) {
		add_ca(world, i, KA_CA_ACTIVE, NULL);
		add_finding(world, i, CA_KEYS, KA_RESOURCE_CA, i, ROCA, false);
	}
	start_task(
	    world, "t", "{\"" CA_KEYS "\":[\"off-ca\",\"tell\"]}", NULL, ids, "[\"" CA_KEYS "\",\"" CA_KEYS "\"]");
	delete_finding(world, 0);
	run(world, "t");
	assert_int_equal(get_task(world, "t").status, KA_TASK_FAILED);
	assert_string_equal(executions_of(world, "t", 0), "FAILED SKIPPED");
	assert_string_equal(executions_of(world, "t", 3), "COMPLETED COMPLETED");
	assert_string_equal(executions_of(world, "t", 2), "");
	assert_int_equal(get_ca(world, 0).status, KA_CA_ACTIVE);
	assert_int_equal(get_ca(world, 3).status, KA_CA_INACTIVE);
	size_t num;
	struct ka_execution_row *rows = get_executions(world, &num, "t", 0);
	assert_non_null(strstr(rows[0].message, "no longer kept"));
	assert_string_equal(rows[0].error_code, KA_ACT_INVALID_STATE);
	assert_string_equal(rows[1].message, "Action off-ca failed before");
	struct ka_mitigation_check_row counts = get_counts(world, "t", CA_KEYS);
	assert_true(counts.total == 2 && counts.failed == 1 && counts.succeeded == 1);
}

static void
test_left_alone(void **state)
{
	struct world *world = *state;

	for (unsigned i = 0; i < 6; i++) {
		add_ca(world, i, KA_CA_ACTIVE, NULL);
		add_finding(world, i, CA_KEYS, KA_RESOURCE_CA, i, i == 0 ? DEBIAN : ROCA, i == 1);
	}
	suppress(world, CA_KEYS, 2, 0);
	suppress(world, CA_KEYS, 3, START + 60000);
	suppress(world, CA_KEYS, 4, START); /* ends as the task begins */
	start_task(world, "t", BOTH, "{\"" CA_KEYS "\":[\"OTHER\",\"" ROCA "\"]}", NULL, NULL);
	run(world, "t");
	assert_int_equal(get_task(world, "t").status, KA_TASK_COMPLETED);
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(get_ca(world, i).status, i < 4 ? KA_CA_ACTIVE : KA_CA_INACTIVE);
		assert_string_equal(executions_of(world, "t", i), i < 4 ? "" : "COMPLETED");
	}
	struct ka_mitigation_check_row counts = get_counts(world, "t", CA_KEYS);
	assert_true(counts.total == 6 && counts.skipped == 4 && counts.succeeded == 2);
}

/* A task without any finding ends at once. */
static void
test_nothing_to_do(void **state)
{
	struct world *world = *state;

	start_task(world, "t", BOTH, NULL, NULL, NULL);
	run(world, "t");
	assert_int_equal(get_task(world, "t").status, KA_TASK_COMPLETED);
	assert_int_equal(get_counts(world, "t", CA_KEYS).total, 0);
}

/* --- tables ------------------------------------------------------------------------------------------------------- */

static void
test_table(void **state)
{
	unsigned num = 0;

	(void)state;
	for (const struct ka_act *act = ka_acts(); act->name != NULL; act++) {
		assert_int_equal(act->type, ++num);
		assert_ptr_equal(ka_act_of(act->type), act);
		assert_ptr_equal(ka_act_by_member(act->member), act);
		assert_true(ka_act_fits(act, "NO_SUCH_CHECK") == (act->type == KA_ACTION_PUBLISH_FINDING_TO_SNS));
	}
	assert_int_equal(num, KA_ACTION_PUBLISH_FINDING_TO_SNS);
	assert_null(ka_act_by_member("updateCACertificateParam"));
}

static void
test_damaged_plans(void **state)
{
	static const struct {
		const char *audit_task, *target, *mapping, *actions, *listed_checks;
	} rows[] = {
		{ AUDIT, "{}", "{\"C\":[\"tell\"]}", NULL, NULL }, /* the one that is right */
		{ AUDIT, "{", "{\"C\":[\"tell\"]}", NULL, NULL },
		{ AUDIT, "{}", "{", NULL, NULL },
		{ AUDIT, "{}", "{}", NULL, NULL },
		{ AUDIT, "{}", "{\"C\":[]}", NULL, NULL },
		{ AUDIT, "{}", "{\"C\":[1]}", NULL, NULL },
		{ AUDIT, "{}", "{\"C\":\"tell\"}", NULL, NULL },
		{ AUDIT, "{}", "{\"C\":[\"unknown\"]}", NULL, NULL },
		{ AUDIT, "{}", "{\"C\":[\"tell\",\"tell\",\"tell\",\"tell\",\"tell\",\"tell\"]}", NULL, NULL },
		{ AUDIT, "{}", "{\"C\":[\"tell\"]}", "[", NULL },
		{ AUDIT, "{}", "{\"C\":[\"tell\"]}", "[{\"name\":\"tell\"}]", NULL },
		{ AUDIT, "{}", "{\"C\":[\"tell\"]}", "[{\"name\":\"tell\",\"id\":\"i\",\"actionParams\":{\"x\":{}}}]",
		    NULL },
		{ AUDIT, "{}", "{\"C\":[\"tell\"]}",
		    "[{\"name\":\"tell\",\"id\":\"i\",\"actionParams\":{\"publishFindingToSnsParams\":{}}}]", NULL },
		{ AUDIT, "{\"auditCheckToReasonCodeFilter\":{\"C\":[1]}}", "{\"C\":[\"tell\"]}", NULL, NULL },
		{ AUDIT, "{\"findingIds\":[\"f\"]}", "{\"C\":[\"tell\"]}", NULL, "[\"C\"]" },
		{ NULL, "{\"findingIds\":[\"f\"]}", "{\"C\":[\"tell\"]}", NULL, NULL },
		{ NULL, "{\"findingIds\":[\"f\"]}", "{\"C\":[\"tell\"]}", NULL, "[\"C\",\"C\"]" },
		{ NULL, "{\"findingIds\":[1]}", "{\"C\":[\"tell\"]}", NULL, "[\"C\"]" },
		{ NULL, "{}", "{\"C\":[\"tell\"]}", NULL, NULL },
	};
	struct ka_arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct ka_mitigation_row row = { .audit_task = rows[i].audit_task,
			.target = rows[i].target,
			.mapping = rows[i].mapping,
			.actions = rows[i].actions == NULL ? definitions : rows[i].actions,
			.listed_checks = rows[i].listed_checks };
		struct ka_plan plan;

		if (ka_plan_read(&plan, &arena, &row) != (i == 0))
			fail_msg("row %zu", i);
	}
	ka_arena_clear(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ca, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_device, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_wrong_kind, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_unsupported, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_publish, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_finding_gone, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_left_alone, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_nothing_to_do, world_open, world_close),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_damaged_plans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
