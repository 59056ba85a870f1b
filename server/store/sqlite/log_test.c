/* SPDX-License-Identifier: Apache-2.0 */
/* Somebody edits the database with its triggers dropped: whatever is removed, altered, inserted or moved in the log of
 * state changes is found, and named. Entries 1 to NUM are written by the store. */
#include "server/store/log_verify.h"
#include "server/store/sqlite/sqlite_test.h"

#define NUM 9

#define NO_TRIGGERS \
	"DROP TRIGGER IF EXISTS log_keeps_places; DROP TRIGGER IF EXISTS log_keeps_rows;" \
	"DROP TRIGGER IF EXISTS log_keeps_all; DROP TRIGGER IF EXISTS log_head_stays;" \
	"DROP TRIGGER IF EXISTS log_head_goes_on;"
#define COLUMNS "time, account, region, actor, request, action, resource, before, after, hash, mac"

static enum ka_store_status
append(struct ka_tx *tx, void *arg)
{
	const int *number = arg;
	char resource[16];

	(void)snprintf(resource, sizeof(resource), "%d", *number);
	return ka_tx_log_append(tx,
	    &(struct ka_log_row){ .time = 1000 + *number,
		.account = scope_a.account,
		.region = scope_a.region,
		.actor = "AKIA",
		.request = *number % 2 == 0 ? NULL : "r",
		.action = "UpdateCACertificate",
		.resource = resource,
		.before = *number % 3 == 0 ? NULL : "{\"a\":1}",
		.after = "" });
}

static void
append_some(struct place *place, int first, int last)
{
	for (int i = first; i <= last; i++)
		assert_int_equal(ka_store_write(place->store, append, &i), KA_STORE_OK);
}

static struct ka_log_verdict
verify_expecting(struct place *place, const struct ka_log_link *expect)
{
	struct ka_log_verdict verdict;

	assert_int_equal(ka_log_verify(&verdict, place->store, expect, NULL, NULL), KA_STORE_OK);
	return verdict;
}

static struct ka_log_verdict
verify(struct place *place)
{
	return verify_expecting(place, NULL);
}

static int
set_up(void **state)
{
	(void)place_open(state);
	append_some(*state, 1, NUM);
	return 0;
}

static void
edit(struct place *place, const char *text)
{
	static char all[4096];

	(void)snprintf(all, sizeof(all), "BEGIN; %s %s; COMMIT", NO_TRIGGERS, text);
	assert_int_equal(raw_exec(place->path, all), SQLITE_OK);
}

/* An attack, and what is said of it. */
struct attack {
	const char *text;
	enum ka_log_fault fault;
	int64_t seq, other;
};

/* Each on the database as the store wrote it. */
static void
run_attacks(void **state, const struct attack *attacks, size_t num)
{
	struct place *place = *state;
	char copy[128], restore[400];

	(void)snprintf(copy, sizeof(copy), "%s.copy", place->path);
	for (size_t i = 0; i < num; i++) {
		(void)snprintf(restore, sizeof(restore), "VACUUM INTO '%s'", copy);
		assert_int_equal(raw_exec(place->path, restore), SQLITE_OK);
		edit(place, attacks[i].text);
		struct ka_log_verdict verdict = verify(place);
		if (verdict.fault != attacks[i].fault || verdict.seq != attacks[i].seq || verdict.other != attacks[i].other)
			fail_msg("%s: fault %d, %lld, %lld", attacks[i].text, (int)verdict.fault, (long long)verdict.seq,
			    (long long)verdict.other);
		/* Nothing goes on from a false head, and nothing false becomes true by going on. */
		int more = 100;
		(void)ka_store_write(place->store, append, &more);
		if (verify(place).fault == KA_LOG_SOUND)
			fail_msg("%s: forgotten by the next entry", attacks[i].text);
		ka_store_close(place->store);
		assert_int_equal(rename(copy, place->path), 0);
		place->store = place_try(place, 0);
		if (place->store == NULL)
			fail_msg("%s", place->said);
		assert_int_equal(verify(place).fault, KA_LOG_SOUND);
	}
}

static void
test_sound_log(void **state)
{
	struct place *place = *state;
	struct ka_log_verdict verdict = verify(place);

	assert_int_equal(verdict.fault, KA_LOG_SOUND);
	assert_int_equal(verdict.num_entries, NUM);
	assert_int_equal(verdict.last.seq, NUM);
	place_reopen(place);
	append_some(place, NUM + 1, 2 * NUM);
	assert_int_equal(verify_expecting(place, &verdict.last).fault, KA_LOG_SOUND);
	assert_int_equal(verify(place).num_entries, 2 * NUM);
}

static void
test_empty_log(void **state)
{
	struct place *place = *state;
	struct ka_log_verdict verdict = verify(place);

	assert_int_equal(verdict.fault, KA_LOG_SOUND);
	assert_int_equal(verdict.num_entries, 0);
	place_reopen(place);
	assert_int_equal(verify(place).fault, KA_LOG_SOUND);
}

static void
test_each_column_altered(void **state)
{
	static const struct attack attacks[] = {
		{ "UPDATE log SET time = time + 1 WHERE seq = 4", KA_LOG_ALTERED, 4, 0 },
		{ "UPDATE log SET account = '222222222222' WHERE seq = 1", KA_LOG_ALTERED, 1, 0 },
		{ "UPDATE log SET region = 'x' WHERE seq = 4", KA_LOG_ALTERED, 4, 0 },
		{ "UPDATE log SET actor = 'AKIB' WHERE seq = 4", KA_LOG_ALTERED, 4, 0 },
		{ "UPDATE log SET request = '' WHERE seq = 4", KA_LOG_ALTERED, 4, 0 },
		{ "UPDATE log SET request = NULL WHERE seq = 5", KA_LOG_ALTERED, 5, 0 },
		{ "UPDATE log SET action = 'DeleteCACertificate' WHERE seq = 9", KA_LOG_ALTERED, 9, 0 },
		{ "UPDATE log SET resource = '04' WHERE seq = 4", KA_LOG_ALTERED, 4, 0 },
		{ "UPDATE log SET before = '{\"a\":2}' WHERE seq = 4", KA_LOG_ALTERED, 4, 0 },
		{ "UPDATE log SET before = '{}' WHERE seq = 3", KA_LOG_ALTERED, 3, 0 },
		{ "UPDATE log SET after = NULL WHERE seq = 4", KA_LOG_ALTERED, 4, 0 },
		{ "UPDATE log SET after = before, before = after WHERE seq = 4", KA_LOG_ALTERED, 4, 0 },
		/* A piece of one text as a piece of the next. */
		{ "UPDATE log SET action = 'UpdateCACertificat', resource = 'e4' WHERE seq = 4", KA_LOG_ALTERED, 4, 0 },
		{ "UPDATE log SET hash = zeroblob(32) WHERE seq = 4", KA_LOG_FOREIGN, 4, 0 },
		{ "UPDATE log SET mac = zeroblob(32) WHERE seq = 4", KA_LOG_FOREIGN, 4, 0 },
		{ "UPDATE log SET mac = zeroblob(32) WHERE seq = 9", KA_LOG_FOREIGN, 9, 0 },
		{ "UPDATE log SET hash = NULL WHERE seq = 4", KA_LOG_NOT_CHAINED, 4, 0 },
		{ "UPDATE log SET mac = NULL WHERE seq = 4", KA_LOG_NOT_CHAINED, 4, 0 },
		{ "UPDATE log SET seq = 40 WHERE seq = 4", KA_LOG_REMOVED, 4, 4 },
		{ "UPDATE log SET seq = -4 WHERE seq = 4", KA_LOG_MOVED, -4, 4 },
	};

	run_attacks(state, attacks, sizeof(attacks) / sizeof(attacks[0]));
}

static void
test_entries_removed_inserted_and_moved(void **state)
{
	static const struct attack attacks[] = {
		{ "DELETE FROM log WHERE seq = 1", KA_LOG_REMOVED, 1, 1 },
		{ "DELETE FROM log WHERE seq IN (4, 5)", KA_LOG_REMOVED, 4, 5 },
		{ "DELETE FROM log WHERE seq = 9", KA_LOG_CUT, 9, 9 },
		{ "DELETE FROM log WHERE seq > 3", KA_LOG_CUT, 4, 9 },
		{ "DELETE FROM log", KA_LOG_CUT, 1, 9 },
		/* With what is behind renumbered. */
		{ "DELETE FROM log WHERE seq = 4; UPDATE log SET seq = seq - 1 WHERE seq > 4", KA_LOG_MOVED, 4, 5 },
		{ "UPDATE log SET seq = -seq WHERE seq >= 4; UPDATE log SET seq = 1 - seq WHERE seq < 0;"
		  "INSERT INTO log (seq, " COLUMNS ") SELECT 4, 7, account, region, actor, request, action, resource, "
		  "before, after, zeroblob(32), zeroblob(32) FROM log WHERE seq = 3",
		    KA_LOG_INSERTED, 4, 0 },
		{ "INSERT INTO log (seq, " COLUMNS ") SELECT 10, 7, account, region, actor, request, action, resource, "
		  "before, after, zeroblob(32), zeroblob(32) FROM log WHERE seq = 3",
		    KA_LOG_INSERTED, 10, 0 },
		{ "INSERT INTO log (seq, " COLUMNS ") SELECT 10, 7, account, region, actor, request, action, resource, "
		  "before, after, NULL, NULL FROM log WHERE seq = 3",
		    KA_LOG_NOT_CHAINED, 10, 0 },
		{ "INSERT INTO log (seq, " COLUMNS ") SELECT 10, " COLUMNS " FROM log WHERE seq = 3", KA_LOG_MOVED, 10, 3 },
		{ "INSERT INTO log (seq, " COLUMNS ") SELECT 0, time, account, region, actor, request, action, resource, "
		  "before, after, zeroblob(32), zeroblob(32) FROM log WHERE seq = 3",
		    KA_LOG_INSERTED, 0, 0 },
		/* Two change places, near and far. */
		{ "UPDATE log SET seq = 0 WHERE seq = 4; UPDATE log SET seq = 4 WHERE seq = 5; UPDATE log SET seq = 5 "
		  "WHERE seq = 0",
		    KA_LOG_MOVED, 4, 5 },
		{ "UPDATE log SET seq = 0 WHERE seq = 2; UPDATE log SET seq = 2 WHERE seq = 9; UPDATE log SET seq = 9 "
		  "WHERE seq = 0",
		    KA_LOG_MOVED, 2, 9 },
		{ "UPDATE log SET (time, resource) = (SELECT time, resource FROM log WHERE seq = 6) WHERE seq = 4",
		    KA_LOG_ALTERED, 4, 0 },
	};

	run_attacks(state, attacks, sizeof(attacks) / sizeof(attacks[0]));
}

/* A head in each of the ways in which it can be wrong. The head of an earlier entry is what somebody finds who has an
 * old copy; the hash of any entry is there for all to see, but not a MAC for a head. */
static void
test_head(void **state)
{
	static const struct attack attacks[] = {
		{ "DELETE FROM log_head", KA_LOG_HEAD_MISSING, 0, 0 },
		{ "DELETE FROM log_head; DELETE FROM log WHERE seq = 9", KA_LOG_HEAD_MISSING, 0, 0 },
		{ "DELETE FROM log_head; DELETE FROM log", KA_LOG_HEAD_MISSING, 0, 0 },
		{ "UPDATE log_head SET mac = zeroblob(32)", KA_LOG_HEAD_FALSE, 0, 0 },
		{ "UPDATE log_head SET hash = zeroblob(32)", KA_LOG_HEAD_FALSE, 0, 0 },
		{ "UPDATE log_head SET seq = 8", KA_LOG_HEAD_FALSE, 0, 0 },
		{ "UPDATE log_head SET (seq, hash, mac) = (SELECT seq, hash, mac FROM log WHERE seq = 8);"
		  "DELETE FROM log WHERE seq = 9",
		    KA_LOG_HEAD_FALSE, 0, 0 },
	};

	run_attacks(state, attacks, sizeof(attacks) / sizeof(attacks[0]));
}

static void
test_head_put_back(void **state)
{
	struct place *place = *state;
	struct ka_log_verdict before = verify(place), after;
	int more = 3;

	assert_int_equal(raw_exec(place->path, "CREATE TABLE kept AS SELECT * FROM log_head"), SQLITE_OK);
	append_some(place, NUM + 1, NUM + 3);
	struct ka_log_link expect = verify(place).last;
	edit(place, "UPDATE log_head SET (seq, hash, mac) = (SELECT seq, hash, mac FROM kept)");
	after = verify(place);
	assert_int_equal(after.fault, KA_LOG_HEAD_OLD);
	assert_true(after.seq == NUM && after.other == NUM + 3);
	/* The number of the next entry is taken. */
	assert_int_equal(ka_store_write(place->store, append, &more), KA_STORE_FAILED);
	/* Log and head together are what they once were: only who remembers what came later knows better. */
	edit(place, "DELETE FROM log WHERE seq > 9");
	after = verify(place);
	assert_int_equal(after.fault, KA_LOG_SOUND);
	assert_memory_equal(&after.last, &before.last, sizeof(after.last));
	after = verify_expecting(place, &expect);
	assert_int_equal(after.fault, KA_LOG_NOT_EXPECTED);
	assert_int_equal(after.seq, NUM + 3);
	/* However it goes on. */
	append_some(place, 50, 55);
	after = verify_expecting(place, &expect);
	assert_int_equal(after.fault, KA_LOG_NOT_EXPECTED);
	assert_int_equal(after.seq, NUM + 3);
	assert_int_equal(verify_expecting(place, &before.last).fault, KA_LOG_SOUND);
}

/* --- beginning ---------------------------------------------------------------------------------------------------- */

/* A database of the schema before the chain, with entries. */
static void
make_first_schema(struct place *place, const char *entries)
{
	struct ka_migration list[2] = { ka_migrations_sqlite[0], { 0, NULL, NULL } };
	struct sqlite_store store = { .path = place->path };
	struct connection *connection;

	assert_int_equal(raw_exec(place->path, "PRAGMA user_version = 0"), SQLITE_OK);
	store.store.backend = &ka_backend_sqlite;
	assert_int_equal(ka_sqlite_connect(&connection, place->said, &store, true), SQLITE_OK);
	assert_true(ka_sqlite_prepare_schema(place->said, &store, connection, list, KA_STORE_CREATE));
	assert_int_equal(sqlite3_exec(connection->db, entries, NULL, NULL, NULL), SQLITE_OK);
	ka_sqlite_disconnect(connection);
}

static void
test_entries_of_an_older_schema(void **state)
{
	struct place *place = *state;
	static const struct attack attacks[] = {
		{ "UPDATE log SET actor = 'x' WHERE seq = 1", KA_LOG_ALTERED, 1, 0 },
		{ "UPDATE log SET after = 'x' WHERE seq = 2500", KA_LOG_ALTERED, 2500, 0 },
		{ "DELETE FROM log WHERE seq = 1700", KA_LOG_REMOVED, 1700, 1700 },
	};

	make_first_schema(place,
	    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) INSERT INTO log (time, account, "
	    "region, actor, request, action, resource, before, after) SELECT i, 'a', 'r', 'AKIA', NULL, 'act', i, NULL, '{}' "
	    "FROM n");
	assert_null(place_try(place, 0));
	place->store = place_try(place, KA_STORE_MIGRATE);
	assert_non_null(place->store);
	assert_int_equal(verify(place).fault, KA_LOG_SOUND);
	assert_int_equal(verify(place).num_entries, 2500);
	append_some(place, 1, 3);
	place_reopen(place);
	assert_int_equal(verify(place).num_entries, 2503);
	run_attacks(state, attacks, sizeof(attacks) / sizeof(attacks[0]));
}

/* Without hashes there was nothing to notice it by, but it is said from then on. */
static void
test_hole_in_an_older_log(void **state)
{
	struct place *place = *state;
	struct ka_log_verdict verdict;

	make_first_schema(place,
	    "INSERT INTO log (seq, time, account, region, actor, action, resource) VALUES (1, 1, 'a', 'r', 'x', 'y', 'z'),"
	    " (3, 1, 'a', 'r', 'x', 'y', 'z')");
	place->store = place_try(place, KA_STORE_MIGRATE);
	assert_non_null(place->store);
	append_some(place, 1, 3);
	verdict = verify(place);
	assert_int_equal(verdict.fault, KA_LOG_REMOVED);
	assert_true(verdict.seq == 2 && verdict.other == 2);
}

static void
test_false_head_is_refused_at_the_start(void **state)
{
	static const char *const attacks[] = { "UPDATE log_head SET mac = zeroblob(32)", "DELETE FROM log_head" };
	struct place *place = *state;

	for (size_t i = 0; i < 2; i++) {
		edit(place, attacks[i]);
		ka_store_close(place->store);
		place->store = place_try(place, 0);
		assert_null(place->store);
		assert_non_null(strstr(place->said, "keyassayd log verify"));
	}
}

static void
test_another_key(void **state)
{
	struct place *place = *state;
	char message[KA_STORE_MESSAGE_LEN];
	int number = 1;

	ka_store_log_key(place->store, (const uint8_t[32]){ "another key" });
	assert_false(ka_store_log_begin(place->store, message, KA_LOG_BEGIN));
	assert_non_null(strstr(message, "secret.key"));
	assert_int_equal(ka_store_write(place->store, append, &number), KA_STORE_FAILED);
	struct ka_log_verdict verdict = verify(place);
	assert_int_equal(verdict.fault, KA_LOG_FOREIGN);
	assert_int_equal(verdict.seq, 1);
}

/* A first start that was interrupted, and lost its key: the empty log is begun again; one with entries is not. */
static void
test_begun_again_while_empty(void **state)
{
	struct place *place = *state;
	char message[KA_STORE_MESSAGE_LEN];

	ka_store_log_key(place->store, (const uint8_t[32]){ "another key" });
	assert_false(ka_store_log_begin(place->store, message, KA_LOG_BEGIN));
	assert_true(ka_store_log_begin(place->store, message, KA_LOG_ANEW));
	assert_true(ka_store_log_begin(place->store, message, KA_LOG_BEGIN));
	append_some(place, 1, 2);
	assert_int_equal(verify(place).fault, KA_LOG_SOUND);
	ka_store_log_key(place->store, place_key);
	assert_false(ka_store_log_begin(place->store, message, KA_LOG_ANEW));
}

/* All of it gone, head and all: who knows that there was a log gets no new one. */
static void
test_no_second_beginning(void **state)
{
	struct place *place = *state;
	char message[KA_STORE_MESSAGE_LEN];

	assert_true(ka_store_log_begin(place->store, message, KA_LOG_GO_ON));
	edit(place, "DELETE FROM log; DELETE FROM log_head");
	assert_int_equal(verify(place).fault, KA_LOG_HEAD_MISSING);
	assert_false(ka_store_log_begin(place->store, message, KA_LOG_GO_ON));
	assert_non_null(strstr(message, "is missing"));
	assert_int_equal(verify(place).fault, KA_LOG_HEAD_MISSING);
}

static enum ka_store_status
append_and_decline(struct ka_tx *tx, void *arg)
{
	enum ka_store_status status = append(tx, arg);

	return status == KA_STORE_OK ? KA_STORE_ABORTED : status;
}

/* Writers that share a commit, some of which take back what they wrote. */
static void
test_group(void **state)
{
	struct place *place = *state;
	struct member members[40];
	int numbers[40];

	for (int i = 0; i < 40; i++) {
		numbers[i] = i;
		members[i] = (struct member){ i % 4 == 1 ? append_and_decline : append, &numbers[i], KA_STORE_OK };
	}
	group_run(place, members, 40);
	for (int i = 0; i < 40; i++)
		assert_int_equal(members[i].status, i % 4 == 1 ? KA_STORE_ABORTED : KA_STORE_OK);
	assert_int_equal(verify(place).fault, KA_LOG_SOUND);
	assert_int_equal(verify(place).num_entries, NUM + 30);
}

static enum ka_store_status
append_many(struct ka_tx *tx, void *arg)
{
	enum ka_store_status status = KA_STORE_OK;

	(void)arg;
	for (int i = 0; i < 9000 && status == KA_STORE_OK; i++)
		status = append(tx, &i);
	return status;
}

static void
test_faults_beyond_a_chunk(void **state)
{
	static const struct attack attacks[] = {
		{ "UPDATE log SET time = 0 WHERE seq = 4096", KA_LOG_ALTERED, 4096, 0 },
		{ "DELETE FROM log WHERE seq = 4097", KA_LOG_REMOVED, 4097, 4097 },
		{ "UPDATE log SET mac = zeroblob(32) WHERE seq = 4096", KA_LOG_FOREIGN, 4096, 0 },
		{ "DELETE FROM log WHERE seq > 8192", KA_LOG_CUT, 8193, 9000 },
	};

	place_write(*state, append_many);
	run_attacks(state, attacks, sizeof(attacks) / sizeof(attacks[0]));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sound_log, set_up, place_close),
		cmocka_unit_test_setup_teardown(test_empty_log, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_each_column_altered, set_up, place_close),
		cmocka_unit_test_setup_teardown(test_entries_removed_inserted_and_moved, set_up, place_close),
		cmocka_unit_test_setup_teardown(test_head, set_up, place_close),
		cmocka_unit_test_setup_teardown(test_head_put_back, set_up, place_close),
		cmocka_unit_test_setup_teardown(test_entries_of_an_older_schema, place_make, place_close),
		cmocka_unit_test_setup_teardown(test_hole_in_an_older_log, place_make, place_close),
		cmocka_unit_test_setup_teardown(test_false_head_is_refused_at_the_start, set_up, place_close),
		cmocka_unit_test_setup_teardown(test_another_key, set_up, place_close),
		cmocka_unit_test_setup_teardown(test_begun_again_while_empty, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_no_second_beginning, set_up, place_close),
		cmocka_unit_test_setup_teardown(test_group, set_up, place_close),
		cmocka_unit_test_setup_teardown(test_faults_beyond_a_chunk, place_open, place_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
