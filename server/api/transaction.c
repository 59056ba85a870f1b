/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/api.h"
#include "server/api/routes.h"
#include "server/log.h"

typedef enum ka_store_status (*run_fn)(struct ka_store *store, ka_tx_fn fn, void *arg);

struct attempt {
	struct ka_reply *reply;
	const struct ka_request *request;
	ka_tx_fn fn;
	void *arg;
};

static enum ka_store_status
try(struct ka_tx *tx, void *arg)
{
	const struct attempt *attempt = arg;

	uint64_t rows, rows_before, entries, entries_before;

	attempt->reply->error = KA_API_OK;
	ka_tx_counts(tx, &rows_before, &entries_before);
	enum ka_store_status status = attempt->fn(tx, attempt->arg);
	ka_tx_counts(tx, &rows, &entries);
	if (status != KA_STORE_OK || rows == rows_before || entries != entries_before)
		return status;
	/* A mistake in the operation, which no client can make up for: nothing changes unseen. */
	ka_log(KA_LOG_ERROR, "log", "%s changed something without an entry in the log of state changes: taken back",
	    attempt->request->route == NULL ? "an operation" : attempt->request->route->name);
	return KA_STORE_FAILED;
}

static bool
run(struct ka_reply *reply, const struct ka_request *request, run_fn in, ka_tx_fn fn, void *arg)
{
	struct attempt attempt = { reply, request, fn, arg };
	enum ka_store_status status = in(request->server->store, try, &attempt);

	if (status == KA_STORE_ABORTED && reply->error != KA_API_OK)
		return false;
	return ka_reply_store(reply, request, status);
}

bool
ka_api_write(struct ka_reply *reply, const struct ka_request *request, ka_tx_fn fn, void *arg)
{
	return run(reply, request, ka_store_write, fn, arg);
}

bool
ka_api_read(struct ka_reply *reply, const struct ka_request *request, ka_tx_fn fn, void *arg)
{
	return run(reply, request, ka_store_read, fn, arg);
}
