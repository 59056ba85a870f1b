/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/store_test.h"

static char ca_one[KA_CERT_ID_LEN + 1], ca_two[KA_CERT_ID_LEN + 1];

static int
set_up(void **state)
{
	make_id(ca_one, KA_CERT_ID_LEN, 1);
	make_id(ca_two, KA_CERT_ID_LEN, 2);
	return place_open(state);
}

static enum ka_store_status
one_device(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_device_row row = make_device(1, ca_one), alone = make_device(2, ""), got;
	int64_t seq = 0, last = -1;

	EXPECT(ka_tx_device_last_seq(tx, &last) == KA_STORE_OK && last == 0);
	EXPECT(ka_tx_device_get(tx, &got, &place->arena, &scope_a, row.id) == KA_STORE_NONE);
	EXPECT(ka_tx_device_update(tx, &scope_a, &row) == KA_STORE_NONE);
	EXPECT(ka_tx_device_insert(tx, &seq, &scope_a, &row) == KA_STORE_OK && seq > 0);
	EXPECT(ka_tx_device_insert(tx, NULL, &scope_a, &row) == KA_STORE_EXISTS);
	EXPECT(ka_tx_device_insert(tx, NULL, &scope_a_west, &row) == KA_STORE_OK);
	EXPECT(ka_tx_device_get(tx, &got, &place->arena, &scope_a, row.id) == KA_STORE_OK);
	EXPECT(got.seq == seq && same_device(&got, &row));
	alone.previous_owner = alone.transfer_to = alone.transfer_message = alone.reject_reason = alone.deactivated_by =
	    NULL;
	EXPECT(ka_tx_device_insert(tx, NULL, &scope_a, &alone) == KA_STORE_OK);
	EXPECT(
	    ka_tx_device_get(tx, &got, &place->arena, &scope_a, alone.id) == KA_STORE_OK && same_device(&got, &alone));
	EXPECT(ka_tx_device_last_seq(tx, &last) == KA_STORE_OK && last == got.seq);
	return KA_STORE_OK;
}

static void
test_device_insert_and_get(void **state)
{
	place_write(*state, one_device);
}

static enum ka_store_status
change_device(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_device_row row = make_device(1, ca_one), changed = make_device(2, ca_two), got;

	EXPECT(ka_tx_device_insert(tx, NULL, &scope_a, &row) == KA_STORE_OK);
	EXPECT(ka_tx_device_insert(tx, NULL, &scope_b, &row) == KA_STORE_OK);
	memcpy(changed.id, row.id, sizeof(changed.id));
	EXPECT(ka_tx_device_update(tx, &scope_a, &changed) == KA_STORE_OK);
	changed.der = row.der;
	changed.not_before = row.not_before;
	changed.not_after = row.not_after;
	changed.created = row.created;
	EXPECT(
	    ka_tx_device_get(tx, &got, &place->arena, &scope_a, row.id) == KA_STORE_OK && same_device(&got, &changed));
	EXPECT(ka_tx_device_get(tx, &got, &place->arena, &scope_b, row.id) == KA_STORE_OK && same_device(&got, &row));
	EXPECT(ka_tx_device_delete(tx, &scope_a, row.id) == KA_STORE_OK);
	EXPECT(ka_tx_device_delete(tx, &scope_a, row.id) == KA_STORE_NONE);
	EXPECT(ka_tx_device_get(tx, &got, &place->arena, &scope_b, row.id) == KA_STORE_OK);
	return KA_STORE_OK;
}

static void
test_device_update_and_delete(void **state)
{
	place_write(*state, change_device);
}

static enum ka_store_status
move_device(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_device_row row = make_device(1, ca_one), got;

	EXPECT(ka_tx_device_move(tx, &scope_a, &scope_b, &row) == KA_STORE_NONE);
	EXPECT(ka_tx_device_insert(tx, NULL, &scope_a, &row) == KA_STORE_OK);
	row.status = KA_DEVICE_ACTIVE;
	row.previous_owner = scope_a.account;
	EXPECT(ka_tx_device_move(tx, &scope_a, &scope_b, &row) == KA_STORE_OK);
	EXPECT(ka_tx_device_get(tx, &got, &place->arena, &scope_a, row.id) == KA_STORE_NONE);
	EXPECT(ka_tx_device_get(tx, &got, &place->arena, &scope_b, row.id) == KA_STORE_OK && same_device(&got, &row));
	EXPECT(ka_tx_device_insert(tx, NULL, &scope_a, &row) == KA_STORE_OK);
	EXPECT(ka_tx_device_move(tx, &scope_a, &scope_b, &row) == KA_STORE_EXISTS);
	EXPECT(ka_tx_device_get(tx, &got, &place->arena, &scope_a, row.id) == KA_STORE_OK);
	return KA_STORE_OK;
}

static void
test_device_move(void **state)
{
	place_write(*state, move_device);
}

static enum ka_store_status
device_under_way(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_device_row row = make_device(1, ca_one), got;
	char source[KA_ACCOUNT_LEN + 1];

	row.status = KA_DEVICE_PENDING_TRANSFER;
	row.transfer_to = scope_b.account;
	row.previous_owner = NULL;
	EXPECT(ka_tx_device_insert(tx, NULL, &scope_a, &row) == KA_STORE_OK);
	EXPECT(ka_tx_device_incoming(tx, &got, source, &place->arena, &scope_a, row.id) == KA_STORE_NONE);
	EXPECT(ka_tx_device_incoming(tx, &got, source, &place->arena, &scope_b, make_device(2, ca_one).id) ==
	    KA_STORE_NONE);
	EXPECT(ka_tx_device_incoming(tx, &got, source, &place->arena,
		   &(struct ka_scope){ scope_b.account, "nowhere-1" }, row.id) == KA_STORE_NONE);
	EXPECT(ka_tx_device_incoming(tx, &got, source, &place->arena, &scope_b, row.id) == KA_STORE_OK);
	EXPECT(same_device(&got, &row) && strcmp(source, scope_a.account) == 0);
	EXPECT(ka_tx_device_handed_over(tx, &scope_a, row.id) == KA_STORE_NONE);
	/* What is not under way any more keeps no claim. */
	row.status = KA_DEVICE_INACTIVE;
	EXPECT(ka_tx_device_update(tx, &scope_a, &row) == KA_STORE_OK);
	EXPECT(ka_tx_device_incoming(tx, &got, source, &place->arena, &scope_b, row.id) == KA_STORE_NONE);
	row.previous_owner = scope_a.account;
	EXPECT(ka_tx_device_move(tx, &scope_a, &scope_b, &row) == KA_STORE_OK);
	EXPECT(ka_tx_device_handed_over(tx, &scope_a, row.id) == KA_STORE_OK);
	EXPECT(ka_tx_device_handed_over(tx, &scope_b, row.id) == KA_STORE_NONE);
	return KA_STORE_OK;
}

static void
test_device_under_way(void **state)
{
	place_write(*state, device_under_way);
}

/* 60 devices: number n has status 1 + n % 6, created 1000 + n; two of three are of the first CA. */
static enum ka_store_status
fill(struct ka_tx *tx, void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < 60; i++) {
		struct ka_device_row row = make_device(i, i % 3 == 2 ? ca_two : ca_one);

		row.transfer_to = i % 2 == 0 ? "222222222222" : "333333333333";
		EXPECT(ka_tx_device_insert(tx, NULL, &scope_a, &row) == KA_STORE_OK);
		EXPECT(i % 4 != 0 || ka_tx_device_insert(tx, NULL, &scope_a_west, &row) == KA_STORE_OK);
	}
	return KA_STORE_OK;
}

/* Whether a device of fill passes a filter: said again in C, so that the SQL has something to be compared with. */
static bool
passes(unsigned i, const struct ka_device_filter *filter)
{
	unsigned status = 1 + i % 6;

	if (filter->ca_id != NULL && strcmp(filter->ca_id, i % 3 == 2 ? ca_two : ca_one) != 0)
		return false;
	if (filter->registered_after != 0 && 1000 + (int64_t)i < filter->registered_after)
		return false;
	if (filter->status_mask != 0 && (filter->status_mask >> status & 1) == 0)
		return false;
	if (filter->outgoing && status != KA_DEVICE_PENDING_TRANSFER)
		return false;
	return filter->transfer_to == NULL ||
	    (status == KA_DEVICE_PENDING_TRANSFER &&
		strcmp(filter->transfer_to, i % 2 == 0 ? "222222222222" : "333333333333") == 0);
}

static enum ka_store_status
check_list(struct ka_tx *tx, struct place *place, const struct ka_device_filter *filter, struct ka_page page)
{
	struct ka_device_row *list;
	size_t num, place_in_list = 0, num_expected = 0;
	unsigned expected[60];

	for (unsigned i = 0; i < 60; i++) {
		unsigned number = page.ascending ? i : 59 - i;

		if (passes(number, filter))
			expected[num_expected++] = number;
	}
	do {
		/* Incoming transfers are those to an account, whoever asks. */
		const struct ka_scope *scope = filter->transfer_to != NULL ? &scope_b : &scope_a;

		EXPECT(ka_tx_device_list(tx, &list, &num, &place->arena, scope, filter, &page) == KA_STORE_OK);
		EXPECT(num <= page.limit && place_in_list + num <= num_expected);
		for (size_t i = 0; i < num; i++) {
			EXPECT(list[i].der.len == 0);
			EXPECT((unsigned)list[i].created - 1000 == expected[place_in_list++]);
			page.after_seq = list[i].seq;
		}
	} while (num > 0);
	EXPECT(place_in_list == num_expected);
	return KA_STORE_OK;
}

static enum ka_store_status
lists(struct ka_tx *tx, void *arg)
{
	static const uint32_t masks[] = { 0, 1u << KA_DEVICE_ACTIVE, 1u << KA_DEVICE_ACTIVE | 1u << KA_DEVICE_REVOKED,
		1u << 6 };
	static const int64_t afters[] = { 0, 1, 1017, 1059, 1060 };
	static const uint32_t limits[] = { 1, 9, 100 };
	const char *const cas[] = { NULL, ca_one, ca_two };

	for (unsigned i = 0; i < 3 * 5 * 4 * 3 * 3 * 2; i++) {
		struct ka_device_filter filter = { .ca_id = cas[i % 3],
			.registered_after = afters[i / 3 % 5],
			.status_mask = masks[i / 15 % 4],
			.outgoing = i / 60 % 3 == 1,
			.transfer_to = i / 60 % 3 == 2 ? "222222222222" : NULL };
		struct ka_page page = { .ascending = i / 540 == 0, .limit = limits[i / 180 % 3] };

		EXPECT(check_list(tx, arg, &filter, page) == KA_STORE_OK);
	}
	return KA_STORE_OK;
}

static void
test_device_list_with_every_filter(void **state)
{
	place_write(*state, fill);
	place_read(*state, lists);
}

static enum ka_store_status
unknown_ca(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_device_filter filter = { .ca_id = "not an id" };
	struct ka_page page = { .ascending = true, .limit = 10 };
	struct ka_device_row *list;
	size_t num;

	EXPECT(ka_tx_device_list(tx, &list, &num, &place->arena, &scope_a, &filter, &page) == KA_STORE_OK && num == 0);
	return KA_STORE_OK;
}

static void
test_device_list_of_no_ca(void **state)
{
	place_write(*state, fill);
	place_read(*state, unknown_ca);
}

struct seen {
	unsigned num;
	int64_t last;
	bool good;
};

static bool
see(void *arg, const struct ka_device_row *row)
{
	struct seen *seen = arg;
	unsigned number = (unsigned)row->created - 1000;
	struct ka_device_row made = make_device(number, number % 3 == 2 ? ca_two : ca_one);

	seen->good = seen->good && row->seq > seen->last && row->status == made.status &&
	    strcmp(row->id, made.id) == 0 && strcmp(row->ca_id, made.ca_id) == 0 &&
	    row->not_before == made.not_before && row->not_after == made.not_after && row->der.len == made.der.len &&
	    memcmp(row->der.data, made.der.data, made.der.len) == 0;
	seen->last = row->seq;
	return ++seen->num < 25;
}

static enum ka_store_status
scans(struct ka_tx *tx, void *arg)
{
	struct ka_range range = { 0, INT64_MAX, 1u << KA_DEVICE_ACTIVE | 1u << KA_DEVICE_PENDING_TRANSFER, 1000 };
	struct seen some = { .good = true }, stopped = { .good = true }, rest = { .good = true };

	(void)arg;
	EXPECT(ka_tx_device_scan(tx, &scope_a, &range, see, &some) == KA_STORE_OK && some.good && some.num == 20);
	range.status_mask = 0x7f;
	EXPECT(
	    ka_tx_device_scan(tx, &scope_a, &range, see, &stopped) == KA_STORE_OK && stopped.good && stopped.num == 25);
	range = (struct ka_range){ stopped.last, some.last, 0x7f, 10 };
	EXPECT(ka_tx_device_scan(tx, &scope_a, &range, see, &rest) == KA_STORE_OK && rest.good && rest.num == 10);
	EXPECT(ka_tx_device_scan(tx, &scope_b, &range, see, &rest) == KA_STORE_OK && rest.num == 10);
	return KA_STORE_OK;
}

static void
test_device_scan(void **state)
{
	place_write(*state, fill);
	place_read(*state, scans);
}

int
device_tests(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_device_insert_and_get, set_up, place_close),
		cmocka_unit_test_setup_teardown(test_device_update_and_delete, set_up, place_close),
		cmocka_unit_test_setup_teardown(test_device_under_way, set_up, place_close),
		cmocka_unit_test_setup_teardown(test_device_move, set_up, place_close),
		cmocka_unit_test_setup_teardown(test_device_list_with_every_filter, set_up, place_close),
		cmocka_unit_test_setup_teardown(test_device_list_of_no_ca, set_up, place_close),
		cmocka_unit_test_setup_teardown(test_device_scan, set_up, place_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
