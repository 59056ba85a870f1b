/* SPDX-License-Identifier: Apache-2.0 */
/* Transfers in the log of changes: what ends in one account and begins in another is in the log of both, with who did it. What the
 * operations do otherwise is in tests/server/transfer_test.py. */

#include "server/api/world_test.h"
#include "server/pki/make_cert_test.h"

static struct world world;
static struct ka_arena made;

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
	ka_arena_clear(&made);
	return 0;
}

static void
become(const char *account, const char *key)
{
	world.account = account;
	world.key = key;
}

static void
do_it(const char *method, const char *path, const char *query, const char *body)
{
	const char *error = call(&world, method, path, query, body);

	if (error[0] != '\0')
		fail_msg("%s: %s: %s", path, error, text_at(&world, "message"));
}

/* The newest entry of an account; NULL in before or after: there is none, else text that is in it. */
static void
assert_logged(const char *account, const char *actor, const char *action, const char *resource, const char *before, const char *after)
{
	const char *account_before = world.account, *key_before = world.key;

	become(account, "");
	const struct ka_log_row *log = last_change(&world);
	become(account_before, key_before);
	assert_string_equal(log->account, account);
	assert_string_equal(log->actor, actor);
	assert_string_equal(log->action, action);
	assert_string_equal(
	    log->resource, ka_arena_format(&made, "arn:aws:iot:" TEST_REGION ":%s:%s", account, resource));
	assert_true((log->before == NULL) == (before == NULL) && (log->after == NULL) == (after == NULL));
	if (before != NULL)
		assert_non_null(strstr(log->before, before));
	if (after != NULL)
		assert_non_null(strstr(log->after, after));
}

#define TO_OTHER "targetAwsAccount=" OTHER_ACCOUNT
#define PENDING "\"PENDING_TRANSFER\""

/* verbs: transfer, accept, reject, cancel as paths with %s for the id; words: what follows the verb in the operation's name. */
static void
story(const char *const paths[4], const char *method, const char *const names[4], const char *id, const char *resource)
{
	const char *path[4];

	for (size_t i = 0; i < 4; i++) {
		const char *at = strstr(paths[i], "%s");

		path[i] = ka_arena_format(&made, "%.*s%s%s", (int)(at - paths[i]), paths[i], id, at + 2);
	}
	become(TEST_ACCOUNT, "SOURCEKEY");
	do_it(method, path[0], TO_OTHER, NULL);
	assert_logged(TEST_ACCOUNT, "SOURCEKEY", names[0], resource, "\"INACTIVE\"", "\"transferredTo\":\"" OTHER_ACCOUNT "\"");
	do_it(method, path[3], NULL, NULL);
	assert_logged(TEST_ACCOUNT, "SOURCEKEY", names[3], resource, PENDING, "\"INACTIVE\"");
	do_it(method, path[0], TO_OTHER, NULL);
	become(OTHER_ACCOUNT, "TARGETKEY");
	do_it(method, path[2], NULL, "{\"rejectReason\":\"not ours\"}");
	assert_logged(TEST_ACCOUNT, "TARGETKEY", names[2], resource, PENDING, "\"rejectReason\":\"not ours\"");
	assert_logged(OTHER_ACCOUNT, "TARGETKEY", names[2], resource, PENDING, NULL);
	become(TEST_ACCOUNT, "SOURCEKEY");
	do_it(method, path[0], TO_OTHER, NULL);
	become(OTHER_ACCOUNT, "TARGETKEY");
	do_it(method, path[1], "setAsActive=true", NULL);
	assert_logged(TEST_ACCOUNT, "TARGETKEY", names[1], resource, PENDING, NULL);
	assert_logged(OTHER_ACCOUNT, "TARGETKEY", names[1], resource, NULL, "\"ACTIVE\"");
}

static void
devices_in_both_logs(void **state)
{
	static const char *const paths[] = { "/transfer-certificate/%s", "/accept-certificate-transfer/%s",
		"/reject-certificate-transfer/%s", "/cancel-certificate-transfer/%s" };
	static const char *const names[] = { "TransferCertificate", "AcceptCertificateTransfer", "RejectCertificateTransfer",
		"CancelCertificateTransfer" };
	const char *pem = make_cert_pem(&made, &(struct make_cert){ .key = "ec:P-256", .subject = "thing" });

	(void)state;
	do_it("POST", "/certificate/register-no-ca", NULL, body_of(&world, "certificatePem", pem, NULL));
	const char *id = ka_arena_string(&made, text_at(&world, "certificateId"));
	story(paths, "PATCH", names, id, ka_arena_format(&made, "cert/%s", id));
}

static void
cas_in_both_logs(void **state)
{
#define OF_CA "/keyassay/v1/cacertificate/%s/"
	static const char *const paths[] = { OF_CA "transfer", OF_CA "accept", OF_CA "reject", OF_CA "cancel" };
	static const char *const names[] = { "TransferCACertificate", "AcceptCACertificateTransfer", "RejectCACertificateTransfer",
		"CancelCACertificateTransfer" };
	const char *pem =
	    make_cert_pem(&made, &(struct make_cert){ .key = "ec:P-256", .subject = "CA", .constraints = "CA:TRUE" });

	(void)state;
	do_it("POST", "/cacertificate", NULL,
	    body_of(&world, "caCertificate", pem, "certificateMode", "SNI_ONLY", NULL));
	const char *id = ka_arena_string(&made, text_at(&world, "certificateId"));
	story(paths, "POST", names, id, ka_arena_format(&made, "cacert/%s", id));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(devices_in_both_logs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cas_in_both_logs, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
