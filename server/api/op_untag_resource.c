/* SPDX-License-Identifier: Apache-2.0 */
/* UntagResource: takes tags away; keys that are not there are no error. */
#include "server/api/ops.h"
#include "server/api/tags.h"

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
	const char *arn;
};

static enum ka_store_status
untag(struct ka_tx *tx, void *arg)
{
	const struct work *work = arg;
	const struct ka_request *request = work->request;
	const char *before = NULL, *after = NULL;
	json_t *keys = ka_param_json(request, "tagKeys"), *key;
	size_t index;
	enum ka_store_status status = ka_taggable(tx, work->reply, request, work->arn);

	if (status == KA_STORE_OK)
		status = ka_tags_json(&before, tx, request, work->arn);
	json_array_foreach(keys, index, key) {
		if (status != KA_STORE_OK)
			break;
		status = ka_tx_tag_delete(tx, &request->scope, work->arn, json_string_value(key));
		if (status == KA_STORE_NONE)
			status = KA_STORE_OK;
	}
	if (status == KA_STORE_OK)
		status = ka_tags_json(&after, tx, request, work->arn);
	return status == KA_STORE_OK ? ka_log_change(tx, request, work->arn, before, after) : status;
}

void
ka_op_untag_resource(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { reply, request, ka_param_text(request, "resourceArn") };

	(void)ka_api_write(reply, request, untag, &work);
}
