/* SPDX-License-Identifier: Apache-2.0 */
/* Readers: connections that are lent to the threads that read, the last one used first. */
#include "server/store/sqlite/sqlite.h"

/* More readers at once than this wait for each other. */
#define MAX_READERS 64u

/* Lends a connection; NULL when none can be opened. */
static struct connection *
borrow(struct sqlite_store *store)
{
	char message[KA_STORE_MESSAGE_LEN];
	struct connection *connection;

	(void)pthread_mutex_lock(&store->pool_lock);
	while (store->idle == NULL && store->num_readers == MAX_READERS)
		(void)pthread_cond_wait(&store->pool_free, &store->pool_lock);
	connection = store->idle;
	if (connection != NULL)
		store->idle = connection->next;
	else
		store->num_readers++;
	(void)pthread_mutex_unlock(&store->pool_lock);

	if (connection != NULL && connection->generation != atomic_load(&store->generation)) {
		ka_sqlite_disconnect(connection);
		connection = NULL;
	}
	if (connection == NULL && ka_sqlite_connect(&connection, message, store, false) != SQLITE_OK)
		ka_store_say(&store->store, "%s", message);
	return connection;
}

static void
give_back(struct sqlite_store *store, struct connection *connection)
{
	if (connection != NULL && connection->broken) {
		ka_sqlite_disconnect(connection);
		connection = NULL;
	}
	(void)pthread_mutex_lock(&store->pool_lock);
	if (connection != NULL) {
		connection->next = store->idle;
		store->idle = connection;
	} else {
		store->num_readers--;
	}
	(void)pthread_cond_signal(&store->pool_free);
	(void)pthread_mutex_unlock(&store->pool_lock);
}

/* A function in a transaction that ends without a trace. */
static enum ka_store_status
run(struct connection *connection, ka_tx_fn fn, void *arg)
{
	struct ka_tx *tx = &connection->tx;
	enum ka_store_status status = KA_STORE_OK;

	tx->doomed = KA_STORE_OK;
	if (ka_sqlite_exec(connection, "BEGIN"))
		status = fn(tx, arg);
	if (tx->doomed != KA_STORE_OK)
		status = tx->doomed;
	if (sqlite3_get_autocommit(connection->db) == 0 && !ka_sqlite_exec(connection, "ROLLBACK"))
		connection->broken = true;
	return status;
}

enum ka_store_status
ka_sqlite_read(struct ka_store *argument, ka_tx_fn fn, void *arg)
{
	struct sqlite_store *store = (struct sqlite_store *)argument;
	struct connection *connection = borrow(store);
	enum ka_store_status status = connection == NULL ? KA_STORE_UNAVAILABLE : run(connection, fn, arg);

	give_back(store, connection);
	return status;
}

void
ka_sqlite_clear_readers(struct sqlite_store *store)
{
	while (store->idle != NULL) {
		struct connection *next = store->idle->next;

		ka_sqlite_disconnect(store->idle);
		store->idle = next;
	}
}
