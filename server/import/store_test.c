/* SPDX-License-Identifier: Apache-2.0 */
/* A batch of rows: what the registry takes, has already, or does not take any more since it was checked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "server/api/certificates.h"
#include "server/import/item.h"

static struct ka_import import = { .scope = { "111122223333", "us-east-1" }, .now = 1700000000000 };
static char dir[64];

static int
set_up(void **state)
{
	char url[128], message[KA_STORE_MESSAGE_LEN];

	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/keyassay-import.XXXXXX");
	assert_non_null(mkdtemp(dir));
	(void)snprintf(url, sizeof(url), "sqlite:%s/db", dir);
	import.store = ka_store_open(message, url, KA_STORE_CREATE);
	assert_non_null(import.store);
	ka_store_log_key(import.store, (const uint8_t[32]){ "a key for tests" });
	assert_true(ka_store_log_begin(import.store, message, KA_LOG_BEGIN));
	import.kind = KA_IMPORT_CA;
	import.scope.account = "111122223333";
	return 0;
}

static int
tear_down(void **state)
{
	static const char *const files[] = { "db", "db-wal", "db-shm" };
	char path[128];

	(void)state;
	ka_store_close(import.store);
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		(void)unlink(path);
	}
	return rmdir(dir);
}

/* Rows as from certificates that were checked; the number makes the id, subject the subject. */
static struct ka_pki_cert
cert(unsigned number, uint8_t subject)
{
	static const uint8_t der[] = { 0x30, 0x00 };
	struct ka_pki_cert made = { .der = { der, sizeof(der) } };

	(void)snprintf(made.id, sizeof(made.id), "%064x", number);
	made.subject_sha256[0] = subject;
	return made;
}

static struct ka_item
ca(unsigned number, uint8_t subject, enum ka_cert_mode mode, enum ka_ca_status status)
{
	struct ka_pki_cert made = cert(number, subject);
	struct ka_item item = { .ca = ka_ca_row_new(&made, import.now), .after = "{}" };

	item.ca.mode = mode;
	item.ca.status = status;
	return item;
}

static struct ka_item
device(unsigned number, unsigned issuer)
{
	struct ka_pki_cert made = cert(number, 0);
	struct ka_item item = { .device = ka_device_row_new(&made, import.now), .after = "{}" };

	item.device.mode = KA_MODE_SNI_ONLY;
	item.device.status = KA_DEVICE_ACTIVE;
	if (issuer != 0)
		(void)snprintf(item.device.ca_id, sizeof(item.device.ca_id), "%064x", issuer);
	return item;
}

static void
store(struct ka_item *items, size_t num)
{
	assert_int_equal(ka_import_store(&import, items, num), KA_STORE_OK);
}

static void
assert_refused(const struct ka_item *item, const char *reason)
{
	assert_non_null(item->refused);
	assert_string_equal(item->refused, reason);
	assert_true(strlen(item->message) > 10);
}

struct counts {
	size_t num_cas, num_devices, num_logged;
};

static enum ka_store_status
count(struct ka_tx *tx, void *arg)
{
	struct counts *counts = arg;
	struct ka_arena arena = { 0 };
	const struct ka_page page = { .limit = 1000 };
	struct ka_ca_row *cas;
	struct ka_device_row *devices;
	struct ka_log_row *logged;

	assert_int_equal(
	    ka_tx_ca_list(tx, &cas, &counts->num_cas, &arena, &import.scope, &(struct ka_ca_filter){ 0 }, &page),
	    KA_STORE_OK);
	assert_int_equal(ka_tx_device_list(tx, &devices, &counts->num_devices, &arena, &import.scope,
			     &(struct ka_device_filter){ 0 }, &page),
	    KA_STORE_OK);
	assert_int_equal(ka_tx_log_list(tx, &logged, &counts->num_logged, &arena, &import.scope,
			     &(struct ka_log_filter){ .actor = "keyassayd:import" }, &page),
	    KA_STORE_OK);
	ka_arena_clear(&arena);
	return KA_STORE_OK;
}

static void
assert_counts(size_t num_cas, size_t num_devices, size_t num_logged)
{
	struct counts counts;

	assert_int_equal(ka_store_read(import.store, count, &counts), KA_STORE_OK);
	assert_int_equal(counts.num_cas, num_cas);
	assert_int_equal(counts.num_devices, num_devices);
	assert_int_equal(counts.num_logged, num_logged);
}

static void
what_is_there_is_there_already(void **state)
{
	struct ka_item items[] = { ca(1, 1, KA_MODE_SNI_ONLY, KA_CA_ACTIVE), ca(2, 2, KA_MODE_SNI_ONLY, KA_CA_ACTIVE),
		ca(1, 1, KA_MODE_SNI_ONLY, KA_CA_ACTIVE) };

	(void)state;
	store(items, 0);
	store(items, 3);
	assert_false(items[0].already || items[1].already);
	assert_true(items[2].already);
	/* The transaction of a store that gives up and tries again runs twice: what the first run said is forgotten. */
	items[0].refused = "of an earlier run";
	store(items, 3);
	assert_true(items[0].already && items[1].already && items[2].already);
	assert_null(items[0].refused);
	assert_counts(2, 0, 2);
}

static void
ten_of_a_subject(void **state)
{
	struct ka_item items[13];

	(void)state;
	for (unsigned i = 0; i < 12; i++)
		items[i] = ca(i + 1, 7, KA_MODE_SNI_ONLY, KA_CA_ACTIVE);
	items[12] = ca(99, 8, KA_MODE_SNI_ONLY, KA_CA_ACTIVE);
	store(items, 13);
	for (unsigned i = 0; i < 10; i++)
		assert_null(items[i].refused);
	assert_refused(&items[10], "subject-limit");
	assert_refused(&items[11], "subject-limit");
	assert_null(items[12].refused);
	assert_counts(11, 0, 11);
}

static void
default_mode_is_for_one_account(void **state)
{
	struct ka_item ours = ca(1, 1, KA_MODE_DEFAULT, KA_CA_ACTIVE), theirs = ours,
		       shared = ca(1, 1, KA_MODE_SNI_ONLY, KA_CA_ACTIVE);

	(void)state;
	store(&ours, 1);
	store(&ours, 1);
	assert_true(ours.already);
	import.scope.account = "444455556666";
	store(&theirs, 1);
	assert_refused(&theirs, "other-account");
	store(&shared, 1);
	assert_null(shared.refused);
	assert_counts(1, 0, 1);
}

static void
issuers_are_looked_at_again(void **state)
{
	struct ka_item cas[] = { ca(1, 1, KA_MODE_SNI_ONLY, KA_CA_ACTIVE), ca(2, 2, KA_MODE_SNI_ONLY, KA_CA_INACTIVE) };
	struct ka_item devices[] = { device(10, 1), device(11, 2), device(12, 3), device(13, 0), device(14, 1),
		device(10, 1) };

	(void)state;
	store(cas, 2);
	import.kind = KA_IMPORT_DEVICE;
	store(devices, 6);
	assert_null(devices[0].refused);
	assert_refused(&devices[1], "issuer-changed");
	assert_refused(&devices[2], "issuer-changed");
	assert_null(devices[3].refused);
	assert_null(devices[4].refused);
	assert_true(devices[5].already);
	assert_counts(2, 3, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_there_is_there_already, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ten_of_a_subject, set_up, tear_down),
		cmocka_unit_test_setup_teardown(default_mode_is_for_one_account, set_up, tear_down),
		cmocka_unit_test_setup_teardown(issuers_are_looked_at_again, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
