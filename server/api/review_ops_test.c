/* SPDX-License-Identifier: Apache-2.0 */
/* ListDevicesForReview, RevokeDevices and the operations on its jobs: times, counts, tokens, refusals. That jobs are carried out is in
 * server/review/review_test.c and tests/server/review_test.py. */

#include "server/api/world_test.h"
#include "server/store/revocation.h"

#define S INT64_C(1000)
#define T0 (TEST_NOW / 1000 * 1000) /* devices are registered a second apart from then on */
#define NUM 12u

static struct world world;
static const struct ka_scope scope = { TEST_ACCOUNT, TEST_REGION };
static char ca_id[65], other_ca[65], devices_path[200], revoke_path[200];

static enum ka_store_status
fill(struct ka_tx *tx, void *arg)
{
	struct ka_ca_row ca = { .status = KA_CA_INACTIVE,
		.mode = KA_MODE_SNI_ONLY,
		.der = { (const uint8_t *)"ca", 2 },
		.created = T0,
		.modified = T0,
		.customer_version = 1 };
	enum ka_store_status status;

	(void)arg;
	(void)snprintf(ca.id, sizeof(ca.id), "%s", ca_id);
	status = ka_tx_ca_insert(tx, NULL, &scope, &ca);
	for (unsigned i = 0; i < NUM && status == KA_STORE_OK; i++) {
		struct ka_device_row row = { .status = (enum ka_device_status)(1 + i % 6),
			.mode = KA_MODE_SNI_ONLY,
			.der = { (const uint8_t *)"device", 6 },
			.created = T0 + i * S,
			.modified = T0 + i * S,
			.customer_version = 1 };

		(void)snprintf(row.id, sizeof(row.id), "%064x", i);
		(void)snprintf(row.ca_id, sizeof(row.ca_id), "%s", i == 11 ? other_ca : ca_id);
		status = ka_tx_device_insert(tx, NULL, &scope, &row);
	}
	return status;
}

static int
set_up(void **state)
{
	(void)state;
	world_init(&world);
	world.now = TEST_NOW;
	memset(ca_id, 'c', 64);
	memset(other_ca, 'd', 64);
	(void)snprintf(devices_path, sizeof(devices_path), "/keyassay/v1/cacertificate/%s/devices", ca_id);
	(void)snprintf(revoke_path, sizeof(revoke_path), "/keyassay/v1/cacertificate/%s/revoke", ca_id);
	return ka_store_write(world.server.store, fill, NULL) == KA_STORE_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	world_clear(&world);
	return 0;
}

static void
ok(const char *method, const char *path, const char *query, const char *body)
{
	const char *error = call(&world, method, path, query, body);

	if (error[0] != '\0')
		fail_msg("%s %s: %s: %s", method, path, error, text_at(&world, "message"));
}

static int64_t
number(const char *name)
{
	return json_integer_value(json_object_get(world.json, name));
}

static int64_t
millis(const char *name)
{
	return (int64_t)(json_number_value(json_object_get(world.json, name)) * 1000 + 0.5);
}

static const char *
body_after(int64_t ms, const char *more)
{
	return ka_arena_format(&world.arena, "{\"registeredAfter\":%lld%s}", (long long)(ms / 1000), more);
}

/* --- where the time comes from --- */

struct event {
	int64_t found, deactivated;
	const char *check;
	unsigned number;
};

static enum ka_store_status
happen(struct ka_tx *tx, void *arg)
{
	const struct event *event = arg;
	struct ka_arena arena = { 0 };
	enum ka_store_status status = KA_STORE_OK;

	if (event->found != 0) {
		struct ka_finding_row row = { .check_name = event->check,
			.found = event->found,
			.severity = KA_SEVERITY_CRITICAL,
			.resource_type = KA_RESOURCE_CA,
			.reason = "weak",
			.reason_code = "CODE" };

		(void)snprintf(row.id, sizeof(row.id), "%032x", event->number);
		(void)snprintf(row.task_id, sizeof(row.task_id), "%032x", 7u);
		memcpy(row.resource_id, ca_id, 65);
		status = ka_tx_finding_insert(tx, &scope, &row);
	}
	if (event->deactivated != 0) {
		struct ka_ca_row ca;

		status = ka_tx_ca_get(tx, &ca, &arena, &scope, ca_id);
		ca.deactivated = event->deactivated;
		ca.deactivated_by = "task";
		if (status == KA_STORE_OK)
			status = ka_tx_ca_update(tx, &scope, &ca);
	}
	ka_arena_clear(&arena);
	return status;
}

static void
event(struct event event)
{
	assert_int_equal(ka_store_write(world.server.store, happen, &event), KA_STORE_OK);
}

#define KEYS "CA_CERTIFICATE_KEY_QUALITY_CHECK"

static void
assert_since(const char *source, int64_t ms)
{
	ok("GET", devices_path, NULL, NULL);
	assert_string_equal(text_at(&world, "registeredAfterSource"), source);
	assert_int_equal(millis("registeredAfter"), ms);
	ok("POST", revoke_path, NULL, "{\"dryRun\":true}");
	assert_string_equal(text_at(&world, "registeredAfterSource"), source);
	assert_int_equal(millis("registeredAfter"), ms);
}

static void
the_time_has_a_default(void **state)
{
	(void)state;
	assert_string_equal(call(&world, "GET", devices_path, NULL, NULL), "InvalidRequestException");
	assert_non_null(strstr(text_at(&world, "message"), "registeredAfter: is needed"));
	assert_string_equal(call(&world, "POST", revoke_path, NULL, NULL), "InvalidRequestException");
	/* That it expires says nothing of the key. */
	event((struct event){ .found = T0, .check = "CA_CERTIFICATE_EXPIRING_CHECK", .number = 1 });
	assert_string_equal(call(&world, "GET", devices_path, NULL, NULL), "InvalidRequestException");
	event((struct event){ .deactivated = T0 + 8 * S + 7 });
	assert_since("DEACTIVATION", T0 + 8 * S + 7);
	/* Findings of a time when it had been activated again are not the first ones. */
	event((struct event){ .found = T0 + 9 * S, .check = KEYS, .number = 2 });
	assert_since("DEACTIVATION", T0 + 8 * S + 7);
	event((struct event){ .found = T0 + 6 * S + 1, .check = KEYS, .number = 3 });
	event((struct event){ .found = T0 + 7 * S, .check = KEYS, .number = 4 });
	assert_since("FIRST_FINDING", T0 + 6 * S + 1);
	assert_int_equal(number("total"), 4); /* 7, 8, 9, 10 */
}

/* --- lists --- */

static void
assert_devices(const char *query, const char *numbers)
{
	const json_t *list, *device;
	char seen[64] = "";
	size_t i;

	ok("GET", devices_path, query, NULL);
	list = json_object_get(world.json, "devices");
	json_array_foreach(list, i, device)
	{
		size_t len = strlen(seen);

		(void)snprintf(seen + len, sizeof(seen) - len, "%lx",
		    strtoul(json_string_value(json_object_get(device, "certificateId")) + 48, NULL, 16));
	}
	assert_string_equal(seen, numbers);
}

/* T0 as a query has it: 2023-11-14T22:13:20Z. */
#define AT(seconds) "2023-11-14T22:13:" seconds "Z"

static void
lists(void **state)
{
	(void)state;
	assert_int_equal(T0, INT64_C(1700000000000));
	assert_devices("registeredAfter=" AT("20"), "a9876543210");
	assert_string_equal(text_at(&world, "caStatus"), "INACTIVE");
	assert_devices("isAscendingOrder=true&registeredAfter=" AT("24"), "456789a");
	assert_devices("registeredAfter=" AT("24") "&registeredBefore=" AT("27"), "654");
	assert_devices("registeredAfter=" AT("20") "&status=REVOKED", "82");
	assert_devices("registeredAfter=" AT("59"), "");
	assert_devices("registeredAfter=" AT("20") "&pageSize=4", "a987");
	const char *next = ka_arena_format(&world.arena, "registeredAfter=" AT("20") "&pageSize=4&marker=%s",
	    text_at(&world, "nextMarker"));
	assert_devices(next, "6543");
	/* The token is for its list. */
	ok("GET", devices_path, "registeredAfter=" AT("20") "&pageSize=4", NULL);
	next = ka_arena_format(&world.arena, "registeredAfter=" AT("21") "&pageSize=4&marker=%s",
	    text_at(&world, "nextMarker"));
	assert_string_equal(call(&world, "GET", devices_path, next, NULL), "InvalidRequestException");
	assert_string_equal(call(&world, "GET", devices_path,
				"registeredAfter=" AT("24") "&registeredBefore=" AT("24"), NULL),
	    "InvalidRequestException");
}

static void
unknown_cas(void **state)
{
	char path[200];

	(void)state;
	(void)snprintf(path, sizeof(path), "/keyassay/v1/cacertificate/%064x/devices", 1u);
	assert_string_equal(call(&world, "GET", path, "registeredAfter=" AT("20"), NULL), "ResourceNotFoundException");
	/* One that was deleted, and whose devices are still there. */
	(void)snprintf(path, sizeof(path), "/keyassay/v1/cacertificate/%s/revoke", other_ca);
	ok("POST", path, NULL, body_after(T0, ",\"dryRun\":true"));
	assert_int_equal(number("total"), 1);
	assert_null(json_object_get(world.json, "caStatus"));
}

/* --- jobs --- */

struct sums {
	size_t num_jobs, num_log;
};

static enum ka_store_status
sum(struct ka_tx *tx, void *arg)
{
	struct sums *sums = arg;
	struct ka_revocation_row *jobs;
	struct ka_log_row *log;
	struct ka_arena arena = { 0 };
	const struct ka_page page = { .limit = 1000 };
	enum ka_store_status status =
	    ka_tx_revocation_list(tx, &jobs, &sums->num_jobs, &arena, &scope, &(struct ka_revocation_filter){ 0 }, &page);

	if (status == KA_STORE_OK)
		status = ka_tx_log_list(tx, &log, &sums->num_log, &arena, &scope, &(struct ka_log_filter){ 0 }, &page);
	ka_arena_clear(&arena);
	return status;
}

static void
assert_sums(size_t num_jobs, size_t num_log)
{
	struct sums sums;

	assert_int_equal(ka_store_read(world.server.store, sum, &sums), KA_STORE_OK);
	assert_int_equal(sums.num_jobs, num_jobs);
	assert_int_equal(sums.num_log, num_log);
}

static void
a_dry_run_writes_nothing(void **state)
{
	(void)state;
	ok("POST", revoke_path, NULL, body_after(T0, ",\"dryRun\":true,\"clientRequestToken\":\"t\""));
	assert_true(json_is_true(json_object_get(world.json, "dryRun")));
	assert_int_equal(number("total"), 11);
	assert_int_equal(number("alreadyRevoked"), 2);
	assert_int_equal(number("inTransfer"), 2);
	assert_int_equal(number("toRevoke"), 7);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(world.json, "byStatus"), "ACTIVE")), 2);
	assert_null(json_object_get(world.json, "revocationId"));
	assert_sums(0, 0);
}

static void
jobs(void **state)
{
	char path[120], id[65];

	(void)state;
	ok("POST", revoke_path, NULL, body_after(T0 + 2 * S, ",\"registeredBefore\":1700000009"));
	(void)snprintf(id, sizeof(id), "%s", text_at(&world, "revocationId"));
	assert_int_equal(strlen(id), KA_REVOCATION_ID_LEN);
	assert_string_equal(text_at(&world, "status"), "IN_PROGRESS");
	assert_string_equal(text_at(&world, "requestedBy"), TEST_KEY);
	assert_int_equal(number("total"), 7);
	assert_sums(1, 1);
	assert_string_equal(last_change(&world)->action, "RevokeDevices");
	(void)snprintf(path, sizeof(path), "/keyassay/v1/revocations/%s", id);
	ok("GET", path, NULL, NULL);
	assert_int_equal(millis("registeredBefore"), T0 + 9 * S);
	(void)snprintf(path, sizeof(path), "/keyassay/v1/revocations/%s/cancel", id);
	ok("POST", path, NULL, NULL);
	ok("POST", path, NULL, NULL); /* again: nothing more */
	assert_true(json_is_true(json_object_get(world.json, "cancelRequested")));
	assert_sums(1, 2);
	assert_string_equal(last_change(&world)->action, "CancelRevocation");
	/* Another account sees nothing of it. */
	world.account = OTHER_ACCOUNT;
	assert_string_equal(call(&world, "POST", path, NULL, NULL), "ResourceNotFoundException");
	world.account = TEST_ACCOUNT;
	assert_string_equal(call(&world, "GET", "/keyassay/v1/revocations/abc", NULL, NULL), "ResourceNotFoundException");
}

static void
tokens(void **state)
{
	char id[65];

	(void)state;
	ok("POST", revoke_path, NULL, body_after(T0, ",\"clientRequestToken\":\"one\""));
	(void)snprintf(id, sizeof(id), "%s", text_at(&world, "revocationId"));
	ok("POST", revoke_path, NULL, body_after(T0, ",\"clientRequestToken\":\"one\""));
	assert_string_equal(text_at(&world, "revocationId"), id);
	assert_sums(1, 1);
	assert_string_equal(call(&world, "POST", revoke_path, NULL, body_after(T0 + S, ",\"clientRequestToken\":\"one\"")),
	    "TaskAlreadyExistsException");
	assert_string_equal(call(&world, "POST", revoke_path, NULL,
				body_after(T0, ",\"registeredBefore\":1700000009,\"clientRequestToken\":\"one\"")),
	    "TaskAlreadyExistsException");
	event((struct event){ .deactivated = T0 });
	assert_string_equal(
	    call(&world, "POST", revoke_path, NULL, "{\"clientRequestToken\":\"one\"}"), "TaskAlreadyExistsException");
	ok("POST", revoke_path, NULL, "{\"clientRequestToken\":\"two\"}");
	(void)snprintf(id, sizeof(id), "%s", text_at(&world, "revocationId"));
	/* The same words mean the same job, though the default has moved on. */
	event((struct event){ .found = T0 - S, .check = KEYS, .number = 1 });
	ok("POST", revoke_path, NULL, "{\"clientRequestToken\":\"two\"}");
	assert_string_equal(text_at(&world, "revocationId"), id);
	assert_string_equal(call(&world, "POST", revoke_path, NULL, body_after(T0, ",\"clientRequestToken\":\"two\"")),
	    "TaskAlreadyExistsException");
	assert_string_equal(call(&world, "POST", revoke_path, NULL, body_after(T0, ",\"clientRequestToken\":\"a b\"")),
	    "InvalidRequestException");
}

static void
at_most_ten(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 10; i++)
		ok("POST", revoke_path, NULL,
		    ka_arena_format(&world.arena, "{\"registeredAfter\":1,\"clientRequestToken\":\"t%u\"}", i));
	assert_string_equal(call(&world, "POST", revoke_path, NULL, body_after(T0, "")), "LimitExceededException");
	ok("POST", revoke_path, NULL, "{\"registeredAfter\":1,\"clientRequestToken\":\"t3\"}"); /* is there already */
	ok("GET", "/keyassay/v1/revocations", "maxResults=7", NULL);
	assert_int_equal(json_array_size(json_object_get(world.json, "revocations")), 7);
	const char *next =
	    ka_arena_format(&world.arena, "maxResults=7&nextToken=%s", text_at(&world, "nextToken"));
	ok("GET", "/keyassay/v1/revocations", next, NULL);
	assert_int_equal(json_array_size(json_object_get(world.json, "revocations")), 3);
	assert_null(json_object_get(world.json, "nextToken"));
	ok("GET", "/keyassay/v1/revocations", "status=COMPLETED", NULL);
	assert_int_equal(json_array_size(json_object_get(world.json, "revocations")), 0);
	ok("GET", "/keyassay/v1/revocations",
	    ka_arena_format(&world.arena, "status=IN_PROGRESS&maxResults=250&caCertificateId=%s", ca_id), NULL);
	assert_int_equal(json_array_size(json_object_get(world.json, "revocations")), 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_time_has_a_default, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lists, set_up, tear_down),
		cmocka_unit_test_setup_teardown(unknown_cas, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_dry_run_writes_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(jobs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tokens, set_up, tear_down),
		cmocka_unit_test_setup_teardown(at_most_ten, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
