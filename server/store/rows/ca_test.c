/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/store_test.h"

static enum ka_store_status
one_ca(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_ca_row row = make_ca(1), got;
	int64_t seq = 0, second = 0, last = -1;

	EXPECT(ka_tx_ca_last_seq(tx, &last) == KA_STORE_OK && last == 0);
	EXPECT(ka_tx_ca_get(tx, &got, &place->arena, &scope_a, row.id) == KA_STORE_NONE);
	EXPECT(ka_tx_ca_update(tx, &scope_a, &row) == KA_STORE_NONE);
	EXPECT(ka_tx_ca_insert(tx, &seq, &scope_a, &row) == KA_STORE_OK && seq > 0);
	EXPECT(ka_tx_ca_insert(tx, &second, &scope_a, &row) == KA_STORE_EXISTS && second == 0);
	EXPECT(ka_tx_ca_get(tx, &got, &place->arena, &scope_a, row.id) == KA_STORE_OK);
	EXPECT(got.seq == seq && same_ca(&got, &row));
	/* The same certificate elsewhere is another row. */
	EXPECT(ka_tx_ca_insert(tx, &second, &scope_b, &row) == KA_STORE_OK && second > seq);
	EXPECT(ka_tx_ca_insert(tx, NULL, &scope_a_west, &row) == KA_STORE_OK);
	EXPECT(ka_tx_ca_last_seq(tx, &last) == KA_STORE_OK && last > second);
	return KA_STORE_OK;
}

static void
test_ca_insert_and_get(void **state)
{
	place_write(*state, one_ca);
}

static enum ka_store_status
empty_ca(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_ca_row row = make_ca(1), got;

	row.registration_config = row.template_name = row.transfer_to = row.transfer_message = row.deactivated_by =
	    NULL;
	row.transfer_date = row.deactivated = 0;
	EXPECT(ka_tx_ca_insert(tx, NULL, &scope_a, &row) == KA_STORE_OK);
	EXPECT(ka_tx_ca_get(tx, &got, &place->arena, &scope_a, row.id) == KA_STORE_OK && same_ca(&got, &row));
	row = make_ca(2);
	row.registration_config = ""; /* empty is not absent */
	EXPECT(ka_tx_ca_insert(tx, NULL, &scope_a, &row) == KA_STORE_OK);
	EXPECT(ka_tx_ca_get(tx, &got, &place->arena, &scope_a, row.id) == KA_STORE_OK && same_ca(&got, &row));
	return KA_STORE_OK;
}

static void
test_ca_absent_and_empty_texts(void **state)
{
	place_write(*state, empty_ca);
}

static enum ka_store_status
strange_ids(struct ka_tx *tx, void *arg)
{
	static const char *const ids[] = { "", "0", "xyz",
		"00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff", "' OR 1=1 --",
		"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00" };
	struct place *place = arg;
	struct ka_ca_row got;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		EXPECT(ka_tx_ca_get(tx, &got, &place->arena, &scope_a, ids[i]) == KA_STORE_NONE);
		EXPECT(ka_tx_ca_delete(tx, &scope_a, ids[i]) == KA_STORE_NONE);
	}
	return KA_STORE_OK;
}

static void
test_ca_ids_that_are_none(void **state)
{
	place_write(*state, strange_ids);
}

static enum ka_store_status
change_ca(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_ca_row row = make_ca(1), changed = make_ca(2), other = make_ca(3), got;

	EXPECT(ka_tx_ca_insert(tx, NULL, &scope_a, &row) == KA_STORE_OK);
	EXPECT(ka_tx_ca_insert(tx, NULL, &scope_a, &other) == KA_STORE_OK);
	EXPECT(ka_tx_ca_insert(tx, NULL, &scope_b, &row) == KA_STORE_OK);
	/* All columns that may change come from the new row; the others must not. */
	memcpy(changed.id, row.id, sizeof(changed.id));
	EXPECT(ka_tx_ca_update(tx, &scope_a, &changed) == KA_STORE_OK);
	changed.der = row.der;
	memcpy(changed.subject_sha256, row.subject_sha256, 32);
	memcpy(changed.spki_sha256, row.spki_sha256, 32);
	changed.not_before = row.not_before;
	changed.not_after = row.not_after;
	changed.created = row.created;
	EXPECT(ka_tx_ca_get(tx, &got, &place->arena, &scope_a, row.id) == KA_STORE_OK && same_ca(&got, &changed));
	EXPECT(ka_tx_ca_get(tx, &got, &place->arena, &scope_a, other.id) == KA_STORE_OK && same_ca(&got, &other));
	EXPECT(ka_tx_ca_get(tx, &got, &place->arena, &scope_b, row.id) == KA_STORE_OK && same_ca(&got, &row));

	EXPECT(ka_tx_ca_delete(tx, &scope_a, row.id) == KA_STORE_OK);
	EXPECT(ka_tx_ca_delete(tx, &scope_a, row.id) == KA_STORE_NONE);
	EXPECT(ka_tx_ca_get(tx, &got, &place->arena, &scope_a, row.id) == KA_STORE_NONE);
	EXPECT(ka_tx_ca_get(tx, &got, &place->arena, &scope_b, row.id) == KA_STORE_OK);
	return KA_STORE_OK;
}

static void
test_ca_update_and_delete(void **state)
{
	place_write(*state, change_ca);
}

static enum ka_store_status
reuse(struct ka_tx *tx, void *arg)
{
	struct ka_ca_row row = make_ca(1);
	int64_t first, second;

	(void)arg;
	EXPECT(ka_tx_ca_insert(tx, &first, &scope_a, &row) == KA_STORE_OK);
	EXPECT(ka_tx_ca_delete(tx, &scope_a, row.id) == KA_STORE_OK);
	EXPECT(ka_tx_ca_insert(tx, &second, &scope_a, &row) == KA_STORE_OK);
	/* A page or an audit that stands at first must still see the second one. */
	EXPECT(second > first);
	return KA_STORE_OK;
}

static void
test_ca_seq_is_never_used_again(void **state)
{
	place_write(*state, reuse);
}

static enum ka_store_status
move_ca(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_ca_row row = make_ca(1), got, before;

	EXPECT(ka_tx_ca_move(tx, &scope_a, &scope_b, &row) == KA_STORE_NONE);
	EXPECT(ka_tx_ca_insert(tx, NULL, &scope_a, &row) == KA_STORE_OK);
	EXPECT(ka_tx_ca_get(tx, &before, &place->arena, &scope_a, row.id) == KA_STORE_OK);
	row.status = KA_CA_ACTIVE;
	row.transfer_to = NULL;
	EXPECT(ka_tx_ca_move(tx, &scope_a, &scope_b, &row) == KA_STORE_OK);
	EXPECT(ka_tx_ca_get(tx, &got, &place->arena, &scope_a, row.id) == KA_STORE_NONE);
	EXPECT(ka_tx_ca_get(tx, &got, &place->arena, &scope_b, row.id) == KA_STORE_OK);
	EXPECT(same_ca(&got, &row) && got.seq > before.seq);
	EXPECT(ka_tx_ca_insert(tx, NULL, &scope_a, &row) == KA_STORE_OK);
	EXPECT(ka_tx_ca_move(tx, &scope_a, &scope_b, &row) == KA_STORE_EXISTS);
	EXPECT(ka_tx_ca_get(tx, &got, &place->arena, &scope_a, row.id) == KA_STORE_OK);
	return KA_STORE_OK;
}

static void
test_ca_move(void **state)
{
	place_write(*state, move_ca);
}

static enum ka_store_status
ca_under_way(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_ca_row row = make_ca(1), still = make_ca(2), got, *list;
	struct ka_page page = { .limit = 10 };
	char source[KA_ACCOUNT_LEN + 1];
	size_t num;

	row.status = KA_CA_PENDING_TRANSFER;
	row.transfer_to = scope_b.account;
	still.transfer_to = NULL;
	EXPECT(ka_tx_ca_insert(tx, NULL, &scope_a, &row) == KA_STORE_OK);
	EXPECT(ka_tx_ca_insert(tx, NULL, &scope_a, &still) == KA_STORE_OK);
	EXPECT(ka_tx_ca_incoming(tx, &got, source, &place->arena, &scope_a, row.id) == KA_STORE_NONE);
	EXPECT(ka_tx_ca_incoming(tx, &got, source, &place->arena, &scope_b, still.id) == KA_STORE_NONE);
	EXPECT(ka_tx_ca_incoming(tx, &got, source, &place->arena, &scope_b, row.id) == KA_STORE_OK);
	EXPECT(same_ca(&got, &row) && strcmp(source, scope_a.account) == 0);
	EXPECT(ka_tx_ca_list(tx, &list, &num, &place->arena, &scope_a, &(struct ka_ca_filter){ .outgoing = true },
		   &page) == KA_STORE_OK);
	EXPECT(num == 1 && strcmp(list[0].id, row.id) == 0);
	EXPECT(ka_tx_ca_list(tx, &list, &num, &place->arena, &scope_b, &(struct ka_ca_filter){ .outgoing = true },
		   &page) == KA_STORE_OK);
	EXPECT(num == 0);
	return KA_STORE_OK;
}

static void
test_ca_under_way(void **state)
{
	place_write(*state, ca_under_way);
}

static enum ka_store_status
subjects(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_ca_row *list;
	uint8_t nobody[32] = { 99 };
	uint64_t count = 77;
	size_t num;

	for (unsigned i = 1; i <= 4; i++) {
		struct ka_ca_row row = make_ca(i);

		memset(row.subject_sha256, i == 4 ? 9 : 8, 32);
		EXPECT(ka_tx_ca_insert(tx, NULL, &scope_a, &row) == KA_STORE_OK);
		if (i == 1)
			EXPECT(ka_tx_ca_insert(tx, NULL, &scope_b, &row) == KA_STORE_OK);
	}
	struct ka_ca_row first = make_ca(1);
	memset(first.subject_sha256, 8, 32);
	EXPECT(ka_tx_ca_count_subject(tx, &count, &scope_a, first.subject_sha256) == KA_STORE_OK && count == 3);
	EXPECT(ka_tx_ca_count_subject(tx, &count, &scope_b, first.subject_sha256) == KA_STORE_OK && count == 1);
	EXPECT(ka_tx_ca_count_subject(tx, &count, &scope_a, nobody) == KA_STORE_OK && count == 0);
	EXPECT(ka_tx_ca_by_subject(tx, &list, &num, &place->arena, &scope_a, nobody) == KA_STORE_OK && num == 0);
	EXPECT(ka_tx_ca_by_subject(tx, &list, &num, &place->arena, &scope_a, first.subject_sha256) == KA_STORE_OK &&
	    num == 3);
	EXPECT(same_ca(&list[0], &first) && list[0].seq < list[1].seq && list[1].seq < list[2].seq);
	return KA_STORE_OK;
}

static void
test_ca_by_subject(void **state)
{
	place_write(*state, subjects);
}

static enum ka_store_status
owners(struct ka_tx *tx, void *arg)
{
	struct ka_ca_row row = make_ca(1);
	char owner[KA_ACCOUNT_LEN + 1];

	(void)arg;
	row.mode = KA_MODE_SNI_ONLY;
	EXPECT(ka_tx_ca_insert(tx, NULL, &scope_a, &row) == KA_STORE_OK);
	EXPECT(ka_tx_ca_default_owner(tx, owner, "us-east-1", row.id) == KA_STORE_NONE);
	row.mode = KA_MODE_DEFAULT;
	EXPECT(ka_tx_ca_insert(tx, NULL, &scope_b, &row) == KA_STORE_OK);
	EXPECT(
	    ka_tx_ca_default_owner(tx, owner, "us-east-1", row.id) == KA_STORE_OK && same_text(owner, scope_b.account));
	EXPECT(ka_tx_ca_default_owner(tx, owner, "us-west-2", row.id) == KA_STORE_NONE);
	return KA_STORE_OK;
}

static void
test_ca_default_owner(void **state)
{
	place_write(*state, owners);
}

/* Thirty CAs of a, some of b between them; lists must give each exactly once, in order, whatever the page size. */
static enum ka_store_status
fill(struct ka_tx *tx, void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < 30; i++) {
		struct ka_ca_row row = make_ca(i);

		row.template_name = i % 3 == 0 ? "every-third" : NULL;
		row.transfer_to = i % 10 == 5 ? "222222222222" : NULL;
		EXPECT(ka_tx_ca_insert(tx, NULL, &scope_a, &row) == KA_STORE_OK);
		EXPECT(i % 4 != 0 || ka_tx_ca_insert(tx, NULL, &scope_b, &row) == KA_STORE_OK);
		EXPECT(i % 4 != 1 || ka_tx_ca_insert(tx, NULL, &scope_a_west, &row) == KA_STORE_OK);
	}
	return KA_STORE_OK;
}

/* The numbers of make_ca in the order of a list, read in pages. */
static enum ka_store_status
collect(struct ka_tx *tx, struct ka_arena *arena, unsigned *out, size_t *out_num, const struct ka_scope *scope,
    const struct ka_ca_filter *filter, struct ka_page page)
{
	struct ka_ca_row *list;
	size_t num;

	*out_num = 0;
	do {
		EXPECT(ka_tx_ca_list(tx, &list, &num, arena, scope, filter, &page) == KA_STORE_OK);
		EXPECT(num <= page.limit);
		for (size_t i = 0; i < num; i++) {
			EXPECT(list[i].der.len == 0);
			EXPECT(*out_num < 100);
			out[(*out_num)++] = (unsigned)list[i].created - 1000;
			page.after_seq = list[i].seq;
		}
	} while (num > 0);
	return KA_STORE_OK;
}

static enum ka_store_status
pages(struct ka_tx *tx, void *arg)
{
	static const uint32_t limits[] = { 1, 7, 30, 100 };
	const struct ka_ca_filter all = { 0 }, third = { .template_name = "every-third" },
				  nothing = { .template_name = "none" }, incoming = { .transfer_to = "222222222222" };
	struct place *place = arg;
	unsigned got[100];
	size_t num;

	for (size_t l = 0; l < 4; l++) {
		struct ka_page up = { .ascending = true, .limit = limits[l] }, down = { .limit = limits[l] };

		EXPECT(collect(tx, &place->arena, got, &num, &scope_a, &all, up) == KA_STORE_OK && num == 30);
		for (unsigned i = 0; i < 30; i++)
			EXPECT(got[i] == i);
		EXPECT(collect(tx, &place->arena, got, &num, &scope_a, &all, down) == KA_STORE_OK && num == 30);
		for (unsigned i = 0; i < 30; i++)
			EXPECT(got[i] == 29 - i);
		EXPECT(collect(tx, &place->arena, got, &num, &scope_b, &all, up) == KA_STORE_OK && num == 8);
		EXPECT(collect(tx, &place->arena, got, &num, &scope_a, &third, up) == KA_STORE_OK && num == 10);
		for (unsigned i = 0; i < 10; i++)
			EXPECT(got[i] == 3 * i);
		EXPECT(collect(tx, &place->arena, got, &num, &scope_a, &third, down) == KA_STORE_OK && num == 10 &&
		    got[0] == 27);
		EXPECT(collect(tx, &place->arena, got, &num, &scope_a, &nothing, up) == KA_STORE_OK && num == 0);
		/* 5, 15, 25 of a; of b 4k only: none; of a_west another region. */
		EXPECT(collect(tx, &place->arena, got, &num, &scope_b, &incoming, up) == KA_STORE_OK && num == 3 &&
		    got[2] == 25);
		EXPECT(collect(tx, &place->arena, got, &num, &scope_a_west, &incoming, up) == KA_STORE_OK && num == 2);
	}
	return KA_STORE_OK;
}

static void
test_ca_list(void **state)
{
	place_write(*state, fill);
	place_read(*state, pages);
}

struct seen {
	size_t num, stop_at;
	int64_t last;
	bool good;
};

static bool
see(void *arg, const struct ka_ca_row *row)
{
	struct seen *seen = arg;
	struct ka_ca_row made = make_ca((unsigned)row->created - 1000);

	seen->good = seen->good && row->seq > seen->last && row->status == made.status &&
	    strcmp(row->id, made.id) == 0 && row->not_before == made.not_before && row->not_after == made.not_after &&
	    row->der.len == made.der.len && memcmp(row->der.data, made.der.data, made.der.len) == 0;
	seen->last = row->seq;
	return ++seen->num != seen->stop_at;
}

static enum ka_store_status
scans(struct ka_tx *tx, void *arg)
{
	const uint32_t active = 1u << KA_CA_ACTIVE, inactive = 1u << KA_CA_INACTIVE,
		       moving = 1u << KA_CA_PENDING_TRANSFER;
	struct ka_range range = { 0, INT64_MAX, active | inactive | moving, 1000 };
	struct seen all = { .good = true }, some = { .good = true }, few = { .good = true }, none = { .good = true },
		    stopped = { .good = true, .stop_at = 3 }, rest = { .good = true };

	(void)arg;
	EXPECT(ka_tx_ca_scan(tx, &scope_a, &range, see, &all) == KA_STORE_OK && all.good && all.num == 30);
	range.status_mask = active | moving;
	EXPECT(ka_tx_ca_scan(tx, &scope_a, &range, see, &some) == KA_STORE_OK && some.good && some.num == 20);
	range.status_mask = 0;
	EXPECT(ka_tx_ca_scan(tx, &scope_a, &range, see, &none) == KA_STORE_OK && none.num == 0);
	range.status_mask = active | inactive | moving;
	range.limit = 5;
	EXPECT(ka_tx_ca_scan(tx, &scope_a, &range, see, &few) == KA_STORE_OK && few.good && few.num == 5);
	EXPECT(ka_tx_ca_scan(tx, &scope_a, &range, see, &stopped) == KA_STORE_OK && stopped.num == 3);
	/* Behind the fifth, up to the last but one. */
	range = (struct ka_range){ few.last, all.last - 1, active | inactive | moving, 1000 };
	EXPECT(ka_tx_ca_scan(tx, &scope_a, &range, see, &rest) == KA_STORE_OK && rest.good && rest.num == 24);
	return KA_STORE_OK;
}

static void
test_ca_scan(void **state)
{
	place_write(*state, fill);
	place_read(*state, scans);
}

struct nested {
	struct ka_tx *tx;
	unsigned num;
	bool good;
};

static bool
see_inner(void *arg, const struct ka_ca_row *row)
{
	struct nested *nested = arg;

	(void)row;
	nested->num++;
	return true;
}

static bool
see_outer(void *arg, const struct ka_ca_row *row)
{
	struct nested *nested = arg;
	struct ka_range range = { 0, INT64_MAX, 0xff, 1000 };
	char id[KA_CERT_ID_LEN + 1];

	/* The same statement inside of itself, and one more: the row stays what it was. */
	memcpy(id, row->id, sizeof(id));
	nested->good = nested->good && ka_tx_ca_scan(nested->tx, &scope_b, &range, see_inner, nested) == KA_STORE_OK &&
	    strcmp(id, row->id) == 0;
	return true;
}

static enum ka_store_status
scan_in_scan(struct ka_tx *tx, void *arg)
{
	struct nested nested = { tx, 0, true };
	struct ka_range range = { 0, INT64_MAX, 0xff, 1000 };

	(void)arg;
	EXPECT(ka_tx_ca_scan(tx, &scope_a, &range, see_outer, &nested) == KA_STORE_OK);
	EXPECT(nested.good && nested.num == 30 * 8);
	return KA_STORE_OK;
}

static void
test_ca_scan_inside_of_a_scan(void **state)
{
	place_write(*state, fill);
	place_read(*state, scan_in_scan);
}

int
ca_tests(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ca_insert_and_get, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_ca_absent_and_empty_texts, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_ca_ids_that_are_none, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_ca_update_and_delete, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_ca_seq_is_never_used_again, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_ca_under_way, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_ca_move, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_ca_by_subject, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_ca_default_owner, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_ca_list, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_ca_scan, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_ca_scan_inside_of_a_scan, place_open, place_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
