/* SPDX-License-Identifier: Apache-2.0 */
/* plain.c - what needs no signature: GET /healthz for load balancers, GET /metrics for Prometheus. */
#include <string.h>

#include "common/json.h"
#include "server/http/room.h"
#include "server/metrics.h"

static enum ka_store_status
nothing(struct ka_tx *tx, void *arg)
{
	(void)tx;
	(void)arg;
	return KA_STORE_OK;
}

/* 200 when requests would be served: the database answers, and the server is not about to stop. */
static void
health(struct ka_http_request *request)
{
	struct ka_http *http = request->http;
	struct ka_json json = { .buf = &request->result.body };
	const char *status = "ok";

	if (atomic_load(&http->draining))
		status = "stopping";
	else if (ka_store_read(http->server->store, nothing, NULL) != KA_STORE_OK)
		status = "database unavailable";
	request->result.status = strcmp(status, "ok") == 0 ? 200 : 503;
	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "status", status);
	ka_json_close(&json, '}');
}

static void
metrics(struct ka_http_request *request)
{
	struct ka_http *http = request->http;

	ka_counter_set(http->metrics.connections, atomic_load(&http->num_connections));
	ka_counter_set(http->metrics.under_way, atomic_load(&http->under_way));
	request->result.status = 200;
	request->content_type = "text/plain; version=0.0.4; charset=utf-8";
	ka_metrics_write(&request->result.body, http->server->metrics);
}

void
ka_plain_handle(struct ka_http_request *request)
{
	if (strcmp(request->raw.path, "/healthz") == 0)
		health(request);
	else
		metrics(request);
}
