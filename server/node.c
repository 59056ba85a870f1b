/* SPDX-License-Identifier: Apache-2.0 */
#include "server/node.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/tables.h"
#include "server/init.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/pki/pki.h"
#include "server/sigv4/auth.h"
#include "weakgen/weakgen.h"

__attribute__((format(printf, 2, 3))) static bool
fail(char *out_message, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(out_message, KA_DATADIR_MESSAGE_LEN, format, args);
	va_end(args);
	return false;
}

static void
log_refused_table(const char *path, const char *why)
{
	ka_log(KA_LOG_WARNING, "tables", "%s: table not used: %s; keys of its type stay undecided", path, why);
}

static void
log_store(void *arg, const char *message)
{
	(void)arg;
	ka_log(KA_LOG_ERROR, "store", "%s", message);
}

/* SQLite belongs to one server: the lock stands beside the database. Other databases are shared; the directory is not. */
static bool
take_lock(struct ka_node *node, char *out_message, const struct ka_config *config)
{
	const char *path = strncmp(config->db, "sqlite:", 7) == 0 ? ka_arena_format(&node->arena, "%s.lock", config->db + 7)
	                                                           : ka_datadir_file(&node->arena, config, "keyassayd.lock");

	node->lock = ka_lock_take(out_message, path);
	return node->lock >= 0;
}

static bool
open_auth(struct ka_node *node, char *out_message)
{
	uint8_t key[KA_SECRET_KEY_LEN];
	char message[KA_STORE_MESSAGE_LEN];
	const char *path = ka_datadir_file(&node->arena, node->server.config, "secret.key");

	if (!ka_secret_key_load(key, message, path))
		return fail(out_message, "%s", message);
	node->server.auth = ka_auth_new(key, node->server.store);
	ka_store_log_key(node->server.store, key);
	explicit_bzero(key, sizeof(key));
	return node->server.auth != NULL || fail(out_message, "%s: cannot be used", path);
}

bool
ka_node_mark_log(char out_message[KA_DATADIR_MESSAGE_LEN], struct ka_node *node)
{
	static const char text[] = "The log of state changes was begun: a database without its head is refused from now on.\n"
				   "Remove this file to go on with a backup from before that.\n";

	return ka_file_replace(out_message, ka_datadir_file(&node->arena, node->server.config, KA_LOG_MARK), text,
	    sizeof(text) - 1, 0600);
}

static bool
open_log(struct ka_node *node, char *out_message, unsigned flags)
{
	const struct ka_config *config = node->server.config;
	char message[KA_STORE_MESSAGE_LEN];
	bool begun = ka_file_exists(ka_datadir_file(&node->arena, config, KA_LOG_MARK));

	if ((flags & KA_NODE_EXAMINE) != 0)
		return true;
	if (ka_store_log_begin(node->server.store, message, begun ? KA_LOG_GO_ON : KA_LOG_BEGIN))
		return begun || ka_node_mark_log(out_message, node);
	return fail(out_message, "%s: %s", config->db, message);
}

/* The account that is meant when none is named: the one of the configuration, else the oldest. */
struct pick {
	struct ka_node *node;
	const char *account;
};

static enum ka_store_status
pick_account(struct ka_tx *tx, void *arg)
{
	struct pick *pick = arg;
	const char *wanted = pick->node->server.config->account;
	struct ka_account_row *accounts;
	size_t num;
	enum ka_store_status status = ka_tx_account_list(tx, &accounts, &num, &pick->node->arena);
	const struct ka_account_row *best = NULL;

	if (status != KA_STORE_OK)
		return status;
	for (size_t i = 0; i < num; i++) {
		if (wanted != NULL ? strcmp(accounts[i].account, wanted) == 0 : best == NULL || accounts[i].created < best->created)
			best = &accounts[i];
	}
	pick->account = best == NULL ? NULL : best->account;
	return KA_STORE_OK;
}

static bool
find_account(struct ka_node *node, char *out_message)
{
	const char *wanted = node->server.config->account;
	struct pick pick = { .node = node };

	if (ka_store_read(node->server.store, pick_account, &pick) != KA_STORE_OK)
		return fail(out_message, "%s cannot be read", node->server.config->db);
	node->server.default_account = pick.account;
	if (pick.account != NULL)
		return true;
	if (wanted != NULL)
		return fail(out_message, "there is no account %s; 'keyassayd account create %s' makes it", wanted, wanted);
	return fail(out_message, "%s has no account; 'keyassayd account create ID' makes one", node->server.config->db);
}

static bool
open_judge(struct ka_node *node, char *out_message)
{
	char message[KA_PKI_MESSAGE_LEN];
	unsigned refused = 0;

	node->ctx = ka_ctx_new();
	if (node->ctx == NULL)
		ka_out_of_memory();
	node->tables = ka_tables_load(node->ctx, 0, &refused, log_refused_table);
	if (ka_ctx_table(node->ctx, 0) == NULL)
		ka_log(KA_LOG_WARNING, "tables",
		    "no table of Debian weak keys was found: whether a key is one (CVE-2008-0166) stays undecided, and such keys are "
		    "registered; KEYASSAY_TABLES names a directory with *.kat files");
	ka_ctx_set_prover(node->ctx, ka_weakgen_prove, NULL);
	node->server.ctx = node->ctx;
	node->server.pki = ka_pki_load(message, node->server.auth, node->server.config->data);
	return node->server.pki != NULL || fail(out_message, "%s", message);
}

static bool
open_all(struct ka_node *node, char *out_message, const struct ka_config *config, unsigned flags)
{
	char message[KA_STORE_MESSAGE_LEN];

	if ((flags & KA_NODE_INIT) != 0 && !ka_datadir_make(out_message, config->data))
		return false;
	if ((flags & KA_NODE_LOCK) != 0 && !take_lock(node, out_message, config))
		return false;
	enum ka_init_state state = ka_init_state(out_message, config);
	if (state == KA_INIT_DAMAGED)
		return false;
	bool init = state != KA_INIT_COMPLETE;
	if (init && (flags & KA_NODE_INIT) == 0)
		return fail(out_message, "%s is %s; 'keyassayd init' or 'keyassayd serve' makes it ready", config->data,
		    state == KA_INIT_EMPTY ? "not initialised" : "only half initialised");
	if (init && !ka_init_begin(out_message, config))
		return false;
	unsigned store_flags = (init ? KA_STORE_CREATE : 0) | ((flags & KA_NODE_MIGRATE) != 0 ? KA_STORE_MIGRATE : 0);
	node->server.store = ka_store_open(message, config->db, store_flags);
	if (node->server.store == NULL)
		return fail(out_message, "%s", message);
	ka_store_set_log(node->server.store, log_store, NULL);
	if (!open_auth(node, out_message) ||
	    (init ? !ka_init_finish(out_message, node) : !open_log(node, out_message, flags)))
		return false;
	node->first_start = init;
	return find_account(node, out_message) && ((flags & KA_NODE_JUDGE) == 0 || open_judge(node, out_message));
}

bool
ka_node_open(struct ka_node *out, char out_message[KA_DATADIR_MESSAGE_LEN], const struct ka_config *config, unsigned flags)
{
	*out = (struct ka_node){ .lock = -1,
		.server = { .config = config, .on_weak_key = (enum ka_on_weak_key)config->on_weak_key,
		    .retention_days = (uint32_t)config->retention_days,
		    .authorize_max_age = config->authorize_max_age } };
	if (open_all(out, out_message, config, flags))
		return true;
	ka_node_close(out);
	return false;
}

void
ka_node_close(struct ka_node *node)
{
	ka_pki_free(node->server.pki);
	ka_auth_free(node->server.auth);
	ka_store_close(node->server.store);
	ka_ctx_free(node->ctx);
	ka_tables_free(node->tables);
	if (node->lock >= 0)
		(void)close(node->lock);
	ka_arena_clear(&node->arena);
	*node = (struct ka_node){ .lock = -1 };
}
