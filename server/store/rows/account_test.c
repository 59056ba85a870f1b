/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts, access keys, registration codes. */
#include "server/store/store_test.h"

static enum ka_store_status
accounts(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_account_row row, *list;
	size_t num;

	EXPECT(ka_tx_account_list(tx, &list, &num, &place->arena) == KA_STORE_OK && num == 0);
	EXPECT(ka_tx_account_insert(tx, &(struct ka_account_row){ "111111111111", NULL, 7 }) == KA_STORE_OK);
	EXPECT(ka_tx_account_insert(tx, &(struct ka_account_row){ "000000000000", "Factory", 8 }) == KA_STORE_OK);
	EXPECT(ka_tx_account_insert(tx, &(struct ka_account_row){ "111111111111", "again", 9 }) == KA_STORE_EXISTS);
	EXPECT(ka_tx_account_get(tx, &row, &place->arena, "222222222222") == KA_STORE_NONE);
	EXPECT(ka_tx_account_get(tx, &row, &place->arena, "111111111111") == KA_STORE_OK);
	EXPECT(same_text(row.account, "111111111111") && row.name == NULL && row.created == 7);
	EXPECT(ka_tx_account_list(tx, &list, &num, &place->arena) == KA_STORE_OK && num == 2);
	EXPECT(same_text(list[0].name, "Factory") && list[0].created == 8 && list[1].name == NULL);
	return KA_STORE_OK;
}

static void
test_accounts(void **state)
{
	place_write(*state, accounts);
}

static enum ka_store_status
access_keys(struct ka_tx *tx, void *arg)
{
	static const uint8_t secret[] = { 0, 1, 2, 0, 255 };
	struct place *place = arg;
	struct ka_access_key_row row, *list;
	size_t num;
	struct ka_access_key_row key = { "AKIA0000000000000002", "000000000000", KA_ROLE_AUDITOR,
		{ secret, sizeof(secret) }, "for the nightly audit", true, 5 };

	EXPECT(ka_tx_access_key_insert(tx, &key) == KA_STORE_NONE); /* no such account */
	EXPECT(ka_tx_account_insert(tx, &(struct ka_account_row){ "000000000000", NULL, 7 }) == KA_STORE_OK);
	EXPECT(ka_tx_account_insert(tx, &(struct ka_account_row){ "111111111111", NULL, 7 }) == KA_STORE_OK);
	EXPECT(ka_tx_access_key_insert(tx, &key) == KA_STORE_OK);
	EXPECT(ka_tx_access_key_insert(tx, &key) == KA_STORE_EXISTS);
	key = (struct ka_access_key_row){ "AKIA0000000000000001", "111111111111", KA_ROLE_ADMIN, { secret, 1 }, NULL,
		false, 6 };
	EXPECT(ka_tx_access_key_insert(tx, &key) == KA_STORE_OK);

	EXPECT(ka_tx_access_key_get(tx, &row, &place->arena, "AKIA0000000000000003") == KA_STORE_NONE);
	EXPECT(ka_tx_access_key_get(tx, &row, &place->arena, "AKIA0000000000000002") == KA_STORE_OK);
	EXPECT(
	    same_text(row.account, "000000000000") && row.role == KA_ROLE_AUDITOR && row.disabled && row.created == 5);
	EXPECT(row.sealed_secret.len == sizeof(secret) && memcmp(row.sealed_secret.data, secret, sizeof(secret)) == 0);
	EXPECT(same_text(row.description, "for the nightly audit"));

	EXPECT(ka_tx_access_key_list(tx, &list, &num, &place->arena, NULL) == KA_STORE_OK && num == 2);
	EXPECT(same_text(list[0].access_key_id, "AKIA0000000000000001") && list[0].description == NULL &&
	    !list[0].disabled);
	EXPECT(ka_tx_access_key_list(tx, &list, &num, &place->arena, "000000000000") == KA_STORE_OK && num == 1);
	EXPECT(same_text(list[0].access_key_id, "AKIA0000000000000002"));

	EXPECT(ka_tx_access_key_delete(tx, "AKIA0000000000000002") == KA_STORE_OK);
	EXPECT(ka_tx_access_key_delete(tx, "AKIA0000000000000002") == KA_STORE_NONE);
	EXPECT(ka_tx_access_key_list(tx, &list, &num, &place->arena, NULL) == KA_STORE_OK && num == 1);
	return KA_STORE_OK;
}

static void
test_access_keys(void **state)
{
	place_write(*state, access_keys);
}

static enum ka_store_status
codes(struct ka_tx *tx, void *arg)
{
	char one[65], two[65], code[65] = "untouched";

	(void)arg;
	make_id(one, 64, 1);
	make_id(two, 64, 2);
	EXPECT(ka_tx_registration_code_get(tx, code, &scope_a) == KA_STORE_NONE && same_text(code, "untouched"));
	EXPECT(ka_tx_registration_code_put(tx, &scope_a, one, 1) == KA_STORE_OK);
	EXPECT(ka_tx_registration_code_put(tx, &scope_a, two, 2) == KA_STORE_OK);
	EXPECT(ka_tx_registration_code_put(tx, &scope_b, one, 2) == KA_STORE_OK);
	EXPECT(ka_tx_registration_code_get(tx, code, &scope_a) == KA_STORE_OK && same_text(code, two));
	EXPECT(ka_tx_registration_code_get(tx, code, &scope_b) == KA_STORE_OK && same_text(code, one));
	EXPECT(ka_tx_registration_code_get(tx, code, &scope_a_west) == KA_STORE_NONE);
	EXPECT(ka_tx_registration_code_delete(tx, &scope_a) == KA_STORE_OK);
	EXPECT(ka_tx_registration_code_delete(tx, &scope_a) == KA_STORE_NONE);
	EXPECT(ka_tx_registration_code_get(tx, code, &scope_b) == KA_STORE_OK);
	return KA_STORE_OK;
}

static void
test_registration_codes(void **state)
{
	place_write(*state, codes);
}

int
account_tests(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_accounts, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_access_keys, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_registration_codes, place_open, place_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
