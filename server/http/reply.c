/* SPDX-License-Identifier: Apache-2.0 */
/* reply.c - replies and refusals, each logged and counted. */
#include <stdio.h>

#include "server/clock.h"
#include "server/http/room.h"
#include "server/log.h"
#include "server/metrics.h"

static void
count(struct ka_http_request *request, int64_t nanoseconds)
{
	struct ka_metrics *metrics = request->http->server->metrics;
	const struct ka_api_result *result = &request->result;
	const char *operation = result->operation == NULL || *result->operation == '\0' ? "none" : result->operation;
	char labels[160];

	(void)snprintf(labels, sizeof(labels), "operation=\"%s\",status=\"%u\"", operation, result->status);
	ka_counter_add(ka_metrics_counter(metrics, "keyassayd_requests_total", "Requests by operation and HTTP status.", labels), 1);
	(void)snprintf(labels, sizeof(labels), "operation=\"%s\"", operation);
	ka_histogram_observe(ka_metrics_histogram(metrics, "keyassayd_request_duration_seconds",
	                         "Time from the request line to the reply.", labels),
	    nanoseconds);
}

/* The query is left out: a presigned one would hold a signature. */
static void
log_request(const struct ka_http_request *request, int64_t nanoseconds)
{
	const struct ka_api_result *result = &request->result;

	if (!ka_log_enabled(KA_LOG_INFO))
		return;
	char path[256];
	(void)snprintf(path, sizeof(path), "%s", request->raw.path == NULL ? "" : request->raw.path);
	KA_LOG_FIELDS(KA_LOG_INFO, "request", KA_FIELD_TEXT("id", request->id), KA_FIELD_TEXT("operation", result->operation),
	    KA_FIELD_TEXT("method", request->raw.method), KA_FIELD_TEXT("path", path), KA_FIELD_NUMBER("status", result->status),
	    KA_FIELD_TEXT("error", result->error_type), KA_FIELD_MICROS("ms", nanoseconds / 1000),
	    KA_FIELD_TEXT("account", result->account), KA_FIELD_TEXT("key", result->access_key_id),
	    KA_FIELD_TEXT("peer", request->conn->peer), KA_FIELD_NUMBER("in", (int64_t)request->body.len),
	    KA_FIELD_NUMBER("out", (int64_t)result->body.len));
}

static void
add_headers(struct MHD_Response *response, const struct ka_http_request *request, bool early)
{
	const struct ka_api_result *result = &request->result;
	const struct ka_http *http = request->http;

	if (result->status != 304)
		(void)MHD_add_response_header(
		    response, "Content-Type", request->content_type == NULL ? "application/json" : request->content_type);
	(void)MHD_add_response_header(response, "x-amzn-RequestId", request->id);
	/* Replies hold keys and names; nothing on the way should keep them, but for what says so. */
	(void)MHD_add_response_header(
	    response, "Cache-Control", result->cache_control == NULL ? "no-store" : result->cache_control);
	if (result->etag != NULL)
		(void)MHD_add_response_header(response, "ETag", result->etag);
	if (result->error_type != NULL)
		(void)MHD_add_response_header(response, "x-amzn-ErrorType", result->error_type);
	if (request->refusal != NULL && request->refusal->allow != NULL)
		(void)MHD_add_response_header(response, "Allow", request->refusal->allow);
	else if (result->allow != NULL)
		(void)MHD_add_response_header(response, "Allow", result->allow);
	if (result->status == 503)
		(void)MHD_add_response_header(response, "Retry-After", "1");
	if (early || atomic_load(&http->draining) || atomic_load(&request->conn->pool->retired))
		(void)MHD_add_response_header(response, "Connection", "close");
}

enum MHD_Result
ka_reply_send(struct ka_http_request *request, bool early)
{
	struct ka_api_result *result = &request->result;
	int64_t nanoseconds = ka_clock_monotonic() - request->start;

	if (result->body.len == 0 && result->status != 304)
		ka_buf_puts(&result->body, "{}");
	count(request, nanoseconds);
	log_request(request, nanoseconds);
	/* libmicrohttpd frees the body with free(). */
	struct MHD_Response *response =
	    MHD_create_response_from_buffer(result->body.len, result->body.data, MHD_RESPMEM_MUST_FREE);
	if (response == NULL)
		return MHD_NO; /* out of memory: the connection is closed */
	result->body = (struct ka_buf){ 0 };
	add_headers(response, request, early);
	request->state = KA_REQUEST_REPLIED;
	request->conn->linger = early;
	ka_conn_enter(request->conn, KA_PHASE_REPLY);
	enum MHD_Result queued = MHD_queue_response(request->mhd, result->status, response);
	MHD_destroy_response(response);
	return queued;
}
