/* SPDX-License-Identifier: Apache-2.0 */
/* What is said, how it is shortened, and that it enters the outbox with its cause. */
#include "server/store/store_test.h"

#include <jansson.h>

#include "server/notify/message.h"

#define TASK_ID "0123456789abcdef0123456789abcdef"
#define TOPIC "arn:aws:sns:eu-west-1:123456789012:audits"

static const struct ka_scope scope = { "123456789012", "eu-west-1" };
static struct ka_crypto *crypto;

static const struct ka_task_row task = { .id = TASK_ID,
	.type = KA_TASK_SCHEDULED,
	.scheduled_name = "nightly",
	.status = KA_TASK_COMPLETED,
	.started = 1700000000123,
	.ended = 1700000001000 };

static const struct ka_task_check_row checks[] = {
	{ .check_name = "A_CHECK", .status = KA_RUN_COMPLETED_COMPLIANT, .total = 7 },
	{ .check_name = "B_CHECK",
	    .status = KA_RUN_COMPLETED_NON_COMPLIANT,
	    .total = 9,
	    .noncompliant = 3,
	    .suppressed = 1,
	    .message = "say \"hello\"" },
	{ .check_name = "C_CHECK", .status = KA_RUN_FAILED, .error_code = "AUDIT_CHECK_DISABLED" },
	{ .check_name = "D_CHECK", .status = KA_RUN_CANCELED },
	{ .check_name = "E_CHECK", .status = KA_RUN_CANCELED },
};

/* Member for member what the reference, section 3.9, lists. */
static void
test_audit_message(void **state)
{
	static const char expected[] =
	    "{\"accountId\":\"123456789012\",\"taskId\":\"" TASK_ID "\",\"taskStatus\":\"COMPLETED\","
	    "\"taskType\":\"SCHEDULED_AUDIT_TASK\",\"scheduledAuditName\":\"nightly\",\"failedChecksCount\":1,"
	    "\"canceledChecksCount\":2,\"nonCompliantChecksCount\":1,\"compliantChecksCount\":1,\"totalChecksCount\":5,"
	    "\"taskStartTime\":1700000000123,\"auditDetails\":["
	    "{\"checkName\":\"A_CHECK\",\"checkRunStatus\":\"COMPLETED_COMPLIANT\",\"nonCompliantResourcesCount\":0,"
	    "\"suppressedNonCompliantResourcesCount\":0,\"totalResourcesCount\":7},"
	    "{\"checkName\":\"B_CHECK\",\"checkRunStatus\":\"COMPLETED_NON_COMPLIANT\",\"nonCompliantResourcesCount\":3,"
	    "\"suppressedNonCompliantResourcesCount\":1,\"totalResourcesCount\":9,\"message\":\"say \\\"hello\\\"\"},"
	    "{\"checkName\":\"C_CHECK\",\"checkRunStatus\":\"FAILED\",\"nonCompliantResourcesCount\":0,"
	    "\"suppressedNonCompliantResourcesCount\":0,\"totalResourcesCount\":0,\"errorCode\":\"AUDIT_CHECK_DISABLED\"},"
	    "{\"checkName\":\"D_CHECK\",\"checkRunStatus\":\"CANCELED\",\"nonCompliantResourcesCount\":0,"
	    "\"suppressedNonCompliantResourcesCount\":0,\"totalResourcesCount\":0},"
	    "{\"checkName\":\"E_CHECK\",\"checkRunStatus\":\"CANCELED\",\"nonCompliantResourcesCount\":0,"
	    "\"suppressedNonCompliantResourcesCount\":0,\"totalResourcesCount\":0}]}";
	struct ka_buf message = { 0 };

	(void)state;
	ka_notify_audit_message(&message, &scope, &task, checks, 5);
	ka_buf_putc(&message, '\0');
	assert_string_equal(message.data, expected);
	ka_buf_clear(&message);

	struct ka_task_row on_demand = task;
	on_demand.type = KA_TASK_ON_DEMAND;
	on_demand.scheduled_name = NULL;
	ka_notify_audit_message(&message, &scope, &on_demand, checks, 0);
	ka_buf_putc(&message, '\0');
	assert_null(strstr(message.data, "scheduledAuditName"));
	assert_non_null(strstr(message.data, "\"taskType\":\"ON_DEMAND_AUDIT_TASK\",\"failedChecksCount\":0"));
	ka_buf_clear(&message);
}

static void
test_finding_message(void **state)
{
	struct ka_finding_row finding = make_finding(4);
	struct ka_device_row device = make_device(9, NULL);
	const struct ka_notify_finding what = { &finding, &device, 1, "mitigation-1", "tell" };
	struct ka_buf message = { 0 };

	(void)state;
	finding.additional_info = "{\"pid\":\"7\"}";
	ka_notify_finding_message(&message, &scope, &what);
	json_t *tree = json_loadb(message.data, message.len, JSON_REJECT_DUPLICATES, NULL), *inner;
	assert_non_null(tree);
	assert_string_equal(json_string_value(json_object_get(tree, "accountId")), scope.account);
	assert_string_equal(json_string_value(json_object_get(tree, "region")), scope.region);
	assert_string_equal(json_string_value(json_object_get(tree, "mitigationActionsTaskId")), "mitigation-1");
	assert_string_equal(json_string_value(json_object_get(tree, "actionName")), "tell");
	inner = json_object_get(tree, "finding");
	assert_string_equal(json_string_value(json_object_get(inner, "findingId")), finding.id);
	assert_int_equal(json_array_size(json_object_get(inner, "relatedResources")), 1);
	inner = json_object_get(json_object_get(inner, "nonCompliantResource"), "additionalInfo");
	assert_string_equal(json_string_value(json_object_get(inner, "pid")), "7");
	json_decref(tree);
	ka_buf_clear(&message);
}

static void
test_subject_is_what_sns_takes(void **state)
{
	char out[KA_NOTIFY_MAX_SUBJECT + 1];

	(void)state;
	ka_notify_subject(out, "%s", "audit \xc3\xa4\n\t\x7f~ end");
	assert_string_equal(out, "audit ?????~ end");
	ka_notify_subject(out, "%s", " x");
	assert_string_equal(out, "?x");
	ka_notify_subject(out, "%0200d", 1);
	assert_int_equal(strlen(out), 99);
}

/* A JSON object whose parts are as large as the test wants them. */
static struct ka_buf
make_long(size_t string_len, size_t num_items, size_t num_members)
{
	struct ka_buf out = { 0 };

	ka_buf_puts(&out, "{\"accountId\":\"123456789012\",\"time\":1700000000.123,\"text\":\"");
	while (string_len-- > 0)
		ka_buf_puts(&out, "\xc3\xa4");
	ka_buf_puts(&out, "\",\"list\":[0");
	for (size_t i = 1; i < num_items; i++)
		ka_buf_format(&out, ",{\"n\":%zu}", i);
	ka_buf_puts(&out, "],\"map\":{\"m\":0");
	for (size_t i = 1; i < num_members; i++)
		ka_buf_format(&out, ",\"m%zu\":%zu", i, i);
	ka_buf_puts(&out, "}}");
	return out;
}

static void
assert_fits(struct ka_buf message, size_t max, bool is_whole)
{
	struct ka_buf before = { 0 };

	ka_buf_put(&before, message.data, message.len);
	ka_notify_fit(&message, max);
	assert_true(message.len <= max);
	json_t *tree = json_loadb(message.data, message.len, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(tree);
	if (is_whole) {
		assert_int_equal(message.len, before.len);
		assert_memory_equal(message.data, before.data, before.len);
	} else {
		assert_true(json_is_true(json_object_get(tree, "truncated")));
	}
	/* What identifies the cause survives any shortening that leaves a dozen bytes of a string. */
	if (max >= 1024) {
		assert_string_equal(json_string_value(json_object_get(tree, "accountId")), "123456789012");
		assert_int_equal((int64_t)(json_real_value(json_object_get(tree, "time")) * 1000 + 0.5), 1700000000123);
		ka_buf_putc(&message, '\0');
		assert_non_null(strstr(message.data, "1700000000.123"));
	}
	json_decref(tree);
	ka_buf_clear(&before);
	ka_buf_clear(&message);
}

static void
test_too_long_is_shortened(void **state)
{
	(void)state;
	assert_fits(make_long(10, 3, 3), KA_NOTIFY_MAX_MESSAGE, true);
	assert_fits(make_long(200000, 3, 3), KA_NOTIFY_MAX_MESSAGE, false);
	assert_fits(make_long(3, 100000, 3), KA_NOTIFY_MAX_MESSAGE, false);
	assert_fits(make_long(3, 3, 100000), KA_NOTIFY_MAX_MESSAGE, false);
	assert_fits(make_long(200000, 100000, 100000), 1024, false);
	assert_fits(make_long(100, 100, 100), 64, false);
	struct ka_buf exact = make_long(500, 3, 3), one_less = make_long(500, 3, 3);
	assert_fits(exact, exact.len, true);
	assert_fits(one_less, one_less.len - 1, false);
	/* Strings are cut between characters, and no more than is needed. */
	struct ka_buf text = make_long(5000, 1, 1);
	ka_notify_fit(&text, 9000);
	ka_buf_putc(&text, '\0');
	const char *cut = strstr(text.data, "\xc3\xa4...\"");
	assert_non_null(cut);
	assert_int_equal(cut + 2 - (strstr(text.data, "\"text\":\"") + 8), 4096);
	ka_buf_clear(&text);
	/* Nothing that the program makes, and still something that a receiver can read. */
	struct ka_buf junk = { 0 };
	for (unsigned i = 0; i < 200; i++)
		ka_buf_puts(&junk, "x");
	ka_notify_fit(&junk, 100);
	assert_int_equal(junk.len, strlen("{\"truncated\":true}"));
	ka_buf_clear(&junk);
}

/* --- in the store --- */

struct case_ {
	struct place *place;
	const char *targets; /* NULL: no configuration */
	size_t expected;
};

static enum ka_store_status
run_case(struct ka_tx *tx, void *arg)
{
	const struct case_ *c = arg;
	const struct ka_audit_config_row config = { "role", c->targets, NULL };
	const struct ka_outbox_filter all = { 0 };
	const struct ka_page page = { .ascending = true, .limit = 10 };
	struct ka_outbox_row *rows;
	size_t num;

	if (c->targets != NULL)
		EXPECT(ka_tx_audit_config_put(tx, &scope, &config) == KA_STORE_OK);
	/* A step that is stored twice tells of its audit once. */
	EXPECT(ka_notify_audit(tx, crypto, &scope, &task, checks, 5) == KA_STORE_OK);
	EXPECT(ka_notify_audit(tx, crypto, &scope, &task, checks, 5) == KA_STORE_OK);
	EXPECT(ka_tx_outbox_list(tx, &rows, &num, &c->place->arena, &all, &page) == KA_STORE_OK);
	EXPECT(num == c->expected);
	if (num == 1) {
		struct ka_outbox_row row;

		EXPECT(ka_tx_outbox_get(tx, &row, &c->place->arena, rows[0].id) == KA_STORE_OK);
		EXPECT(same_text(row.topic, TOPIC) && row.created == task.ended && row.state == KA_OUTBOX_PENDING);
		EXPECT(same_text(row.subject, "keyassay: audit COMPLETED, 1 of 5 checks non-compliant"));
		EXPECT(strstr(row.message, "\"taskId\":\"" TASK_ID "\"") != NULL);
		EXPECT(strlen(row.id) == 36 && row.id[14] == '8' && strchr("89ab", row.id[19]) != NULL);
	}
	return KA_STORE_OK;
}

static void
test_audit_is_told_when_the_target_is_enabled(void **state)
{
	static const struct {
		const char *targets;
		size_t expected;
	} cases[] = {
		{ NULL, 0 },
		{ "{\"SNS\":{\"targetArn\":\"" TOPIC "\",\"enabled\":false}}", 0 },
		{ "{\"SNS\":{\"targetArn\":\"" TOPIC "\"}}", 0 },
		{ "{\"SNS\":{\"enabled\":true}}", 0 },
		{ "{}", 0 },
		{ "{damaged", 0 },
		{ "{\"SNS\":{\"targetArn\":\"" TOPIC "\",\"enabled\":true,\"roleArn\":\"r\"}}", 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct case_ c = { *state, cases[i].targets, cases[i].expected };

		assert_int_equal(ka_store_write(c.place->store, run_case, &c), KA_STORE_OK);
	}
}

static enum ka_store_status
publish(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_finding_row finding = make_finding(4);
	struct ka_notify_finding what = { &finding, NULL, 0, "mitigation-1", "tell" };
	struct ka_outbox_row *rows;
	const struct ka_outbox_filter all = { 0 };
	const struct ka_page page = { .ascending = true, .limit = 10 };
	size_t num;

	/* One message for each task, action, finding and scope. */
	for (unsigned twice = 0; twice < 2; twice++) {
		what.task_id = "mitigation-1";
		what.action_name = "tell";
		EXPECT(ka_notify_finding(tx, crypto, &scope, TOPIC, &what, 5) == KA_STORE_OK);
		EXPECT(ka_notify_finding(tx, crypto, &scope_a, TOPIC, &what, 5) == KA_STORE_OK);
		what.action_name = "tell-others";
		EXPECT(ka_notify_finding(tx, crypto, &scope, TOPIC, &what, 5) == KA_STORE_OK);
		what.task_id = "mitigation-2";
		EXPECT(ka_notify_finding(tx, crypto, &scope, TOPIC, &what, 5) == KA_STORE_OK);
	}
	EXPECT(ka_tx_outbox_list(tx, &rows, &num, &place->arena, &all, &page) == KA_STORE_OK && num == 4);
	for (size_t i = 0; i < num; i++) {
		EXPECT(strncmp(rows[i].subject, "keyassay: ", 10) == 0 && rows[i].created == 5);
		for (size_t j = 0; j < i; j++)
			EXPECT(strcmp(rows[i].id, rows[j].id) != 0); /* of another scope, too: operators name them */
	}
	return KA_STORE_OK;
}

static void
test_finding_is_published_once(void **state)
{
	place_write(*state, publish);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_audit_message),
		cmocka_unit_test(test_finding_message),
		cmocka_unit_test(test_subject_is_what_sns_takes),
		cmocka_unit_test(test_too_long_is_shortened),
		cmocka_unit_test_setup_teardown(test_audit_is_told_when_the_target_is_enabled, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_finding_is_published_once, place_open, place_close),
	};

	crypto = ka_crypto_new();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	ka_crypto_free(crypto);
	return failed;
}
