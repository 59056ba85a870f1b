/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting ends when it should: on a wake-up, also one that came before the wait, at the end of the time, at the stop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "server/clock.h"
#include "server/wake.h"

#define LONG 600000 /* milliseconds: nobody waits that long */
#define NUM_THREADS 4u

static int
set_up(void **state)
{
	static struct ka_wake wake;

	ka_wake_init(&wake);
	*state = &wake;
	return 0;
}

static int
tear_down(void **state)
{
	ka_wake_clear(*state);
	return 0;
}

static void
test_time_ends(void **state)
{
	struct ka_wake *wake = *state;
	int64_t start = ka_clock_monotonic();

	ka_wake_wait(wake, ka_wake_seen(wake), 30);
	assert_true(ka_clock_monotonic() - start >= 30000000);
	/* Over the end of a second, too. */
	ka_wake_wait(wake, ka_wake_seen(wake), 1001);
	assert_true(ka_clock_monotonic() - start >= 1031000000);
}

/* What comes between looking for work and waiting for it is not slept through. */
static void
test_wake_before_wait(void **state)
{
	struct ka_wake *wake = *state;
	uint64_t seen = ka_wake_seen(wake);
	int64_t start = ka_clock_monotonic();

	ka_wake_up(wake);
	ka_wake_wait(wake, seen, LONG);
	assert_true(ka_clock_monotonic() - start < (int64_t)LONG * 1000000 / 2);
	/* But only once. */
	start = ka_clock_monotonic();
	ka_wake_wait(wake, ka_wake_seen(wake), 20);
	assert_true(ka_clock_monotonic() - start >= 20000000);
}

static void
test_stop(void **state)
{
	struct ka_wake *wake = *state;
	int64_t start = ka_clock_monotonic();

	assert_false(ka_wake_stops(wake));
	ka_wake_stop(wake);
	assert_true(ka_wake_stops(wake));
	ka_wake_wait(wake, ka_wake_seen(wake), LONG);
	assert_true(ka_clock_monotonic() - start < (int64_t)LONG * 1000000 / 2);
}

struct sleeper {
	struct ka_wake *wake;
	uint64_t num; /* wake-ups that it saw */
	pthread_t thread;
};

/* Sleeps and counts until it is told to stop. */
static void *
sleep_and_count(void *arg)
{
	struct sleeper *sleeper = arg;
	uint64_t seen = ka_wake_seen(sleeper->wake);

	while (!ka_wake_stops(sleeper->wake)) {
		ka_wake_wait(sleeper->wake, seen, LONG);
		uint64_t now = ka_wake_seen(sleeper->wake);
		sleeper->num += now - seen;
		seen = now;
	}
	return NULL;
}

static void
test_threads(void **state)
{
	struct ka_wake *wake = *state;
	struct sleeper sleepers[NUM_THREADS] = { 0 };
	int64_t start = ka_clock_monotonic();

	for (unsigned i = 0; i < NUM_THREADS; i++) {
		sleepers[i].wake = wake;
		assert_int_equal(pthread_create(&sleepers[i].thread, NULL, sleep_and_count, &sleepers[i]), 0);
	}
	for (unsigned i = 0; i < 1000; i++)
		ka_wake_up(wake);
	ka_wake_stop(wake);
	for (unsigned i = 0; i < NUM_THREADS; i++) {
		assert_int_equal(pthread_join(sleepers[i].thread, NULL), 0);
		assert_true(sleepers[i].num <= 1001);
	}
	assert_true(ka_clock_monotonic() - start < (int64_t)LONG * 1000000 / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_time_ends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_wake_before_wait, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_stop, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_threads, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
