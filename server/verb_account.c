/* SPDX-License-Identifier: Apache-2.0 */
/* verb_account.c - keyassayd account create|list. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/message.h"
#include "server/clock.h"
#include "server/verbs.h"

static bool
take_name(void *arg, int id, const char *value)
{
	(void)id;
	*(const char **)arg = value;
	return true;
}

/* The account, and its name as JSON. */
struct create {
	struct ka_account_row row;
	const char *arn, *state;
};

static enum ka_store_status
insert(struct ka_tx *tx, void *arg)
{
	const struct create *create = arg;
	enum ka_store_status status = ka_tx_account_insert(tx, &create->row);

	return status == KA_STORE_OK
	    ? ka_verb_log_change(tx, create->row.account, "CreateAccount", create->arn, NULL, create->state)
	    : status;
}

static int
create(struct ka_node *node, const char *account, const char *name)
{
	struct ka_buf text = { 0 };
	struct ka_json json = { .buf = &text };
	struct create create = { .row = { .account = account, .name = name, .created = ka_clock_now() },
		.arn = ka_arena_format(&node->arena, "arn:aws:iam::%s:root", account) };

	ka_json_open(&json, NULL, '{');
	if (name != NULL)
		ka_json_string(&json, "name", name);
	ka_json_close(&json, '}');
	create.state = ka_arena_text(&node->arena, text.data, text.len);
	ka_buf_clear(&text);
	enum ka_store_status status = ka_store_write(node->server.store, insert, &create);

	if (status == KA_STORE_EXISTS) {
		ka_error("there is an account %s already", account);
		return KA_EXIT_FAILED;
	}
	if (status != KA_STORE_OK)
		return ka_verb_store(status, "the account cannot be made");
	ka_buf_format(&text, "made account %s; 'keyassayd accesskey create --account %s' lets somebody use it\n", account, account);
	return ka_verb_output(&text);
}

static int
run_create(int argc, char **argv)
{
	static const struct ka_option own[] = {
		{ "name", "TEXT", "a name for people", 1 },
		{ 0 },
	};
	const char *name = NULL;
	const struct ka_verb_options options = {
		.verb = "account create",
		.synopsis = "[options] ID",
		.description = "Makes an account: 12 digits. Accounts see nothing of each other.\n",
		.scope = KA_CONFIG_STORE,
		.own = own,
		.take = take_name,
		.arg = &name,
		.num_operands = 1,
	};
	struct ka_config config;
	struct ka_node node;
	int status = ka_options_read(&config, &options, argc, argv);

	if (status == KA_OPTIONS_READ) {
		const char *account = argv[optind];

		status = KA_EXIT_FAILED;
		if (strlen(account) != KA_ACCOUNT_LEN || account[strspn(account, "0123456789")] != '\0')
			status = ka_usage(options.verb, "'%s' is not %u digits", account, KA_ACCOUNT_LEN);
		else if (ka_verb_open(&node, &config, 0)) {
			status = create(&node, account, name);
			ka_node_close(&node);
		}
	}
	ka_config_clear(&config);
	return status;
}

struct list {
	struct ka_arena *arena;
	struct ka_account_row *rows;
	size_t num;
};

static enum ka_store_status
read_list(struct ka_tx *tx, void *arg)
{
	struct list *list = arg;

	return ka_tx_account_list(tx, &list->rows, &list->num, list->arena);
}

static int
run_list(int argc, char **argv)
{
	static const struct ka_verb_options options = {
		.verb = "account list",
		.synopsis = "[options]",
		.description = "Lists the accounts: id, when it was made, name, separated by tabulators.\n",
		.scope = KA_CONFIG_STORE,
	};
	struct ka_config config;
	struct ka_node node;
	int status = ka_options_read(&config, &options, argc, argv);

	if (status == KA_OPTIONS_READ) {
		status = KA_EXIT_FAILED;
		if (ka_verb_open(&node, &config, 0)) {
			struct list list = { .arena = &node.arena };
			struct ka_buf text = { 0 };

			status = ka_verb_store(ka_store_read(node.server.store, read_list, &list), "accounts cannot be read");
			for (size_t i = 0; status == KA_EXIT_DONE && i < list.num; i++) {
				ka_buf_format(&text, "%s\t", list.rows[i].account);
				ka_verb_time(&text, list.rows[i].created);
				ka_buf_putc(&text, '\t');
				if (list.rows[i].name != NULL)
					ka_buf_clean(&text, list.rows[i].name, strlen(list.rows[i].name));
				ka_buf_putc(&text, '\n');
			}
			if (status == KA_EXIT_DONE)
				status = ka_verb_output(&text);
			ka_node_close(&node);
		}
	}
	ka_config_clear(&config);
	return status;
}

int
ka_verb_account(int argc, char **argv)
{
	static const struct ka_verb verbs[] = {
		{ "create", "make an account", run_create },
		{ "list", "list the accounts", run_list },
		{ NULL, NULL, NULL },
	};
	static const struct ka_verb_group group = { "account", "Accounts: state is kept apart for each of them.", verbs, NULL };

	return ka_verb_group_run(&group, argc, argv);
}
