/* SPDX-License-Identifier: Apache-2.0 */
/* TagResource: adds tags, or replaces the values of keys that are there. */
#include "server/api/ops.h"
#include "server/api/tags.h"

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
	const char *arn;
	struct ka_tags tags;
};

static enum ka_store_status
tag(struct ka_tx *tx, void *arg)
{
	const struct work *work = arg;
	const char *before = NULL, *after = NULL;
	enum ka_store_status status = ka_taggable(tx, work->reply, work->request, work->arn);

	if (status == KA_STORE_OK)
		status = ka_tags_json(&before, tx, work->request, work->arn);
	if (status == KA_STORE_OK)
		status = ka_tags_put(tx, work->reply, work->request, work->arn, &work->tags);
	if (status == KA_STORE_OK)
		status = ka_tags_json(&after, tx, work->request, work->arn);
	return status == KA_STORE_OK ? ka_log_change(tx, work->request, work->arn, before, after) : status;
}

void
ka_op_tag_resource(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { .reply = reply, .request = request, .arn = ka_param_text(request, "resourceArn") };

	if (ka_tags_read(&work.tags, reply, request))
		(void)ka_api_write(reply, request, tag, &work);
}
