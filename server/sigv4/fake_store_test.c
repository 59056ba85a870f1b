/* SPDX-License-Identifier: Apache-2.0 */
#include "server/sigv4/fake_store_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ka_tx {
	struct ka_store *store;
};

static enum ka_store_status
run(struct ka_store *store, ka_tx_fn fn, void *arg)
{
	struct ka_tx tx = { store };

	return store->failure != KA_STORE_OK ? store->failure : fn(&tx, arg);
}

enum ka_store_status
ka_store_read(struct ka_store *store, ka_tx_fn fn, void *arg)
{
	store->num_reads++;
	return run(store, fn, arg);
}

enum ka_store_status
ka_store_write(struct ka_store *store, ka_tx_fn fn, void *arg)
{
	return run(store, fn, arg);
}

enum ka_store_status
ka_tx_access_key_insert(struct ka_tx *tx, const struct ka_access_key_row *row)
{
	struct ka_store *store = tx->store;
	size_t i = store->num_rows;

	if (i == 8 || row->sealed_secret.len > sizeof(store->secrets[i]))
		abort();
	store->rows[i] = *row;
	memcpy(store->secrets[i], row->sealed_secret.data, row->sealed_secret.len);
	store->rows[i].sealed_secret.data = store->secrets[i];
	(void)snprintf(store->texts[i][0], 32, "%s", row->access_key_id);
	(void)snprintf(store->texts[i][1], 32, "%s", row->account);
	store->rows[i].access_key_id = store->texts[i][0];
	store->rows[i].account = store->texts[i][1];
	store->num_rows++;
	return KA_STORE_OK;
}

enum ka_store_status
ka_tx_access_key_get(struct ka_tx *tx, struct ka_access_key_row *out, struct ka_arena *arena, const char *access_key_id)
{
	(void)arena;
	for (size_t i = 0; i < tx->store->num_rows; i++) {
		if (strcmp(tx->store->rows[i].access_key_id, access_key_id) == 0) {
			*out = tx->store->rows[i];
			return KA_STORE_OK;
		}
	}
	return KA_STORE_NONE;
}

enum ka_store_status
ka_tx_log_append(struct ka_tx *tx, const struct ka_log_row *row)
{
	(void)tx;
	(void)row;
	return KA_STORE_OK;
}
