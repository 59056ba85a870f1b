/* SPDX-License-Identifier: Apache-2.0 */
/* request.c - a request's way through libmicrohttpd, which calls begin with the request line, step once with the headers, once for each
 * piece of the body and once at its end (again after a worker has finished), and end when the reply is sent or the client has gone. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "server/clock.h"
#include "server/http/room.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/random.h"

/* Memory for bodies that are being received, over all connections: nobody has shown a signature yet. In bodies of the greatest length. */
#define MAX_BODIES 256
/* A chunked body that has become too long is read on, and thrown away, up to this many times the limit, so that the client hears why. */
#define MAX_DISCARDED 8

void *
ka_request_begin(void *cls, const char *uri, struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct ka_http_request *request = calloc(1, sizeof(*request));
	struct ka_pool *pool = cls;

	if (request == NULL)
		ka_out_of_memory();
	request->http = pool->http;
	request->conn = info->socket_context;
	request->mhd = mhd;
	request->start = ka_clock_monotonic();
	/* As it came: signatures cover it, and what libmicrohttpd says later is decoded. */
	request->target = ka_arena_string(&request->arena, uri == NULL ? "" : uri);
	ka_random_uuid(request->id);
	ka_conn_enter(request->conn, KA_PHASE_HEADERS);
	return request;
}

/* --- headers --- */

struct headers {
	struct ka_arena *arena;
	struct ka_raw_header *rows;
	size_t num;
};

static enum MHD_Result
add_header(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_len, const char *value, size_t value_len)
{
	struct headers *headers = cls;
	char *lower = ka_arena_text(headers->arena, name, name_len);

	(void)kind;
	for (size_t i = 0; i < name_len; i++)
		lower[i] = (char)tolower((unsigned char)lower[i]);
	/* RFC 9110, 5.5: blanks around a value are not part of it. */
	while (value_len > 0 && strchr(" \t\r", value[value_len - 1]) != NULL)
		value_len--;
	headers->rows[headers->num++] =
	    (struct ka_raw_header){ lower, ka_arena_text(headers->arena, value == NULL ? "" : value, value == NULL ? 0 : value_len) };
	return MHD_YES;
}

static void
read_headers(struct ka_http_request *request)
{
	int num = MHD_get_connection_values(request->mhd, MHD_HEADER_KIND, NULL, NULL);
	struct headers headers = { .arena = &request->arena };

	headers.rows = ka_arena_take(headers.arena, (size_t)(num > 0 ? num : 1) * sizeof(headers.rows[0]));
	(void)MHD_get_connection_values_n(request->mhd, MHD_HEADER_KIND, add_header, &headers);
	request->raw.headers = headers.rows;
	request->raw.num_headers = headers.num;
}

static enum MHD_Result
on_headers(struct ka_http_request *request, const char *method)
{
	const union MHD_ConnectionInfo *size = MHD_get_connection_info(request->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	struct ka_http *http = request->http;

	if (atomic_load(&http->stopping))
		return MHD_NO; /* closed unanswered: nothing was done, the client may ask another node */
	atomic_fetch_add(&http->under_way, 1);
	request->counted = true;
	request->state = KA_REQUEST_BODY;
	ka_conn_enter(request->conn, KA_PHASE_BODY);
	request->raw.method = ka_arena_string(&request->arena, method);
	request->raw.request_id = request->id;
	request->raw.peer = request->conn->peer;
	read_headers(request);
	ka_message_target(&request->raw, request->target);

	/* What makes the end of the body doubtful, or the body too long, is answered now; what is only wrong, when all of it has come: then the
	 * connection can be used again. */
	request->refusal = ka_message_check_headers(&request->raw, (uint64_t)http->config->max_body);
	if (size != NULL && size->header_size > (size_t)http->config->max_headers)
		request->refusal = &ka_refuse_headers_too_large;
	if (request->refusal != NULL) {
		ka_refuse(&request->result, request->refusal);
		return ka_reply_send(request, true);
	}
	request->refusal = ka_message_check_line(&request->raw);
	return MHD_YES;
}

/* --- body --- */

static enum MHD_Result
on_body(struct ka_http_request *request, const char *data, size_t *len)
{
	struct ka_http *http = request->http;
	size_t max = (size_t)http->config->max_body, num = *len;

	*len = 0; /* all of it is taken */
	if (request->refusal == NULL && request->body.len + num > max)
		request->refusal = &ka_refuse_too_large;
	if (request->refusal == NULL &&
	    atomic_load_explicit(&http->body_memory, memory_order_relaxed) + (int64_t)num > (int64_t)max * MAX_BODIES)
		request->refusal = &ka_refuse_busy;
	if (request->refusal == NULL) {
		ka_buf_put(&request->body, data, num);
		atomic_fetch_add_explicit(&http->body_memory, (int64_t)num, memory_order_relaxed);
		return MHD_YES;
	}
	request->discarded += num;
	return request->discarded <= max * MAX_DISCARDED ? MHD_YES : MHD_NO;
}

static enum MHD_Result
on_complete(struct ka_http_request *request)
{
	struct ka_http *http = request->http;

	ka_conn_enter(request->conn, KA_PHASE_HANDLING);
	request->raw.body = (struct ka_slice){ (const uint8_t *)request->body.data, request->body.len };
	if (request->refusal == NULL && atomic_load(&http->stopping))
		request->refusal = &ka_refuse_stopping;
	if (request->refusal != NULL) {
		ka_refuse(&request->result, request->refusal);
		return ka_reply_send(request, false);
	}
	if (ka_message_is_plain(request->raw.path)) {
		ka_plain_handle(request);
		return ka_reply_send(request, false);
	}
	if (!ka_api_is_write(request->raw.method, request->raw.path)) {
		ka_api_handle(&request->result, http->server, &request->arena, &request->raw);
		return ka_reply_send(request, false);
	}
	request->state = KA_REQUEST_QUEUED;
	MHD_suspend_connection(request->mhd);
	ka_workers_push(http->workers, request);
	return MHD_YES;
}

enum MHD_Result
ka_request_step(void *cls, struct MHD_Connection *mhd, const char *url, const char *method, const char *version,
    const char *upload, size_t *upload_len, void **con_cls)
{
	struct ka_http_request *request = *con_cls;

	(void)cls;
	(void)mhd;
	(void)url;
	(void)version;
	switch (request->state) {
	case KA_REQUEST_NEW:
		return on_headers(request, method);
	case KA_REQUEST_BODY:
		return *upload_len > 0 ? on_body(request, upload, upload_len) : on_complete(request);
	case KA_REQUEST_DONE:
		return ka_reply_send(request, false);
	case KA_REQUEST_QUEUED:
	case KA_REQUEST_REPLIED:
		break;
	}
	return MHD_YES;
}

void
ka_request_end(void *cls, struct MHD_Connection *mhd, void **con_cls, enum MHD_RequestTerminationCode code)
{
	struct ka_http_request *request = *con_cls;

	(void)cls;
	(void)mhd;
	if (request == NULL)
		return;
	*con_cls = NULL;
	if (request->counted && request->state != KA_REQUEST_REPLIED)
		KA_LOG_FIELDS(KA_LOG_INFO, "aborted", KA_FIELD_TEXT("id", request->id), KA_FIELD_TEXT("method", request->raw.method),
		    KA_FIELD_TEXT("path", request->raw.path), KA_FIELD_TEXT("peer", request->conn->peer),
		    KA_FIELD_NUMBER("code", code), KA_FIELD_NUMBER("body", (int64_t)request->body.len));
	ka_conn_enter(request->conn, KA_PHASE_WAITING);
	atomic_fetch_sub_explicit(&request->http->body_memory, (int64_t)request->body.len, memory_order_relaxed);
	ka_buf_clear(&request->body);
	ka_buf_clear(&request->result.body);
	ka_arena_clear(&request->arena);
	if (request->counted)
		atomic_fetch_sub(&request->http->under_way, 1);
	free(request);
}
