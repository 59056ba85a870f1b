/* SPDX-License-Identifier: Apache-2.0 */
/* Revocation jobs, and the device certificates as reviews and exports see them. */
#include "server/store/revocation.h"
#include "server/store/store_test.h"

static struct ka_revocation_row
make_revocation(unsigned number)
{
	struct ka_revocation_row row = { .registered_after = 10 + number,
		.registered_before = 20 + number,
		.since = KA_SINCE_FIRST_FINDING,
		.last_seq = 30 + number,
		.status = KA_TASK_IN_PROGRESS,
		.started = 1000 + number,
		.cursor = 40 + number,
		.total = 50 + number,
		.examined = 60 + number,
		.revoked = 70 + number,
		.already_revoked = 80 + number,
		.in_transfer = 90 + number,
		.actor = "AKIA",
		.request = "request" };

	make_id(row.id, KA_REVOCATION_ID_LEN, number);
	make_id(row.ca_id, KA_CERT_ID_LEN, number % 2);
	return row;
}

static bool
same_revocation(const struct ka_revocation_row *a, const struct ka_revocation_row *b)
{
	return strcmp(a->id, b->id) == 0 && strcmp(a->ca_id, b->ca_id) == 0 && a->registered_after == b->registered_after &&
	    a->registered_before == b->registered_before && a->since == b->since && a->last_seq == b->last_seq &&
	    a->status == b->status && a->cancel_requested == b->cancel_requested && a->started == b->started &&
	    a->ended == b->ended && a->cursor == b->cursor && a->total == b->total && a->examined == b->examined &&
	    a->revoked == b->revoked && a->already_revoked == b->already_revoked && a->in_transfer == b->in_transfer &&
	    same_text(a->actor, b->actor) && same_text(a->request, b->request) && same_text(a->token, b->token) &&
	    same_text(a->message, b->message) && same_text(a->worker, b->worker) && a->lease_until == b->lease_until;
}

static enum ka_store_status
jobs(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_arena *arena = &place->arena;
	struct ka_revocation_row one = make_revocation(1), two = make_revocation(2), got, *rows;
	uint64_t count;
	size_t num;

	one.token = "token";
	EXPECT(ka_tx_revocation_update(tx, &scope_a, &one) == KA_STORE_NONE);
	EXPECT(ka_tx_revocation_insert(tx, &scope_a, &one) == KA_STORE_OK);
	EXPECT(ka_tx_revocation_insert(tx, &scope_a, &one) == KA_STORE_EXISTS);
	two.token = "token";
	EXPECT(ka_tx_revocation_insert(tx, &scope_a, &two) == KA_STORE_EXISTS);
	EXPECT(ka_tx_revocation_insert(tx, &scope_b, &two) == KA_STORE_OK); /* its token is its own */
	two.token = NULL;
	EXPECT(ka_tx_revocation_insert(tx, &scope_a, &two) == KA_STORE_OK);
	EXPECT(ka_tx_revocation_get(tx, &got, arena, &scope_a, one.id) == KA_STORE_OK && same_revocation(&got, &one));
	EXPECT(same_text(got.account, scope_a.account) && same_text(got.region, scope_a.region) && got.seq > 0);
	EXPECT(ka_tx_revocation_get(tx, &got, arena, &scope_b, one.id) == KA_STORE_NONE);
	EXPECT(ka_tx_revocation_by_token(tx, &got, arena, &scope_a, "token") == KA_STORE_OK && same_revocation(&got, &one));
	EXPECT(ka_tx_revocation_by_token(tx, &got, arena, &scope_a, "other") == KA_STORE_NONE);
	EXPECT(ka_tx_revocation_count_running(tx, &count, &scope_a) == KA_STORE_OK && count == 2);

	/* The oldest whose lease is free; nobody gets one twice. */
	EXPECT(ka_tx_revocation_claim(tx, &got, arena, "w", 100, 200) == KA_STORE_OK && strcmp(got.id, one.id) == 0);
	EXPECT(same_text(got.worker, "w") && got.lease_until == 200);
	EXPECT(ka_tx_revocation_claim(tx, &got, arena, "w", 100, 200) == KA_STORE_OK && strcmp(got.id, two.id) == 0);
	EXPECT(ka_tx_revocation_claim(tx, &got, arena, "w", 100, 200) == KA_STORE_OK);
	EXPECT(ka_tx_revocation_claim(tx, &got, arena, "v", 199, 300) == KA_STORE_NONE);
	EXPECT(ka_tx_revocation_claim(tx, &got, arena, "v", 200, 300) == KA_STORE_OK && strcmp(got.id, one.id) == 0);
	EXPECT(ka_tx_revocation_release_all(tx) == KA_STORE_OK);
	EXPECT(ka_tx_revocation_claim(tx, &got, arena, "v", 0, 300) == KA_STORE_OK && strcmp(got.id, one.id) == 0);

	struct ka_revocation_row changed = one;
	changed.status = KA_TASK_FAILED;
	changed.cancel_requested = true;
	changed.ended = 5000;
	changed.cursor = 1;
	changed.examined = 2;
	changed.revoked = 3;
	changed.already_revoked = 4;
	changed.in_transfer = 5;
	changed.message = "why";
	changed.worker = "x";
	changed.lease_until = 6;
	EXPECT(ka_tx_revocation_update(tx, &scope_a, &changed) == KA_STORE_OK);
	EXPECT(ka_tx_revocation_get(tx, &got, arena, &scope_a, one.id) == KA_STORE_OK && same_revocation(&got, &changed));
	EXPECT(ka_tx_revocation_count_running(tx, &count, &scope_a) == KA_STORE_OK && count == 1);
	EXPECT(ka_tx_revocation_list(tx, &rows, &num, arena, &scope_a, &(struct ka_revocation_filter){ 0 },
		   &(struct ka_page){ .limit = 9 }) == KA_STORE_OK);
	EXPECT(num == 2 && strcmp(rows[0].id, two.id) == 0);
	EXPECT(ka_tx_revocation_list(tx, &rows, &num, arena, &scope_a,
		   &(struct ka_revocation_filter){ .ca_id = one.ca_id, .status = KA_TASK_FAILED },
		   &(struct ka_page){ .limit = 9, .ascending = true }) == KA_STORE_OK);
	EXPECT(num == 1 && same_revocation(&rows[0], &changed));

	/* Only what has ended, and only before the time. */
	EXPECT(ka_tx_revocation_purge(tx, &count, 5000, 9) == KA_STORE_OK && count == 0);
	EXPECT(ka_tx_revocation_purge(tx, &count, 5001, 9) == KA_STORE_OK && count == 1);
	EXPECT(ka_tx_revocation_get(tx, &got, arena, &scope_a, one.id) == KA_STORE_NONE);
	return KA_STORE_OK;
}

static void
test_jobs(void **state)
{
	place_write(*state, jobs);
}

static enum ka_store_status
reviews(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_ca_row ca = make_ca(1);
	struct ka_device_row device, got, *rows;
	struct ka_device_filter filter = { .ca_id = ca.id, .registered_after = 103, .registered_before = 109 };
	uint64_t counts[KA_NUM_DEVICE_STATUSES];
	size_t num;

	for (unsigned i = 0; i < 12; i++) {
		device = make_device(i, ca.id);
		device.created = 100 + i;
		device.status = (enum ka_device_status)(1 + i % 6);
		EXPECT(ka_tx_device_insert(tx, NULL, &scope_a, &device) == KA_STORE_OK);
	}
	device = make_device(20, NULL);
	device.created = 105;
	EXPECT(ka_tx_device_insert(tx, NULL, &scope_a, &device) == KA_STORE_OK);
	/* 3 to 8: statuses 4, 5, 6, 1, 2, 3 */
	EXPECT(ka_tx_device_count(tx, counts, &scope_a, &filter) == KA_STORE_OK);
	for (unsigned i = KA_DEVICE_ACTIVE; i < KA_NUM_DEVICE_STATUSES; i++)
		EXPECT(counts[i] == 1);
	EXPECT(ka_tx_device_list(tx, &rows, &num, &place->arena, &scope_a, &filter, &(struct ka_page){ .limit = 99, .ascending = true }) ==
	    KA_STORE_OK);
	EXPECT(num == 6 && rows[0].created == 103 && rows[5].created == 108);
	filter.registered_before = 0;
	EXPECT(ka_tx_device_count(tx, counts, &scope_a, &filter) == KA_STORE_OK && counts[1] == 1 && counts[6] == 2);
	EXPECT(ka_tx_device_count(tx, counts, &scope_b, &filter) == KA_STORE_OK && counts[1] == 0 && counts[6] == 0);

	/* What has changed since it was seen is not revoked. */
	device = rows[0];
	device.customer_version++;
	EXPECT(ka_tx_device_revoke(tx, &scope_a, &device, 777) == KA_STORE_NONE);
	device = rows[0];
	device.status = KA_DEVICE_ACTIVE;
	EXPECT(ka_tx_device_revoke(tx, &scope_a, &device, 777) == KA_STORE_NONE);
	EXPECT(ka_tx_device_revoke(tx, &scope_b, &rows[0], 777) == KA_STORE_NONE);
	EXPECT(ka_tx_device_revoke(tx, &scope_a, &rows[0], 777) == KA_STORE_OK);
	EXPECT(ka_tx_device_get(tx, &got, &place->arena, &scope_a, rows[0].id) == KA_STORE_OK);
	EXPECT(got.status == KA_DEVICE_REVOKED && got.modified == 777 && got.customer_version == rows[0].customer_version + 1);
	EXPECT(ka_tx_device_revoke(tx, &scope_a, &rows[0], 777) == KA_STORE_NONE);
	return KA_STORE_OK;
}

static void
test_reviews(void **state)
{
	place_write(*state, reviews);
}

struct seen {
	unsigned num;
	bool sorted;
	char last[KA_CERT_ID_LEN + 1];
};

static bool
see(void *arg, const char *id)
{
	struct seen *seen = arg;

	seen->sorted = seen->sorted && strcmp(seen->last, id) < 0;
	(void)snprintf(seen->last, sizeof(seen->last), "%s", id);
	return ++seen->num < 100;
}

static bool
see_issued(void *arg, const struct ka_device_row *row)
{
	unsigned *num = arg;

	*num += row->status != KA_DEVICE_ACTIVE && row->der.len > 0 && row->modified > 0 ? 1 : 1000;
	return true;
}

static enum ka_store_status
exports(struct ka_tx *tx, void *arg)
{
	struct ka_ca_row good = make_ca(1), bad = make_ca(2);
	struct seen seen = { .sorted = true };
	unsigned issued = 0;

	(void)arg;
	good.status = KA_CA_INACTIVE;
	good.deactivated_by = NULL;
	bad.status = KA_CA_INACTIVE;
	bad.deactivated_by = "task";
	EXPECT(ka_tx_ca_insert(tx, NULL, &scope_a, &good) == KA_STORE_OK && ka_tx_ca_insert(tx, NULL, &scope_a, &bad) == KA_STORE_OK);
	for (unsigned i = 0; i < 20; i++) {
		struct ka_device_row device = make_device(40 - i, i % 2 == 0 ? good.id : bad.id);

		device.status = i % 4 < 2 ? KA_DEVICE_ACTIVE : KA_DEVICE_INACTIVE;
		EXPECT(ka_tx_device_insert(tx, NULL, &scope_a, &device) == KA_STORE_OK);
		EXPECT(ka_tx_device_insert(tx, NULL, &scope_b, &device) == KA_STORE_OK); /* which has no CA */
	}
	EXPECT(ka_tx_refused_devices(tx, &scope_a, see, &seen) == KA_STORE_OK && seen.num == 15 && seen.sorted);
	seen = (struct seen){ .sorted = true };
	EXPECT(ka_tx_refused_devices(tx, &scope_b, see, &seen) == KA_STORE_OK && seen.num == 10 && seen.sorted);
	seen = (struct seen){ .num = 98, .sorted = true };
	EXPECT(ka_tx_refused_devices(tx, &scope_b, see, &seen) == KA_STORE_OK && seen.num == 100);
	seen = (struct seen){ .sorted = true };
	EXPECT(ka_tx_refused_cas(tx, &scope_a, "", see, &seen) == KA_STORE_OK && seen.num == 1 && strcmp(seen.last, bad.id) == 0);
	EXPECT(ka_tx_refused_cas(tx, &scope_a, bad.id, see, &seen) == KA_STORE_OK && seen.num == 1);
	EXPECT(ka_tx_refused_cas(tx, &scope_a, good.id, see, &seen) == KA_STORE_OK && seen.num == 1 + (strcmp(good.id, bad.id) < 0));
	bad.status = KA_CA_ACTIVE;
	EXPECT(ka_tx_ca_update(tx, &scope_a, &bad) == KA_STORE_OK);
	seen = (struct seen){ .sorted = true };
	EXPECT(ka_tx_refused_cas(tx, &scope_a, "", see, &seen) == KA_STORE_OK && seen.num == 0);
	EXPECT(ka_tx_refused_devices(tx, &scope_a, see, &seen) == KA_STORE_OK && seen.num == 10);
	EXPECT(ka_tx_issued_refused(tx, bad.id, see_issued, &issued) == KA_STORE_OK && issued == 10); /* of both accounts */
	return KA_STORE_OK;
}

static void
test_exports(void **state)
{
	place_write(*state, exports);
}

int
revocation_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_jobs, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_reviews, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_exports, place_open, place_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
