/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/api.h"

typedef enum ka_store_status (*run_fn)(struct ka_store *store, ka_tx_fn fn, void *arg);

struct attempt {
	struct ka_reply *reply;
	ka_tx_fn fn;
	void *arg;
};

static enum ka_store_status
try(struct ka_tx *tx, void *arg)
{
	const struct attempt *attempt = arg;

	attempt->reply->error = KA_API_OK;
	return attempt->fn(tx, attempt->arg);
}

static bool
run(struct ka_reply *reply, const struct ka_request *request, run_fn in, ka_tx_fn fn, void *arg)
{
	struct attempt attempt = { reply, fn, arg };
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
