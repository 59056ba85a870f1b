/* SPDX-License-Identifier: Apache-2.0 */
#include "server/audit/undecided.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "common/json.h"

void
ka_undecided_add(struct ka_undecided_tally *tally, const char *why)
{
	char text[KA_UNDECIDED_WHY_LEN];

	(void)snprintf(text, sizeof(text), "%s", why);
	for (size_t i = 0; i < tally->num_whys; i++) {
		if (strcmp(tally->whys[i].why, text) == 0) {
			tally->whys[i].count++;
			return;
		}
	}
	if (tally->num_whys == KA_UNDECIDED_MAX_WHYS) {
		tally->other++;
		return;
	}
	memcpy(tally->whys[tally->num_whys].why, text, sizeof(text));
	tally->whys[tally->num_whys++].count = 1;
}

static bool
read_tally(struct ka_undecided_tally *out, const json_t *root)
{
	json_t *whys = json_object_get(root, "whys"), *count;
	struct ka_undecided_tally tally = { .total = json_integer_value(json_object_get(root, "total")),
		.other = json_integer_value(json_object_get(root, "other")) };
	const char *why;

	if (tally.total <= 0 || !json_is_object(whys) || json_object_size(whys) > KA_UNDECIDED_MAX_WHYS)
		return false;
	json_object_foreach(whys, why, count)
	{
		(void)snprintf(tally.whys[tally.num_whys].why, KA_UNDECIDED_WHY_LEN, "%s", why);
		tally.whys[tally.num_whys++].count = json_integer_value(count);
	}
	*out = tally;
	return true;
}

bool
ka_undecided_read(struct ka_undecided_tally *out, const char *json)
{
	*out = (struct ka_undecided_tally){ 0 };
	if (json == NULL)
		return true;
	json_t *root = json_loads(json, 0, NULL);
	bool is_read = root != NULL && read_tally(out, root);
	json_decref(root);
	return is_read;
}

const char *
ka_undecided_write(struct ka_arena *arena, const struct ka_undecided_tally *tally)
{
	struct ka_buf buf = { 0 };
	struct ka_json json = { .buf = &buf };

	if (tally->total == 0)
		return NULL;
	ka_json_open(&json, NULL, '{');
	ka_json_number(&json, "total", (uint64_t)tally->total);
	ka_json_number(&json, "other", (uint64_t)tally->other);
	ka_json_open(&json, "whys", '{');
	/* Reasons are our own words: no escapes. */
	for (size_t i = 0; i < tally->num_whys; i++)
		ka_json_number(&json, tally->whys[i].why, (uint64_t)tally->whys[i].count);
	ka_json_close(&json, '}');
	ka_json_close(&json, '}');
	const char *text = ka_arena_text(arena, buf.data, buf.len);
	ka_buf_clear(&buf);
	return text;
}

const char *
ka_undecided_message(struct ka_arena *arena, const struct ka_undecided_tally *tally, int64_t evaluated)
{
	struct ka_buf buf = { 0 };

	if (tally->total == 0)
		return NULL;
	ka_buf_format(&buf, "%lld of %lld certificates could not be decided and are not known to be compliant:",
	    (long long)tally->total, (long long)evaluated);
	for (size_t i = 0; i < tally->num_whys; i++)
		ka_buf_format(
		    &buf, "%s %lld: %s", i == 0 ? "" : ";", (long long)tally->whys[i].count, tally->whys[i].why);
	if (tally->other > 0)
		ka_buf_format(&buf, "; %lld: other reasons", (long long)tally->other);
	ka_buf_putc(&buf, '.');
	const char *text = ka_arena_text(arena, buf.data, buf.len);
	ka_buf_clear(&buf);
	return text;
}
