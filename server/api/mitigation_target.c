/* SPDX-License-Identifier: Apache-2.0 */
/* Which findings a mitigation task is about, and which actions are applied to them (reference, section 3.8). */
#include <string.h>

#include "server/api/audit_json.h"
#include "server/api/check_names.h"
#include "server/api/mitigation.h"

static bool
refuse(struct ka_reply *reply, const struct ka_request *request, const char *rule)
{
	ka_reply_error(reply, request, KA_API_INVALID_REQUEST, "target: %s", rule);
	return false;
}

/* Whether a string stands in a list before an index. */
static bool
stands_before(const json_t *list, size_t index)
{
	const char *text = json_string_value(json_array_get(list, index));

	for (size_t i = 0; i < index; i++)
		if (strcmp(json_string_value(json_array_get(list, i)), text) == 0)
			return true;
	return false;
}

static bool
read_mapping(struct ka_reply *reply, const struct ka_request *request, json_t *mapping)
{
	static const char member[] = "auditCheckToActionsMapping";
	const char *check_name;
	json_t *names;

	if (json_object_size(mapping) == 0) {
		ka_reply_error(reply, request, KA_API_INVALID_REQUEST, "%s: must name at least one check", member);
		return false;
	}
	json_object_foreach(mapping, check_name, names)
	{
		if (ka_check_known(reply, request, member, check_name) == NULL)
			return false;
		for (size_t i = 0; i < json_array_size(names); i++)
			if (stands_before(names, i)) {
				ka_reply_error(reply, request, KA_API_INVALID_REQUEST,
				    "%s: names action %s twice for %s", member,
				    json_string_value(json_array_get(names, i)), check_name);
				return false;
			}
	}
	return true;
}

/* A filter of a check that nothing is done about would be a mistake that nobody sees. */
static bool
read_filter(struct ka_reply *reply, const struct ka_request *request, json_t *filter, const json_t *mapping)
{
	static const char member[] = "target.auditCheckToReasonCodeFilter";
	const char *check_name;
	json_t *codes;

	json_object_foreach(filter, check_name, codes)
	{
		if (ka_check_known(reply, request, member, check_name) == NULL)
			return false;
		if (json_object_get(mapping, check_name) == NULL) {
			ka_reply_error(reply, request, KA_API_INVALID_REQUEST,
			    "%s: names %s, which auditCheckToActionsMapping has no actions for", member, check_name);
			return false;
		}
	}
	return true;
}

bool
ka_mitigation_read_target(struct ka_mitigation_row *row, struct ka_reply *reply, const struct ka_request *request)
{
	json_t *target = ka_param_json(request, "target"),
	       *mapping = ka_param_json(request, "auditCheckToActionsMapping");
	json_t *ids = json_object_get(target, "findingIds"),
	       *filter = json_object_get(target, "auditCheckToReasonCodeFilter");

	row->audit_task = json_string_value(json_object_get(target, "auditTaskId"));
	if (row->audit_task == NULL && ids == NULL)
		return refuse(reply, request, "needs auditTaskId, for the findings of an audit, or findingIds");
	if (row->audit_task != NULL && ids != NULL)
		return refuse(reply, request, "auditTaskId and findingIds cannot be combined");
	if (ids != NULL && filter != NULL)
		return refuse(reply, request,
		    "auditCheckToReasonCodeFilter narrows the findings of auditTaskId; findingIds names them");
	for (size_t i = 0; i < json_array_size(ids); i++)
		if (stands_before(ids, i))
			return refuse(reply, request, "findingIds names a finding twice");
	if (!read_mapping(reply, request, mapping) || !read_filter(reply, request, filter, mapping))
		return false;
	row->target = ka_json_text(request->arena, target);
	row->mapping = ka_json_text(request->arena, mapping);
	return true;
}

/* --- against what is there ---------------------------------------------------------------------------------------- */

struct work {
	struct ka_mitigation_row *row;
	struct ka_tx *tx;
	struct ka_reply *reply;
	const struct ka_request *request;
	json_t *mapping;
};

#define REFUSE(work, ...) \
	(ka_reply_error((work)->reply, (work)->request, KA_API_INVALID_REQUEST, __VA_ARGS__), KA_STORE_ABORTED)

/* The audit whose findings are meant. While it runs they are not complete. */
static enum ka_store_status
check_audit(const struct work *work)
{
	const struct ka_request *request = work->request;
	const char *id = work->row->audit_task;
	struct ka_task_row task;

	if (id == NULL)
		return KA_STORE_OK;
	enum ka_store_status status = ka_tx_task_get(work->tx, &task, request->arena, &request->scope, id);
	if (status == KA_STORE_OK && task.status == KA_TASK_IN_PROGRESS)
		return REFUSE(
		    work, "target.auditTaskId: audit task %s is still in progress; wait for its end, or cancel it", id);
	if (status == KA_STORE_NONE || (status == KA_STORE_OK && task.started < ka_retention_start(request)))
		return REFUSE(work, "target.auditTaskId: account %s in %s has no audit task %s", request->scope.account,
		    request->scope.region, id);
	return status;
}

static enum ka_store_status
check_finding(const struct work *work, const char **out_check, const char *id)
{
	const struct ka_request *request = work->request;
	struct ka_finding_row finding;
	enum ka_store_status status = ka_tx_finding_get(work->tx, &finding, request->arena, &request->scope, id);

	if (status == KA_STORE_NONE || (status == KA_STORE_OK && finding.found < ka_retention_start(request)))
		return REFUSE(work, "target.findingIds: account %s in %s has no audit finding %s",
		    request->scope.account, request->scope.region, id);
	if (status != KA_STORE_OK)
		return status;
	if (json_object_get(work->mapping, finding.check_name) == NULL)
		return REFUSE(work,
		    "target.findingIds: finding %s is one of %s, which auditCheckToActionsMapping has no actions for",
		    id, finding.check_name);
	*out_check = finding.check_name;
	return KA_STORE_OK;
}

static enum ka_store_status
check_findings(const struct work *work)
{
	json_t *ids = json_object_get(ka_param_json(work->request, "target"), "findingIds"), *id;
	struct ka_arena *arena = work->request->arena;
	const char *list = "", *check_name;
	size_t i;

	if (ids == NULL)
		return KA_STORE_OK;
	json_array_foreach(ids, i, id)
	{
		enum ka_store_status status = check_finding(work, &check_name, json_string_value(id));

		if (status != KA_STORE_OK)
			return status;
		/* Names of checks are letters and underscores: nothing needs an escape. */
		list = ka_arena_format(arena, "%s%s\"%s\"", list, i == 0 ? "" : ",", check_name);
	}
	work->row->listed_checks = ka_arena_format(arena, "[%s]", list);
	return KA_STORE_OK;
}

/* A definition as it is now; the task will follow it whatever becomes of the action. */
static void
put_definition(struct ka_json *json, const struct ka_action_row *action)
{
	ka_json_open(json, NULL, '{');
	ka_json_string(json, "name", action->name);
	ka_json_string(json, "id", action->id);
	ka_json_string(json, "roleArn", action->role_arn);
	ka_json_raw(json, "actionParams", action->params);
	ka_json_close(json, '}');
}

/* Looks an action up, and adds its definition when it is not among the done ones. */
static enum ka_store_status
take_action(const struct work *work, struct ka_json *json, json_t *done, const char *check_name, const char *name)
{
	const struct ka_request *request = work->request;
	struct ka_action_row action;
	enum ka_store_status status = ka_tx_action_get(work->tx, &action, request->arena, &request->scope, name);

	if (status == KA_STORE_NONE)
		return REFUSE(work, "auditCheckToActionsMapping: account %s in %s has no mitigation action %s",
		    request->scope.account, request->scope.region, name);
	if (status != KA_STORE_OK)
		return status;
	if (!ka_act_fits(ka_act_of(action.type), check_name))
		return REFUSE(work,
		    "auditCheckToActionsMapping: action %s is an %s, which cannot be applied to findings of %s", name,
		    ka_act_of(action.type)->name, check_name);
	if (json_object_get(done, name) != NULL)
		return KA_STORE_OK;
	if (json_object_set_new(done, name, json_true()) != 0)
		ka_out_of_memory();
	put_definition(json, &action);
	return KA_STORE_OK;
}

static enum ka_store_status
take_actions(const struct work *work, struct ka_json *json, json_t *done)
{
	const char *check_name;
	json_t *names, *name;
	size_t i;

	ka_json_open(json, NULL, '[');
	json_object_foreach(work->mapping, check_name, names)
	{
		json_array_foreach(names, i, name)
		{
			enum ka_store_status status =
			    take_action(work, json, done, check_name, json_string_value(name));

			if (status != KA_STORE_OK)
				return status;
		}
	}
	ka_json_close(json, ']');
	return KA_STORE_OK;
}

static enum ka_store_status
check_actions(const struct work *work)
{
	struct ka_buf buf = { 0 };
	struct ka_json json = { .buf = &buf };
	json_t *done = json_object();
	enum ka_store_status status = take_actions(work, &json, done);

	if (status == KA_STORE_OK)
		work->row->actions = ka_arena_text(work->request->arena, buf.data, buf.len);
	json_decref(done);
	ka_buf_clear(&buf);
	return status;
}

enum ka_store_status
ka_mitigation_resolve(struct ka_mitigation_row *row, struct ka_mitigation_check_row **out_counts, size_t *out_num,
    struct ka_tx *tx, struct ka_reply *reply, const struct ka_request *request)
{
	const struct work work = { row, tx, reply, request, ka_param_json(request, "auditCheckToActionsMapping") };
	struct ka_mitigation_check_row *counts =
	    ka_arena_take(request->arena, json_object_size(work.mapping) * sizeof(*counts));
	const char *check_name;
	json_t *names;
	size_t num = 0;
	enum ka_store_status status = check_audit(&work);

	if (status == KA_STORE_OK)
		status = check_findings(&work);
	if (status == KA_STORE_OK)
		status = check_actions(&work);
	if (status != KA_STORE_OK)
		return status;
	json_object_foreach(work.mapping, check_name, names)
	{
		counts[num++].check_name = check_name;
	}
	*out_counts = counts;
	*out_num = num;
	return KA_STORE_OK;
}
