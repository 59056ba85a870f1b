/* SPDX-License-Identifier: Apache-2.0 */
/* verb_accesskey.c - keyassayd accesskey create|list|delete. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/message.h"
#include "server/clock.h"
#include "server/init.h"
#include "server/sigv4/auth.h"
#include "server/verbs.h"

#define MAX_DESCRIPTION 256u
#define MIN_SESSION 60           /* seconds */
#define MAX_SESSION (36 * 3600) /* as AWS STS has it at most */

enum own_option { OPT_ROLE = 1, OPT_DESCRIPTION, OPT_SESSION };

static const struct {
	const char *name;
	enum ka_role role;
} roles[] = { { "admin", KA_ROLE_ADMIN }, { "auditor", KA_ROLE_AUDITOR }, { "reader", KA_ROLE_READER } };

struct create {
	enum ka_role role;
	const char *description;
	int64_t session; /* seconds; 0: an access key that stays */
};

static bool
take(void *arg, int id, const char *value)
{
	struct create *create = arg;

	if (id == OPT_ROLE) {
		for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
			if (strcmp(roles[i].name, value) == 0) {
				create->role = roles[i].role;
				return true;
			}
		}
		(void)ka_usage("accesskey create", "--role: '%s' is none of: admin, auditor, reader", value);
		return false;
	}
	if (id == OPT_DESCRIPTION) {
		create->description = value;
		if (strlen(value) <= MAX_DESCRIPTION)
			return true;
		(void)ka_usage("accesskey create", "--description: longer than %u bytes", MAX_DESCRIPTION);
		return false;
	}
	char *end;
	errno = 0;
	long long seconds = strtoll(value, &end, 10);
	if (errno == 0 && end != value && *end == '\0' && seconds >= MIN_SESSION && seconds <= MAX_SESSION) {
		create->session = seconds;
		return true;
	}
	(void)ka_usage("accesskey create", "--session: '%s' is not between %d and %d seconds", value, MIN_SESSION, MAX_SESSION);
	return false;
}

static int
create_key(struct ka_node *node, const struct create *create)
{
	struct ka_auth *auth = node->server.auth;
	const char *account = node->server.default_account, *token = NULL;
	struct ka_new_access_key key;
	struct ka_buf text = { 0 };

	if (create->session > 0) {
		ka_auth_session_create(
		    &key, &token, &node->arena, auth, account, create->role, ka_clock_now() + create->session * 1000);
	} else {
		enum ka_store_status status = ka_auth_access_key_create(&key, auth, account, create->role, create->description, ka_verb_operator());

		if (status != KA_STORE_OK)
			return ka_verb_store(status, "the access key cannot be stored");
	}
	ka_init_credentials(&text, key.access_key_id, key.secret_access_key, token);
	explicit_bzero(&key, sizeof(key));
	return ka_verb_output(&text);
}

static int
run_create(int argc, char **argv)
{
	static const struct ka_option own[] = {
		{ "role", "ROLE", "admin, auditor (reads, audits, suppresses) or reader\n(default: reader)", OPT_ROLE },
		{ "description", "TEXT", "what it is for", OPT_DESCRIPTION },
		{ "session", "SECONDS", "temporary credentials, which are not stored", OPT_SESSION },
		{ 0 },
	};
	struct create create = { .role = KA_ROLE_READER };
	const struct ka_verb_options options = {
		.verb = "accesskey create",
		.synopsis = "[--account ID] [--role ROLE] [--description TEXT] [--session SECONDS]",
		.description = "Makes an access key and prints it in the format of AWS's shared credentials file. The secret is shown only\n"
		               "now. A running server takes the key at once.\n",
		.scope = KA_CONFIG_STORE | KA_CONFIG_ACCOUNT,
		.own = own,
		.take = take,
		.arg = &create,
	};
	struct ka_config config;
	struct ka_node node;
	int status = ka_options_read(&config, &options, argc, argv);

	if (status == KA_OPTIONS_READ) {
		status = KA_EXIT_FAILED;
		if (ka_verb_open(&node, &config, 0)) {
			status = create_key(&node, &create);
			ka_node_close(&node);
		}
	}
	ka_config_clear(&config);
	return status;
}

static const char *
role_name(enum ka_role role)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		if (roles[i].role == role)
			return roles[i].name;
	}
	return "?";
}

struct list {
	struct ka_arena *arena;
	const char *account; /* NULL: all */
	struct ka_access_key_row *rows;
	size_t num;
};

static enum ka_store_status
read_list(struct ka_tx *tx, void *arg)
{
	struct list *list = arg;

	return ka_tx_access_key_list(tx, &list->rows, &list->num, list->arena, list->account);
}

static void
print_key(struct ka_buf *text, const struct ka_access_key_row *row)
{
	ka_buf_format(text, "%s\t%s\t%s\t%s\t", row->access_key_id, row->account, role_name(row->role),
	    row->disabled ? "disabled" : "enabled");
	ka_verb_time(text, row->created);
	ka_buf_putc(text, '\t');
	if (row->description != NULL)
		ka_buf_clean(text, row->description, strlen(row->description));
	ka_buf_putc(text, '\n');
}

static int
run_list(int argc, char **argv)
{
	static const struct ka_verb_options options = {
		.verb = "accesskey list",
		.synopsis = "[--account ID] [options]",
		.description = "Lists access keys: id, account, role, enabled or disabled, when it was made, description, separated by\n"
		               "tabulators. Without --account those of all accounts.\n",
		.scope = KA_CONFIG_STORE | KA_CONFIG_ACCOUNT,
	};
	struct ka_config config;
	struct ka_node node;
	int status = ka_options_read(&config, &options, argc, argv);

	if (status == KA_OPTIONS_READ) {
		status = KA_EXIT_FAILED;
		if (ka_verb_open(&node, &config, 0)) {
			struct list list = { .arena = &node.arena, .account = config.account };
			struct ka_buf text = { 0 };

			status = ka_verb_store(ka_store_read(node.server.store, read_list, &list), "access keys cannot be read");
			for (size_t i = 0; status == KA_EXIT_DONE && i < list.num; i++)
				print_key(&text, &list.rows[i]);
			if (status == KA_EXIT_DONE)
				status = ka_verb_output(&text);
			ka_node_close(&node);
		}
	}
	ka_config_clear(&config);
	return status;
}

struct delete {
	const char *access_key_id;
	struct ka_arena *arena;
};

static enum ka_store_status
delete_key(struct ka_tx *tx, void *arg)
{
	const struct delete *delete = arg;
	struct ka_access_key_row row;
	enum ka_store_status status = ka_tx_access_key_get(tx, &row, delete->arena, delete->access_key_id);

	if (status == KA_STORE_OK)
		status = ka_tx_access_key_delete(tx, row.access_key_id);
	if (status != KA_STORE_OK)
		return status;
	return ka_verb_log_change(tx, row.account, "DeleteAccessKey",
	    ka_arena_format(delete->arena, "arn:aws:iam::%s:access-key/%s", row.account, row.access_key_id),
	    ka_arena_format(delete->arena, "{\"role\":\"%s\"}", role_name(row.role)), NULL);
}

static int
run_delete(int argc, char **argv)
{
	static const struct ka_verb_options options = {
		.verb = "accesskey delete",
		.synopsis = "[options] ACCESS-KEY-ID",
		.description = "Deletes an access key. Running servers refuse it within seconds.\n",
		.scope = KA_CONFIG_STORE,
		.num_operands = 1,
	};
	struct ka_config config;
	struct ka_node node;
	int status = ka_options_read(&config, &options, argc, argv);

	if (status == KA_OPTIONS_READ) {
		status = KA_EXIT_FAILED;
		if (ka_verb_open(&node, &config, 0)) {
			enum ka_store_status done = ka_store_write(
			    node.server.store, delete_key, &(struct delete){ argv[optind], &node.arena });

			if (done == KA_STORE_NONE)
				ka_error("there is no access key %s", argv[optind]);
			else
				status = ka_verb_store(done, "the access key cannot be deleted");
			ka_node_close(&node);
		}
	}
	ka_config_clear(&config);
	return status;
}

int
ka_verb_accesskey(int argc, char **argv)
{
	static const struct ka_verb verbs[] = {
		{ "create", "make an access key and show it once", run_create },
		{ "list", "list access keys", run_list },
		{ "delete", "delete an access key", run_delete },
		{ NULL, NULL, NULL },
	};
	static const struct ka_verb_group group = { "accesskey", "Access keys: who may do what in which account.", verbs, NULL };

	return ka_verb_group_run(&group, argc, argv);
}
