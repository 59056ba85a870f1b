/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/schedule.h"

static const char *const frequencies[] = {
	[KA_DAILY] = "DAILY",
	[KA_WEEKLY] = "WEEKLY",
	[KA_BIWEEKLY] = "BIWEEKLY",
	[KA_MONTHLY] = "MONTHLY",
};

/* Enums are numbered as in the model. */
_Static_assert(KA_DAILY == 1 && KA_WEEKLY == 2 && KA_BIWEEKLY == 3 && KA_MONTHLY == 4, "order of AuditFrequency");

/* One of the two days: needed or out of place. */
static bool
read_day(const char **day, struct ka_reply *reply, const struct ka_request *request, const char *member, bool needed,
    enum ka_frequency frequency)
{
	const char *sent = ka_param_text(request, member);

	if (sent != NULL && !needed) {
		ka_reply_error(reply, request, KA_API_INVALID_REQUEST, "%s: frequency %s has no use for it", member, frequencies[frequency]);
		return false;
	}
	if (sent != NULL)
		*day = sent;
	if (!needed)
		*day = NULL;
	if (!needed || *day != NULL)
		return true;
	ka_reply_error(reply, request, KA_API_INVALID_REQUEST, "%s: is required with frequency %s", member, frequencies[frequency]);
	return false;
}

bool
ka_schedule_read_days(struct ka_schedule_row *row, struct ka_reply *reply, const struct ka_request *request)
{
	if (ka_param_given(request, "frequency"))
		row->frequency = (enum ka_frequency)ka_param_enum(request, "frequency");
	bool is_weekly = row->frequency == KA_WEEKLY || row->frequency == KA_BIWEEKLY;

	return read_day(&row->day_of_week, reply, request, "dayOfWeek", is_weekly, row->frequency) &&
	    read_day(&row->day_of_month, reply, request, "dayOfMonth", row->frequency == KA_MONTHLY, row->frequency);
}

enum ka_store_status
ka_schedule_get(struct ka_schedule_row *out, struct ka_tx *tx, struct ka_reply *reply, const struct ka_request *request)
{
	const char *name = ka_param_text(request, "scheduledAuditName");
	enum ka_store_status status = ka_tx_schedule_get(tx, out, request->arena, &request->scope, name);

	if (status != KA_STORE_NONE)
		return status;
	ka_reply_error(reply, request, KA_API_RESOURCE_NOT_FOUND,
	    "scheduledAuditName: account %s in %s has no scheduled audit %s", request->scope.account, request->scope.region, name);
	return KA_STORE_ABORTED;
}

const char *
ka_schedule_arn(const struct ka_request *request, const char *name)
{
	return ka_arn(request, "scheduledaudit", name);
}

void
ka_schedule_json(struct ka_json *json, const struct ka_request *request, const struct ka_schedule_row *row)
{
	ka_json_string(json, "scheduledAuditName", row->name);
	ka_json_string(json, "scheduledAuditArn", ka_schedule_arn(request, row->name));
	ka_json_string(json, "frequency", frequencies[row->frequency]);
	if (row->day_of_month != NULL)
		ka_json_string(json, "dayOfMonth", row->day_of_month);
	if (row->day_of_week != NULL)
		ka_json_string(json, "dayOfWeek", row->day_of_week);
}

const char *
ka_schedule_text(const struct ka_request *request, const struct ka_schedule_row *row)
{
	struct ka_buf buf = { 0 };
	struct ka_json json = { .buf = &buf };

	ka_json_open(&json, NULL, '{');
	ka_schedule_json(&json, request, row);
	ka_json_raw(&json, "targetCheckNames", row->checks);
	ka_json_close(&json, '}');
	const char *text = ka_arena_text(request->arena, buf.data, buf.len);
	ka_buf_clear(&buf);
	return text;
}
