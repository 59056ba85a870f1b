/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs come back in the order in which they were given, each done once, whatever the threads do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "common/ordered.h"

#define NUM_JOBS 2000u

struct job {
	unsigned number, times_done;
	char *memory;
};

static atomic_uint num_workers, num_cleared;

static void *
worker_new(void *arg)
{
	atomic_fetch_add(&num_workers, 1);
	return arg;
}

static void
worker_free(void *worker)
{
	assert_ptr_equal(worker, &num_workers);
	atomic_fetch_sub(&num_workers, 1);
}

/* Some take long, so that later ones overtake them. */
static void
work(void *worker, void *arg)
{
	struct job *job = arg;

	(void)worker;
	if (job->number % 7 == 0)
		(void)nanosleep(&(struct timespec){ .tv_nsec = 200000 }, NULL);
	job->times_done++;
	if (job->memory == NULL)
		job->memory = malloc(1);
}

static void
clear(void *arg)
{
	free(((struct job *)arg)->memory);
	atomic_fetch_add(&num_cleared, 1);
}

static const struct ka_ordered_work works = { sizeof(struct job), &num_workers, worker_new, work, worker_free, clear };

static void
run(unsigned threads, size_t room)
{
	struct ka_ordered *ordered = ka_ordered_new(&works, threads, room);
	unsigned given = 0, taken = 0;
	struct job *job;

	assert_null(ka_ordered_take(ordered, true));
	while (taken < NUM_JOBS) {
		if (given < NUM_JOBS && (job = ka_ordered_next(ordered)) != NULL) {
			assert_ptr_equal(job, ka_ordered_next(ordered));
			job->number = given++;
			job->times_done = 0;
			ka_ordered_give(ordered);
		}
		bool must_wait = given == NUM_JOBS || ka_ordered_next(ordered) == NULL;
		assert_true(given - taken <= room);
		while ((job = ka_ordered_take(ordered, must_wait)) != NULL) {
			assert_int_equal(job->number, taken++);
			assert_int_equal(job->times_done, 1);
			ka_ordered_done(ordered);
			must_wait = given == NUM_JOBS;
		}
	}
	atomic_store(&num_cleared, 0);
	ka_ordered_free(ordered);
	assert_int_equal(atomic_load(&num_workers), 0);
	assert_int_equal(atomic_load(&num_cleared), room);
}

static void
order_is_kept(void **state)
{
	static const unsigned threads[] = { 0, 1, 2, 8 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		run(threads[i], 1);
		run(threads[i], 2);
		run(threads[i], 18);
	}
}

static void
what_is_not_taken_is_done_and_freed(void **state)
{
	struct ka_ordered *ordered = ka_ordered_new(&works, 3, 10);

	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		((struct job *)ka_ordered_next(ordered))->number = 0;
		ka_ordered_give(ordered);
	}
	assert_null(ka_ordered_next(ordered));
	ka_ordered_free(ordered);
	assert_int_equal(atomic_load(&num_workers), 0);
	ka_ordered_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_is_kept),
		cmocka_unit_test(what_is_not_taken_is_done_and_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
