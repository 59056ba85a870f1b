/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <jansson.h>

#include "server/audit/audit.h"

#define MIN_DAYS 30
#define MAX_DAYS 3652

/* A decimal number without sign or blanks; -1 when it is none or not in the range. */
static int64_t
read_days(const char *text)
{
	int64_t days = 0;
	size_t len = strlen(text);

	if (len == 0 || len > 9 || strspn(text, "0123456789") != len)
		return -1;
	for (size_t i = 0; i < len; i++)
		days = days * 10 + (text[i] - '0');
	return days >= MIN_DAYS && days <= MAX_DAYS ? days : -1;
}

bool
ka_audit_days(int64_t *out_days, const char **out_message, struct ka_arena *arena, const char *config, const char *key,
    int64_t fallback)
{
	json_t *root = config == NULL ? NULL : json_loads(config, 0, NULL);
	const json_t *value = json_object_get(root, key);
	int64_t days = json_is_string(value) ? read_days(json_string_value(value)) : -1;

	if (value == NULL && (config == NULL || root != NULL))
		days = fallback;
	json_decref(root);
	if (days < 0) {
		*out_message = ka_arena_format(arena,
		    "The configuration of this check is not %s as a number of days from %d to %d.", key, MIN_DAYS,
		    MAX_DAYS);
		return false;
	}
	*out_days = days;
	return true;
}
