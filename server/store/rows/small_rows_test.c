/* SPDX-License-Identifier: Apache-2.0 */
/* Tags, the audit configuration. */
#include "server/store/store_test.h"

static enum ka_store_status
tags(struct ka_tx *tx, void *arg)
{
	static const char arn[] = "arn:aws:iot:us-east-1:000000000000:cacert/ab",
			  other[] = "arn:aws:iot:us-east-1:000000000000:cacert/abc";
	struct place *place = arg;
	struct ka_tag_row *list;
	size_t num;

	EXPECT(ka_tx_tag_list(tx, &list, &num, &place->arena, &scope_a, arn) == KA_STORE_OK && num == 0);
	EXPECT(ka_tx_tag_put(tx, &scope_a, arn, &(struct ka_tag_row){ "site", "north" }) == KA_STORE_OK);
	EXPECT(ka_tx_tag_put(tx, &scope_a, arn, &(struct ka_tag_row){ "Site", "capital" }) == KA_STORE_OK);
	EXPECT(ka_tx_tag_put(tx, &scope_a, arn, &(struct ka_tag_row){ "a\xc3\xa4", "" }) == KA_STORE_OK);
	EXPECT(ka_tx_tag_put(tx, &scope_a, arn, &(struct ka_tag_row){ "site", "south" }) == KA_STORE_OK);
	EXPECT(ka_tx_tag_put(tx, &scope_a, other, &(struct ka_tag_row){ "site", "east" }) == KA_STORE_OK);
	EXPECT(ka_tx_tag_put(tx, &scope_b, arn, &(struct ka_tag_row){ "site", "west" }) == KA_STORE_OK);
	EXPECT(ka_tx_tag_list(tx, &list, &num, &place->arena, &scope_a, arn) == KA_STORE_OK && num == 3);
	EXPECT(same_text(list[0].key, "Site") && same_text(list[0].value, "capital"));
	EXPECT(same_text(list[1].key, "a\xc3\xa4") && same_text(list[1].value, ""));
	EXPECT(same_text(list[2].key, "site") && same_text(list[2].value, "south"));
	EXPECT(ka_tx_tag_delete(tx, &scope_a, arn, "site") == KA_STORE_OK);
	EXPECT(ka_tx_tag_delete(tx, &scope_a, arn, "site") == KA_STORE_NONE);
	EXPECT(ka_tx_tag_delete_all(tx, &scope_a, arn) == KA_STORE_OK);
	EXPECT(ka_tx_tag_delete_all(tx, &scope_a, arn) == KA_STORE_OK);
	EXPECT(ka_tx_tag_list(tx, &list, &num, &place->arena, &scope_a, arn) == KA_STORE_OK && num == 0);
	EXPECT(ka_tx_tag_list(tx, &list, &num, &place->arena, &scope_a, other) == KA_STORE_OK && num == 1);
	EXPECT(ka_tx_tag_list(tx, &list, &num, &place->arena, &scope_b, arn) == KA_STORE_OK && num == 1);
	return KA_STORE_OK;
}

static void
test_tags(void **state)
{
	place_write(*state, tags);
}

static enum ka_store_status
many_tags(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_tag_row *list;
	size_t num;
	char key[16];

	/* More than an array of rows has room for at first. */
	for (unsigned i = 0; i < 200; i++) {
		(void)snprintf(key, sizeof(key), "key%03u", 199 - i);
		EXPECT(ka_tx_tag_put(tx, &scope_a, "arn", &(struct ka_tag_row){ key, key }) == KA_STORE_OK);
	}
	EXPECT(ka_tx_tag_list(tx, &list, &num, &place->arena, &scope_a, "arn") == KA_STORE_OK && num == 200);
	for (unsigned i = 0; i < 200; i++) {
		(void)snprintf(key, sizeof(key), "key%03u", i);
		EXPECT(same_text(list[i].key, key) && same_text(list[i].value, key));
	}
	return KA_STORE_OK;
}

static void
test_many_tags(void **state)
{
	place_write(*state, many_tags);
}

static enum ka_store_status
config(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_audit_config_row row;

	EXPECT(ka_tx_audit_config_get(tx, &row, &place->arena, &scope_a) == KA_STORE_NONE);
	EXPECT(ka_tx_audit_config_delete(tx, &scope_a) == KA_STORE_NONE);
	EXPECT(ka_tx_audit_config_put(tx, &scope_a, &(struct ka_audit_config_row){ "role", NULL, "{\"a\":{}}" }) ==
	    KA_STORE_OK);
	EXPECT(ka_tx_audit_config_put(tx, &scope_b, &(struct ka_audit_config_row){ NULL, "{\"SNS\":{}}", NULL }) ==
	    KA_STORE_OK);
	EXPECT(ka_tx_audit_config_get(tx, &row, &place->arena, &scope_a) == KA_STORE_OK);
	EXPECT(
	    same_text(row.role_arn, "role") && row.notification_targets == NULL && same_text(row.checks, "{\"a\":{}}"));
	EXPECT(ka_tx_audit_config_put(tx, &scope_a, &(struct ka_audit_config_row){ NULL, "{}", NULL }) == KA_STORE_OK);
	EXPECT(ka_tx_audit_config_get(tx, &row, &place->arena, &scope_a) == KA_STORE_OK);
	EXPECT(row.role_arn == NULL && same_text(row.notification_targets, "{}") && row.checks == NULL);
	EXPECT(ka_tx_audit_config_delete(tx, &scope_a) == KA_STORE_OK);
	EXPECT(ka_tx_audit_config_get(tx, &row, &place->arena, &scope_a) == KA_STORE_NONE);
	EXPECT(ka_tx_audit_config_get(tx, &row, &place->arena, &scope_b) == KA_STORE_OK);
	EXPECT(same_text(row.notification_targets, "{\"SNS\":{}}"));
	return KA_STORE_OK;
}

static void
test_audit_config(void **state)
{
	place_write(*state, config);
}

int
small_rows_tests(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_tags, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_many_tags, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_audit_config, place_open, place_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
