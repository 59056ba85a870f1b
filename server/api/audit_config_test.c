/* SPDX-License-Identifier: Apache-2.0 */
/* The account's audit configuration: never made, made, merged, deleted. Each test has a database of its own. */
#include "server/api/world_test.h"

#define PATH "/audit/configuration"
#define SNS_ARN "arn:aws:sns:eu-west-1:123456789012:audits"

static bool
enabled(struct world *world, const char *check)
{
	call_ok(world, "GET", PATH, NULL, NULL);
	json_t *truth = at(world, ka_arena_format(&world->arena, "auditCheckConfigurations.%s.enabled", check));
	assert_true(json_is_boolean(truth));
	return json_is_true(truth);
}

static void
update(struct world *world, const char *body)
{
	call_ok(world, "PATCH", PATH, NULL, body);
	assert_string_equal(world->text, "{}");
}

static void
refuse(struct world *world, const char *body, const char *message)
{
	call_error(world, "PATCH", PATH, NULL, body, "InvalidRequestException", message);
}

static void
a_fresh_account_audits_at_once(void **state)
{
	struct world *world = *state;

	assert_true(enabled(world, CA_CHECK));
	assert_true(enabled(world, DEVICE_CHECK));
	assert_false(enabled(world, "LOGGING_DISABLED_CHECK")); /* one that keyassay does not have */
	assert_null(at(world, "roleArn"));
	call_ok(world, "POST", "/audit/tasks", NULL, "{\"targetCheckNames\":[\"" CA_CHECK "\"]}");
}

static void
the_first_update_needs_role_and_check(void **state)
{
	struct world *world = *state;

	refuse(world, "{}", "roleArn: is required in the first update");
	refuse(world, "{\"auditCheckConfigurations\":{\"" CA_CHECK "\":{\"enabled\":true}}}", "roleArn: is required in the first update");
	refuse(world, "{\"roleArn\":\"" ROLE_ARN "\"}", "must enable at least one check");
	refuse(world, "{\"roleArn\":\"" ROLE_ARN "\",\"auditCheckConfigurations\":{\"" CA_CHECK "\":{\"enabled\":false}}}",
	    "must enable at least one check");
	refuse(world, "{\"roleArn\":\"" ROLE_ARN "\",\"auditCheckConfigurations\":{\"" CA_CHECK "\":{}}}",
	    "must enable at least one check");
	assert_int_equal(num_changes(world), 0);
	assert_true(enabled(world, CA_CHECK)); /* nothing changed */

	update(world, "{\"roleArn\":\"" ROLE_ARN "\",\"auditCheckConfigurations\":{\"" CA_CHECK "\":{\"enabled\":true}}}");
	assert_true(enabled(world, CA_CHECK));
	assert_false(enabled(world, DEVICE_CHECK)); /* configured: what is not named is not enabled */
	assert_string_equal(text_at(world, "roleArn"), ROLE_ARN);
	assert_int_equal(num_changes(world), 1);
}

static void
later_updates_are_merged(void **state)
{
	struct world *world = *state;

	update(world, "{\"roleArn\":\"" ROLE_ARN "\",\"auditCheckConfigurations\":{\"" CA_CHECK "\":{\"enabled\":true}}}");
	update(world, "{\"auditCheckConfigurations\":{\"" DEVICE_CHECK "\":{\"enabled\":true}}}");
	assert_true(enabled(world, CA_CHECK));
	assert_true(enabled(world, DEVICE_CHECK));
	update(world, "{\"auditCheckConfigurations\":{\"" CA_CHECK "\":{\"enabled\":false}}}");
	assert_false(enabled(world, CA_CHECK));
	assert_true(enabled(world, DEVICE_CHECK));
	update(world, "{\"auditCheckConfigurations\":{\"" DEVICE_CHECK "\":{\"enabled\":false}}}"); /* not the first: all may go */
	assert_false(enabled(world, DEVICE_CHECK));
	update(world, "{\"roleArn\":\"" ROLE_ARN "2\"}");
	call_ok(world, "GET", PATH, NULL, NULL);
	assert_string_equal(text_at(world, "roleArn"), ROLE_ARN "2");
	update(world, "{}");
}

static void
settings_have_their_ranges(void **state)
{
	static const char *const bad[] = { "29", "3653", "0", "-30", "030000", "30.5", "thirty", " 30", "30 " };
	struct world *world = *state;

	update(world,
	    "{\"roleArn\":\"" ROLE_ARN "\",\"auditCheckConfigurations\":{\"DEVICE_CERTIFICATE_AGE_CHECK\":{\"enabled\":true,"
	    "\"configuration\":{\"CERT_AGE_THRESHOLD_IN_DAYS\":\"30\"}}}}");
	call_ok(world, "GET", PATH, NULL, NULL);
	assert_string_equal(text_at(world,
				"auditCheckConfigurations.DEVICE_CERTIFICATE_AGE_CHECK.configuration.CERT_AGE_THRESHOLD_IN_DAYS"),
	    "30");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuse(world,
		    ka_arena_format(&world->arena,
			"{\"auditCheckConfigurations\":{\"DEVICE_CERTIFICATE_AGE_CHECK\":{\"configuration\":{"
			"\"CERT_AGE_THRESHOLD_IN_DAYS\":\"%s\"}}}}",
			bad[i]),
		    "must be a number of days from 30 to 3652");
	refuse(world,
	    "{\"auditCheckConfigurations\":{\"" CA_CHECK "\":{\"configuration\":{\"CERT_AGE_THRESHOLD_IN_DAYS\":\"30\"}}}}",
	    "auditCheckConfigurations." CA_CHECK ".configuration.CERT_AGE_THRESHOLD_IN_DAYS: " CA_CHECK " has no such setting");
	refuse(world, "{\"auditCheckConfigurations\":{\"CA_CERTIFICATE_KEY_QUALITY\":{\"enabled\":true}}}",
	    "no audit check is called \"CA_CERTIFICATE_KEY_QUALITY\"");
	/* Settings stay when a check is switched. */
	update(world, "{\"auditCheckConfigurations\":{\"DEVICE_CERTIFICATE_AGE_CHECK\":{\"enabled\":false}}}");
	call_ok(world, "GET", PATH, NULL, NULL);
	assert_non_null(at(world, "auditCheckConfigurations.DEVICE_CERTIFICATE_AGE_CHECK.configuration"));
	assert_false(enabled(world, "DEVICE_CERTIFICATE_AGE_CHECK"));
}

static void
notification_targets_are_topics(void **state)
{
	static const char *const bad[] = { "x", "arn:aws:sns:eu-west-1:123456789012:", "arn:aws:sqs:eu-west-1:123456789012:q",
		"arn:aws:sns:eu-west-1:topic", "arn:aws:sns:eu-west-1:123456789012:a:b" };
	struct world *world = *state;

	update(world, "{\"roleArn\":\"" ROLE_ARN "\",\"auditCheckConfigurations\":{\"" CA_CHECK "\":{\"enabled\":true}}}");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuse(world,
		    ka_arena_format(
			&world->arena, "{\"auditNotificationTargetConfigurations\":{\"SNS\":{\"targetArn\":\"%s\"}}}", bad[i]),
		    "auditNotificationTargetConfigurations.SNS.targetArn: must be the ARN of an SNS topic");
	refuse(world, "{\"auditNotificationTargetConfigurations\":{\"SNS\":{\"enabled\":true}}}", "targetArn is required");
	update(world, "{\"auditNotificationTargetConfigurations\":{\"SNS\":{\"targetArn\":\"" SNS_ARN "\",\"enabled\":true}}}");
	call_ok(world, "GET", PATH, NULL, NULL);
	assert_string_equal(text_at(world, "auditNotificationTargetConfigurations.SNS.targetArn"), SNS_ARN);
	update(world, "{\"auditNotificationTargetConfigurations\":{\"SNS\":{\"enabled\":false}}}"); /* merged */
	call_ok(world, "GET", PATH, NULL, NULL);
	assert_string_equal(text_at(world, "auditNotificationTargetConfigurations.SNS.targetArn"), SNS_ARN);
	assert_true(json_is_false(at(world, "auditNotificationTargetConfigurations.SNS.enabled")));
}

static void
a_scheduled_check_stays_enabled(void **state)
{
	struct world *world = *state;

	call_ok(world, "POST", "/audit/scheduledaudits/nightly", NULL, "{\"frequency\":\"DAILY\",\"targetCheckNames\":[\"" CA_CHECK "\"]}");
	/* Also from the state of a fresh account, where it would be disabled by not being named. */
	refuse(world, "{\"roleArn\":\"" ROLE_ARN "\",\"auditCheckConfigurations\":{\"" DEVICE_CHECK "\":{\"enabled\":true}}}",
	    CA_CHECK " cannot be disabled: the scheduled audit nightly uses it");
	update(world, "{\"roleArn\":\"" ROLE_ARN "\",\"auditCheckConfigurations\":{\"" CA_CHECK "\":{\"enabled\":true},\"" DEVICE_CHECK
		      "\":{\"enabled\":true}}}");
	refuse(world, "{\"auditCheckConfigurations\":{\"" CA_CHECK "\":{\"enabled\":false}}}",
	    CA_CHECK " cannot be disabled: the scheduled audit nightly uses it");
	assert_true(enabled(world, CA_CHECK));
	update(world, "{\"auditCheckConfigurations\":{\"" DEVICE_CHECK "\":{\"enabled\":false}}}"); /* not scheduled */
	call_ok(world, "DELETE", "/audit/scheduledaudits/nightly", NULL, NULL);
	update(world, "{\"auditCheckConfigurations\":{\"" CA_CHECK "\":{\"enabled\":false}}}");
}

static void
a_deletion_disables_everything(void **state)
{
	struct world *world = *state;

	call_error(world, "DELETE", PATH, NULL, NULL, "ResourceNotFoundException", "is not configured");
	update(world, "{\"roleArn\":\"" ROLE_ARN "\",\"auditCheckConfigurations\":{\"" CA_CHECK "\":{\"enabled\":true}},"
		      "\"auditNotificationTargetConfigurations\":{\"SNS\":{\"targetArn\":\"" SNS_ARN "\",\"enabled\":true}}}");
	call_ok(world, "POST", "/audit/scheduledaudits/nightly", NULL,
	    "{\"frequency\":\"DAILY\",\"targetCheckNames\":[\"" CA_CHECK "\"],\"tags\":[{\"Key\":\"a\"}]}");
	call_ok(world, "DELETE", PATH, NULL, NULL);
	assert_false(enabled(world, CA_CHECK)); /* not the state of a fresh account */
	assert_false(enabled(world, DEVICE_CHECK));
	assert_null(at(world, "roleArn"));
	assert_null(at(world, "auditNotificationTargetConfigurations"));
	call_error(world, "DELETE", PATH, NULL, NULL, "ResourceNotFoundException", "is not configured");
	call_error(world, "POST", "/audit/tasks", NULL, "{\"targetCheckNames\":[\"" CA_CHECK "\"]}", "InvalidRequestException",
	    CA_CHECK " is not enabled");
	refuse(world, "{\"auditCheckConfigurations\":{\"" CA_CHECK "\":{\"enabled\":true}}}", "roleArn: is required in the first update");
	call_ok(world, "GET", "/audit/scheduledaudits/nightly", NULL, NULL); /* stays unless told otherwise */

	update(world, "{\"roleArn\":\"" ROLE_ARN "\",\"auditCheckConfigurations\":{\"" CA_CHECK "\":{\"enabled\":true}}}");
	call_ok(world, "DELETE", PATH, "deleteScheduledAudits=true", NULL);
	call_error(world, "GET", "/audit/scheduledaudits/nightly", NULL, NULL, "ResourceNotFoundException", "nightly");
}

static void
accounts_are_apart(void **state)
{
	struct world *world = *state;

	update(world, "{\"roleArn\":\"" ROLE_ARN "\",\"auditCheckConfigurations\":{\"" DEVICE_CHECK "\":{\"enabled\":true}}}");
	assert_false(enabled(world, CA_CHECK));
	world->account = OTHER_ACCOUNT;
	assert_true(enabled(world, CA_CHECK));
	world->account = TEST_ACCOUNT;
}

static enum ka_store_status
put_damaged(struct ka_tx *tx, void *arg)
{
	return ka_tx_audit_config_put(tx, &test_scope, arg);
}

/* A damaged row is told, and ends neither the server nor the rest of the configuration. */
static void
damage_is_told(void **state)
{
	struct ka_audit_config_row rows[] = {
		{ .role_arn = ROLE_ARN, .checks = "{}", .notification_targets = "[" },
		{ .role_arn = ROLE_ARN, .checks = "{}", .notification_targets = "[]" },
		{ .role_arn = ROLE_ARN, .checks = "{}", .notification_targets = "{\"SNS\":1}" },
		{ .role_arn = ROLE_ARN, .checks = "[]" },
		{ .role_arn = ROLE_ARN, .checks = "" },
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(ka_store_write(world->server.store, put_damaged, &rows[i]), KA_STORE_OK);
		call_error(world, "PATCH", PATH, NULL, "{\"auditNotificationTargetConfigurations\":{\"SNS\":{\"enabled\":false}}}",
		    "InternalFailureException", "test-request");
		assert_int_equal(world->status, 500);
	}
	call_error(world, "GET", PATH, NULL, NULL, "InternalFailureException", "test-request");
	call_error(world, "POST", "/audit/tasks", NULL, "{\"targetCheckNames\":[\"" CA_CHECK "\"]}", "InternalFailureException", "");
	assert_int_equal(num_changes(world), 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
	const struct CMUnitTest tests[] = {
		TEST(a_fresh_account_audits_at_once),
		TEST(the_first_update_needs_role_and_check),
		TEST(later_updates_are_merged),
		TEST(settings_have_their_ranges),
		TEST(notification_targets_are_topics),
		TEST(a_scheduled_check_stays_enabled),
		TEST(a_deletion_disables_everything),
		TEST(accounts_are_apart),
		TEST(damage_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
