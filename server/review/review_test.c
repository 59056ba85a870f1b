/* SPDX-License-Identifier: Apache-2.0 */
/* Revocation jobs: workers that vanish at any point, two that believe to have the job, certificates that change meanwhile,
 * cancellation. What is revoked, counted and logged is always what one undisturbed run leaves. */
#include <unistd.h>

#include "server/review/engine.h"
#include "server/review/step.h"
#include "server/store/store_test.h"

#define JOB "00112233445566778899aabbccddeeff"
#define NUM 90u
#define CHUNK 7u
#define LATER ((int64_t)1 << 50) /* when every lease has run out */

struct world {
	struct place *place;
	char ca_id[KA_CERT_ID_LEN + 1], other_ca[KA_CERT_ID_LEN + 1];
};

static struct world world;

/* Of 90 certificates: 60 of the CA, the others of another one; registered at 1000, 1001, ...; 6 statuses. */
static struct ka_device_row
device_at(unsigned i)
{
	struct ka_device_row row = make_device(1000 - i, i % 3 == 2 ? world.other_ca : world.ca_id);

	row.status = (enum ka_device_status)(1 + i / 3 % 6);
	row.created = 1000 + i;
	row.customer_version = 1;
	return row;
}

/* A reason to revoke: the CA's, registered from 1010 on, not after 1079. */
static bool
is_meant(const struct ka_device_row *row)
{
	return strcmp(row->ca_id, world.ca_id) == 0 && row->created >= 1010 && row->created < 1080;
}

static enum ka_store_status
fill(struct ka_tx *tx, void *arg)
{
	struct ka_revocation_row job = { .registered_after = 1010,
		.registered_before = 1080,
		.since = KA_SINCE_REQUEST,
		.status = KA_TASK_IN_PROGRESS,
		.started = 5000,
		.total = 46,
		.actor = "AKIAWHOASKED",
		.request = "request-1" };

	(void)arg;
	(void)snprintf(job.id, sizeof(job.id), JOB);
	(void)snprintf(job.ca_id, sizeof(job.ca_id), "%s", world.ca_id);
	for (unsigned i = 0; i < NUM; i++) {
		struct ka_device_row row = device_at(i);

		EXPECT(ka_tx_device_insert(tx, &job.last_seq, &scope_a, &row) == KA_STORE_OK);
		EXPECT(ka_tx_device_insert(tx, NULL, &scope_b, &row) == KA_STORE_OK);
	}
	/* Registered after the job began, however old its date is. */
	struct ka_device_row young = make_device(5000, world.ca_id);
	young.created = 1020;
	young.status = KA_DEVICE_ACTIVE;
	EXPECT(ka_tx_device_insert(tx, NULL, &scope_a, &young) == KA_STORE_OK);
	return ka_tx_revocation_insert(tx, &scope_a, &job);
}

static int
set_up(void **state)
{
	void *place;

	(void)state;
	(void)place_open(&place);
	world.place = place;
	make_id(world.ca_id, KA_CERT_ID_LEN, 70001);
	make_id(world.other_ca, KA_CERT_ID_LEN, 70002);
	place_write(world.place, fill);
	return 0;
}

static int
tear_down(void **state)
{
	void *place = world.place;

	(void)state;
	return place_close(&place);
}

/* --- what a run leaves --- */

static struct ka_revocation_row job;
static unsigned num_wrong, num_logged, num_ends;

static enum ka_store_status
look(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_device_row got;
	struct ka_log_row *log;
	size_t num;

	num_wrong = 0;
	for (unsigned i = 0; i < NUM; i++) {
		struct ka_device_row was = device_at(i), wanted = was;

		if (is_meant(&was) && was.status != KA_DEVICE_PENDING_TRANSFER && was.status != KA_DEVICE_REVOKED) {
			wanted.status = KA_DEVICE_REVOKED;
			wanted.customer_version = 2; /* once */
		}
		EXPECT(ka_tx_device_get(tx, &got, &place->arena, &scope_a, was.id) == KA_STORE_OK);
		wanted.modified = got.modified;
		num_wrong += !same_device(&got, &wanted);
		EXPECT(ka_tx_device_get(tx, &got, &place->arena, &scope_b, was.id) == KA_STORE_OK);
		num_wrong += !same_device(&got, &was);
	}
	EXPECT(ka_tx_log_list(tx, &log, &num, &place->arena, &scope_a, &(struct ka_log_filter){ 0 },
		   &(struct ka_page){ .limit = 1000 }) == KA_STORE_OK);
	num_logged = num_ends = 0;
	for (size_t i = 0; i < num; i++) {
		if (strcmp(log[i].action, "EndRevocation") == 0) {
			EXPECT(same_text(log[i].actor, "keyassayd:review") &&
			    same_text(log[i].resource, "arn:aws:iot:us-east-1:000000000000:revocation/" JOB));
			num_ends++;
			continue;
		}
		num_logged++;
		EXPECT(same_text(log[i].actor, "AKIAWHOASKED") && same_text(log[i].request, "request-1"));
		EXPECT(same_text(log[i].action, "RevokeDevices") && strstr(log[i].after, "\"revocationId\":\"" JOB "\"") != NULL);
		EXPECT(strstr(log[i].resource, "arn:aws:iot:us-east-1:000000000000:cert/") != NULL);
		for (size_t k = 0; k < i; k++)
			EXPECT(strcmp(log[i].resource, log[k].resource) != 0);
	}
	return ka_tx_revocation_get(tx, &job, &place->arena, &scope_a, JOB);
}

static enum ka_store_status
look_at_job(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;

	return ka_tx_revocation_get(tx, &job, &place->arena, &scope_a, JOB);
}

/* 46 certificates are meant: how many of each status follows from device_at. */
static void
assert_done(void)
{
	unsigned revoked = 0, already = 0, in_transfer = 0;

	for (unsigned i = 0; i < NUM; i++) {
		struct ka_device_row row = device_at(i);

		if (!is_meant(&row))
			continue;
		already += row.status == KA_DEVICE_REVOKED;
		in_transfer += row.status == KA_DEVICE_PENDING_TRANSFER;
		revoked += row.status != KA_DEVICE_REVOKED && row.status != KA_DEVICE_PENDING_TRANSFER;
	}
	place_read(world.place, look);
	assert_int_equal(num_wrong, 0);
	assert_int_equal(job.status, KA_TASK_COMPLETED);
	assert_int_equal(job.revoked, revoked);
	assert_int_equal(job.already_revoked, already);
	assert_int_equal(job.in_transfer, in_transfer);
	assert_int_equal(job.examined, revoked + already + in_transfer);
	assert_int_equal(num_logged, revoked);
	assert_int_equal(num_ends, 1);
	assert_true(job.ended > 0 && job.worker == NULL && job.lease_until == 0);
	assert_true(revoked > 25 && already > 5 && in_transfer > 5);
}

/* --- workers by hand --- */

struct claim {
	const char *worker;
	int64_t now;
	struct ka_arena arena;
};

static enum ka_store_status
claim(struct ka_tx *tx, void *arg)
{
	struct claim *c = arg;
	struct ka_revocation_row row;

	return ka_tx_revocation_claim(tx, &row, &c->arena, c->worker, c->now, c->now + 1000);
}

static bool
claims(const struct ka_review_step *step, int64_t now)
{
	struct claim c = { .worker = step->worker, .now = now };
	enum ka_store_status status = ka_store_write(world.place->store, claim, &c);

	ka_arena_clear(&c.arena);
	return status == KA_STORE_OK;
}

static struct ka_review_step
new_worker(const char *name, uint32_t chunk)
{
	return (struct ka_review_step){ .scope = scope_a, .id = JOB, .worker = name, .lease_ms = 1000, .chunk = chunk };
}

static void
reads(struct ka_review_step *step)
{
	assert_int_equal(ka_store_read(world.place->store, ka_review_step_read, step), KA_STORE_OK);
}

static enum ka_review_outcome
stores(struct ka_review_step *step)
{
	assert_int_equal(ka_store_write(world.place->store, ka_review_step_store, step), KA_STORE_OK);
	return step->outcome;
}

static unsigned num_half_steps;

static void
finish(struct ka_review_step *step)
{
	do {
		reads(step);
		num_half_steps += 2;
	} while (stores(step) == KA_REVIEW_CONTINUES);
	assert_int_equal(step->outcome, KA_REVIEW_ENDED);
	ka_arena_clear(&step->arena);
}

static void
test_undisturbed(void **state)
{
	struct ka_review_step worker = new_worker("only", CHUNK);

	(void)state;
	assert_true(claims(&worker, 1));
	num_half_steps = 0;
	finish(&worker);
	assert_true(num_half_steps >= 2 * (46 / CHUNK));
	assert_done();
}

/* A worker does so many half steps and is never heard of again; when its lease has run out, another one goes on. */
static void
test_crashes(void **state)
{
	unsigned num = num_half_steps;

	(void)state;
	for (unsigned crash = 0; crash + 1 < num; crash++) {
		(void)set_up(NULL);
		struct ka_review_step dead = new_worker("dead", CHUNK), heir = new_worker("heir", 5);
		assert_true(claims(&dead, 1));
		for (unsigned i = 0; i < crash; i++) {
			if (i % 2 == 0)
				reads(&dead);
			else
				(void)stores(&dead);
		}
		assert_false(claims(&heir, 2));
		assert_true(claims(&heir, LATER));
		finish(&heir);
		assert_done();
		ka_arena_clear(&dead.arena);
		(void)tear_down(NULL);
	}
}

/* It was only slow: when it comes back, nothing is revoked or logged a second time. */
static void
test_late_worker(void **state)
{
	struct ka_review_step late = new_worker("late", CHUNK), heir = new_worker("heir", CHUNK);

	(void)state;
	assert_true(claims(&late, 1));
	reads(&late);
	assert_true(claims(&heir, LATER));
	assert_int_equal(stores(&late), KA_REVIEW_LOST);
	reads(&heir);
	assert_int_equal(stores(&heir), KA_REVIEW_CONTINUES);
	/* Even if it gets the job back: the place has moved on. */
	assert_true(claims(&late, LATER + 5000));
	assert_int_equal(stores(&late), KA_REVIEW_LOST);
	reads(&late);
	assert_int_equal(stores(&late), KA_REVIEW_CONTINUES);
	assert_int_equal(stores(&late), KA_REVIEW_LOST); /* the same once more */
	assert_int_equal(stores(&heir), KA_REVIEW_LOST);
	finish(&late);
	assert_int_equal(stores(&late), KA_REVIEW_LOST); /* it has ended */
	assert_done();
	ka_arena_clear(&late.arena);
	ka_arena_clear(&heir.arena);
}

static enum ka_store_status
change(struct ka_tx *tx, void *arg)
{
	struct ka_review_step *step = arg;
	struct ka_device_row row = step->devices[3];

	EXPECT(ka_tx_device_delete(tx, &scope_a, step->devices[1].id) == KA_STORE_OK);
	row.status = KA_DEVICE_PENDING_TRANSFER;
	row.transfer_to = scope_b.account;
	row.customer_version++;
	return ka_tx_device_update(tx, &scope_a, &row);
}

/* Between reading and storing one was deleted and one was given into a transfer. */
static void
test_changed_meanwhile(void **state)
{
	struct ka_review_step worker = new_worker("w", 60);
	unsigned num_steps = 0;

	(void)state;
	assert_true(claims(&worker, 1));
	reads(&worker);
	/* The chunk's statuses in order: 4, 5, 5, 6, 6, 1, 1, ...; of 1010 on. */
	assert_int_equal(worker.devices[1].status, KA_DEVICE_REGISTER_INACTIVE);
	assert_int_equal(worker.devices[3].status, KA_DEVICE_PENDING_ACTIVATION);
	assert_int_equal(ka_store_write(world.place->store, change, &worker), KA_STORE_OK);
	do {
		num_steps++;
		assert_true(num_steps < 10);
		if (num_steps > 1)
			reads(&worker);
	} while (stores(&worker) == KA_REVIEW_CONTINUES);
	assert_int_equal(worker.outcome, KA_REVIEW_ENDED);
	assert_int_equal(num_steps, 2); /* the second one sees both as they are now */
	assert_int_equal(worker.status, KA_TASK_COMPLETED);
	ka_arena_clear(&worker.arena);
	struct ka_revocation_row changed;
	place_read(world.place, look_at_job);
	changed = job;
	/* The same without anybody who changes something. */
	(void)tear_down(NULL);
	(void)set_up(NULL);
	assert_true(claims(&worker, 1));
	finish(&worker);
	place_read(world.place, look_at_job);
	assert_int_equal(changed.examined, job.examined - 1);
	assert_int_equal(changed.revoked, job.revoked - 2);
	assert_int_equal(changed.in_transfer, job.in_transfer + 1);
}

static enum ka_store_status
cancel(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_revocation_row row;

	EXPECT(ka_tx_revocation_get(tx, &row, &place->arena, &scope_a, JOB) == KA_STORE_OK);
	row.cancel_requested = true;
	return ka_tx_revocation_update(tx, &scope_a, &row);
}

/* What was revoked stays so, the chunk under way is dropped. */
static void
test_canceled(void **state)
{
	struct ka_review_step worker = new_worker("w", CHUNK);

	(void)state;
	assert_true(claims(&worker, 1));
	reads(&worker);
	assert_int_equal(stores(&worker), KA_REVIEW_CONTINUES);
	reads(&worker);
	place_write(world.place, cancel);
	assert_int_equal(stores(&worker), KA_REVIEW_ENDED);
	place_read(world.place, look);
	assert_int_equal(job.status, KA_TASK_CANCELED);
	assert_int_equal(job.examined, CHUNK);
	assert_int_equal(num_logged, job.revoked);
	assert_true(job.revoked > 0 && num_wrong > 0);
	ka_arena_clear(&worker.arena);
}

static void
test_given_up(void **state)
{
	struct ka_review_step worker = new_worker("w", CHUNK), other = new_worker("v", CHUNK);

	(void)state;
	assert_true(claims(&worker, 1));
	assert_int_equal(ka_store_write(world.place->store, ka_review_step_give_up, &other), KA_STORE_OK);
	assert_int_equal(other.outcome, KA_REVIEW_LOST); /* not its job */
	assert_int_equal(ka_store_write(world.place->store, ka_review_step_give_up, &worker), KA_STORE_OK);
	assert_int_equal(worker.outcome, KA_REVIEW_ENDED);
	place_read(world.place, look);
	assert_int_equal(job.status, KA_TASK_FAILED);
	assert_non_null(strstr(job.message, "database failed"));
}

/* --- engines --- */

static void
wait_for_end(void)
{
	do {
		(void)usleep(2000);
		place_read(world.place, look_at_job);
	} while (job.status == KA_TASK_IN_PROGRESS);
}

/* Engines of two nodes on one database, leases of a moment. */
static void
test_two_engines(void **state)
{
	const struct ka_review_options options = { .num_workers = 3, .lease_ms = 20, .poll_ms = 1, .chunk = 2 };
	struct ka_server one = { .store = world.place->store }, two = { 0 };
	char message[KA_STORE_MESSAGE_LEN];

	(void)state;
	two.store = ka_store_open(message, world.place->url, 0);
	assert_non_null(two.store);
	ka_store_log_key(two.store, place_key);
	struct ka_review *a = ka_review_start(&one, &options), *b = ka_review_start(&two, &options);
	assert_true(a != NULL && b != NULL);
	ka_review_wake(a);
	wait_for_end();
	ka_review_stop(a);
	ka_review_stop(b);
	ka_store_close(two.store);
	assert_done();
}

/* An engine that stops gives its job back; one that starts alone takes up what a dead one left. */
static void
test_stop_and_restart(void **state)
{
	struct ka_server server = { .store = world.place->store };
	struct ka_review_step dead = new_worker("dead", CHUNK);

	(void)state;
	assert_true(claims(&dead, LATER));
	reads(&dead);
	assert_int_equal(stores(&dead), KA_REVIEW_CONTINUES);
	ka_arena_clear(&dead.arena);
	for (unsigned i = 0; i < 100; i++) {
		struct ka_review *review =
		    ka_review_start(&server, &(struct ka_review_options){ .num_workers = 1, .is_only = true, .chunk = 1 });

		assert_non_null(review);
		(void)usleep(500);
		ka_review_stop(review);
		place_read(world.place, look_at_job);
		assert_true(job.worker == NULL && job.lease_until == 0);
	}
	struct ka_review *review = ka_review_start(&server, &(struct ka_review_options){ .num_workers = 1 });
	assert_non_null(review);
	wait_for_end();
	ka_review_stop(review);
	assert_done();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_undisturbed, set_up, tear_down),
		cmocka_unit_test(test_crashes),
		cmocka_unit_test_setup_teardown(test_late_worker, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_changed_meanwhile, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_canceled, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_given_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_two_engines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_stop_and_restart, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
