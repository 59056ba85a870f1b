/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/refusal.h"

#include "common/json.h"

/* AWS's front end has no published list; the names follow its customs (SerializationException, RequestEntityTooLargeException). */
const struct ka_refusal ka_refuse_bad_request = { 400, "SerializationException",
	"The request line or a header is malformed (RFC 9112).", NULL };
const struct ka_refusal ka_refuse_length_twice = { 400, "SerializationException",
	"The length of the body is stated twice (Content-Length, Transfer-Encoding).", NULL };
const struct ka_refusal ka_refuse_transfer_coding = { 501, "NotImplementedException",
	"Transfer-Encoding: only 'chunked' is supported.", NULL };
const struct ka_refusal ka_refuse_headers_too_large = { 431, "RequestHeaderFieldsTooLargeException",
	"The headers are longer than this server accepts (max-headers).", NULL };
const struct ka_refusal ka_refuse_too_large = { 413, "RequestEntityTooLargeException",
	"The body is longer than this server accepts (max-body).", NULL };
const struct ka_refusal ka_refuse_method = { 405, "MethodNotAllowedException",
	"No operation has this method.", KA_API_METHODS };
const struct ka_refusal ka_refuse_read_only = { 405, "MethodNotAllowedException",
	"This path can only be read.", "GET, HEAD" };
const struct ka_refusal ka_refuse_unknown_method = { 501, "NotImplementedException",
	"This server does not know the method.", NULL };
const struct ka_refusal ka_refuse_busy = { 503, "ServiceUnavailableException",
	"Too many request bodies are being received at the moment; try again.", NULL };
const struct ka_refusal ka_refuse_stopping = { 503, "ServiceUnavailableException",
	"The server is stopping; nothing was done, try again.", NULL };

void
ka_refuse(struct ka_api_result *result, const struct ka_refusal *refusal)
{
	struct ka_json json = { .buf = &result->body };

	ka_buf_clear(&result->body);
	*result = (struct ka_api_result){ .status = refusal->status, .error_type = refusal->type };
	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "message", refusal->message);
	ka_json_close(&json, '}');
}
