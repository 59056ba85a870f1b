/* SPDX-License-Identifier: Apache-2.0 */
/* The process that writes is killed at a random moment, again and again: whatever it acknowledged before is there,
 * whole, and the database is sound. Usage: sqlite_kill_test [ROUNDS]. */
#include "server/store/log_verify.h"
#include "server/store/sqlite/sqlite_test.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "server/clock.h"

#define WRITERS 8u
#define ROUNDS_OF_ONE 10u /* with one database */
#define MAX_ACKNOWLEDGED 2000000u

static unsigned num_rounds = 20;
static unsigned char *acknowledged; /* by number */
static unsigned num_acknowledged;

/* The writers of the child: each takes the numbers of its own residue. */
struct writer {
	struct ka_store *store;
	unsigned number;
	int pipe;
};

/* Three rows in three tables that belong together. */
static enum ka_store_status
register_ca(struct ka_tx *tx, void *arg)
{
	const struct writer *writer = arg;
	struct ka_ca_row row = { .status = KA_CA_ACTIVE, .mode = KA_MODE_DEFAULT, .created = writer->number };
	char resource[16];

	make_id(row.id, KA_CERT_ID_LEN, writer->number);
	(void)snprintf(resource, sizeof(resource), "%u", writer->number);
	struct ka_log_row entry = { .account = "a", .region = "r", .actor = "x", .action = "y", .resource = resource };
	enum ka_store_status status = ka_tx_ca_insert(tx, NULL, &scope_a, &row);
	if (status == KA_STORE_OK)
		status = ka_tx_tag_put(tx, &scope_a, resource, &(struct ka_tag_row){ "k", "v" });
	return status == KA_STORE_OK ? ka_tx_log_append(tx, &entry) : status;
}

static void *
writer_main(void *arg)
{
	struct writer *writer = arg;

	for (;; writer->number += WRITERS) {
		enum ka_store_status status = ka_store_write(writer->store, register_ca, writer);

		/* What the round before wrote without hearing of it is there already: as good as acknowledged. */
		if (status != KA_STORE_OK && status != KA_STORE_EXISTS)
			_exit(1);
		if (write(writer->pipe, &writer->number, sizeof(writer->number)) != sizeof(writer->number))
			_exit(1);
	}
	return NULL;
}

/* Never returns: it writes until it is killed. */
static void
child_main(struct place *place, int pipe_end, unsigned first)
{
	struct writer writers[WRITERS];
	pthread_t threads[WRITERS];
	struct ka_store *store = place_try(place, KA_STORE_CREATE);

	if (store == NULL)
		_exit(2);
	for (unsigned i = 0; i < WRITERS; i++) {
		writers[i] = (struct writer){ store, first + i, pipe_end };
		if (pthread_create(&threads[i], NULL, writer_main, &writers[i]) != 0)
			_exit(3);
	}
	for (;;)
		(void)pause();
}

/* Reads acknowledgements until a moment, or (forever) until the pipe ends. */
static void
listen_until(int pipe_end, int64_t end)
{
	unsigned numbers[1024];

	for (;;) {
		struct pollfd waiting = { .fd = pipe_end, .events = POLLIN };
		int64_t left = end == INT64_MAX ? -1 : (end - ka_clock_monotonic()) / 1000000;

		if (end != INT64_MAX && left <= 0)
			return;
		if (poll(&waiting, 1, (int)left) <= 0)
			continue;
		ssize_t len = read(pipe_end, numbers, sizeof(numbers));
		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0)
			return;
		/* Writes of four bytes to a pipe are whole. */
		for (size_t i = 0; i < (size_t)len / sizeof(numbers[0]); i++) {
			assert_true(numbers[i] < MAX_ACKNOWLEDGED);
			num_acknowledged += acknowledged[numbers[i]] == 0;
			acknowledged[numbers[i]] = 1;
		}
	}
}

static enum ka_store_status
look(struct ka_tx *tx, void *arg)
{
	struct place *place = arg;
	struct ka_ca_row row;
	char id[KA_CERT_ID_LEN + 1];

	for (unsigned i = 0; i < MAX_ACKNOWLEDGED; i++) {
		if (acknowledged[i] == 0)
			continue;
		make_id(id, KA_CERT_ID_LEN, i);
		EXPECT(ka_tx_ca_get(tx, &row, &place->arena, &scope_a, id) == KA_STORE_OK);
		ka_arena_clear(&place->arena);
	}
	return KA_STORE_OK;
}

/* Starts a child that writes, kills it at a random moment, and hears what it had to say. */
static void
kill_once(struct place *place)
{
	unsigned first = 0;
	int ends[2], status;

	while (first < MAX_ACKNOWLEDGED && acknowledged[first] != 0)
		first++;
	first -= first % WRITERS;
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)close(ends[0]);
		child_main(place, ends[1], first);
	}
	(void)close(ends[1]);
	/* From the first moments of opening to deep in the work. */
	listen_until(ends[0], ka_clock_monotonic() + INT64_C(1000000) * (rand() % 200));
	assert_int_equal(kill(child, SIGKILL), 0);
	listen_until(ends[0], INT64_MAX);
	(void)close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	/* Had it ended by itself, something would have failed in it. */
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void
assert_whole(struct place *place)
{
	struct ka_log_verdict verdict;
	char text[64];

	place->store = place_try(place, KA_STORE_CREATE);
	if (place->store == NULL)
		fail_msg("%s", place->said);
	place_read(place, look);
	assert_int_equal(ka_log_verify(&verdict, place->store, NULL, NULL, NULL), KA_STORE_OK);
	assert_int_equal(verdict.fault, KA_LOG_SOUND);
	ka_store_close(place->store);
	place->store = NULL;
	raw_text(text, sizeof(text), place->path, "PRAGMA integrity_check");
	assert_string_equal(text, "ok");
	/* Each CA has its tag and its entry in the log, and there are none without a CA. */
	assert_int_equal(raw_number(place->path,
			     "SELECT count(*) FROM ca WHERE"
			     " (SELECT count(*) FROM tag WHERE arn = CAST(created AS TEXT)) <> 1 OR"
			     " (SELECT count(*) FROM log WHERE resource = CAST(created AS TEXT)) <> 1"),
	    0);
	assert_int_equal(raw_number(place->path, "SELECT (SELECT count(*) FROM ca) - (SELECT count(*) FROM log)"), 0);
	assert_int_equal(raw_number(place->path, "SELECT (SELECT count(*) FROM ca) - (SELECT count(*) FROM tag)"), 0);
}

static void
test_kill_loses_nothing(void **state)
{
	struct place *place = *state;
	unsigned num_cut_off = 0, total = 0;
	int64_t found = 0;

	acknowledged = calloc(MAX_ACKNOWLEDGED, 1);
	assert_non_null(acknowledged);
	srand((unsigned)ka_clock_now());
	for (unsigned round = 0; round < num_rounds; round++) {
		unsigned before = num_acknowledged;

		kill_once(place);
		assert_whole(place);
		num_cut_off += num_acknowledged > before;
		/* A new database now and then: its making is interrupted as well, and looking through it stays quick. */
		if (round % ROUNDS_OF_ONE == ROUNDS_OF_ONE - 1 || round == num_rounds - 1) {
			found += raw_number(place->path, "SELECT count(*) FROM ca");
			total += num_acknowledged;
			num_acknowledged = 0;
			memset(acknowledged, 0, MAX_ACKNOWLEDGED);
			assert_int_equal(unlink(place->path), 0);
		}
	}
	(void)fprintf(stderr,
	    "%u kills, %u of them while it wrote; %u writes acknowledged, %lld found; integrity_check ok each time\n",
	    num_rounds, num_cut_off, total, (long long)found);
	assert_true(num_cut_off > num_rounds / 4);
	free(acknowledged);
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_kill_loses_nothing, place_make, place_close),
	};

	if (argc > 1)
		num_rounds = (unsigned)strtoul(argv[1], NULL, 10);
	if (num_rounds == 0) {
		(void)fprintf(stderr, "usage: sqlite_kill_test [ROUNDS]\n");
		return 2;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
