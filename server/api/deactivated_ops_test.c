/* SPDX-License-Identifier: Apache-2.0 */
/* Who deactivated a certificate, a mitigation or a person, is told until somebody activates it again: then it is over, and a deactivation
 * later is that person's. */
#include "server/api/world_test.h"
#include "server/pki/make_cert_test.h"

static struct world world;
static const char *const by = "mitigation-1";

static enum ka_store_status
add_accounts(struct ka_tx *tx, void *arg)
{
	static const char *const accounts[] = { TEST_ACCOUNT, OTHER_ACCOUNT };

	(void)arg;
	for (size_t i = 0; i < 2; i++) {
		const struct ka_account_row row = { .account = accounts[i], .created = TEST_NOW };
		enum ka_store_status status = ka_tx_account_insert(tx, &row);

		if (status != KA_STORE_OK && status != KA_STORE_EXISTS)
			return status;
	}
	return KA_STORE_OK;
}

static int
set_up(void **state)
{
	(void)state;
	world_init(&world);
	world.now = TEST_NOW;
	return ka_store_write(world.server.store, add_accounts, NULL) == KA_STORE_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	world_clear(&world);
	return 0;
}

/* --- rows as a mitigation leaves them, and as they are -------------------------------------------------------------------- */

struct lookup {
	const char *id;
	bool is_ca;
	bool mitigate;
	const char *found_by;
	int64_t when;
};

static enum ka_store_status
look_up(struct ka_tx *tx, void *arg)
{
	struct lookup *lookup = arg;
	const struct ka_scope scope = world_scope(&world);
	struct ka_ca_row ca;
	struct ka_device_row device;
	enum ka_store_status status = lookup->is_ca ? ka_tx_ca_get(tx, &ca, &world.arena, &scope, lookup->id)
						    : ka_tx_device_get(tx, &device, &world.arena, &scope, lookup->id);

	if (status != KA_STORE_OK)
		return status;
	if (lookup->mitigate) {
		ca.status = KA_CA_INACTIVE;
		device.status = KA_DEVICE_INACTIVE;
		ca.deactivated_by = device.deactivated_by = by;
		ca.deactivated = device.deactivated = TEST_NOW - 1000;
		return lookup->is_ca ? ka_tx_ca_update(tx, &scope, &ca) : ka_tx_device_update(tx, &scope, &device);
	}
	lookup->found_by = lookup->is_ca ? ca.deactivated_by : device.deactivated_by;
	lookup->when = lookup->is_ca ? ca.deactivated : device.deactivated;
	return KA_STORE_OK;
}

static void
mitigate(const char *id, bool is_ca)
{
	struct lookup lookup = { .id = id, .is_ca = is_ca, .mitigate = true };

	assert_int_equal(ka_store_write(world.server.store, look_up, &lookup), KA_STORE_OK);
}

static void
assert_told(const char *what, const char *id, bool is_ca, bool told)
{
	struct lookup lookup = { .id = id, .is_ca = is_ca };

	assert_int_equal(ka_store_read(world.server.store, look_up, &lookup), KA_STORE_OK);
	bool is_told = lookup.found_by != NULL && strcmp(lookup.found_by, by) == 0 && lookup.when == TEST_NOW - 1000;
	bool is_forgotten = lookup.found_by == NULL && lookup.when == 0;
	if (!(told ? is_told : is_forgotten))
		fail_msg("%s: by %s at %lld", what, lookup.found_by == NULL ? "nobody" : lookup.found_by,
		    (long long)lookup.when);
}

static const char *
new_ca(void)
{
	const char *pem =
	    make_cert_pem(&world.arena, &(struct make_cert){ .key = "ec:P-256", .constraints = "CA:TRUE" });

	call_ok(&world, "POST", "/cacertificate", "setAsActive=true",
	    body_of(&world, "caCertificate", pem, "certificateMode", "SNI_ONLY", NULL));
	return text_at(&world, "certificateId");
}

static const char *
new_device(const char *key)
{
	const char *pem = make_cert_pem(&world.arena, &(struct make_cert){ .key = key, .subject = "thing" });

	call_ok(&world, "POST", "/certificate/register-no-ca", NULL,
	    body_of(&world, "certificatePem", pem, "status", "ACTIVE", NULL));
	return ka_arena_string(&world.arena, text_at(&world, "certificateId"));
}

static void
put(const char *kind, const char *id, const char *query)
{
	call_ok(&world, "PUT", ka_arena_format(&world.arena, "/%s/%s", kind, id), query, NULL);
}

/* --- tests ---------------------------------------------------------------------------------------------------------------- */

static void
a_ca(void **state)
{
	const char *id = ka_arena_string(&world.arena, new_ca());

	(void)state;
	assert_told("registered", id, true, false);
	mitigate(id, true);
	assert_told("mitigated", id, true, true);
	put("cacertificate", id, "newStatus=INACTIVE");
	assert_told("INACTIVE, which it is", id, true, true);
	put("cacertificate", id, "newAutoRegistrationStatus=ENABLE");
	assert_told("something else changed", id, true, true);
	assert_non_null(strstr(last_change(&world)->after, by));
	put("cacertificate", id, "newStatus=ACTIVE");
	assert_told("ACTIVE", id, true, false);
	assert_non_null(strstr(last_change(&world)->before, by));
	assert_null(strstr(last_change(&world)->after, by));
	put("cacertificate", id, "newStatus=INACTIVE");
	assert_told("INACTIVE, by hand", id, true, false);
}

static void
a_device(void **state)
{
	const char *id = new_device("ec:P-256"), *other = new_device("ec:P-256#2");

	(void)state;
	assert_told("registered", id, false, false);
	mitigate(id, false);
	put("certificates", id, "newStatus=INACTIVE");
	assert_told("INACTIVE, which it is", id, false, true);
	put("certificates", id, "newStatus=ACTIVE");
	assert_told("ACTIVE", id, false, false);
	assert_non_null(strstr(last_change(&world)->before, by));
	assert_null(strstr(last_change(&world)->after, by));
	put("certificates", id, "newStatus=INACTIVE");
	assert_told("INACTIVE, by hand", id, false, false);
	/* Revoking takes nothing back of what the mitigation did. */
	mitigate(other, false);
	put("certificates", other, "newStatus=REVOKED");
	assert_told("REVOKED", other, false, true);
}

/* Who accepts a transfer decides anew, or takes it as it was. */
static void
a_device_that_moves(void **state)
{
	static const char *const keys[] = { "ec:P-256", "ec:P-256#2" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		bool activate = i == 1;
		const char *id = new_device(keys[i]);

		mitigate(id, false);
		call_ok(&world, "PATCH", ka_arena_format(&world.arena, "/transfer-certificate/%s", id),
		    "targetAwsAccount=" OTHER_ACCOUNT, NULL);
		assert_told("under way", id, false, true);
		world.account = OTHER_ACCOUNT;
		call_ok(&world, "PATCH", ka_arena_format(&world.arena, "/accept-certificate-transfer/%s", id),
		    activate ? "setAsActive=true" : NULL, NULL);
		assert_told(activate ? "accepted, ACTIVE" : "accepted", id, false, !activate);
		world.account = TEST_ACCOUNT;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_ca, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_device, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_device_that_moves, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
