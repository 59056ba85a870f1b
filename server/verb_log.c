/* SPDX-License-Identifier: Apache-2.0 */
/* verb_log.c - keyassayd log verify|list: the log of state changes, of all accounts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/message.h"
#include "server/store/log_verify.h"
#include "server/verbs.h"

/* Entries of one transaction of a list. */
#define CHUNK 1000u

/* --- verify ------------------------------------------------------------------------------------------------------- */

struct expect {
	bool given;
	struct ka_log_link link;
};

static bool
read_hex(uint8_t out[KA_HASH_LEN], const char *text)
{
	if (strlen(text) != 2 * (size_t)KA_HASH_LEN || text[strspn(text, "0123456789abcdef")] != '\0')
		return false;
	for (size_t i = 0; i < KA_HASH_LEN; i++) {
		const char digits[] = { text[2 * i], text[2 * i + 1], '\0' };

		out[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return true;
}

static bool
take_expect(void *arg, int id, const char *value)
{
	struct expect *expect = arg;
	char *end;

	(void)id;
	expect->link.seq = strtoll(value, &end, 10);
	expect->given = true;
	if (value[0] >= '0' && value[0] <= '9' && *end == ':' && expect->link.seq > 0 && read_hex(expect->link.hash, end + 1))
		return true;
	(void)ka_usage("log verify", "--expect: '%s' is not a number, a colon and a hash of 64 hexadecimal digits", value);
	return false;
}

static int
verify(const struct ka_node *node, const struct expect *expect)
{
	struct ka_log_verdict verdict;
	struct ka_buf text = { 0 };
	enum ka_store_status status =
	    ka_log_verify(&verdict, node->server.store, expect->given ? &expect->link : NULL, NULL, NULL);

	if (status != KA_STORE_OK) {
		(void)ka_verb_store(status, "the log cannot be read");
		return KA_EXIT_TROUBLE;
	}
	ka_log_verdict_text(&text, &verdict);
	if (verdict.fault != KA_LOG_SOUND) {
		ka_error("the log of state changes is not what keyassayd wrote: %.*s", (int)text.len, text.data);
		ka_buf_clear(&text);
	}
	ka_buf_format(&text, "%s%llu entries are sound", verdict.fault == KA_LOG_SOUND ? ": " : "",
	    (unsigned long long)verdict.num_entries);
	if (verdict.num_entries > 0) {
		ka_buf_format(&text, "; the last one of them is %lld:", (long long)verdict.last.seq);
		ka_buf_hex(&text, verdict.last.hash, KA_HASH_LEN);
	}
	ka_buf_putc(&text, '\n');
	int printed = ka_verb_output(&text);
	return verdict.fault != KA_LOG_SOUND ? KA_EXIT_FAILED : printed;
}

static int
run_verify(int argc, char **argv)
{
	static const struct ka_option own[] = {
		{ "expect", "N:HASH", "entry N has to have this hash: what was printed before", 1 },
		{ 0 },
	};
	struct expect expect = { .given = false };
	const struct ka_verb_options options = {
		.verb = "log verify",
		.synopsis = "[options]",
		.description = "Reads the log of state changes from end to end and says whether it is what keyassayd wrote; if not,\n"
		               "what is the first entry that was removed, altered, inserted or moved. Exit status: 0 it is, 1 it\n"
		               "is not, 3 it cannot be read. A server may run meanwhile.\n",
		.scope = KA_CONFIG_STORE,
		.own = own,
		.take = take_expect,
		.arg = &expect,
	};
	struct ka_config config;
	struct ka_node node;
	int status = ka_options_read(&config, &options, argc, argv);

	if (status == KA_OPTIONS_READ) {
		status = KA_EXIT_TROUBLE;
		if (ka_verb_open(&node, &config, KA_NODE_EXAMINE)) {
			status = verify(&node, &expect);
			ka_node_close(&node);
		}
	}
	ka_config_clear(&config);
	return status;
}

/* --- list --------------------------------------------------------------------------------------------------------- */

struct list {
	int64_t after;
	unsigned num;
	struct ka_buf buf;
};

/* People and jq take it as it is; negative ones are there only when somebody edited the database. */
static void
put_number(struct ka_json *json, const char *name, int64_t number)
{
	ka_json_name(json, name);
	ka_buf_format(json->buf, "%lld", (long long)number);
}

static bool
put_entry(void *arg, const struct ka_log_entry *entry)
{
	struct list *list = arg;
	struct ka_json json = { .buf = &list->buf };

	ka_json_open(&json, NULL, '{');
	put_number(&json, "entry", entry->seq);
	put_number(&json, "time", entry->time);
	for (size_t i = 0; i < KA_LOG_NUM_TEXTS; i++)
		if (entry->texts.text[i].data != NULL)
			ka_json_bytes(&json, ka_log_text_names[i], (const char *)entry->texts.text[i].data,
			    entry->texts.text[i].len);
	ka_json_hex(&json, "hash", entry->hash.data, entry->hash.len);
	ka_json_close(&json, '}');
	ka_buf_putc(&list->buf, '\n');
	list->after = entry->seq;
	list->num++;
	return true;
}

static enum ka_store_status
list_chunk(struct ka_tx *tx, void *arg)
{
	struct list *list = arg;
	int64_t after = list->after;

	list->buf.len = 0;
	list->num = 0;
	enum ka_store_status status = ka_tx_log_scan(tx, after, CHUNK, put_entry, list);
	if (status != KA_STORE_OK)
		list->after = after;
	return status;
}

static int
print_list(const struct ka_node *node, int64_t after)
{
	struct list list = { .after = after, .num = CHUNK };
	int status = KA_EXIT_DONE;

	while (status == KA_EXIT_DONE && list.num == CHUNK) {
		status = ka_verb_store(ka_store_read(node->server.store, list_chunk, &list), "the log cannot be read");
		if (status == KA_EXIT_DONE)
			status = ka_verb_output(&list.buf);
	}
	ka_buf_clear(&list.buf);
	return status;
}

static bool
take_after(void *arg, int id, const char *value)
{
	int64_t *after = arg;
	char *end;

	(void)id;
	*after = strtoll(value, &end, 10);
	if (value[0] >= '0' && value[0] <= '9' && *end == '\0')
		return true;
	(void)ka_usage("log list", "--after: '%s' is not the number of an entry", value);
	return false;
}

static int
run_list(int argc, char **argv)
{
	static const struct ka_option own[] = {
		{ "after", "N", "only entries behind entry N", 1 },
		{ 0 },
	};
	int64_t after = INT64_MIN;
	const struct ka_verb_options options = {
		.verb = "log list",
		.synopsis = "[options]",
		.description = "Writes the log of state changes of all accounts, oldest first: one JSON object per line.\n",
		.scope = KA_CONFIG_STORE,
		.own = own,
		.take = take_after,
		.arg = &after,
	};
	struct ka_config config;
	struct ka_node node;
	int status = ka_options_read(&config, &options, argc, argv);

	if (status == KA_OPTIONS_READ) {
		status = KA_EXIT_FAILED;
		if (ka_verb_open(&node, &config, KA_NODE_EXAMINE)) {
			status = print_list(&node, after);
			ka_node_close(&node);
		}
	}
	ka_config_clear(&config);
	return status;
}

int
ka_verb_log(int argc, char **argv)
{
	static const struct ka_verb verbs[] = {
		{ "verify", "was anything removed, altered, inserted or moved?", run_verify },
		{ "list", "write the entries as JSON Lines", run_list },
		{ NULL, NULL, NULL },
	};
	static const struct ka_verb_group group = { "log", "The log of state changes: who did what to which resource, when.", verbs,
		NULL };

	return ka_verb_group_run(&group, argc, argv);
}
