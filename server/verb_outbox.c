/* SPDX-License-Identifier: Apache-2.0 */
/* verb_outbox.c - keyassayd outbox list|retry|drop: what waits for its receiver, and what an operator does about it. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/message.h"
#include "server/clock.h"
#include "server/verbs.h"

#define PAGE 100u /* messages of one transaction */

enum own_option { OPT_STATE = 1, OPT_TOPIC, OPT_FORMAT, OPT_MESSAGE, OPT_ALL };

static const char *const state_names[] = {
	[KA_OUTBOX_PENDING] = "PENDING",
	[KA_OUTBOX_DELIVERED] = "DELIVERED",
	[KA_OUTBOX_DEAD] = "DEAD",
	[KA_OUTBOX_DROPPED] = "DROPPED",
};
#define NUM_STATES (sizeof(state_names) / sizeof(state_names[0]))

enum format { TEXT, JSON, JSONL };
static const char *const format_names[] = { "text", "json", "jsonl" };

/* What the command line says. */
struct wish {
	const char *verb;
	struct ka_outbox_filter filter;
	enum format format;
	bool with_message, all;
};

static bool
take(void *arg, int id, const char *value)
{
	struct wish *wish = arg;

	switch (id) {
	case OPT_TOPIC:
		wish->filter.topic = value;
		return true;
	case OPT_MESSAGE:
		wish->with_message = true;
		return true;
	case OPT_ALL:
		wish->all = true;
		return true;
	case OPT_STATE:
		for (size_t i = 1; i < NUM_STATES; i++) {
			if (strcmp(state_names[i], value) == 0) {
				wish->filter.state = (enum ka_outbox_state)i;
				return true;
			}
		}
		(void)ka_usage(wish->verb, "--state: '%s' is none of: PENDING, DELIVERED, DEAD, DROPPED", value);
		return false;
	default:
		for (size_t i = 0; i < sizeof(format_names) / sizeof(format_names[0]); i++) {
			if (strcmp(format_names[i], value) == 0) {
				wish->format = (enum format)i;
				return true;
			}
		}
		(void)ka_usage(wish->verb, "--format: '%s' is none of: text, json, jsonl", value);
		return false;
	}
}

/* --- list --- */

static void
put_time(struct ka_json *json, const char *name, int64_t ms)
{
	if (ms == 0)
		return;
	ka_json_name(json, name);
	ka_buf_putc(json->buf, '"');
	ka_verb_time(json->buf, ms);
	ka_buf_putc(json->buf, '"');
}

static void
put_text(struct ka_json *json, const char *name, const char *text)
{
	if (text != NULL)
		ka_json_string(json, name, text);
}

static void
print_json(struct ka_json *json, const struct ka_outbox_row *row)
{
	ka_json_open(json, NULL, '{');
	ka_json_string(json, "messageId", row->id);
	ka_json_string(json, "accountId", row->account);
	ka_json_string(json, "region", row->region);
	ka_json_string(json, "topic", row->topic);
	put_text(json, "subject", row->subject);
	ka_json_string(json, "state", state_names[row->state]);
	put_time(json, "created", row->created);
	if (row->state == KA_OUTBOX_PENDING)
		put_time(json, "due", row->due);
	put_time(json, "ended", row->ended);
	ka_json_number(json, "attempts", (uint64_t)row->attempts);
	put_text(json, "lastError", row->last_error);
	put_text(json, "receipt", row->receipt);
	put_text(json, "message", row->message);
	ka_json_close(json, '}');
}

static void
print_text(struct ka_buf *text, const struct ka_outbox_row *row)
{
	ka_buf_format(text, "%s\t%s\t%d\t", row->id, state_names[row->state], (int)row->attempts);
	ka_verb_time(text, row->created);
	ka_buf_putc(text, '\t');
	ka_buf_clean(text, row->topic, strlen(row->topic));
	ka_buf_putc(text, '\t');
	if (row->subject != NULL)
		ka_buf_clean(text, row->subject, strlen(row->subject));
	ka_buf_putc(text, '\t');
	if (row->last_error != NULL)
		ka_buf_clean(text, row->last_error, strlen(row->last_error));
	if (row->message != NULL) {
		ka_buf_puts(text, "\n\t");
		ka_buf_clean(text, row->message, strlen(row->message));
	}
	ka_buf_putc(text, '\n');
}

/* A page of messages that the filter lets through. */
struct page {
	const struct wish *wish;
	struct ka_page page;
	struct ka_arena arena;
	struct ka_outbox_row *rows;
	size_t num;
};

static enum ka_store_status
read_page(struct ka_tx *tx, void *arg)
{
	struct page *page = arg;
	enum ka_store_status status;

	ka_arena_clear(&page->arena);
	status = ka_tx_outbox_list(tx, &page->rows, &page->num, &page->arena, &page->wish->filter, &page->page);
	for (size_t i = 0; status == KA_STORE_OK && page->wish->with_message && i < page->num; i++)
		status = ka_tx_outbox_get(tx, &page->rows[i], &page->arena, page->rows[i].id);
	return status;
}

static int
list(struct ka_node *node, const struct wish *wish)
{
	struct page page = { .wish = wish, .page = { .ascending = true, .limit = PAGE } };
	struct ka_buf text = { 0 };
	struct ka_json json = { .buf = &text };
	int status = KA_EXIT_DONE;

	if (wish->format == JSON)
		ka_json_open(&json, NULL, '[');
	do {
		status = ka_verb_store(ka_store_read(node->server.store, read_page, &page), "the outbox cannot be read");
		for (size_t i = 0; status == KA_EXIT_DONE && i < page.num; i++) {
			if (wish->format == TEXT) {
				print_text(&text, &page.rows[i]);
			} else {
				json.comma = json.comma && wish->format == JSON;
				print_json(&json, &page.rows[i]);
				if (wish->format == JSONL)
					ka_buf_putc(&text, '\n');
			}
			page.page.after_seq = page.rows[i].seq;
		}
		bool is_last = status != KA_EXIT_DONE || page.num < PAGE;
		if (is_last && wish->format == JSON) {
			ka_json_close(&json, ']');
			ka_buf_putc(&text, '\n');
		}
		if (status == KA_EXIT_DONE)
			status = ka_verb_output(&text);
		if (is_last)
			break;
	} while (status == KA_EXIT_DONE);
	ka_buf_clear(&text);
	ka_arena_clear(&page.arena);
	return status;
}

/* --- retry and drop --- */

typedef enum ka_store_status (*change_fn)(struct ka_tx *tx, const struct ka_outbox_row *row, int64_t now);

/* Changes one message and says so in the log. NONE when its state does not allow it. */
static enum ka_store_status
change_row(struct ka_tx *tx, const struct ka_outbox_row *row, bool drops)
{
	change_fn change = drops ? ka_tx_outbox_drop : ka_tx_outbox_retry;
	char resource[160], before[32];
	const struct ka_log_row entry = { .time = ka_clock_now(),
		.account = row->account,
		.region = row->region,
		.actor = "keyassayd:outbox",
		.action = drops ? "DropMessage" : "RetryMessage",
		.resource = resource,
		.before = before,
		.after = drops ? "{\"state\":\"DROPPED\"}" : "{\"state\":\"PENDING\"}" };
	enum ka_store_status status = change(tx, row, entry.time);

	(void)snprintf(resource, sizeof(resource), "arn:aws:iot:%s:%s:message/%s", row->region, row->account, row->id);
	(void)snprintf(before, sizeof(before), "{\"state\":\"%s\"}", state_names[row->state]);
	return status == KA_STORE_OK ? ka_tx_log_append(tx, &entry) : status;
}

struct one {
	const char *id;
	bool drops;
	enum ka_outbox_state state; /* that it had */
	bool found;
};

static enum ka_store_status
change_one(struct ka_tx *tx, void *arg)
{
	struct one *one = arg;
	struct ka_arena arena = { 0 };
	struct ka_outbox_row row;
	enum ka_store_status status = ka_tx_outbox_get(tx, &row, &arena, one->id);

	one->found = status == KA_STORE_OK;
	if (one->found) {
		one->state = row.state;
		status = change_row(tx, &row, one->drops);
	}
	ka_arena_clear(&arena);
	return status;
}

static int
change_named(struct ka_node *node, char **ids, int num, bool drops)
{
	int result = KA_EXIT_DONE;

	for (int i = 0; i < num; i++) {
		struct one one = { .id = ids[i], .drops = drops };
		enum ka_store_status status = ka_store_write(node->server.store, change_one, &one);

		if (status == KA_STORE_NONE && !one.found)
			ka_error("there is no message %s", ids[i]);
		else if (status == KA_STORE_NONE)
			ka_error("%s is %s and cannot be %s", ids[i], state_names[one.state], drops ? "dropped" : "sent again");
		else if (status != KA_STORE_OK)
			return ka_verb_store(status, "the message cannot be changed");
		if (status != KA_STORE_OK)
			result = KA_EXIT_FAILED;
	}
	return result;
}

struct many {
	struct page page;
	bool drops;
	uint64_t num;
};

static enum ka_store_status
change_page(struct ka_tx *tx, void *arg)
{
	struct many *many = arg;
	enum ka_store_status status = read_page(tx, &many->page);

	many->num = 0;
	for (size_t i = 0; status == KA_STORE_OK && i < many->page.num; i++) {
		status = change_row(tx, &many->page.rows[i], many->drops);
		many->num += status == KA_STORE_OK;
		if (status == KA_STORE_NONE)
			status = KA_STORE_OK;
	}
	return status;
}

static int
change_all(struct ka_node *node, const struct wish *wish, bool drops)
{
	struct many many = { .page = { .wish = wish, .page = { .ascending = true, .limit = PAGE } }, .drops = drops };
	uint64_t total = 0;
	int status;

	do {
		status = ka_verb_store(ka_store_write(node->server.store, change_page, &many), "messages cannot be changed");
		if (status == KA_EXIT_DONE && many.page.num > 0)
			many.page.page.after_seq = many.page.rows[many.page.num - 1].seq;
		total += status == KA_EXIT_DONE ? many.num : 0;
	} while (status == KA_EXIT_DONE && many.page.num == PAGE);
	ka_arena_clear(&many.page.arena);
	struct ka_buf text = { 0 };
	ka_buf_format(&text, "%llu %s %s\n", (unsigned long long)total, total == 1 ? "message" : "messages", drops ? "dropped" : "to be sent again");
	return status == KA_EXIT_DONE ? ka_verb_output(&text) : (ka_buf_clear(&text), status);
}

/* --- the verbs --- */

static const struct ka_option list_options[] = {
	{ "state", "STATE", "only PENDING, DELIVERED, DEAD or DROPPED ones", OPT_STATE },
	{ "topic", "ARN", "only those for this topic", OPT_TOPIC },
	{ "format", "FORMAT", "text (default), json or jsonl", OPT_FORMAT },
	{ "message", NULL, "with what the message says", OPT_MESSAGE },
	{ 0 },
};

static int
run_list(int argc, char **argv)
{
	struct wish wish = { .verb = "outbox list" };
	const struct ka_verb_options options = {
		.verb = wish.verb,
		.synopsis = "[--state STATE] [--topic ARN] [--format FORMAT] [options]",
		.description = "Lists messages to topics in the order in which they were written: id, state, attempts, when it was written,\n"
		               "topic, subject, last error, separated by tabulators.\n",
		.scope = KA_CONFIG_STORE,
		.own = list_options,
		.take = take,
		.arg = &wish,
	};
	struct ka_config config;
	struct ka_node node;
	int status = ka_options_read(&config, &options, argc, argv);

	if (status == KA_OPTIONS_READ) {
		status = KA_EXIT_FAILED;
		if (ka_verb_open(&node, &config, 0)) {
			status = list(&node, &wish);
			ka_node_close(&node);
		}
	}
	ka_config_clear(&config);
	return status;
}

static const struct ka_option change_options[] = {
	{ "all", NULL, "all DEAD messages instead of named ones", OPT_ALL },
	{ "state", "STATE", "with --all: those in this state instead", OPT_STATE },
	{ "topic", "ARN", "with --all: only those for this topic", OPT_TOPIC },
	{ 0 },
};

static int
run_change(int argc, char **argv, const char *verb, const char *description, bool drops)
{
	struct wish wish = { .verb = verb };
	const struct ka_verb_options options = {
		.verb = verb,
		.synopsis = "MESSAGE-ID... | --all [--state STATE] [--topic ARN] [options]",
		.description = description,
		.scope = KA_CONFIG_STORE,
		.own = change_options,
		.take = take,
		.arg = &wish,
		.more_operands = true,
	};
	struct ka_config config;
	struct ka_node node;
	int status = ka_options_read(&config, &options, argc, argv);

	if (status == KA_OPTIONS_READ && wish.all != (argc == optind))
		status = ka_usage(verb, "name messages, or say --all, and not both");
	if (status == KA_OPTIONS_READ && !wish.all && (wish.filter.state != 0 || wish.filter.topic != NULL))
		status = ka_usage(verb, "--state and --topic go with --all");
	if (status == KA_OPTIONS_READ) {
		if (wish.filter.state == 0)
			wish.filter.state = KA_OUTBOX_DEAD;
		status = KA_EXIT_FAILED;
		if (ka_verb_open(&node, &config, 0)) {
			status = wish.all ? change_all(&node, &wish, drops) : change_named(&node, argv + optind, argc - optind, drops);
			ka_node_close(&node);
		}
	}
	ka_config_clear(&config);
	return status;
}

static int
run_retry(int argc, char **argv)
{
	return run_change(argc, argv, "outbox retry",
	    "Has messages sent again, at once and with all the time of notify-give-up before them: DEAD and DROPPED ones, and\n"
	    "PENDING ones that wait for their next attempt.\n",
	    false);
}

static int
run_drop(int argc, char **argv)
{
	return run_change(argc, argv, "outbox drop",
	    "Takes PENDING and DEAD messages out of the outbox. They stay listed as DROPPED until retention-days are over, and\n"
	    "'outbox retry' brings them back.\n",
	    true);
}

int
ka_verb_outbox(int argc, char **argv)
{
	static const struct ka_verb verbs[] = {
		{ "list", "list messages to topics", run_list },
		{ "retry", "have messages sent again", run_retry },
		{ "drop", "give messages up", run_drop },
		{ NULL, NULL, NULL },
	};
	static const struct ka_verb_group group = { "outbox", "Messages to topics: what waits, what is dead.", verbs, NULL };

	return ka_verb_group_run(&group, argc, argv);
}
