/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/suppression.h"

#include "server/api/check_names.h"

bool
ka_suppression_read_identity(
    struct ka_suppression_row *row, struct ka_resource *out, struct ka_reply *reply, const struct ka_request *request)
{
	const struct ka_audit_check *check =
	    ka_check_known(reply, request, "checkName", ka_param_text(request, "checkName"));

	if (check == NULL || !ka_resource_read(out, reply, request) || !ka_resource_fits(reply, request, out, check))
		return false;
	row->check_name = check->name;
	row->resource = out->json;
	return true;
}

bool
ka_suppression_read_end(struct ka_suppression_row *row, struct ka_reply *reply, const struct ka_request *request)
{
	bool has_date = ka_param_given(request, "expirationDate");
	bool forever = ka_param_bool(request, "suppressIndefinitely", false);

	if (has_date && forever) {
		ka_reply_error(reply, request, KA_API_INVALID_REQUEST,
		    "expirationDate: contradicts suppressIndefinitely; give one or the other");
		return false;
	}
	if (has_date) {
		(void)ka_param_time(request, &row->expiration, "expirationDate");
		row->indefinitely = false;
		if (row->expiration > request->now)
			return true;
		ka_reply_error(reply, request, KA_API_INVALID_REQUEST, "expirationDate: is over already");
		return false;
	}
	if (forever) {
		row->indefinitely = true;
		row->expiration = 0;
		return true;
	}
	/* Not said, or explicitly not for ever: then the row must have an end already. */
	if (row->expiration != 0 || (row->indefinitely && !ka_param_given(request, "suppressIndefinitely")))
		return true;
	ka_reply_error(reply, request, KA_API_INVALID_REQUEST, "expirationDate, or suppressIndefinitely as true, is required");
	return false;
}

enum ka_store_status
ka_suppression_get(struct ka_suppression_row *out, struct ka_tx *tx, struct ka_reply *reply, const struct ka_request *request,
    const struct ka_suppression_row *identity)
{
	enum ka_store_status status = ka_tx_suppression_get(
	    tx, out, request->arena, &request->scope, identity->check_name, identity->resource);

	if (status != KA_STORE_NONE)
		return status;
	ka_reply_error(reply, request, KA_API_RESOURCE_NOT_FOUND, "No suppression of %s for this resource", identity->check_name);
	return KA_STORE_ABORTED;
}

void
ka_suppression_json(struct ka_json *json, const struct ka_suppression_row *row)
{
	ka_json_string(json, "checkName", row->check_name);
	ka_json_raw(json, "resourceIdentifier", row->resource);
	if (!row->indefinitely)
		ka_json_millis(json, "expirationDate", row->expiration);
	ka_json_bool(json, "suppressIndefinitely", row->indefinitely);
	if (row->description != NULL)
		ka_json_string(json, "description", row->description);
}

const char *
ka_suppression_text(struct ka_arena *arena, const struct ka_suppression_row *row)
{
	struct ka_buf buf = { 0 };
	struct ka_json json = { .buf = &buf };

	ka_json_open(&json, NULL, '{');
	ka_suppression_json(&json, row);
	ka_json_close(&json, '}');
	const char *text = ka_arena_text(arena, buf.data, buf.len);
	ka_buf_clear(&buf);
	return text;
}

const char *
ka_suppression_arn(const struct ka_request *request, const struct ka_suppression_row *row)
{
	return ka_arn(request, "auditsuppression", ka_arena_format(request->arena, "%s/%s", row->check_name, row->resource));
}
