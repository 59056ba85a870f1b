/* SPDX-License-Identifier: Apache-2.0 */
/* UpdateAccountAuditConfiguration (reference, section 3.3). The first update of an account, and the first after a deletion, names a
 * role and enables a check; from then on members are merged. A check that a scheduled audit uses stays enabled. */
#include <string.h>

#include "server/api/check_names.h"
#include "server/api/config_check.h"
#include "server/api/ops.h"
#include "server/audit/config.h"

struct work {
	struct ka_reply *reply;
	const struct ka_request *request;
};

static enum ka_store_status
refuse(const struct work *work, const char *message)
{
	ka_reply_error(work->reply, work->request, KA_API_INVALID_REQUEST, "%s", message);
	return KA_STORE_ABORTED;
}

static bool
any_enabled(const json_t *checks)
{
	for (const struct ka_audit_check *check = ka_audit_checks(); check->name != NULL; check++)
		if (ka_audit_config_enabled(checks, check->name))
			return true;
	return false;
}

/* Puts what the request says of checks over the ones in checks. */
static void
merge_checks(json_t *checks, json_t *given)
{
	const char *name, *member;
	json_t *entry, *value;

	json_object_foreach(given, name, entry)
		json_object_foreach(entry, member, value)
			if (json_object_set(json_object_get(checks, name), member, value) != 0)
				ka_out_of_memory();
}

/* Which scheduled audit uses a check that is about to be disabled? */
static enum ka_store_status
refuse_scheduled(struct ka_tx *tx, const struct work *work, const json_t *before, const json_t *after)
{
	const struct ka_request *request = work->request;
	const struct ka_page all = { .ascending = true, .limit = UINT32_MAX };
	struct ka_schedule_row *schedules;
	size_t num;
	enum ka_store_status status =
	    ka_tx_schedule_list(tx, &schedules, &num, request->arena, &request->scope, &all);

	for (size_t i = 0; status == KA_STORE_OK && i < num; i++) {
		json_t *names = json_loads(schedules[i].checks, 0, NULL), *name;
		size_t index;

		if (names == NULL)
			status = KA_STORE_FAILED; /* damaged: better nothing than a guess */
		json_array_foreach(names, index, name) {
			const char *check = json_string_value(name);

			if (!ka_audit_config_enabled(before, check) || ka_audit_config_enabled(after, check))
				continue;
			status = refuse(work, ka_arena_format(request->arena,
				    "%s cannot be disabled: the scheduled audit %s uses it; update or delete that first", check,
				    schedules[i].name));
			break;
		}
		json_decref(names);
	}
	return status;
}

/* The targets as the row has them, with what the request says put over them. */
static enum ka_store_status
merge_targets(const char **out, const struct work *work, const char *stored)
{
	json_t *given = json_object_get(ka_param_json(work->request, "auditNotificationTargetConfigurations"), "SNS");

	*out = stored;
	if (given == NULL)
		return KA_STORE_OK;
	json_t *targets = stored == NULL ? json_object() : json_loads(stored, 0, NULL);
	json_t *sns = json_object_get(targets, "SNS");
	if (!json_is_object(targets) || (sns != NULL && !json_is_object(sns))) {
		json_decref(targets);
		return KA_STORE_FAILED;
	}
	if (sns == NULL)
		(void)json_object_set_new(targets, "SNS", sns = json_object());
	if (json_object_update(sns, given) != 0)
		ka_out_of_memory();
	bool is_whole = !json_is_true(json_object_get(sns, "enabled")) || json_object_get(sns, "targetArn") != NULL;
	*out = ka_json_text(work->request->arena, targets);
	json_decref(targets);
	return is_whole ? KA_STORE_OK
			: refuse(work, "auditNotificationTargetConfigurations.SNS: targetArn is required before it can be enabled");
}

static const char *
row_json(struct ka_arena *arena, const struct ka_audit_config_row *row)
{
	struct ka_buf buf = { 0 };
	struct ka_json json = { .buf = &buf };

	ka_json_open(&json, NULL, '{');
	if (row->role_arn != NULL)
		ka_json_string(&json, "roleArn", row->role_arn);
	if (row->notification_targets != NULL)
		ka_json_raw(&json, "auditNotificationTargetConfigurations", row->notification_targets);
	if (row->checks != NULL)
		ka_json_raw(&json, "auditCheckConfigurations", row->checks);
	ka_json_close(&json, '}');
	const char *text = ka_arena_text(arena, buf.data, buf.len);
	ka_buf_clear(&buf);
	return text;
}

/* before: what counted until now; checks: what the request is merged into. */
static enum ka_store_status
merge(struct ka_tx *tx, const struct work *work, const struct ka_audit_config_row *stored, const json_t *before, json_t *checks)
{
	const struct ka_request *request = work->request;
	const char *role_arn = ka_param_text(request, "roleArn");
	struct ka_audit_config_row row = { .role_arn = role_arn != NULL ? role_arn : stored == NULL ? NULL : stored->role_arn };
	bool is_first = stored == NULL || stored->role_arn == NULL;

	merge_checks(checks, ka_param_json(request, "auditCheckConfigurations"));
	if (is_first && row.role_arn == NULL)
		return refuse(work, "roleArn: is required in the first update of an account's audit configuration");
	if (is_first && !any_enabled(checks))
		return refuse(work,
		    "auditCheckConfigurations: the first update of an account's audit configuration must enable at least one check");
	enum ka_store_status status = refuse_scheduled(tx, work, before, checks);
	if (status == KA_STORE_OK)
		status = merge_targets(&row.notification_targets, work, stored == NULL ? NULL : stored->notification_targets);
	if (status != KA_STORE_OK)
		return status;
	row.checks = ka_json_text(request->arena, checks);
	status = ka_tx_audit_config_put(tx, &request->scope, &row);
	if (status != KA_STORE_OK)
		return status;
	return ka_log_change(tx, request, ka_arn(request, "auditconfiguration", request->scope.account),
	    stored == NULL ? NULL : row_json(request->arena, stored), row_json(request->arena, &row));
}

static enum ka_store_status
update(struct ka_tx *tx, void *arg)
{
	static const struct ka_audit_config_row nothing = { 0 };
	const struct work *work = arg;
	struct ka_audit_config_row row;
	enum ka_store_status status = ka_tx_audit_config_get(tx, &row, work->request->arena, &work->request->scope);

	if (status != KA_STORE_OK && status != KA_STORE_NONE)
		return status;
	const struct ka_audit_config_row *stored = status == KA_STORE_OK ? &row : NULL;
	json_t *before = ka_audit_config_checks(stored);
	/* Defaults do not survive the first update: what it does not name is disabled, as on AWS. */
	json_t *checks = ka_audit_config_checks(stored == NULL ? &nothing : stored);
	status = before == NULL || checks == NULL ? KA_STORE_FAILED : merge(tx, work, stored, before, checks);
	json_decref(before);
	json_decref(checks);
	return status;
}

void
ka_op_update_account_audit_configuration(struct ka_reply *reply, struct ka_request *request)
{
	struct work work = { reply, request };

	if (ka_config_check_targets(reply, request, ka_param_json(request, "auditNotificationTargetConfigurations")) &&
	    ka_config_check_checks(reply, request, ka_param_json(request, "auditCheckConfigurations")))
		(void)ka_api_write(reply, request, update, &work);
}
