/* SPDX-License-Identifier: Apache-2.0 */
/* ListTagsForResource. A resource has at most 50 tags and the operation has no page size: all of them are one page. */
#include "server/api/ops.h"
#include "server/api/tags.h"

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
	const char *arn;
	struct ka_tag_row *rows;
	size_t num;
};

static enum ka_store_status
list(struct ka_tx *tx, void *arg)
{
	struct work *work = arg;
	enum ka_store_status status = ka_taggable(tx, work->reply, work->request, work->arn);

	if (status != KA_STORE_OK)
		return status;
	return ka_tx_tag_list(tx, &work->rows, &work->num, work->request->arena, &work->request->scope, work->arn);
}

void
ka_op_list_tags_for_resource(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { .reply = reply, .request = request, .arn = ka_param_text(request, "resourceArn") };
	struct ka_json json = { .buf = &reply->body };

	if (ka_param_given(request, "nextToken")) {
		ka_reply_error(reply, request, KA_API_INVALID_REQUEST, "nextToken: this list has one page only, so no token of it exists");
		return;
	}
	if (!ka_api_read(reply, request, list, &work))
		return;
	ka_json_open(&json, NULL, '{');
	ka_json_open(&json, "tags", '[');
	for (size_t i = 0; i < work.num; i++) {
		ka_json_open(&json, NULL, '{');
		ka_json_string(&json, "Key", work.rows[i].key);
		ka_json_string(&json, "Value", work.rows[i].value);
		ka_json_close(&json, '}');
	}
	ka_json_close(&json, ']');
	ka_json_close(&json, '}');
}
