/* SPDX-License-Identifier: Apache-2.0 */
#include "server/action/plan.h"

#include <jansson.h>
#include <string.h>

#include "server/finding/finding.h"

/* A list of strings; NULL when it is none. */
static const char **
read_strings(size_t *out_num, struct ka_arena *arena, const json_t *list)
{
	size_t num = json_array_size(list);
	const char **out = ka_arena_take(arena, (num + 1) * sizeof(*out));

	for (size_t i = 0; i < num; i++)
		if ((out[i] = ka_arena_string(arena, json_string_value(json_array_get(list, i)))) == NULL)
			return NULL;
	*out_num = num;
	return json_is_array(list) ? out : NULL;
}

/* A MitigationAction: {"name","id","roleArn","actionParams"}. */
static bool
read_action(struct ka_plan_action *out, struct ka_arena *arena, const json_t *json)
{
	json_t *params = json_object_get(json, "actionParams");
	const char *member = json_object_iter_key(json_object_iter(params));

	if (member == NULL)
		return false;
	const char *topic = json_string_value(json_object_get(json_object_get(params, member), "topicArn"));
	*out = (struct ka_plan_action){
		.name = ka_arena_string(arena, json_string_value(json_object_get(json, "name"))),
		.id = ka_arena_string(arena, json_string_value(json_object_get(json, "id"))),
		.act = ka_act_by_member(member),
		.topic = ka_arena_string(arena, topic),
	};
	return out->name != NULL && out->id != NULL && out->act != NULL &&
	    (out->act->type == KA_ACTION_PUBLISH_FINDING_TO_SNS) == (topic != NULL);
}

static bool
read_actions(struct ka_plan *out, struct ka_arena *arena, const json_t *list)
{
	out->num_actions = json_array_size(list);
	out->actions = ka_arena_take(arena, (out->num_actions + 1) * sizeof(*out->actions));
	for (size_t i = 0; i < out->num_actions; i++)
		if (!read_action(&out->actions[i], arena, json_array_get(list, i)))
			return false;
	return json_is_array(list);
}

static bool
find_action(size_t *out, const struct ka_plan *plan, const json_t *name)
{
	for (size_t i = 0; json_is_string(name) && i < plan->num_actions; i++)
		if (strcmp(plan->actions[i].name, json_string_value(name)) == 0) {
			*out = i;
			return true;
		}
	return false;
}

static bool
read_check(struct ka_plan_check *out, struct ka_arena *arena, const struct ka_plan *plan, const json_t *names,
    const json_t *codes)
{
	out->num_actions = json_array_size(names);
	if (out->num_actions == 0 || out->num_actions > KA_MAX_ACTIONS_PER_CHECK)
		return false;
	for (size_t i = 0; i < out->num_actions; i++)
		if (!find_action(&out->actions[i], plan, json_array_get(names, i)))
			return false;
	if (codes == NULL)
		return true;
	out->reason_codes = read_strings(&out->num_reason_codes, arena, codes);
	return out->reason_codes != NULL;
}

static bool
read_checks(struct ka_plan *out, struct ka_arena *arena, json_t *mapping, const json_t *filter)
{
	const char *name;
	json_t *names;

	out->checks = ka_arena_take(arena, (json_object_size(mapping) + 1) * sizeof(*out->checks));
	json_object_foreach(mapping, name, names)
	{
		struct ka_plan_check *check = &out->checks[out->num_checks++];

		check->name = ka_arena_string(arena, name);
		if (!read_check(check, arena, out, names, json_object_get(filter, name)))
			return false;
	}
	return out->num_checks > 0;
}

static bool
read_findings(struct ka_plan *out, struct ka_arena *arena, const json_t *ids, const json_t *checks)
{
	size_t num_checks = 0;

	if (ids == NULL)
		return true;
	out->findings = read_strings(&out->num_findings, arena, ids);
	out->finding_checks = read_strings(&num_checks, arena, checks);
	return out->findings != NULL && out->finding_checks != NULL && num_checks == out->num_findings;
}

bool
ka_plan_read(struct ka_plan *out, struct ka_arena *arena, const struct ka_mitigation_row *task)
{
	json_t *target = json_loads(task->target, 0, NULL), *mapping = json_loads(task->mapping, 0, NULL);
	json_t *actions = json_loads(task->actions, 0, NULL);
	json_t *checks = task->listed_checks == NULL ? NULL : json_loads(task->listed_checks, 0, NULL);

	*out = (struct ka_plan){ 0 };
	bool ok = json_is_object(target) && read_actions(out, arena, actions) &&
	    read_checks(out, arena, mapping, json_object_get(target, "auditCheckToReasonCodeFilter")) &&
	    read_findings(out, arena, json_object_get(target, "findingIds"), checks) &&
	    (out->findings == NULL) == (task->audit_task != NULL);
	json_decref(target);
	json_decref(mapping);
	json_decref(actions);
	json_decref(checks);
	return ok;
}

const struct ka_plan_check *
ka_plan_check(const struct ka_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->num_checks; i++)
		if (strcmp(plan->checks[i].name, name) == 0)
			return &plan->checks[i];
	return NULL;
}

bool
ka_plan_takes(const struct ka_plan_check *check, const char *reason_code)
{
	for (size_t i = 0; i < check->num_reason_codes; i++)
		if (strcmp(check->reason_codes[i], reason_code) == 0)
			return true;
	return check->reason_codes == NULL;
}

enum ka_store_status
ka_finding_is_suppressed(bool *out, struct ka_tx *tx, struct ka_arena *arena, const struct ka_scope *scope,
    const struct ka_finding_row *finding, int64_t now)
{
	struct ka_suppression_row row;
	const char *resource = ka_finding_resource(arena, finding->resource_type, finding->resource_id);
	enum ka_store_status status = ka_tx_suppression_get(tx, &row, arena, scope, finding->check_name, resource);

	*out = finding->suppressed || (status == KA_STORE_OK && (row.indefinitely || row.expiration > now));
	return status == KA_STORE_NONE ? KA_STORE_OK : status;
}
