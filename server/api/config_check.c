/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/config_check.h"

#include <string.h>

#include "server/api/check_names.h"
#include "server/api/params.h"

/* Thresholds in days: the developer guide's pages of the two checks. */
#define MIN_DAYS 30
#define MAX_DAYS 3652

static bool
has_setting(const struct ka_audit_check *check, const char *name)
{
	for (size_t i = 0; check->config_keys != NULL && check->config_keys[i] != NULL; i++)
		if (strcmp(check->config_keys[i], name) == 0)
			return true;
	return false;
}

/* A decimal number without sign or blanks, of at most a few digits. */
static bool
is_days(const char *text)
{
	size_t len = strlen(text);
	unsigned days = 0;

	if (len == 0 || len > 4 || strspn(text, "0123456789") != len)
		return false;
	for (size_t i = 0; i < len; i++)
		days = days * 10 + (unsigned)(text[i] - '0');
	return days >= MIN_DAYS && days <= MAX_DAYS;
}

static bool
check_settings(
    const struct ka_checking *checking, const struct ka_place *check_place, const struct ka_audit_check *check, json_t *settings)
{
	const struct ka_place place = { check_place, "configuration", 0 };
	const char *name;
	json_t *value;

	json_object_foreach(settings, name, value) {
		const struct ka_place below = { &place, name, 0 };
		const char *text = json_string_value(value);

		if (!has_setting(check, name)) {
			ka_check_refuse(checking, &below, NULL, 0, "%s has no such setting", check->name);
			return false;
		}
		if (!is_days(text)) {
			ka_check_refuse(
			    checking, &below, text, strlen(text), "must be a number of days from %d to %d, as a string", MIN_DAYS, MAX_DAYS);
			return false;
		}
	}
	return true;
}

bool
ka_config_check_checks(struct ka_reply *reply, const struct ka_request *request, json_t *json)
{
	static const struct ka_place place = { NULL, "auditCheckConfigurations", 0 };
	const struct ka_checking checking = { reply, request };
	const char *name;
	json_t *entry;

	json_object_foreach(json, name, entry) {
		const struct ka_audit_check *check = ka_check_known(reply, request, place.name, name);
		const struct ka_place below = { &place, name, 0 };

		if (check == NULL || !check_settings(&checking, &below, check, json_object_get(entry, "configuration")))
			return false;
	}
	return true;
}

bool
ka_is_topic_arn(const char *arn)
{
	size_t colons = 0;
	const char *service = NULL;

	if (strncmp(arn, "arn:", 4) != 0)
		return false;
	for (const char *c = arn; *c != '\0'; c++)
		if (*c == ':' && ++colons == 2)
			service = c + 1;
	return colons == 5 && strncmp(service, "sns:", 4) == 0 && arn[strlen(arn) - 1] != ':';
}

bool
ka_config_check_targets(struct ka_reply *reply, const struct ka_request *request, json_t *json)
{
	static const struct ka_place place = { NULL, "auditNotificationTargetConfigurations", 0 };
	static const struct ka_place sns = { &place, "SNS", 0 }, target = { &sns, "targetArn", 0 };
	const struct ka_checking checking = { reply, request };
	const char *arn = json_string_value(json_object_get(json_object_get(json, "SNS"), "targetArn"));

	if (arn == NULL || ka_is_topic_arn(arn))
		return true;
	ka_check_refuse(&checking, &target, arn, strlen(arn), "must be the ARN of an SNS topic (arn:aws:sns:REGION:ACCOUNT:TOPIC)");
	return false;
}
