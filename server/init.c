/* SPDX-License-Identifier: Apache-2.0 */
#include "server/init.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "server/clock.h"
#include "server/pki/pki.h"
#include "server/sigv4/auth.h"

#define MARK "init.unfinished"
#define SECRET_KEY "secret.key"
#define CREDENTIALS "credentials"
#define FIRST_ACCOUNT "000000000000"
#define ADMINISTRATOR "administrator, made by the first start"

__attribute__((format(printf, 2, 3))) static bool
fail(char *out_message, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(out_message, KA_DATADIR_MESSAGE_LEN, format, args);
	va_end(args);
	return false;
}

enum ka_init_state
ka_init_state(char out_message[KA_DATADIR_MESSAGE_LEN], const struct ka_config *config)
{
	struct ka_arena arena = { 0 };
	const char *key = ka_datadir_file(&arena, config, SECRET_KEY);
	const char *database = strncmp(config->db, "sqlite:", 7) == 0 ? config->db + 7 : NULL;
	bool has_key = ka_file_exists(key), has_database = database != NULL && ka_file_exists(database);
	enum ka_init_state state = KA_INIT_COMPLETE;

	if (ka_file_exists(ka_datadir_file(&arena, config, MARK))) {
		state = KA_INIT_UNFINISHED;
	} else if (!has_key && !has_database) {
		state = KA_INIT_EMPTY;
	} else if (!has_key) {
		(void)fail(out_message, "%s is missing, but the database %s is there; restore the file from a backup: without it no "
		    "stored secret can be read", key, database);
		state = KA_INIT_DAMAGED;
	} else if (database != NULL && !has_database) {
		(void)fail(out_message, "the database %s is missing, but %s is there; restore the database from a backup, or move %s "
		    "away to start anew", database, key, config->data);
		state = KA_INIT_DAMAGED;
	}
	ka_arena_clear(&arena);
	return state;
}

bool
ka_init_begin(char out_message[KA_DATADIR_MESSAGE_LEN], const struct ka_config *config)
{
	static const char text[] = "keyassayd makes this directory's files; the next start completes what was interrupted.\n";
	struct ka_arena arena = { 0 };
	const char *key = ka_datadir_file(&arena, config, SECRET_KEY);
	uint8_t bytes[KA_SECRET_KEY_LEN];
	bool good = ka_file_replace(out_message, ka_datadir_file(&arena, config, MARK), text, sizeof(text) - 1, 0600);

	/* A key that cannot be read was cut off by the crash, so nothing was ever sealed with it. */
	if (good && !ka_secret_key_load(bytes, out_message, key))
		good = ka_file_remove(out_message, key) && ka_secret_key_create(out_message, key);
	explicit_bzero(bytes, sizeof(bytes));
	ka_arena_clear(&arena);
	return good;
}

/* Deletes access keys of an interrupted first start, whose secrets nobody has, and makes sure that the account is there. */
struct prepare {
	const char *account;
	bool foreign; /* the database has other access keys: it is another node's */
};

static enum ka_store_status
prepare(struct ka_tx *tx, void *arg)
{
	struct prepare *p = arg;
	struct ka_arena arena = { 0 };
	struct ka_access_key_row *keys = NULL;
	size_t num_keys = 0;
	enum ka_store_status status = ka_tx_access_key_list(tx, &keys, &num_keys, &arena, NULL);

	p->foreign = false;
	for (size_t i = 0; status == KA_STORE_OK && i < num_keys; i++) {
		p->foreign = keys[i].description == NULL || strcmp(keys[i].description, ADMINISTRATOR) != 0;
		status = p->foreign ? KA_STORE_ABORTED : ka_tx_access_key_delete(tx, keys[i].access_key_id);
	}
	ka_arena_clear(&arena);
	if (status != KA_STORE_OK)
		return status;
	status = ka_tx_account_insert(tx, &(struct ka_account_row){ .account = p->account, .created = ka_clock_now() });
	return status == KA_STORE_EXISTS ? KA_STORE_OK : status;
}

void
ka_init_credentials(
    struct ka_buf *buf, const char *access_key_id, const char *secret_access_key, const char *session_token)
{
	ka_buf_format(buf, "[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n", access_key_id, secret_access_key);
	if (session_token != NULL)
		ka_buf_format(buf, "aws_session_token = %s\n", session_token);
}

static bool
make_administrator(char *out_message, struct ka_node *node, const char *account)
{
	const char *path = ka_datadir_file(&node->arena, node->server.config, CREDENTIALS);
	struct ka_new_access_key key;
	struct ka_buf text = { 0 };
	enum ka_store_status status =
	    ka_auth_access_key_create(&key, node->server.auth, account, KA_ROLE_ADMIN, ADMINISTRATOR, NULL);

	if (status != KA_STORE_OK)
		return fail(out_message, "the administrator's access key cannot be stored in %s", node->server.config->db);
	ka_init_credentials(&text, key.access_key_id, key.secret_access_key, NULL);
	bool good = ka_file_replace(out_message, path, text.data, text.len, 0600);
	explicit_bzero(text.data, text.len);
	explicit_bzero(&key, sizeof(key));
	ka_buf_clear(&text);
	return good;
}

static bool
make_internal_ca(char *out_message, struct ka_node *node)
{
	static const char *const names[] = { "ca.pem", "ca.key.sealed" };
	const struct ka_config *config = node->server.config;
	char message[KA_PKI_MESSAGE_LEN];
	struct ka_pki *pki = ka_pki_load(message, node->server.auth, config->data);

	if (pki != NULL) {
		ka_pki_free(pki);
		return true;
	}
	/* Half of one, or one that was sealed with a key that the crash took: it has signed nothing yet. */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!ka_file_remove(out_message, ka_datadir_file(&node->arena, config, names[i])))
			return false;
	}
	if (ka_pki_create(message, node->server.auth, config->data))
		return true;
	return fail(out_message, "the internal CA cannot be made: %s", message);
}

bool
ka_init_finish(char out_message[KA_DATADIR_MESSAGE_LEN], struct ka_node *node)
{
	const struct ka_config *config = node->server.config;
	char message[KA_STORE_MESSAGE_LEN];
	struct prepare p = { .account = config->account == NULL ? FIRST_ACCOUNT : config->account };
	enum ka_store_status status = ka_store_write(node->server.store, prepare, &p);

	if (p.foreign)
		return fail(out_message, "%s was set up by another keyassayd; copy its secret.key, ca.pem and ca.key.sealed to %s, and "
		    "remove %s/" MARK, config->db, config->data, config->data);
	if (status != KA_STORE_OK)
		return fail(out_message, "%s cannot be written; is the disk full or read-only?", config->db);
	if (!ka_store_log_begin(node->server.store, message, KA_LOG_ANEW))
		return fail(out_message, "%s: %s", config->db, message);
	if (!ka_node_mark_log(out_message, node))
		return false;
	if (!make_internal_ca(out_message, node) || !make_administrator(out_message, node, p.account))
		return false;
	return ka_file_remove(out_message, ka_datadir_file(&node->arena, config, MARK));
}
