/* SPDX-License-Identifier: Apache-2.0 */
/* No query reads more than it has to: SQLite's plan of each statement searches an index and sorts nothing. */
#include "server/store/sqlite/sqlite_test.h"

/* What may be read from end to end, and why. */
static const struct {
	const char *plan, *why;
} allowed[] = {
	{ "SCAN account", "the list of all accounts is all of them" },
	{ "SCAN access_key", "the list of all access keys is all of them" },
	{ "SCAN task USING INDEX task_to_claim", "holds running tasks only, in the order in which they are claimed" },
	{ "SCAN mitigation USING INDEX mitigation_to_claim", "holds running tasks only: all leases are taken back" },
	{ "SCAN outbox_topic", "when a server starts it takes all claims back; topics are few" },
	{ "SCAN revocation USING INDEX revocation_to_claim", "as task_to_claim" },
	{ "SCAN CONSTANT ROW", "no table" },
};

static bool
is_allowed(const char *plan)
{
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		if (strncmp(plan, allowed[i].plan, strlen(allowed[i].plan)) == 0)
			return true;
	return strncmp(plan, "SCAN", 4) != 0 && strstr(plan, "TEMP B-TREE") == NULL &&
	    strstr(plan, "AUTOMATIC") == NULL;
}

/* All plans, one behind the other. */
static char all_plans[1 << 16];

/* Returns whether all lines of the plan are good; says those that are not. */
static bool
plan_is_good(sqlite3 *db, const char *text, unsigned *num_lines)
{
	char explain[2048];
	sqlite3_stmt *stmt;
	bool good = true;

	(void)snprintf(explain, sizeof(explain), "EXPLAIN QUERY PLAN %s", text);
	if (sqlite3_prepare_v2(db, explain, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", text, sqlite3_errmsg(db));
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *plan = (const char *)sqlite3_column_text(stmt, 3);

		if (getenv("KEYASSAY_SHOW_PLANS") != NULL)
			(void)fprintf(stderr, "%s\n    %s\n", text, plan);
		(*num_lines)++;
		size_t len = strlen(all_plans);
		(void)snprintf(all_plans + len, sizeof(all_plans) - len, "%s \n", plan);
		if (!is_allowed(plan)) {
			(void)fprintf(stderr, "%s\n    %s\n", text, plan);
			good = false;
		}
	}
	(void)sqlite3_finalize(stmt);
	return good;
}

/* An index that no plan names is a page to write for nothing, or one that was to serve a query and does not. */
static void
assert_all_indices_used(sqlite3 *db)
{
	sqlite3_stmt *stmt;
	char name[64];
	unsigned num = 0;

	assert_int_equal(
	    sqlite3_prepare_v2(
		db, "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL", -1, &stmt, NULL),
	    SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		(void)snprintf(name, sizeof(name), " INDEX %s ", (const char *)sqlite3_column_text(stmt, 0));
		if (strstr(all_plans, name) == NULL &&
		    strcmp(name, " INDEX suppression_by_token ") != 0) /* unique: a rule */
			fail_msg("no statement uses%s", name);
		num++;
	}
	(void)sqlite3_finalize(stmt);
	assert_true(num >= 20);
}

static void
test_every_statement_searches_an_index(void **state)
{
	struct place *place = *state;
	struct sqlite_store *store = (struct sqlite_store *)place->store;
	unsigned num_statements = 0, num_lines = 0, num_bad = 0;

	place_write(place, exercise);
	/* Nobody writes now, so the writer's connection may be looked at. */
	for (size_t i = 0; i < NUM_BUCKETS; i++)
		for (struct statement *s = store->writer->statements[i]; s != NULL; s = s->next) {
			num_statements++;
			num_bad += !plan_is_good(store->writer->db, sqlite3_sql(s->stmt), &num_lines);
		}
	assert_int_equal(num_bad, 0);
	assert_true(num_statements > 190 && num_lines > 190);
	assert_all_indices_used(store->writer->db);
}

/* The one that matters most: a small account in a large database. The plan has to name the account, whatever the
 * statistics say. */
static void
test_scan_is_bound_to_the_account(void **state)
{
	static const char text[] =
	    "SELECT seq, der FROM ca WHERE account = ? AND region = ? AND seq > ? AND seq <= ? ORDER BY seq";
	struct place *place = *state;
	char plan[256];

	for (unsigned analyzed = 0; analyzed < 2; analyzed++) {
		char explain[512];

		(void)snprintf(explain, sizeof(explain), "EXPLAIN QUERY PLAN %s", text);
		sqlite3 *db;
		sqlite3_stmt *stmt;
		assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
		assert_int_equal(sqlite3_prepare_v2(db, explain, -1, &stmt, NULL), SQLITE_OK);
		assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
		(void)snprintf(plan, sizeof(plan), "%s", (const char *)sqlite3_column_text(stmt, 3));
		(void)sqlite3_finalize(stmt);
		(void)sqlite3_close(db);
		assert_non_null(strstr(plan, "ca_by_scope (account=? AND region=? AND rowid>? AND rowid<?)"));
		assert_int_equal(raw_exec(place->path, "ANALYZE"), SQLITE_OK);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_every_statement_searches_an_index, place_open, place_close),
		cmocka_unit_test_setup_teardown(test_scan_is_bound_to_the_account, place_open, place_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
