/* SPDX-License-Identifier: Apache-2.0 */
/* Databases of tests. */
#include "server/store/store_test.h"

#include <unistd.h>

const struct ka_scope scope_a = { "000000000000", "us-east-1" };
const struct ka_scope scope_b = { "111111111111", "us-east-1" };
const struct ka_scope scope_a_west = { "000000000000", "us-west-2" };

const char *place_engine = "sqlite";

int
place_make(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	(void)snprintf(place->dir, sizeof(place->dir), "/tmp/keyassay-store-XXXXXX");
	assert_non_null(mkdtemp(place->dir));
	(void)snprintf(place->path, sizeof(place->path), "%s/keyassay.db", place->dir);
	(void)snprintf(place->url, sizeof(place->url), "%s:%s", place_engine, place->path);
	*state = place;
	return 0;
}

static void
keep_said(void *arg, const char *message)
{
	struct place *place = arg;
	size_t len = strlen(place->said);

	(void)snprintf(place->said + len, sizeof(place->said) - len, "%s\n", message);
}

const uint8_t place_key[32] = "a key for tests";

struct ka_store *
place_try(struct place *place, unsigned flags)
{
	struct ka_store *store = ka_store_open(place->said, place->url, flags);

	if (store == NULL)
		return NULL;
	ka_store_set_log(store, keep_said, place);
	ka_store_log_key(store, place_key);
	if (ka_store_log_begin(store, place->said, KA_LOG_BEGIN))
		return store;
	ka_store_close(store);
	return NULL;
}

int
place_open(void **state)
{
	(void)place_make(state);
	struct place *place = *state;
	place->store = place_try(place, KA_STORE_CREATE);
	if (place->store == NULL)
		fail_msg("%s", place->said);
	return 0;
}

void
place_reopen(struct place *place)
{
	ka_store_close(place->store);
	place->store = place_try(place, 0);
	if (place->store == NULL)
		fail_msg("%s", place->said);
}

int
place_close(void **state)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	struct place *place = *state;
	char name[128];

	ka_store_close(place->store);
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		(void)snprintf(name, sizeof(name), "%s%s", place->path, suffixes[i]);
		(void)unlink(name);
	}
	assert_int_equal(rmdir(place->dir), 0);
	ka_arena_clear(&place->arena);
	free(place);
	return 0;
}

void
place_write(struct place *place, ka_tx_fn fn)
{
	enum ka_store_status status = ka_store_write(place->store, fn, place);

	if (status != KA_STORE_OK)
		fail_msg("status %d; the store said: %s", (int)status, place->said);
}

void
place_read(struct place *place, ka_tx_fn fn)
{
	enum ka_store_status status = ka_store_read(place->store, fn, place);

	if (status != KA_STORE_OK)
		fail_msg("status %d; the store said: %s", (int)status, place->said);
}
