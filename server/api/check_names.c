/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/check_names.h"

#include <string.h>

#include "common/message.h"
#include "server/audit/config.h"

#define MAX_NAMES 32u /* more than there are */
#define MAX_SEEN_LEN 64u

static const char *
nearest(const char *name)
{
	const char *names[MAX_NAMES];
	size_t num = 0;

	for (const struct ka_audit_check *check = ka_audit_checks(); check->name != NULL && num < MAX_NAMES; check++)
		names[num++] = check->name;
	return ka_nearest(name, names, num);
}

const struct ka_audit_check *
ka_check_known(struct ka_reply *reply, const struct ka_request *request, const char *member, const char *name)
{
	const struct ka_audit_check *check = ka_audit_check_by_name(name);
	struct ka_buf message = { 0 };

	if (check != NULL)
		return check;
	ka_buf_format(&message, "%s: no audit check is called \"", member);
	(void)ka_buf_clean(&message, name, strnlen(name, MAX_SEEN_LEN));
	ka_buf_puts(&message, "\"; DescribeAccountAuditConfiguration lists all");
	if (nearest(name) != NULL)
		ka_buf_format(&message, ". Did you mean %s?", nearest(name));
	ka_reply_error(reply, request, KA_API_INVALID_REQUEST, "%.*s", (int)message.len, message.data);
	ka_buf_clear(&message);
	return NULL;
}

static bool
has(const struct ka_check_names *names, const struct ka_audit_check *check)
{
	for (size_t i = 0; i < names->num; i++)
		if (names->checks[i] == check)
			return true;
	return false;
}

bool
ka_check_names_read(struct ka_check_names *out, struct ka_reply *reply, const struct ka_request *request)
{
	static const char member[] = "targetCheckNames";
	json_t *list = ka_param_json(request, member), *name;
	size_t index;

	*out = (struct ka_check_names){ 0 };
	if (list == NULL)
		return true;
	if (json_array_size(list) == 0) {
		ka_reply_error(reply, request, KA_API_INVALID_REQUEST, "%s: must name at least one check", member);
		return false;
	}
	out->checks = ka_arena_take(request->arena, json_array_size(list) * sizeof(*out->checks));
	json_array_foreach(list, index, name) {
		const struct ka_audit_check *check = ka_check_known(reply, request, member, json_string_value(name));

		if (check == NULL)
			return false;
		if (has(out, check)) {
			ka_reply_error(reply, request, KA_API_INVALID_REQUEST, "%s: names %s twice", member, check->name);
			return false;
		}
		out->checks[out->num++] = check;
	}
	return true;
}

enum ka_store_status
ka_check_names_enabled(json_t **out_checks, struct ka_tx *tx, struct ka_reply *reply, const struct ka_request *request,
    const struct ka_check_names *names)
{
	struct ka_audit_config_row row;
	enum ka_store_status status = ka_tx_audit_config_get(tx, &row, request->arena, &request->scope);

	if (status != KA_STORE_OK && status != KA_STORE_NONE)
		return status;
	json_t *checks = ka_audit_config_checks(status == KA_STORE_NONE ? NULL : &row);
	if (checks == NULL)
		return KA_STORE_FAILED;
	for (size_t i = 0; i < names->num; i++) {
		if (ka_audit_config_enabled(checks, names->checks[i]->name))
			continue;
		ka_reply_error(reply, request, KA_API_INVALID_REQUEST,
		    "targetCheckNames: %s is not enabled for this account; enable it with UpdateAccountAuditConfiguration",
		    names->checks[i]->name);
		json_decref(checks);
		return KA_STORE_ABORTED;
	}
	if (out_checks != NULL)
		*out_checks = checks;
	else
		json_decref(checks);
	return KA_STORE_OK;
}

const char *
ka_check_names_json(struct ka_arena *arena, const struct ka_check_names *names)
{
	const char *list = "";

	/* Names are letters and underscores: nothing needs an escape. */
	for (size_t i = 0; i < names->num; i++)
		list = ka_arena_format(arena, "%s%s\"%s\"", list, i == 0 ? "" : ",", names->checks[i]->name);
	return ka_arena_format(arena, "[%s]", list);
}
