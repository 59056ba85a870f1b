/* SPDX-License-Identifier: Apache-2.0 */
/* AuthorizeCertificate: each reason to deny, and what of the CA counts. How it is cached is in conditional_test.c and in
 * tests/server/authorize_test.py. */

#include "server/api/world_test.h"


static struct world world;
static const struct ka_scope scope = { TEST_ACCOUNT, TEST_REGION }, other_scope = { OTHER_ACCOUNT, TEST_REGION };
static char ca_id[65], device_id[65];

static struct ka_ca_row
some_ca(void)
{
	struct ka_ca_row row = { .status = KA_CA_ACTIVE,
		.mode = KA_MODE_SNI_ONLY,
		.der = { (const uint8_t *)"ca", 2 },
		.not_before = TEST_NOW - DAY,
		.not_after = TEST_NOW + DAY,
		.created = TEST_NOW,
		.modified = TEST_NOW,
		.customer_version = 1 };

	(void)snprintf(row.id, sizeof(row.id), "%s", ca_id);
	return row;
}

static struct ka_device_row
some_device(void)
{
	struct ka_device_row row = { .status = KA_DEVICE_ACTIVE,
		.mode = KA_MODE_SNI_ONLY,
		.der = { (const uint8_t *)"device", 6 },
		.not_before = TEST_NOW - DAY,
		.not_after = TEST_NOW + DAY,
		.created = TEST_NOW,
		.modified = TEST_NOW,
		.customer_version = 1 };

	(void)snprintf(row.id, sizeof(row.id), "%s", device_id);
	(void)snprintf(row.ca_id, sizeof(row.ca_id), "%s", ca_id);
	return row;
}

struct registry {
	const struct ka_ca_row *ca;
	const struct ka_device_row *device;
	const struct ka_scope *ca_scope;
};

static enum ka_store_status
put(struct ka_tx *tx, void *arg)
{
	const struct registry *registry = arg;
	const struct ka_scope *ca_scope = registry->ca_scope == NULL ? &scope : registry->ca_scope;
	enum ka_store_status status = KA_STORE_OK;

	(void)ka_tx_ca_delete(tx, &scope, ca_id);
	(void)ka_tx_ca_delete(tx, &other_scope, ca_id);
	(void)ka_tx_device_delete(tx, &scope, device_id);
	if (registry->ca != NULL)
		status = ka_tx_ca_insert(tx, NULL, ca_scope, registry->ca);
	return status == KA_STORE_OK ? ka_tx_device_insert(tx, NULL, &scope, registry->device) : status;
}

static void
ask(const char *decision, const char *reason)
{
	char query[100];

	(void)snprintf(query, sizeof(query), "certificate=%s", device_id);
	assert_string_equal(call(&world, "GET", "/keyassay/v1/authorize", query, NULL), "");
	assert_string_equal(text_at(&world, "decision"), decision);
	assert_string_equal(text_at(&world, "reason"), reason);
	assert_string_equal(text_at(&world, "certificateId"), device_id);
}

static void
expect(const struct registry *registry, const char *decision, const char *reason)
{
	struct registry copy = *registry;

	assert_int_equal(ka_store_write(world.server.store, put, &copy), KA_STORE_OK);
	ask(decision, reason);
}

static int
set_up(void **state)
{
	(void)state;
	world_init(&world);
	world.now = TEST_NOW;
	memset(ca_id, 'c', 64);
	memset(device_id, 'd', 64);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	world_clear(&world);
	return 0;
}

static void
the_certificate_counts(void **state)
{
	static const struct {
		enum ka_device_status status;
		const char *reason;
	} denied[] = {
		{ KA_DEVICE_INACTIVE, "INACTIVE" },
		{ KA_DEVICE_REVOKED, "REVOKED" },
		{ KA_DEVICE_PENDING_TRANSFER, "PENDING_TRANSFER" },
		{ KA_DEVICE_REGISTER_INACTIVE, "REGISTER_INACTIVE" },
		{ KA_DEVICE_PENDING_ACTIVATION, "PENDING_ACTIVATION" },
	};
	const struct ka_ca_row ca = some_ca();
	struct ka_device_row device = some_device();

	(void)state;
	ask("deny", "UNKNOWN");
	expect(&(struct registry){ &ca, &device, NULL }, "allow", "ACTIVE");
	assert_string_equal(text_at(&world, "caCertificateId"), ca_id);
	/* Another account's certificate is nobody. */
	world.account = OTHER_ACCOUNT;
	ask("deny", "UNKNOWN");
	world.account = TEST_ACCOUNT;
	for (size_t i = 0; i < sizeof(denied) / sizeof(denied[0]); i++) {
		device.status = denied[i].status;
		expect(&(struct registry){ &ca, &device, NULL }, "deny", denied[i].reason);
	}
}

static void
dates_count_to_the_second(void **state)
{
	struct ka_device_row device = some_device();

	(void)state;
	world.now = TEST_NOW; /* ...123 ms */
	device.not_before = TEST_NOW / 1000 * 1000;
	expect(&(struct registry){ NULL, &device, NULL }, "allow", "ACTIVE");
	device.not_before += 1000;
	expect(&(struct registry){ NULL, &device, NULL }, "deny", "NOT_YET_VALID");
	device.not_before = 0;
	device.not_after = TEST_NOW / 1000 * 1000;
	expect(&(struct registry){ NULL, &device, NULL }, "allow", "ACTIVE");
	device.not_after -= 1000;
	expect(&(struct registry){ NULL, &device, NULL }, "deny", "EXPIRED");
}

static void
the_ca_counts_when_a_mitigation_deactivated_it(void **state)
{
	struct ka_ca_row ca = some_ca();
	struct ka_device_row device = some_device();

	(void)state;
	ca.status = KA_CA_INACTIVE; /* by hand */
	expect(&(struct registry){ &ca, &device, NULL }, "allow", "ACTIVE");
	ca.deactivated_by = "mitigation-1";
	ca.deactivated = TEST_NOW;
	expect(&(struct registry){ &ca, &device, NULL }, "deny", "CA_DEACTIVATED_BY_MITIGATION");
	assert_string_equal(text_at(&world, "caDeactivatedBy"), "mitigation-1");
	ca.status = KA_CA_ACTIVE; /* as somebody who activated it without UpdateCACertificate would leave it */
	expect(&(struct registry){ &ca, &device, NULL }, "allow", "ACTIVE");
	ca.status = KA_CA_PENDING_TRANSFER; /* on its way it is no better */
	expect(&(struct registry){ &ca, &device, NULL }, "deny", "CA_DEACTIVATED_BY_MITIGATION");
	/* What another account thinks of the same CA is its own business. */
	expect(&(struct registry){ &ca, &device, &other_scope }, "allow", "ACTIVE");
	/* Without CA there is nothing to ask. */
	device.ca_id[0] = '\0';
	expect(&(struct registry){ &ca, &device, NULL }, "allow", "ACTIVE");
	/* The certificate's own state comes first. */
	device = some_device();
	device.status = KA_DEVICE_REVOKED;
	expect(&(struct registry){ &ca, &device, NULL }, "deny", "REVOKED");
}

static void
bad_requests(void **state)
{
	(void)state;
	assert_string_equal(call(&world, "GET", "/keyassay/v1/authorize", NULL, NULL), "InvalidRequestException");
	assert_string_equal(call(&world, "GET", "/keyassay/v1/authorize", "certificate=ab", NULL), "InvalidRequestException");
	assert_string_equal(
	    call(&world, "GET", "/keyassay/v1/authorize", "certificate=zz", NULL), "InvalidRequestException");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_certificate_counts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(dates_count_to_the_second, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_ca_counts_when_a_mitigation_deactivated_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bad_requests, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
