/* SPDX-License-Identifier: Apache-2.0 */
#include "server/audit/config.h"

#include "common/buf.h"
#include "server/audit/engine.h"

/* A check's entry; stored is its part of the row, or NULL. Takes nothing over but references. */
static json_t *
make_entry(const json_t *stored, bool enabled)
{
	json_t *entry = json_object(), *settings = json_object_get(stored, "configuration");

	if (stored != NULL)
		enabled = json_is_true(json_object_get(stored, "enabled"));
	if (json_object_set_new(entry, "enabled", json_boolean(enabled)) != 0 ||
	    (settings != NULL && json_object_set(entry, "configuration", settings) != 0))
		ka_out_of_memory();
	return entry;
}

json_t *
ka_audit_config_checks(const struct ka_audit_config_row *row)
{
	json_t *stored = NULL, *checks = json_object();

	if (row != NULL && row->checks != NULL) {
		stored = json_loads(row->checks, JSON_REJECT_DUPLICATES, NULL);
		if (!json_is_object(stored)) {
			json_decref(stored);
			json_decref(checks);
			return NULL;
		}
	}
	for (const struct ka_audit_check *check = ka_audit_checks(); check->name != NULL; check++) {
		json_t *entry = make_entry(json_object_get(stored, check->name), row == NULL && check->judge != NULL);

		if (json_object_set_new(checks, check->name, entry) != 0)
			ka_out_of_memory();
	}
	json_decref(stored);
	return checks;
}

bool
ka_audit_config_enabled(const json_t *checks, const char *name)
{
	return json_is_true(json_object_get(json_object_get(checks, name), "enabled"));
}
