/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/mitigation.h"

#include <string.h>

#include "server/api/audit_json.h"
#include "server/api/config_check.h"
#include "server/api/params.h"

const char *
ka_action_arn(const struct ka_request *request, const char *name)
{
	return ka_arn(request, "mitigationaction", name);
}

/* What the model leaves open in a set of parameters. */
static bool
check_params(const struct ka_checking *checking, const char *member, const json_t *params)
{
	const struct ka_place root = { NULL, "actionParams", 0 }, set = { &root, member, 0 };
	const struct ka_place topic_place = { &set, "topicArn", 0 }, level_place = { &set, "logLevel", 0 };
	const char *topic = json_string_value(json_object_get(params, "topicArn"));
	const char *level = json_string_value(json_object_get(params, "logLevel"));

	if (topic != NULL && !ka_is_topic_arn(topic)) {
		ka_check_refuse(checking, &topic_place, topic, strlen(topic),
		    "must be the ARN of an SNS topic (arn:aws:sns:REGION:ACCOUNT:TOPIC)");
		return false;
	}
	if (level != NULL && strcmp(level, "DISABLED") == 0) {
		ka_check_refuse(checking, &level_place, level, strlen(level),
		    "must be DEBUG, INFO, WARN or ERROR: an action that enables logging cannot disable it");
		return false;
	}
	return true;
}

bool
ka_action_read_params(struct ka_action_row *row, struct ka_reply *reply, const struct ka_request *request)
{
	const struct ka_checking checking = { reply, request };
	json_t *json = ka_param_json(request, "actionParams");

	if (json == NULL)
		return true;
	if (json_object_size(json) != 1) {
		ka_reply_error(reply, request, KA_API_INVALID_REQUEST,
		    "actionParams: must have exactly one member, such as updateCACertificateParams: it says what the "
		    "action does; this "
		    "one has %zu",
		    json_object_size(json));
		return false;
	}
	const char *member = json_object_iter_key(json_object_iter(json));
	if (!check_params(&checking, member, json_object_get(json, member)))
		return false;
	row->type = ka_act_by_member(member)->type;
	row->params = ka_json_text(request->arena, json);
	return true;
}

enum ka_store_status
ka_action_get(struct ka_action_row *out, struct ka_tx *tx, struct ka_reply *reply, const struct ka_request *request)
{
	const char *name = ka_param_text(request, "actionName");
	enum ka_store_status status = ka_tx_action_get(tx, out, request->arena, &request->scope, name);

	if (status != KA_STORE_NONE)
		return status;
	ka_reply_error(reply, request, KA_API_RESOURCE_NOT_FOUND,
	    "actionName: account %s in %s has no mitigation action %s", request->scope.account, request->scope.region,
	    name);
	return KA_STORE_ABORTED;
}

const char *
ka_action_text(const struct ka_request *request, const struct ka_action_row *row)
{
	struct ka_buf buf = { 0 };
	struct ka_json json = { .buf = &buf };

	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "actionName", row->name);
	ka_json_string(&json, "actionId", row->id);
	ka_json_string(&json, "roleArn", row->role_arn);
	ka_json_raw(&json, "actionParams", row->params);
	ka_json_close(&json, '}');
	const char *text = ka_arena_text(request->arena, buf.data, buf.len);
	ka_buf_clear(&buf);
	return text;
}

void
ka_action_reply(struct ka_reply *reply, const struct ka_request *request, const struct ka_action_row *row)
{
	struct ka_json json = { .buf = &reply->body };

	ka_json_open(&json, NULL, '{');
	ka_json_string(&json, "actionArn", ka_action_arn(request, row->name));
	ka_json_string(&json, "actionId", row->id);
	ka_json_close(&json, '}');
}

bool
ka_mitigation_is_kept(const struct ka_request *request, const struct ka_mitigation_row *task)
{
	return task->status == KA_TASK_IN_PROGRESS || task->started >= ka_retention_start(request);
}

enum ka_store_status
ka_mitigation_get(
    struct ka_mitigation_row *out, struct ka_tx *tx, struct ka_reply *reply, const struct ka_request *request)
{
	const char *id = ka_param_text(request, "taskId");
	enum ka_store_status status = ka_tx_mitigation_get(tx, out, request->arena, &request->scope, id);

	if (status == KA_STORE_OK && ka_mitigation_is_kept(request, out))
		return KA_STORE_OK;
	if (status != KA_STORE_OK && status != KA_STORE_NONE)
		return status;
	ka_reply_error(reply, request, KA_API_RESOURCE_NOT_FOUND,
	    "taskId: account %s in %s has no audit mitigation actions task %s", request->scope.account,
	    request->scope.region, id);
	return KA_STORE_ABORTED;
}

const char *
ka_mitigation_arn(const struct ka_request *request, const char *id)
{
	return ka_arn(request, "auditmitigationtask", id);
}
