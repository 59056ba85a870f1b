/* SPDX-License-Identifier: Apache-2.0 */
/* CreateMitigationAction. Idempotent: once more with the same role and parameters, and no tag that is not there,
 * gives the same answer; with others it is RESOURCE_ALREADY_EXISTS (reference, section 3.8). */
#include <string.h>

#include "server/api/mitigation.h"
#include "server/api/ops.h"
#include "server/api/tags.h"
#include "server/random.h"

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
	const char *arn;
	struct ka_action_row row; /* as it is asked for */
	struct ka_tags tags;
	struct ka_action_row result; /* as it is afterwards */
};

/* Whether all tags of the request are there. */
static enum ka_store_status
has_tags(bool *out, struct ka_tx *tx, const struct work *work)
{
	struct ka_tag_row *rows;
	size_t num, found = 0;
	enum ka_store_status status =
	    ka_tx_tag_list(tx, &rows, &num, work->request->arena, &work->request->scope, work->arn);

	for (size_t i = 0; status == KA_STORE_OK && i < work->tags.num; i++)
		for (size_t k = 0; k < num; k++)
			found += strcmp(rows[k].key, work->tags.rows[i].key) == 0 &&
			    strcmp(rows[k].value, work->tags.rows[i].value) == 0;
	*out = found == work->tags.num;
	return status;
}

static enum ka_store_status
again(struct ka_tx *tx, const struct work *work)
{
	bool same_tags;
	enum ka_store_status status = has_tags(&same_tags, tx, work);

	if (status != KA_STORE_OK)
		return status;
	if (same_tags && strcmp(work->result.role_arn, work->row.role_arn) == 0 &&
	    strcmp(work->result.params, work->row.params) == 0)
		return KA_STORE_OK;
	ka_reply_exists(work->reply, work->request, work->row.name, work->arn,
	    "A mitigation action with this name and other parameters exists already");
	return KA_STORE_ABORTED;
}

static enum ka_store_status
check_room(struct ka_tx *tx, const struct work *work)
{
	const struct ka_request *request = work->request;
	uint64_t num;
	enum ka_store_status status = ka_tx_action_count(tx, &num, &request->scope);

	if (status != KA_STORE_OK || num < KA_MAX_ACTIONS)
		return status;
	ka_reply_error(work->reply, request, KA_API_LIMIT_EXCEEDED,
	    "Account %s has %llu mitigation actions in %s; at most %u are possible", request->scope.account,
	    (unsigned long long)num, request->scope.region, KA_MAX_ACTIONS);
	return KA_STORE_ABORTED;
}

static enum ka_store_status
create(struct ka_tx *tx, void *arg)
{
	struct work *work = arg;
	const struct ka_request *request = work->request;
	enum ka_store_status status =
	    ka_tx_action_get(tx, &work->result, request->arena, &request->scope, work->row.name);

	if (status != KA_STORE_NONE)
		return status == KA_STORE_OK ? again(tx, work) : status;
	work->result = work->row;
	status = check_room(tx, work);
	if (status == KA_STORE_OK)
		status = ka_tx_action_insert(tx, &request->scope, &work->row);
	if (status == KA_STORE_OK)
		status = ka_tags_put(tx, work->reply, request, work->arn, &work->tags);
	return status == KA_STORE_OK ? ka_log_change(tx, request, work->arn, NULL, ka_action_text(request, &work->row))
				     : status;
}

void
ka_op_create_mitigation_action(struct ka_reply *reply, struct ka_request *request)
{
	const char *name = ka_param_text(request, "actionName");
	struct work work = {
		.reply = reply,
		.request = request,
		.arn = ka_action_arn(request, name),
		.row = {
			.name = name,
			.role_arn = ka_param_text(request, "roleArn"),
			.created = request->now,
			.modified = request->now,
		},
	};

	ka_random_uuid(work.row.id);
	if (ka_action_read_params(&work.row, reply, request) && ka_tags_read(&work.tags, reply, request) &&
	    ka_api_write(reply, request, create, &work))
		ka_action_reply(reply, request, &work.result);
}
