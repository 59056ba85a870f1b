/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/tags.h"

#include <string.h>

#include "server/store/mitigation.h"

#define MAX_SEEN_LEN 200

static bool
key_is_free(const struct ka_tags *tags, const char *key)
{
	for (size_t i = 0; i < tags->num; i++)
		if (strcmp(tags->rows[i].key, key) == 0)
			return false;
	return true;
}

bool
ka_tags_read(struct ka_tags *out, struct ka_reply *reply, const struct ka_request *request)
{
	json_t *list = ka_param_json(request, "tags"), *tag;
	size_t index;

	*out = (struct ka_tags){ 0 };
	if (json_array_size(list) == 0)
		return true;
	out->rows = ka_arena_take(request->arena, json_array_size(list) * sizeof(*out->rows));
	json_array_foreach(list, index, tag) {
		const char *key = json_string_value(json_object_get(tag, "Key"));
		const char *value = json_string_value(json_object_get(tag, "Value"));

		if (strncasecmp(key, "aws:", 4) == 0) {
			ka_reply_error(reply, request, KA_API_INVALID_REQUEST, "tags[%zu].Key: keys that begin with aws: are reserved", index);
			return false;
		}
		if (!key_is_free(out, key)) {
			ka_reply_error(reply, request, KA_API_INVALID_REQUEST, "tags[%zu].Key: \"%s\" is given twice", index, key);
			return false;
		}
		out->rows[out->num++] = (struct ka_tag_row){ key, value == NULL ? "" : value };
	}
	return true;
}

enum ka_store_status
ka_tags_put(struct ka_tx *tx, struct ka_reply *reply, const struct ka_request *request, const char *arn, const struct ka_tags *tags)
{
	enum ka_store_status status = KA_STORE_OK;
	struct ka_tag_row *rows;
	size_t num;

	for (size_t i = 0; i < tags->num && status == KA_STORE_OK; i++)
		status = ka_tx_tag_put(tx, &request->scope, arn, &tags->rows[i]);
	if (status != KA_STORE_OK)
		return status;
	status = ka_tx_tag_list(tx, &rows, &num, request->arena, &request->scope, arn);
	if (status != KA_STORE_OK || num <= KA_MAX_TAGS)
		return status;
	ka_reply_error(reply, request, KA_API_LIMIT_EXCEEDED, "A resource has at most %u tags; this one would have %zu", KA_MAX_TAGS, num);
	return KA_STORE_ABORTED;
}

enum ka_store_status
ka_tags_json(const char **out, struct ka_tx *tx, const struct ka_request *request, const char *arn)
{
	struct ka_tag_row *rows;
	size_t num;
	enum ka_store_status status = ka_tx_tag_list(tx, &rows, &num, request->arena, &request->scope, arn);
	json_t *object = json_object();

	for (size_t i = 0; status == KA_STORE_OK && i < num; i++)
		if (json_object_set_new(object, rows[i].key, json_string(rows[i].value)) != 0)
			ka_out_of_memory();
	if (status == KA_STORE_OK)
		*out = ka_json_text(request->arena, object);
	json_decref(object);
	return status;
}

static enum ka_store_status
ca_exists(struct ka_tx *tx, const struct ka_request *request, const char *name)
{
	struct ka_ca_row row;

	return ka_tx_ca_get(tx, &row, request->arena, &request->scope, name);
}

static enum ka_store_status
schedule_exists(struct ka_tx *tx, const struct ka_request *request, const char *name)
{
	struct ka_schedule_row row;

	return ka_tx_schedule_get(tx, &row, request->arena, &request->scope, name);
}

static enum ka_store_status
action_exists(struct ka_tx *tx, const struct ka_request *request, const char *name)
{
	struct ka_action_row row;

	return ka_tx_action_get(tx, &row, request->arena, &request->scope, name);
}

/* The kinds of resources whose create operations take tags. */
static const struct {
	const char *kind;
	enum ka_store_status (*exists)(struct ka_tx *tx, const struct ka_request *request, const char *name);
} kinds[] = {
	{ "cacert", ca_exists },
	{ "mitigationaction", action_exists },
	{ "scheduledaudit", schedule_exists },
};

enum ka_store_status
ka_taggable(struct ka_tx *tx, struct ka_reply *reply, const struct ka_request *request, const char *arn)
{
	const char *kind, *name;
	enum ka_store_status status = KA_STORE_NONE;
	struct ka_buf seen = { 0 };

	if (strncmp(arn, "arn:", 4) != 0) {
		(void)ka_buf_clean(&seen, arn, strnlen(arn, MAX_SEEN_LEN));
		ka_reply_error(reply, request, KA_API_INVALID_REQUEST, "resourceArn: must be an ARN; seen: \"%.*s\"", (int)seen.len, seen.data);
		ka_buf_clear(&seen);
		return KA_STORE_ABORTED;
	}
	if (ka_arn_read(&kind, &name, request, arn)) {
		size_t i = 0;

		while (i < sizeof(kinds) / sizeof(kinds[0]) && strcmp(kinds[i].kind, kind) != 0)
			i++;
		if (i == sizeof(kinds) / sizeof(kinds[0])) {
			ka_reply_error(reply, request, KA_API_INVALID_REQUEST,
			    "resourceArn: CA certificates, mitigation actions and scheduled audits have tags, other resources have none");
			return KA_STORE_ABORTED;
		}
		status = kinds[i].exists(tx, request, name);
	}
	if (status != KA_STORE_NONE)
		return status;
	ka_reply_error(reply, request, KA_API_RESOURCE_NOT_FOUND,
	    "resourceArn: account %s in %s has no such resource", request->scope.account, request->scope.region);
	return KA_STORE_ABORTED;
}
